// Confirms a destructive action: the button acts when it is pressed a second time.

import { t } from '../i18n/index.js';

/** @param {HTMLButtonElement} button @param {() => void} act */
export function pressTwice(button, act) {
  if (button.textContent === t.pressAgain) act();
  else button.textContent = t.pressAgain;
}
