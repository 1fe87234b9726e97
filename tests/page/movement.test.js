// Moving about: back and forward, the year, the list of what is coming, and the numbers of weeks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, everywhere, idle, importFromPage, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();
const title = (/** @type {import('playwright-core').Page} */ open) => open.textContent('#title');

/** Waits until the address is as expected. @param {import('playwright-core').Page} open @param {string} hash */
const at = (open, hash) => open.waitForFunction((expected) => location.hash === expected, hash);

test('weeks have the numbers of ISO 8601 where they start on Monday, and else those by 1 January', async () => {
  const { weekNumber, fromIso } = await importFromPage('time.js');
  for (const [day, iso, sunday, saturday] of [
    ['2017-06-20', 25, 25, 25], ['2017-01-01', 52, 1, 1], ['2016-12-31', 52, 53, 1], ['2018-12-31', 1, 1, 1],
    ['2020-12-31', 53, 1, 1], ['2021-01-03', 53, 2, 2], ['2021-01-01', 53, 1, 1], ['2026-12-31', 53, 1, 1], ['2024-12-30', 1, 1, 1],
  ]) {
    const numbers = [1, 0, 6].map((firstDay) => weekNumber(fromIso(day), firstDay));
    assert.deepEqual(numbers, [iso, sunday, saturday], day);
  }
});

everywhere('back and forward go through the views and dates that were shown', async (place) => {
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  const first = await title(open);
  await open.click('label:has(#view-week)');
  await at(open, '#week/2017-06-20');
  await open.click('#next');
  await at(open, '#week/2017-06-27');
  await open.goBack();
  await at(open, '#week/2017-06-20');
  assert.equal(await open.getAttribute('#calendar', 'data-view'), 'week');
  await open.goBack();
  await at(open, '#month/2017-06-20');
  assert.equal(await title(open), first);
  assert.equal(await open.isChecked('#view-month'), true);
  await open.goForward();
  await at(open, '#week/2017-06-20');
  assert.match(await open.title(), new RegExp(`^${await title(open)} `));
  // To choose what is shown already adds nothing to go back through.
  const steps = await open.evaluate(() => history.length);
  await open.click('label:has(#view-week)');
  await open.keyboard.press('w');
  assert.equal(await open.evaluate(() => history.length), steps);
});

page('back leaves the result of a search again', async () => {
  const person = await server.person();
  await person.event('Dentist', '2018-03-05 09:00', '2018-03-05 10:00');
  const open = await visit(server, { person });
  await open.keyboard.press('/');
  await open.fill('#search-field', 'dentist');
  await open.click('.listed-event');
  await at(open, '#month/2018-03-05');
  await open.goBack();
  await at(open, '#month/2017-06-20');
});

everywhere('the year shows how much is on each day, and leads to days and months', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  await person.event('Trip', '2017-06-21 00:00', '2017-06-24 00:00');
  await person.event('Dentist', '2017-06-21 09:00', '2017-06-21 10:00');
  await person.event('New Year', '2016-12-31 20:00', '2017-01-01 02:00');
  const open = await visit(server, { ...place, person, at: 'year/2017' });
  assert.equal(await open.locator('.year-month').count(), 12);
  const label = (/** @type {string} */ day) => open.getAttribute(`#year [data-day="${day}"]`, 'aria-label');
  for (const [day, count] of /** @type {const} */ ([['2017-06-21', 2], ['2017-06-23', 1], ['2017-01-01', 1]])) {
    assert.ok((await label(day))?.endsWith(`, ${t.eventCount(count)}`), `${day}: ${await label(day)}`);
  }
  assert.ok(!(await label('2017-06-24'))?.includes(t.eventCount(1)));
  assert.equal(await open.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  assert.equal(await open.getAttribute('#year [data-day="2017-06-20"]', 'aria-current'), 'date');
  await open.click('#next');
  await at(open, '#year/2018-01-01');
  await open.goBack();
  await open.click('#year [data-day="2017-06-21"]');
  await at(open, '#day/2017-06-21');
  await shown(open, 'Dentist').first().waitFor();
  await open.goBack();
  await open.click('.year-month:nth-child(9) h2 a');
  await at(open, '#month/2017-09-01');
  assert.equal(await open.isVisible('#year'), false);
});

