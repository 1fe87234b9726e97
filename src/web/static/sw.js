// The service worker: it keeps the files of the page, so that the page opens without a connection. The events are
// kept by the page itself (page/offline.js), which knows whose they are.
//
// All files have the hash of one version in their addresses, and a cache holds those of one version only. With a
// connection the page comes from the server, so an upgrade shows at the next look; without one, from the cache.

const STATIC = '{{static}}/';
const PREFIX = 'page ';
const CACHE = PREFIX + STATIC;
const ROOT = registration.scope;

/** How long the server has to answer before the page is shown as it is kept, in milliseconds. */
const PATIENCE = 5_000;

addEventListener('install', (event) => event.waitUntil(keep().then(() => skipWaiting())));
addEventListener('activate', (event) => event.waitUntil(dropOthers().then(() => clients.claim())));
addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const isPage = request.mode === 'navigate' && new URL(request.url).pathname === new URL(ROOT).pathname;
  if (isPage) event.respondWith(page(request));
  else if (request.url.startsWith(ROOT + STATIC)) event.respondWith(file(request));
});

/** Keeps the page with all files that it names. */
async function keep() {
  const page = await fetch(ROOT, { cache: 'no-cache' });
  if (!page.ok) throw new Error(`the page is answered ${page.status}`);
  const html = await page.clone().text();
  const files = new Set([...html.matchAll(/ (?:href|src)="(static\/[^"]+)"/g)].map((match) => match[1]));
  // The server has been upgraded since it sent this worker. It sends another one, which tries again.
  if (![...files].every((path) => path.startsWith(STATIC))) throw new Error('the page is of another version');
  const cache = await caches.open(CACHE);
  await cache.addAll([...files]);
  await cache.put(ROOT, page);
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}

/** @param {Request} request */
async function page(request) {
  const kept = await caches.match(ROOT, { cacheName: CACHE });
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE, kept); });
  // From 502 on it is a proxy that answers, because the server does not.
  const answered = fetch(request).then((answer) => (answer.status >= 502 ? kept : answer), () => kept);
  return Promise.race([answered, late]);
}

/** @param {Request} request */
const file = async (request) => await caches.match(request, { cacheName: CACHE }) ?? fetch(request);
