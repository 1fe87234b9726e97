// Changes and deletions of occurrences, each with what takes it back where the API can do that exactly.

import { call } from '../api.js';
import { toApi } from '../time.js';
import { allDetails, fieldsBack, has, isByRule, toWire } from './event.js';
import { ConflictError, read, writeIfUnchanged } from './requests.js';
import * as store from './store.js';

/** @typedef {import('./event.js').CalendarEvent} CalendarEvent */
/** @typedef {import('./event.js').EventFields} EventFields */
/** @typedef {'this' | 'following' | 'all'} Scope which occurrences are meant */
/** @typedef {(() => Promise<void>) | null} Revert takes a change back; null where nothing can */

/** What names an occurrence to the API. One that was changed by itself has an id of its own. @param {CalendarEvent} event @param {Scope} [scope] */
const target = (event, scope) => ({ event_id: event.id, scope, ...(isByRule(event) && scope ? { occurrence: toApi(event.occurrence ?? 0) } : {}) });

/** Whether a change, or without `fields` a deletion, can be taken back. @param {CalendarEvent} seen @param {Scope} scope @param {EventFields} [fields] */
export const canUndo = (seen, scope, fields) => scope === 'this'
  || (scope === 'all' && seen.series === null && fields !== undefined && fields.details?.rrule === undefined);

/** @param {object} body */
const put = (body) => call('PUT', '/calendar/event', { body });

/** What takes a change back by another. @param {object} body @returns {Revert} */
const reverting = (body) => async () => {
  await put(body);
  await store.renew();
};

/**
 * @param {CalendarEvent} seen @param {EventFields} fields @param {Scope} [scope] without it, a single event gets a rule
 * @returns {Promise<Revert>}
 */
export async function change(seen, fields, scope) {
  const series = seen.series ?? seen.id;
  // A subject of its own is not given to the others.
  const keepsSubject = series !== seen.id && scope !== 'this' && fields.subject === seen.subject;
  const subject = keepsSubject ? (await read(series)).event.subject : fields.subject;
  try {
    await writeIfUnchanged(seen, (revision) => put({ ...target(seen, scope), revision, ...toWire({ ...fields, subject }) }), keepsSubject ? undefined : fields);
    if (keepsSubject) await put({ event_id: seen.id, ...toWire(fields) });
  } catch (error) {
    if (scope !== 'all' || !(await hasArrived(series, fields, error))) throw error;
  }
  await store.renew();
  if (scope && !canUndo(seen, scope, fields)) return null;
  // Any change after this one makes it impossible to take this one back.
  const after = await read(series, scope === 'this' ? seen.occurrence : null).catch(() => null);
  if (!after) return null;
  const back = { ...toWire(fieldsBack(seen, fields)), revision: after.revision };
  if (scope === 'this') return reverting({ ...target(after.event, scope), ...back });
  // All of them have moved by as much as this one, and their rule with them.
  return reverting({ event_id: series, scope: 'all', ...back, ...(scope ? { occurrence: toApi(fields.start) } : {}) });
}

/** Whether an earlier try has moved the series, which has no such occurrence now. @param {number} series @param {EventFields} fields @param {unknown} error */
async function hasArrived(series, fields, error) {
  if (!(error instanceof ConflictError) || error.current) return false;
  return read(series, fields.start).then(({ event }) => has(event, fields), () => false);
}

/** @param {CalendarEvent} seen @param {Scope} scope @returns {Promise<Revert>} */
export async function remove(seen, scope) {
  try {
    await writeIfUnchanged(seen, (revision) => call('DELETE', '/calendar/event', { body: { ...target(seen, scope), revision } }));
  } catch (error) {
    // Gone is what was wanted.
    if (!(error instanceof ConflictError) || error.current || !seen.mine) throw error;
  }
  await store.renew();
  if (!canUndo(seen, scope) || !seen.mine || seen.occurrence === null) return null;
  const { subject, start, end, allDay } = seen;
  const own = seen.series === null ? {} : { allDay, details: { ...allDetails(seen), rrule: undefined } };
  return reverting({ event_id: seen.series ?? seen.id, occurrence: toApi(seen.occurrence), scope, ...toWire({ subject, start, end, ...own }) });
}

/** Deletes a series that was just made. @param {number} id */
export async function removeNew(id) {
  await call('DELETE', '/calendar/event', { body: { event_id: id } }).catch((error) => { if (error.kind !== 'notFound') throw error; });
  await store.renew();
}
