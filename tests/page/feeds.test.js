// Secret addresses at which other programs read a calendar, and groups that are read from an address.

import assert from 'node:assert/strict';
import { answer, everywhere, idle, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();

const URL_MADE = 'https://calendar.example.com/feed/v3zq5ik2hbmn7xd4yjw6tfa2pulo3sgerc5k7nq2bxwh4mzt6dja.ics';
const CREATED = 'Mon, 19 Jun 2017 19:55:04 GMT';

/** Stands in for the calls, with feeds that are kept. @param {import('playwright-core').Page} open @param {any[]} feeds */
async function standIn(open, feeds) {
  await open.route('**/api/v1/user/feed', async (route) => {
    const request = route.request();
    if (request.method() === 'GET') return answer(route, feeds);
    const id = feeds.length + 1;
    feeds.push({ id, group: null, created: CREATED, used: null, ...request.postDataJSON() });
    return answer(route, { id, url: URL_MADE });
  });
  await open.route('**/api/v1/user/feed/*', (route) => {
    feeds.splice(feeds.findIndex(({ id }) => route.request().url().endsWith(`/${id}`)), 1);
    return answer(route, undefined);
  });
}

/** @param {import('playwright-core').Page} open */
async function openPersonal(open) {
  if (await open.isVisible('#menu')) await open.click('#menu');
  await open.click('#personal-options');
}

everywhere('an address is made, shown once, and ended', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const group = await person.group(`Club ${place.width}`);
  const open = await visit(server, { ...place, person });
  /** @type {any[]} */
  const feeds = [{ id: 7, name: 'Old phone', group: null, busy_only: false, created: CREATED, used: CREATED }];
  await standIn(open, feeds);
  await openPersonal(open);
  await open.click('#group-connect');
  await open.waitForSelector('#feeds >> text=Old phone');
  assert.equal(await open.isVisible('#feed-made'), false);
  await open.click('#feed-form .actions button');
  await open.waitForSelector(`#feed-error >> text=${JSON.stringify(t.groupNameInvalid)}`);
  await open.fill('#feed-name', 'Website');
  await open.selectOption('#feed-group', String(group));
  await open.check('#feed-busy');
  await open.click('#feed-form .actions button');
  await open.waitForSelector(`#feeds li:has-text("Website") >> text=${JSON.stringify(`Club ${place.width} · ${t.busyOnly} · ${t.neverUsed}`)}`);
  assert.deepEqual(feeds[1], { id: 2, group, created: CREATED, used: null, name: 'Website', busy_only: true });
  assert.equal(await open.inputValue('#feed-url'), URL_MADE);
  const links = await open.locator('#feed-links a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  const webcal = URL_MADE.replace('https', 'webcal');
  assert.deepEqual(links, [webcal, `https://calendar.google.com/calendar/r?cid=${encodeURIComponent(webcal)}`,
    `https://outlook.live.com/calendar/0/addfromweb?url=${encodeURIComponent(URL_MADE)}&name=Website`]);

  await open.click('#feeds li:has-text("Old phone") button');
  await open.click(`#feeds li:has-text("Old phone") >> text=${JSON.stringify(t.pressAgain)}`);
  await open.waitForSelector('#feeds li:has-text("Old phone")', { state: 'detached' });
  assert.deepEqual(feeds.map(({ name }) => name), ['Website']);

  await open.click('#connect .close');
  if (await open.isVisible('#personal-options')) await open.click('#personal-options');
  await open.click('#group-connect');
  await open.waitForSelector('#feeds >> text=Website');
  assert.equal(await open.isVisible('#feed-made'), false, 'it is shown only once');
});

page('the address is copied', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await standIn(open, []);
  await openPersonal(open);
  await open.click('#group-connect');
  await open.fill('#feed-name', 'Phone');
  await open.keyboard.press('Enter');
  await open.click('#feed-copy');
  await open.waitForSelector('#feed-copy >> text=Copied');
  assert.equal(await open.evaluate(() => navigator.clipboard.readText()), URL_MADE);
});

