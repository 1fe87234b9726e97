// The ends of things: of a day, of an event, of the years, of what a browser allows.

import assert from 'node:assert/strict';
import { address, idle, message, page, shown, startServer, texts, visit } from './helpers.js';

const t = texts('en');
const server = await startServer();

page('an event in the last minutes of a day is drawn on that day alone, in every view', async () => {
  for (const [start, end] of [['23:45:00', '23:59:00'], ['23:59:59', '23:59:59'], ['23:50:00', '23:50:00']]) {
    const person = await server.person();
    await person.call('POST', '/calendar/event', { subject: 'Late', sdate: `2017-06-20 ${start}`, edate: `2017-06-20 ${end}` });
    const open = await visit(server, { person });
    for (const view of ['month', 'week', 'list']) {
      await open.click(`label:has(#view-${view})`);
      await open.waitForSelector(`#calendar[data-view=${view}] [data-event]`);
      assert.equal(await shown(open, 'Late').count(), 1, `${start} in the ${view} view`);
    }
    const day = async (/** @type {string} */ date) => {
      await open.evaluate((hash) => { location.hash = hash; }, `day/${date}`);
      await open.waitForSelector('#calendar[data-view=day]');
      await idle(open);
      return shown(open, 'Late').count();
    };
    assert.deepEqual([await day('2017-06-20'), await day('2017-06-21')], [1, 0], start);
    await open.context().close();
  }
});

page('an event that becomes all-day keeps the day of its end, unless it ends as that begins', async () => {
  for (const [end, last] of [['2017-12-17 18:00', '2017-12-17'], ['2017-12-17 00:00', '2017-12-16']]) {
    const person = await server.person();
    const id = await person.event('Trip', '2017-12-14 09:00', end);
    const open = await visit(server, { person, at: 'month/2017-12-14' });
    await shown(open, 'Trip').first().click();
    await open.click('#details-edit');
    await open.check('#editor-all-day');
    assert.deepEqual([await open.inputValue('#editor-start-date'), await open.inputValue('#editor-end-date')], ['Thu 14 Dec 2017', last === '2017-12-17' ? 'Sun 17 Dec 2017' : 'Sat 16 Dec 2017'].map((day) => day.replace(' ', ', ')));
    await open.click('#editor-save');
    await message(open, t.eventSaved);
    const after = new Date(Date.parse(`${last}T00:00Z`) + 86_400_000).getUTCDate();
    assert.equal(await person.read(id), `Trip | 14 Dec 2017 00:00:00 | ${after} Dec 2017 00:00:00`);
    await open.context().close();
  }
});

page('the years begin with 0001 and end with 9999', async () => {
  const person = await server.person();
  await person.event('The first', '0001-01-01 09:00', '0001-01-01 10:00');
  await person.event('The last', '9999-12-31 09:00', '9999-12-31 10:00');
  for (const [date, subject, beyond] of [['9999-12-31', 'The last', '#next'], ['0001-01-01', 'The first', '#previous']]) {
    for (const view of ['month', 'week', 'day', 'list']) {
      const open = await visit(server, { person, at: `${view}/${date}` });
      await shown(open, subject).first().waitFor();
      assert.equal(await open.locator('.message').count(), 0, `${view} of ${date} loads`);
      await open.click(beyond);
      await idle(open);
      assert.equal((await address(open)).slice(-10, -6), date.slice(0, 4), `${view} stays in the year`);
      await shown(open, subject).first().waitFor();
      await open.context().close();
    }
  }
});

page('single keys work after a click on a view or on a box', async () => {
  const person = await server.person();
  const group = await person.group(`Keys of ${person.name}`);
  const open = await visit(server, { person });
  await open.click('label:has(#view-week)');
  await open.keyboard.press('m');
  await open.waitForSelector('#calendar[data-view=month]');
  await open.locator(`#groups .group:has-text("Keys of ${person.name}") input`).check();
  await idle(open);
  assert.equal((await person.call('GET', '/user/calendar/group')).data.selected_group, String(group));
  await open.keyboard.press('d');
  await open.waitForSelector('#calendar[data-view=day]');
  await open.focus('#view-day');
  await open.keyboard.press('ArrowRight');
  await open.waitForSelector('#calendar[data-view=list]');
});

