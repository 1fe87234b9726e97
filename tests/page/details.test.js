// What an event may say besides its times: place, notes, address, reminders, zone, and how it counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everywhere, importFromPage, message, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();
const t = texts('en');

/** @typedef {import('playwright-core').Page} Page */

/** An event on 20 June 2017. @param {import('./world.js').Person} person @param {object} more */
const event = async (person, more) => (await person.call('POST', '/calendar/event', {
  subject: 'Concert', sdate: '2017-06-20 19:00:00', edate: '2017-06-20 21:00:00', ...more,
})).id;

test('addresses are found in a text, without what ends the sentence', async () => {
  const { addressesIn, httpAddress } = await importFromPage('text.js');
  const found = (/** @type {string} */ text) => addressesIn(text).map((/** @type {[number, number]} */ [from, to]) => text.slice(from, to));
  for (const [text, addresses] of /** @type {[string, string[]][]} */ ([
    ['see https://example.com.', ['https://example.com']], ['(https://example.com/a_(b))', ['https://example.com/a_(b)']], ['http://a.example/?q=1&r=2, HTTPS://B.EXAMPLE!', ['http://a.example/?q=1&r=2', 'HTTPS://B.EXAMPLE']],
    ['javascript:alert(1) data:text/html,x ftp://example.com', []], ['https:// nothing', []], ['회의: https://example.com/회의 참고', ['https://example.com/회의']], ['“https://example.com/x”', ['https://example.com/x']], ['<https://example.com/y>', ['https://example.com/y']],
  ])) assert.deepEqual(found(text), addresses, text);
  for (const [text, address] of [
    ['https://example.com/x', 'https://example.com/x'], ['example.com', 'https://example.com'], [' example.com:8080/x ', 'https://example.com:8080/x'], ['HTTP://example.com', 'HTTP://example.com'],
    ['javascript:alert(1)', null], ['mailto:a@example.com', null], ['no address', null], ['https://', null],
  ]) assert.equal(httpAddress(text), address, String(text));
});

everywhere('what is set is shown in the details, with links that are safe', async (place) => {
  const words = texts(place.language);
  const korean = place.language === 'ko-KR';
  const person = await server.person();
  const id = await event(person, {
    location: 'Old Church & Hall', description: 'Bring:\n<b>scores</b> from https://example.com/scores.', url: 'https://example.com/concert',
    reminders: [30, 1440], status: 'tentative', free: true, private: true, timezone: 'America/New_York', sdate: '2017-06-20 06:00:00', edate: '2017-06-20 08:00:00',
  });
  const open = await visit(server, { ...place, person });
  await shown(open, id).first().click();
  const text = await open.textContent('#details-more') ?? '';
  for (const part of ['Bring:\n<b>scores</b> from ', words.place, words.map, korean ? '30분 전, 1일 전' : '30 minutes before, 1 day before', `${words.tentative} · ${words.free} · ${words.private}`, 'America/New_York', korean ? '오전 6:00' : '06:00']) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  assert.equal(await open.textContent('#details-when'), korean ? '2017년 6월 20일 화요일, 오후 7:00 – 오후 9:00' : 'Tuesday, 20 June 2017, 19:00 – 21:00');
  const links = await open.locator('#details-more a').evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.getAttribute('rel'), link.getAttribute('target')]));
  assert.deepEqual(links, [
    'https://www.openstreetmap.org/search?query=Old%20Church%20%26%20Hall', 'https://example.com/concert', 'https://example.com/scores',
  ].map((href) => [href, 'noopener noreferrer', '_blank']));
  assert.equal(await open.locator('#details-more b').count(), 0);
  const label = await shown(open, id).first().getAttribute('aria-label');
  for (const word of [words.tentative, words.free, 'Old Church & Hall']) assert.ok(label?.includes(word), `${word} in ${label}`);
});

page('nothing more is shown or asked for where nothing more is set', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { person });
  await shown(open, id).first().click();
  assert.equal(await open.isVisible('#details-more'), false);
  await open.click('#details-edit');
  assert.deepEqual([await open.isVisible('#editor-location'), await open.isVisible('#editor-interval')], [false, false]);
});

everywhere('the rarer fields are unfolded, saved, and undone', async (place) => {
  const words = texts(place.language);
  const person = await server.person();
  const id = await person.event('Concert', '2017-06-20 19:00', '2017-06-20 21:00');
  const open = await visit(server, { ...place, person });
  await shown(open, id).first().click();
  await open.click('#details-edit');
  await open.click('#editor-more summary');
  await open.fill('#editor-location', 'Old Church');
  await open.fill('#editor-description', 'Bring:\nscores');
  await open.fill('#editor-url', 'example.com/concert');
  await open.selectOption('#editor-status', 'cancelled');
  await open.check('#editor-free');
  await open.check('#editor-private');
  await open.click('#editor-save');
  await message(open, words.eventSaved);
  const read = async () => (await person.call('GET', `/calendar/event/${id}`)).data;
  const { location, description, url, status, free, private: isPrivate, reminders, rrule, all_day: allDay } = await read();
  assert.deepEqual([location, description, url, status, free, isPrivate, reminders, rrule, allDay],
    ['Old Church', 'Bring:\nscores', 'https://example.com/concert', 'cancelled', true, true, undefined, undefined, undefined]);
  assert.match(await shown(open, id).first().locator('.ec-event-title').evaluate((title) => getComputedStyle(title).textDecorationLine), /line-through/);
  await open.keyboard.press('u');
  await message(open, words.undone);
  assert.deepEqual([(await read()).location, (await read()).status], [undefined, undefined]);
});

