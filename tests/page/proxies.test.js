// The page behind nginx that compresses, so that it makes every strong entity tag weak: at the top, and below a path.
// scripts/test installs nginx.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { message, page, shown, startServer, texts, visit } from './helpers.js';
import { Server } from './world.js';

const t = texts('en');
const server = await startServer({ CALENDAR_TRUSTED_PROXIES: '127.0.0.1' });
const proxy = await nginx(server.url);

/** @returns {Promise<number>} a free port */
function freePort() {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (listener.address());
      listener.close(() => resolve(port));
    });
  });
}

/** Starts nginx before a server until the tests have ended. @param {string} to @returns {Promise<string>} its address */
async function nginx(to) {
  const [folder, port] = [await mkdtemp(join(tmpdir(), 'calendar-nginx-')), await freePort()];
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(join(folder, 'nginx.conf'), `${user} daemon off; pid ${folder}/pid; error_log stderr; events {} http {
    access_log off; ${scratch} gzip on; gzip_min_length 1; gzip_types application/json;
    server { listen 127.0.0.1:${port};
      location / { proxy_pass ${to}; }
      location /team/ { proxy_pass ${to}/; proxy_set_header X-Forwarded-Prefix /team; }
    } }`);
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf')], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }, stdio: 'ignore',
  });
  after(async () => {
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill();
    await ended;
    await rm(folder, { recursive: true });
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    if (answer?.ok) return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nginx does not start');
}

for (const path of ['', '/team']) {
  page(`events are changed, moved and deleted behind a compressing nginx, at ${path}/`, async () => {
    const between = new Server(proxy + path);
    const person = await server.person();
    const id = await person.event('Dentist', '2017-06-13 09:00', '2017-06-13 10:00');
    const answer = await fetch(`${proxy}${path}/api/v1/calendar/event/${id}`, {
      headers: { 'X-calendar-access-token': person.token, 'Accept-Encoding': 'gzip' },
    });
    assert.match(answer.headers.get('ETag') ?? '', /^W\//, 'nginx has made the tag weak');
    const open = await visit(between, { person });
    await shown(open, 'Dentist').first().click();
    await open.click('#details-edit');
    await open.fill('#editor-subject', 'Dentist again');
    await open.click('#editor-save');
    await message(open, t.eventSaved);
    assert.equal(await person.read(id), 'Dentist again | 13 Jun 2017 09:00:00 | 13 Jun 2017 10:00:00');
    const from = await shown(open, 'Dentist again').first().boundingBox();
    const to = await open.locator('.ec-day:has(time[datetime="2017-06-15"])').boundingBox();
    assert.ok(from && to);
    await open.mouse.move(from.x + 20, from.y + from.height / 2);
    await open.mouse.down();
    await open.mouse.move(to.x + 40, to.y + to.height / 2, { steps: 8 });
    await open.mouse.up();
    await message(open, t.eventMoved);
    assert.equal(await person.read(id), 'Dentist again | 15 Jun 2017 09:00:00 | 15 Jun 2017 10:00:00');
    await shown(open, 'Dentist again').first().click();
    await open.click('#details-delete');
    await message(open, t.eventDeleted);
    assert.deepEqual(await person.month(), []);
  });
}
