import assert from 'node:assert/strict';
import { address, everywhere, idle, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();

/** @param {import('playwright-core').Page} open */
async function openSidebar(open) {
  if (await open.isVisible('#menu')) await open.click('#menu');
}

/** @param {import('playwright-core').Page} open @param {string} name */
const row = (open, name) => open.locator(`#groups .group:has-text(${JSON.stringify(name)})`);

everywhere('the sidebar lists all groups, with a box to select each', async (place) => {
  const [person, other] = [await server.person(), await server.person('kim')];
  const name = `Choir ${place.width}`;
  const group = await other.group(name);
  await other.event('Rehearsal', '2017-06-20 19:00', '2017-06-20 21:00', group);
  const open = await visit(server, { ...place, person });
  assert.equal(await shown(open, 'Rehearsal').count(), 0);
  await openSidebar(open);
  await row(open, name).locator('input').check();
  await shown(open, 'Rehearsal').waitFor();
  assert.equal((await person.call('GET', '/user/calendar/group')).data.selected_group, String(group));
  await row(open, name).locator('button').click();
  await open.waitForSelector('#group-export:focus');
  for (const id of ['group-name', 'group-delete-name']) assert.equal(await open.isVisible(`#${id}`), false, 'someone else’s group cannot be changed');
  await open.click('#group-dialog .close');

  let fetches = 0;
  open.on('request', (request) => { if (request.url().includes('/month?')) fetches += 1; });
  await row(open, name).locator('input').uncheck();
  await shown(open, 'Rehearsal').waitFor({ state: 'detached' });
  await idle(open);
  assert.equal((await person.call('GET', '/user/calendar/group')).data.selected_group, '0');
  assert.equal(fetches, 0, 'nothing is fetched to hide events');
});

everywhere('a new group is selected, and can be renamed', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  await openSidebar(open);
  await open.click('#group-new');
  await open.click('#group-save');
  await open.waitForSelector(`#group-error >> text=${JSON.stringify(t.groupNameInvalid)}`);
  await open.fill('#group-name', `가족 ${place.width}`);
  await open.keyboard.press('Enter');
  await row(open, `가족 ${place.width}`).waitFor();
  assert.equal(await row(open, `가족 ${place.width}`).locator('input').isChecked(), true);
  await open.click(`[aria-label=${JSON.stringify(t.groupOptions(`가족 ${place.width}`))}]`);
  await open.fill('#group-name', `우리 가족 ${place.width}`);
  await open.click('#group-save');
  await row(open, `우리 가족 ${place.width}`).waitFor();
  const own = (await person.call('GET', '/group/')).data.map((/** @type {any} */ { name }) => name);
  assert.deepEqual(own, [`우리 가족 ${place.width}`]);
});

everywhere('deleting a group says how many events are deleted with it, and requires its name', async (place) => {
  const t = texts(place.language);
  const [person, other] = [await server.person(), await server.person('kim')];
  const name = `Office ${place.width}`;
  const group = await person.group(name);
  await person.select(group);
  await person.event('Ours', '2017-06-20 09:00', '2017-06-20 10:00', group);
  await other.event('Theirs', '2017-06-21 09:00', '2017-06-21 10:00', group);
  const open = await visit(server, { ...place, person });
  await openSidebar(open);
  await row(open, name).locator('button').click();
  await open.waitForSelector(`#group-delete-effect >> text=${JSON.stringify(t.deleteGroupEffect(2))}`);
  await open.fill('#group-delete-name', 'Office');
  await open.click('#group-delete-form button');
  await open.waitForSelector(`#group-delete-error >> text=${JSON.stringify(t.wrongGroupName)}`);
  assert.equal((await person.month()).length, 2);
  await open.fill('#group-delete-name', name);
  await open.click('#group-delete-form button');
  await row(open, name).waitFor({ state: 'detached' });
  await shown(open, 'Theirs').waitFor({ state: 'detached' });
  assert.equal((await person.call('GET', `/group/${group}`)).meta.code, 40400);
  assert.deepEqual(await person.month(), []);
});

