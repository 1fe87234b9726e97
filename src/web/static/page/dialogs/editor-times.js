// The date and time fields of the editor: filled from an event, read back, and kept in step with each other.

import { initDate, initTime, readDate, readTime, writeDate, writeTime } from '../date-fields.js';
import { byId, on } from '../dom.js';
import { lastDay } from '../events/event.js';
import { formatClock, formatShortDate } from '../format.js';
import { t } from '../i18n/index.js';
import { eventLength } from '../settings.js';
import { DAY, HOUR, startOfDay, today } from '../time.js';

const field = (/** @type {string} */ name) => byId(`editor-${name}`);

/** The event's length, which stays the same when its start is moved. */
let length = HOUR;

/** After a person has changed the times. */
let changed = () => {};

/** @param {() => void} given is called after a person has changed the times */
export function init(given) {
  changed = given;
  on('editor-all-day', 'change', allDayChanged);
  for (const [which, takeOver] of /** @type {const} */ ([['start', startChanged], ['end', endChanged]])) {
    initDate(field(`${which}-date`), ({ time }) => {
      if (time !== undefined && !field('all-day').checked) writeTime(field(`${which}-time`), time);
      takeOver();
    });
    initTime(field(`${which}-time`), takeOver);
  }
}

/** @param {number} start @param {number} end @param {boolean} allDay */
export function fillTimes(start, end, allDay) {
  field('all-day').checked = allDay;
  length = end - start;
  writeTimes(start, end);
}

/** What the fields say, or null if one of them cannot be read. */
export function readTimes() {
  const allDay = field('all-day').checked;
  const read = (/** @type {'start' | 'end'} */ which) => {
    const when = readDate(field(`${which}-date`));
    const time = allDay ? 0 : when?.time ?? readTime(field(`${which}-time`));
    return when && time !== null ? when.day + time : null;
  };
  const [start, end] = [read('start'), read('end')];
  return start === null || end === null ? null : { start, end: allDay ? end + DAY : end };
}

/** The first field that cannot be read, with what to say of it. @returns {{input: HTMLInputElement, text: string} | null} */
export function unreadable() {
  const names = field('all-day').checked ? ['start-date', 'end-date'] : ['start-date', 'start-time', 'end-date', 'end-time'];
  for (const name of names) {
    const input = field(name);
    const isDate = name.endsWith('date');
    if ((isDate ? readDate(input) : readTime(input)) !== null) continue;
    if (!input.value.trim()) return { input, text: t.timesMissing };
    const example = isDate ? formatShortDate(today()) : formatClock(today() + 9 * HOUR + HOUR / 2);
    return { input, text: (isDate ? t.dateUnreadable : t.timeUnreadable)(input.value.trim(), example) };
  }
  return null;
}

/** @param {number} start @param {number} end */
function writeTimes(start, end) {
  const allDay = field('all-day').checked;
  writeDate(field('start-date'), startOfDay(start));
  writeDate(field('end-date'), startOfDay(allDay ? lastDay({ start, end }) : end));
  for (const [name, time] of /** @type {const} */ ([['start-time', start], ['end-time', end]])) {
    writeTime(field(name), time);
    field(name).closest('.combo').hidden = allDay;
  }
}

function allDayChanged() {
  const times = readTimes();
  if (!times) return;
  if (field('all-day').checked) {
    const start = startOfDay(times.start);
    // The day of the end belongs to the event, unless it ends as that day begins. Its time is still in the field.
    const endsAtMidnight = readTime(field('end-time')) === 0;
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
  changed();
}

function endChanged() {
  const times = readTimes();
  if (times && times.end >= times.start) length = times.end - times.start;
  changed();
}

/** The time of a new event for which only the day is known: the next full hour today, else nine. @param {number} day @param {number} now */
export function defaultTimes(day, now) {
  const hour = startOfDay(now) === day ? Math.min(23, Math.floor((now % DAY) / HOUR) + 1) : 9;
  return { start: day + hour * HOUR, end: day + hour * HOUR + eventLength() };
}
