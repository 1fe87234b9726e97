import assert from 'node:assert/strict';
import { PASSWORD, everywhere, page, startServer, texts, typingTab, visit } from './helpers.js';

const server = await startServer();
const closed = await startServer({ CALENDAR_REGISTRATION: 'closed' });
const limited = await startServer({ CALENDAR_AUTH_RATE: '1/min' });

/** @param {import('playwright-core').Page} open @param {string} email @param {string} password */
async function fill(open, email, password) {
  await open.fill('#sign-in-email', email);
  await open.fill('#sign-in-password', password);
  await open.click('#sign-in-submit');
}

everywhere('a person signs up with an email and a password, signs out, and signs in again', async (place) => {
  const t = texts(place.language);
  const open = await visit(server, place);
  const email = `lee${place.width}@example.com`;
  assert.equal(await open.textContent('#sign-in-title'), t.signInTitle);
  await open.click('#switch-sign-up');
  assert.equal(await open.textContent('#sign-in-title'), t.signUpTitle);
  await fill(open, email, PASSWORD);
  await open.waitForSelector('.ec-main');
  await openAccount(open);
  assert.equal(await open.textContent('#account-email'), email);
  await open.click('#sign-out');
  await open.waitForSelector('#sign-in-email:focus');
  await fill(open, email, PASSWORD);
  await open.waitForSelector('.ec-main');
});

everywhere('a person signs in with a token from the administrator', async (place) => {
  const { token } = await server.person('kim');
  const open = await visit(server, place);
  await open.click('#switch-token');
  await open.fill('#sign-in-token', token);
  await open.click('#sign-in-submit');
  await open.waitForSelector('.ec-main');
});

everywhere('a failed sign-in says what to do', async (place) => {
  const t = texts(place.language);
  const { email } = await server.person('park', PASSWORD);
  const open = await visit(server, place);
  const error = (/** @type {string} */ text) => open.waitForSelector(`#sign-in-error >> text=${JSON.stringify(text)}`);
  await fill(open, 'nobody', PASSWORD);
  await error(t.emailInvalid);
  await fill(open, email, 'wrong horse');
  await error(t.signInRefused);
  await open.click('#switch-token');
  await open.fill('#sign-in-token', 'abc');
  await open.click('#sign-in-submit');
  await error(t.tokenInvalid);
  await open.click('#switch-token');
  await open.click('#switch-sign-up');
  await fill(open, 'new@example.com', 'short');
  await error(t.passwordInvalid);
  await fill(open, email, PASSWORD);
  await error(t.emailTaken);
  assert.equal(await open.inputValue('#sign-in-email'), email, 'what was typed is kept');
  assert.equal(await open.textContent('#sign-in-title'), t.signInTitle, 'the person can sign in at once');
});

everywhere('signing up says whom to ask if registration is closed', async (place) => {
  const open = await visit(closed, place);
  await open.click('#switch-sign-up');
  await fill(open, 'new@example.com', PASSWORD);
  await open.waitForSelector(`#sign-in-error >> text=${JSON.stringify(texts(place.language).signUpClosed)}`);
});

page('after too many attempts the page says how long to wait, and waits', async () => {
  const open = await visit(limited);
  await fill(open, 'park@example.com', 'wrong horse');
  await open.waitForSelector('#sign-in-error >> text=is incorrect');
  await fill(open, 'park@example.com', 'wrong horse');
  const text = await open.textContent('#sign-in-error:has-text("Too many")');
  assert.match(text ?? '', /^Too many attempts\. Try again in \d+ seconds\.$/);
  assert.equal(await open.isDisabled('#sign-in-submit'), true);
});

page('signing in can be tried again if the server could not be reached', async () => {
  const { email } = await server.person('park', PASSWORD);
  const open = await visit(server);
  await open.context().setOffline(true);
  await fill(open, email, PASSWORD);
  await open.waitForSelector('#sign-in-error >> text=cannot be reached');
  assert.equal(await open.textContent('#sign-in-submit'), 'Try again');
  await open.context().setOffline(false);
  await open.click('#sign-in-submit');
  await open.waitForSelector('.ec-main');
});

page('a session that is not kept ends with the browser window', async () => {
  const { email } = await server.person('park', PASSWORD);
  const open = await visit(server);
  await open.uncheck('#stay-signed-in');
  await fill(open, email, PASSWORD);
  await open.waitForSelector('.ec-main');
  const kept = await open.evaluate(() => [localStorage.getItem('calendar.token'), Boolean(sessionStorage.getItem('calendar.token'))]);
  assert.deepEqual(kept, [null, true]);
});

page('a tab takes over the new token that another tab of the same user got', async () => {
  const person = await server.person('park', PASSWORD);
  const open = await visit(server, { person });
  const tab = await typingTab(open, server.url);
  await openAccount(open);
  await open.fill('#password-old', PASSWORD);
  await open.fill('#password-new', 'battery staple');
  const checked = tab.waitForResponse((response) => response.url().endsWith('/user/') && response.status() === 200);
  await open.click('#password-form button');
  await checked;
  await tab.click('#editor-save');
  await tab.waitForSelector('#calendar >> text=Half a thought');
});

everywhere('signing out everywhere signs out the other devices, which keep what is being typed', async (place) => {
  const t = texts(place.language);
  const person = await server.person('park', PASSWORD);
  const other = await visit(server, { person });
  await other.keyboard.press('n');
  await other.fill('#editor-subject', 'Half a thought');
  const open = await visit(server, { ...place, person });
  await openAccount(open);
  await open.click('#sign-out-all');
  assert.equal(await open.textContent('#sign-out-all'), t.pressAgain);
  await open.click('#sign-out-all');
  await open.waitForSelector('#sign-in-email:focus');

  await other.click('#editor-save');
  await other.waitForSelector('#sign-in-error >> text=Sign in again');
  await fill(other, person.email, PASSWORD);
  await other.waitForSelector('#editor[open]');
  assert.equal(await other.inputValue('#editor-subject'), 'Half a thought');
});

everywhere('changing the password keeps this device signed in', async (place) => {
  const t = texts(place.language);
  const person = await server.person('park', PASSWORD);
  const open = await visit(server, { ...place, person });
  await openAccount(open);
  await open.fill('#password-old', 'wrong horse');
  await open.fill('#password-new', 'battery staple');
  await open.click('#password-form button');
  await open.waitForSelector(`#password-error >> text=${JSON.stringify(t.currentPasswordWrong)}`);
  await open.fill('#password-old', PASSWORD);
  await open.click('#password-form button');
  await open.waitForSelector(`.message >> text=${JSON.stringify(t.passwordChanged)}`);
  assert.equal((await person.call('GET', '/user/')).meta.code, 40102, 'the old token is no longer valid');
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
