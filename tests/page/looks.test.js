import assert from 'node:assert/strict';
import { answer, everywhere, finger, idle, message, middle, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();

/** @param {import('playwright-core').Page} open */
async function openSidebar(open) {
  if (!await open.isVisible('#groups')) await open.click('#menu');
}

/** @param {import('playwright-core').Page} open @param {string} name */
async function openGroup(open, name) {
  await openSidebar(open);
  await open.locator(`#groups .group:has-text(${JSON.stringify(name)}) button`).click();
  await open.waitForSelector('#group-look:visible');
}

everywhere('a person gives a group and the personal calendar a colour that nobody else sees', async (place) => {
  const t = texts(place.language);
  const name = `Painted ${place.width}`;
  const [person, other] = [await server.person(), await server.person('kim')];
  const group = await other.group(name);
  await other.event('Rehearsal', '2017-06-20 19:00', '2017-06-20 21:00', group);
  await person.select(group);
  await other.select(group);
  const open = await visit(server, { ...place, person });
  await openGroup(open, name);
  await open.locator(`#look-colors input[aria-label=${JSON.stringify(t.colors.red)}]`).click();
  await open.waitForFunction((said) => document.getElementById('live')?.textContent === said, t.colorChanged);
  await open.click('#group-dialog .close');
  await open.click('#personal-options');
  await open.locator(`#look-colors input[aria-label=${JSON.stringify(t.colors.green)}]`).click();
  await open.waitForSelector('#personal-mark.tint-0b8043');
  await open.click('#group-dialog .close');
  await open.waitForSelector(`#groups .group:has-text(${JSON.stringify(name)}) .tint-d50000`);
  await idle(open);
  assert.ok(await shown(open, 'Rehearsal').first().evaluate((event) => event.matches('.tint-d50000')));
  assert.deepEqual((await person.call('GET', '/user/calendar/look')).data, [{ group: null, color: '#0b8043' }, { group, color: '#d50000' }]);
  const theirs = await visit(server, { ...place, person: other });
  assert.equal(await shown(theirs, 'Rehearsal').first().evaluate((event) => event.matches('.tint-d50000')), false);
});

everywhere('a group is moved up and down in the list by keyboard', async (place) => {
  const person = await server.person();
  const made = [];
  for (const name of ['One', 'Two', 'Three']) made.push(await person.group(`${name} ${place.width}`));
  const open = await visit(server, { ...place, person });
  await openGroup(open, `Three ${place.width}`);
  await open.focus('#look-up');
  await open.keyboard.press('Enter');
  await open.keyboard.press('Enter');
  await idle(open);
  await open.click('#group-dialog .close');
  const { data } = await person.call('GET', '/user/calendar/look');
  const order = data.map((/** @type {any} */ look) => look.group).filter((/** @type {number} */ id) => made.includes(id));
  assert.deepEqual(order, [made[2], made[0], made[1]]);
});

page('an owner gives a group a colour for everybody', async () => {
  const [person, other] = [await server.person(), await server.person('kim')];
  await person.group('Common');
  const open = await visit(server, { person });
  await openGroup(open, 'Common');
  await open.locator('#group-colors input[aria-label="Purple"]').click();
  await open.click('#group-save');
  await open.waitForSelector('#groups .group:has-text("Common") .tint-8e24aa');
  const theirs = await visit(server, { person: other });
  await theirs.waitForSelector('#groups .group:has-text("Common") .tint-8e24aa');
});

/** @typedef {import('playwright-core').Page} Page @typedef {import('./world.js').Person} Person */

/** A person with three private groups, which are all that a search for their names finds. @param {string} word */
async function three(word) {
  const person = await server.person();
  const made = [];
  for (const name of ['One', 'Two', 'Three']) {
    const { id } = await person.call('POST', '/group/', { group_name: `${word} ${name}`, visibility: 'private' });
    made.push(id);
  }
  return { person, made };
}

/** The places of groups by the server, those without one last. @param {Person} person @param {number[]} made */
async function saved(person, made) {
  const { data } = await person.call('GET', '/user/calendar/look');
  return data.map((/** @type {any} */ look) => look.group).filter((/** @type {number} */ id) => made.includes(id));
}

/** The groups of the list, from above. @param {Page} open @param {number[]} made */
const listed = async (open, made) => {
  const ids = await open.locator('#groups .group').evaluateAll((rows) => rows.map((row) => Number(/** @type {HTMLElement} */ (row).dataset.group)));
  return ids.filter((id) => made.includes(id));
};

/** @param {Page} open @param {number} id */
const rowOf = (open, id) => open.locator(`#groups [data-group="${id}"]`);
/** @param {Page} open @param {number} id */
const grip = (open, id) => rowOf(open, id).locator('.grip');

/** Presses a handle with the mouse and moves it over another row. @param {Page} open @param {number} id @param {{x: number, y: number}} to */
async function pull(open, id, to) {
  await rowOf(open, id).hover();
  const from = await middle(grip(open, id));
  await open.mouse.move(from.x, from.y);
  await open.mouse.down();
  await open.mouse.move(to.x, to.y, { steps: 5 });
}

/** @param {Page} open @param {string} said */
const announced = (open, said) => open.waitForFunction((text) => document.getElementById('live')?.textContent === text, said);

page('a group is dragged to another place in the list with the mouse', async () => {
  const t = texts('en');
  const { person, made } = await three('Dragged');
  const [one, two, three_] = made;
  const open = await visit(server, { person });
  const count = await open.locator('#groups .group').count();
  await rowOf(open, three_).scrollIntoViewIfNeeded();
  await pull(open, three_, { ...await middle(rowOf(open, one)), y: (await middle(rowOf(open, one))).y - 8 });
  assert.deepEqual(await listed(open, made), [three_, one, two], 'the list shows where it would be');
  assert.deepEqual(await saved(person, made), []);
  // What others change meanwhile does not take the list from under the pointer.
  await open.evaluate(() => dispatchEvent(new Event('online')));
  await idle(open);
  await open.mouse.up();
  await announced(open, t.placeInList(count - 2, count));
  assert.deepEqual(await saved(person, made), [three_, one, two]);
  assert.deepEqual(await listed(open, made), [three_, one, two]);
  await open.reload();
  await rowOf(open, one).waitFor();
  assert.deepEqual(await listed(open, made), [three_, one, two]);
  await rowOf(open, two).scrollIntoViewIfNeeded();
  const end = await middle(rowOf(open, two));
  await pull(open, three_, { ...end, y: end.y + 8 });
  await open.mouse.up();
  await announced(open, t.placeInList(count, count));
  assert.deepEqual(await saved(person, made), [one, two, three_]);
  assert.equal(await open.locator('dialog[open]').count(), 0);
  assert.equal((await person.call('GET', '/user/calendar/group')).data.selected_group, '0', 'no box was clicked');
});

page('a group is dragged to another place in the list with a finger', async () => {
  const t = texts('ko-KR');
  const { person, made } = await three('Touched');
  const [one, two, three_] = made;
  const open = await visit(server, { person, width: 390, height: 844, touch: true, language: 'ko-KR' });
  await open.click('#menu');
  await rowOf(open, three_).scrollIntoViewIfNeeded();
  const count = await open.locator('#groups .group').count();
  const touch = await finger(open);
  const [from, to] = [await middle(grip(open, one)), await middle(rowOf(open, three_))];
  await touch.down(from);
  await touch.move(from, { x: from.x, y: to.y + 6 });
  await touch.up();
  await announced(open, t.placeInList(count, count));
  assert.deepEqual(await saved(person, made), [two, three_, one]);
  assert.deepEqual(await listed(open, made), [two, three_, one]);
  assert.equal(await open.isVisible('#sidebar-dialog[open]'), true);
});

everywhere('a group that is dropped outside of the list stays where it is', async (place) => {
  const t = texts(place.language);
  const { person, made } = await three(`Dropped ${place.width}`);
  const [one, two, three_] = made;
  const open = await visit(server, { ...place, person });
  await openSidebar(open);
  await rowOf(open, three_).scrollIntoViewIfNeeded();
  const inside = await middle(rowOf(open, one));
  await pull(open, three_, inside);
  await open.mouse.move(place.width - 2, 5);
  assert.deepEqual(await listed(open, made), made, 'the list shows that it would stay');
  await open.mouse.up();
  await message(open, t.orderKept);
  // Escape gives a drag up, and closes nothing.
  await pull(open, three_, { x: inside.x, y: inside.y - 4 });
  assert.deepEqual(await listed(open, made), [three_, one, two]);
  await open.keyboard.press('Escape');
  await message(open, t.orderKept);
  await open.mouse.up();
  assert.deepEqual(await listed(open, made), made);
  assert.equal(await rowOf(open, three_).isVisible(), true);
  await idle(open);
  assert.deepEqual(await saved(person, made), []);
});

everywhere('an order that is not saved goes back to the saved one, and can be tried again', async (place) => {
  const t = texts(place.language);
  const { person, made } = await three(`Refused ${place.width}`);
  const [one, two, three_] = made;
  const open = await visit(server, { ...place, person });
  await openSidebar(open);
  let tries = 0;
  await open.route('**/api/v1/user/calendar/order', (route) => {
    tries += 1;
    return tries === 1 ? answer(route, undefined, { status: 503, code: 50300, message: 'SERVICE UNAVAILABLE' }) : route.fallback();
  });
  await rowOf(open, three_).scrollIntoViewIfNeeded();
  const to = await middle(rowOf(open, one));
  await pull(open, three_, { ...to, y: to.y - 4 });
  await open.mouse.up();
  await message(open, t.orderNotSaved);
  assert.deepEqual(await listed(open, made), made);
  await open.getByRole('button', { name: t.tryAgain }).click();
  await open.waitForFunction(([id, before]) => {
    const ids = [...document.querySelectorAll('#groups .group')].map((row) => Number(/** @type {HTMLElement} */ (row).dataset.group));
    return ids.indexOf(id) < ids.indexOf(before);
  }, [three_, one]);
  await idle(open);
  assert.deepEqual(await saved(person, made), [three_, one, two]);
});

page('an order whose answer alone was lost is shown as it was saved', async () => {
  const t = texts('en');
  const { person, made } = await three('Lost');
  const [one, two, three_] = made;
  const open = await visit(server, { person });
  const count = await open.locator('#groups .group').count();
  await open.route('**/api/v1/user/calendar/order', async (route) => {
    await route.fetch();
    return route.abort();
  });
  await rowOf(open, three_).scrollIntoViewIfNeeded();
  const to = await middle(rowOf(open, one));
  await pull(open, three_, { ...to, y: to.y - 4 });
  await open.mouse.up();
  await announced(open, t.placeInList(count - 2, count));
  assert.deepEqual(await listed(open, made), [three_, one, two]);
  assert.deepEqual(await saved(person, made), [three_, one, two]);
  assert.equal(await open.locator('.message').count(), 0);
});

page('without a connection, the list goes back to what was known, and catches up later', async () => {
  const t = texts('en');
  const { person, made } = await three('Cut off');
  const [one, two, three_] = made;
  const open = await visit(server, { person });
  await open.route('**/api/v1/user/calendar/{order,look}', (route) => route.abort());
  await rowOf(open, three_).scrollIntoViewIfNeeded();
  const to = await middle(rowOf(open, one));
  await pull(open, three_, { ...to, y: to.y - 4 });
  await open.mouse.up();
  await message(open, t.orderNotSaved);
  assert.deepEqual(await listed(open, made), made);
  // Another device has put them into an order meanwhile.
  await person.call('PUT', '/user/calendar/order', { groups: [two, three_, one].join(',') });
  await open.unroute('**/api/v1/user/calendar/{order,look}');
  await open.evaluate(() => dispatchEvent(new Event('online')));
  await open.waitForFunction(([first, then]) => {
    const ids = [...document.querySelectorAll('#groups .group')].map((row) => Number(/** @type {HTMLElement} */ (row).dataset.group));
    return ids.indexOf(first) < ids.indexOf(then);
  }, [two, one]);
  assert.deepEqual(await listed(open, made), [two, three_, one]);
});

page('a long list is scrolled by a drag at its edge', async () => {
  const person = await server.person();
  const made = [];
  for (let number = 1; number <= 40; number += 1) {
    const { id } = await person.call('POST', '/group/', { group_name: `Many ${number}`, visibility: 'private' });
    made.push(id);
  }
  const open = await visit(server, { person, height: 600 });
  const last = made[made.length - 1];
  await rowOf(open, last).scrollIntoViewIfNeeded();
  const scroller = await open.locator('#sidebar-home').boundingBox();
  assert.ok(scroller);
  const { x } = await middle(rowOf(open, last));
  await pull(open, last, { x, y: scroller.y + 6 });
  await open.waitForFunction((id) => document.querySelector('#groups .group') === document.querySelector(`#groups [data-group="${id}"]`), last);
  await open.mouse.up();
  await idle(open);
  assert.equal((await saved(person, made))[0], last);
});

everywhere('groups whose events a person can only read have a lock', async (place) => {
  const t = texts(place.language);
  const [person, other] = [await server.person(), await server.person('kim')];
  const names = ['Open', 'Read', 'Edited', 'Outside'].map((word) => `${word} ${place.width}`);
  await other.group(names[0]);
  for (const [name, role] of [[names[1], 'reader'], [names[2], 'editor']]) {
    const { id } = await other.call('POST', '/group/', { group_name: name, everyone: 'reader' });
    await other.call('PUT', `/group/${id}/member`, { useremail: person.email, role });
  }
  await person.call('POST', '/group/subscription', { url: 'holidays:KR', group_name: names[3] });
  const open = await visit(server, { ...place, person });
  await openSidebar(open);
  const locks = names.map((name) => open.locator(`#groups .group:has-text(${JSON.stringify(name)}) .locked`).count());
  assert.deepEqual(await Promise.all(locks), [0, 1, 0, 1]);
  const box = open.getByRole('checkbox', { name: `${names[1]} (${t.readOnlyGroup})` });
  assert.equal(await box.count(), 1, 'a screen reader says so too');
});
