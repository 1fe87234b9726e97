// Calendars as files, on the page: what would come in, what has come in, and what goes wrong on the way.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { answer, everywhere, idle, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();

const FILE = { name: 'choir.ics', mimeType: 'text/calendar', buffer: Buffer.from('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n') };
const COUNTS = { read: 4, created: 2, updated: 0, unchanged: 1, skipped: 1 };
const ITEMS = [{ uid: 'a@example.com', line: 12, outcome: 'skipped', detail: 'the end is before the start' }];

/**
 * Opens the dialog of import for a calendar, by its name or as the personal one.
 * @param {import('playwright-core').Page} open @param {Record<string, any>} t @param {string} [group]
 */
async function openImport(open, t, group) {
  if (await open.isVisible('#menu')) await open.click('#menu');
  await open.click(group ? `[aria-label=${JSON.stringify(t.groupOptions(group))}]` : '#personal-options');
  await open.click('#group-import');
  await open.waitForSelector('#import[open]');
}

/**
 * Stands in for the call, and notes what it was asked.
 * @param {import('playwright-core').Page} open
 * @param {(route: import('playwright-core').Route, isTrial: boolean, count: number) => any} act
 */
async function standIn(open, act) {
  /** @type {string[]} */
  const asked = [];
  await open.route('**/api/v1/import*', (route) => {
    const { search } = new URL(route.request().url());
    asked.push(search);
    return act(route, search.includes('dry_run=true'), asked.length);
  });
  return asked;
}

/** @param {import('playwright-core').Page} open @param {string} text */
const says = (open, text) => open.locator('#import').getByText(text).first().waitFor();

everywhere('what is in a file is shown before anything is imported', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const group = await person.group(`Choir ${place.width}`);
  const open = await visit(server, { ...place, person });
  const asked = await standIn(open, (route) => answer(route, { ...COUNTS, items: ITEMS }));
  await openImport(open, t, `Choir ${place.width}`);
  assert.equal(await open.isDisabled('#import-act'), true);
  assert.equal(await open.inputValue('#import-group'), String(group));
  await open.setInputFiles('#import-file', FILE);
  await says(open, t.inFile(4));
  for (const text of [t.importNew(2), t.importKnown(1), t.importSkipped(1), t.line(12), 'the end is before the start', 'choir.ics']) await says(open, text);
  assert.deepEqual(asked, [`?dry_run=true&group=${group}`]);

  await open.click(`#import-act >> text=${JSON.stringify(t.importEvents(2))}`);
  await says(open, t.importedInto(`Choir ${place.width}`));
  assert.equal(asked[1], `?group=${group}`);
  await idle(open);
  assert.equal((await person.call('GET', '/user/calendar/group')).data.selected_group, String(group), 'so that the events show');
  await open.click('#import-act');
  assert.equal(await open.isVisible('#import'), false);
});

page('another calendar is asked about anew, and the personal one is sent without a group', async () => {
  const person = await server.person();
  const group = await person.group('Another calendar');
  const open = await visit(server, { person });
  const asked = await standIn(open, (route) => answer(route, { ...COUNTS, items: [] }));
  await openImport(open, texts('en'));
  await open.setInputFiles('#import-file', FILE);
  await says(open, 'In this file: 4 events');
  await Promise.all([
    open.waitForRequest((request) => request.url().endsWith(`dry_run=true&group=${group}`)), open.selectOption('#import-group', String(group)),
  ]);
  await says(open, 'In this file: 4 events');
  assert.deepEqual(asked, ['?dry_run=true', `?dry_run=true&group=${group}`]);
});

page('a file is dropped into the dialog', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await standIn(open, (route) => answer(route, { ...COUNTS, items: [] }));
  await openImport(open, texts('en'));
  const files = await open.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['BEGIN:VCALENDAR'], 'dropped.ics'));
    return transfer;
  });
  await open.dispatchEvent('#import-title', 'drop', { dataTransfer: files });
  await says(open, 'dropped.ics');
  await says(open, 'In this file: 4 events');
});

page('a file in which nothing is new cannot be imported', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await standIn(open, (route) => answer(route, { read: 3, created: 0, updated: 0, unchanged: 3, skipped: 0, items: [] }));
  await openImport(open, texts('en'));
  await open.setInputFiles('#import-file', FILE);
  await says(open, '3 already there');
  await says(open, 'nothing to import');
  assert.equal(await open.isDisabled('#import-act'), true);
});

page('of many items some are shown, and how many more there are', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  const items = Array.from({ length: 1000 }, (_, index) => ({ line: index + 1, outcome: 'skipped' }));
  await standIn(open, (route) => answer(route, { read: 3000, created: 0, updated: 0, unchanged: 0, skipped: 3000, items }));
  await openImport(open, texts('en'));
  await open.setInputFiles('#import-file', FILE);
  await says(open, 'and 2900 more');
  assert.equal(await open.locator('#import-items li').count(), 101);
});

page('a file that is no calendar, or too large, is refused with what to do', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  const detail = 'not a calendar: expected BEGIN:VCALENDAR';
  await standIn(open, (route, _, count) => (count === 1 ? answer(route, undefined, { status: 400, code: 40000, message: 'BAD REQUEST', detail })
    : route.fulfill({ status: 413, contentType: 'text/html', body: '<h1>413 Request Entity Too Large</h1>' })));
  await openImport(open, t);
  await open.setInputFiles('#import-file', { ...FILE, name: 'empty.ics', buffer: Buffer.alloc(0) });
  await says(open, t.notACalendar(''));
  await open.setInputFiles('#import-file', { ...FILE, name: 'holiday.jpg' });
  await says(open, t.notACalendar(detail));
  assert.equal(await open.isDisabled('#import-act'), true);
  await open.setInputFiles('#import-file', { ...FILE, name: 'all.ics' });
  await says(open, t.fileTooLarge);
});

