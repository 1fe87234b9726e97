// Copies an address that is shown once.

import { announce } from '../dom.js';
import { t } from '../i18n/index.js';

/** @param {HTMLInputElement} field @param {HTMLButtonElement} button says that it is done */
export async function copyField(field, button) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without HTTPS there is no clipboard; what is selected can be copied as ever.
    field.focus();
    field.select();
    if (!document.execCommand('copy')) return;
  }
  button.textContent = t.copied;
  announce(t.copied);
}
