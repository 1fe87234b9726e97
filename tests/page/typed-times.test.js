// Dates and times as people type them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everywhere, idle, importFromPage, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();

/** The module as it is in a browser of that language. @param {string} tag */
async function inLanguage(tag) {
  Object.defineProperty(globalThis, 'navigator', { value: { languages: [tag] }, configurable: true });
  return importFromPage('typed-times.js');
}

const DAY = 86_400_000;
const TODAY = Date.UTC(2017, 5, 20);
const written = (/** @type {{day: number, time?: number} | null} */ when) =>
  when && new Date(when.day + (when.time ?? 0)).toISOString().slice(0, when.time === undefined ? 10 : 16);

for (const [tag, cases] of /** @type {[string, [string, string | null][]][]} */ ([
  ['en-GB', [
    ['2017-12-14', '2017-12-14'], ['14 Dec', '2017-12-14'], ['14 December 2018', '2018-12-14'], ['Dec 14', '2017-12-14'], ['December 14th, 2018', '2018-12-14'],
    ['14/12', '2017-12-14'], ['14.12.', '2017-12-14'], ['14.12.18', '2018-12-14'], ['14/12/2018', '2018-12-14'], ['14-12-2018', '2018-12-14'], ['5', '2017-06-05'],
    ['Thu, 14 Dec 2017', '2017-12-14'], ['today', '2017-06-20'], ['Tomorrow', '2017-06-21'], ['yesterday', '2017-06-19'], ['Friday', '2017-06-23'], ['fri', '2017-06-23'],
    ['tuesday', '2017-06-20'], ['tomorrow 14:00', '2017-06-21T14:00'], ['14 Dec 9:30 pm', '2017-12-14T21:30'], ['14 Dec 2018 9am', '2018-12-14T09:00'], ['１４／１２／２０１８', '2018-12-14'],
    ['29 Feb 2017', null], ['31 June', null], ['14/13', null], ['0 June', null], ['soon', null], ['14 Dec soon', null], ['tomorrow 25:00', null], ['', null], ['1/2/3/4', null], ['14+12', null], ['10000-01-01', null],
  ]],
  ['en-US', [['12/14', '2017-12-14'], ['12/14/18', '2018-12-14'], ['Dec 14, 2018', '2018-12-14'], ['14 Dec', '2017-12-14'], ['14/12', null], ['Tue, Jun 20, 2017', '2017-06-20']]],
  ['ko-KR', [
    ['12월 14일', '2017-12-14'], ['2018년 12월 14일', '2018-12-14'], ['2017년 6월 20일 (화)', '2017-06-20'], ['2018. 12. 14.', '2018-12-14'], ['12/14', '2017-12-14'],
    ['내일', '2017-06-21'], ['모레 오후 3시', '2017-06-22T15:00'], ['금요일', '2017-06-23'], ['금', '2017-06-23'], ['14 Dec', '2017-12-14'], ['내일'.normalize('NFD'), '2017-06-21'], ['13월 1일', null], ['언젠가', null], ['12월 17일 일요일', '2017-12-17'], ['6월 19일 월요일', '2017-06-19'],
  ]],
  ['de-DE', [['14.12.', '2017-12-14'], ['14.12.2018', '2018-12-14']]],
])) {
  test(`dates are read as they are typed in ${tag}`, async () => {
    const { parseWhen } = await inLanguage(tag);
    for (const [text, expected] of cases) assert.equal(written(parseWhen(text, TODAY, TODAY)), expected, text);
  });
}

test('times are read as they are typed', async () => {
  const { parseTime } = await inLanguage('ko-KR');
  for (const [text, expected] of /** @type {[string, string | null][]} */ ([
    ['9:30', '09:30:00'], ['09:30', '09:30:00'], ['9.30', '09:30:00'], ['930', '09:30:00'], ['1430', '14:30:00'], ['9', '09:00:00'], ['21:30', '21:30:00'], ['9h30', '09:30:00'],
    ['9am', '09:00:00'], ['9 AM', '09:00:00'], ['9:30 pm', '21:30:00'], ['9:30pm', '21:30:00'], ['930p', '21:30:00'], ['12 am', '00:00:00'], ['0:05 am', '00:05:00'], ['12 pm', '12:00:00'], ['12:05 a.m.', '00:05:00'],
    ['오후 9:30', '21:30:00'], ['AM 12:05', '00:05:00'], ['PM 9:30', '21:30:00'], ['오전 9시 30분', '09:30:00'], ['오후 3시', '15:00:00'], ['3시 반', '03:30:00'], ['15시', '15:00:00'], ['9시 5분', '09:05:00'], ['정오', '12:00:00'], ['midnight', '00:00:00'],
    ['08:15:30', '08:15:30'], ['０９：３０', '09:30:00'],
    ['24:00', null], ['9:60', null], ['13 pm', null], ['9:30 soon', null], ['오후 9 pm', null], ['soon', null], ['', null], ['9:3', null], ['12345', null], ['-1', null],
  ])) {
    const time = parseTime(text);
    assert.equal(time === null ? null : new Date(time + DAY).toISOString().slice(11, 19), expected, text);
  }
});

