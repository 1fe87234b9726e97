// The year: twelve small months, in which each day shows how much is on it and leads there.

import { byId, el } from '../dom.js';
import * as store from '../events/store.js';
import { formatLongDate, formatter } from '../format.js';
import { t } from '../i18n/index.js';
import { dayByKey, isIn, monthRows } from '../month-grid.js';
import { state } from '../state.js';
import { DAY, dayOfMonth, startOfDay, startOfMonth, today, toIsoDate, toIsoMonth } from '../time.js';
import { range } from './view.js';

const root = () => byId('year');

export function init() {
  root().addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    const { day } = /** @type {HTMLElement} */ (event.target).dataset;
    const target = day && dayByKey(event, Date.parse(day));
    if (target === undefined || target === '') return;
    event.preventDefault();
    event.stopPropagation();
    const { start, end } = range();
    focusDay(Math.min(Math.max(target, start), end - DAY));
  });
}

/** Draws the year of the present date with the known events. */
export function draw() {
  const { start, end } = range();
  const counts = countByDay(start, end);
  // A redraw must not take the focus from the day or the month that has it.
  const focused = document.activeElement?.closest('#year a')?.getAttribute('href');
  const day = /^#day\/(.*)/.exec(focused ?? '')?.[1];
  const cursor = day ? Date.parse(day) : state.date;
  root().replaceChildren(...[...Array(12).keys()].map((index) => month(startOfMonth(start, index), counts, start, cursor)));
  if (focused) root().querySelector(`a[href="${focused}"]`)?.focus();
}

/** @param {number} first @param {Uint32Array} counts @param {number} start of the year @param {number} cursor the day that Tab leads to */
function month(first, counts, start, cursor) {
  const name = formatter({ month: 'long' }).format(first);
  const cell = (/** @type {number} */ day) => el('td', {}, isIn(day, first) ? dayLink(day, counts[(day - start) / DAY], day === cursor) : '');
  return el('section.year-month.picker-month', {},
    el('h2', {}, el('a', { href: `#month/${toIsoDate(first)}` }, name)),
    el('table', { 'aria-label': name, 'data-month': toIsoMonth(first) }, ...monthRows(first, cell, false)));
}

/** @param {number} day @param {number} count @param {boolean} isCursor */
function dayLink(day, count, isCursor) {
  const isToday = day === today();
  const busy = count === 0 ? '' : count < 3 ? '.some' : count < 6 ? '.many' : '.most';
  return el(`a.pick${busy}${isToday ? '.today' : ''}`, {
    href: `#day/${toIsoDate(day)}`, 'data-day': toIsoDate(day), tabindex: isCursor ? 0 : -1, 'aria-current': isToday && 'date',
    'aria-label': [formatLongDate(day), count > 0 && t.eventCount(count)].filter(Boolean).join(', '),
  }, String(dayOfMonth(day)));
}

/** How many events each day of a range has. Where an event begins and ends is noted, and summed up once. @param {number} start @param {number} end */
function countByDay(start, end) {
  const days = (end - start) / DAY;
  const changes = new Int32Array(days + 1);
  for (const event of store.between(start, end)) {
    const last = event.birthday ? event.start : Math.max(event.start, event.end - 1);
    changes[Math.max(0, (startOfDay(event.start) - start) / DAY)] += 1;
    changes[Math.min(days, (startOfDay(last) - start) / DAY + 1)] -= 1;
  }
  const counts = new Uint32Array(days);
  let count = 0;
  for (let day = 0; day < days; day += 1) counts[day] = count += changes[day];
  return counts;
}

/** @param {number} day */
function focusDay(day) {
  for (const link of root().querySelectorAll('[data-day][tabindex="0"]')) link.setAttribute('tabindex', '-1');
  const link = root().querySelector(`[data-day="${toIsoDate(day)}"]`);
  link?.setAttribute('tabindex', '0');
  link?.focus();
}
