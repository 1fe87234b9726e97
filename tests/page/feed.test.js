// The page of a feed, which needs no token.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { address, everywhere, page, startServer, visit } from './helpers.js';

const axe = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

// The server goes by the real clock, and the events are in 2017.
const server = await startServer({ CALENDAR_BASE_PATH: '/team', CALENDAR_FEED_PAST: 'all' });

/** Somebody with a feed, and a visitor of its page who has never been here. @param {object} how as for `visit` @param {object} [what] the feed shows */
async function visitFeed(how, what) {
  const person = await server.person();
  await person.event('Training', '2017-06-20 19:00', '2017-06-20 21:00', undefined, { location: 'Hall 2', description: 'Bring shoes', url: 'https://club.example/hall' });
  await person.event('Tournament', '2017-06-23 00:00', '2017-06-26 00:00', undefined, { all_day: true, status: 'tentative' });
  const url = await person.feed(what);
  const open = await visit(server, how);
  await open.goto(url);
  await open.waitForSelector('#calendar > *');
  return { open, person, url };
}

/** @param {import('playwright-core').Page} open @param {string} hash */
async function follow(open, hash) {
  await open.evaluate((to) => { location.hash = to; }, hash);
  await open.waitForFunction((to) => document.querySelector('#as-list')?.getAttribute('href')?.endsWith(to.split('/')[1]), hash);
}

everywhere('a feed is shown to a visitor, as a month or as a list', async (place) => {
  const { open } = await visitFeed(place);
  const isKorean = place.language.startsWith('ko');
  assert.equal(await open.title(), 'Club');
  assert.equal(await open.innerText('#title'), isKorean ? '2017년 6월' : 'June 2017');
  assert.equal(await open.locator('table').count(), place.width > 719 ? 1 : 0, 'a phone begins with the list');
  await open.click('#as-month');
  await open.waitForSelector('table');
  const day = (/** @type {string} */ date) => open.locator(`td:has(time[datetime="${date}"]) .event`);
  assert.match(await day('2017-06-20').innerText(), /Training$/);
  for (const date of ['2017-06-23', '2017-06-24', '2017-06-25']) assert.equal(await day(date).innerText(), 'Tournament');
  assert.equal(await day('2017-06-26').count(), 0);
  await open.click('#as-list');
  await open.waitForSelector('.list');
  assert.equal(await open.locator('.list h3').count(), 4);
  assert.ok((await open.innerText('.list')).includes('Hall 2'));
  assert.match(await open.getAttribute('#subscribe', 'href') ?? '', /^webcal:\/\/.*\/team\/feed\/[a-z2-7]{52}\.ics$/);
});

everywhere('an event says more when it is pressed, and the months go on', async (place) => {
  const { open } = await visitFeed(place);
  await open.locator('.event', { hasText: 'Training' }).click();
  const details = await open.innerText('#details');
  for (const part of ['Training', 'Hall 2', 'Bring shoes', 'https://club.example/hall']) assert.ok(details.includes(part), details);
  await open.keyboard.press('Escape');
  assert.equal(await open.isVisible('#details'), false);
  await open.click('#next');
  await open.waitForFunction(() => document.querySelector('#as-list')?.getAttribute('href')?.endsWith('2017-07'));
  assert.equal(await open.locator('.event').count(), 0);
  await open.goBack();
  await open.waitForSelector('.event');
  await open.click('#previous');
  await open.waitForFunction(() => document.querySelector('#as-list')?.getAttribute('href')?.endsWith('2017-05'));
  assert.match(await address(open), /2017-05$/);
});

page('a feed of busy times says so in the language of the visitor', async () => {
  const { open } = await visitFeed({ language: 'ko-KR' }, { busy_only: true });
  const subjects = await open.locator('.event').allInnerTexts();
  assert.equal(subjects.length, 4);
  for (const subject of subjects) assert.match(subject, /일정 있음$/);
  assert.ok(!(await open.content()).includes('Hall 2'));
});

page('a feed that was ended shows that nothing is there', async () => {
  const { open, person } = await visitFeed({});
  const [{ id }] = (await person.call('GET', '/user/feed')).data;
  await person.call('DELETE', `/user/feed/${id}`);
  await open.evaluate(() => { location.hash = '#month/2017-07'; });
  await open.waitForSelector('#problem:has-text("There is no calendar at this address")');
  assert.equal(await open.locator('.event').count(), 0);
});

page('the first and the last month there are can be shown', async () => {
  const { open } = await visitFeed({});
  for (const month of ['0001-01', '9999-12']) {
    await follow(open, `#month/${month}`);
    assert.equal(await open.innerText('#problem'), '', month);
    assert.ok(await open.locator('td').count() >= 28);
  }
});

page('on paper, a feed has nothing to press and nothing cut off', async () => {
  const { open } = await visitFeed({});
  await open.emulateMedia({ media: 'print' });
  for (const id of ['#previous', '#as-list', '#subscribe']) assert.equal(await open.isVisible(id), false, id);
  assert.ok(await open.isVisible('table'));
  const cut = await open.locator('.event').evaluateAll((all) => all.filter((event) => event.scrollWidth > event.clientWidth + 1).length);
  assert.equal(cut, 0);
});

page('the page of a feed works without site data, as in a frame of another page', async () => {
  const { open, url } = await visitFeed({});
  await open.addInitScript(() => { Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } }); });
  await open.goto(`${url}#list`);
  await open.reload();
  await open.waitForSelector('.list .event');
});

everywhere('axe finds no serious fault on the page of a feed', async (place) => {
  const { open } = await visitFeed(place);
  for (const view of ['#as-month', '#as-list']) {
    await open.click(view);
    await open.waitForSelector(`${view}[aria-current]`);
    await open.evaluate(axe);
    const { violations } = /** @type {any} */ (await open.evaluate('axe.run({ resultTypes: ["violations"] })'));
    const serious = violations.filter((/** @type {any} */ { impact }) => impact === 'serious' || impact === 'critical');
    assert.deepEqual(serious.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes[0].html}`), [], view);
  }
});
