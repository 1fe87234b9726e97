// Events that repeat: rules in words and in the form, and changes of one occurrence, those after it, or all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everywhere, idle, importFromPage, message, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();
const t = texts('en');

/** A Tuesday, the third of its month. */
const START = Date.UTC(2017, 5, 20, 9);

/** The words of the page in a browser of that language. @param {string} tag */
async function inLanguage(tag) {
  Object.defineProperty(globalThis, 'navigator', { value: { languages: [tag] }, configurable: true });
  return importFromPage('events/event.js');
}

/** Rules of an event on Tuesday, 20 June 2017, at nine. @type {[string, string, string][]} */
const RULES = [
  ['FREQ=DAILY', 'every day', '매일'],
  ['FREQ=DAILY;INTERVAL=2', 'every second day', '격일'],
  ['FREQ=DAILY;INTERVAL=10;COUNT=5', 'every 10 days, 5 times', '10일마다, 5회'],
  ['FREQ=DAILY;COUNT=1', 'every day, once', '매일, 1회'],
  ['FREQ=WEEKLY', 'every Tuesday', '매주 화요일'],
  ['FREQ=WEEKLY;BYDAY=MO', 'every Monday', '매주 월요일'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20180505', 'every second Tuesday until 5 May 2018', '격주 화요일, 2018년 5월 5일까지'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20171205', 'every second Tuesday until 5 December', '격주 화요일, 12월 5일까지'],
  ['FREQ=WEEKLY;INTERVAL=3;BYDAY=TU', 'every 3 weeks on Tuesday', '3주마다 화요일'],
  ['FREQ=WEEKLY;BYDAY=FR,MO,WE', 'every Monday, Wednesday and Friday', '매주 월·수·금요일'],
  ['FREQ=WEEKLY;BYDAY=SU,SA', 'every Saturday and Sunday', '매주 토·일요일'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH', 'every second week on Monday and Thursday', '격주 월·목요일'],
  ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'every weekday', '매주 평일'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR', 'every second week on weekdays', '격주 평일'],
  ['FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH,FR,SA', 'every day', '매일'],
  ['FREQ=MONTHLY', 'every month on the 20th', '매월 20일'],
  ['FREQ=MONTHLY;BYMONTHDAY=1,2,3,11,22,31', 'every month on the 1st, 2nd, 3rd, 11th, 22nd and 31st', '매월 1일, 2일, 3일, 11일, 22일, 31일'],
  ['FREQ=MONTHLY;BYMONTHDAY=-1', 'every month on the last day', '매월 마지막 날'],
  ['FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-2', 'every 3 months on the second to last day', '3개월마다 끝에서 둘째 날'],
  ['FREQ=MONTHLY;BYDAY=2TU', 'every month on the second Tuesday', '매월 둘째 화요일'],
  ['FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR', 'every second month on the last Friday', '격월 마지막 금요일'],
  ['FREQ=MONTHLY;BYDAY=TU;BYSETPOS=3', 'every month on the third Tuesday', '매월 화요일 중 셋째'],
  ['FREQ=MONTHLY;BYDAY=1MO,3MO', 'every month on the first Monday and the third Monday', '매월 첫째 월요일, 셋째 월요일'],
  ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'every month on the last weekday', '매월 평일 중 마지막'],
  ['FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1', 'every month on the first Saturday or Sunday', '매월 토·일요일 중 첫째'],
  ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', 'every month on the 13th if it is a Friday', '매월 13일 중 금요일인 날'],
  ['FREQ=MONTHLY;BYDAY=TU', 'every month on every Tuesday', '매월 모든 화요일'],
  ['FREQ=YEARLY', 'every year on 20 June', '매년 6월 20일'],
  ['FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29', 'every 4 years on 29 February', '4년마다 2월 29일'],
  ['FREQ=YEARLY;BYMONTH=3,9', 'every year on 20 March and 20 September', '매년 3월 20일, 9월 20일'],
  ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', 'every year on the fourth Thursday of November', '매년 11월 넷째 목요일'],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1', 'every year on the last day of February', '매년 2월 마지막 날'],
  ['FREQ=YEARLY;BYDAY=20MO', 'every year on the 20th Monday', '매년 20번째 월요일'],
  ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', 'every year on every Monday (BYWEEKNO=20)', '매년 모든 월요일 (BYWEEKNO=20)'],
  ['FREQ=YEARLY;BYYEARDAY=100', 'every year (BYYEARDAY=100)', '매년 (BYYEARDAY=100)'],
  ['FREQ=DAILY;BYMONTH=1', 'every day in January', '매일 1월'],
  ['FREQ=DAILY;BYHOUR=9,17', 'every day (BYHOUR=9,17)', '매일 (BYHOUR=9,17)'],
  ['FREQ=HOURLY;INTERVAL=6', 'every 6 hours', '6시간마다'],
  ['FREQ=WEEKLY;BYDAY=MO;BYSECOND=30', 'every Monday (BYSECOND=30)', '매주 월요일 (BYSECOND=30)'],
  ['FREQ=WEEKLY;UNTIL=20171205T145959Z', 'every Tuesday until 5 December', '매주 화요일, 12월 5일까지'],
  ['FREQ=WEEKLY;UNTIL=20171205T080000', 'every Tuesday until 4 December', '매주 화요일, 12월 4일까지'],
  ['something', 'something', 'something'],
];

