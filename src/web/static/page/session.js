// The session: where the access token is stored, and the calls that start, renew and end a session.

import { call, setToken } from './api.js';
import { isOnScreen } from './dom.js';
import { forget } from './offline.js';
import { state } from './state.js';
import { ofTab, persistent } from './storage.js';

/** @typedef {import('./state.js').User} User */

const STORAGE_KEY = 'calendar.token';

// Another tab removes its token before it stores the new one.
const STORAGE_SETTLES = 200;

const storedToken = () => ofTab.getItem(STORAGE_KEY) ?? persistent.getItem(STORAGE_KEY);

/** Uses the stored token for all calls. @returns {string | null} the token, if there is one */
export function useStoredToken() {
  const token = storedToken();
  if (token) setToken(token, ofTab.getItem(STORAGE_KEY) === null);
  // Another tab may have kept an answer just as this one signed out.
  else void forget();
  return token;
}

/**
 * Stores a token and uses it for all calls; null forgets it, with all that is kept for when there is no connection.
 * @param {string | null} token @param {boolean} [persist] whether to keep it after the browser is closed
 */
export function storeToken(token, persist = persistent.getItem(STORAGE_KEY) !== null) {
  persistent.removeItem(STORAGE_KEY);
  ofTab.removeItem(STORAGE_KEY);
  if (token) (persist ? persistent : ofTab).setItem(STORAGE_KEY, token);
  setToken(token ?? '', persist);
  return token && persist ? Promise.resolve() : forget();
}

/** @param {string} token @returns {Promise<User>} whose token it is */
export async function userOf(token) {
  const { data } = await call('GET', '/user/', { as: token, keep: true });
  return data;
}

/** @param {string} useremail @param {string} password @returns {Promise<string>} a token */
export async function signIn(useremail, password) {
  const { data } = await call('POST', '/user/login', { body: { useremail, password }, as: '' });
  return data.token;
}

/**
 * @param {string} useremail @param {string} password
 * @param {string | null} secret of an invitation, which is accepted with it @returns {Promise<string>} a token of the new account
 */
export async function signUp(useremail, password, secret) {
  const body = { useremail, password, ...(secret ? { invitation: secret } : {}) };
  const { data } = await call('POST', '/user/', { body, as: '' });
  return data.token;
}

/** Changes the password. That ends all sessions but this one, which gets a new token. @param {string} current @param {string} next */
export async function changePassword(current, next) {
  const body = current ? { password: next, old_password: current } : { password: next };
  const { data } = await call('PUT', '/user/password', { body });
  storeToken(data.token);
}

/** Loading the page again forgets everything that it holds in memory. */
export async function signOut() {
  await storeToken(null);
  location.hash = '';
  location.reload();
}

export async function signOutEverywhere() {
  await call('DELETE', '/user/token');
  await signOut();
}

/**
 * Follows the other tabs of this browser when one signs in or out, or gets a new token.
 * @param {(reason: 'out' | 'other') => void} leave when this tab's person is signed out, or another one signed in
 * @param {(user: User) => void} enter when this tab's person has signed in again
 */
export function followOtherTabs(leave, enter) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  addEventListener('storage', ({ key }) => {
    if (key !== STORAGE_KEY || ofTab.getItem(STORAGE_KEY)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void adoptStoredToken(leave, enter), STORAGE_SETTLES);
  });
}

/** Takes over the token of another tab. If it is the same user's, what is being typed here stays. @param {Parameters<typeof followOtherTabs>} handlers */
async function adoptStoredToken(...[leave, enter]) {
  const token = storedToken();
  if (!token) return leave('out');
  const user = await userOf(token).catch((error) => (error.retryable ? undefined : null));
  // Whose token it is cannot be told now. What is on screen stays, and the other tab's token with it.
  if (user === undefined) return void addEventListener('online', () => void adoptStoredToken(leave, enter), { once: true });
  if (!user || user.useremail !== state.user?.useremail) return leave('other');
  useStoredToken();
  if (isOnScreen('sign-in')) enter(user);
}
