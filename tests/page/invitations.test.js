import assert from 'node:assert/strict';
import { PASSWORD, address, everywhere, idle, page, shown, startServer, texts, visit } from './helpers.js';

const server = await startServer();
const family = await startServer({ CALENDAR_REGISTRATION: 'open', CALENDAR_INVITATIONS: 'off' });

/** @param {import('playwright-core').Page} open @param {string} name */
async function openGroup(open, name) {
  if (!await open.isVisible('#groups')) await open.click('#menu');
  await open.locator(`#groups .group:has-text(${JSON.stringify(name)}) button`).click();
  await open.waitForSelector('#group-dialog[open]');
}

/** A private group with an event, and somebody who owns it. @param {string} name */
async function club(name) {
  const owner = await server.person('owner');
  const group = await owner.group(name);
  await owner.call('PUT', '/group/', { group_id: group, group_name: name, visibility: 'private' });
  await owner.event(`Rehearsal of ${name}`, '2017-06-20 19:00', '2017-06-20 21:00', group);
  const invite = async (role = 'writer') => (await owner.call('POST', `/group/${group}/invitation`, { role })).data.url;
  const members = async () => (await owner.call('GET', `/group/${group}/member`)).data.length;
  return { owner, group, invite, members };
}

everywhere('an owner makes a link, copies it, and ends it', async (place) => {
  const t = texts(place.language);
  const name = `Club ${place.width}`;
  const { owner, group } = await club(name);
  const open = await visit(server, { ...place, person: owner });
  await openGroup(open, name);
  assert.equal(await open.isVisible('#invite-made'), false);
  assert.deepEqual(await open.locator('#invite-role option').allTextContents(), [t.roles.reader, t.roles.writer, t.roles.editor]);
  await open.selectOption('#invite-role', 'editor');
  await open.click('#invite-form button');
  await open.waitForSelector('#invite-url:focus');
  const url = await open.inputValue('#invite-url');
  assert.match(url, new RegExp(`^${server.url}/join/[a-z2-7]{52}$`));
  await open.click('#invite-copy');
  await open.waitForSelector(`#invite-copy:has-text(${JSON.stringify(t.copied)})`);
  const row = open.locator('#invitations li');
  assert.ok((await row.textContent())?.includes(t.roles.editor));
  assert.ok((await row.textContent())?.includes(owner.email));
  await open.click('#group-dialog .close');
  await openGroup(open, name);
  assert.equal(await open.isVisible('#invite-made'), false, 'the address is shown once');
  assert.equal(await open.inputValue('#invite-url'), '');
  await row.locator('button').click();
  await row.locator(`button:has-text(${JSON.stringify(t.pressAgain)})`).click();
  await row.waitFor({ state: 'detached' });
  assert.deepEqual((await owner.call('GET', `/group/${group}/invitation`)).data, []);
});

everywhere('whoever is signed in joins with one press, and sees the group', async (place) => {
  const t = texts(place.language);
  const name = `Choir ${place.width}`;
  const { owner, invite, members } = await club(name);
  const person = await server.person('kim');
  const open = await visit(server, { ...place, person });
  await open.goto(await invite());
  await open.waitForSelector('#join[open]');
  assert.equal(await open.textContent('#join-title'), t.joinQuestion(name));
  assert.equal(await open.textContent('#join-about'), t.invitedBy(owner.email));
  assert.equal(await open.textContent('#join-role'), t.roleByJoining.writer);
  assert.ok(!(await open.evaluate(() => location.href)).includes('join'), 'the secret is not in the address any more');
  await open.click('#join-act');
  await open.waitForSelector(`.message:has-text(${JSON.stringify(t.joined(name))})`);
  await shown(open, `Rehearsal of ${name}`).first().waitFor();
  assert.equal(await members(), 2);
  await open.reload();
  await open.waitForSelector('.ec-main:visible');
  await idle(open);
  assert.equal(await open.isVisible('#join'), false, 'it is asked once');
});

page('an invitation can be put aside, and its link is still good', async () => {
  const { invite, members } = await club('Aside');
  const person = await server.person('kim');
  const open = await visit(server, { person });
  const link = await invite();
  for (const leave of [() => open.click('#join .close'), () => open.keyboard.press('Escape')]) {
    await open.goto(link);
    await open.waitForSelector('#join[open]');
    await leave();
    await open.waitForSelector('#join', { state: 'hidden' });
    assert.equal(await members(), 1);
  }
  await open.reload();
  await open.waitForSelector('.ec-main:visible');
  await idle(open);
  assert.equal(await open.isVisible('#join'), false);
  await open.goto(link);
  await open.click('#join-act');
  await open.waitForSelector('.message:has-text("member of “Aside” now")');
});

