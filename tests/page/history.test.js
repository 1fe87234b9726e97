// Who changed what: the history of an event, the activity of a calendar, and what is undone there.

import assert from 'node:assert/strict';
import { everywhere, message, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();

/** @typedef {import('playwright-core').Page} Page */

/** The first lines of the entries that are listed. @param {Page} open */
const lines = (open) => open.locator('#history-list li p:first-child').allTextContents();

everywhere('the history of an event says who changed it, and undoes a change', async (place) => {
  const t = texts(place.language);
  const [person, other] = [await server.person(), await server.person('kim')];
  const group = await person.group('Choir');
  await person.select(group);
  const id = await other.event('Rehearsal', '2017-06-20 19:00', '2017-06-20 21:00', group);
  await person.call('PUT', '/calendar/event', { event_id: id, sdate: '2017-06-22 19:00:00', edate: '2017-06-22 21:00:00', subject: 'Rehearsal' });
  const open = await visit(server, { ...place, person });
  await shown(open, id).click();
  await open.click('#details-changes');
  await open.waitForSelector('#history[open] li');
  const line = (/** @type {object} */ entry) => t.historyLine({ event: id, subject: 'Rehearsal', ...entry });
  const moved = line({ action: 'change', before: { sdate: '', edate: '' } });
  assert.deepEqual(await lines(open), [moved, line({ action: 'create' })]);
  const told = await open.locator('#history-list li').first().textContent() ?? '';
  assert.ok(told.includes(t.you) && told.includes(t.doors.api), told);
  assert.ok((await open.locator('#history-list li').nth(1).textContent() ?? '').includes(other.email));
  await open.locator('#history-list li').first().getByRole('button').click();
  await open.waitForFunction(() => document.querySelectorAll('#history-list li').length === 3);
  assert.deepEqual(await lines(open), [line({ action: 'undo' }), moved, line({ action: 'create' })]);
  assert.equal(await other.read(id), 'Rehearsal | 20 Jun 2017 19:00:00 | 20 Jun 2017 21:00:00');
  // What is undone has no button any more.
  assert.deepEqual(await open.locator('#history-list li').evaluateAll((items) => items.map((item) => item.querySelectorAll('button').length)), [1, 0, 1]);
});

page('a change that another one followed is not undone, and that is said', async () => {
  const t = texts('en');
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  await person.call('PUT', '/calendar/event', { event_id: id, sdate: '2017-06-20 10:00:00', edate: '2017-06-20 11:00:00', subject: 'Doctor' });
  const open = await visit(server, { person });
  await shown(open, id).click();
  await open.click('#details-changes');
  await open.locator('#history-list li').nth(1).getByRole('button').click();
  await open.waitForSelector(`#history-error >> text=${JSON.stringify(t.undoConflict)}`);
  assert.equal(await person.read(id), 'Doctor | 20 Jun 2017 10:00:00 | 20 Jun 2017 11:00:00');
});

page('a deleted group comes back by the undo that is offered, and later by the activity', async () => {
  const t = texts('en');
  const person = await server.person();
  const group = await person.group('Quartet');
  await person.select(group);
  const id = await person.event('Rehearsal', '2017-06-20 19:00', '2017-06-20 21:00', group);
  const open = await visit(server, { person });
  const options = (/** @type {string} */ name) => open.getByRole('button', { name, exact: true }).click();
  const remove = async () => {
    await options(t.groupOptions('Quartet'));
    await open.fill('#group-delete-name', 'Quartet');
    await open.click('#group-delete-form button');
    await message(open, t.groupDeleted);
    assert.equal(await person.read(id), undefined);
  };
  await remove();
  await open.click('.message:last-child button:first-of-type');
  await message(open, t.undone);
  await shown(open, id).waitFor();
  await remove();
  await options(t.personalOptions);
  await open.click('#group-changes');
  await open.waitForSelector('#history[open] li');
  assert.equal((await lines(open))[0], t.historyLine({ action: 'delete', subject: 'Quartet' }));
  await open.locator('#history-list li').first().getByRole('button').click();
  await open.waitForSelector(`#history-list >> text=${JSON.stringify(t.historyLine({ action: 'undo', subject: 'Quartet' }))}`);
  await open.locator('#history .close').click();
  await shown(open, id).waitFor();
  assert.equal(await person.read(id), 'Rehearsal | 20 Jun 2017 19:00:00 | 20 Jun 2017 21:00:00');
});

page('a long history is shown bit by bit', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  for (let number = 0; number < 34; number += 1) {
    await person.call('PUT', '/calendar/event', { event_id: id, sdate: '2017-06-20 09:00:00', edate: '2017-06-20 10:00:00', subject: `Dentist ${number}` });
  }
  const open = await visit(server, { person });
  await shown(open, id).click();
  await open.click('#details-changes');
  await open.waitForSelector('#history-more:not([hidden])');
  assert.equal((await lines(open)).length, 30);
  await open.click('#history-more');
  await open.waitForFunction(() => document.querySelectorAll('#history-list li').length === 35);
  assert.equal(await open.isVisible('#history-more'), false);
});
