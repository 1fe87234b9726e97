// What is written in the calendar: on an event, at the head of a day, and in an empty list.

import { el, icon } from '../dom.js';
import { describeRepeat, describeTime, fullTitle, isRepeating, keyOf, lastDay, mayChange, shortTitle } from '../events/event.js';
import {
  firstDay, formatClock, formatClockRange, formatDayAndMonth, formatLongDate, formatMonth, formatWeekday, formatter, weekNumbers,
} from '../format.js';
import { groupMark, groupName } from '../groups.js';
import { t } from '../i18n/index.js';
import { weekLink } from '../month-grid.js';
import { state } from '../state.js';
import { DAY, dayOfMonth, startOfDay, startOfWeek, toIso, toIsoDate } from '../time.js';
import { SHORT } from './layout.js';
import { range } from './view.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */

/** What is written on an event. @param {CalendarEvent} event @param {() => HTMLElement} resizeHandle makes the handle that an event of a month has */
export function eventContent(event, resizeHandle) {
  const { view } = state;
  const subject = el('span.ec-event-title', {}, shortTitle(event));
  const mark = event.birthday ? icon('cake') : groupMark(event.group);
  // What it means is in the label of the whole event.
  const repeats = isRepeating(event) ? el('span.repeats', {}, icon('repeat')) : null;
  const lock = mayChange(event) ? null : icon('lock');
  if (view === 'list') {
    if (repeats) subject.append(repeats);
    const calendar = event.birthday ? t.birthday : groupName(event.group);
    const time = el('span.ec-event-time', {}, event.allDay ? t.allDay : timeInView(event));
    return [
      el('span.line', {}, time, mark, subject, lock),
      el('span.event-group', {}, [calendar, event.mine ? '' : event.email].filter(Boolean).join(' · ')),
    ];
  }
  const time = event.allDay ? null : el('time.ec-event-time', { datetime: toIso(event.start) }, timeInView(event));
  if (view === 'month') {
    const line = el('span.line', {}, mark, time, subject, repeats, lock);
    return mayChange(event) && !event.birthday ? [line, resizeHandle()] : [line];
  }
  const line = el('span.line', {}, mark, subject, repeats, time, lock);
  return event.group === null ? [line] : [line, el('span.event-group', {}, groupName(event.group))];
}

/** @param {CalendarEvent} event */
function timeInView({ start, end }) {
  const { view } = state;
  const length = end - start;
  const isLong = length >= DAY && startOfDay(start) !== lastDay({ start, end });
  if (view === 'list' && isLong) return formatter({ day: 'numeric', month: 'short' }).formatRange(start, end - 1);
  if (view === 'month' || isLong || (length < SHORT && view !== 'list')) return formatClock(start);
  return formatClockRange(start, end);
}

/** Names an event for a screen reader, and in full for a mouse. @param {CalendarEvent} event @param {HTMLElement} element */
export function labelEvent(event, element) {
  element.dataset.event = String(event.id);
  element.dataset.key = keyOf(event);
  const title = fullTitle(event);
  const calendar = event.birthday ? t.everyYear : groupName(event.group);
  const { status, free, location } = event.details;
  const more = [describeRepeat(event), status && t[status], free && t.free, location];
  const parts = [title, describeTime(event), ...more, calendar, mayChange(event) ? '' : t.readOnly];
  element.setAttribute('aria-label', parts.filter(Boolean).join(', '));
  element.title = [title, describeTime(event), ...more, calendar].filter(Boolean).join('\n');
}

/** The day of a date of the library, whose digits are in the browser's own zone. @param {Date} local */
export const dayOfLocal = (local) => Date.UTC(local.getFullYear(), local.getMonth(), local.getDate());

/** The head of a day in a view of hours. @param {Date} local */
export function dayHeader(local) {
  const day = dayOfLocal(local);
  return { domNodes: [
    el('span.weekday', {}, formatWeekday(day, 'short')),
    dayButton(day, String(dayOfMonth(day))),
  ] };
}

/** The number in a cell of the month, and that of the week beside it. The keyboard has `d` instead, so that Tab goes from event to event. @param {Date} local */
export function dayNumber(local) {
  const day = dayOfLocal(local);
  const text = dayOfMonth(day) === 1 ? formatDayAndMonth(day) : String(dayOfMonth(day));
  const button = dayButton(day, text);
  button.tabIndex = -1;
  const nodes = weekNumbers() && day === startOfWeek(day, firstDay()) ? [weekLink(day), button] : [button];
  // Pressing one must not begin a selection of days.
  for (const node of nodes) node.addEventListener('pointerdown', (/** @type {Event} */ event) => event.stopPropagation());
  return { domNodes: nodes };
}

/** A button that leads to the day. @param {number} day @param {string} text */
const dayButton = (day, text) => el('button.day-number', {
  type: 'button', 'aria-label': formatLongDate(day), onclick: () => { location.hash = `#day/${toIsoDate(day)}`; },
}, text);

/** What an empty list shows. @param {() => void} create */
export const emptyList = (create) => el('div.empty', {},
  icon('calendar'), el('p', {}, t.noEvents(formatMonth(range().start), formatMonth(range().end - 1))), el('button.filled', { type: 'button', onclick: create }, t.newEvent));