page('the code of an address is loaded when there is one, and is the address', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  /** @type {string[]} */
  const loaded = [];
  open.on('request', (request) => loaded.push(request.url()));
  await standIn(open, []);
  await openPersonal(open);
  await open.click('#group-connect');
  assert.deepEqual(loaded.filter((url) => url.includes('lean-qr')), []);
  await open.fill('#feed-name', 'Phone');
  await open.keyboard.press('Enter');
  await open.waitForSelector('#feed-code svg');
  const drawn = await open.getAttribute('#feed-code path', 'd');
  const expected = await open.evaluate(async ([library, text]) => {
    const { generate } = await import(library);
    const code = generate(text);
    let path = '';
    for (let y = 0; y < code.size; y += 1) for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
    return path;
  }, [String(loaded.find((url) => url.includes('lean-qr'))), URL_MADE.replace('https', 'webcal')]);
  assert.equal(drawn, expected);
});

page('an address whose answer was lost can be ended, and made again', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  /** @type {any[]} */
  const feeds = [];
  await standIn(open, feeds);
  await open.route('**/api/v1/user/feed', (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    feeds.push({ id: 1, group: null, created: CREATED, used: null, ...route.request().postDataJSON() });
    return route.abort();
  });
  await openPersonal(open);
  await open.click('#group-connect');
  await open.fill('#feed-name', 'Lost');
  await open.keyboard.press('Enter');
  await open.waitForSelector(`#feed-error >> text=${t.feedUnknown}`);
  await open.waitForSelector('#feeds >> text=Lost');
  assert.equal(await open.inputValue('#feed-name'), 'Lost');
});

page('a list of addresses that cannot be loaded says so', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  await open.route('**/api/v1/user/feed', (route) => answer(route, undefined, { status: 503, code: 50300, message: 'SERVICE UNAVAILABLE' }));
  await openPersonal(open);
  await open.click('#group-connect');
  await open.waitForSelector(`#feeds-error >> text=${t.unavailable}`);
});

page('an address is read without a token until it is ended', async () => {
  const person = await server.person();
  // What is long past is in no feed.
  await person.event('Rehearsal', '2017-06-20 19:00', '2017-06-20 21:00', undefined, { rrule: 'FREQ=WEEKLY' });
  const open = await visit(server, { person });
  await openPersonal(open);
  await open.click('#group-connect');
  await open.fill('#feed-name', 'Phone');
  await open.keyboard.press('Enter');
  await open.waitForSelector('#feed-made');
  const url = await open.inputValue('#feed-url');
  const path = new URL(url).pathname;
  assert.match(await (await fetch(server.url + path)).text(), /SUMMARY:Rehearsal/);
  await open.click('#feeds button');
  await open.click('#feeds >> text=Press again to confirm');
  await open.waitForSelector('#feeds li', { state: 'detached' });
  assert.equal((await fetch(server.url + path)).status, 404);
});

/** Marks groups of the server's list as subscribed. @param {import('playwright-core').Page} open @param {Record<number, any>} subscriptions */
async function subscribed(open, subscriptions) {
  const add = async (/** @type {import('playwright-core').Route} */ route) => {
    const json = await (await route.fetch()).json();
    for (const group of [json.data].flat()) if (subscriptions[group.id]) group.subscription = subscriptions[group.id];
    await route.fulfill({ json });
  };
  await open.route('**/api/v1/group/list', add);
  await open.route(/\/api\/v1\/group\/\d+$/, add);
}