for (const [at, tag] of ['en-GB', 'ko-KR'].entries()) {
  test(`rules are put into words in ${tag}`, async () => {
    const { describeRule } = await inLanguage(tag);
    for (const [rule, ...words] of RULES) assert.equal(describeRule(rule, START, 'Asia/Seoul'), words[at], rule);
  });
}

test('dates in the words stand as the region writes them', async () => {
  const { describeRule } = await inLanguage('en-US');
  assert.equal(describeRule('FREQ=YEARLY;UNTIL=20200505', START, 'Asia/Seoul'), 'every year on June 20 until May 5, 2020');
});

test('a rule that the form can say comes out of it as it went in, and another is left alone', async () => {
  const { parseRule, repeatOf, ruleOf, lastDayOf } = await importFromPage('events/rule.js');
  const through = (/** @type {string} */ text, start = START) => {
    const rule = parseRule(text, start);
    const repeat = repeatOf(rule, start, lastDayOf(rule, start, 'Asia/Seoul'));
    return repeat && ruleOf(repeat, start, repeat.until && new Date(repeat.until).toISOString().slice(0, 10).replaceAll('-', ''));
  };
  for (const text of [
    'FREQ=DAILY', 'FREQ=DAILY;INTERVAL=3;COUNT=7', 'FREQ=WEEKLY;BYDAY=TU', 'FREQ=WEEKLY;BYDAY=MO,WE,FR', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;WKST=SU',
    'FREQ=WEEKLY;BYDAY=TU;UNTIL=20171205', 'FREQ=MONTHLY;BYMONTHDAY=20', 'FREQ=MONTHLY;BYDAY=3TU', 'FREQ=MONTHLY;INTERVAL=2;BYDAY=3TU;COUNT=4', 'FREQ=YEARLY',
  ]) assert.equal(through(text), text);
  const lastTuesday = Date.UTC(2017, 5, 27, 9);
  const lastDay = Date.UTC(2017, 5, 30, 9);
  for (const [text, expected, start] of /** @type {[string, string | null, number?][]} */ ([
    ['FREQ=WEEKLY', 'FREQ=WEEKLY;BYDAY=TU'], ['FREQ=MONTHLY', 'FREQ=MONTHLY;BYMONTHDAY=20'], ['freq=daily;interval=1', 'FREQ=DAILY'],
    ['FREQ=MONTHLY;BYDAY=TU;BYSETPOS=3', null], ['FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=20', 'FREQ=YEARLY'], ['FREQ=WEEKLY;BYDAY=TU;UNTIL=20171205T145959Z', 'FREQ=WEEKLY;BYDAY=TU;UNTIL=20171205'],
    ['FREQ=MONTHLY;BYDAY=-1TU', 'FREQ=MONTHLY;BYDAY=-1TU', lastTuesday], ['FREQ=MONTHLY;BYMONTHDAY=-1', 'FREQ=MONTHLY;BYMONTHDAY=-1', lastDay],
    ['FREQ=MONTHLY;BYDAY=-1TU', null], ['FREQ=MONTHLY;BYMONTHDAY=15', null], ['FREQ=MONTHLY;BYMONTHDAY=15,20', null], ['FREQ=MONTHLY;BYDAY=TU', null], ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', null],
    ['FREQ=YEARLY;BYMONTH=6;BYDAY=3TU', null], ['FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=20', null], ['FREQ=DAILY;BYHOUR=9,17', null], ['FREQ=HOURLY', null], ['FREQ=WEEKLY;BYDAY=TU;BYSECOND=1', null],
    ['FREQ=DAILY;BYDAY=MO', null], ['FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1', null], ['FREQ=YEARLY;BYWEEKNO=20', null],
  ])) assert.equal(through(text, start), expected, text);
  assert.equal(parseRule('FREQ=OFTEN', START), null);
  assert.equal(parseRule('no rule', START), null);
});