page('in the year, the arrow keys move from day to day', async () => {
  const person = await server.person();
  const open = await visit(server, { person, at: 'year/2017-06-30' });
  await open.focus('#year [tabindex="0"]');
  const focused = () => open.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).dataset.day);
  assert.equal(await focused(), '2017-06-30');
  for (const [key, day] of [['ArrowRight', '2017-07-01'], ['ArrowDown', '2017-07-08'], ['PageUp', '2017-06-08'], ['Home', '2017-06-05'], ['ArrowLeft', '2017-06-04']]) {
    await open.keyboard.press(key);
    assert.equal(await focused(), day, key);
  }
  await open.keyboard.press('Enter');
  await at(open, '#day/2017-06-04');
});

everywhere('the list goes on past the end of the month as it is scrolled', async (place) => {
  const person = await server.person();
  for (let number = 1; number <= 28; number += 1) {
    const day = String(number).padStart(2, '0');
    for (const month of ['06', '08']) await person.event(`Day ${day}`, `2017-${month}-${day} 09:00`, `2017-${month}-${day} 10:00`);
  }
  await person.event('In July', '2017-07-05 09:00', '2017-07-05 10:00');
  await person.event('In August', '2017-08-05 09:00', '2017-08-05 10:00');
  await person.event('In May', '2017-05-05 09:00', '2017-05-05 10:00');
  const open = await visit(server, { ...place, person, at: 'list/2017-06-01', now: '2017-01-01T00:00:00Z' });
  const june = await title(open);
  assert.equal(await shown(open, 'In July').count(), 0);
  const scroll = () => open.evaluate(() => { const main = document.querySelector('.ec-main'); main?.scrollTo(0, main.scrollHeight); });
  await scroll();
  await shown(open, 'In July').waitFor();
  await scroll();
  await shown(open, 'In August').waitFor();
  await scroll();
  await open.waitForFunction((before) => document.getElementById('title')?.textContent !== before, june);

  await idle(open);
  // A redraw may be under way, in which the element is replaced.
  const found = await open.waitForFunction(() => [...document.querySelectorAll('[data-event]')]
    .find((one) => one.textContent?.includes('In August'))?.getBoundingClientRect().y);
  const top = /** @type {number} */ (await found.jsonValue());
  await open.click('#list-earlier');
  await shown(open, 'In May').waitFor({ state: 'attached' });
  await idle(open);
  const moved = () => open.waitForFunction(({ subject, y }) => {
    const element = [...document.querySelectorAll('[data-event]')].find((one) => one.textContent?.includes(subject));
    return element && Math.abs(element.getBoundingClientRect().y - y) < 40;
  }, { subject: 'In August', y: top });
  await moved();
  // A refresh leaves the list where it is.
  const before = await open.evaluate(() => document.querySelector('.ec-main')?.scrollTop);
  await open.evaluate(() => dispatchEvent(new Event('online')));
  await idle(open);
  assert.equal(await open.evaluate(() => document.querySelector('.ec-main')?.scrollTop), before);
});

page('a list without events says so for the months that it has looked at, and goes on by a button', async () => {
  const person = await server.person();
  const open = await visit(server, { person, at: 'list/2017-06-20' });
  await open.getByText(texts('en').noEvents('June 2017', 'August 2017')).waitFor();
  await idle(open);
  await open.getByRole('button', { name: texts('en').showMonth('September 2017') }).click();
  await open.getByText(texts('en').noEvents('June 2017', 'September 2017')).waitFor();
  assert.equal(await address(open), '#list/2017-06-20');
});

page('the list ends with the last month that there can be', async () => {
  const person = await server.person();
  const open = await visit(server, { person, at: 'list/9999-12-20' });
  assert.equal(await open.isVisible('#list-more'), false);
  await open.goto(`${server.url}/#list/0001-01-05`);
  await open.waitForFunction(() => document.getElementById('list-earlier')?.hidden);
});

everywhere('weeks have their numbers if a person wants that, and a number leads to its week', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  await person.call('PUT', '/user/settings', { week_numbers: true, week_start: 'monday' });
  const open = await visit(server, { ...place, person });
  assert.deepEqual(await open.locator('#calendar .week-link').allTextContents(), ['22', '23', '24', '25', '26']);
  await open.locator('#calendar .week-link', { hasText: '24' }).click();
  await at(open, '#week/2017-06-12');
  if (place.width > 719) assert.ok((await title(open))?.endsWith(t.weekNumber(24)));
  await open.click('label:has(#view-month)');
  if (!(await open.isVisible('#settings-open'))) await open.click('#menu');
  assert.equal(await open.locator('#sidebar-month .week-link').count(), 6);
  await open.click('#settings-open');
  await open.selectOption('#settings [name=week_numbers]', '');
  await idle(open);
  await open.waitForFunction(() => !document.querySelector('.week-link'));
});

