// The module that talks to the API, with a server that only the test plays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importFromPage } from './world.js';

const { getView, setToken } = await importFromPage('api.js');

/** The requests sent, each with the function that answers it. @type {{tag: string | undefined, answer: (response: Response) => void}[]} */
const requests = [];
globalThis.fetch = (_, options) => new Promise((resolve) => {
  const headers = /** @type {Record<string, string>} */ (options?.headers);
  requests.push({ tag: headers['If-None-Match'], answer: resolve });
});

const MONTH = ['/calendar/month', { year_month: '2017-06' }];

/** @param {string} data @param {string} tag */
const found = (data, tag) => new Response(JSON.stringify({ meta: { code: 20000 }, data }), { headers: { ETag: tag } });
const notModified = () => new Response(null, { status: 304 });

/** Requests a view and answers at once. @param {any[]} view @param {Response} response */
async function get(view, response) {
  const data = getView(...view);
  const request = /** @type {typeof requests[0]} */ (requests.pop());
  request.answer(response);
  return { data: (await data).data, tag: request.tag };
}

test('a view that the server confirms comes from memory', async () => {
  setToken('first', false);
  assert.deepEqual(await get(MONTH, found('June', '"1"')), { data: 'June', tag: undefined });
  assert.deepEqual(await get(MONTH, notModified()), { data: 'June', tag: '"1"' });
  assert.deepEqual(await get(MONTH, found('June, changed', '"2"')), { data: 'June, changed', tag: '"1"' });
  assert.deepEqual(await get(MONTH, notModified()), { data: 'June, changed', tag: '"2"' });
});

test('a view is not used with another token', async () => {
  setToken('first', false);
  await get(MONTH, found('June of the first', '"1"'));
  setToken('second', false);
  assert.equal((await get(MONTH, found('June of the second', '"1"'))).tag, undefined);
});

test('an answer that arrives after the token has changed is not kept', async () => {
  setToken('first', false);
  const late = getView(...MONTH);
  setToken('second', false);
  /** @type {typeof requests[0]} */ (requests.pop()).answer(found('June of the first', '"1"'));
  assert.equal((await late).data, 'June of the first');
  assert.deepEqual(await get(MONTH, found('June of the second', '"2"')), { data: 'June of the second', tag: undefined });
});

test('a 304 that was not asked for is an error', async () => {
  setToken('third', false);
  await assert.rejects(get(MONTH, notModified()), { kind: 'fault' });
});

test('only the views used last are kept', async () => {
  setToken('fourth', false);
  const month = (/** @type {number} */ number) => ['/calendar/month', { year_month: `month ${number}` }];
  for (let number = 0; number < 30; number += 1) await get(month(number), found(`view ${number}`, `"${number}"`));
  assert.equal((await get(month(0), found('view 0', '"0"'))).tag, undefined);
  assert.equal((await get(month(29), notModified())).data, 'view 29');
});