test('a time in another zone is the same moment', async () => {
  const { convert, fromIso, toIso } = await importFromPage('time.js');
  for (const [wall, from, to, expected] of [
    ['2017-06-20T09:00:00', 'America/New_York', 'Asia/Seoul', '2017-06-20T22:00:00'], ['2017-12-20T09:00:00', 'America/New_York', 'Asia/Seoul', '2017-12-20T23:00:00'],
    ['2017-06-20T22:00:00', 'Asia/Seoul', 'America/New_York', '2017-06-20T09:00:00'], ['2017-11-05T01:30:00', 'America/New_York', 'UTC', '2017-11-05T05:30:00'],
    ['2017-03-12T02:30:00', 'America/New_York', 'UTC', '2017-03-12T07:30:00'], ['2017-06-20T09:00:00', 'Asia/Kathmandu', 'UTC', '2017-06-20T03:15:00'],
    ['2017-06-20T09:00:00', 'Asia/Seoul', 'Asia/Seoul', '2017-06-20T09:00:00'],
  ]) assert.equal(toIso(convert(fromIso(wall), from, to)), expected, `${wall} ${from}`);
});

/** @typedef {import('playwright-core').Page} Page */

/** A series at nine from Tuesday, 6 June 2017. @param {import('./world.js').Person} person @param {object} [more] */
const weekly = async (person, more) => (await person.call('POST', '/calendar/event', {
  subject: 'Choir', sdate: '2017-06-06 09:00:00', edate: '2017-06-06 10:00:00', rrule: 'FREQ=WEEKLY;BYDAY=TU', ...more,
})).id;

/** What a month has: the days and the hours of what is called so. @param {import('./world.js').Person} person @param {string} [month] @returns {Promise<string[]>} */
const times = async (person, month) => (await person.month(month)).map((/** @type {any} */ { subject, sdate }) => `${subject} ${sdate.slice(5, 7)} ${sdate.slice(17, 22)}`);

/** @param {Page} open @param {string} day */
const occurrence = (open, day) => open.locator(`#calendar [data-key$="@2017-06-${day}T09:00:00"]`).first();

/** @param {Page} open @param {string} day */
async function edit(open, day) {
  await occurrence(open, day).click();
  await open.click('#details-edit');
}

/** @param {Page} open */
async function undo(open) {
  await open.keyboard.press('u');
  await message(open, t.undone);
}