everywhere('whoever has no account signs up on the way, and is a member at once', async (place) => {
  const t = texts(place.language);
  const name = `Newcomers ${place.width}`;
  const { owner, invite, members } = await club(name);
  const open = await visit(server, place);
  await open.goto(await invite('reader'));
  const line = open.locator('#sign-in-invitation');
  await line.waitFor();
  assert.equal(await line.textContent(), [t.invitedTo(owner.email, name), t.roleByJoining.reader, t.signUpToJoin].join(' '));
  await open.click('#switch-sign-up');
  await open.fill('#sign-in-email', `new${place.width}@example.com`);
  await open.fill('#sign-in-password', PASSWORD);
  await open.click('#sign-in-submit');
  await open.waitForSelector(`.message:has-text(${JSON.stringify(t.joined(name))})`);
  await shown(open, `Rehearsal of ${name}`).first().waitFor();
  await idle(open);
  assert.equal(await open.isVisible('#join'), false);
  assert.equal(await members(), 2);
});

page('whoever has an account signs in on the way, in another language too, and joins', async () => {
  const { invite, members } = await club('Evening');
  const { email } = await server.person('lee', PASSWORD);
  const open = await visit(server);
  await open.goto(await invite());
  await open.waitForSelector('#sign-in-invitation:visible');
  await open.selectOption('#sign-in-language', 'ko');
  await open.waitForSelector(`#sign-in-invitation:has-text(${JSON.stringify(texts('ko').signUpToJoin)})`);
  await open.fill('#sign-in-email', email);
  await open.fill('#sign-in-password', PASSWORD);
  await open.click('#sign-in-submit');
  await open.waitForSelector('#join[open]');
  assert.equal(await members(), 1);
  await open.click('#join-act');
  await open.waitForSelector(`.message:has-text(${JSON.stringify(texts('ko').joined('Evening'))})`);
  assert.equal(await members(), 2);
});

page('a link that is good for nothing says so, signed in or not', async () => {
  const { owner, group, invite } = await club('Gone');
  const person = await server.person('kim');
  const open = await visit(server, { person });
  const link = await invite();
  const { data } = await owner.call('GET', `/group/${group}/invitation`);
  await open.goto(link);
  await open.waitForSelector('#join[open]');
  await owner.call('DELETE', `/group/${group}/invitation/${data[0].id}`);
  await open.click('#join-act');
  await open.waitForSelector(`#join-error >> text=${JSON.stringify(texts('en').invitationGone)}`);
  assert.equal(await open.isDisabled('#join-act'), true);
  await open.goto(link);
  await open.waitForSelector(`.message:has-text(${JSON.stringify(texts('en').invitationGone)})`);
  const stranger = await visit(server);
  await stranger.goto(link);
  await stranger.waitForSelector(`#sign-in-invitation:has-text(${JSON.stringify(texts('en').invitationGone)})`);
  await stranger.click('#switch-sign-up');
  await stranger.fill('#sign-in-email', 'stranger@example.com');
  await stranger.fill('#sign-in-password', PASSWORD);
  await stranger.click('#sign-in-submit');
  await stranger.waitForSelector('.ec-main');
});

page('who is a member already is told so', async () => {
  const { owner, invite } = await club('Twice');
  const open = await visit(server, { person: owner });
  await open.goto(await invite());
  await open.click('#join-act');
  await open.waitForSelector(`.message:has-text(${JSON.stringify(texts('en').alreadyMember('Twice'))})`);
});

page('where invitations are switched off, an owner is told what to do instead', async () => {
  const owner = await family.person();
  await owner.group('Home');
  const open = await visit(family, { person: owner });
  await openGroup(open, 'Home');
  await open.click('#invite-form button');
  await open.waitForSelector(`#invite-error >> text=${JSON.stringify(texts('en').invitationsOff)}`);
});

everywhere('the last owner reads how to hand the group over, and does so', async (place) => {
  const t = texts(place.language);
  const name = `Handed ${place.width}`;
  const { owner, group } = await club(name);
  const other = await server.person('kim');
  await owner.call('PUT', `/group/${group}/member`, { useremail: other.email, role: 'writer' });
  const open = await visit(server, { ...place, person: owner });
  await openGroup(open, name);
  await open.waitForSelector('#hand-over:visible');
  const own = open.locator(`#members li:has-text(${JSON.stringify(t.you)})`);
  await own.locator('button').click();
  await own.locator(`button:has-text(${JSON.stringify(t.pressAgain)})`).click();
  await open.waitForSelector(`#member-error >> text=${JSON.stringify(t.needsAnotherOwner)}`);
  await open.locator(`#members li:has-text(${JSON.stringify(other.email)}) select`).selectOption('owner');
  await open.waitForSelector('#hand-over', { state: 'hidden' });
  await own.locator('select').selectOption('reader');
  await open.waitForSelector('#group-dialog', { state: 'hidden' });
  const members = (await other.call('GET', `/group/${group}/member`)).data;
  assert.deepEqual(members.map((/** @type {any} */ { role }) => role), ['owner', 'reader']);
});

page('the address that a link leaves behind is that of the calendar', async () => {
  const { invite } = await club('Address');
  const person = await server.person('kim');
  const open = await visit(server, { person });
  await open.goto(await invite());
  await open.waitForSelector('#join[open]');
  assert.equal(await address(open), '');
  assert.equal(await open.evaluate(() => new URL(location.href).pathname), '/');
});
