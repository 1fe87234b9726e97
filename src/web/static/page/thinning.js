// Which of many events are drawn. Thousands of elements make a browser slow, and nobody can read them: what
// has no room is counted, and a click on the number lists the day.

import { HOUR } from './time.js';

/** @typedef {{event: import('./events.js').CalendarEvent, whole: boolean, days: number[]}} Placed with the days that it is on */

/**
 * A month's cell has so many lines. Events are stacked as the library does it, to know which have no line.
 * @param {Placed[]} list in order @param {number} lines
 */
export function forMonth(list, lines) {
  /** The lines that are taken, by day. @type {Map<number, Set<number>>} */
  const taken = new Map();
  /** The line below what began on a day. @type {Map<number, number>} */
  const below = new Map();
  /** @type {Map<number, number>} */
  const counts = new Map();
  const lineOf = list.map(({ days }) => {
    const first = days[0];
    let line = below.get(first) ?? 0;
    while (taken.get(first)?.has(line)) line += 1;
    below.set(first, line + 1);
    for (const day of days) {
      if (!taken.has(day)) taken.set(day, new Set());
      taken.get(day)?.add(line);
      counts.set(day, Math.max(counts.get(day) ?? 0, line + 1));
    }
    return line;
  });
  // Where not all have a line, the last is for the number of the others.
  return list.filter(({ days }, at) =>
    days.every((day) => lineOf[at] < ((counts.get(day) ?? 0) > lines ? lines - 1 : lines)));
}

const ALL_DAY = 5;
// Where there are very many, they are not looked at one by one.
const MANY = { events: 400, beside: 2 };

/**
 * In hours, so many are drawn beside each other.
 * @param {Placed[]} list in order @param {number} most
 */
export function forHours(list, most) {
  const beside = list.length > MANY.events ? MANY.beside : most;
  /** When those that are drawn of a day end. @type {Map<number, number[]>} */
  const ends = new Map();
  /** @type {Map<number, number>} */
  const allDay = new Map();
  return list.filter(({ event, whole, days }) => {
    if (whole) {
      if (days.some((day) => (allDay.get(day) ?? 0) >= ALL_DAY)) return false;
      for (const day of days) allDay.set(day, (allDay.get(day) ?? 0) + 1);
      return true;
    }
    const under = days.map((day) => (ends.get(day) ?? []).filter((end) => end > event.start));
    if (under.some((some) => some.length >= beside)) return false;
    days.forEach((day, at) => ends.set(day, [...under[at], Math.max(event.end, event.start + HOUR / 2)]));
    return true;
  });
}
