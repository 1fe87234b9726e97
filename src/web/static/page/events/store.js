// The events that the page knows, month by month.
//
// A month that was fetched is kept and shown at once when it is looked at again. If it is older than a minute, it
// is then fetched again, since others change group events; api.js makes that a 304 if nothing has changed. A change
// made on this page is put into the kept months directly, so it shows without another fetch.

import { getView } from '../api.js';
import { DAY, MINUTE, possibleDay, startOfMonth, toIsoMonth } from '../time.js';
import { fromWire } from './event.js';

/** @typedef {import('./event.js').CalendarEvent} CalendarEvent */

const FRESH_FOR = MINUTE;

/** @type {Map<string, {events: CalendarEvent[], fetchedAt: number}>} by `2017-06` */
const months = new Map();
/** @type {Map<string, Promise<void>>} the fetches in flight, by `2017-06` */
const fetches = new Map();
/** Counts how often everything was forgotten: an answer to a request from before must not be kept. */
let generation = 0;
/** Counts the changes made on this page: an answer to a request from before one lacks it. */
let edits = 0;
/** The range that was loaded last. */
let loaded = { start: 0, end: 0 };

/** Forgets all events, so that they are fetched again when they are needed. */
export function clear() {
  generation += 1;
  months.clear();
  fetches.clear();
}

/** Has all months fetched again when they are needed, and shows them until then. */
export function expire() {
  edits += 1;
  for (const month of months.values()) month.fetchedAt = 0;
}

/** Forgets the months from one on. @param {string} first `2017-06` */
export function clearFrom(first) {
  for (const key of months.keys()) if (key >= first) months.delete(key);
}

/** The months of a range, as `2017-06`. @param {number} start @param {number} end */
function monthsOf(start, end) {
  const keys = [];
  const first = startOfMonth(possibleDay(start));
  const last = possibleDay(Math.max(end - 1, start));
  for (let month = first; month <= last; month = startOfMonth(month, 1)) keys.push(toIsoMonth(month));
  return keys;
}

/**
 * Fetches those months of a range that are not known or no longer fresh.
 * @param {number} start @param {number} end
 * @returns {Promise<boolean>} whether anything was fetched
 */
export async function load(start, end) {
  loaded = { start, end };
  return know(start, end);
}

/** As `load`, of what is not shown. @param {number} start @param {number} end */
export async function know(start, end) {
  const stale = monthsOf(start, end).filter((key) => Date.now() - (months.get(key)?.fetchedAt ?? 0) > FRESH_FOR);
  await Promise.all(stale.map((key) => fetches.get(key) ?? fetchMonth(key)));
  return stale.length > 0;
}

/** Whether all months of a range were fetched. @param {number} start @param {number} end */
export const isKnown = (start, end) => monthsOf(start, end).every((key) => months.has(key));

/** Loads the last range again, as far as it is no longer known. */
export const reload = () => load(loaded.start, loaded.end);

/** Loads it again after a change of a series, which can be on any day. If that fails, the next look at the page tries again. */
export async function renew() {
  expire();
  await reload().catch(() => {});
}

/** @param {string} key */
function fetchMonth(key) {
  const startedIn = generation;
  const before = edits;
  /** @type {Promise<void>} */
  const fetched = getView('/calendar/month', { year_month: key })
    .then(({ data, isRecalled }) => {
      if (startedIn === generation && before !== edits) return fetchMonth(key);
      if (startedIn === generation) months.set(key, { events: data.map(fromWire), fetchedAt: isRecalled ? 0 : Date.now() });
    })
    .finally(() => { if (fetches.get(key) === fetched) fetches.delete(key); });
  fetches.set(key, fetched);
  return fetched;
}

/** The known events of a range, in order. @param {number} start @param {number} end @returns {CalendarEvent[]} */
export function between(start, end) {
  /** @type {Map<string, CalendarEvent>} an event of two months once, but a birthday in each of its years */
  const found = new Map();
  for (const key of monthsOf(start, end)) {
    for (const event of months.get(key)?.events ?? []) {
      const eventEnd = event.birthday ? event.start + DAY : Math.max(event.end, event.start + 1);
      if (event.start < end && eventEnd > start) found.set(`${event.id} ${event.start}`, event);
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start || Number(b.allDay) - Number(a.allDay) || a.id - b.id);
}

/** Puts an event into the known months, in place of what it was before. @param {CalendarEvent} event */
export function put(event) {
  edits += 1;
  drop(event.id);
  for (const key of monthsOf(event.start, Math.max(event.end, event.start + 1))) {
    months.get(key)?.events.push(event);
  }
}

/** @param {number} id */
export const drop = (id) => keepOnly((event) => event.id !== id);

/** Drops the events of a group. @param {number} group */
export const dropGroup = (group) => keepOnly((event) => event.group !== group);

/** @param {(event: CalendarEvent) => boolean} isKept */
function keepOnly(isKept) {
  edits += 1;
  for (const month of months.values()) month.events = month.events.filter(isKept);
}
