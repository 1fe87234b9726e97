// Runs the built server and a browser, with people who use the page: for the tests, the screenshots and the benchmark.

import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The folder of the page's own files. */
export const PAGE = join(ROOT, 'src/web/static/page');
const BINARY = process.env.CALENDAR_SERVER ?? join(ROOT, 'target/debug/calendar-server');
// Generous, since waiting ends as soon as the condition holds.
const TIMEOUT = 60_000;

/** @type {Promise<import('playwright-core').Browser> | undefined} */
let launched;

/** The browser, shared by all tests of a file. */
export function launch() {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  return launched;
}

export async function close() {
  await (await launched)?.close();
}

/**
 * Starts a server in a folder of its own, in the time zone of Seoul.
 * @param {Record<string, string>} [environment] the server's configuration
 */
export async function serve(environment = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'calendar-page-'));
  const env = { PATH: process.env.PATH, CALENDAR_TIMEZONE: 'Asia/Seoul', ...environment };
  const child = spawn(BINARY, ['dev-run', '--port', '0'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const url = await new Promise((resolve, reject) => {
    let output = '';
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`${BINARY} does not start`)));
    child.stdout.on('data', (data) => {
      output += data;
      const found = /http:\/\/\S+(?=\/ )/.exec(output);
      if (found) resolve(found[0]);
    });
  });
  const stop = async () => {
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill();
    await ended;
    await rm(folder, { recursive: true });
  };
  return { server: new Server(url), stop };
}

export class Server {
  people = 0;

  /** @param {string} url */
  constructor(url) {
    this.url = url;
  }

  /** @param {string} token @param {string} method @param {string} path @param {object} [body] */
  async call(token, method, path, body) {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method, headers: { 'X-calendar-access-token': token }, body: body && JSON.stringify(body),
    });
    const { data, meta } = /** @type {any} */ (await answer.json());
    return { data, meta, id: Number(answer.headers.get('Location')?.split('/').pop()) };
  }

  /** A new person, by default without a password, since hashing one takes the server a while. @param {string} [name] @param {string} [password] */
  async person(name = 'park', password) {
    return this.register(`${name}${++this.people}@example.com`, password);
  }

  /** @param {string} email @param {string} [password] */
  async register(email, password) {
    const { data } = await this.call('', 'POST', '/user/', { useremail: email, password });
    return new Person(this, email, data.token);
  }
}

