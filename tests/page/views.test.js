import assert from 'node:assert/strict';
import { address, everywhere, idle, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();
const berlin = await startServer({ CALENDAR_TIMEZONE: 'Europe/Berlin' });

/** @param {import('playwright-core').Page} open */
const title = (open) => open.textContent('#title');

everywhere('month, week, day and list show events', async (place) => {
  const person = await server.person();
  await person.event('친구들과 약속', '2017-06-20 09:00', '2017-06-20 12:00');
  const open = await visit(server, { ...place, person });
  for (const view of ['month', 'week', 'day', 'list']) {
    await open.click(`label:has(#view-${view})`);
    await open.waitForSelector(`#calendar[data-view=${view}]`);
    assert.match(await shown(open, '친구들과 약속').first().getAttribute('aria-label') ?? '', /^친구들과 약속, .*(09:00 – 12:00|오전 9:00 – 오후 12:00)/);
    assert.equal(await open.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${view} is no wider than the window`);
  }
});

everywhere('buttons lead to the next and previous month, to today and to a date', async (place) => {
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  const korean = place.language.startsWith('ko');
  assert.equal(await title(open), korean ? '2017년 6월' : 'June 2017');
  await open.click('#next');
  await open.click('#next');
  assert.equal(await title(open), korean ? '2017년 8월' : 'August 2017');
  await open.click('#previous');
  assert.equal(await title(open), korean ? '2017년 7월' : 'July 2017');
  await open.click('#today');
  assert.equal(await title(open), korean ? '2017년 6월' : 'June 2017');
  await open.click('#title-button');
  await open.fill('#picker-date', '2019-02-03');
  await open.click('#picker-form button');
  assert.equal(await title(open), korean ? '2019년 2월' : 'February 2019');
  await open.click('#title-button');
  await open.click('#picker-month [data-day="2019-02-28"]');
  assert.equal(await address(open), '#month/2019-02-28');
  await open.reload();
  await open.waitForSelector('.ec-main');
  assert.equal(await title(open), korean ? '2019년 2월' : 'February 2019', 'the same is shown after a reload');
});

page('single keys change the view and the date, and can be turned off', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  /** @param {string} key @param {string} hash */
  const leadsTo = async (key, hash) => {
    await open.keyboard.press(key);
    assert.equal(await address(open), hash, key);
  };
  await leadsTo('w', '#week/2017-06-20');
  await leadsTo('j', '#week/2017-06-27');
  await leadsTo('ArrowLeft', '#week/2017-06-20');
  await leadsTo('d', '#day/2017-06-20');
  await leadsTo('k', '#day/2017-06-19');
  await leadsTo('l', '#list/2017-06-19');
  await leadsTo('ArrowRight', '#list/2017-07-01');
  await leadsTo('m', '#month/2017-07-01');
  await leadsTo('t', '#month/2017-06-20');
  for (const [key, dialog] of [['n', 'editor'], ['/', 'event-list'], ['g', 'picker'], ['?', 'help']]) {
    await open.keyboard.press(key);
    await open.waitForSelector(`#${dialog}[open]`);
    await open.keyboard.press('Escape');
    await open.waitForSelector(`#${dialog}:not([open])`, { state: 'attached' });
  }
  await open.keyboard.press('?');
  await open.uncheck('#shortcuts-on');
  await open.keyboard.press('Escape');
  await leadsTo('w', '#month/2017-06-20');
});

page('a key pressed just after a dialog has closed goes to the calendar', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.keyboard.press('/');
  await open.waitForSelector('#event-list[open]');
  // All at once, before the next frame moves the focus out of the field.
  await open.evaluate(() => {
    const field = /** @type {HTMLInputElement} */ (document.getElementById('search-field'));
    const key = () => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'g', code: 'KeyG', bubbles: true }));
    key();
    if (document.querySelector('#picker[open]')) throw new Error('a typed letter was taken for a shortcut');
    field.closest('dialog')?.close();
    key();
  });
  await open.waitForSelector('#picker[open]');
});

page('a swipe leads to the next and the previous month', async () => {
  const person = await server.person();
  await person.event('Dentist', '2017-06-21 09:00', '2017-06-21 10:00');
  const open = await visit(server, { person, width: 390, height: 844, touch: true });
  const devtools = await open.context().newCDPSession(open);
  /** @param {number[]} xs */
  const swipe = async (xs) => {
    const y = 300;
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: xs[0], y }] });
    for (const x of xs.slice(1)) await devtools.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y }] });
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await swipe([300, 250, 200, 150]);
  await open.waitForSelector('#title >> text=Jul 2017');
  await swipe([100, 150, 200, 250]);
  await open.waitForSelector('#title >> text=Jun 2017');
  assert.equal(await open.isVisible('#editor[open]'), false, 'a swipe is not a click');
});

everywhere('each group has its own colour and shape, and a birthday has an icon', async (place) => {
  const person = await server.person();
  const groups = [await person.group('Family'), await person.group('Choir')];
  await person.select(...groups);
  await person.event('Dentist', '2017-06-06 09:00', '2017-06-06 10:00');
  await person.event('Dinner', '2017-06-07 19:00', '2017-06-07 21:00', groups[0]);
  await person.event('Rehearsal', '2017-06-08 19:00', '2017-06-08 21:00', groups[1]);
  await person.call('PUT', '/calendar/birthday', { birthday: '1990-06-22' });
  const open = await visit(server, { ...place, person });
  const looks = [];
  for (const subject of ['Dentist', 'Dinner', 'Rehearsal']) {
    looks.push(await shown(open, subject).locator('.mark').evaluate((mark) => {
      const { backgroundColor, clipPath, borderRadius } = getComputedStyle(mark);
      return [backgroundColor, `${clipPath} ${borderRadius}`];
    }));
  }
  assert.equal(new Set(looks.map(([colour]) => colour)).size, 3);
  assert.equal(new Set(looks.map(([, shape]) => shape)).size, 3);
  const t = texts(place.language);
  const birthday = shown(open, person.name);
  assert.equal(await birthday.locator('svg').count(), 1);
  assert.match(await birthday.getAttribute('aria-label') ?? '', new RegExp(`^${t.birthdayOf(person.email)}, .*${t.everyYear}$`));
  assert.match(await shown(open, 'Dinner').getAttribute('aria-label') ?? '', /Family/, 'a group is named');
});

