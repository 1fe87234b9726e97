// The page for people who use a keyboard or a screen reader, cannot tell colours apart, or have a slow connection.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { PLACES, address, answer, everywhere, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();
const axe = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/** @typedef {import('playwright-core').Page} Page */

/** The serious and critical faults that axe-core finds. The dark page differs in its colours alone. @param {Page} open @param {boolean} dark */
async function faults(open, dark) {
  // The page's policy forbids foreign scripts, but it does not apply to what the driver evaluates.
  await open.evaluate(axe);
  const rules = dark ? "runOnly: ['color-contrast'], " : '';
  const { violations } = await open.evaluate(`axe.run({ ${rules}resultTypes: ['violations'] })`);
  return violations
    .filter((/** @type {any} */ { impact }) => impact === 'serious' || impact === 'critical')
    .map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => node.target.join(' ')).join(', ')}`);
}

async function family() {
  const [person, other] = [await server.person(), await server.person('kim')];
  const groups = [];
  for (const name of ['Family', 'School', 'Choir', 'Office', 'Club', 'Band', 'Team', 'Street']) groups.push(await person.group(name));
  await person.select(...groups);
  for (const [at, group] of groups.entries()) {
    await (at % 2 ? person : other).event(`In group ${at}`, `2017-06-${20 + at % 3} ${10 + at}:00`, `2017-06-${20 + at % 3} ${11 + at}:30`, group);
  }
  await person.event('Trip to Busan', '2017-06-19 00:00', '2017-06-22 00:00');
  for (const [at, more] of [{ status: 'tentative' }, { status: 'cancelled', rrule: 'FREQ=DAILY;COUNT=3' }, { free: true }].entries()) {
    const time = (/** @type {number} */ hour) => `2017-06-${20 + at} ${hour}:00:00`;
    await person.call('POST', '/calendar/event', { subject: `Of its own kind ${at}`, sdate: time(20), edate: time(21), location: 'Hall', url: 'https://example.com', ...more });
  }
  await person.call('PUT', '/calendar/birthday', { birthday: '1990-06-21' });
  return person;
}

for (const dark of [false, true]) {
  for (const place of dark ? PLACES.slice(1) : PLACES) {
    page(`axe finds no serious fault in any view (${dark ? 'dark' : 'light'}, ${place.width} pixels, ${place.language})`, async () => {
      const person = await family();
      await person.call('PUT', '/user/settings', { week_numbers: true });
      const open = await visit(server, { ...place, dark, person });
      for (const view of ['month', 'week', 'day', 'list']) {
        await open.click(`label:has(#view-${view})`);
        await open.waitForSelector(`#calendar[data-view=${view}] [data-event]`);
        assert.deepEqual(await faults(open, dark), [], view);
      }
      await open.click('label:has(#view-year)');
      await open.waitForSelector('#year [data-day].some');
      assert.deepEqual(await faults(open, dark), [], 'year');
      await open.click('label:has(#view-list)');
      await open.waitForSelector('#calendar[data-view=list] [data-event]');
      await open.click('#next');
      await open.click('#next');
      await open.waitForSelector('.empty');
      assert.deepEqual(await faults(open, dark), [], 'an empty list');
    });
  }
  page(`axe finds no serious fault in any dialog (${dark ? 'dark' : 'light'})`, async () => {
    const open = await visit(server, { dark, person: await family() });
    for (const [press, dialog] of /** @type {const} */ ([['#new', 'editor'], ['#title-button', 'picker'], ['#group-new', 'group-dialog'], ['#personal-options', 'group-dialog'], ['#groups button >> nth=0', 'group-dialog'], ['#account-open', 'account'], ['#help-open', 'help'], ['#settings-open', 'settings'], ['#calendar .own >> nth=0', 'details'], ['#calendar .others >> nth=0', 'details']])) {
      await open.click(press);
      await open.waitForSelector(`#${dialog}[open]`);
      assert.deepEqual(await faults(open, dark), [], press);
      await open.keyboard.press('Escape');
    }
    await open.click('#new');
    await open.fill('#editor-subject', 'Half a thought');
    await open.click('#editor .combo button >> nth=0');
    assert.deepEqual(await faults(open, dark), [], 'a month below a field');
    await open.click('#editor-start-time');
    assert.deepEqual(await faults(open, dark), [], 'a list of times');
    await open.keyboard.press('Escape');
    await open.keyboard.press('Escape');
    await open.waitForSelector('.unsaved:not([hidden])');
    assert.deepEqual(await faults(open, dark), [], 'the question about what is not saved');
    await open.click('#editor .unsaved .danger');
    await open.click('#search');
    await open.keyboard.type('group');
    await open.waitForSelector('.listed-event');
    assert.deepEqual(await faults(open, dark), [], 'search');
    const out = await visit(server, { dark });
    assert.deepEqual(await faults(out, dark), [], 'signing in');
    await out.click('#sign-in-submit');
    await out.waitForSelector('#sign-in-error:not(:empty)');
    assert.deepEqual(await faults(out, dark), [], 'a refusal');
  });
}

