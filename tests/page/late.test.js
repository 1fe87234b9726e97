// What comes late, is lost or is repeated: each answer acts on what it was asked for, and nothing is made twice.

import assert from 'node:assert/strict';
import { idle, page, shown, startServer, texts, visit } from './helpers.js';

const t = texts('en');
const server = await startServer();

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} open @param {string} text */
const message = (open, text) => open.locator('.message', { hasText: text });

/**
 * Holds back the next call with a method, and gives a function that lets it go on, or fail without an answer.
 * @param {Page} open @param {string} method @param {string} path
 */
async function hold(open, method, path) {
  /** @type {(end: 'answer' | 'lose' | 'fail') => void} */
  let release = () => {};
  const released = new Promise((resolve) => { release = resolve; });
  /** @type {() => void} */
  let arrived = () => {};
  const held = new Promise((resolve) => { arrived = () => resolve(undefined); });
  let isFirst = true;
  await open.route(`**/api/v1${path}`, async (route) => {
    if (route.request().method() !== method || !isFirst) return route.continue();
    isFirst = false;
    arrived();
    const end = await released;
    if (end === 'answer') return route.continue();
    if (end === 'lose') await route.fetch();
    return route.abort();
  });
  return { held, release };
}

/** @param {Page} open @param {string} subject */
async function edit(open, subject) {
  await shown(open, subject).first().click();
  await open.click('#details-edit');
}

page('a conflict of a closed form does not show in the form of another event', async () => {
  const person = await server.person();
  const [a] = [await person.event('A', '2017-06-13 09:00', '2017-06-13 10:00'), await person.event('B', '2017-06-14 09:00', '2017-06-14 10:00')];
  const open = await visit(server, { person });
  await edit(open, 'A');
  await open.fill('#editor-subject', 'A of this page');
  const put = await hold(open, 'PUT', '/calendar/event');
  await open.click('#editor-save');
  await put.held;
  await open.keyboard.press('Escape');
  await edit(open, 'B');
  await open.fill('#editor-subject', 'B typed');
  await person.call('PUT', '/calendar/event', { event_id: a, subject: 'A of another', sdate: '2017-06-13 09:00:00', edate: '2017-06-13 10:00:00' });
  put.release('answer');
  await message(open, t.notSaved('A of this page')).waitFor();
  assert.equal(await open.isVisible('#editor-conflict'), false);
  assert.equal(await open.inputValue('#editor-subject'), 'B typed');
  await open.click('#editor-save');
  await shown(open, 'B typed').first().waitFor();
  // What was typed into the first form comes back with it.
  await message(open, t.notSaved('A of this page')).locator('button').first().click();
  await open.waitForSelector('#editor-conflict >> text=A of another');
  assert.equal(await open.inputValue('#editor-subject'), 'A of this page');
  await open.click('#editor-mine');
  await shown(open, 'A of this page').first().waitFor();
  assert.equal(await person.read(a), 'A of this page | 13 Jun 2017 09:00:00 | 13 Jun 2017 10:00:00');
});

page('a save that succeeds late does not close the form of another event', async () => {
  const person = await server.person();
  await person.event('A', '2017-06-13 09:00', '2017-06-13 10:00');
  await person.event('B', '2017-06-14 09:00', '2017-06-14 10:00');
  const open = await visit(server, { person });
  await edit(open, 'A');
  await open.fill('#editor-subject', 'A saved');
  const put = await hold(open, 'PUT', '/calendar/event');
  await open.click('#editor-save');
  await put.held;
  await open.keyboard.press('Escape');
  await edit(open, 'B');
  assert.equal(await open.isEnabled('#editor-save'), true);
  await open.fill('#editor-subject', 'B typed');
  put.release('answer');
  await message(open, t.eventSaved).waitFor();
  assert.equal(await open.isVisible('#editor'), true);
  assert.equal(await open.inputValue('#editor-subject'), 'B typed');
});

page('a save that fails after its form was closed is told, and what was typed is kept', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Dentist');
  await open.fill('#editor-start-time', '08:15');
  const post = await hold(open, 'POST', '/calendar/event');
  await open.click('#editor-save');
  await post.held;
  await open.keyboard.press('Escape');
  post.release('fail');
  await message(open, t.notSaved('Dentist')).locator('button').first().click();
  assert.equal(await open.inputValue('#editor-subject'), 'Dentist');
  assert.equal(await open.inputValue('#editor-start-time'), '08:15');
  await open.click('#editor-save');
  await shown(open, 'Dentist').first().waitFor();
  assert.equal((await person.month()).length, 1);
});

