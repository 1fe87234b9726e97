// Which of many events are drawn. Thousands of elements make a browser slow, and nobody can read them: what
// has no room is counted, and a click on the number lists the day.

import { DAY, HOUR } from './time.js';

/** @typedef {{event: import('./events.js').CalendarEvent, whole: boolean, days: number[]}} Placed with the days that it is on */

/**
 * A month's cell has so many lines. Events are stacked as the library does it, week by week, to know which have no line.
 * @param {Placed[]} list in order @param {number} lines @param {number} start of the first week
 */
export function forMonth(list, lines, start) {
  /** The lines that are taken, by day. @type {Map<number, Set<number>>} */
  const taken = new Map();
  /** The line below what begins on a day, or goes on from the week before. @type {Map<number, number>} */
  const below = new Map();
  const placed = list.map((each) => weeksOf(each.days, start).map((days) => {
    let line = below.get(days[0]) ?? 0;
    while (taken.get(days[0])?.has(line)) line += 1;
    below.set(days[0], line + 1);
    for (const day of days) taken.set(day, (taken.get(day) ?? new Set()).add(line));
    return { days, line };
  }));
  const linesOn = (/** @type {number} */ day) => Math.max(...(taken.get(day) ?? [])) + 1;
  // Where not all have a line, the last is for the number of the others.
  const room = new Map([...taken.keys()].map((day) => [day, linesOn(day) > lines ? lines - 1 : lines]));
  return list.filter((_, at) => placed[at].every(({ days, line }) => days.every((day) => line < (room.get(day) ?? 0))));
}

/** @param {number[]} days @param {number} start */
function weeksOf(days, start) {
  /** @type {Map<number, number[]>} */
  const weeks = new Map();
  for (const day of days) {
    const week = Math.floor((day - start) / (7 * DAY));
    weeks.set(week, [...(weeks.get(week) ?? []), day]);
  }
  return [...weeks.values()];
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