export class Person {
  /** @param {Server} server @param {string} email @param {string} token */
  constructor(server, email, token) {
    this.server = server;
    this.email = email;
    this.name = email.split('@')[0];
    this.token = token;
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  call(method, path, body) {
    return this.server.call(this.token, method, path, body);
  }

  /** @param {string} subject @param {string} sdate `2017-06-20 09:00` @param {string} edate @param {number} [group] @param {object} [more] what it says besides */
  async event(subject, sdate, edate, group, more) {
    const event = { subject, sdate: `${sdate}:00`, edate: `${edate}:00`, ...more };
    const made = group ? await this.call('POST', '/group/event', { ...event, group_id: group }) : await this.call('POST', '/calendar/event', event);
    return made.id;
  }

  /** @param {string} name */
  async group(name) {
    return (await this.call('POST', '/group/', { group_name: name })).id;
  }

  /** @param {...number} groups */
  async select(...groups) {
    await this.call('POST', '/user/calendar/group', { selected_group: groups.join(',') || '0' });
  }

  /** When an event is, and what it says. @param {number} id */
  async read(id) {
    const { data } = await this.call('GET', `/calendar/event/${id}`);
    return data && `${data.subject} | ${data.sdate.slice(5, -4)} | ${data.edate.slice(5, -4)}`;
  }

  /** Makes a feed of the calendar, or of what `what` says, and gives the address of its page. @param {object} [what] */
  async feed(what = {}) {
    const { data } = await this.call('POST', '/user/feed', { name: 'Club', ...what });
    return data.url.replace(/\.ics$/, '');
  }

  /** The events of June 2017, or of another month. */
  async month(month = '2017-06') {
    return (await this.call('GET', `/calendar/month?year_month=${month}`)).data;
  }
}

/**
 * Opens the page for a person: on 20 June 2017 by default, in a browser in New York.
 * @param {Server} server
 * @param {Partial<{person: Person, width: number, height: number, language: string, dark: boolean, at: string,
 *   now: string | null, zone: string, touch: boolean, offline: boolean}>} [how] `at`: the view and the day; `now`: an instant, or null for the real time;
 *   `offline`: its service worker runs, without which the page needs a connection
 */
export async function visit(server, how = {}) {
  const { person, width = 1440, height = 900, language = 'en-GB', dark = false, at = 'month/2017-06-20', zone = 'America/New_York' } = how;
  const context = await (await launch()).newContext({
    viewport: { width, height }, locale: language, timezoneId: zone, colorScheme: dark ? 'dark' : 'light', hasTouch: how.touch ?? false,
    reducedMotion: 'reduce', serviceWorkers: how.offline ? 'allow' : 'block',
  });
  context.setDefaultTimeout(TIMEOUT);
  const page = await context.newPage();
  if (how.now !== null) await page.clock.setFixedTime(how.now ?? '2017-06-20T01:00:00Z');
  if (person) {
    // Only once: after a reload the page must find what it stored itself.
    await page.addInitScript(`sessionStorage.getItem('seen') || (sessionStorage.setItem('seen', 'yes'), localStorage.setItem('calendar.token', ${JSON.stringify(person.token)}))`);
  }
  watch(page, server.url);
  await page.goto(`${server.url}/#${at}`);
  await page.waitForSelector(person ? '.ec-main:visible, .year-month:visible' : '#sign-in-email:focus');
  if (person) await idle(page);
  return page;
}

/** Every page that was opened, with its problems. @type {{page: import('playwright-core').Page, problems: string[]}[]} */
export const watched = [];

/** @param {import('playwright-core').Page} page @param {string} own */
function watch(page, own) {
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error.stack)));
  page.on('console', (message) => {
    // The browser logs each failed call of the API itself; a test may be about just that.
    if (message.text() === 'Service Worker registration blocked by Playwright') return;
    const isFailedCall = message.text().startsWith('Failed to load resource') && /\/(api\/v1|feed)\//.test(message.location().url);
    if (['error', 'warning'].includes(message.type()) && !isFailedCall) problems.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith('data:')) problems.push(`requested ${request.url()}`);
  });
  watched.push({ page, problems });
}

/** Waits until no call is in flight. @param {import('playwright-core').Page} page */
export async function idle(page) {
  await page.waitForFunction(() => !document.body.classList.contains('pending'));
}

/** The fragment of the address, read in the page, since the driver learns of a change later. @param {import('playwright-core').Page} page */
export const address = (page) => page.evaluate(() => location.hash);

/** The elements that show an event. @param {import('playwright-core').Page} page @param {string | number} event its subject or id */
export const shown = (page, event) => page.locator(typeof event === 'number' ? `#calendar [data-event="${event}"]` : '#calendar [data-event]', typeof event === 'string' ? { hasText: event } : {});

/** What the page says in a language. @param {string} language such as `en-GB` */
export const texts = (language) => TEXTS[language.slice(0, 2)];

/** @type {Record<string, any>} */
const TEXTS = {
  en: (await importFromPage('i18n/en.js')).en,
  ko: (await importFromPage('i18n/ko.js')).ko,
};

/** Imports a module of the page that needs no browser. @param {string} path below the page's folder @returns {Promise<any>} */
export async function importFromPage(path) {
  // From a folder that declares its files to be modules, which older Nodes cannot tell by themselves.
  const folder = await mkdtemp(join(tmpdir(), 'calendar-page-modules-'));
  await cp(PAGE, folder, { recursive: true, filter: (source) => !source.includes('vendor') });
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  const module = await import(pathToFileURL(join(folder, path)).href);
  await rm(folder, { recursive: true });
  return module;
}
