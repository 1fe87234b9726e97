// What the page can show without a connection: its own files, by the service worker, and the events that it showed
// last. Both need a secure context (https, or this machine). Answers are kept only where a person stays signed in,
// since others may use the same browser, and until they sign out.

import { persistent } from './storage.js';

const PREFIX = 'known ';
/** How many answers are kept: three years of months, and some others. */
const MOST = 40;
const SEEN_KEY = 'calendar.seen';

/** The caches of others are deleted once. */
let cleared = '';
/** When the server answered last, in milliseconds. */
let seen = 0;

/** The cache of whom a token is for. The end of its signature tells it from others. @param {string} token */
const nameOf = (token) => PREFIX + token.slice(-16);

const isPossible = () => 'caches' in globalThis;

/** Notes that the server has answered. */
export function noteAnswer() {
  seen = Date.now();
}

/** Keeps an answer to show it without a connection. @param {string} token @param {string} url @param {any} data */
export async function remember(token, url, data) {
  if (!isPossible()) return;
  try {
    persistent.setItem(SEEN_KEY, String(Date.now()));
    if (cleared !== token) await forget(nameOf(token));
    cleared = token;
    const cache = await caches.open(nameOf(token));
    await cache.delete(url);
    await cache.put(url, new Response(JSON.stringify(data)));
    for (const request of (await cache.keys()).slice(0, -MOST)) await cache.delete(request);
  } catch {
    // The browser has no room, or forbids it: then there is nothing to show without a connection.
  }
}

/** @param {string} token @param {string} url @returns {Promise<any>} the answer that is kept, if there is one */
export async function recall(token, url) {
  if (!isPossible()) return undefined;
  const kept = await caches.match(url, { cacheName: nameOf(token) }).catch(() => undefined);
  return kept?.json();
}

/** Deletes all that is kept of events. @param {string} [except] the name of the cache that stays */
export async function forget(except) {
  if (!except) persistent.removeItem(SEEN_KEY);
  if (!isPossible()) return;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== except).map((name) => caches.delete(name)));
}

/** When the server answered last, in milliseconds. */
export const lastSeen = () => seen || Number(persistent.getItem(SEEN_KEY));

/** Starts the service worker. @param {() => void} updated is called when a newer version of the page is there */
export function start(updated) {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  // The first one takes over the page that started it.
  let isFirst = !serviceWorker.controller;
  serviceWorker.addEventListener('controllerchange', () => {
    if (!isFirst) updated();
    isFirst = false;
  });
  // Where site data is blocked, it fails.
  serviceWorker.register(new URL('../../../sw.js', import.meta.url)).catch(() => {});
}
