// The page under fingers: touch events as a screen sends them, and not those of a mouse.

import assert from 'node:assert/strict';
import { finger, idle, middle, page, shown, startServer, texts, visit } from './helpers.js';

const t = texts('en');
const server = await startServer();

const phone = { width: 390, height: 844, touch: true };
/** @param {import('playwright-core').Page} open @param {string} day */
const cell = (open, day) => open.locator(`.ec-day:has(time[datetime="${day}"])`).first();

page('a tap opens an event, and a swipe leads to the next month', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { ...phone, person });
  const touch = await finger(open);
  await touch.down(await middle(shown(open, id)));
  await touch.up();
  await open.waitForSelector('#details[open]');
  await open.keyboard.press('Escape');
  const [from, to] = [{ x: 330, y: 700 }, { x: 90, y: 705 }];
  await touch.down(from);
  await touch.move(from, to);
  await touch.up();
  await open.waitForFunction(() => location.hash === '#month/2017-07-01');
  assert.equal(await open.locator('dialog[open]').count(), 0);
});

page('a long press and a drag move an event to another day', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { ...phone, person });
  const touch = await finger(open);
  const [from, to] = [await middle(shown(open, id)), await middle(cell(open, '2017-06-22'))];
  await touch.down(from);
  await touch.hold();
  await touch.move(from, to);
  await touch.up();
  await open.locator('.message', { hasText: t.eventMoved }).waitFor();
  assert.equal(await person.read(id), 'Dentist | 22 Jun 2017 09:00:00 | 22 Jun 2017 10:00:00');
});

page('a long press and a drag over empty hours make an event of that length', async () => {
  const person = await server.person();
  const open = await visit(server, { ...phone, person, at: 'day/2017-06-21' });
  const touch = await finger(open);
  const y = async (/** @type {string} */ hour) => (await middle(open.locator(`.ec-slot time[datetime*="${hour}"]`))).y;
  const [from, to] = [{ x: 240, y: await y('13:00') + 16 }, { x: 240, y: await y('15:00') }];
  await touch.down(from);
  await touch.hold();
  await touch.move(from, to);
  await touch.up();
  await open.waitForSelector('#editor[open]');
  await open.fill('#editor-subject', 'Nap');
  await open.click('#editor-save');
  await idle(open);
  const [event] = await person.month();
  assert.equal(event.subject, 'Nap');
  assert.match(event.sdate, /1[23]:\d\d:00 GMT$/);
  assert.ok(Date.parse(event.edate) - Date.parse(event.sdate) >= 90 * 60_000, event.edate);
});

page('a drag without a long press scrolls, and moves nothing', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-21 13:00', '2017-06-21 14:00');
  const open = await visit(server, { ...phone, person, at: 'day/2017-06-21' });
  const touch = await finger(open);
  const from = await middle(shown(open, id));
  const before = await open.evaluate(() => document.querySelector('.ec-main')?.scrollTop ?? 0);
  await touch.down(from);
  await touch.move(from, { x: from.x, y: from.y - 200 });
  await touch.up();
  await open.waitForFunction((top) => (document.querySelector('.ec-main')?.scrollTop ?? 0) > top, before);
  assert.equal(await person.read(id), 'Dentist | 21 Jun 2017 13:00:00 | 21 Jun 2017 14:00:00');
  assert.equal(await open.locator('dialog[open]').count(), 0);
});