everywhere('the fields show dates and times as the person has chosen, and take them as they are typed', async (place) => {
  const t = texts(place.language);
  const korean = place.language === 'ko-KR';
  const person = await server.person();
  await person.call('PUT', '/user/settings', { clock: korean ? 24 : 12 });
  const open = await visit(server, { ...place, person });
  await open.keyboard.press('n');
  const value = (/** @type {string} */ id) => open.inputValue(`#editor-${id}`);
  const type = async (/** @type {string} */ id, /** @type {string} */ text) => {
    await open.fill(`#editor-${id}`, text);
    await open.keyboard.press('Tab');
  };
  await open.fill('#editor-subject', 'Lunch');
  await type('start-date', korean ? '내일 12:30' : 'tomorrow 12:30');
  assert.equal(await value('start-date'), korean ? '2017년 6월 21일 (수)' : 'Wed, 21 Jun 2017');
  assert.equal(await value('start-time'), korean ? '12:30' : '12:30 pm');
  assert.equal(await value('end-time'), korean ? '13:30' : '1:30 pm');
  await type('end-time', korean ? '오후 2시' : '2pm');
  assert.equal(await value('end-time'), korean ? '14:00' : '2:00 pm');

  await type('end-time', 'soon');
  assert.equal(await open.getAttribute('#editor-end-time', 'aria-invalid'), 'true');
  await open.click('#editor-save');
  const example = korean ? '09:30' : '9:30 am';
  assert.equal(await open.textContent('#editor-error'), t.timeUnreadable('soon', example));
  assert.equal(await value('end-time'), 'soon');
  assert.deepEqual(await person.month(), []);
  await type('end-time', '14:00');
  await open.click('#editor-save');
  await shown(open, 'Lunch').first().waitFor();
  const [event] = await person.month();
  assert.deepEqual([event.sdate, event.edate], ['Wed, 21 Jun 2017 12:30:00 GMT', 'Wed, 21 Jun 2017 14:00:00 GMT']);
});

test('what is shown in any region is read back as it is', async () => {
  for (const tag of ['en-US', 'en-GB', 'en-CA', 'en-AU', 'en-IN', 'en-ZA', 'en-DK', 'en-FI', 'en-SE', 'en-DE', 'en-JP', 'en-IL', 'ko-KR', 'ko-KP']) {
    const { parseWhen, parseTime } = await inLanguage(tag);
    const shown = (/** @type {Intl.DateTimeFormatOptions} */ options, /** @type {number} */ time) => new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' }).format(time);
    for (let month = 0; month < 12; month += 1) {
      const day = Date.UTC(2018, month, 3 + month * 2);
      const text = shown({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }, day);
      assert.equal(parseWhen(text, TODAY, TODAY)?.day, day, `${text} in ${tag}`);
    }
    for (const hour of [0, 9, 12, 21]) {
      for (const clock of [{ hour: 'numeric', hour12: true }, { hour: '2-digit', hourCycle: 'h23' }]) {
        const time = (hour * 60 + 5) * 60_000;
        const text = shown(/** @type {Intl.DateTimeFormatOptions} */ ({ ...clock, minute: '2-digit' }), DAY + time);
        assert.equal(parseTime(text), time, `${text} in ${tag}`);
      }
    }
  }
});

everywhere('a day is chosen from a month, and a time from a list', async (place) => {
  const korean = place.language === 'ko-KR';
  const person = await server.person();
  const open = await visit(server, { ...place, person, at: 'day/2017-06-20' });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Lunch');
  await open.locator('.field-row', { has: open.locator('#editor-start-date') }).getByRole('button').click();
  await open.click('.field-picker:not([hidden]) [data-day="2017-06-22"]');
  assert.equal(await open.inputValue('#editor-end-date'), korean ? '2017년 6월 22일 (목)' : 'Thu, 22 Jun 2017', 'the end moves with the start');
  await open.click('#editor-start-time');
  const options = open.locator('#editor-start-time-list [role=option]');
  assert.equal(await options.count(), 48);
  await options.nth(25).click();
  assert.equal(await open.inputValue('#editor-start-time'), korean ? '오후 12:30' : '12:30');
  // Escape closes the list alone.
  await open.click('#editor-end-time');
  await open.keyboard.press('Escape');
  assert.equal(await open.isVisible('#editor-end-time-list'), false);
  assert.equal(await open.isVisible('#editor .unsaved'), false);
  await open.keyboard.press('ArrowDown');
  await open.keyboard.press('ArrowDown');
  await open.keyboard.press('Enter');
  await open.click('#editor-save');
  await idle(open);
  const [event] = await person.month();
  assert.deepEqual([event.sdate, event.edate], ['Thu, 22 Jun 2017 12:30:00 GMT', 'Thu, 22 Jun 2017 14:00:00 GMT']);
});

page('a date that cannot be read says so where it was typed, also for a birthday and a day to go to', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  await open.keyboard.press('g');
  await open.fill('#picker-date', '31 June');
  await open.keyboard.press('Enter');
  assert.equal(await open.textContent('#picker-error'), t.dateUnreadable('31 June', 'Tue, 20 Jun 2017'));
  await open.fill('#picker-date', '3 Feb 2019');
  await open.keyboard.press('Enter');
  await open.waitForFunction(() => location.hash === '#month/2019-02-03');
  await open.click('#account-open');
  await open.fill('#birthday-date', 'in June');
  await open.click('#birthday-save');
  assert.equal(await open.textContent('#birthday-error'), t.dateUnreadable('in June', 'Tue, 20 Jun 2017'));
  await open.fill('#birthday-date', '22 June 1990');
  await open.click('#birthday-save');
  await open.getByRole('button', { name: t.removeBirthday }).waitFor();
  assert.equal((await person.call('GET', '/calendar/birthday')).data.sdate, 'Fri, 22 Jun 1990 00:00:00 GMT');
});

page('a month below a field is closed with its form', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.keyboard.press('n');
  await open.click('#editor .combo button >> nth=0');
  await open.waitForSelector('.field-picker:not([hidden])');
  await open.click('#editor-actions .close');
  await open.keyboard.press('n');
  await open.waitForSelector('#editor[open]');
  assert.equal(await open.locator('#editor .field-picker:not([hidden])').count(), 0);
});