/** The date of the first day of the list that can be seen. @param {import('playwright-core').Page} open */
const topDay = (open) => open.evaluate(() => {
  const main = document.querySelector('.ec-main');
  const edge = main?.getBoundingClientRect().top ?? 0;
  return [...main?.querySelectorAll('.ec-day') ?? []].find((day) => day.getBoundingClientRect().bottom > edge + 1)?.querySelector('time')?.dateTime;
});

/** An event at nine on each of the first 28 days of months. @param {import('./world.js').Person} person @param {...string} months */
async function fill(person, ...months) {
  for (const month of months) {
    for (let day = 1; day <= 28; day += 1) {
      const date = `${month}-${String(day).padStart(2, '0')}`;
      await person.event(`Event ${date}`, `${date} 09:00`, `${date} 10:00`);
    }
  }
}

page('a list begins at its date, and its title and steps follow what was scrolled to', async () => {
  const person = await server.person();
  await fill(person, '2017-06', '2017-07', '2017-08', '2017-09');
  const open = await visit(server, { person, at: 'list/2017-07-20', height: 600 });
  await open.waitForFunction(() => document.querySelector('.ec-main')?.scrollTop);
  assert.equal(await topDay(open), '2017-07-20');
  while (!(await title(open))?.includes('September')) {
    await open.evaluate(() => { const main = document.querySelector('.ec-main'); main?.scrollTo(0, main.scrollHeight); });
    await idle(open);
  }
  await open.evaluate(() => dispatchEvent(new Event('online')));
  await idle(open);
  assert.equal(await title(open), 'September 2017', 'a refresh leaves the title');
  await open.click('#next');
  assert.equal(await title(open), 'October 2017');
  await at(open, '#list/2017-10-01');
});

page('one scroll asks for the next months one by one, and for no more than a few empty ones', async () => {
  const person = await server.person();
  await fill(person, '2017-06');
  const open = await visit(server, { person, at: 'list/2017-06-01', height: 600, now: '2017-01-01T00:00:00Z' });
  /** @type {string[]} */
  const fetched = [];
  open.on('request', (request) => { if (request.url().includes('/month?')) fetched.push(request.url().slice(-7)); });
  await open.evaluate(async () => {
    const main = /** @type {HTMLElement} */ (document.querySelector('.ec-main'));
    main.scrollTop = main.scrollHeight - main.clientHeight - 380;
    for (let step = 0; step < 36; step += 1) {
      main.scrollTop += 10;
      await new Promise(requestAnimationFrame);
    }
  });
  await idle(open);
  assert.ok(fetched.length > 0 && fetched.length <= 4, String(fetched));
});

page('a month with many events is put in front of what was seen, which stays', async () => {
  const person = await server.person();
  await fill(person, '2017-06');
  const made = async (/** @type {number} */ from) => {
    for (let index = from; index < 600; index += 8) {
      const day = String(1 + (index % 28)).padStart(2, '0');
      await person.event(`May ${index}`, `2017-05-${day} 09:00`, `2017-05-${day} 10:00`);
    }
  };
  await Promise.all([...Array(8).keys()].map(made));
  const open = await visit(server, { person, at: 'list/2017-06-01', height: 600, now: '2017-01-01T00:00:00Z' });
  assert.equal(await topDay(open), '2017-06-01');
  await open.click('#list-earlier');
  await shown(open, 'May 0').first().waitFor({ state: 'attached' });
  await idle(open);
  await open.waitForFunction(() => document.querySelector('.ec-day time[datetime="2017-06-01"]'));
  await open.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))); }));
  assert.equal(await topDay(open), '2017-06-01');
});

page('a refresh leaves the focus where it is in the year', async () => {
  const person = await server.person();
  const open = await visit(server, { person, at: 'year/2017' });
  for (const link of ['.year-month:nth-child(9) h2 a', '#year [tabindex="0"]']) {
    await open.focus(link);
    const focused = () => open.evaluate(() => document.activeElement?.getAttribute('href'));
    const before = await focused();
    await open.evaluate(() => dispatchEvent(new Event('online')));
    await idle(open);
    assert.ok(before);
    assert.equal(await focused(), before);
  }
});
