// The account: the user's password and birthday, and signing out.

import { initDate, readDate, writeDate } from '../date-fields.js';
import { byId, on, open } from '../dom.js';
import * as actions from '../events/actions.js';
import { findBirthday, setBirthday } from '../events/requests.js';
import { formatLongDate, formatShortDate } from '../format.js';
import { errorMessage, t } from '../i18n/index.js';
import { notify } from '../messages.js';
import { refresh } from '../refresh.js';
import { changePassword, signOut, signOutEverywhere } from '../session.js';
import { fromApi, toIsoDate, today } from '../time.js';
import { pressTwice } from './press-twice.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */

/** @type {CalendarEvent | undefined} */
let birthday;

export function init() {
  on('account-open', 'click', () => void show());
  on('sign-out', 'click', signOut);
  on('sign-out-all', 'click', () => pressTwice(byId('sign-out-all'), () => void endAllSessions()));
  on('password-form', 'submit', () => void savePassword());
  initDate(byId('birthday-date'));
  on('birthday-form', 'submit', () => void saveBirthday());
}

/** Shows in the sidebar and the dialog who is signed in. @param {import('../state.js').User} user */
export function showUser(user) {
  byId('account-initial').textContent = [...user.useremail][0].toUpperCase();
  byId('account-email').textContent = user.useremail;
  byId('account-since').textContent = t.memberSince(formatLongDate(fromApi(user.created)));
}

async function show() {
  for (const id of ['password-error', 'birthday-error', 'sign-out-error']) byId(id).textContent = '';
  byId('password-form').reset();
  byId('sign-out-all').textContent = t.signOutEverywhere;
  showBirthday(undefined);
  open(byId('account'));
  void showDevices();
  try {
    showBirthday(await findBirthday());
  } catch (error) {
    byId('birthday-error').textContent = errorMessage(error);
  }
}

/** Their module is loaded when they are first shown. */
async function showDevices() {
  try {
    const devices = await import('./devices.js');
    devices.showDevices();
  } catch {
    byId('devices-error').textContent = t.offline;
  }
}

/** @param {CalendarEvent | undefined} event */
function showBirthday(event) {
  birthday = event;
  if (event) writeDate(byId('birthday-date'), event.start);
  else byId('birthday-date').value = '';
  byId('birthday-date').readOnly = Boolean(event);
  byId('birthday-form').classList.toggle('set', Boolean(event));
  byId('birthday-save').textContent = event ? t.removeBirthday : t.saveBirthday;
}

/** Says what failed; in a message, if the dialog was closed meanwhile. @param {string} line the id of a line of the dialog @param {string} text */
function tell(line, text) {
  if (byId('account').open) byId(line).textContent = text;
  else notify(text);
}

/** Saves the birthday, or removes the one that is set. */
async function saveBirthday() {
  const typed = byId('birthday-date').value.trim();
  const day = readDate(byId('birthday-date'))?.day ?? null;
  byId('birthday-error').textContent = day !== null ? ''
    : typed ? t.dateUnreadable(typed, formatShortDate(today())) : t.birthdayMissing;
  if (day === null) return;
  try {
    if (birthday) {
      await actions.remove(birthday);
      showBirthday(undefined);
    } else {
      await setBirthday(toIsoDate(day));
      showBirthday(await findBirthday());
    }
    void refresh();
  } catch (/** @type {any} */ error) {
    tell('birthday-error', error.kind === 'taken' ? t.birthdayTaken : errorMessage(error));
    if (error.retryable) byId('birthday-save').textContent = t.tryAgain;
  }
}

async function savePassword() {
  const [current, next] = [byId('password-old').value, byId('password-new').value];
  const length = [...next].length;
  byId('password-error').textContent = length < 8 || length > 256 ? t.passwordInvalid : '';
  if (byId('password-error').textContent) return;
  try {
    await changePassword(current, next);
    byId('password-form').reset();
    byId('account').close();
    notify(t.passwordChanged);
  } catch (/** @type {any} */ error) {
    tell('password-error', error.kind === 'credentials' ? t.currentPasswordWrong : errorMessage(error));
  }
}

async function endAllSessions() {
  try {
    await signOutEverywhere();
  } catch (error) {
    tell('sign-out-error', errorMessage(error));
  }
}
