// Draws a month of a feed: as a table of its weeks, or as a list of its days.

import { el } from '../page/dom.js';
import { isAllDay, lastDay } from '../page/events/event.js';
import { firstDay, formatClock, formatClockRange, formatDayAndMonth, formatLongDate, formatWeekday, onOneDay } from '../page/format.js';
import { DAY, dayOfMonth, fromApi, startOfDay, startOfMonth, startOfWeek, today, toIsoDate } from '../page/time.js';
import { words } from './words.js';

/**
 * @typedef {{subject: string, start: number, end: number, allDay: boolean, location?: string, description?: string,
 *   url?: string, status?: 'tentative' | 'cancelled'}} FeedEvent wall-clock times, as in time.js
 */

/** @param {any} wire an event of the answer @returns {FeedEvent} */
export function fromWire({ subject, sdate, edate, all_day: allDay, busy, ...details }) {
  const start = fromApi(sdate);
  // A birthday has no length, and is a whole day.
  const end = allDay ? Math.max(fromApi(edate), start + DAY) : fromApi(edate);
  return { ...details, subject: busy ? words.busy : subject, start, end, allDay: Boolean(allDay) || isAllDay(start, end) };
}

/** The days of a month, with those that fill up its weeks. @param {number} month its first day */
export function weeksOf(month) {
  const end = startOfMonth(month, 1);
  return { start: startOfWeek(month, firstDay()), end: startOfWeek(end + 6 * DAY, firstDay()) };
}

/** The events of a day, those of whole days first. @param {FeedEvent[]} events @param {number} day */
const onDay = (events, day) => events
  .filter((event) => startOfDay(event.start) <= day && lastDay(event) >= day)
  .sort((one, other) => Number(other.allDay) - Number(one.allDay) || one.start - other.start);

/** @param {number} month @param {FeedEvent[]} events @param {(event: FeedEvent) => void} open */
export function monthTable(month, events, open) {
  const { start, end } = weeksOf(month);
  const days = (/** @type {number} */ from) => Array.from({ length: 7 }, (_, index) => from + index * DAY);
  const head = days(start).map((day) =>
    el('th', { scope: 'col', abbr: formatWeekday(day, 'long') }, formatWeekday(day, 'short')));
  const rows = [];
  for (let week = start; week < end; week += 7 * DAY) {
    rows.push(el('tr', {}, ...days(week).map((day) => cell(day, month, onDay(events, day), open))));
  }
  return el('table.month', {}, el('thead', {}, el('tr', {}, ...head)), el('tbody', {}, ...rows));
}

/** @param {number} day @param {number} month @param {FeedEvent[]} events @param {(event: FeedEvent) => void} open */
function cell(day, month, events, open) {
  const classes = [startOfMonth(day) === month ? '' : '.other', day === today() ? '.today' : ''].join('');
  const number = el('time', { datetime: toIsoDate(day) }, dayOfMonth(day) === 1 ? formatDayAndMonth(day) : String(dayOfMonth(day)));
  const lines = events.map((event) => el('li', {}, button(event, startsOn(event, day) ? formatClock(event.start) : '', open)));
  return el(`td${classes}`, {}, number, lines.length ? el('ul', {}, ...lines) : null);
}

/** Whether an event of hours begins on a day. @param {FeedEvent} event @param {number} day */
const startsOn = ({ allDay, start }, day) => !allDay && startOfDay(start) === day;

/** @param {FeedEvent} event @param {string} time @param {(event: FeedEvent) => void} open */
const button = (event, time, open) => el(`button.event${event.status ? `.${event.status}` : ''}`, {
  type: 'button', title: [time, event.subject, event.location].filter(Boolean).join('\n'), onclick: () => open(event),
}, time && el('span.time', {}, time), time && ' ', event.subject);

/** @param {number} month @param {FeedEvent[]} events @param {(event: FeedEvent) => void} open */
export function monthList(month, events, open) {
  const days = [];
  for (let day = month; day < startOfMonth(month, 1); day += DAY) {
    const found = onDay(events, day);
    if (found.length) days.push(el('section', {}, el('h3', {}, formatLongDate(day)), el('ul', {}, ...found.map((event) => line(event, day, open)))));
  }
  return days.length ? el('div.list', {}, ...days) : el('p.nothing', {}, words.nothing);
}

/** @param {FeedEvent} event @param {number} day @param {(event: FeedEvent) => void} open */
function line(event, day, open) {
  const within = onOneDay(event.start, event.end) ? formatClockRange(event.start, event.end) : formatClock(event.start);
  const status = event.status && words[event.status];
  const beside = [event.location, status].filter(Boolean).join(' · ');
  return el('li', {}, button(event, startsOn(event, day) ? within : '', open), beside ? el('span.beside', {}, beside) : null);
}
