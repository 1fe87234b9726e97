// The page without a connection: its service worker, and what is kept in the browser.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after } from 'node:test';
import { PASSWORD, everywhere, idle, page, shown, startServer, texts, visit } from './helpers.js';
import { Server } from './world.js';

const server = await startServer();

/** Waits until the page would open without a connection. @param {import('playwright-core').Page} open */
async function kept(open) {
  await open.evaluate(() => navigator.serviceWorker.ready);
  await open.waitForFunction(async () => Boolean(await caches.match('./')));
}

/** The names of what the browser keeps. @param {import('playwright-core').Page} open */
const names = (open) => open.evaluate(async () => (await caches.keys()).map((name) => name.split(' ')[0]).sort());

const below = await startServer({ CALENDAR_BASE_PATH: '/team/calendar' });

page('below a path, the page opens without a connection too', async () => {
  const person = await below.person();
  await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(below, { person, offline: true });
  await shown(open, 'Dentist').first().waitFor();
  await kept(open);
  assert.match(await open.evaluate(async () => (await navigator.serviceWorker.ready).scope), /\/team\/calendar\/$/);
  await open.context().setOffline(true);
  await open.reload();
  await shown(open, 'Dentist').first().waitFor();
});

everywhere('without a connection the page opens with the last known events, and says so', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const group = await person.group(`가족 ${place.width}`);
  await person.select(group);
  await person.event('before', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { ...place, person, offline: true });
  await shown(open, 'before').first().waitFor();
  await kept(open);
  await open.waitForFunction(async () => (await caches.keys()).some((name) => name.startsWith('known')));
  assert.equal(await open.textContent('#offline'), '');

  await open.context().setOffline(true);
  await open.reload();
  await shown(open, 'before').first().waitFor();
  await idle(open);
  // The clock stands at 10:00 in Seoul.
  const moment = place.language === 'ko-KR' ? '2017년 6월 20일 (화), 오전 10:00' : 'Tue, 20 Jun 2017, 10:00';
  assert.equal(await open.textContent('#offline'), t.shownAsOf(moment));
  assert.equal(await open.isVisible('#offline'), true);
  assert.equal(await open.locator('#groups .group', { hasText: String(place.width) }).locator('input').isChecked(), true);
  assert.equal(await open.locator('.message').count(), 0);

  await person.event('meanwhile', '2017-06-20 11:00', '2017-06-20 12:00');
  await open.context().setOffline(false);
  await shown(open, 'meanwhile').first().waitFor();
  assert.equal(await open.isVisible('#offline'), false);
});

page('what is typed without a connection is not lost', async () => {
  const person = await server.person();
  const open = await visit(server, { person, offline: true });
  await kept(open);
  await open.context().setOffline(true);
  await open.reload();
  await open.waitForSelector('.ec-main');
  await open.click('#new');
  await open.fill('#editor-subject', 'typed');
  await open.click('#editor-save');
  await open.getByText(texts('en').offline).waitFor();
  await open.context().setOffline(false);
  await open.click('#editor-save');
  await shown(open, 'typed').first().waitFor();
});

page('after signing out, nothing of the calendar is kept', async () => {
  const person = await server.person();
  const open = await visit(server, { person, offline: true });
  await kept(open);
  await open.waitForFunction(async () => (await caches.keys()).length === 2);
  assert.deepEqual(await names(open), ['known', 'page']);
  await open.click('#account-open');
  await open.click('#sign-out');
  await open.waitForSelector('#sign-in-email:focus');
  assert.deepEqual(await names(open), ['page']);
});

page('what another tab has kept after the sign-out is deleted when the page is opened', async () => {
  const open = await visit(server, { offline: true });
  await kept(open);
  await open.evaluate(async () => (await caches.open('known late')).put('late', new Response('late')));
  await open.reload();
  await open.waitForSelector('#sign-in-email:focus');
  await open.waitForFunction(async () => !(await caches.has('known late')));
});

page('who does not stay signed in leaves nothing behind', async () => {
  await server.register('guest@example.com', PASSWORD);
  const open = await visit(server, { offline: true });
  await kept(open);
  await open.fill('#sign-in-email', 'guest@example.com');
  await open.fill('#sign-in-password', PASSWORD);
  await open.uncheck('#stay-signed-in');
  await open.click('#sign-in-submit');
  await open.waitForSelector('.ec-main');
  await idle(open);
  await open.reload();
  await open.waitForSelector('.ec-main');
  await idle(open);
  assert.deepEqual(await names(open), ['page']);
});

page('another person sees nothing of the one before, not even without a connection', async () => {
  const [one, other] = [await server.person('one'), await server.person('other')];
  await one.event('secret', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { person: one, offline: true });
  await kept(open);
  await shown(open, 'secret').first().waitFor();
  await open.context().setOffline(true);
  await open.evaluate((token) => localStorage.setItem('calendar.token', token), other.token);
  await open.reload();
  await open.getByText(texts('en').notLoaded).first().waitFor();
  assert.equal(await shown(open, 'secret').count(), 0);
});

page('an upgrade of the server says so, and is shown whole after a reload', async () => {
  const person = await server.person();
  const upgradable = await proxy(server.url);
  const open = await visit(new Server(upgradable.url), { person, offline: true });
  await kept(open);
  upgradable.upgrade();
  await open.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await open.locator('.message', { hasText: texts('en').newVersion }).waitFor();
  await open.getByRole('button', { name: texts('en').reload }).click();
  await open.waitForSelector(`script[src*="${upgradable.next}"]`, { state: 'attached' });
  await open.waitForSelector('.ec-main');
  await idle(open);
  assert.deepEqual(await open.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('page'))), [`page static/${upgradable.next}/`]);
  await open.context().setOffline(true);
  await open.reload();
  await open.waitForSelector('.ec-main');
  const named = await open.evaluate(() => [...document.querySelectorAll('head script, head link')].map((one) => one.getAttribute('src') ?? one.getAttribute('href') ?? ''));
  assert.deepEqual(named.filter((path) => !path.startsWith(`static/${upgradable.next}/`)), []);
});

/** A server that gives its files new addresses when it is upgraded. @param {string} to */
async function proxy(to) {
  const page = await (await fetch(to)).text();
  const present = /static\/([0-9a-f]+)\//.exec(page)?.[1] ?? '';
  const next = present.split('').reverse().join('');
  let isUpgraded = false;
  const swap = (/** @type {string} */ text, /** @type {string} */ from, /** @type {string} */ by) => text.split(from).join(by);
  const listener = createServer(async (request, response) => {
    /** @type {Buffer[]} */
    const body = [];
    for await (const chunk of request) body.push(chunk);
    const token = request.headers['x-calendar-access-token'];
    const answer = await fetch(to + swap(request.url ?? '/', next, present), {
      method: request.method, headers: token ? { 'X-calendar-access-token': String(token) } : {}, body: body.length ? Buffer.concat(body) : undefined,
    });
    let content = Buffer.from(await answer.arrayBuffer());
    if (isUpgraded && /html|javascript/.test(answer.headers.get('Content-Type') ?? '')) content = Buffer.from(swap(content.toString(), present, next));
    const headers = [...answer.headers].filter(([name]) => !/^(content-(length|encoding)|connection|transfer-encoding|etag)$/i.test(name));
    response.writeHead(answer.status, Object.fromEntries(headers)).end(content);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  after(() => listener.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (listener.address());
  return { url: `http://127.0.0.1:${port}`, next, upgrade: () => { isUpgraded = true; } };
}
