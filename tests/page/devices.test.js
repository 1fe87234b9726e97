// Devices in the dialog of the account: passwords of their own for single programs.

import assert from 'node:assert/strict';
import { answer, everywhere, page, startServer, texts, visit } from './helpers.js';

const server = await startServer();

const CREATED = 'Mon, 19 Jun 2017 19:55:04 GMT';
const PASSWORD_MADE = /^app(-[a-z2-7]{4}){7}$/;

/** @param {import('playwright-core').Page} open */
async function openAccount(open) {
  if (!await open.isVisible('#account-open')) await open.click('#menu');
  await open.click('#account-open');
  await open.waitForSelector('#account[open]');
}

everywhere('a password is made for a device, shown once, used and ended', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const old = (await person.call('POST', '/user/app-password', { name: 'Old phone', scope: 'all' })).data.password;
  const open = await visit(server, { ...place, person });
  await openAccount(open);
  await open.waitForSelector(`#devices li:has-text("Old phone") >> text=${JSON.stringify(`${t.deviceChanges} · ${t.deviceUnused}`)}`);
  assert.equal(await open.isVisible('#device-made'), false);

  await open.fill('#device-name', ' ');
  await open.click('#device-form .actions button');
  await open.waitForSelector(`#device-error >> text=${JSON.stringify(t.groupNameInvalid)}`);
  await open.fill('#device-name', 'Kitchen');
  await open.selectOption('#device-scope', 'read');
  await open.click('#device-form .actions button');
  await open.waitForSelector(`#devices li:has-text("Kitchen") >> text=${JSON.stringify(`${t.deviceReads} · ${t.deviceUnused}`)}`);
  const made = await open.inputValue('#device-password');
  assert.match(made, PASSWORD_MADE);
  assert.equal(await open.inputValue('#device-name'), '');
  assert.equal((await server.call(made, 'GET', '/user')).data.useremail, person.email);
  // What a calendar program has to be told opens the calendar.
  const [address, user] = [await open.inputValue('#device-server'), await open.inputValue('#device-user')];
  assert.deepEqual([address, user], [`${server.url}/dav/`, person.email]);
  assert.equal(await open.isVisible('#device-plain'), false, 'a program on this machine needs no HTTPS');
  assert.equal(await open.getAttribute('#device-link', 'href'), `davx5://${encodeURIComponent(user)}@${server.url.replace('http://', '')}/dav/`);
  const found = await fetch(address, { method: 'PROPFIND', headers: { Depth: '0', Authorization: `Basic ${btoa(`${user}:${made}`)}` } });
  assert.equal(found.status, 207);
  assert.equal((await server.call(made, 'POST', '/group', { group_name: 'a' })).meta.message, 'UNAUTHORIZED REQUEST');

  await open.click('#devices li:has-text("Old phone") button');
  await open.click(`#devices li:has-text("Old phone") >> text=${JSON.stringify(t.pressAgain)}`);
  await open.waitForSelector('#devices li:has-text("Old phone")', { state: 'detached' });
  assert.equal((await server.call(old, 'GET', '/user')).meta.code, 40102);
  const { data } = await person.call('GET', '/user/app-password');
  assert.deepEqual(data.map((/** @type {any} */ device) => [device.name, device.scope]), [['Kitchen', 'read']]);

  await open.click('#account .close');
  assert.equal(await open.inputValue('#device-password'), '', 'it is nowhere in the page any more');
  await openAccount(open);
  await open.waitForSelector('#devices >> text=Kitchen');
  assert.equal(await open.isVisible('#device-made'), false, 'it is shown only once');
});

everywhere('the list says when and from where a device was last used', async (place) => {
  const t = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  await open.route('**/api/v1/user/app-password', (route) => answer(route, [
    { id: 1, name: '<b>Laptop</b>', scope: 'all', created: CREATED, used: 'Tue, 20 Jun 2017 09:00:00 GMT', from: '2001:db8::1' },
    { id: 2, name: 'Robot', scope: 'read', created: CREATED, used: 'Tue, 20 Jun 2017 09:00:00 GMT' },
  ]));
  await openAccount(open);
  const lines = open.locator('#devices .hint');
  await lines.nth(1).waitFor();
  const [laptop, robot] = await lines.allInnerTexts();
  assert.match(laptop, place.language.startsWith('ko') ? /· 마지막으로 사용: .*20.*, 2001:db8::1$/ : /· last used .*20.* from 2001:db8::1$/);
  assert.match(robot, place.language.startsWith('ko') ? /· 마지막으로 사용: .*20[^,]*$/ : /· last used .*20(?!.*from).*$/);
  assert.equal(await open.innerText('#device-1'), '<b>Laptop</b>');
  assert.ok(laptop.startsWith(t.deviceChanges) && robot.startsWith(t.deviceReads));
});

page('the password is copied', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openAccount(open);
  await open.fill('#device-name', 'Phone');
  await open.keyboard.press('Enter');
  await open.click('#device-copy');
  await open.waitForSelector('#device-copy >> text=Copied');
  assert.match(await open.evaluate(() => navigator.clipboard.readText()), PASSWORD_MADE);
});

page('a password whose answer was lost is in the list, and can be ended', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  await open.route('**/api/v1/user/app-password', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    await route.fetch();
    return route.abort();
  });
  await openAccount(open);
  await open.fill('#device-name', 'Lost');
  await open.keyboard.press('Enter');
  await open.waitForSelector(`#device-error >> text=${t.deviceUnknown}`);
  await open.waitForSelector('#devices >> text=Lost');
  assert.equal(await open.inputValue('#device-name'), 'Lost');
  await open.click('#devices button');
  await open.click(`#devices >> text=${t.pressAgain}`);
  await open.waitForSelector('#devices li', { state: 'detached' });
  assert.deepEqual((await person.call('GET', '/user/app-password')).data, []);
});

page('a list that cannot be loaded says so, and so does the bound', async () => {
  const t = texts('en');
  const person = await server.person();
  const open = await visit(server, { person });
  await open.route('**/api/v1/user/app-password', (route) => (route.request().method() === 'GET'
    ? answer(route, undefined, { status: 503, code: 50300, message: 'SERVICE UNAVAILABLE' })
    : answer(route, undefined, { status: 400, code: 40001, message: 'INVALID PARAMETER', detail: 'you have 50 app passwords, which is the most: end one first' })));
  await openAccount(open);
  await open.waitForSelector(`#devices-error >> text=${t.unavailable}`);
  await open.fill('#device-name', 'One more');
  await open.keyboard.press('Enter');
  await open.waitForSelector(`#device-error >> text=${t.devicesFull}`);
});

page('a device that was ended elsewhere leaves the list, and whoever is signed in by a device sees none', async () => {
  const t = texts('en');
  const person = await server.person();
  const { data } = await person.call('POST', '/user/app-password', { name: 'Phone', scope: 'all' });
  const open = await visit(server, { person });
  await openAccount(open);
  await open.waitForSelector('#devices >> text=Phone');
  await person.call('DELETE', `/user/app-password/${data.id}`);
  await open.click('#devices button');
  await open.click(`#devices >> text=${t.pressAgain}`);
  await open.waitForSelector('#devices li', { state: 'detached' });

  person.token = (await person.call('POST', '/user/app-password', { name: 'Tablet', scope: 'read' })).data.password;
  const other = await visit(server, { person });
  await openAccount(other);
  await other.waitForSelector(`#devices-error >> text=${t.devicesNeedSignIn}`);
  await other.fill('#device-name', 'Another');
  await other.keyboard.press('Enter');
  await other.waitForSelector(`#device-error >> text=${t.devicesNeedSignIn}`);
});
