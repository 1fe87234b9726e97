// Who is signed in: signing in and up by password, or in with a token; and out.

import { call, setToken } from './api.js';
import { byId, say } from './dom.js';
import { problem, w } from './words.js';

const KEPT = 'calendar.token';

/** @typedef {{useremail: string, created: string, timezone?: string}} User */

/** @type {'in' | 'up' | 'token'} */
let way = 'in';
/** @type {(user: User) => void} */
let entered = () => {};
/** Who is signed in. */
let person = '';
/** @type {ReturnType<typeof setInterval> | undefined} */
let waiting;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let elsewhere;
// A token is taken away before the new one is put there.
const A_MOMENT = 200;

export const kept = () => sessionStorage.getItem(KEPT) ?? localStorage.getItem(KEPT);

/** @param {string | null} token @param {boolean} [stay] also when the browser is closed */
export function keep(token, stay = localStorage.getItem(KEPT) !== null) {
  localStorage.removeItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (token) (stay ? localStorage : sessionStorage).setItem(KEPT, token);
  setToken(token ?? '');
}

/** @param {(user: User) => void} onEntered */
export function prepare(onEntered) {
  entered = onEntered;
  byId('sign-form').addEventListener('submit', (/** @type {Event} */ event) => { event.preventDefault(); void submit(); });
  byId('sign-other').addEventListener('click', () => choose(way === 'up' ? 'in' : 'up'));
  byId('sign-token-way').addEventListener('click', () => choose(way === 'token' ? 'in' : 'token'));
  addEventListener('storage', ({ key }) => {
    if (key !== KEPT || sessionStorage.getItem(KEPT)) return;
    clearTimeout(elsewhere);
    elsewhere = setTimeout(follow, A_MOMENT);
  });
}

/** Another tab signed in or out, or has a new token: where it is the same person, what is typed here stays. */
async function follow() {
  const token = kept();
  if (!token) return location.reload();
  const { data } = await call('GET', '/user/', { as: token }).catch(() => ({ data: null }));
  if (data && data.useremail === person && document.body.dataset.state === 'in') setToken(token);
  else location.reload();
}

/** @param {User} user who is signed in now */
export function begin(user) {
  person = user.useremail;
}

/** @param {string} [message] why */
export function ask(message = '') {
  document.body.dataset.state = 'out';
  choose('in');
  tell(message);
}

/** @param {'in' | 'up' | 'token'} chosen */
function choose(chosen) {
  way = chosen;
  byId('sign-title').textContent = way === 'up' ? w.signUpTitle : w.signInTitle;
  byId('sign-by-password').hidden = way === 'token';
  byId('sign-by-token').hidden = way !== 'token';
  byId('sign-password-hint').hidden = way !== 'up';
  byId('sign-password').autocomplete = way === 'up' ? 'new-password' : 'current-password';
  byId('sign-submit').textContent = way === 'up' ? w.signUp : w.signIn;
  byId('sign-other').textContent = way === 'up' ? w.haveAccount : w.newHere;
  byId('sign-token-way').textContent = way === 'token' ? w.withPassword : w.withToken;
  byId('sign-token-way').hidden = way === 'up';
  tell('');
  byId(way === 'token' ? 'sign-token' : 'sign-email').focus();
}

/** @param {string} text */
function tell(text) {
  clearInterval(waiting);
  byId('sign-error').textContent = text;
  byId('sign-submit').disabled = false;
}

async function submit() {
  const useremail = byId('sign-email').value.trim();
  const password = byId('sign-password').value;
  const pasted = byId('sign-token').value.trim();
  const wrong = way === 'token' ? !pasted && w.tokenForm
    : !/^[^@\s]+@[^@\s]+$/.test(useremail) ? w.emailForm
    : way === 'up' && ([...password].length < 8 || [...password].length > 256) && w.passwordForm;
  if (wrong) return tell(wrong);
  tell('');
  byId('sign-submit').disabled = true;
  try {
    const token = way === 'token' ? pasted
      : (await call('POST', way === 'up' ? '/user/' : '/user/login', { body: { useremail, password }, as: '' })).data.token;
    const { data: user } = await call('GET', '/user/', { as: token });
    keep(token, byId('sign-keep').checked);
    byId('sign-form').reset();
    byId('sign-submit').disabled = false;
    entered(user);
  } catch (/** @type {any} */ refusal) {
    refused(refusal);
  }
}

/** @param {any} refusal */
function refused(refusal) {
  if (refusal.kind === 'taken') {
    choose('in');
    tell(w.emailTaken);
  } else if (refusal.kind === 'refused') {
    tell(way === 'up' ? w.refusedSignUp : w.refusedSignIn);
  } else if (refusal.kind === 'token') {
    tell(w.refusedToken);
  } else if (refusal.kind === 'limited') {
    wait(refusal.retryAfter || 60);
  } else {
    tell(problem(refusal));
    if (refusal.passing) byId('sign-submit').textContent = w.tryAgain;
  }
}

/** Counts the seconds until the server takes another attempt. @param {number} seconds */
function wait(seconds) {
  tell(w.limited(seconds));
  byId('sign-submit').disabled = true;
  const until = Date.now() + seconds * 1000;
  waiting = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) byId('sign-error').textContent = w.limited(left);
    else tell('');
  }, 1000);
}

export function signOut() {
  keep(null);
  location.hash = '';
  location.reload();
}

export async function signOutEverywhere() {
  await call('DELETE', '/user/token');
  say(w.ended);
  signOut();
}