page('the page works where site data is blocked', async () => {
  const email = `blocked${Date.now()}@example.com`;
  await server.register(email, 'correct horse');
  const open = await visit(server);
  await open.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, { get() { throw new DOMException('blocked', 'SecurityError'); } });
    }
  });
  await open.reload();
  await open.fill('#sign-in-email', email);
  await open.fill('#sign-in-password', 'correct horse');
  await open.click('#sign-in-submit');
  await open.waitForSelector('.ec-main');
});

page('at 320 pixels the times of the form are read whole', async () => {
  const person = await server.person();
  const open = await visit(server, { person, width: 320, height: 640, language: 'en-US' });
  await open.click('#new-floating');
  await open.waitForSelector('#editor[open]');
  for (const id of ['editor-start-time', 'editor-end-time']) {
    await open.fill(`#${id}`, '12:45 PM');
    const [needed, there] = await open.locator(`#${id}`).evaluate((input) => [input.scrollWidth, input.clientWidth]);
    assert.ok(needed <= there, `${id} needs ${needed} of ${there} pixels`);
  }
  assert.equal(await open.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
});

for (const view of ['month', 'week', 'day']) {
  page(`a ${view} is printed with all its events, however many there are on a day`, async () => {
    const person = await server.person();
    for (let number = 10; number < 24; number += 1) await person.event(`Number ${number}`, '2017-06-20 09:00', `2017-06-20 ${number}:00`);
    const open = await visit(server, { person, at: `${view}/2017-06-20`, dark: true });
    const before = await shown(open, 'Number').count();
    assert.ok(before < 14);
    await open.emulateMedia({ media: 'print' });
    await open.waitForFunction(() => document.querySelectorAll('#calendar [data-event]').length === 14);
    assert.equal(await open.locator('.more-events').count(), 0);
    await open.emulateMedia({ media: 'screen' });
    await open.waitForFunction((count) => document.querySelectorAll('#calendar [data-event]').length === count, before);
  });
}

page('a list is printed whole and dark on light, also in dark mode', async () => {
  const person = await server.person();
  for (let day = 1; day <= 30; day += 1) await person.event(`Day ${day}`, `2017-06-${String(day).padStart(2, '0')} 09:00`, `2017-06-${String(day).padStart(2, '0')} 10:00`);
  const open = await visit(server, { person, at: 'list/2017-06-20', dark: true });
  await open.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const printed = await open.evaluate(() => {
    const main = /** @type {HTMLElement} */ (document.querySelector('.ec-main'));
    const last = [...document.querySelectorAll('[data-event]')].pop();
    return {
      whole: main.scrollHeight <= main.clientHeight + 1 && (last?.getBoundingClientRect().bottom ?? 0) <= document.documentElement.scrollHeight,
      sidebar: getComputedStyle(document.querySelector('#sidebar-home') ?? main).display,
      ground: getComputedStyle(document.body).backgroundColor, text: getComputedStyle(main).color,
    };
  });
  assert.deepEqual(printed, { whole: true, sidebar: 'none', ground: 'rgb(255, 255, 255)', text: 'rgb(29, 32, 37)' });
});

for (const dark of [false, true]) {
  page(`where colours are forced, the chosen view, today and the groups still stand out (${dark ? 'dark' : 'light'})`, async () => {
    const person = await server.person();
    await person.event('Event', '2017-06-20 09:00', '2017-06-20 10:00');
    const open = await visit(server, { person, dark });
    await open.emulateMedia({ forcedColors: 'active' });
    const ground = (/** @type {string} */ selector) => open.locator(selector).first().evaluate((element) => getComputedStyle(element).backgroundColor);
    const highlight = await ground('.ec-today .day-number');
    assert.equal(await ground('.views input:checked + span'), highlight);
    assert.notEqual(await ground('.views input:not(:checked) + span'), highlight);
    assert.notEqual(await ground('.ec-day:not(.ec-today) .day-number'), highlight);
    assert.notEqual(await ground('#calendar .mark'), await ground('#calendar .ec-event'));
    await open.click('#new');
    assert.equal(await open.locator('#editor').evaluate((dialog) => getComputedStyle(dialog).borderTopWidth), '1px');
  });
}