page('an import whose answer was lost can be tried again', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  await standIn(open, (route, isTrial, count) => (count === 1 || count === 3 ? route.abort() : answer(route, { ...COUNTS, items: [] })));
  await openImport(open, t);
  await open.setInputFiles('#import-file', FILE);
  await says(open, t.offline);
  await open.click('#import-act >> text=Try again');
  await open.click(`#import-act >> text=${t.importEvents(2)}`);
  await says(open, t.importUnknown);
  assert.equal(await open.isDisabled('#import-file'), false);
  await open.click('#import-act >> text=Try again');
  await says(open, t.importedInto('Personal'));
});

page('a session that has ended meanwhile leads to signing in', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  await standIn(open, (route, isTrial) => (isTrial ? answer(route, { ...COUNTS, items: [] })
    : answer(route, undefined, { status: 401, code: 40101, message: 'INVALID TOKEN' })));
  await openImport(open, t);
  await open.setInputFiles('#import-file', FILE);
  await open.click(`#import-act >> text=${t.importEvents(2)}`);
  await open.waitForSelector(`#sign-in-error >> text=${t.sessionEnded}`);
  assert.equal(await open.isVisible('dialog[open]'), false);
  await open.waitForSelector(`.message >> text=${t.notImported('choir.ics')}`);
});

page('an import goes on after its dialog is closed, and says how it ended', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  /** @type {(() => void) | undefined} */
  let release;
  const held = new Promise((resolve) => { release = () => resolve(undefined); });
  await standIn(open, async (route, isTrial) => {
    if (!isTrial) await held;
    await answer(route, { ...COUNTS, items: [] });
  });
  await openImport(open, t);
  await open.setInputFiles('#import-file', FILE);
  await open.click(`#import-act >> text=${t.importEvents(2)}`);
  await open.waitForSelector(`#import-act:disabled >> text=${t.importing}`);
  assert.equal(await open.isDisabled('#import-group'), true);
  await open.keyboard.press('Escape');
  await open.click('#personal-options');
  await open.click('#group-import');
  release?.();
  await open.waitForSelector(`.message >> text=${t.imported('choir.ics')} ${t.importNew(2)}`);
  assert.equal(await open.textContent('#import-result'), '', 'the dialog that was opened meanwhile is about another file');
});

everywhere('a calendar is exported as a file', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const other = await server.person('kim');
  const group = await other.group(`Export ${place.width}`);
  const open = await visit(server, { ...place, person });
  await open.route('**/api/v1/group/*/export', (route) => route.fulfill({
    body: route.request().headers()['x-calendar-access-token'] === person.token ? `BEGIN:VCALENDAR ${route.request().url().split('/').at(-2)}` : 'no token',
    headers: { 'Content-Type': 'text/calendar', 'Content-Disposition': `attachment; filename="calendar.ics"; filename*=UTF-8''${encodeURIComponent('합창.ics')}` },
  }));
  if (await open.isVisible('#menu')) await open.click('#menu');
  await open.click(`[aria-label=${JSON.stringify(t.groupOptions(`Export ${place.width}`))}]`);
  const [download] = await Promise.all([open.waitForEvent('download'), open.click('#group-export')]);
  assert.equal(download.suggestedFilename(), '합창.ics');
  assert.equal(await readFile(await download.path(), 'utf8'), `BEGIN:VCALENDAR ${group}`);
});

page('an export that is refused says why', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  await open.route('**/api/v1/export', (route) => answer(route, undefined, { status: 503, code: 50300, message: 'SERVICE UNAVAILABLE' }));
  await open.click('#personal-options');
  await open.click('#group-export');
  await open.waitForSelector(`#group-files-error >> text=${t.unavailable}`);
});

const event = (/** @type {string} */ uid, /** @type {string} */ summary, /** @type {string} */ start, /** @type {string} */ end) =>
  ['BEGIN:VEVENT', `UID:${uid}@example.com`, 'DTSTAMP:20170601T000000Z', `DTSTART:${start}`, `DTEND:${end}`, `SUMMARY:${summary}`, 'END:VEVENT'];

everywhere('events come in from a file, are known the second time, and go out again', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//EN',
    ...event('a', 'Rehearsal', '20170620T090000', '20170620T100000'), 'BEGIN:VEVENT', 'UID:b@example.com', 'SUMMARY:Some day', 'END:VEVENT', 'END:VCALENDAR', ''];
  const file = { ...FILE, buffer: Buffer.from(lines.join('\r\n')) };
  await openImport(open, t);
  await open.setInputFiles('#import-file', file);
  await says(open, t.importNew(1));
  await says(open, t.importSkipped(1));
  assert.deepEqual(await person.month(), [], 'nothing is stored before it is wanted');
  await open.click(`#import-act >> text=${JSON.stringify(t.importEvents(1))}`);
  await says(open, t.importedInto(t.personal));
  await shown(open, 'Rehearsal').waitFor();
  await open.setInputFiles('#import-file', file);
  await says(open, t.importKnown(1));
  assert.equal(await open.isDisabled('#import-act'), true);
  await open.setInputFiles('#import-file', { ...FILE, buffer: Buffer.from('Dear Sir') });
  await says(open, t.inFile(0));
  await open.keyboard.press('Escape');
  await open.click('#personal-options');
  const [download] = await Promise.all([open.waitForEvent('download'), open.click('#group-export')]);
  assert.match(await readFile(await download.path(), 'utf8'), /SUMMARY:Rehearsal/);
});
