// How dates and times are written in the reader's language. All of them take wall-clock times as in time.js.

import { language, locale } from './i18n/index.js';
import { DAY } from './time.js';

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

/** @type {Intl.DateTimeFormatOptions} */
export const CLOCK = language === 'ko'
  ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  : { hour: 'numeric', minute: '2-digit' };

export const uses12Hours = Boolean(new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12);

/** @param {number} time */
export const formatClock = (time) => formatter(time % 60_000 ? { ...CLOCK, second: '2-digit' } : CLOCK).format(time);

/** @param {number} time */
export const formatLongDate = (time) =>
  formatter({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(time);

/** @param {number} time */
export const formatShortDate = (time) =>
  formatter({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(time);

/** Without the year. @param {number} time */
export const formatDayAndMonth = (time) => formatter({ day: 'numeric', month: 'short' }).format(time);

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
export const firstDay = firstDayOfWeek();

function firstDayOfWeek() {
  const tag = /** @type {any} */ (new Intl.Locale(locale));
  const info = tag.getWeekInfo?.() ?? tag.weekInfo;
  return info ? info.firstDay % 7 : language === 'ko' ? 0 : 1;
}
