import assert from 'node:assert/strict';
import { everywhere, idle, message, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} open @param {string} day */
async function cell(open, day) {
  const box = await open.locator(`.ec-day:has(time[datetime="${day}"])`).boundingBox();
  assert.ok(box);
  return { x: box.x + box.width / 2, y: box.y + box.height - 12, width: box.width };
}

/** Drags with the mouse. @param {Page} open @param {{x: number, y: number}} from @param {{x: number, y: number}} to */
async function drag(open, from, to) {
  await open.mouse.move(from.x, from.y);
  await open.mouse.down();
  await open.mouse.move(from.x + (to.x - from.x) / 2, from.y + (to.y - from.y) / 2, { steps: 4 });
  await open.mouse.move(to.x, to.y, { steps: 4 });
  await open.mouse.up();
}

/** @param {Page} open @param {number} id */
async function middle(open, id) {
  const box = await shown(open, id).first().boundingBox();
  assert.ok(box);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2, box };
}

/** Where an hour of a day is drawn in the week. @param {Page} open @param {string} hour @param {number} column from 0 */
async function hourOf(open, hour, column) {
  const label = await open.locator(`.ec-slot time[datetime*="${hour}"]`).boundingBox();
  const day = await open.locator('.ec-body .ec-day').nth(column).boundingBox();
  assert.ok(label && day);
  return { x: day.x + day.width / 2, y: label.y + label.height / 2 };
}

/** @param {Page} open */
const undo = (open) => open.click('.message:last-child button:first-of-type');

everywhere('a click on an empty day creates an event on it', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  const { x, y } = await cell(open, '2017-06-14');
  await open.mouse.click(x, y);
  await open.waitForSelector('#editor[open]');
  assert.equal(await open.textContent('#editor-title'), t.newEvent);
  await open.keyboard.type('친구들과 약속');
  await open.fill('#editor-start-time', '19:00');
  await open.keyboard.press('Tab');
  assert.equal(await open.inputValue('#editor-end-time'), place.language === 'ko-KR' ? '오후 8:00' : '20:00', 'the end moves with the start');
  await open.keyboard.press('Enter');
  await message(open, t.eventCreated);
  await shown(open, '친구들과 약속').waitFor();
  const [{ subject, sdate, edate, group }] = await person.month();
  assert.deepEqual([subject, sdate, edate, group], ['친구들과 약속', 'Wed, 14 Jun 2017 19:00:00 GMT', 'Wed, 14 Jun 2017 20:00:00 GMT', null]);
  await undo(open);
  await message(open, t.undone);
  assert.deepEqual(await person.month(), []);
});

everywhere('dragging over empty hours creates an event at that time', async (place) => {
  const person = await server.person();
  const open = await visit(server, { ...place, person, at: 'week/2017-06-20' });
  const from = await hourOf(open, '13:00', 2);
  const to = await hourOf(open, '15:00', 2);
  await drag(open, { x: from.x, y: from.y + 4 }, { x: to.x, y: to.y - 4 });
  await open.waitForSelector('#editor[open]');
  assert.deepEqual([await open.inputValue('#editor-start-time'), await open.inputValue('#editor-end-time')], place.language === 'ko-KR' ? ['오후 1:00', '오후 3:00'] : ['13:00', '15:00']);
  await open.fill('#editor-subject', 'Dentist');
  await open.click('#editor-save');
  await shown(open, 'Dentist').waitFor();
  const [event] = await person.month();
  assert.match(event.sdate, /13:00:00 GMT$/);
  assert.match(event.edate, /15:00:00 GMT$/);
});

everywhere('dragging over days creates an all-day event on them', async (place) => {
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  await drag(open, await cell(open, '2017-06-13'), await cell(open, '2017-06-15'));
  await open.waitForSelector('#editor[open]');
  assert.equal(await open.isChecked('#editor-all-day'), true);
  assert.deepEqual([await open.inputValue('#editor-start-date'), await open.inputValue('#editor-end-date')], place.language === 'ko-KR' ? ['2017년 6월 13일 (화)', '2017년 6월 15일 (목)'] : ['Tue, 13 Jun 2017', 'Thu, 15 Jun 2017']);
  await open.fill('#editor-subject', 'Trip to Busan');
  await open.click('#editor-save');
  await shown(open, 'Trip to Busan').waitFor();
  const [event] = await person.month();
  assert.deepEqual([event.sdate, event.edate], ['Tue, 13 Jun 2017 00:00:00 GMT', 'Fri, 16 Jun 2017 00:00:00 GMT']);
});