everywhere('an event is made that repeats, and each view says so', async (place) => {
  const words = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Choir');
  await open.fill('#editor-start-time', '19:00');
  await open.selectOption('#editor-repeat', 'week');
  await open.fill('#editor-interval', '2');
  await open.selectOption('#editor-ends', 'count');
  await open.fill('#editor-count', '3');
  assert.equal(await open.textContent('#editor-rule'), place.language === 'ko-KR' ? '격주 화요일, 3회' : 'every second Tuesday, 3 times');
  await open.click('#editor-save');
  await message(open, words.eventCreated);
  assert.deepEqual([...await times(person), ...await times(person, '2017-07')], ['Choir 20 19:00', 'Choir 04 19:00', 'Choir 18 19:00']);
  for (const view of ['month', 'week', 'day', 'list']) {
    await open.click(`label:has(#view-${view})`);
    const event = open.locator(`#calendar[data-view=${view}] [data-event]`).first();
    await event.waitFor();
    assert.ok(await event.locator('use[href="#icon-repeat"]').isVisible(), view);
    assert.ok((await event.getAttribute('aria-label'))?.includes(place.language === 'ko-KR' ? '격주 화요일, 3회' : 'every second Tuesday, 3 times'), view);
  }
  await open.locator('#calendar [data-event]').first().click();
  assert.ok((await open.textContent('#details-more'))?.includes(place.language === 'ko-KR' ? '격주 화요일, 3회' : 'every second Tuesday, 3 times'));
});

page('a rule is chosen by days, by the weekday of the month, and by its last day', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  const made = async (/** @type {() => Promise<unknown>} */ choose, /** @type {string} */ words) => {
    await open.keyboard.press('n');
    await open.fill('#editor-subject', words);
    await choose();
    assert.equal(await open.textContent('#editor-rule'), words);
    await open.click('#editor-save');
    await open.waitForSelector('#editor', { state: 'hidden' });
    const [{ id, rrule }] = (await person.month()).filter((/** @type {any} */ { subject }) => subject === words);
    await person.call('DELETE', '/calendar/event', { event_id: id });
    return rrule;
  };
  assert.equal(await made(async () => {
    await open.selectOption('#editor-repeat', 'week');
    await open.getByRole('checkbox', { name: 'Thursday' }).check();
  }, 'every Tuesday and Thursday'), 'FREQ=WEEKLY;BYDAY=TU,TH');
  assert.equal(await made(async () => {
    await open.selectOption('#editor-repeat', 'month');
    await open.selectOption('#editor-monthly', { label: 'every month on the third Tuesday' });
    await open.selectOption('#editor-ends', 'date');
    await open.fill('#editor-last-date', '31 Dec 2017');
    await open.keyboard.press('Tab');
  }, 'every month on the third Tuesday until 31 December'), 'FREQ=MONTHLY;BYDAY=3TU;UNTIL=20171231T235959');
  // The rule goes along with the day.
  assert.equal(await made(async () => {
    await open.selectOption('#editor-repeat', 'week');
    await open.fill('#editor-start-date', '2017-06-23');
    await open.keyboard.press('Tab');
  }, 'every Friday'), 'FREQ=WEEKLY;BYDAY=FR');
  assert.equal(await made(async () => {
    await open.check('#editor-all-day');
    await open.selectOption('#editor-repeat', 'year');
    await open.selectOption('#editor-ends', 'date');
    await open.fill('#editor-last-date', '2020-06-20');
    await open.keyboard.press('Tab');
  }, 'every year on 20 June until 20 June 2020'), 'FREQ=YEARLY;UNTIL=20200620');
});

page('a rule that makes no sense is not saved', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Choir');
  await open.selectOption('#editor-repeat', 'week');
  const refused = async (/** @type {string} */ text) => {
    await open.click('#editor-save');
    assert.equal(await open.textContent('#editor-error'), text);
  };
  await open.getByRole('checkbox', { name: 'Tuesday' }).uncheck();
  await refused(t.weekdaysMissing);
  await open.getByRole('checkbox', { name: 'Tuesday' }).check();
  await open.fill('#editor-interval', '0');
  await refused(t.numberInvalid(9999));
  await open.fill('#editor-interval', '1');
  await open.selectOption('#editor-ends', 'date');
  await open.fill('#editor-last-date', '1 June');
  await refused(t.repeatEndsBeforeStart);
  assert.deepEqual(await person.month(), []);
});