page('creating an event in a group selects the group', async () => {
  const [person, other] = [await server.person(), await server.person('kim')];
  const group = await other.group('Orchestra');
  await other.event('Rehearsal', '2017-06-20 19:00', '2017-06-20 21:00', group);
  const open = await visit(server, { person });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Solo');
  await open.selectOption('#editor-group', { label: 'Orchestra' });
  await open.click('#editor-save');
  await shown(open, 'Solo').waitFor();
  await shown(open, 'Rehearsal').waitFor();
  assert.equal((await person.call('GET', '/user/calendar/group')).data.selected_group, String(group));
});

page('a found event opens by itself if its day has no room for it', async () => {
  const person = await server.person();
  for (let hour = 0; hour < 20; hour += 1) await person.event(`Number ${hour}`, `2017-06-20 ${String(hour).padStart(2, '0')}:00`, '2017-06-20 23:00');
  const open = await visit(server, { person });
  await open.click('#search');
  await open.keyboard.type('Number 19');
  await open.click('.listed-event:has-text("Number 19")');
  await open.waitForSelector('#details[open] >> text=Number 19');
});

everywhere('a search lists events by date, and a click leads to one', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  await person.event('팀 회의', '2017-06-20 09:00', '2017-06-20 10:00');
  await person.event('회의 준비', '2018-03-05 09:00', '2018-03-05 10:00');
  await person.event('Dentist', '2018-03-06 09:00', '2018-03-06 10:00');
  const open = await visit(server, { ...place, person });
  await open.click('#search');
  await open.keyboard.type('회의');
  await open.waitForSelector(`#event-list-note >> text=${JSON.stringify(t.resultCount(2))}`);
  assert.deepEqual(await open.locator('.listed-subject').allTextContents(), ['회의 준비', '팀 회의']);
  assert.equal(await open.locator('#event-list-items h4').count(), 2, 'a heading for each day');
  await open.fill('#search-field', 'nothing of the kind');
  await open.waitForSelector(`#event-list-note >> text=${JSON.stringify(t.nothingFound)}`);
  await open.fill('#search-field', '회의');
  await open.click('.listed-event:has-text("회의 준비")');
  await shown(open, '회의 준비').waitFor();
  assert.equal(await address(open), '#month/2018-03-05');
});

everywhere('a birthday shows every year once it is set, and can be removed', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  await openSidebar(open);
  await open.click('#account-open');
  await open.click('#birthday-save');
  await open.waitForSelector(`#birthday-error >> text=${JSON.stringify(t.birthdayMissing)}`);
  await open.fill('#birthday-date', '1990-06-22');
  await open.click('#birthday-save');
  await open.waitForSelector(`#birthday-save >> text=${JSON.stringify(t.removeBirthday)}`);
  await shown(open, t.birthdayOf(person.name)).waitFor();
  const [event] = await person.month('2020-06');
  assert.deepEqual([event.birthday, event.sdate], ['1', 'Mon, 22 Jun 2020 00:00:00 GMT']);
  await open.click('#birthday-save');
  await shown(open, person.name).waitFor({ state: 'detached' });
  assert.deepEqual(await person.month(), []);
  await open.click(`#account .message >> text=${JSON.stringify(t.undo)}`);
  await shown(open, person.name).waitFor();
});

page('deleting a birthday can be undone', async () => {
  const person = await server.person();
  await person.call('PUT', '/calendar/birthday', { birthday: '1990-06-22' });
  const open = await visit(server, { person });
  await shown(open, person.name).click();
  assert.equal(await open.isVisible('#details-edit'), false);
  await open.click('#details-delete');
  await shown(open, person.name).waitFor({ state: 'detached' });
  await open.click('.message >> text=Undo');
  await shown(open, person.name).waitFor();
  const [event] = await person.month('1990-06');
  assert.deepEqual([event.birthday, event.sdate], ['1', 'Fri, 22 Jun 1990 00:00:00 GMT']);
});

