// What the tests share: the widths and languages they run in, and the checks made on every page.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { close, serve, watched } from './world.js';

export { PAGE, address, idle, importFromPage, shown, texts, visit } from './world.js';

/** Each test of `everywhere` runs at both widths, each in one of the languages. */
export const PLACES = [
  { width: 1440, height: 900, language: 'en-GB' },
  { width: 390, height: 844, language: 'ko-KR' },
];

export const PASSWORD = 'correct horse';

after(close);

/** Starts a server that runs until the tests of the file have ended. @param {Record<string, string>} [environment] */
export async function startServer(environment) {
  const { server, stop } = await serve(environment);
  after(stop);
  return server;
}

/** A test of the page. It closes what it opened, and fails on any error or foreign request of the page. @param {string} name @param {() => Promise<void>} run */
export function page(name, run) {
  // Generous, since a slow machine is no fault of the page: what hangs is told either way.
  test(name, { timeout: 240_000 }, async () => {
    watched.length = 0;
    try {
      await run();
      for (const { problems } of watched) assert.deepEqual(problems, []);
    } finally {
      for (const { page } of watched) await page.context().close();
    }
  });
}

/** A test of the page in each of the places. @param {string} name @param {(place: typeof PLACES[0]) => Promise<void>} run */
export function everywhere(name, run) {
  for (const place of PLACES) page(`${name} (${place.width} pixels, ${place.language})`, () => run(place));
}

/**
 * Another tab of the same browser, with a half-typed event in it.
 * @param {import('playwright-core').Page} open @param {string} url of the server
 */
export async function typingTab(open, url) {
  const tab = await open.context().newPage();
  await tab.goto(url);
  await tab.waitForSelector('.ec-main');
  await tab.keyboard.press('n');
  await tab.fill('#editor-subject', 'Half a thought');
  return tab;
}

/**
 * Answers a call of the page in place of the server.
 * @param {import('playwright-core').Route} route @param {any} data @param {{status?: number, code?: number, message?: string, detail?: string}} [refusal]
 */
export const answer = (route, data, { status = 200, code = 20000, message = 'SUCCESS', detail } = {}) =>
  route.fulfill({ status, json: { meta: { code, message, ...(detail && { detail }) }, ...(data === undefined ? {} : { data }) } });

/**
 * Waits for a message that no earlier call has waited for: one that is still there from an earlier change would be taken
 * for the answer to the next. @param {import('playwright-core').Page} open @param {string} text
 */
export const message = (open, text) => open.waitForFunction((wanted) => {
  const said = [...document.querySelectorAll('.message:not([data-awaited])')].find((item) => item.textContent?.includes(wanted) && item.checkVisibility());
  said?.setAttribute('data-awaited', '');
  return Boolean(said);
}, text);

/**
 * A finger on the page, by touch events as a screen sends them.
 * @param {import('playwright-core').Page} open
 */
export async function finger(open) {
  const devtools = await open.context().newCDPSession(open);
  /** @param {'touchStart' | 'touchMove' | 'touchEnd'} type @param {{x: number, y: number}} [at] */
  const send = (type, at) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [{ x: at.x, y: at.y }] : [] });
  return {
    down: (/** @type {{x: number, y: number}} */ at) => send('touchStart', at),
    /** @param {{x: number, y: number}} from @param {{x: number, y: number}} to */
    async move(from, to) {
      for (let step = 1; step <= 8; step += 1) {
        await send('touchMove', { x: from.x + ((to.x - from.x) * step) / 8, y: from.y + ((to.y - from.y) * step) / 8 });
      }
    },
    up: () => send('touchEnd'),
    /** As long as it takes for a press to be a long one. */
    async hold() {
      const from = await open.evaluate(() => performance.now());
      await open.waitForFunction((since) => performance.now() - since > 500, from);
    },
  };
}

/** Where a pointer meets an element. @param {import('playwright-core').Locator} locator */
export async function middle(locator) {
  const box = await locator.boundingBox();
  assert.ok(box);
  return { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 20) };
}
