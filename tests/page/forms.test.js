// Forms with something typed into them: they are not closed without a question, and not lost to another tab.

import assert from 'node:assert/strict';
import { everywhere, idle, importFromPage, page, shown, startServer, texts, typingTab, visit } from './helpers.js';
import { test } from 'node:test';

const t = texts('en');
const server = await startServer();

/** @param {import('playwright-core').Page} open */
const isOpen = (open) => open.isVisible('#editor[open]');

everywhere('a form with something typed into it asks before it is closed', async (place) => {
  const words = texts(place.language);
  const person = await server.person();
  const open = await visit(server, { ...place, person });
  const begin = async () => {
    await open.keyboard.press('n');
    await open.fill('#editor-subject', 'Half a thought');
  };
  await begin();
  for (const close of [() => open.keyboard.press('Escape'), () => open.click('#editor .close'), () => open.mouse.click(5, 5)]) {
    await close();
    await open.waitForSelector('#editor .unsaved:not([hidden])');
    assert.ok((await open.textContent('#editor .unsaved'))?.includes(words.discardQuestion));
    await open.getByRole('button', { name: words.keepEditing }).click();
    assert.equal(await open.isVisible('#editor .unsaved'), false);
    assert.equal(await open.inputValue('#editor-subject'), 'Half a thought');
  }
  // Escape, again and again, answers nothing.
  for (let times = 0; times < 5; times += 1) await open.keyboard.press('Escape');
  assert.equal(await isOpen(open), true);
  await open.getByRole('button', { name: words.discard }).click();
  assert.equal(await isOpen(open), false);
  await open.keyboard.press('n');
  assert.equal(await open.inputValue('#editor-subject'), '');
});

page('a form closes at once if nothing was changed, or the change was taken back', async () => {
  const person = await server.person();
  const id = await person.event('Dentist', '2017-06-20 09:00', '2017-06-20 10:00');
  const open = await visit(server, { person });
  await open.keyboard.press('n');
  await open.keyboard.press('Escape');
  assert.equal(await isOpen(open), false);
  await shown(open, id).first().click();
  await open.click('#details-edit');
  await open.fill('#editor-subject', 'Dentist!');
  await open.keyboard.press('Escape');
  await open.waitForSelector('#editor .unsaved:not([hidden])');
  await open.getByRole('button', { name: t.keepEditing }).click();
  await open.fill('#editor-subject', 'Dentist');
  await open.keyboard.press('Escape');
  assert.equal(await isOpen(open), false);
});

page('an event of the year 17 stays there when only its subject is changed', async () => {
  const person = await server.person();
  const id = await person.event('Long ago', '0017-06-20 09:00', '0017-06-20 10:00');
  const open = await visit(server, { person, at: 'day/0017-06-20' });
  await shown(open, id).first().click();
  await open.click('#details-edit');
  await open.fill('#editor-subject', 'Very long ago');
  await open.click('#editor-save');
  await shown(open, 'Very long ago').first().waitFor();
  assert.equal(await person.read(id), 'Very long ago | 20 Jun 0017 09:00:00 | 20 Jun 0017 10:00:00');
});

page('a changed name of a group is asked about too', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.click('#group-new');
  await open.fill('#group-name', 'Fam');
  await open.keyboard.press('Escape');
  await open.waitForSelector('#group-dialog .unsaved:not([hidden])');
  await open.click('#group-dialog .unsaved .danger');
  assert.equal(await open.isVisible('#group-dialog'), false);
});

page('the browser asks before a page with a half-typed form is left', async () => {
  const person = await server.person();
  const open = await visit(server, { person });
  await open.keyboard.press('n');
  await open.fill('#editor-subject', 'Half a thought');
  const asked = open.waitForEvent('dialog');
  void open.evaluate(() => location.reload()).catch(() => {});
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.dismiss();
  assert.equal(await open.inputValue('#editor-subject'), 'Half a thought');
  await open.click('#editor-save');
  await shown(open, 'Half a thought').first().waitFor();
  await open.reload();
  await shown(open, 'Half a thought').first().waitFor();
});