everywhere('an event created in a group is seen by everyone who selected it', async (place) => {
  const [person, other] = [await server.person(), await server.person('kim')];
  const group = await person.group('Choir');
  await person.select(group);
  await other.select(group);
  const open = await visit(server, { ...place, person });
  await open.click(place.width < 720 ? '#new-floating' : '#new');
  await open.fill('#editor-subject', 'Rehearsal');
  await open.selectOption('#editor-group', { label: 'Choir' });
  await open.click('#editor-save');
  await shown(open, 'Rehearsal').waitFor();
  const [event] = await other.month();
  assert.deepEqual([event.subject, event.group, event.email], ['Rehearsal', String(group), person.email]);
});

everywhere('an event that cannot be saved says why', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  await open.keyboard.press('n');
  const error = (/** @type {string} */ text) => open.waitForSelector(`#editor-error >> text=${JSON.stringify(text)}`);
  await open.click('#editor-save');
  await error(t.subjectInvalid);
  await open.fill('#editor-subject', '가'.repeat(129));
  await open.click('#editor-save');
  await error(t.subjectInvalid);
  await open.fill('#editor-subject', '가'.repeat(128));
  await open.fill('#editor-end-date', '2017-06-01');
  await open.click('#editor-save');
  await error(t.endBeforeStart);
  await open.fill('#editor-end-date', '');
  await open.click('#editor-save');
  await error(t.timesMissing);
  assert.deepEqual(await person.month(), []);
});

everywhere('a click on an event shows its creator, and it can be edited from there', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { ...place, person });
  await shown(open, id).click();
  assert.equal(await open.textContent('#details-title'), 'Dentist');
  assert.equal(await open.textContent('#details-creator'), `${t.createdBy} ${person.email} (${t.you})`);
  assert.equal(await open.textContent('#details-zone'), t.timeZone('Asia/Seoul'));
  await open.click('#details-edit');
  await open.fill('#editor-subject', 'Dentist, upper floor');
  await open.fill('#editor-start-time', '10:15');
  await open.click('#editor-save');
  await message(open, t.eventSaved);
  assert.equal(await person.read(id), 'Dentist, upper floor | 20 Jun 2017 10:15:00 | 20 Jun 2017 11:15:00');
  await undo(open);
  await message(open, t.undone);
  assert.equal(await person.read(id), 'Dentist | 20 Jun 2017 09:00:00 | 20 Jun 2017 10:00:00');
});

everywhere('a deletion can be undone', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const group = await person.group('Choir');
  await person.select(group);
  const id = await person.event('Rehearsal', '2017-06-20 19:00', '2017-06-20 21:00', group);
  const open = await visit(server, { ...place, person });
  await shown(open, id).click();
  await open.click('#details-delete');
  await message(open, t.eventDeleted);
  await shown(open, 'Rehearsal').waitFor({ state: 'detached' });
  assert.deepEqual(await person.month(), []);
  await undo(open);
  await shown(open, 'Rehearsal').waitFor();
  const [event] = await person.month();
  assert.deepEqual([event.subject, event.group, event.sdate], ['Rehearsal', String(group), 'Tue, 20 Jun 2017 19:00:00 GMT']);
});

everywhere('an event is dragged to another day, and undo moves it back', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { ...place, person });
  await drag(open, await middle(open, id), await cell(open, '2017-06-22'));
  await message(open, t.eventMoved);
  assert.equal(await person.read(id), 'Dentist | 22 Jun 2017 09:00:00 | 22 Jun 2017 10:00:00');
  await undo(open);
  await message(open, t.undone);
  assert.equal(await person.read(id), 'Dentist | 20 Jun 2017 09:00:00 | 20 Jun 2017 10:00:00');
});

