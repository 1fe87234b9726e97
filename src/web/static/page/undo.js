// Short messages at the bottom: what was done, with ten seconds to undo it; what failed, with a way on.

import { byId, el, icon, say } from './dom.js';
import { problem, w } from './words.js';

const SECONDS = 10;
const MOST = 3;

/** @type {(() => void) | null} undoes what was done last */
let last = null;

/** A dialog that is open makes all that is not in it inert: so the messages go into it, and out again. */
export function prepare() {
  document.addEventListener('close', lift, true);
}

function lift() {
  const list = byId('messages');
  const open = [...document.querySelectorAll('dialog[open]')];
  const host = document.activeElement?.closest('dialog[open]') ?? open.pop() ?? document.body;
  if (list.parentElement !== host) host.append(list);
  // What was shown last is on top.
  if (list.matches(':popover-open')) list.hidePopover();
  if (list.children.length) list.showPopover();
}

/** @param {string} message @param {() => Promise<void>} undo */
export function offer(message, undo) {
  const run = () => {
    close();
    undo().then(
      () => notify(w.undone),
      (refusal) => (refusal.passing ? notify(problem(refusal), w.tryAgain, run) : notify(w.notUndone)),
    );
  };
  const close = show(message, w.undo, run, SECONDS, () => { if (last === run) last = null; });
  last = run;
}

/** Undoes what was done last, if that was less than ten seconds ago. */
export const undoLast = () => last?.();

/** @param {string} message @param {string} [label] @param {() => void} [act] with a way on, it stays until it is taken or closed
 * @returns {() => void} closes it */
export function notify(message, label, act) {
  const close = show(message, label, () => { close(); act?.(); }, label ? 0 : 4);
  return close;
}

/**
 * @param {string} message @param {string | undefined} label @param {() => void} act
 * @param {number} seconds 0: until it is closed
 * @param {() => void} [gone]
 */
function show(message, label, act, seconds, gone) {
  const list = byId('messages');
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const close = () => {
    clearTimeout(timer);
    item.remove();
    gone?.();
  };
  const item = el('li.message', {},
    el('span', {}, message),
    label && el('button', { type: 'button', onclick: act }, label),
    el('button.quiet.small', { type: 'button', 'aria-label': w.close, onclick: close }, icon('close')));
  if (seconds && label) item.append(el('span.countdown'));
  if (seconds) timer = setTimeout(close, seconds * 1000);
  list.append(item);
  while (list.children.length > MOST) list.firstElementChild.remove();
  lift();
  say(label ? `${message}. ${label}` : message);
  return close;
}
