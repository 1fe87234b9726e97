// The calls that read and write single events. Each write also goes into the store, so that it shows at once.
//
// A change or deletion is only done to the event as the person saw it: the page compares it with the server's, and
// the server compares once more by its revision. Each can be tried again after its answer was lost: a creation has a
// key, a change that has arrived is no conflict, and an event that is gone is deleted.

import { ApiError, call, newKey } from '../api.js';
import { state } from '../state.js';
import { fromIso, now, toApi, toIsoDate, toIsoMonth } from '../time.js';
import { changedBy, fromWire, has, isByRule, isRepeating, isSame, toWire } from './event.js';
import { entryOf } from './history.js';
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

/**
 * @param {number} id of a series: its first occurrence @param {number | null} [occurrence] this one instead
 * @returns {Promise<{event: CalendarEvent, revision: string}>}
 */
export async function read(id, occurrence = null) {
  const query = occurrence === null ? undefined : { occurrence: toApi(occurrence) };
  const { data } = await call('GET', `/calendar/event/${id}`, { query }).catch((error) => {
    // The series was moved, or ends before.
    throw query && error.kind === 'invalid' ? new ApiError('notFound') : error;
  });
  return { event: fromWire(data), revision: data.revision };
}

/** What an event is now. @param {CalendarEvent} seen */
const readAgain = (seen) => read(seen.id, isByRule(seen) ? seen.occurrence : null);

/**
 * Writes to an event unless it was changed since the person saw it; then throws a ConflictError.
 * @param {CalendarEvent} seen @param {(revision: string) => Promise<{entry: number | null}>} write
 * @param {EventFields} [wanted] what it is to become: if it is that already, an earlier try has arrived
 * @returns {Promise<{event: CalendarEvent, entries: number[]}>} the event as it was right before the write, and what that
 *   has left in the history
 */
export async function writeIfUnchanged(seen, write, wanted) {
  try {
    const { event, revision } = await readAgain(seen);
    if (wanted && has(event, wanted)) return { event, entries: await entryOf(event.id, null) };
    if (!isSame(event, seen)) throw new ConflictError(event);
    const { entry } = await write(revision);
    return { event, entries: await entryOf(event.id, entry) };
  } catch (error) {
    const current = await currentAfter(error, seen);
    if (current === undefined) throw error;
    if (wanted && current && has(current, wanted)) return { event: current, entries: await entryOf(current.id, null) };
    if (isRepeating(current ?? seen) || isRepeating(seen)) await store.renew();
    else if (current) store.put(current);
    else store.drop(seen.id);
    throw new ConflictError(current);
  }
}

/**
 * What an event is now, null if it is gone, or undefined if the error is about something else.
 * @param {any} error @param {CalendarEvent} seen
 */
async function currentAfter(error, seen) {
  if (error instanceof ConflictError) return error.current;
  if (error.kind === 'notFound') return null;
  if (error.kind !== 'conflict') return undefined;
  return readAgain(seen).then(({ event }) => event, (failed) => (failed.kind === 'notFound' ? null : undefined));
}

/**
 * The tries to make one event. What was sent first may have arrived although its answer was lost.
 * @typedef {{key: string, sent?: {fields: EventFields, group: number | null}}} Attempt
 */

/**
 * @param {EventFields} fields @param {number | null} group @param {Attempt} attempt the same for each try to make this event
 * @returns {Promise<number[]>} what it has left in the history
 */
export async function create(fields, group, attempt) {
  const first = attempt.sent ?? { fields, group };
  attempt.sent = first;
  let { id, entry } = await post(first.fields, first.group, attempt);
  const entries = await entryOf(id, entry);
  if (first.group !== group) {
    await call('DELETE', '/calendar/event', { body: { event_id: id } }).catch((error) => { if (error.kind !== 'notFound') throw error; });
    attempt.key = newKey();
    attempt.sent = { fields, group };
    ({ id, entry } = await post(fields, group, attempt));
    entries.splice(0, 1, ...await entryOf(id, entry));
  } else if (JSON.stringify(first.fields) !== JSON.stringify(fields)) {
    // It was edited between two tries.
    const edited = await call('PUT', '/calendar/event', { body: { event_id: id, ...toWire(fields) } });
    entries.push(...await entryOf(id, edited.entry));
  }
  const event = made(id, fields, group);
  if (isRepeating(event)) await store.renew();
  else store.put(event);
  return entries;
}

/** @param {EventFields} fields @param {number | null} group @param {Attempt} attempt @returns {Promise<{id: number, entry: number | null}>} the id of the event, and what it has left in the history */
async function post(fields, group, attempt) {
  const { key } = attempt;
  try {
    return group === null
      ? await call('POST', '/calendar/event', { body: toWire(fields), key })
      : await call('POST', '/group/event', { body: { ...toWire(fields), group_id: group }, key });
  } catch (/** @type {any} */ error) {
    // What was refused has not arrived.
    if (!error.retryable) attempt.sent = undefined;
    throw error;
  }
}

/** An event that was just made, as the server has it: what came after may fail, but the event is there. @param {number} id @param {EventFields} fields @param {number | null} group @returns {CalendarEvent} */
function made(id, fields, group) {
  const email = state.user?.useremail ?? '';
  const created = new Date(now()).toUTCString();
  const empty = { id, subject: '', start: 0, end: 0, group, email, mine: true, birthday: false, allDay: false, details: {}, occurrence: null, series: null, created, updated: null };
  return changedBy(empty, fields);
}

/** @param {CalendarEvent} seen @param {EventFields} fields @returns {Promise<number[]>} what it has left in the history */
export async function change(seen, fields) {
  const { event: before, entries } = await writeIfUnchanged(seen, (revision) =>
    call('PUT', '/calendar/event', { body: { event_id: seen.id, revision, ...toWire(fields) } }), fields);
  const after = changedBy(before, fields);
  if (!after.details.rrule) store.put(after);
  else await store.renew();
  return entries;
}

/** @param {CalendarEvent} seen @returns {Promise<number[]>} what it has left in the history */
export async function remove(seen) {
  /** @type {number[]} */
  let entries = [];
  try {
    ({ entries } = await writeIfUnchanged(seen, (revision) =>
      call('DELETE', '/calendar/event', { body: { event_id: seen.id, revision } })));
  } catch (error) {
    // Gone is what was wanted. Somebody else's may only be out of sight.
    if (!(error instanceof ConflictError) || error.current || !seen.mine) throw error;
    entries = await entryOf(seen.id, null);
  }
  store.drop(seen.id);
  return entries;
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

/** The user's birthday in the year of birth. @returns {Promise<CalendarEvent | undefined>} */
export async function findBirthday() {
  try {
    return fromWire((await call('GET', '/calendar/birthday')).data);
  } catch (/** @type {any} */ error) {
    if (error.kind === 'notFound') return undefined;
    throw error;
  }
}

/** @param {string} date `1990-06-22` */
export async function setBirthday(date) {
  try {
    await call('PUT', '/calendar/birthday', { body: { birthday: date } });
  } catch (/** @type {any} */ error) {
    // An earlier try may have arrived.
    const there = error.kind === 'taken' ? await findBirthday() : undefined;
    if (!there || toIsoDate(there.start) !== date) throw error;
  }
  // It appears in every year from then on.
  store.clearFrom(toIsoMonth(fromIso(date)));
}
