// Short messages at the bottom of the page: what was done, with ten seconds to undo it, or what failed.

import { announce, byId, el, icon } from './dom.js';
import { errorMessage, t } from './i18n/index.js';

const UNDO_SECONDS = 10;
const NOTICE_SECONDS = 4;
const MAX_MESSAGES = 3;

/** @type {(() => void) | null} undoes the last change */
let undo = null;

/** An open dialog makes the rest of the page inert, so the messages move into it, and out again when it closes. */
export function init() {
  document.addEventListener('close', moveToTop, true);
}

function moveToTop() {
  const list = byId('messages');
  const dialogs = [...document.querySelectorAll('dialog[open]')];
  const host = document.activeElement?.closest('dialog[open]') ?? dialogs.pop() ?? document.body;
  if (list.parentElement !== host) host.append(list);
  // The popover that was shown last is on top.
  if (list.matches(':popover-open')) list.hidePopover();
  if (list.children.length) list.showPopover();
}

/** Says what was done, and offers to undo it. @param {string} message @param {() => Promise<void>} revert */
export function offerUndo(message, revert) {
  const run = () => {
    close();
    revert().then(
      () => notify(t.undone),
      (error) => (error.retryable ? notify(errorMessage(error), t.tryAgain, run) : notify(t.undoConflict)),
    );
  };
  const close = show(message, t.undo, run, UNDO_SECONDS, () => { if (undo === run) undo = null; });
  undo = run;
}

/** Undoes the last change while that is still offered. */
export const undoLast = () => undo?.();

/**
 * @param {string} message
 * @param {string} [label] of a button; with a button, the message stays until it is pressed or closed
 * @param {() => void} [act] what the button does
 * @returns {() => void} closes the message
 */
export function notify(message, label, act) {
  const close = show(message, label, () => { close(); act?.(); }, label ? 0 : NOTICE_SECONDS);
  return close;
}

/**
 * As `notify`, for a message that must not be pushed out by later ones, since it holds what a person has typed.
 * @param {string} message @param {string} label @param {() => void} act
 */
export function notifyForGood(message, label, act) {
  notify(message, label, act);
  byId('messages').lastElementChild.classList.add('lasting');
}

/**
 * @param {string} message @param {string | undefined} label @param {() => void} act
 * @param {number} seconds 0: until it is closed
 * @param {() => void} [closed]
 */
function show(message, label, act, seconds, closed) {
  const list = byId('messages');
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const close = () => {
    clearTimeout(timer);
    item.remove();
    closed?.();
  };
  const item = el('li.message', {},
    el('span', {}, message),
    label && el('button', { type: 'button', onclick: act }, label),
    el('button.quiet.small', { type: 'button', 'aria-label': t.close, onclick: close }, icon('close')));
  if (seconds && label) item.append(el('span.countdown'));
  if (seconds) timer = setTimeout(close, seconds * 1000);
  list.append(item);
  for (const other of [...list.querySelectorAll('.message:not(.lasting)')].slice(0, -MAX_MESSAGES)) other.remove();
  moveToTop();
  announce(label ? `${message.replace(/\.$/, '')}. ${label}` : message);
  return close;
}
