// From the events of a view to the items that the library draws: which of them have room, and how each is drawn.

import { byId, isNarrow, isPrinted } from '../dom.js';
import { isOwn, keyOf, mayChange } from '../events/event.js';
import { groupClasses } from '../groups.js';
import { t } from '../i18n/index.js';
import { state } from '../state.js';
import { DAY, LAST_DAY, MINUTE, startOfDay, toIso } from '../time.js';
import { fitHours, fitMonth } from './overflow.js';
import { range } from './view.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */

// How many events fit side by side in an hour.
const COLUMNS = { week: { wide: 4, narrow: 3 }, day: { wide: 8, narrow: 5 } };

// The heights in pixels that calendar.css gives a line of the month, and the space around the lines of a cell.
const LINE_HEIGHT = { wide: 25, narrow: 20 };
const CELL_PADDING = { wide: 40, narrow: 34 };
const HEADER_HEIGHT = 36;

/** An event shorter than this has room for one line of text. */
export const SHORT = 45 * MINUTE;

/** The drawn events, by their ids in the library. @type {Map<string, CalendarEvent>} */
const drawnEvents = new Map();

/** @param {string} itemId @returns {CalendarEvent | undefined} */
export const eventOf = (itemId) => drawnEvents.get(itemId);

const MORE = 'more ';

/** The day of an item that stands for the events without room, else null. @param {string} itemId */
export const dayOfMore = (itemId) => (itemId.startsWith(MORE) ? Number(itemId.slice(MORE.length)) : null);

const size = () => (isNarrow() ? 'narrow' : 'wide');

/** How many events a cell of the month has room for. */
export function linesPerCell() {
  if (isPrinted()) return Infinity;
  const { start, end } = range();
  const weeks = (end - start) / DAY / 7;
  const cell = (byId('calendar').clientHeight - HEADER_HEIGHT) / weeks;
  return Math.max(1, Math.floor((cell - CELL_PADDING[size()]) / LINE_HEIGHT[size()]));
}

/**
 * @param {CalendarEvent[]} events those of the view, in order @param {number} listLimit how many a list shows
 * @returns {{items: any[], hidden: number}} `hidden`: how many events have no room, counted for each day
 */
export function layOut(events, listLimit) {
  const { view } = state;
  const { start, end } = range();
  const placed = events.map((event) => ({ event, whole: isWhole(event), days: daysOf(event, start, end) }));
  const drawn = view === 'month' ? fitMonth(placed, linesPerCell(), start)
    : view === 'list' ? placed.slice(0, listLimit)
    : isPrinted() ? placed : fitHours(placed, COLUMNS[view === 'week' ? 'week' : 'day'][size()]);
  const isDrawn = new Set(drawn);
  /** @type {Map<number, number>} */
  const hiddenByDay = new Map();
  for (const each of placed) {
    if (!isDrawn.has(each)) for (const day of each.days) hiddenByDay.set(day, (hiddenByDay.get(day) ?? 0) + 1);
  }
  drawnEvents.clear();
  const items = drawn.map(({ event }) => itemOf(event));
  if (view !== 'list') for (const [day, count] of hiddenByDay) items.push(moreItem(day, count));
  return { items, hidden: [...hiddenByDay.values()].reduce((sum, count) => sum + count, 0) };
}

/** The days of a range that an event is on. @param {CalendarEvent} event @param {number} start @param {number} end */
function daysOf(event, start, end) {
  const days = [];
  const last = Math.min(Math.max(event.end - 1, event.start), end - 1);
  for (let day = startOfDay(Math.max(event.start, start)); day <= last; day += DAY) days.push(day);
  return days;
}

/** Whether an event is drawn as a bar over whole days. @param {CalendarEvent} event */
export const isWhole = (event) => event.allDay || event.end - event.start >= DAY;

/** How long an event is drawn at least, so that it can be read and grabbed. */
const DRAWN = 30 * MINUTE;

/** A short event is drawn longer than it is, but not on another day. @param {CalendarEvent} event */
export const drawnEnd = (event) => (isWhole(event) ? event.end
  : Math.max(event.end, Math.min(event.start + DRAWN, startOfDay(event.start) + DAY)));

/** At the end of a day, a short event is drawn from earlier on. @param {CalendarEvent} event */
const drawnStart = (event) => (isWhole(event) ? event.start
  : Math.max(Math.min(event.start, drawnEnd(event) - DRAWN), startOfDay(event.start)));

/** An event in the library's form. @param {CalendarEvent} event */
export function itemOf(event) {
  const id = keyOf(event);
  drawnEvents.set(id, event);
  const editable = mayChange(event) && !event.birthday;
  return {
    id, allDay: isWhole(event), start: toIso(drawnStart(event)), end: toIso(Math.min(drawnEnd(event), LAST_DAY + DAY - MINUTE)),
    startEditable: editable, durationEditable: editable && state.view !== 'month',
    classNames: [
      ...(event.birthday ? ['birthday'] : groupClasses(event.group)), isOwn(event) ? 'own' : 'others',
      ...(event.end - event.start < SHORT ? ['short'] : []), ...(event.details.status ? [event.details.status] : []), ...(event.details.free ? ['free'] : []),
    ],
  };
}

/** The item that says how many events of a day are not drawn. In a month it is the day's last line. @param {number} day @param {number} count */
function moreItem(day, count) {
  const inMonth = state.view === 'month';
  return {
    id: MORE + day, allDay: !inMonth, start: toIso(inMonth ? day + DAY - MINUTE : day), end: toIso(day + DAY),
    title: isNarrow() ? `+${count}` : t.moreEvents(count), startEditable: false, durationEditable: false,
    classNames: ['more-events'],
  };
}