everywhere('an owner makes a group private, adds a member by email, and changes what they may', async (place) => {
  const t = texts(place.language);
  const [person, other] = [await server.person(), await server.person('kim')];
  const open = await visit(server, { ...place, person });
  const name = `Family ${place.width}`;
  await openSidebar(open);
  await open.click('#group-new');
  await open.fill('#group-name', name);
  await open.fill('#group-about', 'Who cooks');
  await open.selectOption('#group-everyone', 'none');
  await open.click('#group-save');
  await row(open, name).waitFor();
  const [group] = (await person.call('GET', '/group/')).data;
  assert.deepEqual([group.everyone, group.description], ['none', 'Who cooks']);
  assert.equal((await other.call('GET', `/group/${group.id}`)).meta.code, 40400);

  await row(open, name).locator('button').click();
  await open.waitForSelector(`#members li:has-text(${JSON.stringify(t.you)})`);
  await open.fill('#member-email', 'nobody@example.com');
  await open.click('#member-form button');
  await open.waitForSelector(`#member-error >> text=${JSON.stringify(t.memberUnknown)}`);
  await open.fill('#member-email', other.email);
  await open.selectOption('#member-role', 'reader');
  await open.click('#member-form button');
  const member = open.locator(`#members li:has-text(${JSON.stringify(other.email)})`);
  await member.waitFor();
  assert.equal((await other.call('GET', `/group/${group.id}`)).data.role, 'reader');
  const changed = open.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.url().endsWith('/member'));
  await member.locator('select').selectOption('editor');
  assert.equal((await changed).status(), 200);
  await open.waitForFunction((said) => document.getElementById('live')?.textContent === said, t.membersChanged);
  assert.equal((await other.call('GET', `/group/${group.id}`)).data.role, 'editor');
  await open.locator(`#members li:has-text(${JSON.stringify(t.you)}) select`).selectOption('reader');
  await open.waitForSelector(`#member-error >> text=${JSON.stringify(t.needsAnotherOwner)}`);
  await member.locator('button').click();
  await member.locator(`button:has-text(${JSON.stringify(t.pressAgain)})`).click();
  await member.waitFor({ state: 'detached' });
  assert.equal((await other.call('GET', `/group/${group.id}`)).meta.code, 40400);
});

everywhere('a reader sees who is in a group, is offered no change, and leaves it', async (place) => {
  const t = texts(place.language);
  const [person, other] = [await server.person(), await server.person('kim')];
  const name = `Club ${place.width}`;
  const group = await other.group(name);
  await other.event('Meeting', '2017-06-20 19:00', '2017-06-20 21:00', group);
  await other.call('PUT', '/group/', { group_id: group, group_name: name, visibility: 'private' });
  await other.call('PUT', `/group/${group}/member`, { useremail: person.email, role: 'reader' });
  const open = await visit(server, { ...place, person });
  await shown(open, 'Meeting').waitFor();
  await shown(open, 'Meeting').click();
  await open.waitForSelector('#details[open]');
  for (const id of ['details-edit', 'details-delete']) assert.equal(await open.isVisible(`#${id}`), false);
  await open.keyboard.press('Escape');
  await open.keyboard.press('n');
  assert.equal(await open.locator(`#editor-group option:has-text(${JSON.stringify(name)})`).count(), 0);
  await open.keyboard.press('Escape');
  await openSidebar(open);
  await row(open, name).locator('button').click();
  await open.waitForSelector(`#members li:has-text(${JSON.stringify(other.email)})`);
  for (const id of ['group-name', 'member-email', 'group-delete-name']) assert.equal(await open.isVisible(`#${id}`), false);
  const own = open.locator(`#members li:has-text(${JSON.stringify(person.email)}) button`);
  await own.click();
  await own.click();
  await row(open, name).waitFor({ state: 'detached' });
  await shown(open, 'Meeting').waitFor({ state: 'detached' });
  assert.equal((await person.call('GET', `/group/${group}`)).meta.code, 40400);
});