everywhere('dragging the end of an event changes its length', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 13:00', '2017-06-20 14:00');
  const open = await visit(server, { ...place, person, at: 'week/2017-06-20' });
  const { x, box } = await middle(open, id);
  const to = await hourOf(open, '16:00', place.language === 'ko-KR' ? 2 : 1);
  await drag(open, { x, y: box.y + box.height - 3 }, { x, y: to.y - 4 });
  await message(open, t.eventResized);
  assert.equal(await person.read(id), 'Dentist | 20 Jun 2017 13:00:00 | 20 Jun 2017 16:00:00');
  await undo(open);
  await message(open, t.undone);
  assert.equal(await person.read(id), 'Dentist | 20 Jun 2017 13:00:00 | 20 Jun 2017 14:00:00');
});

everywhere('in a month, the end of an event is dragged over days', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const trip = await person.event('Trip', '2017-06-20 00:00', '2017-06-21 00:00');
  const open = await visit(server, { ...place, person });
  const { y, box } = await middle(open, trip);
  await drag(open, { x: box.x + box.width - 3, y }, { ...await cell(open, '2017-06-22'), y });
  await message(open, t.eventResized);
  assert.equal(await person.read(trip), 'Trip | 20 Jun 2017 00:00:00 | 23 Jun 2017 00:00:00');
  const lengthened = await middle(open, trip);
  await drag(open, { x: lengthened.box.x + lengthened.box.width - 3, y }, { ...await cell(open, '2017-06-21'), y });
  await open.waitForSelector('.message >> nth=1');
  assert.equal(await person.read(trip), 'Trip | 20 Jun 2017 00:00:00 | 22 Jun 2017 00:00:00');
});

everywhere('an all-day event is lengthened by whole days', async (place) => {
  const person = await server.person();
  const trip = await person.event('Trip', '2017-06-20 00:00', '2017-06-21 00:00');
  const open = await visit(server, { ...place, person, at: 'week/2017-06-20' });
  const { y, box } = await middle(open, trip);
  const column = await open.locator('.ec-body .ec-day').nth(4).boundingBox();
  assert.ok(column);
  await drag(open, { x: box.x + box.width - 3, y }, { x: column.x + column.width / 2, y });
  await open.waitForSelector('.message');
  const to = place.language === 'ko-KR' ? '23 Jun' : '24 Jun';
  assert.equal(await person.read(trip), `Trip | 20 Jun 2017 00:00:00 | ${to} 2017 00:00:00`);
});

page('an event without length is lengthened from its drawn end', async () => {
  const person = await server.person();
  const id = await person.event('Parcel', '2017-06-20 13:00', '2017-06-20 13:00');
  const open = await visit(server, { person, at: 'week/2017-06-20' });
  const { x, box } = await middle(open, id);
  const to = await hourOf(open, '15:00', 1);
  await drag(open, { x, y: box.y + box.height - 3 }, { x, y: to.y - 4 });
  await open.waitForSelector('.message');
  assert.equal(await person.read(id), 'Parcel | 20 Jun 2017 13:00:00 | 20 Jun 2017 15:00:00');
});

page('undo is offered for ten seconds', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { person, now: null });
  await open.clock.install();
  await open.goto(`${server.url}/#month/2017-06-20`);
  await shown(open, id).click();
  await open.click('#details-delete');
  await open.waitForSelector('.message');
  await open.clock.runFor(9_000);
  assert.equal(await open.isVisible('.message >> text=Undo'), true);
  await open.clock.runFor(1_500);
  assert.equal(await open.isVisible('.message >> text=Undo'), false);
});

