// The page with more than anybody can read: it draws a bounded number of rows, and says how many more there are.

import assert from 'node:assert/strict';
import { page, shown, startServer, texts, visit } from './helpers.js';

const t = texts('en');

/** Makes many things at once, as many clients would. @param {number} count @param {(number: number) => Promise<unknown>} make */
async function make(count, make) {
  let made = 0;
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (made < count) await make(made++);
  }));
}

page('of many groups some are listed, the selected ones among them, and each can be found', async () => {
  const server = await startServer();
  const person = await server.person();
  await make(260, (number) => person.group(`Team ${String(number).padStart(3, '0')}`));
  const { data } = await person.call('GET', '/group/list');
  const last = data.at(-1);
  await person.select(last.id);
  const open = await visit(server, { person });
  const rows = open.locator('#groups .group');
  assert.equal(await rows.count(), 200);
  assert.equal(await open.textContent('#groups-more'), t.moreGroups(60));
  assert.equal(await rows.first().locator('.name').textContent(), last.name);
  const hidden = data.at(-2).name;
  await open.fill('#group-filter', hidden);
  assert.deepEqual(await rows.locator('.name').allTextContents(), [hidden]);
  assert.equal(await open.isVisible('#groups-more'), false);
});

page('a search with many results shows them by and by', async () => {
  const server = await startServer();
  const person = await server.person();
  await make(1150, (number) => person.event(`Lesson ${number}`, '2017-06-20 09:00', '2017-06-20 10:00'));
  const open = await visit(server, { person });
  await open.click('#search');
  await open.keyboard.type('Lesson');
  await open.waitForSelector(`#event-list-note >> text=${JSON.stringify(t.resultCount(1150))}`);
  const rows = open.locator('#event-list-items .listed-event');
  for (let expected = 100; expected <= 1100; expected += 100) {
    await open.waitForFunction((count) => document.querySelectorAll('.listed-event').length === count, expected);
    await open.click('.show-more button');
  }
  await open.waitForFunction(() => document.querySelectorAll('.listed-event').length === 1150);
  assert.equal(await open.textContent('#event-list-note'), t.resultCount(1150));
  assert.equal(new Set(await rows.allTextContents()).size, 1150, 'each is listed once');
  assert.equal(await open.locator('.show-more').count(), 0);
});

page('two hundred thousand events on one day are drawn in every view', async () => {
  const server = await startServer();
  const person = await server.person();
  // The answer that the server gives to a calendar that large.
  const event = (/** @type {number} */ id) => ({
    id, useremail: person.email, subject: `Event ${id}`, sdate: 'Tue, 20 Jun 2017 09:00:00 GMT', edate: 'Tue, 20 Jun 2017 10:00:00 GMT',
    group: null, birthday: '0', created: 'Tue, 20 Jun 2017 09:00:00 GMT', updated: null,
  });
  const body = JSON.stringify({ meta: { code: 20000, message: 'SUCCESS' }, data: Array.from({ length: 200_000 }, (_, id) => event(id + 1)) });
  const open = await visit(server, { person, at: 'day/2017-07-20' });
  await open.route('**/calendar/month?year_month=2017-06', (route) => route.fulfill({ contentType: 'application/json', body }));
  for (const view of ['month', 'week', 'day', 'list']) {
    await open.evaluate((hash) => { location.hash = hash; }, `${view}/2017-06-20`);
    await open.waitForSelector(`#calendar[data-view=${view}] [data-event]`, { timeout: 40_000 });
    const drawn = await shown(open, 'Event').count();
    assert.ok(drawn > 0 && drawn <= 250, `${drawn} in the ${view} view`);
    const more = view === 'list' ? open.locator('#list-more') : open.locator('.more-events');
    assert.match((await more.first().textContent()) ?? '', new RegExp(`\\b${200_000 - drawn}\\b`), view);
  }
});
