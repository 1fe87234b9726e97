import assert from 'node:assert/strict';
import { everywhere, idle, page, shown, startServer, texts, visit } from './helpers.js';

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
