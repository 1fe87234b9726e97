// What an event is on the page: how it is read from and written to the API, and how it is put into words.

import { formatClock, formatClockRange, formatDate, formatDayOfYear, formatLongDate, formatShortDate, onOneDay } from '../format.js';
import { t } from '../i18n/index.js';
import { hasRole, isSubscribed, isUser, state } from '../state.js';
import { canBeSeen } from '../text.js';
import { DAY, MINUTE, convert, fromApi, fromIso, isKnownZone, startOfDay, startOfYear, toApi, toIso, zoneName } from '../time.js';
import { lastDayOf, parseRule } from './rule.js';

/**
 * What an event may say besides, by the names of the API. Each is there only where it says something.
 * @typedef {{location?: string, description?: string, url?: string, timezone?: string, rrule?: string,
 *   status?: 'tentative' | 'cancelled', free?: true, private?: true, reminders?: number[]}} Details
 * @typedef {{id: number, subject: string, group: number | null, email: string, mine: boolean, start: number,
 *   end: number, allDay: boolean, birthday: boolean, details: Details, occurrence: number | null, series: number | null,
 *   created: string, updated: string | null}} CalendarEvent
 *   `start` and `end` are wall-clock times, as in time.js; `email` is that of the creator; `occurrence`: when the rule
 *   has this occurrence; `series`: the id of the series of an occurrence that was changed by itself
 * @typedef {{subject: string, start: number, end: number, allDay?: boolean, details?: {[Name in keyof Details]: Details[Name] | null}}} EventFields
 *   what a person can set; what is left out stays as it is, and null takes it away
 */

const DETAILS = /** @type {const} */ (['location', 'description', 'url', 'timezone', 'rrule', 'status', 'free', 'private', 'reminders']);

/** @param {any} wire an event of an API answer @returns {CalendarEvent} */
export function fromWire(wire) {
  const start = fromApi(wire.sdate);
  const end = fromApi(wire.edate);
  const birthday = wire.birthday === '1';
  return {
    id: wire.id, subject: wire.subject, group: wire.group === null ? null : Number(wire.group), email: wire.useremail,
    mine: isUser(wire.useremail), start, end, birthday, allDay: wire.all_day === true || birthday || isAllDay(start, end),
    details: Object.fromEntries(DETAILS.filter((name) => wire[name] !== undefined).map((name) => [name, wire[name]])),
    occurrence: wire.occurrence ? fromIso(wire.occurrence) : null, series: wire.series ?? null,
    created: wire.created, updated: wire.updated,
  };
}

/** @param {EventFields} fields */
export function toWire({ subject, start, end, allDay, details }) {
  // With a zone, the times are sent on its clock.
  const sent = (/** @type {number} */ time) => toApi(details?.timezone ? convert(time, zoneName(), details.timezone) : time);
  return { subject, sdate: sent(start), edate: sent(end), ...(allDay === undefined ? {} : { all_day: (allDay && end % DAY === 0) || null }), ...details };
}

/** Whether an event is as a person saw it, or wants it. @param {CalendarEvent} event @param {EventFields} fields */
export const has = (event, { subject, start, end, allDay = event.allDay, details = {} }) =>
  event.subject === subject && (event.birthday || (event.start === start && event.end === end && event.allDay === allDay))
  && Object.entries(details).every(([name, value]) => JSON.stringify(event.details[/** @type {keyof Details} */ (name)] ?? null) === JSON.stringify(value));

/** Whether two events say the same. @param {CalendarEvent} event @param {CalendarEvent} other */
export const isSame = (event, other) => has(event, { ...other, details: allDetails(other) });

/** Everything that an event says besides, and null for what it does not. @param {CalendarEvent} event @returns {EventFields['details']} */
const allDetails = ({ details }) => Object.fromEntries(DETAILS.map((name) => [name, details[name] ?? null]));

/** An event after a change. @param {CalendarEvent} event @param {EventFields} fields @returns {CalendarEvent} */
export function changedBy(event, { subject, start, end, allDay, details }) {
  const left = Object.entries({ ...event.details, ...details }).filter(([, value]) => value !== null);
  return { ...event, subject, start, end, allDay: allDay || isAllDay(start, end), details: Object.fromEntries(left) };
}

/** Whether the user created it here. @param {CalendarEvent} event */
export const isOwn = ({ mine, group }) => mine && !isSubscribed(group);

/** Whether the user may delete it: their own where they write, anybody's where they are an editor. @param {CalendarEvent} event */
export function mayDelete({ mine, group }) {
  if (group === null) return mine;
  return !isSubscribed(group) && hasRole(state.groups.get(group), mine ? 'writer' : 'editor');
}

/** Whether the user may change it: what they see of it, too. @param {CalendarEvent} event */
export const mayChange = (event) => mayDelete(event) && (event.mine || !event.details.private);

/** Whether it is one of a series, also if it was changed by itself. @param {CalendarEvent} event */
export const isRepeating = ({ details, series }) => Boolean(details.rrule) || series !== null;

/** Whether it is one of a series, and as the rule has it. @param {CalendarEvent} event */
export const isByRule = ({ occurrence, series }) => occurrence !== null && series === null;

/** Names what is drawn: the occurrences of a series and of a birthday have one id. @param {CalendarEvent} event */
export const keyOf = ({ id, birthday, start, occurrence }) => (birthday ? `${id}@${new Date(start).getUTCFullYear()}`
  : occurrence === null ? String(id) : `${id}@${toIso(occurrence)}`);

/** The zone that an event has its times in. @param {Details} details */
export const zoneOf = ({ timezone }) => (timezone && isKnownZone(timezone) ? timezone : zoneName());

/** When an event repeats, in words. @param {CalendarEvent} event */
export function describeRepeat({ details, series, occurrence, start }) {
  if (!details.rrule) return series === null ? '' : t.oneOfSeries;
  return describeRule(details.rrule, convert(occurrence ?? start, zoneName(), zoneOf(details)), zoneOf(details));
}

/** @param {string} text @param {number} start on the clock of the zone @param {string} zone */
export function describeRule(text, start, zone) {
  const rule = parseRule(text, start);
  if (!rule) return text;
  const last = lastDayOf(rule, start, zone);
  const isThisYear = last !== null && startOfYear(last) === startOfYear(start);
  // A leap year has every day.
  const date = (/** @type {number} */ month, /** @type {number} */ day) => formatDayOfYear(Date.UTC(2000, month - 1, day));
  return t.rule(rule, date, last === null ? '' : (isThisYear ? formatDayOfYear : formatDate)(last));
}

/** Whether a time is whole days: from midnight to midnight, or to 23:59 as some clients write it. */
export function isAllDay(/** @type {number} */ start, /** @type {number} */ end) {
  return start % DAY === 0 && end > start && (end % DAY === 0 || end % DAY >= DAY - MINUTE);
}

/** The last day of an event, which does not include the midnight at its end. @param {{start: number, end: number}} event */
export const lastDay = ({ start, end }) => startOfDay(Math.max(start, end - 1));

/** The subject; for a birthday, whose it is, by the first part of the email. @param {CalendarEvent} event */
export const shortTitle = (event) => (event.birthday ? t.birthdayOf(event.email.split('@')[0]) : subjectOf(event));

/** Of somebody's private event, others learn only when it is. Earlier versions of the server took subjects that nobody can see. @param {CalendarEvent} event */
const subjectOf = ({ subject, details, mine }) => (details.private && !mine ? t.busy : canBeSeen(subject) ? subject : t.noSubject);

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