for (const dark of [false, true]) {
  page(`axe finds no serious fault in the dialogs of files, feeds and subscriptions (${dark ? 'dark' : 'light'})`, async () => {
    const open = await visit(server, { ...PLACES[1], dark, person: await family() });
    const items = Array.from({ length: 30 }, (_, line) => ({ line, outcome: 'skipped', detail: 'the end is before the start' }));
    await open.route('**/api/v1/import*', (route) => answer(route, { read: 40, created: 10, updated: 0, unchanged: 0, skipped: 30, items }));
    await open.route('**/api/v1/user/feed', (route) => answer(route, route.request().method() === 'POST' ? { id: 2, url: `${server.url}/feed/abc.ics` }
      : [{ id: 1, name: 'Phone', group: null, busy_only: true, created: 'Mon, 19 Jun 2017 19:55:04 GMT', used: null }]));
    await open.click('#menu');
    await open.click('#personal-options');
    await open.click('#group-import');
    await open.waitForSelector('#import[open]');
    await open.setInputFiles('#import-file', { name: 'a.ics', mimeType: 'text/calendar', buffer: Buffer.from('BEGIN:VCALENDAR') });
    await open.waitForSelector('#import-items li');
    assert.deepEqual(await faults(open, dark), [], 'import');
    await open.keyboard.press('Escape');
    await open.click('#personal-options');
    await open.click('#group-connect');
    await open.fill('#feed-name', 'Phone');
    await open.keyboard.press('Enter');
    await open.waitForSelector('#feed-code svg');
    assert.deepEqual(await faults(open, dark), [], 'connect');
    await open.keyboard.press('Escape');
    await open.click('#group-new');
    await open.click('#group-subscribe');
    await open.click('#subscribe-act');
    assert.deepEqual(await faults(open, dark), [], 'subscribe');
  });
}

for (const dark of [false, true]) {
  page(`axe finds no serious fault in all that an event can say (${dark ? 'dark' : 'light'})`, async () => {
    const open = await visit(server, { dark, person: await family() });
    await open.locator('#calendar .cancelled').first().click();
    assert.deepEqual(await faults(open, dark), [], 'the details');
    await open.click('#details-delete');
    await open.waitForSelector('#scope[open]');
    assert.deepEqual(await faults(open, dark), [], 'the question which are meant');
    await open.keyboard.press('Escape');
    await open.keyboard.press('Escape');
    await open.click('#new');
    await open.selectOption('#editor-repeat', 'week');
    await open.click('#editor-more summary');
    await open.selectOption('#editor-reminder', '5');
    assert.deepEqual(await faults(open, dark), [], 'the form');
  });
}

