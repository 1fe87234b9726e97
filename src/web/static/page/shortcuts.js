// Single-key shortcuts, and swiping with a finger.

import { byId, isOnScreen } from './dom.js';
import { persistent } from './storage.js';

const STORAGE_KEY = 'calendar.keys';

/** @param {Record<string, () => void>} actions by key */
export function initShortcuts(actions) {
  const enabled = byId('shortcuts-on');
  enabled.checked = persistent.getItem(STORAGE_KEY) !== 'off';
  enabled.addEventListener('change', () => persistent.setItem(STORAGE_KEY, enabled.checked ? 'on' : 'off'));
  addEventListener('keydown', (event) => {
    const action = actions[keyOf(event)];
    if (!action || !enabled.checked || !isOnScreen('calendar')) return;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const target = /** @type {Element} */ (event.target);
    // A dialog that has just been closed keeps the focus until the page is drawn again.
    const dialog = target.closest('dialog');
    // Nothing is typed into a box or a button, but the arrow keys choose among buttons of a kind.
    const isTyping = dialog ? dialog.open : target.closest('select, textarea, input:not([type=checkbox], [type=radio])');
    if (isTyping || (event.key.startsWith('Arrow') && target.closest('[type=radio]'))) return;
    event.preventDefault();
    action();
  });
}

/** The Latin letter on the key when the keyboard is set to Hangul. @param {KeyboardEvent} event */
function keyOf({ key, code }) {
  if (/^Key[A-Z]$/.test(code) && !/^[ -~]$/.test(key)) return code[3].toLowerCase();
  return key.length === 1 ? key.toLowerCase() : key;
}

/** A swipe moves at least this many pixels to the side, and less than half as far up or down. */
const SWIPE_DISTANCE = 60;
/** It takes at most this many milliseconds. */
const SWIPE_TIME = 700;

/** @param {HTMLElement} element @param {(direction: 1 | -1) => void} swiped 1: to what is next */
export function onSwipe(element, swiped) {
  let [startX, startY, startTime] = [0, 0, 0];
  element.addEventListener('pointerdown', (event) => {
    const isFinger = event.pointerType !== 'mouse';
    [startX, startY, startTime] = [event.clientX, event.clientY, isFinger ? event.timeStamp : 0];
  }, true);
  // In the capture phase, before the library sees it: to the library, lifting a finger is a click.
  addEventListener('pointerup', (event) => {
    const [byX, byY] = [event.clientX - startX, event.clientY - startY];
    const isSwipe = startTime && event.timeStamp - startTime <= SWIPE_TIME
      && Math.abs(byX) >= SWIPE_DISTANCE && Math.abs(byX) >= 2 * Math.abs(byY);
    if (!isSwipe || document.querySelector('.ec-preview, dialog[open]')) return;
    startTime = 0;
    Object.assign(event, { swiped: true });
    swiped(byX < 0 ? 1 : -1);
  }, true);
}
