// Moving about without a mouse: single keys, and a finger's swipe.

import { byId, open } from './dom.js';

const KEPT = 'calendar.keys';

/** @param {Record<string, () => void>} acts by key */
export function prepare(acts) {
  const on = byId('keys-on');
  on.checked = localStorage.getItem(KEPT) !== 'off';
  on.addEventListener('change', () => localStorage.setItem(KEPT, on.checked ? 'on' : 'off'));
  addEventListener('keydown', (event) => {
    const act = acts[keyOf(event)];
    if (!act || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = /** @type {Element} */ (event.target);
    // A dialog that has just been closed keeps the focus until the page is drawn again.
    const dialog = target.closest('dialog');
    const typed = dialog ? dialog.open : target.closest('input, select, textarea');
    if (!on.checked || typed || document.body.dataset.state !== 'in') return;
    event.preventDefault();
    act();
  });
}

/** A letter by its place where the keyboard is set to Hangul. @param {KeyboardEvent} event */
function keyOf({ key, code }) {
  if (/^Key[A-Z]$/.test(code) && !/^[ -~]$/.test(key)) return code[3].toLowerCase();
  return key.length === 1 ? key.toLowerCase() : key;
}

export const help = () => open(byId('help'));

/** A finger that goes this far to the side, and not up or down, swipes. */
const FAR = 60;
const LONGEST = 700;

/** @param {HTMLElement} element @param {(way: 1 | -1) => void} swiped */
export function onSwipe(element, swiped) {
  let x = 0;
  let y = 0;
  let at = 0;
  element.addEventListener('pointerdown', (event) => {
    [x, y, at] = [event.clientX, event.clientY, event.pointerType === 'mouse' ? 0 : event.timeStamp];
  }, true);
  // Before the library sees it, to which a finger that lifts is a click.
  addEventListener('pointerup', (event) => {
    const [byX, byY] = [event.clientX - x, event.clientY - y];
    if (!at || event.timeStamp - at > LONGEST || Math.abs(byX) < FAR || Math.abs(byX) < 2 * Math.abs(byY)) return;
    if (document.querySelector('.ec-preview, dialog[open]')) return;
    at = 0;
    Object.assign(event, { swiped: true });
    swiped(byX < 0 ? 1 : -1);
  }, true);
}
