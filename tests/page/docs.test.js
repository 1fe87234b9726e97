import assert from 'node:assert/strict';
import { page, startServer, visit } from './helpers.js';

const server = await startServer();

page('at /docs one puts a token in, tries a call and sees its answer', async () => {
  const { token } = await server.person('choi');
  // By the clock as it is: Swagger UI waits for time to pass before it shows a call.
  const open = await visit(server, { now: null });
  await open.goto(`${server.url}/docs`);
  await open.click('button.authorize');
  await open.fill('.auth-container input', token);
  await open.click('.auth-container button.authorize');
  await open.click('.auth-container button.btn-done');
  const call = open.locator('#operations-user-me');
  await call.locator('.opblock-summary-control').click();
  await call.locator('.try-out__btn').click();
  await call.locator('button.execute').click();
  const answers = call.locator('.live-responses-table');
  await answers.waitFor();
  const said = await answers.innerText();
  assert.match(said, /\b200\b/);
  assert.match(said, /"useremail": "choi\d+@example.com"/);
});
