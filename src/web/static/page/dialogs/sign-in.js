// The sign-in screen: signing in or up with a password, or in with a token.

import { byId, closeDialogs, on, showScreen } from '../dom.js';
import { errorMessage, language, setLanguage, t } from '../i18n/index.js';
import * as invitation from '../invitation.js';
import { notify } from '../messages.js';
import { signIn, signUp, storeToken, userOf } from '../session.js';

/** @typedef {'sign-in' | 'sign-up' | 'token'} Mode */

/** How long to wait when the server does not say. */
const DEFAULT_WAIT = 60;

/** @type {Mode} */
let mode = 'sign-in';
/** @type {(user: import('../state.js').User) => void} */
let onSignIn = () => {};
/** @type {ReturnType<typeof setInterval> | undefined} */
let countdown;
/** The name of the group that the page was opened with an invitation to. */
let invitedTo = '';

/** @param {(user: import('../state.js').User) => void} signedIn */
export function init(signedIn) {
  onSignIn = signedIn;
  on('sign-in-form', 'submit', () => void submit());
  on('switch-sign-up', 'click', () => setMode(mode === 'sign-up' ? 'sign-in' : 'sign-up'));
  on('switch-token', 'click', () => setMode(mode === 'token' ? 'sign-in' : 'token'));
  byId('sign-in-language').value = language;
  on('sign-in-language', 'change', () => setLanguage(byId('sign-in-language').value));
}

/** @param {string} [reason] why the person has to sign in */
export function showSignIn(reason = '') {
  closeDialogs();
  showScreen('sign-in');
  setMode('sign-in');
  showError(reason);
  void showInvitation();
}

/** Says what the invitation is to with which the page was opened. */
async function showInvitation() {
  const line = byId('sign-in-invitation');
  line.hidden = true;
  if (!invitation.pending()) return;
  try {
    const { group_name: group, useremail, role, sign_up: canSignUp } = await invitation.look();
    invitedTo = group;
    line.textContent = [t.invitedTo(useremail, group), t.roleByJoining[role], canSignUp ? t.signUpToJoin : t.signInToJoin].join(' ');
  } catch (/** @type {any} */ error) {
    line.textContent = invitation.problem(error, errorMessage);
  }
  line.hidden = false;
}

/** @param {Mode} chosen */
function setMode(chosen) {
  mode = chosen;
  const [isSignUp, isToken] = [mode === 'sign-up', mode === 'token'];
  byId('sign-in-title').textContent = isSignUp ? t.signUpTitle : t.signInTitle;
  byId('password-fields').hidden = isToken;
  byId('token-fields').hidden = !isToken;
  byId('sign-in-password-hint').hidden = !isSignUp;
  byId('sign-in-password').autocomplete = isSignUp ? 'new-password' : 'current-password';
  byId('sign-in-submit').textContent = isSignUp ? t.signUp : t.signIn;
  byId('switch-sign-up').textContent = isSignUp ? t.toSignIn : t.toSignUp;
  byId('switch-token').textContent = isToken ? t.usePassword : t.useToken;
  byId('switch-token').hidden = isSignUp;
  showError('');
  byId(isToken ? 'sign-in-token' : 'sign-in-email').focus();
}

/** @param {string} text */
function showError(text) {
  clearInterval(countdown);
  byId('sign-in-error').textContent = text;
  byId('sign-in-submit').disabled = false;
}

async function submit() {
  const email = byId('sign-in-email').value.trim();
  const password = byId('sign-in-password').value;
  const pastedToken = byId('sign-in-token').value.trim();
  const problem = mode === 'token' ? !pastedToken && t.tokenMissing : checkFields(email, password);
  if (problem) return showError(problem);
  showError('');
  byId('sign-in-submit').disabled = true;
  try {
    const token = mode === 'token' ? pastedToken
      : mode === 'sign-up' ? await signUp(email, password, invitation.pending()) : await signIn(email, password);
    const user = await userOf(token);
    storeToken(token, byId('stay-signed-in').checked);
    byId('sign-in-form').reset();
    byId('sign-in-submit').disabled = false;
    const joined = mode === 'sign-up' && invitation.pending();
    if (joined) invitation.drop();
    onSignIn(user);
    if (joined) notify(t.joined(invitedTo));
  } catch (error) {
    showFailure(error);
  }
}

/** @param {string} email @param {string} password @returns {string | false} what is wrong */
function checkFields(email, password) {
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) return t.emailInvalid;
  const length = [...password].length;
  return mode === 'sign-up' && (length < 8 || length > 256) && t.passwordInvalid;
}

/** @param {any} error */
function showFailure(error) {
  if (error.kind === 'taken') {
    setMode('sign-in');
    showError(t.emailTaken);
  } else if (error.kind === 'credentials') {
    showError(mode === 'sign-up' ? t.signUpClosed : t.signInRefused);
  } else if (error.kind === 'token') {
    showError(t.tokenInvalid);
  } else if (mode === 'sign-up' && invitation.pending() && (error.kind === 'notFound' || error.detail.startsWith('the group has '))) {
    // Without it, the person can sign up as anybody can, if that is open.
    invitation.drop();
    showError(invitation.problem(error, errorMessage));
  } else if (error.kind === 'rateLimited') {
    waitToRetry(error.retryAfter || DEFAULT_WAIT);
  } else {
    showError(errorMessage(error));
    if (error.retryable) byId('sign-in-submit').textContent = t.tryAgain;
  }
}

/** Counts down until the server allows another attempt. @param {number} seconds */
function waitToRetry(seconds) {
  showError(t.rateLimited(seconds));
  byId('sign-in-submit').disabled = true;
  const end = Date.now() + seconds * 1000;
  countdown = setInterval(() => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) byId('sign-in-error').textContent = t.rateLimited(left);
    else showError('');
  }, 1000);
}
