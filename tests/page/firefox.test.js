// The main conversation with the page in Firefox, which is driven by WebDriver BiDi.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { firefox } from 'playwright-core';
import { PASSWORD, startServer, texts } from './helpers.js';

const t = texts('en');
const server = await startServer();

test('a person signs up, plans an event, finds, changes and deletes it in Firefox', { timeout: 240_000 }, async () => {
  const browser = await firefox.launch({ channel: 'moz-firefox', executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr' });
  after(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const open = await context.newPage();
  /** @type {string[]} */
  const problems = [];
  open.on('pageerror', (error) => problems.push(String(error)));
  await open.goto(`${server.url}/#month/2017-06-20`);
  await open.click('#switch-sign-up');
  await open.fill('#sign-in-email', 'fox@example.com');
  await open.fill('#sign-in-password', PASSWORD);
  await open.click('#sign-in-submit');
  await open.waitForSelector('.ec-main');

  await open.click('#new');
  await open.fill('#editor-subject', 'Lunch');
  await open.fill('#editor-start-date', '20 Jun 2017');
  await open.keyboard.press('Tab');
  await open.fill('#editor-start-time', '12.30');
  await open.keyboard.press('Enter');
  const event = open.locator('#calendar [data-event]', { hasText: 'Lunch' }).first();
  await event.waitFor();
  await event.click();
  assert.match(await open.textContent('#details-when') ?? '', /^Tuesday,? 20 June 2017, 12:30 – 13:30$/);
  await open.click('#details-edit');
  await open.fill('#editor-subject', 'Lunch with Jun');
  await open.keyboard.press('Escape');
  await open.getByRole('button', { name: t.keepEditing }).click();
  await open.click('#editor-save');
  await open.locator('#calendar [data-event]', { hasText: 'Lunch with Jun' }).first().waitFor();

  for (const view of ['year', 'week', 'day', 'list', 'month']) {
    await open.click(`label:has(#view-${view})`);
    await open.waitForFunction((name) => location.hash.startsWith(`#${name}/`), view);
  }
  await open.click('#search');
  await open.fill('#search-field', 'jun');
  await open.click('.listed-event');
  await open.locator('#calendar [data-event]', { hasText: 'Lunch with Jun' }).first().click();
  await open.click('#details-delete');
  await open.waitForFunction(() => !document.querySelector('#calendar [data-event]'));
  await open.click('#settings-open');
  await open.selectOption('#settings [name=theme]', 'dark');
  await open.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await open.click('#settings .close');
  await open.click('#account-open');
  await open.click('#sign-out');
  await open.waitForSelector('#sign-in-email');
  assert.deepEqual(problems, []);
});
