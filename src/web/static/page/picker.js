// A month to choose a day from, by pointer or keys: the pattern of a grid of dates in the ARIA guide.

import { el, icon } from './dom.js';
import { DAY, addMonths, dateOf, format, startOfMonth, startOfWeek, today } from './time.js';
import { firstDay, locale, longDay, monthName, w } from './words.js';

export class Picker {
  /** @param {HTMLElement} root @param {(day: number) => void} chosen */
  constructor(root, chosen) {
    this.root = root;
    this.chosen = chosen;
    /** The day that is marked. */
    this.day = today();
    /** The day that the keys are at. */
    this.at = this.day;
    const move = (/** @type {number} */ months) => () => { this.at = addMonths(this.at, months); this.draw(); };
    this.title = el('span.picker-title', { 'aria-live': 'polite' });
    this.grid = el('table', { role: 'grid', onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) });
    root.append(
      el('div.picker-head', {}, this.title,
        el('button.quiet.small', { type: 'button', 'aria-label': w.previousMonth, onclick: move(-1) }, icon('left')),
        el('button.quiet.small', { type: 'button', 'aria-label': w.nextMonth, onclick: move(1) }, icon('right'))),
      this.grid);
  }

  /** @param {number} day */
  show(day) {
    this.day = this.at = day;
    this.draw();
  }

  draw() {
    const month = startOfMonth(this.at);
    const first = startOfWeek(month, firstDay);
    this.title.textContent = monthName(month);
    this.grid.setAttribute('aria-label', monthName(month));
    const names = [...Array(7).keys()].map((number) => el('th', { scope: 'col', abbr: format(locale, { weekday: 'long' }).format(first + number * DAY) },
      format(locale, { weekday: 'narrow' }).format(first + number * DAY)));
    const weeks = [...Array(6).keys()].map((week) => el('tr', {},
      ...[...Array(7).keys()].map((number) => this.cell(first + (week * 7 + number) * DAY, month))));
    this.grid.replaceChildren(el('thead', {}, el('tr', {}, ...names)), el('tbody', {}, ...weeks));
  }

  /** @param {number} day @param {number} month */
  cell(day, month) {
    const classes = [
      'pick', ...(startOfMonth(day) === month ? [] : ['other-month']), ...(day === today() ? ['today'] : []),
    ];
    return el('td', { 'aria-selected': String(day === this.day) }, el(`button.${classes.join('.')}`, {
      type: 'button', tabindex: day === this.at ? 0 : -1, 'aria-label': longDay(day), 'data-day': dateOf(day),
      'aria-current': day === today() && 'date', onclick: () => this.chosen(day),
    }, String(new Date(day).getUTCDate())));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    /** @type {Record<string, number>} */
    const to = {
      ArrowLeft: this.at - DAY, ArrowRight: this.at + DAY, ArrowUp: this.at - 7 * DAY, ArrowDown: this.at + 7 * DAY,
      PageUp: addMonths(this.at, -1), PageDown: addMonths(this.at, 1),
      Home: startOfWeek(this.at, firstDay), End: startOfWeek(this.at, firstDay) + 6 * DAY,
    };
    if (!(event.key in to) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.at = to[event.key];
    this.draw();
    this.focus();
  }

  focus() {
    this.root.querySelector(/** @type {'button'} */ ('.pick[tabindex="0"]'))?.focus();
  }
}
