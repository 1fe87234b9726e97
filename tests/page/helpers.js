// What the tests have in common: where they are run, and what they ask of every page.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { close, serve, watched } from './world.js';

export { address, idle, shown, visit, words } from './world.js';

/** The widths, and a language for each, that what a person can do is tried in. */
export const PLACES = [
  { width: 1440, height: 900, language: 'en-GB' },
  { width: 390, height: 844, language: 'ko-KR' },
];

export const PASSWORD = 'correct horse';

after(close);

/** The same, until the tests of the file have run. @param {Record<string, string>} [environment] */
export async function startServer(environment) {
  const { server, stop } = await serve(environment);
  after(stop);
  return server;
}

/** A test of the page; closes what it opened, and asks that nothing went wrong in it. @param {string} name @param {() => Promise<void>} run */
export function page(name, run) {
  test(name, { timeout: 60_000 }, async () => {
    watched.length = 0;
    try {
      await run();
      for (const { wrong } of watched) assert.deepEqual(wrong, []);
    } finally {
      for (const { page } of watched) await page.context().close();
    }
  });
}

/** The same at each of the places. @param {string} name @param {(place: typeof PLACES[0]) => Promise<void>} run */
export function everywhere(name, run) {
  for (const place of PLACES) page(`${name} (${place.width} pixels, ${place.language})`, () => run(place));
}
