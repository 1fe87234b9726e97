// The events that the page knows, month by month, and the calls that read and write them.
//
// A month that was fetched is kept, and shown at once when it is looked at again; if it is older than a
// minute it is then fetched anew, since others write into groups. What is written here is put into the
// kept months by hand, so that a change needs no second look.

import { Refusal, call } from './api.js';
import { DAY, MINUTE, dateOf, fromIso, monthOf, parse, startOfMonth, toApi } from './time.js';

/**
 * @typedef {{id: number, subject: string, group: number | null, email: string, mine: boolean, start: number,
 *   end: number, allDay: boolean, birthday: boolean, created: string, updated: string | null}} CalendarEvent
 *   the times are walls, as in time.js
 * @typedef {{subject: string, start: number, end: number}} Writable
 */

const FRESH = MINUTE;

let me = '';
/** @type {Map<string, {events: CalendarEvent[], at: number}>} by `2017-06` */
const months = new Map();
/** @type {Map<string, Promise<void>>} */
const coming = new Map();
// What is asked for before a change of the selection is of no use after it.
let era = 0;
let last = { start: 0, end: 0 };

/** @param {string} email whose calendar this is */
export function begin(email) {
  me = email.toLowerCase();
  forget();
}

/** Everything is fetched anew when it is next looked at. */
export function forget() {
  era += 1;
  months.clear();
  coming.clear();
}

/** @param {any} wire @returns {CalendarEvent} */
export function read(wire) {
  const start = parse(wire.sdate);
  const end = parse(wire.edate);
  const birthday = wire.birthday === '1';
  return {
    id: wire.id, subject: wire.subject, group: wire.group === null ? null : Number(wire.group), email: wire.useremail,
    mine: wire.useremail.toLowerCase() === me, start, end, birthday, allDay: birthday || isAllDay(start, end),
    created: wire.created, updated: wire.updated,
  };
}

/** Midnight to midnight is whole days. Some clients write 23:59 for the last minute of one. */
export function isAllDay(/** @type {number} */ start, /** @type {number} */ end) {
  return start % DAY === 0 && end > start && (end % DAY === 0 || end % DAY >= DAY - MINUTE);
}

/** The months that hold the time from start to end. @param {number} start @param {number} end */
function monthsOf(start, end) {
  const keys = [];
  for (let month = startOfMonth(start); month < end || month === startOfMonth(start); month = startOfMonth(month, 1)) {
    keys.push(monthOf(month));
  }
  return keys;
}

/** Whether all of it is known, even if not fresh. @param {number} start @param {number} end */
export const knows = (start, end) => monthsOf(start, end).every((key) => months.has(key));

/**
 * Fetches what is not known of a time, or not fresh.
 * @param {number} start @param {number} end
 * @returns {Promise<boolean>} whether anything was fetched
 */
export async function load(start, end) {
  last = { start, end };
  const wanted = monthsOf(start, end).filter((key) => Date.now() - (months.get(key)?.at ?? 0) > FRESH);
  await Promise.all(wanted.map((key) => coming.get(key) ?? fetchMonth(key)));
  return wanted.length > 0;
}

/** What was looked at last, fetched anew where it is not known any more. */
export const reload = () => load(last.start, last.end);

/** @param {string} key */
function fetchMonth(key) {
  const asked = era;
  const fetched = call('GET', '/calendar/month', { query: { year_month: key } })
    .then(({ data }) => { if (asked === era) months.set(key, { events: data.map(read), at: Date.now() }); })
    .finally(() => { if (asked === era) coming.delete(key); });
  coming.set(key, fetched);
  return fetched;
}

