// A month to choose a day from, by pointer or keyboard.

import { el, icon } from './dom.js';
import { formatLongDate, formatMonth } from './format.js';
import { t } from './i18n/index.js';
import { dayByKey, isIn, monthRows } from './month-grid.js';
import { addMonths, dayOfMonth, possibleDay, startOfMonth, today, toIsoDate } from './time.js';

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
    this.title.textContent = formatMonth(month);
    this.grid.setAttribute('aria-label', formatMonth(month));
    this.grid.replaceChildren(...monthRows(month, (day) => this.cell(day, month), true));
  }

  /** @param {number} day @param {number} month */
  cell(day, month) {
    const isToday = day === today();
    const classes = ['pick', !isIn(day, month) && 'other-month', isToday && 'today'].filter(Boolean);
    return el('td', { 'aria-selected': String(day === this.selected) }, el(`button.${classes.join('.')}`, {
      type: 'button', tabindex: day === this.cursor ? 0 : -1, 'aria-label': formatLongDate(day),
      disabled: day !== possibleDay(day), 'data-day': toIsoDate(day), 'aria-current': isToday && 'date', onclick: () => this.onChoose(day),
    }, String(dayOfMonth(day))));
  }

  /** @param {KeyboardEvent} event */
  moveByKey(event) {
    const target = dayByKey(event, this.cursor);
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.moveTo(target);
    this.focus();
  }
}