everywhere('someone else’s event can be read but not changed, and looks different', async (place) => {
  const t = texts(place.language);
  const [person, other] = [await server.person(), await server.person('kim')];
  const group = await other.group('Choir');
  await person.select(group);
  const id = await other.event('Rehearsal', '2017-06-20 19:00', '2017-06-20 21:00', group);
  const own = await person.event('Solo', '2017-06-13 19:00', '2017-06-13 21:00', group);
  const open = await visit(server, { ...place, person });
  const style = (/** @type {number} */ event) => shown(open, event).evaluate((element) => [getComputedStyle(element).borderStyle, getComputedStyle(element).backgroundColor].join());
  assert.notEqual(await style(id), await style(own));
  assert.match(await shown(open, id).getAttribute('aria-label') ?? '', new RegExp(`, ${t.readOnly}$`));
  await drag(open, await middle(open, id), await cell(open, '2017-06-22'));
  await shown(open, id).click();
  assert.equal(await open.textContent('#details-creator'), `${t.createdBy} ${other.email}`);
  assert.deepEqual([await open.isVisible('#details-edit'), await open.isVisible('#details-delete'), await open.isVisible('#details-read-only')], [false, false, true]);
  assert.equal(await other.read(id), 'Rehearsal | 20 Jun 2017 19:00:00 | 20 Jun 2017 21:00:00');
});

everywhere('the owner of a group may change someone else’s event in it, and deletes it, and undo brings it back as it was', async (place) => {
  const t = texts(place.language);
  const [person, other] = [await server.person(), await server.person('kim')];
  const group = await person.group('Choir');
  await person.select(group);
  const id = await other.event('Buy cheap pills', '2017-06-20 19:00', '2017-06-20 21:00', group);
  const open = await visit(server, { ...place, person });
  await shown(open, id).click();
  assert.deepEqual([await open.isVisible('#details-edit'), await open.isVisible('#details-read-only')], [true, false]);
  await open.click('#details-delete');
  await open.waitForSelector(`.message >> text=${t.eventDeleted}`);
  assert.equal(await shown(open, id).count(), 0);
  assert.equal(await other.read(id), undefined);
  await undo(open);
  await message(open, t.undone);
  assert.equal(await other.read(id), 'Buy cheap pills | 20 Jun 2017 19:00:00 | 20 Jun 2017 21:00:00');
  assert.equal((await person.call('GET', `/calendar/event/${id}`)).data.useremail, other.email);
});

page('a call in flight shows a progress bar', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  let answer = () => {};
  await open.route('**/calendar/month**', async (route) => {
    await new Promise((resolve) => { answer = () => resolve(undefined); });
    await route.continue();
  });
  await open.click('#next');
  await open.waitForSelector('body.pending .progress', { state: 'attached' });
  await open.waitForFunction(() => getComputedStyle(/** @type {Element} */ (document.querySelector('.progress'))).opacity === '1');
  answer();
  await open.waitForSelector('body:not(.pending)');
});

everywhere('what was typed offline is kept and can be saved later', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Dentist');
  await open.context().setOffline(true);
  await open.click('#editor-save');
  await open.waitForSelector(`#editor-error >> text=${JSON.stringify(t.offline)}`);
  assert.equal(await open.textContent('#editor-save'), t.tryAgain);
  assert.equal(await open.inputValue('#editor-subject'), 'Dentist');
  await open.context().setOffline(false);
  await open.click('#editor-save');
  await shown(open, 'Dentist').waitFor();
});

everywhere('a write that the server refuses for now can be tried again, in the form and after a drag', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { ...place, person });
  const full = { status: 503, json: { meta: { code: 50300, message: 'SERVICE UNAVAILABLE' } } };
  await open.route('**/calendar/event', (route) => route.fulfill(full));
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Lunch');
  await open.click('#editor-save');
  await open.waitForSelector(`#editor-error >> text=${JSON.stringify(t.unavailable)}`);
  assert.equal(await open.inputValue('#editor-subject'), 'Lunch');
  await open.keyboard.press('Escape');
  await open.getByRole('button', { name: t.discard }).click();

  await drag(open, await middle(open, id), await cell(open, '2017-06-22'));
  await message(open, t.unavailable);
  await open.unroute('**/calendar/event');
  await open.click(`.message >> text=${JSON.stringify(t.tryAgain)}`);
  await message(open, t.eventMoved);
  assert.equal(await person.read(id), 'Dentist | 22 Jun 2017 09:00:00 | 22 Jun 2017 10:00:00');
});

everywhere('a calendar that could not be loaded says so, and loads once back online', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  await person.event('Dentist', '2017-09-20 09:00', '2017-09-20 10:00');
  const open = await visit(server, { ...place, person });
  await open.context().setOffline(true);
  await open.click('label:has(#view-month)');
  for (let month = 0; month < 3; month += 1) await open.click('#next');
  await message(open, `${t.notLoaded} ${t.offline}`);
  await open.context().setOffline(false);
  await shown(open, 'Dentist').waitFor();
  await open.waitForSelector('.message', { state: 'detached' });
});