everywhere('one occurrence is changed by itself, and undo puts it back', async (place) => {
  const words = texts(place.language);
  const person = await server.person();
  const id = await weekly(person);
  const open = await visit(server, { ...place, person });
  await edit(open, '13');
  await open.fill('#editor-subject', 'Concert');
  await open.click('#editor-save');
  await open.waitForSelector('#scope[open]');
  // Escape changes nothing, and gives the focus back.
  await open.keyboard.press('Escape');
  await open.waitForSelector('#editor-save:focus');
  await open.keyboard.press('Enter');
  await open.waitForSelector('#scope-this:focus');
  await open.keyboard.press('Enter');
  await message(open, words.eventSaved);
  await shown(open, 'Concert').first().waitFor();
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Concert 13 09:00', 'Choir 20 09:00', 'Choir 27 09:00']);
  const [, changed] = await person.month();
  assert.deepEqual([changed.series, changed.rrule], [id, undefined]);
  await open.keyboard.press('u');
  await message(open, words.undone);
  await occurrence(open, '13').waitFor();
  const [, same] = await person.month();
  assert.deepEqual([same.id, same.subject, same.rrule], [id, 'Choir', 'FREQ=WEEKLY;BYDAY=TU']);
});

page('this and all after it, or all, are changed', async () => {
  const person = await server.person();
  await weekly(person);
  const open = await visit(server, { person });
  await edit(open, '20');
  await open.fill('#editor-start-time', '11:00');
  await open.keyboard.press('Tab');
  await open.click('#editor-save');
  assert.equal(await open.textContent('#scope-following-hint'), t.followingChanged);
  await open.click('#scope-following');
  await message(open, t.eventSaved);
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 13 09:00', 'Choir 20 11:00', 'Choir 27 11:00']);
  await undo(open);
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 13 09:00', 'Choir 20 09:00', 'Choir 27 09:00']);
  await idle(open);
  await edit(open, '20');
  await open.fill('#editor-start-time', '11:00');
  await open.keyboard.press('Tab');
  await open.click('#editor-save');
  await open.click('#scope-following');
  await message(open, t.eventSaved);
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 13 09:00', 'Choir 20 11:00', 'Choir 27 11:00']);
  await edit(open, '13');
  await open.fill('#editor-start-date', '2017-06-14');
  await open.keyboard.press('Tab');
  await open.click('#editor-save');
  await open.click('#scope-all');
  await occurrence(open, '14').waitFor();
  assert.deepEqual(await times(person), ['Choir 07 09:00', 'Choir 14 09:00', 'Choir 20 11:00', 'Choir 27 11:00']);
  await open.keyboard.press('u');
  await occurrence(open, '13').waitFor();
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 13 09:00', 'Choir 20 11:00', 'Choir 27 11:00']);
});

everywhere('an occurrence is dragged, after the question which are meant', async (place) => {
  const words = texts(place.language);
  const person = await server.person();
  await weekly(person);
  const open = await visit(server, { ...place, person });
  const drag = async () => {
    const from = await occurrence(open, '13').boundingBox();
    const to = await open.locator('.ec-day:has(time[datetime="2017-06-15"])').boundingBox();
    assert.ok(from && to);
    await open.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await open.mouse.down();
    await open.mouse.move(to.x + to.width / 2, to.y + to.height - 20, { steps: 6 });
    await open.mouse.up();
    await open.waitForSelector('#scope[open]');
  };
  await drag();
  await open.keyboard.press('Escape');
  await occurrence(open, '13').waitFor();
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 13 09:00', 'Choir 20 09:00', 'Choir 27 09:00']);
  await drag();
  await open.click('#scope-all');
  await message(open, words.eventMoved);
  assert.deepEqual(await times(person), ['Choir 08 09:00', 'Choir 15 09:00', 'Choir 22 09:00', 'Choir 29 09:00']);
  await open.keyboard.press('u');
  await message(open, words.undone);
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 13 09:00', 'Choir 20 09:00', 'Choir 27 09:00']);
});