everywhere('times are in the server’s time zone, and the page names it', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  await person.event('Dinner', '2017-06-20 20:00', '2017-06-20 21:30');
  // In New York it is still the evening of the 20th; in Seoul, the morning of the 21st.
  const open = await visit(server, { ...place, person, now: '2017-06-21T01:30:00Z', at: 'week/2017-06-20' });
  assert.match(await shown(open, 'Dinner').getAttribute('aria-label') ?? '', /20:00|오후 8:00/);
  assert.equal(await open.locator('.ec-col-head.ec-today .day-number').textContent(), '21');
  const now = await open.locator('.ec-now-indicator').boundingBox();
  const ten = await open.locator('.ec-slot time[datetime*="10:00"]').boundingBox();
  const eleven = await open.locator('.ec-slot time[datetime*="11:00"]').boundingBox();
  assert.ok(now && ten && eleven && now.y > ten.y && now.y < eleven.y + eleven.height, 'the present time is drawn between 10:00 and 11:00');
  if (await open.isVisible('#menu')) await open.click('#menu');
  assert.equal(await open.textContent('#zone'), t.timeZone('Asia/Seoul (GMT+09:00)'));
});

page('an hour that summer time skips, here or on the server, is shown and moved as it was written', async () => {
  const person = await berlin.person();
  const lostThere = await person.event('In Berlin', '2017-03-26 02:30', '2017-03-26 02:45');
  const lostHere = await person.event('In New York', '2017-03-11 02:30', '2017-03-11 03:00');
  const open = await visit(berlin, { person, at: 'month/2017-03-20' });
  assert.match(await shown(open, lostThere).getAttribute('aria-label') ?? '', /02:30 – 02:45/);
  const from = await shown(open, lostHere).boundingBox();
  assert.ok(from);
  await open.mouse.move(from.x + 20, from.y + 8);
  await open.mouse.down();
  await open.mouse.move(from.x + 60, from.y + 8, { steps: 4 });
  await open.mouse.move(from.x + from.width + 30, from.y + 8, { steps: 4 });
  await open.mouse.up();
  await open.waitForSelector('.message');
  assert.equal(await person.read(lostHere), 'In New York | 12 Mar 2017 02:30:00 | 12 Mar 2017 03:00:00');
});

everywhere('a month that was just shown is not fetched again', async (place) => {
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  /** @type {string[]} */
  const fetched = [];
  open.on('request', (request) => { if (request.url().includes('/month?')) fetched.push(request.url().slice(-7)); });
  await open.click('label:has(#view-week)');
  await open.click('label:has(#view-list)');
  await open.click('label:has(#view-month)');
  await idle(open);
  assert.deepEqual(fetched, ['2017-08'], 'June and July were there already; the list looks ahead');
  await open.click('#next');
  await idle(open);
  assert.deepEqual(fetched, ['2017-08']);
});

everywhere('events without room on their day are counted and listed', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  for (let hour = 8; hour < 23; hour += 1) {
    await person.event(`Number ${hour}`, `2017-06-20 ${String(hour).padStart(2, '0')}:00`, `2017-06-20 ${String(hour).padStart(2, '0')}:30`);
  }
  const open = await visit(server, { ...place, person });
  const drawn = await shown(open, 'Number').count();
  assert.ok(drawn > 0 && drawn < 15);
  assert.equal(await open.textContent('.more-events .ec-event-title'), place.width < 720 ? `+${15 - drawn}` : t.moreEvents(15 - drawn));
  await open.click('.more-events');
  assert.equal(await open.locator('.listed-event').count(), 15);
  await open.click('.listed-event >> nth=14');
  assert.equal(await open.isVisible('#event-list[open]'), false);
});

page('markup in a subject stays text wherever it is shown', async () => {
  const markup = '<img src=x onerror="document.title=1">';
  const person = await server.person();
  const group = await person.group(markup);
  await person.select(group);
  await person.event(markup, '2017-06-20 09:00', '2017-06-20 12:00', group);
  const open = await visit(server, { person });
  for (const view of ['month', 'week', 'day', 'list']) {
    await open.click(`label:has(#view-${view})`);
    await open.waitForSelector(`#calendar[data-view=${view}] .ec-event-title >> text=${JSON.stringify(markup)}`);
  }
  await shown(open, markup).click();
  assert.equal(await open.textContent('#details-title'), markup);
  assert.equal(await open.textContent('#details-group span:last-child'), markup);
  await open.click('#details-edit');
  assert.equal(await open.inputValue('#editor-subject'), markup);
  await open.keyboard.press('Escape');
  await open.keyboard.press('/');
  await open.fill('#search-field', markup);
  await open.waitForSelector('.listed-event');
  assert.equal(await open.textContent('.listed-subject'), markup);
  await open.keyboard.press('Escape');
  await open.locator('.group', { hasText: markup }).locator('button').click();
  assert.match(await open.textContent('#group-delete-label') ?? '', /<img src=x/);
  assert.equal(await open.locator('img').count(), 0);
});
