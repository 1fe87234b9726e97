// The date and time fields of the editor: filled from an event, read back, and kept in step with each other.

import { byId, on } from '../dom.js';
import { lastDay } from '../events/event.js';
import { eventLength } from '../settings.js';
import { DAY, HOUR, fromIso, startOfDay, toIso, toIsoDate } from '../time.js';

const field = (/** @type {string} */ name) => byId(`editor-${name}`);

/** The event's length, which stays the same when its start is moved. */
let length = HOUR;

export function init() {
  on('editor-all-day', 'change', allDayChanged);
  on('editor-start-date', 'change', startChanged);
  on('editor-start-time', 'change', startChanged);
  on('editor-end-date', 'change', endChanged);
  on('editor-end-time', 'change', endChanged);
}

/** @param {number} start @param {number} end @param {boolean} allDay */
export function fillTimes(start, end, allDay) {
  field('all-day').checked = allDay;
  length = end - start;
  writeTimes(start, end);
}

/** What the fields say, or null if one of them is empty. */
export function readTimes() {
  const allDay = field('all-day').checked;
  const read = (/** @type {'start' | 'end'} */ which) => {
    const date = field(`${which}-date`).value;
    const time = allDay ? '00:00' : field(`${which}-time`).value;
    return date && time ? fromIso(`${date}T${time}`) : null;
  };
  const [start, end] = [read('start'), read('end')];
  return start === null || end === null ? null : { start, end: allDay ? end + DAY : end };
}

/** @param {number} start @param {number} end */
function writeTimes(start, end) {
  const allDay = field('all-day').checked;
  field('start-date').value = toIsoDate(start);
  field('end-date').value = toIsoDate(allDay ? lastDay({ start, end }) : end);
  for (const [name, time] of /** @type {const} */ ([['start-time', start], ['end-time', end]])) {
    const hasSeconds = time % 60_000 !== 0;
    field(name).step = hasSeconds ? '1' : '60';
    field(name).value = toIso(time).slice(11, hasSeconds ? 19 : 16);
    field(name).hidden = allDay;
  }
  field('zone').hidden = allDay;
}

function allDayChanged() {
  const times = readTimes();
  if (!times) return;
  if (field('all-day').checked) {
    const start = startOfDay(times.start);
    // The day of the end belongs to the event, unless it ends as that day begins. Its time is still in the field.
    const endsAtMidnight = /^00:00(:00)?$/.test(field('end-time').value);
    writeTimes(start, Math.max(endsAtMidnight ? times.end - DAY : times.end, start + DAY));
  } else {
    const start = startOfDay(times.start) + 9 * HOUR;
    writeTimes(start, Math.max(start + eventLength(), startOfDay(times.end) + 9 * HOUR + eventLength()));
  }
  endChanged();
}

/** The end moves with the start. */
function startChanged() {
  const times = readTimes();
  if (times) writeTimes(times.start, times.start + length);
}

function endChanged() {
  const times = readTimes();
  if (times && times.end >= times.start) length = times.end - times.start;
}

/** The time of a new event for which only the day is known: the next full hour today, else nine. @param {number} day @param {number} now */
export function defaultTimes(day, now) {
  const hour = startOfDay(now) === day ? Math.min(23, Math.floor((now % DAY) / HOUR) + 1) : 9;
  return { start: day + hour * HOUR, end: day + hour * HOUR + eventLength() };
}