page('an event is created, moved and deleted by keyboard alone', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  const keys = async (/** @type {string[]} */ ...names) => { for (const name of names) await open.keyboard.press(name); };
  await keys('n');
  await open.keyboard.type('Dentist');
  await keys('Enter');
  const event = shown(open, 'Dentist');
  await event.waitFor();
  await open.waitForSelector('#editor:not([open])', { state: 'attached' });

  /** @param {string} selector */
  const tabTo = async (selector) => {
    // Everybody's groups are in the list, each with two stops.
    for (let presses = 0; presses < 600; presses += 1) {
      if (await open.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      await keys('Tab');
    }
    assert.fail(`Tab does not lead to ${selector}`);
  };
  await tabTo('[data-event]');
  await keys('Enter');
  await open.waitForSelector('#details-edit:focus');
  await keys('Enter');
  await open.waitForSelector('#editor-subject:focus');
  await tabTo('#editor-start-time');
  await keys('ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter', 'Enter');
  await open.waitForSelector('#editor:not([open])', { state: 'attached' });
  await open.waitForSelector('[data-event]:focus');
  const [moved] = await person.month();
  assert.deepEqual([moved.sdate, moved.edate], ['Tue, 20 Jun 2017 12:00:00 GMT', 'Tue, 20 Jun 2017 13:00:00 GMT']);
  await keys('Enter');
  await tabTo('#details-delete');
  await keys('Enter');
  await event.waitFor({ state: 'detached' });
  await keys('u');
  await event.waitFor();
});

page('the focus stays in an open dialog and returns to where it was', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.focus('#help-open');
  await open.keyboard.press('Enter');
  await open.waitForSelector('#help[open]');
  for (let presses = 0; presses < 8; presses += 1) {
    await open.keyboard.press('Tab');
    assert.equal(await open.evaluate(() => document.activeElement === document.body || Boolean(document.activeElement?.closest('#help'))), true);
  }
  await open.keyboard.press('Escape');
  await open.waitForSelector('#help-open:focus');
});

everywhere('a date is chosen by keyboard', async (place) => {
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  await open.keyboard.press('g');
  await open.waitForSelector('#picker-month [data-day="2017-06-20"]:focus');
  for (const key of ['ArrowRight', 'ArrowDown', 'PageDown']) await open.keyboard.press(key);
  await open.keyboard.press('Enter');
  assert.equal(await address(open), '#month/2017-07-28');
});

everywhere('a screen reader announces the period shown and what was done', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { ...place, person });
  await open.click('#next');
  assert.equal(await open.textContent('#live'), await open.textContent('#title'));
  await open.click('#previous');
  await shown(open, 'Dentist').click();
  await open.click('#details-delete');
  await open.waitForSelector(`#live >> text=${JSON.stringify(`${t.eventDeleted}. ${t.undo}`)}`, { state: 'attached' });
  assert.equal(await open.getAttribute('#live', 'role'), 'status');
});

page('the language is that of the browser until another is chosen', async () => {
  const person = await server.person();
  const korean = await visit(server, { person, language: 'ko-KR' });
  assert.equal(await korean.textContent('#today'), '오늘');
  await korean.click('#settings-open');
  await korean.selectOption('#settings [name=language]', 'en');
  await korean.waitForSelector('#today >> text=Today');
  assert.equal(await korean.getAttribute('html', 'lang'), 'en');
  await korean.reload();
  await korean.waitForSelector('#today >> text=Today');
  const french = await visit(server, { language: 'fr-FR' });
  assert.equal(await french.textContent('#sign-in-submit'), 'Sign in');
});

page('the page is dark or light like the system', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  const brightness = () => open.evaluate(() => Number(/\d+/.exec(getComputedStyle(document.body).backgroundColor)?.[0]));
  assert.ok(await brightness() > 200);
  await open.emulateMedia({ colorScheme: 'dark' });
  await open.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  assert.ok(await brightness() < 60);
});

page('the whole page is under 160 KB and comes from its own server', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  const devtools = await open.context().newCDPSession(open);
  await devtools.send('Network.enable');
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  // The files themselves, as they are sent: the headers are the same for all of them.
  let bytes = 0;
  /** @type {Map<string, string>} */
  const urls = new Map();
  devtools.on('Network.responseReceived', ({ requestId, response }) => urls.set(requestId, response.url));
  devtools.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    if (!urls.get(requestId)?.includes('/api/')) bytes += encodedDataLength;
  });
  await open.reload({ waitUntil: 'networkidle' });
  assert.ok([...urls.values()].every((url) => url.startsWith(server.url)));
  assert.ok(bytes > 50_000 && bytes < 160_000, `${bytes} bytes`);
});
