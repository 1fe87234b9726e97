// A month as a table of weeks, and the keys that move about in it: for the date pickers and the year.
// It follows the date grid of the ARIA Authoring Practices Guide.

import { el } from './dom.js';
import { firstDay, formatWeekday, weekNumbers } from './format.js';
import { t } from './i18n/index.js';
import { DAY, addMonths, startOfMonth, startOfWeek, toIsoDate, weekNumber } from './time.js';

/** The most weeks that a month is in. */
const WEEKS = 6;

/**
 * The rows of a month: its weekdays, then its weeks, each with its number if a person wants that.
 * @param {number} month its start @param {(day: number) => HTMLElement} cell makes the cell of a day
 * @param {boolean} fillsUp whether there are always six weeks, so that the height stays the same
 * @returns {HTMLElement[]}
 */
export function monthRows(month, cell, fillsUp) {
  const first = startOfWeek(month, firstDay());
  const days = (/** @type {number} */ week) => [...Array(7).keys()].map((day) => first + (week * 7 + day) * DAY);
  const weekdays = days(0).map((day) => el('th', { scope: 'col', abbr: formatWeekday(day, 'long') }, formatWeekday(day, 'narrow')));
  const shown = [...Array(WEEKS).keys()].filter((week) => fillsUp || days(week).some((day) => isIn(day, month)));
  const weeks = shown.map((week) => {
    const ofWeek = days(week).map(cell);
    return el('tr', {}, weekNumbers() && el('th.week-number', { scope: 'row' }, weekLink(days(week)[0])), ...ofWeek);
  });
  const corner = weekNumbers() && el('td.week-number', {});
  return [el('thead', {}, el('tr', {}, corner, ...weekdays)), el('tbody', {}, ...weeks)];
}

/** The number of a week, which leads to it. The keyboard has `w` instead, so that Tab goes from day to day. @param {number} day its first day */
export function weekLink(day) {
  const number = weekNumber(day, firstDay());
  return el('a.week-link', { href: `#week/${toIsoDate(day)}`, tabindex: -1, 'aria-label': t.weekNumber(number) }, String(number));
}

/** The day to which a key leads from another, if it is one of these keys. @param {KeyboardEvent} event @param {number} day @returns {number | undefined} */
export function dayByKey(event, day) {
  if (event.altKey || event.ctrlKey || event.metaKey) return undefined;
  switch (event.key) {
    case 'ArrowLeft': return day - DAY;
    case 'ArrowRight': return day + DAY;
    case 'ArrowUp': return day - 7 * DAY;
    case 'ArrowDown': return day + 7 * DAY;
    case 'PageUp': return addMonths(day, -1);
    case 'PageDown': return addMonths(day, 1);
    case 'Home': return startOfWeek(day, firstDay());
    case 'End': return startOfWeek(day, firstDay()) + 6 * DAY;
    default: return undefined;
  }
}

/** Whether a day is in a month. @param {number} day @param {number} month its start */
export const isIn = (day, month) => startOfMonth(day) === month;