page('after a move of all, undo also brings back what was changed or left out', async () => {
  const person = await server.person();
  const id = await weekly(person, { sdate: '2017-06-13 09:00:00', edate: '2017-06-13 10:00:00', rrule: 'FREQ=MONTHLY;BYDAY=2TU;UNTIL=20171231T145959Z' });
  await person.call('PUT', '/calendar/event', { event_id: id, occurrence: '2017-07-11 09:00:00', subject: 'Concert', sdate: '2017-07-12 19:00:00', edate: '2017-07-12 21:00:00' });
  await person.call('DELETE', '/calendar/event', { event_id: id, occurrence: '2017-11-14 09:00:00' });
  const year = async () => (await person.call('GET', '/calendar/range?sdate=2017-01-01%2000:00:00&edate=2018-01-01%2000:00:00')).data
    .map((/** @type {any} */ { updated: _, ...event }) => event);
  const before = await year();
  assert.equal(before.length, 6);
  const open = await visit(server, { person });
  await edit(open, '13');
  await open.fill('#editor-start-date', '2017-06-14');
  await open.keyboard.press('Tab');
  await open.click('#editor-save');
  await open.click('#scope-all');
  await open.getByRole('button', { name: t.undo, exact: true }).waitFor();
  assert.equal((await year())[0].rrule, 'FREQ=MONTHLY;BYDAY=2WE;UNTIL=20180101T145959Z');
  await undo(open);
  assert.deepEqual(await year(), before);
});

page('one occurrence, those after it, or all are deleted, and come back', async () => {
  const person = await server.person();
  await weekly(person);
  const open = await visit(server, { person });
  const remove = async (/** @type {string} */ day, /** @type {string} */ scope) => {
    await occurrence(open, day).click();
    await open.click('#details-delete');
    await open.click(`#scope-${scope}`);
    await open.waitForSelector('#details', { state: 'hidden' });
  };
  await remove('13', 'this');
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 20 09:00', 'Choir 27 09:00']);
  await undo(open);
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 13 09:00', 'Choir 20 09:00', 'Choir 27 09:00']);
  await remove('20', 'following');
  assert.deepEqual([...await times(person), ...await times(person, '2017-07')], ['Choir 06 09:00', 'Choir 13 09:00']);
  await undo(open);
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 13 09:00', 'Choir 20 09:00', 'Choir 27 09:00']);
  await remove('06', 'all');
  assert.deepEqual(await times(person), []);
  await undo(open);
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 13 09:00', 'Choir 20 09:00', 'Choir 27 09:00']);
});

page('a rule that the form cannot say is shown in words, and kept', async () => {
  const person = await server.person();
  const rrule = 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1';
  const id = await weekly(person, { sdate: '2017-06-30 09:00:00', edate: '2017-06-30 10:00:00', rrule });
  const open = await visit(server, { person });
  await edit(open, '30');
  assert.equal(await open.locator('#editor-repeat option:checked').textContent(), 'every month on the last weekday');
  await open.fill('#editor-subject', 'Pay day');
  await open.click('#editor-save');
  await open.click('#scope-all');
  await shown(open, 'Pay day').first().waitFor();
  assert.equal((await person.call('GET', `/calendar/event/${id}`)).data.rrule, rrule);
  await edit(open, '30');
  await open.selectOption('#editor-repeat', '');
  await open.click('#editor-save');
  assert.deepEqual([await open.isVisible('#scope-this'), await open.isVisible('#scope-following'), await open.textContent('#scope-all-hint')], [false, true, t.ruleRemoved]);
  await open.click('#scope-all');
  await message(open, t.eventSaved);
  await idle(open);
  assert.equal((await person.call('GET', `/calendar/event/${id}`)).data.rrule, undefined);
});

