import assert from 'node:assert/strict';
import { page, startServer, visit } from './helpers.js';

const server = await startServer();

page('a call can be tried at /docs with a token', async () => {
  const { token } = await server.person('choi');
  // With the real time, since Swagger UI waits for some to pass before it shows a call.
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
  const text = await answers.innerText();
  assert.match(text, /\b200\b/);
  assert.match(text, /"useremail": "choi\d+@example.com"/);
});
