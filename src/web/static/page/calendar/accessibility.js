// What the library leaves undone for a keyboard and a screen reader: the focus after a redraw, and correct roles.

import { byId } from '../dom.js';
import { state } from '../state.js';
import { startOfMonth, toIsoDate } from '../time.js';

/** The event that gets the focus after the next redraw, by its key. @type {string | null} */
let focusNext = null;

/** @param {string} key as `keyOf` */
export function setNextFocus(key) {
  focusNext = key;
}

/** Before a redraw: remembers which event has the focus. */
export function rememberFocus() {
  const element = /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest('#calendar [data-key]'));
  if (element) focusNext ??= element.dataset.key ?? null;
}

/** After a redraw: gives the focus back to the event that lost it. */
export function restoreFocus() {
  if (focusNext === null || document.querySelector('dialog[open]')) return;
  // A dialog that has just closed still has the focus, although it is hidden.
  const isLost = document.activeElement === document.body || document.activeElement?.closest('dialog');
  /** @type {HTMLElement | null} */
  const element = document.querySelector(`#calendar [data-key="${focusNext}"]`);
  if (isLost && element) element.focus({ preventScroll: true });
  if (!isLost || element) focusNext = null;
}

/** Scrolls to an event and makes it stand out for a moment. @param {string} key as `keyOf` @returns {Promise<boolean>} whether it is drawn */
export async function highlight(key) {
  await new Promise(requestAnimationFrame);
  /** @type {NodeListOf<HTMLElement>} */
  const elements = document.querySelectorAll(`#calendar [data-key="${key}"]`);
  for (const element of elements) {
    element.classList.add('highlighted');
    element.addEventListener('animationend', () => element.classList.remove('highlighted'), { once: true });
  }
  elements[0]?.scrollIntoView({ block: 'center' });
  elements[0]?.focus({ preventScroll: true });
  return elements.length > 0;
}

/** Scrolls a list to its date, past the days of the month that are before. */
export function scrollListToDate() {
  if (state.date === startOfMonth(state.date)) return;
  const days = [...document.querySelectorAll('#calendar .ec-day')];
  days.find((day) => (day.querySelector('time')?.dateTime ?? '') >= toIsoDate(state.date))?.scrollIntoView({ block: 'start' });
}

/** Corrects the library's roles whenever it draws. */
export function watchRoles() {
  const root = byId('calendar');
  new MutationObserver(() => correctRoles(root)).observe(root, { childList: true, subtree: true });
}

/**
 * The library calls itself a table, but without the rows that a table must have, which misleads screen readers.
 * Without those roles they read the names of the days and the events, each with its date.
 * @param {HTMLElement} root
 */
function correctRoles(root) {
  const tableRoles = '[role=table], [role=row], [role=cell], [role=columnheader], [role=rowgroup], [role=list]';
  for (const element of root.querySelectorAll(tableRoles)) {
    if (element.getAttribute('role') !== 'list' || element.matches('.ec')) element.removeAttribute('role');
    element.removeAttribute('aria-colindex');
  }
  for (const time of root.querySelectorAll('time[aria-label]:not([role])')) time.removeAttribute('aria-label');
  for (const span of root.querySelectorAll('.ec-col-head > [aria-label]')) span.removeAttribute('aria-label');
  const main = root.querySelector('.ec-main');
  if (!main) return;
  if (state.view === 'list' && root.querySelector('[role=listitem]')) main.setAttribute('role', 'list');
  else if (main.hasAttribute('role')) main.removeAttribute('role');
  // What scrolls must be scrollable by keyboard.
  if (state.view !== 'month' && !main.hasAttribute('tabindex')) main.setAttribute('tabindex', '0');
  for (const head of root.querySelectorAll('h4.ec-day-head:not([aria-level])')) head.setAttribute('aria-level', '2');
  for (const aside of root.querySelectorAll('aside.ec-sidebar:not([role])')) aside.setAttribute('role', 'presentation');
}
