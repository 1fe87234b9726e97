// Changes and deletions of occurrences.

import { call } from '../api.js';
import { toApi } from '../time.js';
import { has, isByRule, toWire } from './event.js';
import { entryOf } from './history.js';
import { ConflictError, read, writeIfUnchanged } from './requests.js';
import * as store from './store.js';

/** @typedef {import('./event.js').CalendarEvent} CalendarEvent */
/** @typedef {import('./event.js').EventFields} EventFields */
/** @typedef {'this' | 'following' | 'all'} Scope which occurrences are meant */

/** What names an occurrence to the API. One that was changed by itself has an id of its own. @param {CalendarEvent} event @param {Scope} [scope] */
const target = (event, scope) => ({ event_id: event.id, scope, ...(isByRule(event) && scope ? { occurrence: toApi(event.occurrence ?? 0) } : {}) });

/** @param {object} body */
const put = (body) => call('PUT', '/calendar/event', { body });

/**
 * @param {CalendarEvent} seen @param {EventFields} fields @param {Scope} [scope] without it, a single event gets a rule
 * @returns {Promise<number[]>} what it has left in the history
 */
export async function change(seen, fields, scope) {
  const series = seen.series ?? seen.id;
  // A subject of its own is not given to the others.
  const keepsSubject = series !== seen.id && scope !== 'this' && fields.subject === seen.subject;
  const subject = keepsSubject ? (await read(series)).event.subject : fields.subject;
  /** @type {number[]} */
  let entries = [];
  try {
    ({ entries } = await writeIfUnchanged(seen, (revision) => put({ ...target(seen, scope), revision, ...toWire({ ...fields, subject }) }), keepsSubject ? undefined : fields));
    if (keepsSubject) {
      const { entry } = await put({ event_id: seen.id, ...toWire(fields) });
      if (entry) entries.push(entry);
    }
  } catch (error) {
    if (scope !== 'all' || !(await hasArrived(series, fields, error))) throw error;
    entries = await entryOf(series, null);
  }
  await store.renew();
  return entries;
}

/** Whether an earlier try has moved the series, which has no such occurrence now. @param {number} series @param {EventFields} fields @param {unknown} error */
async function hasArrived(series, fields, error) {
  if (!(error instanceof ConflictError) || error.current) return false;
  return read(series, fields.start).then(({ event }) => has(event, fields), () => false);
}

/** @param {CalendarEvent} seen @param {Scope} scope @returns {Promise<number[]>} what it has left in the history */
export async function remove(seen, scope) {
  /** @type {number[]} */
  let entries = [];
  try {
    ({ entries } = await writeIfUnchanged(seen, (revision) => call('DELETE', '/calendar/event', { body: { ...target(seen, scope), revision } })));
  } catch (error) {
    // Gone is what was wanted.
    if (!(error instanceof ConflictError) || error.current || !seen.mine) throw error;
    entries = await entryOf(seen.series ?? seen.id, null);
  }
  await store.renew();
  return entries;
}