page('an event whose answer was lost is not made twice', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Once');
  const post = await hold(open, 'POST', '/calendar/event');
  post.release('lose');
  await open.click('#editor-save');
  await open.waitForSelector(`#editor-save >> text=${JSON.stringify(t.tryAgain)}`);
  assert.equal((await person.month()).length, 1, 'it has arrived');
  await open.click('#editor-save');
  await shown(open, 'Once').first().waitFor();
  assert.equal((await person.month()).length, 1);
});

for (const group of [false, true]) {
  page(`what was edited between two tries is what is stored, ${group ? 'in another calendar' : 'in the same one'}`, async () => {
    const person = await server.person();
    const name = `Edited ${person.name}`;
    const id = await person.group(name);
    const open = await visit(server, { person });
    await open.keyboard.press('n');
    await open.fill('#editor-subject', 'First');
    const post = await hold(open, 'POST', '/calendar/event');
    post.release('lose');
    await open.click('#editor-save');
    await open.waitForSelector(`#editor-save >> text=${JSON.stringify(t.tryAgain)}`);
    await open.fill('#editor-subject', 'Second');
    if (group) await open.selectOption('#editor-group', { label: name });
    await open.click('#editor-save');
    await shown(open, 'Second').first().waitFor();
    const events = await person.month();
    assert.deepEqual(events.map((/** @type {any} */ event) => [event.subject, event.group]), [['Second', group ? String(id) : null]]);
  });
}

page('a birthday that is gone already comes back in the year of birth', async () => {
  const person = await server.person();
  await person.call('PUT', '/calendar/birthday', { birthday: '1990-06-22' });
  const open = await visit(server, { person });
  await shown(open, person.name).first().click();
  await person.call('DELETE', '/calendar/birthday');
  await open.click('#details-delete');
  await message(open, t.eventDeleted).waitFor();
  await open.keyboard.press('u');
  await message(open, t.undone).waitFor();
  assert.equal((await person.call('GET', '/calendar/birthday')).data.sdate, 'Fri, 22 Jun 1990 00:00:00 GMT');
});

page('a birthday whose answer was lost is set when it is tried again', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.click('#account-open');
  await open.fill('#birthday-date', '1990-06-22');
  const put = await hold(open, 'PUT', '/calendar/birthday');
  put.release('lose');
  await open.click('#birthday-save');
  await open.waitForSelector(`#birthday-save >> text=${JSON.stringify(t.tryAgain)}`);
  await open.click('#birthday-save');
  await open.waitForSelector(`#birthday-save >> text=${JSON.stringify(t.removeBirthday)}`);
  assert.equal(await open.textContent('#birthday-error'), '');
});

page('a group whose name was edited between two tries has the last name', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.click('#group-new');
  await open.fill('#group-name', `First ${person.name}`);
  const post = await hold(open, 'POST', '/group/');
  post.release('lose');
  await open.click('#group-save');
  await open.waitForSelector(`#group-save >> text=${JSON.stringify(t.tryAgain)}`);
  await open.fill('#group-name', `Second ${person.name}`);
  // The try that renames it fails too, for good this time.
  let refused = false;
  await open.route('**/api/v1/group/', (route) => {
    if (route.request().method() !== 'PUT' || refused) return route.fallback();
    refused = true;
    return route.fulfill({ status: 400, contentType: 'application/json', body: '{"meta":{"code":40001,"message":"INVALID PARAMETER"}}' });
  });
  await open.click('#group-save');
  await open.waitForSelector('#group-error:not(:empty)');
  await open.click('#group-save');
  await open.locator('#groups .group', { hasText: `Second ${person.name}` }).waitFor();
  const { data } = await person.call('GET', '/group/');
  assert.deepEqual(data.map((/** @type {any} */ group) => group.name), [`Second ${person.name}`]);
});

