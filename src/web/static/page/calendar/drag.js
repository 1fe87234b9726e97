// Moving events and their ends with the pointer.

import { el } from '../dom.js';
import { lastDay } from '../events/event.js';
import { DAY } from '../time.js';
import { drawnEnd, isWhole } from './layout.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */

/**
 * The times of an event after the library moved or resized it.
 * @param {CalendarEvent} event @param {any} startDelta @param {any} endDelta the library's durations, of days and seconds
 * @param {boolean} resized
 */
export function draggedTimes(event, startDelta, endDelta, resized) {
  // The library allows the end of a bar to be dragged to 00:15, and draws the day that begins there.
  const step = isWhole(event) ? DAY : 1000;
  const inSteps = (/** @type {any} */ { days, seconds }) => Math.ceil((days * DAY + seconds * 1000) / step) * step;
  const start = event.start + inSteps(startDelta);
  const end = (resized ? drawnEnd(event) : event.end) + inSteps(endDelta);
  return { start, end: Math.max(end, start) };
}

/**
 * The handle at the end of an event in a month. The library's own does not work there (until its 5.11.1).
 * @param {CalendarEvent} event
 * @param {{dayAt: (x: number, y: number) => number | null, preview: (event: CalendarEvent) => void,
 *   done: (end: number) => void, cancelled: () => void}} handlers
 */
export function resizeHandle(event, { dayAt, preview, done, cancelled }) {
  return el('span.resize-handle', { 'aria-hidden': 'true', onpointerdown: (/** @type {PointerEvent} */ down) => {
    down.stopPropagation();
    down.preventDefault();
    let end = event.end;
    const move = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const day = dayAt(clientX, clientY);
      const next = day === null ? end : event.end + day - lastDay(event);
      if (next === end || next <= event.start) return;
      end = next;
      preview({ ...event, end });
    };
    const finish = (/** @type {Event} */ { type }) => {
      for (const name of ['pointerup', 'pointercancel']) removeEventListener(name, finish);
      removeEventListener('pointermove', move);
      if (end === event.end) return;
      if (type === 'pointerup') done(end);
      else cancelled();
    };
    addEventListener('pointermove', move);
    for (const name of ['pointerup', 'pointercancel']) addEventListener(name, finish);
  } });
}
