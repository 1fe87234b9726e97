// Wall-clock times in the calendar's time zone.
//
// The API speaks in the digits of the server's clock, without an offset. So a time is kept here as a floating
// time (RFC 5545): the milliseconds since 1970-01-01 00:00 as if there were no zones. Neither the browser's zone
// nor summer time can shift it. Only `now` needs the zone, and the server names it.

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let zone = 'UTC';
/** @type {Map<string, Intl.DateTimeFormat>} by their zones; kept, since making one is slow */
const clocks = new Map();

/** @param {string | undefined} name an IANA name; the browser's own zone stands in for one it does not know */
export function setZone(name) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  zone = name && isKnownZone(name) ? name : own;
}

/** Whether the browser knows a zone. @param {string} name */
export function isKnownZone(name) {
  try {
    return Boolean(clockOf(name));
  } catch {
    return false;
  }
}

/** @param {string} name an IANA name */
function clockOf(name) {
  let found = clocks.get(name);
  if (!found) {
    clocks.set(name, (found = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
      hour: 'numeric', minute: 'numeric', second: 'numeric',
    })));
  }
  return found;
}

export const zoneName = () => zone;

/**
 * @param {number} year
 * @param {number} [month] from 0
 */
function wallTime(year, month = 0, day = 1, hour = 0, minute = 0, second = 0) {
  const date = new Date(0);
  // Date.UTC would read the year 99 as 1999.
  date.setUTCFullYear(year, month, day);
  return date.setUTCHours(hour, minute, second, 0);
}

/** The days on which an event can be: the years 0001 to 9999, as in the API. */
export const FIRST_DAY = wallTime(1);
export const LAST_DAY = wallTime(9999, 11, 31);

/** The nearest day on which an event can be. @param {number} day */
export const possibleDay = (day) => Math.min(Math.max(day, FIRST_DAY), LAST_DAY);

/** @param {string} text as the API writes it, `Tue, 20 Jun 2017 09:00:00 GMT`; its GMT means nothing */
export function fromApi(text) {
  const [, day, month, year, hour, minute, second] = /(\d+) (\w{3}) (\d+) (\d+):(\d+):(\d+)/.exec(text) ?? [];
  return wallTime(+year, MONTHS.indexOf(month), +day, +hour, +minute, +second);
}

/** @param {string} date `2017-06-20`, or with a time as `toIso` or an input field writes it */
export function fromIso(date) {
  const [year, month, day, hour = 0, minute = 0, second = 0] = (date.match(/\d+/g) ?? []).map(Number);
  return wallTime(year, month - 1, day, hour, minute, second);
}

/** `2017-06-20T09:00:00` */
export const toIso = (/** @type {number} */ time) => new Date(time).toISOString().slice(0, 19);
/** `2017-06-20 09:00:00`, as the API reads it */
export const toApi = (/** @type {number} */ time) => toIso(time).replace('T', ' ');
/** `2017-06-20` */
export const toIsoDate = (/** @type {number} */ time) => toIso(time).slice(0, 10);
/** `2017-06` */
export const toIsoMonth = (/** @type {number} */ time) => toIso(time).slice(0, 7);

/** The day of the month, from 1. */
export const dayOfMonth = (/** @type {number} */ time) => new Date(time).getUTCDate();

export const startOfDay = (/** @type {number} */ time) => Math.floor(time / DAY) * DAY;

/** @param {number} time @param {number} firstDay 0 for Sunday */
export const startOfWeek = (time, firstDay) =>
  startOfDay(time) - ((new Date(time).getUTCDay() - firstDay + 7) % 7) * DAY;

/**
 * The number of a week. Where weeks start on Monday it is that of ISO 8601, whose first week has 4 January; elsewhere
 * the first week has 1 January, as in the United States.
 * @param {number} time @param {number} firstDay 0 for Sunday
 */
export function weekNumber(time, firstDay) {
  const isIso = firstDay === 1;
  const start = startOfWeek(time, firstDay);
  const year = new Date(start + (isIso ? 3 : 6) * DAY).getUTCFullYear();
  return 1 + (start - startOfWeek(wallTime(year, 0, isIso ? 4 : 1), firstDay)) / (7 * DAY);
}

/** @param {number} time @param {number} [months] so many months later */
export function startOfMonth(time, months = 0) {
  const date = new Date(time);
  return wallTime(date.getUTCFullYear(), date.getUTCMonth() + months);
}

/** @param {number} time @param {number} [years] so many years later */
export const startOfYear = (time, years = 0) => wallTime(new Date(time).getUTCFullYear() + years);

/** The same day of another month, or the last day of a shorter month. @param {number} time @param {number} months */
export function addMonths(time, months) {
  const last = startOfMonth(time, months + 1) - DAY;
  return Math.min(startOfMonth(time, months) + (dayOfMonth(time) - 1) * DAY, last);
}

/** What a clock in a zone shows at an instant. @param {number} instant in milliseconds, as of Date.now @param {string} [inZone] by default the calendar's */
export function wallTimeAt(instant, inZone = zone) {
  /** @type {Record<string, number>} */
  const part = {};
  for (const { type, value } of clockOf(inZone).formatToParts(instant)) part[type] = Number(value);
  return wallTime(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

/**
 * When a clock in a zone shows a time: for the first time, if it is turned back; if it skips the time, as if it did not.
 * @param {number} wall @param {string} inZone
 */
function instantOf(wall, inZone) {
  const [before, after] = [-DAY, DAY].map((some) => wall - (wallTimeAt(wall + some, inZone) - (wall + some)));
  return [before, after].find((instant) => wallTimeAt(instant, inZone) === wall) ?? before;
}

/** What a clock in one zone shows when that in another shows a time. @param {number} wall @param {string} from @param {string} to */
export const convert = (wall, from, to) => (from === to ? wall : wallTimeAt(instantOf(wall, from), to));

/** What a clock in the calendar's zone shows now. */
export const now = () => wallTimeAt(Date.now());

export const today = () => startOfDay(now());

/** The zone's present offset from UTC: `+09:00`. */
export function utcOffset() {
  const minutes = Math.round((now() - Date.now()) / MINUTE);
  const twoDigits = (/** @type {number} */ number) => String(Math.floor(number)).padStart(2, '0');
  return (minutes < 0 ? '-' : '+') + twoDigits(Math.abs(minutes) / 60) + ':' + twoDigits(Math.abs(minutes) % 60);
}
