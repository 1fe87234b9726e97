// What an event is on the page: how it is read from and written to the API, and how it is put into words.

import { formatClock, formatClockRange, formatLongDate, formatShortDate, onOneDay } from '../format.js';
import { t } from '../i18n/index.js';
import { isUser } from '../state.js';
import { canBeSeen } from '../text.js';
import { DAY, MINUTE, fromApi, startOfDay, toApi } from '../time.js';

/**
 * @typedef {{id: number, subject: string, group: number | null, email: string, mine: boolean, start: number,
 *   end: number, allDay: boolean, birthday: boolean, created: string, updated: string | null}} CalendarEvent
 *   `start` and `end` are wall-clock times, as in time.js; `email` is that of the creator
 * @typedef {{subject: string, start: number, end: number}} EventFields what a person can set
 */

/** @param {any} wire an event of an API answer @returns {CalendarEvent} */
export function fromWire(wire) {
  const start = fromApi(wire.sdate);
  const end = fromApi(wire.edate);
  const birthday = wire.birthday === '1';
  return {
    id: wire.id, subject: wire.subject, group: wire.group === null ? null : Number(wire.group), email: wire.useremail,
    mine: isUser(wire.useremail), start, end, birthday, allDay: birthday || isAllDay(start, end),
    created: wire.created, updated: wire.updated,
  };
}

/** @param {EventFields} fields */
export const toWire = ({ subject, start, end }) => ({ subject, sdate: toApi(start), edate: toApi(end) });

/** Whether a time is whole days: from midnight to midnight, or to 23:59 as some clients write it. */
export function isAllDay(/** @type {number} */ start, /** @type {number} */ end) {
  return start % DAY === 0 && end > start && (end % DAY === 0 || end % DAY >= DAY - MINUTE);
}

/** The last day of an event, which does not include the midnight at its end. @param {{start: number, end: number}} event */
export const lastDay = ({ start, end }) => startOfDay(Math.max(start, end - 1));

/** The subject; for a birthday, whose it is, by the first part of the email. @param {CalendarEvent} event */
export const shortTitle = (event) => (event.birthday ? t.birthdayOf(event.email.split('@')[0]) : subjectOf(event));

/** Earlier versions of the server took subjects that nobody can see. @param {CalendarEvent} event */
const subjectOf = ({ subject }) => (canBeSeen(subject) ? subject : t.noSubject);

/** The subject; for a birthday, whose it is, by the whole email. @param {CalendarEvent} event */
export const fullTitle = (event) => (event.birthday ? t.birthdayOf(event.email) : subjectOf(event));

/** When an event is, in full. @param {{start: number, end: number, allDay: boolean, birthday?: boolean}} event */
export function describeTime({ start, end, allDay, birthday }) {
  if (birthday) return formatLongDate(start);
  if (allDay) {
    const last = Math.max(start, end - 1);
    return last - start < DAY
      ? `${formatLongDate(start)}, ${t.allDay}`
      : `${formatShortDate(start)} – ${formatShortDate(last)}`;
  }
  return onOneDay(start, end)
    ? `${formatLongDate(start)}, ${formatClockRange(start, end)}`
    : `${formatShortDate(start)} ${formatClock(start)} – ${formatShortDate(end)} ${formatClock(end)}`;
}
