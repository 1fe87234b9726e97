// What a person does to an event, with the way back: every change is offered to be undone.

import * as events from './events.js';
import { notify, offer } from './undo.js';
import { problem, w } from './words.js';

/** @typedef {import('./events.js').CalendarEvent} CalendarEvent */
/** @typedef {import('./events.js').Writable} Writable */

let redraw = () => {};
export const prepare = (/** @type {() => void} */ draw) => { redraw = draw; };

/** @param {Writable} event @param {number | null} group */
export async function create(event, group) {
  const made = await events.create(event, group);
  redraw();
  offer(w.created, async () => {
    await events.remove(made);
    redraw();
  });
  return made;
}

/** @param {CalendarEvent} known @param {Writable} next */
export async function change(known, next, message = w.saved) {
  const after = await events.change(known, next);
  redraw();
  offer(message, async () => {
    try {
      await events.change(after, known);
    } finally {
      redraw();
    }
  });
  return after;
}

/** @param {CalendarEvent} known */
export async function remove(known) {
  const gone = await events.remove(known);
  redraw();
  offer(w.deleted, async () => {
    await events.restore(gone);
    if (gone.birthday) await events.reload();
    redraw();
  });
}

/** After it was pulled to another time. @param {CalendarEvent} event @param {number} start @param {number} end @param {boolean} resized */
export async function move(event, start, end, resized) {
  try {
    await change(event, { subject: event.subject, start, end }, resized ? w.resized : w.moved);
  } catch (/** @type {any} */ refusal) {
    // Where it was before, or where another moved it.
    redraw();
    if (refusal instanceof events.Changed) notify(refusal.current ? w.movedElsewhere : w.missing);
    else if (refusal.passing) notify(problem(refusal), w.tryAgain, () => void move(event, start, end, resized));
    else notify(problem(refusal));
  }
}