page('a single event gets a rule, and undo takes it away', async () => {
  const person = await server.person();
  const id = await person.event('Choir', '2017-06-06 09:00', '2017-06-06 10:00');
  const open = await visit(server, { person });
  await shown(open, id).first().click();
  await open.click('#details-edit');
  await open.selectOption('#editor-repeat', 'day');
  await open.selectOption('#editor-ends', 'count');
  await open.fill('#editor-count', '3');
  await open.click('#editor-save');
  await occurrence(open, '08').waitFor();
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Choir 07 09:00', 'Choir 08 09:00']);
  await undo(open);
  assert.deepEqual(await times(person), ['Choir 06 09:00']);
});

page('an occurrence that was changed elsewhere meanwhile is not overwritten', async () => {
  const person = await server.person();
  const id = await weekly(person);
  const open = await visit(server, { person });
  await edit(open, '13');
  await open.fill('#editor-subject', 'Mine');
  await person.call('PUT', '/calendar/event', { event_id: id, occurrence: '2017-06-13 09:00:00', scope: 'this', subject: 'Theirs', sdate: '2017-06-13 09:00:00', edate: '2017-06-13 10:00:00' });
  await open.click('#editor-save');
  await open.click('#scope-this');
  await open.waitForSelector('#editor-conflict:not([hidden])');
  assert.ok((await open.textContent('#editor-conflict-now'))?.startsWith('Theirs'));
  await open.click('#editor-mine');
  await open.click('#scope-this');
  await shown(open, 'Mine').first().waitFor();
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Mine 13 09:00', 'Choir 20 09:00', 'Choir 27 09:00']);
  // One that was deleted alone comes back as a single event.
  await edit(open, '20');
  await open.fill('#editor-subject', 'Alone');
  await person.call('DELETE', '/calendar/event', { event_id: id, occurrence: '2017-06-20 09:00:00' });
  await open.click('#editor-save');
  await open.click('#scope-this');
  await open.waitForSelector(`#editor-mine:focus >> text=${t.saveAsNew}`);
  assert.equal(await open.inputValue('#editor-repeat'), '');
  await open.click('#editor-mine');
  await shown(open, 'Alone').first().waitFor();
  assert.deepEqual(await times(person), ['Choir 06 09:00', 'Mine 13 09:00', 'Alone 20 09:00', 'Choir 27 09:00']);
});

page('one that was changed by itself is changed with all, which move by as much, and keeps its own subject', async () => {
  const person = await server.person();
  const id = await weekly(person, { location: 'Hall' });
  await person.call('PUT', '/calendar/event', { event_id: id, occurrence: '2017-06-13 09:00:00', scope: 'this', subject: 'Concert', sdate: '2017-06-14 19:00:00', edate: '2017-06-14 21:00:00' });
  const open = await visit(server, { person });
  await shown(open, 'Concert').first().click();
  assert.ok((await open.textContent('#details-more'))?.includes(t.oneOfSeries));
  await open.click('#details-edit');
  assert.equal(await open.isVisible('#editor-repeat'), false);
  await open.fill('#editor-location', 'Church');
  await open.fill('#editor-start-time', '20:00');
  await open.keyboard.press('Tab');
  await open.click('#editor-save');
  await open.waitForSelector('#scope[open]');
  await open.click('#scope-all');
  await message(open, t.eventSaved);
  assert.deepEqual(await times(person), ['Choir 06 10:00', 'Concert 14 20:00', 'Choir 20 10:00', 'Choir 27 10:00']);
  const before = await person.month();
  assert.deepEqual(before.map((/** @type {any} */ { location }) => location), ['Church', 'Church', 'Church', 'Church']);
  await shown(open, 'Concert').first().click();
  await open.click('#details-delete');
  await open.click('#scope-this');
  await message(open, t.eventDeleted);
  assert.deepEqual(await times(person), ['Choir 06 10:00', 'Choir 20 10:00', 'Choir 27 10:00']);
  await undo(open);
  const [, concert] = await person.month();
  assert.deepEqual([concert.subject, concert.series, concert.occurrence, concert.sdate, concert.location], ['Concert', id, before[1].occurrence, before[1].sdate, 'Church']);
});