page('what the form leaves as it is, is not sent', async () => {
  const person = await server.person();
  const id = await event(person, { location: 'Old Church', description: 'One\r\nTwo', reminders: [7] });
  const open = await visit(server, { person });
  /** @type {any} */
  let sent;
  open.on('request', (request) => { if (request.method() === 'PUT') sent = request.postDataJSON(); });
  await shown(open, id).first().click();
  await open.click('#details-edit');
  await open.fill('#editor-subject', 'Recital');
  await open.click('#editor-save');
  await message(open, t.eventSaved);
  const { event_id: _, revision: __, ...fields } = sent;
  assert.deepEqual(fields, { subject: 'Recital', sdate: '2017-06-20 19:00:00', edate: '2017-06-20 21:00:00' });
  await shown(open, id).first().click();
  await open.click('#details-edit');
  await open.fill('#editor-location', '');
  await open.click('#editor-save');
  await open.waitForSelector('#editor', { state: 'hidden' });
  assert.equal(sent.location, null);
  assert.equal((await person.call('GET', `/calendar/event/${id}`)).data.location, undefined);
});

page('whole days are saved as whole days, whose end is the last of them', async () => {
  const person = await server.person();
  const open = await visit(server, { person, at: 'week/2017-06-20' });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Trip');
  await open.check('#editor-all-day');
  await open.fill('#editor-end-date', '22 June');
  await open.keyboard.press('Tab');
  await open.click('#editor-save');
  await open.locator('.ec-all-day [data-event]').waitFor();
  const [{ id, all_day: allDay, sdate, edate }] = await person.month();
  assert.deepEqual([allDay, sdate, edate], [true, 'Tue, 20 Jun 2017 00:00:00 GMT', 'Fri, 23 Jun 2017 00:00:00 GMT']);
  await shown(open, id).first().click();
  await open.click('#details-edit');
  assert.equal(await open.inputValue('#editor-end-date'), 'Thu, 22 Jun 2017');
  await open.uncheck('#editor-all-day');
  await open.click('#editor-save');
  await message(open, t.eventSaved);
  assert.equal((await person.call('GET', `/calendar/event/${id}`)).data.all_day, undefined);
});

page('an event has its times in a zone of its own', async () => {
  const person = await server.person();
  const open = await visit(server, { person, at: 'week/2017-06-20' });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Call');
  await open.click('#editor-more summary');
  await open.selectOption('#editor-timezone', 'America/New_York');
  await open.fill('#editor-start-time', '09:00');
  await open.keyboard.press('Tab');
  assert.equal(await open.textContent('#editor-zone'), `${t.timeZone('America/New_York')} ${t.timeIn('Tuesday, 20 June 2017, 22:00 – 23:00', 'Asia/Seoul')}`);
  await open.click('#editor-save');
  await shown(open, 'Call').first().waitFor();
  const [{ id, timezone, sdate }] = await person.month();
  assert.deepEqual([timezone, sdate], ['America/New_York', 'Tue, 20 Jun 2017 22:00:00 GMT']);
  await shown(open, id).first().click();
  await open.click('#details-edit');
  assert.equal(await open.inputValue('#editor-start-time'), '09:00');
  await open.fill('#editor-start-time', '10:00');
  await open.keyboard.press('Tab');
  await open.click('#editor-save');
  await message(open, t.eventSaved);
  const changed = (await person.call('GET', `/calendar/event/${id}`)).data;
  assert.deepEqual([changed.timezone, changed.sdate], ['America/New_York', 'Tue, 20 Jun 2017 23:00:00 GMT']);
});

page('an address that is none is not saved', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Call');
  await open.click('#editor-more summary');
  await open.fill('#editor-url', 'javascript:alert(1)');
  await open.click('#editor-more summary');
  await open.click('#editor-save');
  assert.equal(await open.textContent('#editor-error'), t.urlInvalid);
  await open.waitForSelector('#editor-url:focus');
  assert.deepEqual(await person.month(), []);
});

page('permission for reminders is asked when the first is set, and then they are shown in time', async () => {
  const person = await server.person();
  const open = await visit(server, { person, now: null });
  await open.addInitScript(`
    window.asked = 0; window.reminded = [];
    window.Notification = class { static permission = 'default'; constructor(title, { body }) { window.reminded.push(title + ': ' + body); }
      static async requestPermission() { window.asked += 1; return (Notification.permission = 'granted'); } };`);
  await open.clock.install({ time: '2017-06-20T01:00:00Z' });
  await open.goto(`${server.url}/?again#week/2017-06-20`);
  await open.waitForSelector('.ec-main');
  const asked = () => open.evaluate('window.asked');
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Call');
  await open.click('#editor-more summary');
  await open.fill('#editor-location', 'Room 5');
  assert.equal(await asked(), 0);
  await open.selectOption('#editor-reminder', '30');
  await open.selectOption('#editor-reminder', '10');
  assert.equal(await asked(), 1);
  assert.equal(await open.textContent('#editor-reminder-hint'), t.reminderHint);
  await open.getByRole('button', { name: t.removeReminder(t.before(30)) }).click();
  await open.click('#editor-save');
  await shown(open, 'Call').first().waitFor();
  assert.deepEqual((await person.month())[0].reminders, [10]);
  const reminded = () => open.evaluate('window.reminded');
  await open.clock.runFor(49 * 60_000);
  assert.deepEqual(await reminded(), []);
  await open.clock.runFor(2 * 60_000);
  await open.waitForFunction('window.reminded.length');
  assert.deepEqual(await reminded(), ['Call: 11:00\nRoom 5']);
  await open.clock.runFor(5 * 60_000);
  assert.deepEqual(await reminded(), ['Call: 11:00\nRoom 5']);
});