page('a password that could not be changed is told after the dialog was closed', async () => {
  const person = await server.person('closed', 'correct horse');
  const open = await visit(server, { person });
  await open.click('#account-open');
  await open.fill('#password-old', 'wrong horse');
  await open.fill('#password-new', 'battery staple');
  const put = await hold(open, 'PUT', '/user/password');
  await open.click('#password-form button[type=submit], #password-form button:not([type])');
  await put.held;
  await open.keyboard.press('Escape');
  put.release('answer');
  await message(open, t.currentPasswordWrong).waitFor();
});

page('what was not saved is not pushed out by other messages', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Unsaved');
  const post = await hold(open, 'POST', '/calendar/event');
  await open.click('#editor-save');
  await post.held;
  await open.keyboard.press('Escape');
  post.release('fail');
  await message(open, t.notSaved('Unsaved')).waitFor();
  for (const subject of ['A', 'B', 'C', 'D']) {
    await open.keyboard.press('n');
    await open.fill('#editor-subject', subject);
    await open.click('#editor-save');
    await shown(open, subject).first().waitFor();
  }
  assert.equal(await message(open, t.notSaved('Unsaved')).count(), 1);
});

page('a created event shows whatever comes after', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.route('**/api/v1/calendar/**', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'There');
  await open.click('#editor-save');
  await shown(open, 'There').first().waitFor();
  assert.equal(await open.isVisible('#editor'), false);
  assert.equal((await person.month()).length, 1);
});

page('a change whose answer was lost is no conflict when it is tried again', async () => {
  const person = await server.person();
  const id = await person.event('A', '2017-06-13 09:00', '2017-06-13 10:00');
  const open = await visit(server, { person });
  await edit(open, 'A');
  await open.fill('#editor-subject', 'A changed');
  const put = await hold(open, 'PUT', '/calendar/event');
  put.release('lose');
  await open.click('#editor-save');
  await open.waitForSelector(`#editor-save >> text=${JSON.stringify(t.tryAgain)}`);
  await open.click('#editor-save');
  await shown(open, 'A changed').first().waitFor();
  assert.equal(await open.isVisible('#editor'), false);
  assert.equal(await person.read(id), 'A changed | 13 Jun 2017 09:00:00 | 13 Jun 2017 10:00:00');
});

page('an event that is gone already counts as deleted', async () => {
  const person = await server.person();
  const id = await person.event('Gone', '2017-06-13 09:00', '2017-06-13 10:00');
  const open = await visit(server, { person });
  await shown(open, 'Gone').first().click();
  await person.call('DELETE', '/calendar/event', { event_id: id });
  await open.click('#details-delete');
  await message(open, t.eventDeleted).waitFor();
  assert.equal(await open.isVisible('#details'), false);
  assert.equal(await shown(open, 'Gone').count(), 0);
});

page('two devices that select a group each both keep theirs', async () => {
  const person = await server.person();
  const [choir, team] = [await person.group('Late choir'), await person.group('Late team')];
  const open = await visit(server, { person });
  const box = (/** @type {string} */ name) => open.locator(`#groups .group:has-text("${name}") input`);
  await person.call('PUT', `/user/calendar/group/${team}`);
  await box('Late choir').check();
  await idle(open);
  assert.equal((await person.call('GET', '/user/calendar/group')).data.selected_group, `${choir},${team}`);
  // Two quick clicks end as the last one says.
  await box('Late choir').evaluate((/** @type {HTMLElement} */ element) => { element.click(); element.click(); element.click(); });
  await idle(open);
  assert.equal((await person.call('GET', '/user/calendar/group')).data.selected_group, String(team));
});

page('a group that was deleted elsewhere is said to be gone, and others can still be selected', async () => {
  const [person, other] = [await server.person(), await server.person('kim')];
  const [gone, there] = [await other.group('Gone group'), await other.group('Lasting group')];
  await person.select(gone);
  const open = await visit(server, { person });
  await other.call('DELETE', '/group/', { group_id: gone });
  const box = (/** @type {string} */ name) => open.locator(`#groups .group:has-text("${name}") input`);
  await box('Lasting group').check();
  await idle(open);
  assert.equal((await person.call('GET', '/user/calendar/group')).data.selected_group, String(there));
  await box('Gone group').uncheck();
  // `check` would look at the box once more after its click, when the answer may have taken it away.
  await box('Gone group').click();
  await message(open, t.groupGone).waitFor();
  await box('Gone group').waitFor({ state: 'detached' });
});
