// Rules of recurrence (RFC 5545, 3.3.10), as the API writes them and as the form can say them. Others are kept as they
// are, so nothing here has to understand them.

import { DAY, dayOfMonth, fromIso, startOfDay, startOfMonth, wallTimeAt } from '../time.js';

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/**
 * @typedef {{day: number, nth: number | null}} RuleDay `day`: 0 for Sunday; `nth`: which of the month or year, from its end
 *   if negative; null: each
 * @typedef {'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'} Frequency
 * @typedef {{freq: Frequency, interval: number, days: RuleDay[], monthDays: number[], months: number[], positions: number[],
 *   count: number | null, until: string, weekStart: string | null, rest: string[]}} Rule
 *   `positions`: which of the days of a month count; `rest`: the parts that nothing here understands
 * @typedef {'day' | 'week' | 'month' | 'year'} Every
 * @typedef {'day' | 'weekday' | 'lastWeekday' | 'lastDay'} MonthlyOn
 * @typedef {{every: Every, interval: number, weekdays: number[], on: MonthlyOn, count: number | null, until: number | null,
 *   weekStart: string | null}} Repeat what the form can say; `until` is the last day
 */

/** @type {Record<string, Every>} */
const EVERY = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' };
const KNOWN = ['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'COUNT', 'UNTIL', 'WKST'];

export const weekdayOf = (/** @type {number} */ time) => new Date(time).getUTCDay();
const monthOf = (/** @type {number} */ time) => new Date(time).getUTCMonth() + 1;

/**
 * @param {string} text such as `FREQ=WEEKLY;BYDAY=MO` @param {number} start on the clock of the event's zone. What the
 *   text leaves out is as it is there: `FREQ=WEEKLY` is on its weekday
 * @returns {Rule | null} null if it is no rule
 */
export function parseRule(text, start) {
  const parts = new Map(text.toUpperCase().split(';').map((part) => /** @type {[string, string]} */ (part.split('='))));
  const freq = /** @type {Frequency} */ (parts.get('FREQ'));
  if (!EVERY[freq] && freq !== 'HOURLY') return null;
  const known = freq === 'MONTHLY' ? [...KNOWN, 'BYSETPOS'] : KNOWN;
  const numbers = (/** @type {string} */ name) => parts.get(known.includes(name) ? name : '')?.split(',').map(Number) ?? [];
  /** @type {Rule} */
  const rule = {
    freq, interval: numbers('INTERVAL')[0] || 1, days: daysOf(parts.get('BYDAY') ?? ''), monthDays: numbers('BYMONTHDAY'), months: numbers('BYMONTH'),
    positions: numbers('BYSETPOS'), count: numbers('COUNT')[0] ?? null, until: parts.get('UNTIL') ?? '', weekStart: parts.get('WKST') ?? null,
    rest: [...parts].filter(([name]) => !known.includes(name)).map((part) => part.join('=')),
  };
  if (rule.days.length || rule.monthDays.length || rule.rest.length) return rule;
  if (freq === 'WEEKLY') rule.days.push({ day: weekdayOf(start), nth: null });
  else if (freq === 'MONTHLY' || freq === 'YEARLY') rule.monthDays.push(dayOfMonth(start));
  if (freq === 'YEARLY' && !rule.months.length) rule.months.push(monthOf(start));
  return rule;
}

/** @param {string} list such as `MO,-1FR` @returns {RuleDay[]} */
const daysOf = (list) => [...list.matchAll(/([+-]?\d+)?(SU|MO|TU|WE|TH|FR|SA)/g)]
  .map(([, nth, day]) => ({ day: DAYS.indexOf(day), nth: nth ? Number(nth) : null }));

/** The last day that a rule can reach. @param {Rule} rule @param {number} start @param {string} zone the event's own @returns {number | null} */
export function lastDayOf({ until }, start, zone) {
  if (!until) return null;
  const end = fromIso(until.replace(/(\d{4})(\d\d)(\d\d)T?(\d\d)?(\d\d)?/, '$1 $2 $3 $4 $5 '));
  if (until.length === 8) return end;
  return startOfDay((until.endsWith('Z') ? wallTimeAt(end, zone) : end) - (start - startOfDay(start)));
}

/** How a month can repeat from a day on, each as the part of its rule. @param {number} start @returns {Partial<Record<MonthlyOn, string>>} */
export function monthlyParts(start) {
  const date = dayOfMonth(start);
  const inMonth = dayOfMonth(startOfMonth(start, 1) - DAY);
  const day = DAYS[weekdayOf(start)];
  return {
    day: `BYMONTHDAY=${date}`,
    ...(date <= 28 ? { weekday: `BYDAY=${Math.ceil(date / 7)}${day}` } : {}),
    ...(date > inMonth - 7 ? { lastWeekday: `BYDAY=-1${day}` } : {}),
    ...(date === inMonth ? { lastDay: 'BYMONTHDAY=-1' } : {}),
  };
}

/** What the form says of a rule, or null if it cannot say it. @param {Rule} rule @param {number} start @param {number | null} until its last day @returns {Repeat | null} */
export function repeatOf({ freq, interval, days, monthDays, months, positions, count, weekStart, rest }, start, until) {
  const every = EVERY[freq];
  /** @type {Repeat} */
  const repeat = { every, interval, weekdays: [weekdayOf(start)], on: 'day', count, until, weekStart };
  const said = [...days.map(({ day, nth }) => `BYDAY=${nth ?? ''}${DAYS[day]}`), ...monthDays.map((day) => `BYMONTHDAY=${day}`)].join(';');
  if (!every || positions.length || rest.length || months.join() !== (every === 'year' ? String(monthOf(start)) : '')) return null;
  if (every === 'week') return monthDays.length || days.some(({ nth }) => nth) ? null : { ...repeat, weekdays: days.map(({ day }) => day).sort() };
  if (every === 'day') return said ? null : repeat;
  const on = /** @type {MonthlyOn} */ (Object.entries(monthlyParts(start)).find(([, part]) => part === said)?.[0]);
  if (every === 'year') return on === 'day' ? repeat : null;
  return on ? { ...repeat, on } : null;
}

/**
 * The rule that the form says.
 * @param {Repeat} repeat @param {number} start @param {string} until the end as the rule has it, `20170620`, or nothing
 */
export function ruleOf({ every, interval, weekdays, on, count, weekStart }, start, until) {
  const isWeek = every === 'week';
  return [
    `FREQ=${Object.keys(EVERY).find((freq) => EVERY[freq] === every)}`,
    interval > 1 && `INTERVAL=${interval}`,
    isWeek && `BYDAY=${weekdays.map((day) => DAYS[day]).join(',')}`,
    every === 'month' && (monthlyParts(start)[on] ?? monthlyParts(start).day),
    until ? `UNTIL=${until}` : count && `COUNT=${count}`,
    // Which days are of one week counts only where weeks are left out.
    isWeek && interval > 1 && weekdays.length > 1 && weekStart && `WKST=${weekStart}`,
  ].filter(Boolean).join(';');
}

/** Which day a week begins with, as a rule has it. @param {number} firstDay 0 for Sunday */
export const weekStartOf = (firstDay) => (firstDay === 1 ? null : DAYS[firstDay]);