/** What is known of a time, in order. @param {number} start @param {number} end @returns {CalendarEvent[]} */
export function between(start, end) {
  /** @type {Map<string, CalendarEvent>} an event of two months once, a birthday in each of its years */
  const found = new Map();
  for (const key of monthsOf(start, end)) {
    for (const event of months.get(key)?.events ?? []) {
      const of = event.birthday ? event.start + DAY : Math.max(event.end, event.start + 1);
      if (event.start < end && of > start) found.set(`${event.id} ${event.start}`, event);
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start || Number(b.allDay) - Number(a.allDay) || a.id - b.id);
}

/** @param {CalendarEvent} event as it is now */
export function put(event) {
  drop(event.id);
  for (const key of monthsOf(event.start, Math.max(event.end, event.start + 1))) {
    months.get(key)?.events.push(event);
  }
}

/** @param {number} id */
export function drop(id) {
  for (const month of months.values()) month.events = month.events.filter((event) => event.id !== id);
}

/** @param {number} group of which nothing is shown any more */
export function dropGroup(group) {
  for (const month of months.values()) month.events = month.events.filter((event) => event.group !== group);
}

/** An event is not what it was when it was last looked at. `current` is null if it is gone. */
export class Changed extends Refusal {
  /** @param {CalendarEvent | null} current */
  constructor(current) {
    super('changed');
    this.current = current;
  }
}

/** @param {number} id @returns {Promise<{event: CalendarEvent, etag: string | null}>} */
async function look(id) {
  const { data, etag } = await call('GET', `/calendar/event/${id}`);
  return { event: read(data), etag };
}

/**
 * Does something to an event only if it is still as the person saw it: looks at it, and has the server
 * compare once more.
 * @param {CalendarEvent} known @param {(current: CalendarEvent, etag: string | null) => Promise<any>} write
 */
async function ifStill(known, write) {
  try {
    const { event, etag } = await look(known.id);
    const same = event.subject === known.subject && (known.birthday || (event.start === known.start && event.end === known.end));
    if (!same) throw new Changed(event);
    await write(event, etag);
    return event;
  } catch (refusal) {
    const current = await now(refusal, known.id);
    if (current === undefined) throw refusal;
    if (current) put(current);
    else drop(known.id);
    throw new Changed(current);
  }
}

/** What an event is now if that is why it was refused, else undefined. @param {any} refusal @param {number} id */
async function now(refusal, id) {
  if (refusal instanceof Changed) return refusal.current;
  if (refusal.kind === 'missing') return null;
  if (refusal.kind !== 'changed') return undefined;
  return look(id).then(({ event }) => event, (again) => (again.kind === 'missing' ? null : undefined));
}

/** @param {Writable} event */
const wire = (event) => ({ subject: event.subject, sdate: toApi(event.start), edate: toApi(event.end) });

/** @param {Writable} event @param {number | null} group @returns {Promise<CalendarEvent>} */
export async function create(event, group) {
  const { id } = group === null
    ? await call('POST', '/calendar/event', { body: wire(event) })
    : await call('POST', '/group/event', { body: { ...wire(event), group_id: group } });
  const made = (await look(id)).event;
  put(made);
  return made;
}

/** @param {CalendarEvent} known @param {Writable} next @returns {Promise<CalendarEvent>} */
export async function change(known, next) {
  const before = await ifStill(known, (_, ifMatch) =>
    call('PUT', '/calendar/event', { body: { event_id: known.id, ...wire(next) }, ifMatch }));
  const after = { ...before, ...next, allDay: isAllDay(next.start, next.end) };
  put(after);
  return after;
}

/** @param {CalendarEvent} known @returns {Promise<CalendarEvent>} as it was last */
export async function remove(known) {
  const gone = await ifStill(known, (_, ifMatch) =>
    call('DELETE', '/calendar/event', { body: { event_id: known.id }, ifMatch }));
  drop(known.id);
  return gone;
}

/** Makes again what was deleted. @param {CalendarEvent} gone */
export async function restore(gone) {
  if (gone.birthday) {
    await setBirthday(dateOf(gone.start));
    return gone;
  }
  return create(gone, gone.group);
}

/** @param {string} word @param {AbortSignal} signal @returns {Promise<CalendarEvent[]>} */
export async function search(word, signal) {
  const { data } = await call('GET', '/calendar/search', { query: { search_word: word }, signal });
  return data.map(read);
}

/** The caller's birthday, in the year of birth. @param {string} email */
export async function birthday(email) {
  const word = [...`${email} 생일`].slice(0, 128).join('');
  const { data } = await call('GET', '/calendar/search', { query: { search_word: word } });
  return /** @type {CalendarEvent[]} */ (data.map(read)).find((event) => event.birthday && event.mine);
}

/** @param {string} date */
export async function setBirthday(date) {
  await call('PUT', '/calendar/birthday', { body: { birthday: date } });
  // It is in every year from then on.
  const from = monthOf(fromIso(date));
  for (const key of months.keys()) if (key >= from) months.delete(key);
}
