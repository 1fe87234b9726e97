// A month that is looked at again costs an empty 304, and never shows stale events or another user's.

import assert from 'node:assert/strict';
import { PASSWORD, idle, page, shown, startServer, visit } from './helpers.js';

const server = await startServer();

/** @typedef {import('playwright-core').Page} Page */

/** Collects the answers to requests for a month, as `2017-06 304`. @param {Page} open */
function monthAnswers(open) {
  /** @type {string[]} */
  const answers = [];
  open.on('response', (response) => {
    const month = /calendar\/month\?year_month=(.*)$/.exec(response.url())?.[1];
    if (month) answers.push(`${month} ${response.status()}`);
  });
  return answers;
}

/** Leaves the month and comes back when what the page knows is no longer fresh. @param {Page} open @param {string} now */
async function lookAgain(open, now) {
  await open.clock.setFixedTime(now);
  await open.click('#next');
  await idle(open);
  await open.click('#previous');
  await idle(open);
}

/** @param {Page} open */
const labels = (open) => open.locator('#calendar [data-event]').evaluateAll((events) => events.map((event) => event.getAttribute('aria-label')));

page('a month looked at again is answered 304 and shows the same events', async () => {
  const person = await server.person();
  await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  await person.event('Lunch', '2017-06-21 12:00', '2017-06-21 13:00');
  const open = await visit(server, { person });
  const before = await labels(open);
  assert.equal(before.length, 2);
  const answers = monthAnswers(open);
  await lookAgain(open, '2017-06-20T01:02:00Z');
  assert.deepEqual(answers.sort(), ['2017-05 304', '2017-06 304', '2017-07 304', '2017-08 200']);
  assert.deepEqual(await labels(open), before);
});

page('an event that another client adds shows at the next look', async () => {
  const [person, other] = [await server.person(), await server.person('kim')];
  const group = await other.group('Choir');
  await person.select(group);
  await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { person });
  await lookAgain(open, '2017-06-20T01:02:00Z');
  await other.event('Rehearsal', '2017-06-21 19:00', '2017-06-21 21:00', group);
  const answers = monthAnswers(open);
  await lookAgain(open, '2017-06-20T01:04:00Z');
  await shown(open, 'Rehearsal').waitFor();
  await shown(open, 'Dentist').waitFor();
  assert.ok(answers.includes('2017-06 200'), answers.join());
});

page('a change made on the page itself stays after the next look', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { person });
  await shown(open, id).click();
  await open.click('#details-delete');
  await shown(open, id).waitFor({ state: 'detached' });
  await lookAgain(open, '2017-06-20T01:02:00Z');
  assert.equal(await shown(open, id).count(), 0);
  await open.click('.message >> text=Undo');
  await shown(open, 'Dentist').waitFor();
  await lookAgain(open, '2017-06-20T01:04:00Z');
  assert.equal(await shown(open, 'Dentist').count(), 1);
});

for (const how of ['signs out', 'is signed out by the server']) {
  page(`after one user ${how} and another signs in, nothing of the first shows`, async () => {
    const [first, second] = [await server.person('park', PASSWORD), await server.person('kim', PASSWORD)];
    await first.event('Secret of the first', '2017-06-20 09:00', '2017-06-20 10:00');
    await second.event('Lunch of the second', '2017-06-20 12:00', '2017-06-20 13:00');
    const open = await visit(server, { person: first });
    await shown(open, 'Secret of the first').waitFor();
    if (how === 'signs out') {
      await open.click('#account-open');
      await open.click('#sign-out');
    } else {
      await first.call('DELETE', '/user/token');
      await open.clock.setFixedTime('2017-06-20T01:02:00Z');
      await open.click('#next');
    }
    await open.waitForSelector('#sign-in-email:focus');
    /** @type {(string | undefined)[]} */
    const tags = [];
    open.on('request', (request) => { if (request.url().includes('/month?')) tags.push(request.headers()['if-none-match']); });
    const answers = monthAnswers(open);
    await open.keyboard.type(second.email);
    await open.fill('#sign-in-password', PASSWORD);
    await open.keyboard.press('Enter');
    await open.waitForSelector('.ec-main');
    await open.goto(`${server.url}/#month/2017-06-20`);
    await shown(open, 'Lunch of the second').waitFor();
    await idle(open);
    assert.equal(await shown(open, 'Secret of the first').count(), 0);
    assert.ok(answers.length > 0 && answers.every((answer) => answer.endsWith(' 200')), answers.join());
    assert.deepEqual(tags.filter(Boolean), []);
  });
}
