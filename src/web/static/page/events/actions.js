// What a person does to an event. Each change is drawn at once and can be undone.

import { draw } from '../calendar/calendar.js';
import { errorMessage, t } from '../i18n/index.js';
import { notify, offerUndo } from '../messages.js';
import { undo } from './history.js';
import * as requests from './requests.js';
import * as series from './series.js';

/** @typedef {import('./event.js').CalendarEvent} CalendarEvent */
/** @typedef {import('./event.js').EventFields} EventFields */
/** @typedef {import('./series.js').Scope} Scope */

/** @param {EventFields} fields @param {number | null} group @param {import('./requests.js').Attempt} attempt the same for each try to make this event */
export async function create(fields, group, attempt) {
  done(t.eventCreated, await requests.create(fields, group, attempt));
}

/** @param {CalendarEvent} seen @param {EventFields} fields @param {Scope} [scope] of one of a series: which of them change too */
export async function change(seen, fields, scope, message = t.eventSaved) {
  const inSeries = scope || fields.details?.rrule;
  done(message, await (inSeries ? series.change(seen, fields, scope) : requests.change(seen, fields)));
}

/** @param {CalendarEvent} seen @param {Scope} [scope] as for `change` */
export async function remove(seen, scope) {
  done(t.eventDeleted, await (scope ? series.remove(seen, scope) : requests.remove(seen)));
}

/** Draws a change, and offers to undo it. @param {string} message @param {number[]} entries what it has left in the history */
function done(message, entries) {
  draw();
  if (!entries.length) return void notify(message);
  offerUndo(message, async () => {
    try {
      await undo(entries);
    } finally {
      draw();
    }
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
