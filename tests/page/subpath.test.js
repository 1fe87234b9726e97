import assert from 'node:assert/strict';
import { PASSWORD, everywhere, page, startServer, visit } from './helpers.js';

// Every request of a page must stay below the address of its server: each test here checks that too.
const server = await startServer({ CALENDAR_BASE_PATH: '/team/calendar' });

everywhere('the page works below a path', async (place) => {
  const open = await visit(server, place);
  await open.click('#switch-sign-up');
  await open.fill('#sign-in-email', `lee${place.width}@example.com`);
  await open.fill('#sign-in-password', PASSWORD);
  await open.click('#sign-in-submit');
  await open.waitForSelector('.ec-main');
  await open.reload();
  await open.waitForSelector('.ec-main');
  assert.match(open.url(), /\/team\/calendar\/#/);
});

page('the reference works below a path, and leads to the page and back', async () => {
  const open = await visit(server, { now: null });
  await open.goto(`${server.url}/docs/`);
  await open.waitForSelector('#operations-user-me');
  assert.equal(open.url(), `${server.url}/docs`);
  assert.equal(await open.locator('.servers option').first().innerText(), '/team/calendar/api/v1');
  await open.click('a.home');
  await open.waitForSelector('#sign-in-email:focus');
  assert.equal(open.url(), `${server.url}/`);
});
