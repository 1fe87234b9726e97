// The settings of a person: what each changes, that they are kept by the server, and what counts without them.

import assert from 'node:assert/strict';
import { everywhere, idle, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();

/** Opens the settings. @param {import('playwright-core').Page} open */
async function openSettings(open) {
  if (!(await open.isVisible('#settings-open'))) await open.click('#menu');
  await open.click('#settings-open');
  await open.waitForSelector('#settings[open]');
  await idle(open);
}

/** Chooses a setting and closes the settings. @param {import('playwright-core').Page} open @param {string} name @param {string} value */
async function choose(open, name, value) {
  await openSettings(open);
  await open.selectOption(`#settings [name=${name}]`, value);
  await idle(open);
  assert.equal(await open.textContent('#settings-error'), '');
  await open.click('#settings .close');
}

/** What the server keeps. @param {import('./world.js').Person} person */
const kept = async (person) => (await person.call('GET', '/user/settings')).data;

everywhere('a setting is kept by the server and counts on another device', async (place) => {
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  await choose(open, 'theme', 'dark');
  await choose(open, 'view', 'week');
  assert.deepEqual(await kept(person), { view: 'week', theme: 'dark' });
  assert.equal(await open.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(21, 23, 27)');

  const other = await visit(server, { ...place, person, at: '' });
  assert.equal(await other.evaluate(() => document.documentElement.dataset.theme), 'dark');
  assert.equal(await other.getAttribute('#calendar', 'data-view'), 'week');
});

page('two devices that each change a setting keep both', async () => {
  const person = await server.person();
  const [one, two] = [await visit(server, { person }), await visit(server, { person })];
  await openSettings(one);
  await openSettings(two);
  await one.selectOption('#settings [name=clock]', '12');
  await idle(one);
  await two.selectOption('#settings [name=week_start]', 'saturday');
  await idle(two);
  assert.deepEqual(await kept(person), { week_start: 'saturday', clock: 12 });
});

page('two settings that are changed in quick succession are both kept', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await openSettings(open);
  await open.evaluate(() => {
    for (const [name, value] of [['clock', '12'], ['week_start', 'sunday'], ['view', 'week']]) {
      const select = /** @type {HTMLSelectElement} */ (document.querySelector(`#settings [name=${name}]`));
      select.value = value;
      select.dispatchEvent(new Event('change'));
    }
  });
  await idle(open);
  assert.deepEqual(await kept(person), { week_start: 'sunday', clock: 12, view: 'week' });
});

page('the first day of the week is the one chosen, in the calendar and in the small month', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  const heads = () => open.locator('.ec-col-head').allTextContents();
  const small = () => open.locator('#sidebar-month th').allTextContents();
  assert.equal((await heads())[0].trim(), 'Mon');
  await choose(open, 'week_start', 'sunday');
  assert.equal((await heads())[0].trim(), 'Sun');
  assert.deepEqual(await small(), ['S', 'M', 'T', 'W', 'T', 'F', 'S']);
  await choose(open, 'week_start', 'saturday');
  assert.equal((await heads())[0].trim(), 'Sat');
  await choose(open, 'week_start', '');
  assert.equal((await heads())[0].trim(), 'Mon');
  assert.deepEqual(await kept(person), {});
});

page('the region of the browser counts whatever the language of the page', async () => {
  const person = await server.person();
  await person.event('Lunch', '2017-06-20 13:00', '2017-06-20 14:00');
  const american = await visit(server, { person, language: 'en-US' });
  assert.match(await shown(american, 'Lunch').first().innerText(), /1:00\sPM/);
  assert.equal((await american.locator('.ec-col-head').first().innerText()).trim(), 'Sun');
  await american.evaluate(() => localStorage.setItem('calendar.language', 'ko'));
  await american.reload();
  await shown(american, 'Lunch').first().waitFor();
  assert.match(await shown(american, 'Lunch').first().innerText(), /오후 1:00/);
  const german = await visit(server, { person, language: 'de-DE' });
  assert.match(await shown(german, 'Lunch').first().innerText(), /13:00/);
  assert.equal((await german.locator('.ec-col-head').first().innerText()).trim(), 'Mon');
});

everywhere('the clock is the one chosen', async (place) => {
  const person = await server.person();
  const id = await person.event('Lunch', '2017-06-20 13:00', '2017-06-20 14:00');
  const open = await visit(server, { ...place, person, at: 'day/2017-06-20' });
  await choose(open, 'clock', '12');
  const afternoon = place.language === 'ko-KR' ? /오후 1:00/ : /1:00\spm/;
  assert.match(await shown(open, id).first().innerText(), afternoon);
  assert.match((await open.locator('.ec-sidebar time').allInnerTexts()).join(' '), place.language === 'ko-KR' ? /오후 1시/ : /1\spm/);
  await choose(open, 'clock', '24');
  assert.match(await shown(open, id).first().innerText(), /13:00/);
  assert.match((await open.locator('.ec-sidebar time').allInnerTexts()).join(' '), /13:00/);
});

page('the week shows the hours chosen, and more where there is an event', async () => {
  const person = await server.person();
  await person.event('Night shift', '2017-06-20 22:00', '2017-06-20 23:00');
  const open = await visit(server, { person, at: 'week/2017-06-27' });
  const hours = async () => (await open.locator('.ec-sidebar time').allTextContents()).filter(Boolean);
  await openSettings(open);
  await open.selectOption('#settings [name=day_start]', '8');
  await idle(open);
  await open.selectOption('#settings [name=day_end]', '18');
  await idle(open);
  await open.click('#settings .close');
  assert.equal((await hours()).length, 10);
  assert.ok((await hours()).every((hour) => hour >= '08:00' && hour < '18:00'), String(await hours()));
  await open.click('#previous');
  await shown(open, 'Night shift').first().waitFor();
  await openSettings(open);
  await open.selectOption('#settings [name=day_end]', '7');
  await open.getByText(texts('en').dayEndsBeforeStart).waitFor();
  assert.equal(await open.inputValue('#settings [name=day_end]'), '18');
  assert.deepEqual(await kept(person), { day_start: 8, day_end: 18 });
});

page('a new event has the length and the calendar chosen', async () => {
  const person = await server.person();
  const group = await person.group('Family');
  await person.select(group);
  const open = await visit(server, { person });
  await choose(open, 'event_minutes', '30');
  await choose(open, 'default_group', String(group));
  await open.click('#new');
  await open.fill('#editor-subject', 'Short');
  assert.equal(await open.inputValue('#editor-group'), String(group));
  await open.click('#editor-save');
  await shown(open, 'Short').first().waitFor();
  const [event] = await person.month();
  assert.deepEqual([event.group, Date.parse(event.edate) - Date.parse(event.sdate)], [String(group), 30 * 60_000]);
});

page('the language chosen counts on every device', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await openSettings(open);
  await open.selectOption('#settings [name=language]', 'ko');
  await open.waitForFunction(() => document.documentElement.lang === 'ko');
  await open.waitForSelector('.ec-main');
  const other = await visit(server, { person });
  await other.waitForFunction(() => document.documentElement.lang === 'ko');
});

page('a setting that cannot be saved says so and shows what counts', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await openSettings(open);
  await open.route('**/user/settings', (route) => route.abort());
  await open.selectOption('#settings [name=clock]', '12');
  await open.locator('#settings-error', { hasText: texts('en').offline }).waitFor();
  assert.equal(await open.inputValue('#settings [name=clock]'), '');
});
