// Who is signed in, and what is theirs: the password, the birthday, the language, the ways out.

import { call } from './api.js';
import { byId, open } from './dom.js';
import * as changes from './changes.js';
import * as events from './events.js';
import { keep, signOut, signOutEverywhere } from './session.js';
import { dateOf, parse } from './time.js';
import { notify } from './undo.js';
import { language, longDay, problem, speak, w } from './words.js';

/** @type {import('./session.js').User} */
let user;
/** @type {events.CalendarEvent | undefined} */
let birthday;
let redraw = () => {};

/** @param {() => void} draw fetches what is not known, and draws */
export function prepare(draw) {
  redraw = draw;
  const on = (/** @type {string} */ id, /** @type {string} */ type, /** @type {() => any} */ act) =>
    byId(id).addEventListener(type, (/** @type {Event} */ event) => { if (type === 'submit') event.preventDefault(); act(); });
  on('account-open', 'click', show);
  on('sign-out', 'click', signOut);
  on('sign-out-all', 'click', () => twice(byId('sign-out-all'), everywhere));
  on('password-form', 'submit', setPassword);
  on('birthday-form', 'submit', setBirthday);
  for (const select of document.querySelectorAll('.language')) {
    const languages = /** @type {HTMLSelectElement} */ (select);
    languages.value = language;
    languages.addEventListener('change', () => speak(languages.value));
  }
}

/** @param {import('./session.js').User} signedIn */
export function begin(signedIn) {
  user = signedIn;
  byId('account-initial').textContent = [...user.useremail][0].toUpperCase();
  byId('account-email').textContent = user.useremail;
  byId('account-since').textContent = w.since(longDay(parse(user.created)));
}

async function show() {
  for (const id of ['password-error', 'birthday-error', 'sign-out-error']) byId(id).textContent = '';
  byId('password-form').reset();
  byId('sign-out-all').textContent = w.signOutAll;
  showBirthday(undefined);
  open(byId('account'));
  try {
    showBirthday(await events.birthday(user.useremail));
  } catch (refusal) {
    byId('birthday-error').textContent = problem(refusal);
  }
}

/** @param {events.CalendarEvent | undefined} event */
function showBirthday(event) {
  birthday = event;
  byId('birthday-date').value = event ? dateOf(event.start) : '';
  byId('birthday-date').readOnly = Boolean(event);
  byId('birthday-save').textContent = event ? w.removeBirthday : w.setBirthday;
}

async function setBirthday() {
  const date = byId('birthday-date').value;
  const error = byId('birthday-error');
  error.textContent = '';
  if (!date) {
    error.textContent = w.birthdayForm;
    return;
  }
  try {
    if (birthday) {
      await changes.remove(birthday);
      showBirthday(undefined);
    } else {
      await events.setBirthday(date);
      showBirthday(await events.birthday(user.useremail));
    }
    redraw();
  } catch (/** @type {any} */ refusal) {
    error.textContent = refusal.kind === 'taken' ? w.birthdayTaken : problem(refusal);
    if (refusal.passing) byId('birthday-save').textContent = w.tryAgain;
  }
}

async function setPassword() {
  const [old, next] = [byId('password-old').value, byId('password-new').value];
  const error = byId('password-error');
  error.textContent = '';
  if ([...next].length < 8 || [...next].length > 256) {
    error.textContent = w.passwordForm;
    return;
  }
  try {
    const { data } = await call('PUT', '/user/password', { body: old ? { password: next, old_password: old } : { password: next } });
    keep(data.token);
    byId('password-form').reset();
    byId('account').close();
    notify(w.passwordSet);
  } catch (/** @type {any} */ refusal) {
    error.textContent = refusal.kind === 'refused' ? w.refusedPassword : problem(refusal);
  }
}

async function everywhere() {
  try {
    await signOutEverywhere();
  } catch (refusal) {
    byId('sign-out-error').textContent = problem(refusal);
  }
}

/** What hurts is asked twice. @param {HTMLButtonElement} button @param {() => void} act */
function twice(button, act) {
  if (button.textContent === w.sure) act();
  else button.textContent = w.sure;
}
