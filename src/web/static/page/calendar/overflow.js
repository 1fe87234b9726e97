// Chooses which events are drawn when there are too many. Thousands of elements make a browser slow, and no one can
// read them. The others are counted for each day, and a click on their number lists the whole day.

import { DAY, HOUR } from '../time.js';

/** @typedef {{event: import('../events/event.js').CalendarEvent, whole: boolean, days: number[]}} Placed
 *   an event with the days it is on; `whole`: it is drawn as a bar over whole days */

/** How many bars over whole days are drawn above the hours. */
const MAX_WHOLE = 5;

/** With this many events a view draws fewer side by side. */
const CROWDED = { events: 400, columns: 2 };

/**
 * Chooses for a month, whose cells have room for some lines. The events are stacked as the library stacks them, week
 * by week, to know which have no line.
 * @param {Placed[]} placed in order @param {number} lines @param {number} start of the first week
 */
export function fitMonth(placed, lines, start) {
  /** The lines in use, by day. @type {Map<number, Set<number>>} */
  const taken = new Map();
  /** The first line to try for an event that begins on a day, or continues there from the week before. @type {Map<number, number>} */
  const nextLine = new Map();
  const segments = placed.map((each) => weeksOf(each.days, start).map((days) => {
    let line = nextLine.get(days[0]) ?? 0;
    while (taken.get(days[0])?.has(line)) line += 1;
    nextLine.set(days[0], line + 1);
    for (const day of days) taken.set(day, (taken.get(day) ?? new Set()).add(line));
    return { days, line };
  }));
  // On a day with too many events, the last line says how many are not drawn.
  const hasMore = (/** @type {Set<number>} */ used) => [...used].some((line) => line >= lines);
  const room = new Map([...taken].map(([day, used]) => [day, hasMore(used) ? lines - 1 : lines]));
  return placed.filter((_, index) =>
    segments[index].every(({ days, line }) => days.every((day) => line < (room.get(day) ?? 0))));
}

/** The days by the week they are in. @param {number[]} days @param {number} start */
function weeksOf(days, start) {
  /** @type {Map<number, number[]>} */
  const weeks = new Map();
  for (const day of days) {
    const week = Math.floor((day - start) / (7 * DAY));
    weeks.set(week, [...(weeks.get(week) ?? []), day]);
  }
  return [...weeks.values()];
}

/**
 * Chooses for a view of hours, where only so many events fit side by side.
 * @param {Placed[]} placed in order @param {number} maxColumns
 */
export function fitHours(placed, maxColumns) {
  const columns = placed.length > CROWDED.events ? CROWDED.columns : maxColumns;
  /** When the chosen events of a day end. @type {Map<number, number[]>} */
  const ends = new Map();
  /** How many bars a day has. @type {Map<number, number>} */
  const bars = new Map();
  return placed.filter(({ event, whole, days }) => {
    if (whole) {
      if (days.some((day) => (bars.get(day) ?? 0) >= MAX_WHOLE)) return false;
      for (const day of days) bars.set(day, (bars.get(day) ?? 0) + 1);
      return true;
    }
    const overlapping = days.map((day) => (ends.get(day) ?? []).filter((end) => end > event.start));
    if (overlapping.some((some) => some.length >= columns)) return false;
    days.forEach((day, index) => ends.set(day, [...overlapping[index], Math.max(event.end, event.start + HOUR / 2)]));
    return true;
  });
}
