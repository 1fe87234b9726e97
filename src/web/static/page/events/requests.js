// The calls that read and write single events. Each write also goes into the store, so that it shows at once.
//
// A change or deletion is only done to the event as the person saw it: the page compares it with the server's, and
// the server compares once more by its ETag (`If-Match`).

import { ApiError, call } from '../api.js';
import { fromIso, toIsoDate, toIsoMonth } from '../time.js';
import { fromWire, isAllDay, toWire } from './event.js';
import * as store from './store.js';

/** @typedef {import('./event.js').CalendarEvent} CalendarEvent */
/** @typedef {import('./event.js').EventFields} EventFields */

/** The event is not as the person saw it. `current` is what it is now, or null if it was deleted. */
export class ConflictError extends ApiError {
  /** @param {CalendarEvent | null} current */
  constructor(current) {
    super('conflict');
    this.current = current;
  }
}

/** @param {number} id @returns {Promise<{event: CalendarEvent, etag: string | null}>} */
async function read(id) {
  const { data, etag } = await call('GET', `/calendar/event/${id}`);
  return { event: fromWire(data), etag };
}

/**
 * Writes to an event unless it was changed since the person saw it; then throws a ConflictError.
 * @param {CalendarEvent} seen @param {(ifMatch: string | null) => Promise<any>} write
 * @returns {Promise<CalendarEvent>} the event as it was right before the write
 */
async function writeIfUnchanged(seen, write) {
  try {
    const { event, etag } = await read(seen.id);
    const unchanged = event.subject === seen.subject
      && (seen.birthday || (event.start === seen.start && event.end === seen.end));
    if (!unchanged) throw new ConflictError(event);
    await write(etag);
    return event;
  } catch (error) {
    const current = await currentAfter(error, seen.id);
    if (current === undefined) throw error;
    if (current) store.put(current);
    else store.drop(seen.id);
    throw new ConflictError(current);
  }
}

/**
 * What an event is now, null if it is gone, or undefined if the error is about something else.
 * @param {any} error @param {number} id
 */
async function currentAfter(error, id) {
  if (error instanceof ConflictError) return error.current;
  if (error.kind === 'notFound') return null;
  if (error.kind !== 'conflict') return undefined;
  return read(id).then(({ event }) => event, (failed) => (failed.kind === 'notFound' ? null : undefined));
}

/** @param {EventFields} fields @param {number | null} group @returns {Promise<CalendarEvent>} */
export async function create(fields, group) {
  const { id } = group === null
    ? await call('POST', '/calendar/event', { body: toWire(fields) })
    : await call('POST', '/group/event', { body: { ...toWire(fields), group_id: group } });
  const { event } = await read(id);
  store.put(event);
  return event;
}

/** @param {CalendarEvent} seen @param {EventFields} fields @returns {Promise<CalendarEvent>} the changed event */
export async function change(seen, fields) {
  const before = await writeIfUnchanged(seen, (ifMatch) =>
    call('PUT', '/calendar/event', { body: { event_id: seen.id, ...toWire(fields) }, ifMatch }));
  const { subject, start, end } = fields;
  const after = { ...before, subject, start, end, allDay: isAllDay(start, end) };
  store.put(after);
  return after;
}

/** @param {CalendarEvent} seen @returns {Promise<CalendarEvent>} the event as it was last */
export async function remove(seen) {
  const removed = await writeIfUnchanged(seen, (ifMatch) =>
    call('DELETE', '/calendar/event', { body: { event_id: seen.id }, ifMatch }));
  store.drop(seen.id);
  return removed;
}

/** Creates a removed event again. @param {CalendarEvent} removed */
export async function restore(removed) {
  if (removed.birthday) await setBirthday(toIsoDate(removed.start));
  else await create(removed, removed.group);
}

/** How many events one search gives at most. */
const MOST_FOUND = 500;

/**
 * The events whose subject contains a word, in order; `after` an event of the search before.
 * @param {string} word at most 128 characters @param {{after?: CalendarEvent, signal?: AbortSignal}} [options]
 * @returns {Promise<{events: CalendarEvent[], hasMore: boolean}>}
 */
export async function search(word, { after, signal } = {}) {
  const query = { search_word: [...word].slice(0, 128).join(''), limit: String(MOST_FOUND + 1) };
  const { data } = await call('GET', '/calendar/search', { query: after ? { ...query, after: String(after.id) } : query, signal });
  return { events: data.slice(0, MOST_FOUND).map(fromWire), hasMore: data.length > MOST_FOUND };
}

/** The user's birthday in the year of birth. The server names it after the email. @param {string} email */
export async function findBirthday(email) {
  const { events } = await search(`${email} 생일`);
  return events.find((event) => event.birthday && event.mine);
}

/** @param {string} date `1990-06-22` */
export async function setBirthday(date) {
  await call('PUT', '/calendar/birthday', { body: { birthday: date } });
  // It appears in every year from then on.
  store.clearFrom(toIsoMonth(fromIso(date)));
}
