// What a person does to an event. Each change is drawn at once and can be undone.

import { newKey } from '../api.js';
import { draw } from '../calendar/calendar.js';
import { errorMessage, t } from '../i18n/index.js';
import { notify, offerUndo } from '../messages.js';
import * as requests from './requests.js';
import { reload } from './store.js';

/** @typedef {import('./event.js').CalendarEvent} CalendarEvent */
/** @typedef {import('./event.js').EventFields} EventFields */

/** @param {EventFields} fields @param {number | null} group @param {import('./requests.js').Attempt} attempt the same for each try to make this event */
export async function create(fields, group, attempt) {
  const created = await requests.create(fields, group, attempt);
  draw();
  offerUndo(t.eventCreated, async () => {
    await requests.remove(created);
    draw();
  });
}

/** @param {CalendarEvent} seen @param {EventFields} fields */
export async function change(seen, fields, message = t.eventSaved) {
  const changed = await requests.change(seen, fields);
  draw();
  offerUndo(message, async () => {
    try {
      await requests.change(changed, seen);
    } finally {
      draw();
    }
  });
}

/** @param {CalendarEvent} seen */
export async function remove(seen) {
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

/** After the event was dragged to another time. @param {CalendarEvent} event @param {number} start @param {number} end @param {boolean} resized */
export async function move(event, start, end, resized) {
  try {
    await change(event, { subject: event.subject, start, end }, resized ? t.eventResized : t.eventMoved);
  } catch (/** @type {any} */ error) {
    // The event goes back to where it was, or to where someone else has moved it.
    draw();
    if (error instanceof requests.ConflictError) notify(error.current ? t.moveConflict : t.notFound);
    else if (error.retryable) notify(errorMessage(error), t.tryAgain, () => void move(event, start, end, resized));
    else notify(errorMessage(error));
  }
}
