// What a person does to an event. Each change is drawn at once and can be undone.

import { newKey } from '../api.js';
import { draw } from '../calendar/calendar.js';
import { errorMessage, t } from '../i18n/index.js';
import { notify, offerUndo } from '../messages.js';
import { fieldsBack } from './event.js';
import * as requests from './requests.js';
import * as series from './series.js';
import { reload } from './store.js';

/** @typedef {import('./event.js').CalendarEvent} CalendarEvent */
/** @typedef {import('./event.js').EventFields} EventFields */
/** @typedef {import('./series.js').Scope} Scope */

/** @param {EventFields} fields @param {number | null} group @param {import('./requests.js').Attempt} attempt the same for each try to make this event */
export async function create(fields, group, attempt) {
  const created = await requests.create(fields, group, attempt);
  draw();
  offerUndo(t.eventCreated, async () => {
    if (created.details.rrule) await series.removeNew(created.id);
    else await requests.remove(created);
    draw();
  });
}

/** @param {CalendarEvent} seen @param {EventFields} fields @param {Scope} [scope] of one of a series: which of them change too */
export async function change(seen, fields, scope, message = t.eventSaved) {
  if (scope || fields.details?.rrule) return done(message, await series.change(seen, fields, scope));
  const changed = await requests.change(seen, fields);
  done(message, async () => { await requests.change(changed, fieldsBack(seen, fields)); });
}

/** Draws a change, and offers to undo it where that can be done. @param {string} message @param {(() => Promise<void>) | null} revert */
function done(message, revert) {
  draw();
  if (!revert) return void notify(message);
  offerUndo(message, async () => {
    try {
      await revert();
    } finally {
      draw();
    }
  });
}

/** @param {CalendarEvent} seen @param {Scope} [scope] as for `change` */
export async function remove(seen, scope) {
  if (scope) return done(t.eventDeleted, await series.remove(seen, scope));
  const removed = await requests.remove(seen);
  draw();
  // Somebody else's event would come back as the user's own.
  if (!removed?.mine) return void notify(t.eventDeleted);
  const attempt = { key: newKey() };
  offerUndo(t.eventDeleted, async () => {
    await requests.restore(removed, attempt);
    if (removed.birthday) await reload();
    draw();
  });
}

/** After the event was dragged to another time. @param {CalendarEvent} event @param {number} start @param {number} end @param {boolean} resized @param {Scope} [scope] as for `change` */
export async function move(event, start, end, resized, scope) {
  try {
    await change(event, { subject: event.subject, start, end }, scope, resized ? t.eventResized : t.eventMoved);
  } catch (/** @type {any} */ error) {
    // The event goes back to where it was, or to where someone else has moved it.
    draw();
    if (error instanceof requests.ConflictError) notify(error.current ? t.moveConflict : t.notFound);
    else if (error.retryable) notify(errorMessage(error), t.tryAgain, () => void move(event, start, end, resized, scope));
    else notify(errorMessage(error));
  }
}
