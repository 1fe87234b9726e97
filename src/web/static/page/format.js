// How dates and times are written in the reader's language. All of them take wall-clock times as in time.js.

import { language, locale } from './i18n/index.js';
import { DAY, HOUR } from './time.js';

/** @type {Map<string, Intl.DateTimeFormat>} by their options; kept, since making one is slow */
const formatters = new Map();

/** @param {Intl.DateTimeFormatOptions} options */
export function formatter(options) {
  const key = JSON.stringify(options);
  let found = formatters.get(key);
  // A wall-clock time has no zone: UTC leaves its digits as they are.
  if (!found) formatters.set(key, (found = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })));
  return found;
}

/**
 * What a person has chosen; what they have not is as their region has it.
 * @type {{firstDay?: number, hour12?: boolean, weekNumbers?: boolean}} `firstDay`: 0 for Sunday
 */
let chosen = {};

/** @param {typeof chosen} formats */
export function setFormats(formats) {
  chosen = formats;
}

/** The region of the browser, which counts whatever the language of the page: a Korean page in New York has 12 hours. */
const region = navigator.languages[0] ?? locale;
const regionUses12Hours = Boolean(new Intl.DateTimeFormat(region, { hour: 'numeric' }).resolvedOptions().hour12);

export const uses12Hours = () => chosen.hour12 ?? regionUses12Hours;

/** How a time of day is written. @returns {Intl.DateTimeFormatOptions} */
export const clock = () => (uses12Hours()
  ? { hour: 'numeric', minute: '2-digit', hour12: true }
  : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** @param {number} time */
export const formatClock = (time) => formatter(time % 60_000 ? { ...clock(), second: '2-digit' } : clock()).format(time);

/** An hour of the day, 0 to 24, as it stands beside a week. @param {number} hour */
export const hourLabel = (hour) => (hour === 24 && !uses12Hours() ? '24:00' : formatClock(DAY + (hour % 24) * HOUR));

/** @param {number} time */
export const formatLongDate = (time) =>
  formatter({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(time);

/** @param {number} time */
export const formatShortDate = (time) =>
  formatter({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(time);

/** Without the year. @param {number} time */
export const formatDayAndMonth = (time) => formatter({ day: 'numeric', month: 'short' }).format(time);

/** Without the year, and the month in full. @param {number} time */
export const formatDayOfYear = (time) => formatter({ day: 'numeric', month: 'long' }).format(time);

/** @param {number} time */
export const formatDate = (time) => formatter({ day: 'numeric', month: 'long', year: 'numeric' }).format(time);

/** @param {number} time */
export const formatMonth = (time) => formatter({ month: 'long', year: 'numeric' }).format(time);

/** @param {number} time @param {'long' | 'short' | 'narrow'} style */
export const formatWeekday = (time, style) => formatter({ weekday: style }).format(time);

/** From start to end on the clock. @param {number} start @param {number} end */
export const formatClockRange = (start, end) =>
  (start === end ? formatClock(start) : `${formatClock(start)} – ${formatClock(end)}`);

/** Whether a time and its end are on one day. @param {number} start @param {number} end */
export const onOneDay = (start, end) => Math.floor(start / DAY) === Math.floor(end / DAY);

/** The first day of a week, 0 for Sunday. */
export const firstDay = () => chosen.firstDay ?? regionFirstDay;

const regionFirstDay = firstDayOfWeek();

function firstDayOfWeek() {
  const tag = /** @type {any} */ (new Intl.Locale(region));
  const info = tag.getWeekInfo?.() ?? tag.weekInfo;
  return info ? info.firstDay % 7 : language === 'ko' ? 0 : 1;
}

/** Whether weeks are shown with their numbers. */
export const weekNumbers = () => chosen.weekNumbers ?? false;
