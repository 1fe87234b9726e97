// Changes and deletions of a series: of one occurrence, of that and all after it, or of all. Each comes with what takes
// it back, where the API can do that exactly.

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

/** @param {Scope} scope @param {EventFields} [fields] */
export const canUndo = (scope, fields) => scope === 'this' || (scope === 'all' && fields !== undefined && fields.details?.rrule === undefined);

/**
 * @param {CalendarEvent} seen @param {EventFields} fields @param {Scope} [scope] without it, a single event gets a rule
 * @returns {Promise<Revert>}
 */
export async function change(seen, fields, scope) {
  const write = (/** @type {string} */ revision) => call('PUT', '/calendar/event', { body: { ...target(seen, scope), revision, ...toWire(fields) } });
  try {
    await writeIfUnchanged(seen, write, fields);
  } catch (error) {
    if (scope !== 'all' || !(await hasArrived(seen, fields, error))) throw error;
  }
  await store.renew();
  if (scope && !canUndo(scope, fields)) return null;
  const back = fieldsBack(seen, fields);
  const rule = scope === 'all' ? { rrule: seen.details.rrule } : {};
  // Any change after this one makes it impossible to take this one back.
  const after = await read(seen.series ?? seen.id, scope === 'all' ? moved(seen, fields) : seen.occurrence).catch(() => null);
  return after && (async () => {
    await call('PUT', '/calendar/event', { body: { ...target(after.event, scope), revision: after.revision, ...toWire(back), ...rule } });
    await store.renew();
  });
}

/** The name of an occurrence after all of them were moved by as much as it was. @param {CalendarEvent} seen @param {EventFields} fields */
const moved = (seen, fields) => (seen.occurrence ?? seen.start) + fields.start - seen.start;

/** Whether an earlier try has moved the series, so that it has no such occurrence now. @param {CalendarEvent} seen @param {EventFields} fields @param {unknown} error */
async function hasArrived(seen, fields, error) {
  if (!(error instanceof ConflictError) || error.current) return false;
  return read(seen.series ?? seen.id, moved(seen, fields)).then(({ event }) => has(event, fields), () => false);
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
  if (!canUndo(scope) || !seen.mine || seen.occurrence === null) return null;
  const { subject, start, end, allDay } = seen;
  const own = seen.series === null ? {} : { allDay, details: { ...allDetails(seen), rrule: undefined } };
  const body = { event_id: seen.series ?? seen.id, occurrence: toApi(seen.occurrence), scope, ...toWire({ subject, start, end, ...own }) };
  return async () => {
    await call('PUT', '/calendar/event', { body });
    await store.renew();
  };
}

/** Deletes a series that was just made. @param {number} id */
export async function removeNew(id) {
  await call('DELETE', '/calendar/event', { body: { event_id: id } }).catch((error) => { if (error.kind !== 'notFound') throw error; });
  await store.renew();
}