everywhere('a person who edits an event sees that someone else has changed it', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const elsewhere = () => person.call('PUT', '/calendar/event', { event_id: id, subject: 'Dentist, moved', sdate: '2017-06-20 11:00:00', edate: '2017-06-20 12:00:00' });
  const open = await visit(server, { ...place, person });
  const edit = async () => {
    await shown(open, id).click();
    await open.click('#details-edit');
    await open.fill('#editor-subject', 'Mine');
  };
  await edit();
  await elsewhere();
  await open.click('#editor-save');
  await open.waitForSelector('#editor-conflict:not([hidden])');
  assert.equal(await open.textContent('#editor-conflict-title'), t.changedElsewhere);
  assert.match(await open.textContent('#editor-conflict-now') ?? '', /^Dentist, moved\n.*11:00/);
  assert.equal(await person.read(id), 'Dentist, moved | 20 Jun 2017 11:00:00 | 20 Jun 2017 12:00:00', 'not overwritten');
  await open.click('#editor-theirs');
  assert.deepEqual([await open.inputValue('#editor-subject'), await open.inputValue('#editor-start-time')], ['Dentist, moved', place.language === 'ko-KR' ? '오전 11:00' : '11:00']);
  await open.keyboard.press('Escape');

  await edit();
  await open.fill('#editor-start-time', '15:00');
  await person.call('PUT', '/calendar/event', { event_id: id, subject: 'Again', sdate: '2017-06-20 11:00:00', edate: '2017-06-20 12:00:00' });
  await open.click('#editor-save');
  await open.click('#editor-mine');
  await message(open, t.eventSaved);
  assert.equal(await person.read(id), 'Mine | 20 Jun 2017 15:00:00 | 20 Jun 2017 16:00:00');

  await edit();
  await person.call('DELETE', '/calendar/event', { event_id: id });
  await open.click('#editor-save');
  await open.waitForSelector('#editor-conflict:not([hidden])');
  assert.equal(await open.textContent('#editor-conflict-title'), t.deletedElsewhere);
  await open.click('#editor-mine');
  await message(open, t.eventCreated);
  assert.deepEqual((await person.month()).map((/** @type {any} */ { subject }) => subject), ['Mine']);
});

page('a change between the page’s check and its write is noticed by the server', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { person });
  await open.route('**/calendar/event', async (route) => {
    await person.call('PUT', '/calendar/event', { event_id: id, subject: 'In between', sdate: '2017-06-20 11:00:00', edate: '2017-06-20 12:00:00' });
    await route.continue();
  }, { times: 1 });
  await shown(open, id).click();
  await open.click('#details-edit');
  await open.fill('#editor-subject', 'Mine');
  await open.click('#editor-save');
  await open.waitForSelector('#editor-conflict:not([hidden])');
  assert.match(await person.read(id) ?? '', /^In between/);
});

page('an event changed elsewhere is not moved or deleted unseen', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { person });
  await person.call('PUT', '/calendar/event', { event_id: id, subject: 'Dentist, moved', sdate: '2017-06-15 11:00:00', edate: '2017-06-15 12:00:00' });
  await drag(open, await middle(open, id), await cell(open, '2017-06-22'));
  await message(open, 'The event was not moved, because it has been changed elsewhere. The calendar shows it as it is now.');
  await shown(open, 'Dentist, moved').waitFor();

  await person.call('PUT', '/calendar/event', { event_id: id, subject: 'Dentist, again', sdate: '2017-06-15 11:00:00', edate: '2017-06-15 12:00:00' });
  await shown(open, id).click();
  await open.click('#details-delete');
  await open.waitForSelector('#details-delete >> text=Delete anyway');
  assert.equal(await open.textContent('#details-title'), 'Dentist, again');
  await open.click('#details-delete');
  await message(open, 'Event deleted');
  assert.deepEqual(await person.month(), []);
  await idle(open);
});
