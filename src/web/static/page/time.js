// Wall-clock times of the calendar's zone.
//
// The API speaks in the digits of the server's clock and nothing else, so a time is kept here as a
// `wall`: the milliseconds since 1970-01-01 00:00 as if there were no zones. No browser's zone and no
// summer time can shift it. Only what the time is *now* needs the zone, which the server names.

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

let zone = 'UTC';
/** @type {Intl.DateTimeFormat | null} what the zone's clock shows; made once, since making one is slow */
let zoneClock = null;

/** @param {string | undefined} name an IANA name; one that the browser does not know counts as its own */
export function setZone(name) {
  zoneClock = null;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    zone = name ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch {
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
}

export const zoneName = () => zone;

/**
 * @param {number} year
 * @param {number} [month] from 0
 */
export function wall(year, month = 0, day = 1, hour = 0, minute = 0, second = 0) {
  const date = new Date(0);
  // Not Date.UTC, to which the year 99 is 1999.
  date.setUTCFullYear(year, month, day);
  return date.setUTCHours(hour, minute, second, 0);
}

/** @param {string} text as the API gives it: `Tue, 20 Jun 2017 09:00:00 GMT`, whose GMT means nothing */
export function parse(text) {
  const [, day, month, year, hour, minute, second] =
    /(\d+) (\w{3}) (\d+) (\d+):(\d+):(\d+)/.exec(text) ?? [];
  return wall(+year, MONTHS.indexOf(month), +day, +hour, +minute, +second);
}

/** `2017-06-20T09:00:00` */
export const iso = (/** @type {number} */ time) => new Date(time).toISOString().slice(0, 19);
/** `2017-06-20 09:00:00`, as the API takes it */
export const toApi = (/** @type {number} */ time) => iso(time).replace('T', ' ');
/** `2017-06-20` */
export const dateOf = (/** @type {number} */ time) => iso(time).slice(0, 10);
/** `2017-06` */
export const monthOf = (/** @type {number} */ time) => iso(time).slice(0, 7);

/** @param {string} date `2017-06-20`, or with a time as {@link iso} or an input gives it */
export function fromIso(date) {
  const [year, month, day, hour = 0, minute = 0, second = 0] = (date.match(/\d+/g) ?? []).map(Number);
  return wall(year, month - 1, day, hour, minute, second);
}

export const startOfDay = (/** @type {number} */ time) => Math.floor(time / DAY) * DAY;

/** @param {number} time */
export function startOfMonth(time, months = 0) {
  const date = new Date(time);
  return wall(date.getUTCFullYear(), date.getUTCMonth() + months);
}

/** The same day of another month, or that month's last. @param {number} time @param {number} months */
export function addMonths(time, months) {
  const last = startOfMonth(time, months + 1) - DAY;
  return Math.min(startOfMonth(time, months) + (new Date(time).getUTCDate() - 1) * DAY, last);
}

/** @param {number} time @param {number} firstDay 0 for Sunday */
export const startOfWeek = (time, firstDay) =>
  startOfDay(time) - ((new Date(time).getUTCDay() - firstDay + 7) % 7) * DAY;

/** What the clock on the wall of the calendar's zone shows. */
export function now() {
  /** @type {Record<string, number>} */
  const part = {};
  zoneClock ??= new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
    hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  for (const { type, value } of zoneClock.formatToParts(Date.now())) part[type] = Number(value);
  return wall(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

export const today = () => startOfDay(now());

/** How far the zone's clock is from UTC's now: `+09:00`. */
export function offset() {
  const minutes = Math.round((now() - Date.now()) / MINUTE);
  const digits = (/** @type {number} */ number) => String(Math.floor(number)).padStart(2, '0');
  return (minutes < 0 ? '-' : '+') + digits(Math.abs(minutes) / 60) + ':' + digits(Math.abs(minutes) % 60);
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/** @param {string} locale @param {Intl.DateTimeFormatOptions} options */
export function format(locale, options) {
  const key = locale + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })));
  return made;
}
