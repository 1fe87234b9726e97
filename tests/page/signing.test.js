import assert from 'node:assert/strict';
import { PASSWORD, everywhere, page, startServer, visit, words } from './helpers.js';

const server = await startServer();
const closed = await startServer({ CALENDAR_REGISTRATION: 'closed' });
const limited = await startServer({ CALENDAR_AUTH_RATE: '1/min' });

/** @param {import('playwright-core').Page} open @param {string} email @param {string} password */
async function fill(open, email, password) {
  await open.fill('#sign-email', email);
  await open.fill('#sign-password', password);
  await open.click('#sign-submit');
}

everywhere('one signs up with an email and a password, out, and in again', async (place) => {
  const w = words(place.language);
  const open = await visit(server, place);
  const email = `lee${place.width}@example.com`;
  assert.equal(await open.textContent('#sign-title'), w.signInTitle);
  await open.click('#sign-other');
  assert.equal(await open.textContent('#sign-title'), w.signUpTitle);
  await fill(open, email, PASSWORD);
  await open.waitForSelector('.ec-main');
  await openAccount(open);
  assert.equal(await open.textContent('#account-email'), email);
  await open.click('#sign-out');
  await open.waitForSelector('#sign-email:focus');
  await fill(open, email, PASSWORD);
  await open.waitForSelector('.ec-main');
});

everywhere('one signs in with a token that the operator gave', async (place) => {
  const { token } = await server.person('kim');
  const open = await visit(server, place);
  await open.click('#sign-token-way');
  await open.fill('#sign-token', token);
  await open.click('#sign-submit');
  await open.waitForSelector('.ec-main');
});

everywhere('a refusal to sign in says what to do', async (place) => {
  const w = words(place.language);
  const { email } = await server.person('park', PASSWORD);
  const open = await visit(server, place);
  const told = (/** @type {string} */ text) => open.waitForSelector(`#sign-error >> text=${JSON.stringify(text)}`);
  await fill(open, 'nobody', PASSWORD);
  await told(w.emailForm);
  await fill(open, email, 'wrong horse');
  await told(w.refusedSignIn);
  await open.click('#sign-token-way');
  await open.fill('#sign-token', 'abc');
  await open.click('#sign-submit');
  await told(w.refusedToken);
  await open.click('#sign-token-way');
  await open.click('#sign-other');
  await fill(open, 'new@example.com', 'short');
  await told(w.passwordForm);
  await fill(open, email, PASSWORD);
  await told(w.emailTaken);
  assert.equal(await open.inputValue('#sign-email'), email, 'what was typed is kept');
  assert.equal(await open.textContent('#sign-title'), w.signInTitle, 'one can sign in at once');
});

everywhere('where registration is closed, signing up says whom to ask', async (place) => {
  const open = await visit(closed, place);
  await open.click('#sign-other');
  await fill(open, 'new@example.com', PASSWORD);
  await open.waitForSelector(`#sign-error >> text=${JSON.stringify(words(place.language).refusedSignUp)}`);
});

page('after too many attempts it says for how long to wait, and waits', async () => {
  const open = await visit(limited);
  await fill(open, 'park@example.com', 'wrong horse');
  await open.waitForSelector('#sign-error >> text=not right');
  await fill(open, 'park@example.com', 'wrong horse');
  const text = await open.textContent('#sign-error:has-text("Too many")');
  assert.match(text ?? '', /^Too many attempts\. Try again in \d+ seconds\.$/);
  assert.equal(await open.isDisabled('#sign-submit'), true);
});

page('a server that cannot be reached is said so, and can be tried again', async () => {
  const { email } = await server.person('park', PASSWORD);
  const open = await visit(server);
  await open.context().setOffline(true);
  await fill(open, email, PASSWORD);
  await open.waitForSelector('#sign-error >> text=cannot be reached');
  assert.equal(await open.textContent('#sign-submit'), 'Try again');
  await open.context().setOffline(false);
  await open.click('#sign-submit');
  await open.waitForSelector('.ec-main');
});

page('who does not stay signed in has to sign in again in another window', async () => {
  const { email } = await server.person('park', PASSWORD);
  const open = await visit(server);
  await open.uncheck('#sign-keep');
  await fill(open, email, PASSWORD);
  await open.waitForSelector('.ec-main');
  const kept = await open.evaluate(() => [localStorage.getItem('calendar.token'), Boolean(sessionStorage.getItem('calendar.token'))]);
  assert.deepEqual(kept, [null, true]);
});

page('a tab goes on with the token that another tab of the same person got', async () => {
  const person = await server.person('park', PASSWORD);
  const open = await visit(server, { person });
  const tab = await open.context().newPage();
  await tab.goto(server.url);
  await tab.waitForSelector('.ec-main');
  await tab.keyboard.press('n');
  await tab.fill('#editor-subject', 'Half a thought');
  await openAccount(open);
  await open.fill('#password-old', PASSWORD);
  await open.fill('#password-new', 'battery staple');
  const asked = tab.waitForResponse((response) => response.url().endsWith('/user/') && response.status() === 200);
  await open.click('#password-form button');
  await asked;
  await tab.click('#editor-save');
  await tab.waitForSelector('#calendar >> text=Half a thought');
});

everywhere('signing out everywhere ends the other devices, which keep what is being typed', async (place) => {
  const w = words(place.language);
  const person = await server.person('park', PASSWORD);
  const other = await visit(server, { person });
  await other.keyboard.press('n');
  await other.fill('#editor-subject', 'Half a thought');
  const open = await visit(server, { ...place, person });
  await openAccount(open);
  await open.click('#sign-out-all');
  assert.equal(await open.textContent('#sign-out-all'), w.sure);
  await open.click('#sign-out-all');
  await open.waitForSelector('#sign-email:focus');

  await other.click('#editor-save');
  await other.waitForSelector('#sign-error >> text=Sign in again');
  await fill(other, person.email, PASSWORD);
  await other.waitForSelector('#editor[open]');
  assert.equal(await other.inputValue('#editor-subject'), 'Half a thought');
});

everywhere('one changes the password and stays signed in', async (place) => {
  const w = words(place.language);
  const person = await server.person('park', PASSWORD);
  const open = await visit(server, { ...place, person });
  await openAccount(open);
  await open.fill('#password-old', 'wrong horse');
  await open.fill('#password-new', 'battery staple');
  await open.click('#password-form button');
  await open.waitForSelector(`#password-error >> text=${JSON.stringify(w.refusedPassword)}`);
  await open.fill('#password-old', PASSWORD);
  await open.click('#password-form button');
  await open.waitForSelector(`.message >> text=${JSON.stringify(w.passwordSet)}`);
  assert.equal((await person.call('GET', '/user/')).meta.code, 40102, 'the old token has ended');
  await open.reload();
  await open.waitForSelector('.ec-main');
  assert.equal((await server.call('', 'POST', '/user/login', { useremail: person.email, password: 'battery staple' })).meta.code, 20000);
});

/** @param {import('playwright-core').Page} open */
async function openAccount(open) {
  if (await open.isVisible('#menu')) await open.click('#menu');
  await open.click('#account-open');
  await open.waitForSelector('#account[open]');
}