page('what is being typed survives that another tab signs out, and only its person sees it again', async () => {
  const person = await server.person();
  const other = await server.person('other');
  const open = await visit(server, { person });
  const tab = await typingTab(open, server.url);
  await open.click('#account-open');
  await open.click('#sign-out');
  await tab.getByText(t.signedOutElsewhere).waitFor();
  assert.equal(await tab.isVisible('#editor'), false);
  // Someone else signs in, in the other tab: this one stays where it is.
  const seen = tab.waitForResponse((response) => response.url().endsWith('/user/'));
  await open.click('#switch-token');
  await open.fill('#sign-in-token', other.token);
  await open.click('#sign-in-submit');
  await open.waitForSelector('.ec-main');
  await seen;
  await idle(tab);
  assert.equal(await tab.isVisible('#sign-in'), true);
  await tab.click('#switch-token');
  await tab.fill('#sign-in-token', person.token);
  await tab.click('#sign-in-submit');
  await tab.waitForSelector('#editor[open]');
  assert.equal(await tab.inputValue('#editor-subject'), 'Half a thought');
  await tab.click('#editor-save');
  await shown(tab, 'Half a thought').first().waitFor();
  assert.deepEqual((await person.month()).map((/** @type {any} */ event) => event.subject), ['Half a thought']);
});

test('a word is found where it stands, whichever form it is typed in', async () => {
  const { hitsOf } = await importFromPage('text.js');
  const parts = (/** @type {string} */ text, /** @type {string} */ word) => hitsOf(text, word).map(([from, to]) => text.slice(from, to));
  const decomposed = '회의'.normalize('NFD');
  for (const [text, word, hits] of /** @type {[string, string, string[]][]} */ ([
    ['Team meeting, team lunch', 'TEAM', ['Team', 'team']], ['팀 회의', decomposed, ['회의']], [`팀 ${decomposed}`, '회의', [decomposed]],
    ['Straße 5', 'strasse', ['Straße']], ['ｶﾞｽ代', 'ガス', ['ｶﾞｽ']], ['café', 'cafe', []], ['aaaa', 'aa', ['aa', 'aa']],
    ['nothing', ' ', []], ['👨‍👩‍👧 family', 'FAM', ['fam']], ['ΟΔΥΣΣΕΥΣ', 'ευς', ['ΕΥΣ']],
  ])) assert.deepEqual(parts(text, word), hits, `${word} in ${text}`);
});

everywhere('a search sets what is coming apart from what is past, and marks the word', async (place) => {
  const words = texts(place.language);
  const person = await server.person();
  for (const [subject, day] of [['Old lesson', '2016-01-05'], ['Lesson last week', '2017-06-13'], ['Lesson going on', '2017-06-20'], ['LESSON to come', '2018-01-05']]) {
    await person.event(subject, `${day} 09:00`, `${day} 11:00`);
  }
  const open = await visit(server, { ...place, person });
  await open.click('#search');
  await open.keyboard.type('lesson');
  // A slow machine has searched for the first letters by then, which find the same events.
  await open.waitForFunction(() => document.querySelector('.listed-subject mark')?.textContent?.toLowerCase() === 'lesson');
  assert.deepEqual(await open.locator('#event-list-items h3').allTextContents(), [words.coming, words.past]);
  assert.deepEqual(await open.locator('.listed-subject').allTextContents(), ['Lesson going on', 'LESSON to come', 'Lesson last week', 'Old lesson']);
  assert.deepEqual(await open.locator('.listed-subject mark').allTextContents(), ['Lesson', 'LESSON', 'Lesson', 'lesson']);
  // The arrow keys go from the field to the results and back.
  await open.keyboard.press('ArrowDown');
  await open.keyboard.press('ArrowDown');
  assert.equal(await open.evaluate(() => document.activeElement?.querySelector('.listed-subject')?.textContent), 'LESSON to come');
  await open.keyboard.press('ArrowUp');
  await open.keyboard.press('ArrowUp');
  assert.equal(await open.evaluate(() => document.activeElement?.id), 'search-field');
  await open.keyboard.press('ArrowDown');
  await open.keyboard.press('Enter');
  await idle(open);
  await shown(open, 'Lesson going on').first().waitFor();
});

page('the name of a group to delete may be typed in another form than it was stored in', async () => {
  const person = await server.person();
  await person.group('가족'.normalize('NFD'));
  const open = await visit(server, { person });
  await open.locator('#groups .group', { hasText: '가족'.normalize('NFD') }).getByRole('button').click();
  await open.fill('#group-delete-name', '가족'.normalize('NFC'));
  await open.click('#group-delete-form button');
  await open.waitForSelector('#group-dialog', { state: 'hidden' });
  assert.deepEqual((await person.call('GET', '/group/')).data, []);
});
