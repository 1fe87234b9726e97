// A month to choose a day from, by pointer or keyboard. It follows the date grid of the ARIA Authoring Practices Guide.

import { el, icon } from './dom.js';
import { firstDay, formatLongDate, formatMonth, formatWeekday } from './format.js';
import { t } from './i18n/index.js';
import { DAY, addMonths, dayOfMonth, possibleDay, startOfMonth, startOfWeek, today, toIsoDate } from './time.js';

export class DatePicker {
  /** @param {HTMLElement} root @param {(day: number) => void} onChoose */
  constructor(root, onChoose) {
    this.root = root;
    this.onChoose = onChoose;
    this.selected = today();
    /** The day that the arrow keys have reached. */
    this.cursor = this.selected;
    this.title = el('span.picker-title', { 'aria-live': 'polite' });
    this.grid = el('table', { role: 'grid', onkeydown: (/** @type {KeyboardEvent} */ event) => this.moveByKey(event) });
    const stepButton = (/** @type {string} */ label, /** @type {string} */ iconName, /** @type {number} */ months) =>
      el('button.quiet.small', { type: 'button', 'aria-label': label, onclick: () => this.moveTo(addMonths(this.cursor, months)) }, icon(iconName));
    root.append(
      el('div.picker-head', {}, this.title, stepButton(t.previousMonth, 'left', -1), stepButton(t.nextMonth, 'right', 1)),
      this.grid);
  }

  /** @param {number} day */
  select(day) {
    this.selected = day;
    this.moveTo(day);
  }

  focus() {
    this.root.querySelector(/** @type {'button'} */ ('.pick[tabindex="0"]'))?.focus();
  }

  /** @param {number} day */
  moveTo(day) {
    this.cursor = possibleDay(day);
    this.draw();
  }

  draw() {
    const month = startOfMonth(this.cursor);
    const first = startOfWeek(month, firstDay());
    const days = (/** @type {number} */ week) => [...Array(7).keys()].map((day) => first + (week * 7 + day) * DAY);
    this.title.textContent = formatMonth(month);
    this.grid.setAttribute('aria-label', formatMonth(month));
    const weekdays = days(0).map((day) =>
      el('th', { scope: 'col', abbr: formatWeekday(day, 'long') }, formatWeekday(day, 'narrow')));
    const weeks = [...Array(6).keys()].map((week) => el('tr', {}, ...days(week).map((day) => this.cell(day, month))));
    this.grid.replaceChildren(el('thead', {}, el('tr', {}, ...weekdays)), el('tbody', {}, ...weeks));
  }

  /** @param {number} day @param {number} month */
  cell(day, month) {
    const isToday = day === today();
    const classes = ['pick', startOfMonth(day) !== month && 'other-month', isToday && 'today'].filter(Boolean);
    return el('td', { 'aria-selected': String(day === this.selected) }, el(`button.${classes.join('.')}`, {
      type: 'button', tabindex: day === this.cursor ? 0 : -1, 'aria-label': formatLongDate(day),
      disabled: day !== possibleDay(day), 'data-day': toIsoDate(day), 'aria-current': isToday && 'date', onclick: () => this.onChoose(day),
    }, String(dayOfMonth(day))));
  }

  /** @param {KeyboardEvent} event */
  moveByKey(event) {
    /** @type {Record<string, number>} */
    const targets = {
      ArrowLeft: this.cursor - DAY, ArrowRight: this.cursor + DAY,
      ArrowUp: this.cursor - 7 * DAY, ArrowDown: this.cursor + 7 * DAY,
      PageUp: addMonths(this.cursor, -1), PageDown: addMonths(this.cursor, 1),
      Home: startOfWeek(this.cursor, firstDay()), End: startOfWeek(this.cursor, firstDay()) + 6 * DAY,
    };
    if (!(event.key in targets) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.moveTo(targets[event.key]);
    this.focus();
  }
}
