// Measures how long it takes to change the view in a month of 10,000 events; scripts/bench-page runs it.

import { close, serve, visit } from './world.js';

const EVENTS = 10_000;
const ROUNDS = 5;
const CLIENTS = 32;

const { server, stop } = await serve();
const person = await server.register('park@example.com');
let created = 0;
const twoDigits = (/** @type {number} */ number) => String(number).padStart(2, '0');
await Promise.all(Array.from({ length: CLIENTS }, async () => {
  while (created < EVENTS) {
    const at = created++;
    const [day, hour, minute] = [1 + at % 30, (at * 7) % 23, (at * 13) % 60];
    await person.event(`Event ${at}`, `2017-06-${twoDigits(day)} ${twoDigits(hour)}:${twoDigits(minute)}`, `2017-06-${twoDigits(day)} ${twoDigits(hour + 1)}:${twoDigits(minute)}`);
  }
}));

const open = await visit(server, { person, at: 'day/2017-06-15', now: null });
await open.waitForSelector('[data-event]');

/** The milliseconds from the click until the frame with the events is drawn. @param {string} id @param {string} view */
const change = (id, view) => open.evaluate(async ({ id, view }) => {
  const start = performance.now();
  /** @type {HTMLElement} */ (document.getElementById(id)).click();
  do await new Promise(requestAnimationFrame); while (!document.querySelector(`#calendar[data-view=${view}] [data-event]`));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - start;
}, { id, view });

/** @type {Record<string, number[]>} */
const timings = { month: [], week: [], list: [], day: [], 'next month': [] };
for (let round = 0; round < ROUNDS; round += 1) {
  for (const view of ['month', 'week', 'list', 'day']) timings[view].push(await change(`view-${view}`, view));
  // To July, which shows few of the events, and back to all of them.
  await open.click('label:has(#view-month)');
  await open.click('#next');
  timings['next month'].push(await change('previous', 'month'));
  await open.click('label:has(#view-day)');
}
for (const [view, times] of Object.entries(timings)) {
  console.log(`${view} ${Math.round(times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)])}`);
}
await close();
await stop();
