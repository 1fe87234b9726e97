// Fields for a date and for a time of day. They show both as the person has chosen, and take them as people type them
// (typed-times.js). A browser's own fields follow the language of the browser instead.

import { DatePicker } from './date-picker.js';
import { el, icon } from './dom.js';
import { formatClock, formatShortDate } from './format.js';
import { t } from './i18n/index.js';
import { DAY, MINUTE, startOfDay, today } from './time.js';
import { parseTime, parseWhen } from './typed-times.js';

/** The steps between the times that are offered. */
const STEP = 30 * MINUTE;

/**
 * What was written into a field, and how. Until a person types there, that counts and not its text: the year 17 is
 * written as 2017 is typed.
 * @type {WeakMap<HTMLInputElement, {value: number, text: string}>}
 */
const written = new WeakMap();

/** @param {HTMLInputElement} input @param {number} value @param {string} text */
function write(input, value, text) {
  written.set(input, { value, text });
  input.value = text;
  markInvalid(input, false);
}

/** @param {HTMLInputElement} input @returns {number | undefined} what was written, if nobody has typed since */
function untouched(input) {
  const last = written.get(input);
  return last?.text === input.value ? last.value : undefined;
}

/** @param {HTMLInputElement} input @param {number} day */
export function writeDate(input, day) {
  write(input, day, formatShortDate(day));
}

/** @param {HTMLInputElement} input @returns {{day: number, time?: number} | null} null if it cannot be read */
export function readDate(input) {
  const day = untouched(input);
  return day !== undefined ? { day } : parseWhen(input.value, written.get(input)?.value ?? today(), today());
}

/** @param {HTMLInputElement} input @param {number} time only its time of day counts */
export function writeTime(input, time) {
  const ofDay = time - startOfDay(time);
  write(input, ofDay, formatClock(DAY + ofDay));
}

/** @param {HTMLInputElement} input @returns {number | null} milliseconds from midnight; null if it cannot be read */
export const readTime = (input) => untouched(input) ?? parseTime(input.value);

/** @param {HTMLInputElement} input @param {boolean} isInvalid */
export function markInvalid(input, isInvalid) {
  input.setAttribute('aria-invalid', String(isInvalid));
}

/**
 * Makes an input a field for a date, with a month to choose from.
 * @param {HTMLInputElement} input
 * @param {(when: {day: number, time?: number}) => void} [changed] `time`: if one was typed after the date
 */
export function initDate(input, changed) {
  const grid = el('div.picker-month.field-picker', { hidden: true });
  const close = () => {
    grid.hidden = true;
    button.setAttribute('aria-expanded', 'false');
  };
  const picker = new DatePicker(grid, (day) => {
    close();
    writeDate(input, day);
    input.focus();
    changed?.({ day });
  });
  const button = el('button.quiet.small', {
    type: 'button', 'aria-label': t.chooseDate, 'aria-expanded': 'false',
    onclick: () => {
      if (!grid.hidden) return close();
      picker.select(readDate(input)?.day ?? today());
      grid.hidden = false;
      button.setAttribute('aria-expanded', 'true');
      picker.focus();
    },
  }, icon('calendar'));
  const box = el('span.combo', {});
  input.before(box);
  box.append(input, button);
  // Below all that stands beside the field.
  (box.closest('.field-row') ?? box).after(grid);
  // The next event must not find it open.
  input.closest('dialog')?.addEventListener('close', close);
  grid.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    keepOpen(event);
    close();
    button.focus();
  });
  input.addEventListener('change', () => {
    const when = readDate(input);
    markInvalid(input, Boolean(input.value) && when === null);
    if (!when) return;
    writeDate(input, when.day);
    changed?.(when);
  });
}

/** The dialog around a field must not close with what has opened below the field. @param {KeyboardEvent} event */
function keepOpen(event) {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * Makes an input a field for a time of day, with a list to choose from (the combobox of the ARIA Authoring Practices
 * Guide).
 * @param {HTMLInputElement} input @param {() => void} changed
 */
export function initTime(input, changed) {
  const list = el('ul.plain.time-list', { role: 'listbox', id: `${input.id}-list`, 'aria-label': input.getAttribute('aria-label'), hidden: true });
  const box = el('span.combo', {});
  input.before(box);
  box.append(input, list);
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': list.id, 'aria-autocomplete': 'none' })) input.setAttribute(name, value);

  /** The one that Enter takes. */
  let active = -1;
  const close = () => {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  /** @param {number} index */
  const activate = (index) => {
    const options = [...list.children];
    active = Math.min(Math.max(index, 0), options.length - 1);
    options.forEach((option, at) => option.setAttribute('aria-selected', String(at === active)));
    options[active].scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', options[active].id);
  };
  const open = () => {
    if (!list.hidden) return;
    list.replaceChildren(...Array.from({ length: DAY / STEP }, (_, index) =>
      el('li', { role: 'option', id: `${list.id}-${index}`, 'data-time': index * STEP }, formatClock(DAY + index * STEP))));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    activate(Math.floor((readTime(input) ?? 9 * 2 * STEP) / STEP));
  };
  /** @param {Element} option */
  const take = (option) => {
    writeTime(input, Number(/** @type {HTMLElement} */ (option).dataset.time));
    close();
    changed();
  };
  input.addEventListener('click', open);
  input.addEventListener('input', close);
  input.addEventListener('blur', close);
  list.addEventListener('pointerdown', (/** @type {Event} */ event) => {
    // The field keeps the focus.
    event.preventDefault();
  });
  list.addEventListener('click', (/** @type {Event} */ event) => {
    const option = /** @type {Element} */ (event.target).closest('[role=option]');
    if (option) take(option);
  });
  input.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step && !event.isComposing) {
      event.preventDefault();
      if (list.hidden) open();
      else activate(active + step);
    } else if (!list.hidden && event.key === 'Enter') {
      event.preventDefault();
      take(list.children[active]);
    } else if (!list.hidden && event.key === 'Escape') {
      keepOpen(event);
      close();
    }
  });
  input.addEventListener('change', () => {
    const time = readTime(input);
    markInvalid(input, Boolean(input.value) && time === null);
    if (time === null) return;
    writeTime(input, time);
    changed();
  });
}
