// Asks before a form is closed that holds what was typed and not saved.

import { byId, el } from '../dom.js';
import { t } from '../i18n/index.js';

/** The forms that are asked about, each with whether it holds something. @type {{dialog: HTMLDialogElement, isChanged: () => boolean}[]} */
const guarded = [];

/** Has the browser ask before the page is left while a form holds something. */
export function askBeforeLeaving() {
  addEventListener('beforeunload', (event) => {
    if (guarded.some(({ dialog, isChanged }) => dialog.open && isChanged())) event.preventDefault();
  });
}

/**
 * Asks in a dialog before it is closed by a person, if it holds something.
 * @param {string} id of the dialog @param {string} before the id of the element before which it asks
 * @param {() => boolean} isChanged
 */
export function askBeforeClosing(id, before, isChanged) {
  const dialog = /** @type {HTMLDialogElement} */ (byId(id));
  guarded.push({ dialog, isChanged });
  const keep = el('button', { type: 'button', onclick: hide }, t.keepEditing);
  const question = el('div.notice.unsaved', { role: 'alert', hidden: true },
    el('p', {}, t.discardQuestion),
    el('div.row', {}, keep, el('button.danger', { type: 'button', onclick: () => dialog.close() }, t.discard)));
  byId(before).before(question);
  /** @type {Element | null} */
  let focused = null;

  function hide() {
    question.hidden = true;
    if (focused instanceof HTMLElement) focused.focus();
  }
  /** @param {Event} event */
  const ask = (event) => {
    if (!isChanged()) return;
    event.preventDefault();
    focused = document.activeElement;
    question.hidden = false;
    keep.focus();
  };
  // By a button, the backdrop, or the Back of a phone.
  dialog.addEventListener('cancel', ask);
  // Before the browser, which closes the dialog at the second Escape whatever the page wants.
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    if (question.hidden) return ask(event);
    event.preventDefault();
    hide();
  });
  dialog.addEventListener('close', () => { question.hidden = true; });
}