everywhere('a calendar at an address becomes a group', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  /** @type {any[]} */
  const sent = [];
  await open.route('**/api/v1/group/subscription', async (route) => {
    sent.push(route.request().postDataJSON());
    if (sent.length === 1) return answer(route, undefined, { status: 400, code: 40001, message: 'INVALID PARAMETER', detail: 'url: the server there answers 404' });
    const id = await person.group(sent[1].group_name);
    return route.fulfill({ headers: { Location: `/api/v1/group/${id}` }, json: { meta: { code: 20000, message: 'SUCCESS' } } });
  });
  if (await open.isVisible('#menu')) await open.click('#menu');
  await open.click('#group-new');
  await open.click('#group-subscribe');
  await open.fill('#subscribe-url', 'holidays');
  await open.click('#subscribe-act');
  await open.waitForSelector(`#subscribe-error >> text=${JSON.stringify(t.addressInvalid)}`);
  await open.fill('#subscribe-url', 'webcal://example.com/holidays.ics');
  await open.click('#subscribe-act');
  await open.waitForSelector(`#subscribe-error >> text=${JSON.stringify(t.groupNameInvalid)}`);
  await open.fill('#subscribe-name', `Holidays ${place.width}`);
  await open.click(`#subscribe-colors input[aria-label=${JSON.stringify(t.colors.teal)}]`);
  await open.click('#subscribe-act');
  await open.waitForSelector(`#subscribe-error >> text=${JSON.stringify(t.addressRefused('url: the server there answers 404'))}`);
  await open.click('#subscribe-act');
  await open.waitForSelector('#subscribe', { state: 'hidden' });
  assert.equal(await open.locator(`#groups .group:has-text("Holidays ${place.width}") input`).isChecked(), true);
  assert.deepEqual(sent[1], { url: 'webcal://example.com/holidays.ics', group_name: `Holidays ${place.width}`, color: '#009688' });
});

everywhere('the holidays of a country become a group that has its name in the language of the page', async (place) => {
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  if (await open.isVisible('#menu')) await open.click('#menu');
  await open.click('#group-new');
  await open.click('#group-subscribe');
  await open.selectOption('#subscribe-source', 'holidays:KR');
  const name = await open.locator('#subscribe-source option:checked').innerText();
  assert.match(name, place.language.startsWith('ko') ? /^공휴일: 대한민국$/ : /^Holidays: South Korea$/);
  assert.equal(await open.isVisible('#subscribe-url'), false);
  assert.equal(await open.inputValue('#subscribe-name'), name);
  await open.selectOption('#subscribe-source', '');
  assert.deepEqual([await open.isVisible('#subscribe-url'), await open.inputValue('#subscribe-name')], [true, '']);
  await open.selectOption('#subscribe-source', 'holidays:KR');
  await open.click(`#subscribe-colors input[aria-label=${JSON.stringify(texts(place.language).colors.pink)}]`);
  await open.click('#subscribe-act');
  await open.waitForSelector('#subscribe', { state: 'hidden' });
  await open.waitForSelector(`#groups .group:has-text(${JSON.stringify(name)}) .tint-d81b60`);
  assert.equal(await open.locator(`#groups .group:has-text(${JSON.stringify(name)}) input`).first().isChecked(), true);
  await open.click(`[aria-label=${JSON.stringify(texts(place.language).groupOptions(name))}]`);
  assert.equal(await open.textContent('#group-address'), name);
});

everywhere('the events of a subscribed calendar are read only, and its problem is shown', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const group = await person.group(`School ${place.width}`);
  await person.select(group);
  await person.event('Excursion', '2017-06-20 09:00', '2017-06-20 10:00', group);
  const open = await visit(server, { ...place, person });
  await subscribed(open, { [group]: { url: 'https://school.example/a.ics', read: CREATED, problem: 'the server there answers 500' } });
  await open.reload();
  await shown(open, 'Excursion').click();
  await open.waitForSelector(`#details-read-only >> text=${JSON.stringify(t.subscribedHint)}`);
  for (const id of ['edit', 'delete', 'creator']) assert.equal(await open.isVisible(`#details-${id}`), false, id);
  await open.keyboard.press('Escape');
  await open.keyboard.press('n');
  assert.equal(await open.locator('#editor-group option', { hasText: `School ${place.width}` }).count(), 0, 'nothing can be put into it');
  await open.keyboard.press('Escape');
  await idle(open);

  if (await open.isVisible('#menu')) await open.click('#menu');
  assert.equal(await open.locator(`.group:has-text("School ${place.width}") .warning`).count(), 1);
  await open.click(`[aria-label=${JSON.stringify(t.groupOptions(`School ${place.width}`))}]`);
  await open.waitForSelector(`#group-problem >> text=${JSON.stringify(t.notRead('the server there answers 500'))}`);
  await open.waitForSelector('#group-subscription >> text=https://school.example/a.ics');
  assert.match(String(await open.textContent('#group-read')), /2017/);
  assert.equal(await open.isVisible('#group-import'), false);
});
