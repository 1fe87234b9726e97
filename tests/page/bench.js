// How long a change of the view takes in a month of 10,000 events. See scripts/bench-page.

import { close, serve, visit } from './world.js';

const EVENTS = 10_000;
const ROUNDS = 5;
const CLIENTS = 32;

const { server, stop } = await serve();
const person = await server.register('park@example.com');
let made = 0;
const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
await Promise.all(Array.from({ length: CLIENTS }, async () => {
  while (made < EVENTS) {
    const at = made++;
    const [day, hour, minute] = [1 + at % 30, (at * 7) % 23, (at * 13) % 60];
    await person.event(`Event ${at}`, `2017-06-${two(day)} ${two(hour)}:${two(minute)}`, `2017-06-${two(day)} ${two(hour + 1)}:${two(minute)}`);
  }
}));

const open = await visit(server, { person, at: 'day/2017-06-15', now: null });
await open.waitForSelector('[data-event]');

/** From the click until the frame with the events is drawn. @param {string} id @param {string} view */
const change = (id, view) => open.evaluate(async ({ id, view }) => {
  const begun = performance.now();
  /** @type {HTMLElement} */ (document.getElementById(id)).click();
  do await new Promise(requestAnimationFrame); while (!document.querySelector(`#calendar[data-view=${view}] [data-event]`));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - begun;
}, { id, view });

/** @type {Record<string, number[]>} */
const taken = { month: [], week: [], list: [], day: [], 'next month': [] };
for (let round = 0; round < ROUNDS; round += 1) {
  for (const view of ['month', 'week', 'list', 'day']) taken[view].push(await change(`view-${view}`, view));
  // A month away there is nothing; the way back is to all of them.
  await open.click('label:has(#view-month)');
  await open.click('#next');
  taken['next month'].push(await change('previous', 'month'));
  await open.click('label:has(#view-day)');
}
for (const [view, times] of Object.entries(taken)) {
  console.log(`${view} ${Math.round(times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)])}`);
}
await close();
await stop();
