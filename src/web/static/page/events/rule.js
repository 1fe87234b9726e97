// Rules of recurrence (RFC 5545, 3.3.10), as the API writes them and as the form can say them. Others are kept as they
// are, so nothing here has to understand them.

import { DAY, dayOfMonth, fromIso, startOfDay, startOfMonth, wallTimeAt } from '../time.js';

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/**
 * @typedef {{day: number, nth: number | null}} RuleDay `day`: 0 for Sunday; `nth`: the which of the month or year, from its
 *   end if negative; null: each
 * @typedef {'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'} Frequency
 * @typedef {{freq: Frequency, interval: number, days: RuleDay[], monthDays: number[], months: number[], positions: number[],
 *   count: number | null, until: Until | null, weekStart: string | null, rest: string[]}} Rule
 *   `positions`: which of the days of a month count; `rest`: the parts that nothing here understands
 * @typedef {{time: number, isUtc: boolean, isDate: boolean}} Until
 * @typedef {'day' | 'week' | 'month' | 'year'} Every
 * @typedef {'day' | 'weekday' | 'lastWeekday' | 'lastDay'} MonthlyOn
 * @typedef {{every: Every, interval: number, weekdays: number[], on: MonthlyOn, count: number | null, until: number | null,
 *   weekStart: string | null}} Repeat what the form can say; `weekdays` and `on` count for a week and a month alone,
 *   `until` is the last day
 */

/** @type {Record<string, Every>} */
const EVERY = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' };
const FREQUENCY = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' };
const KNOWN = ['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'COUNT', 'UNTIL', 'WKST'];

export const weekdayOf = (/** @type {number} */ time) => new Date(time).getUTCDay();

/** @param {string} text such as `FREQ=WEEKLY;BYDAY=MO` @returns {Rule | null} null if it is no rule */
export function parseRule(text) {
  const parts = new Map(text.toUpperCase().split(';').map((part) => /** @type {[string, string]} */ (part.split('='))));
  const freq = /** @type {Frequency} */ (parts.get('FREQ'));
  if (!EVERY[freq] && freq !== 'HOURLY') return null;
  const isMonthly = freq === 'MONTHLY';
  const numbers = (/** @type {string} */ name) => parts.get(name)?.split(',').map(Number) ?? [];
  const rule = {
    freq, interval: numbers('INTERVAL')[0] || 1, days: daysOf(parts.get('BYDAY')), monthDays: numbers('BYMONTHDAY'), months: numbers('BYMONTH'),
    positions: isMonthly ? numbers('BYSETPOS') : [], count: numbers('COUNT')[0] ?? null,
    until: untilOf(parts.get('UNTIL')), weekStart: parts.get('WKST') ?? null,
    rest: [...parts].filter(([name]) => !KNOWN.includes(name) && !(isMonthly && name === 'BYSETPOS')).map((part) => part.join('=')),
  };
  // The second of the Tuesdays is the second Tuesday.
  const [{ day, nth } = { day: 0, nth: 0 }, ...others] = rule.days;
  if (isMonthly && nth === null && !others.length && !rule.monthDays.length && rule.positions.length) {
    return { ...rule, days: rule.positions.map((position) => ({ day, nth: position })), positions: [] };
  }
  return rule;
}

/** @param {string | undefined} list such as `MO,-1FR` @returns {RuleDay[]} */
const daysOf = (list) => [...(list ?? '').matchAll(/([+-]?\d+)?(SU|MO|TU|WE|TH|FR|SA)/g)]
  .map(([, nth, day]) => ({ day: DAYS.indexOf(day), nth: nth ? Number(nth) : null }));

/** @param {string | undefined} text `20170620`, or with a time, `20170620T145959Z` @returns {Until | null} */
function untilOf(text) {
  const [, date, clock, utc] = /^(\d{8})(?:T(\d{6})(Z?))?$/.exec(text ?? '') ?? [];
  if (!date) return null;
  const pairs = (/** @type {string} */ digits) => digits.replace(/\B(?=(\d\d)+$)/g, ' ');
  return { time: fromIso(`${date.slice(0, 4)} ${pairs(date.slice(4))} ${pairs(clock ?? '')}`), isUtc: Boolean(utc), isDate: !clock };
}

/**
 * With what a text may leave to the first time: `FREQ=WEEKLY` is on its weekday.
 * @param {Rule} rule @param {number} start on the clock of the event's own zone @returns {Rule}
 */
export function spellOut(rule, start) {
  const { freq, days, monthDays, months, rest } = rule;
  if (days.length || monthDays.length || rest.length) return rule;
  if (freq === 'WEEKLY') return { ...rule, days: [{ day: weekdayOf(start), nth: null }] };
  if (freq === 'MONTHLY') return { ...rule, monthDays: [dayOfMonth(start)] };
  if (freq !== 'YEARLY') return rule;
  return { ...rule, months: months.length ? months : [new Date(start).getUTCMonth() + 1], monthDays: [dayOfMonth(start)] };
}

/** The last day that a rule can reach. @param {Rule} rule @param {number} start @param {string} zone the event's own @returns {number | null} */
export function lastDayOf({ until }, start, zone) {
  if (!until) return null;
  const end = until.isUtc ? wallTimeAt(until.time, zone) : until.time;
  return startOfDay(until.isDate ? end : end - (start - startOfDay(start)));
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
export function repeatOf(rule, start, until) {
  const { freq, interval, days, monthDays, months, positions, count, weekStart, rest } = rule;
  const every = EVERY[freq];
  if (!every || months.length || positions.length || rest.length) return null;
  /** @type {Repeat} */
  const repeat = { every, interval, weekdays: [weekdayOf(start)], on: 'day', count, until, weekStart };
  if (!days.length && !monthDays.length) return repeat;
  if (every === 'week') return monthDays.length || days.some(({ nth }) => nth !== null) ? null : { ...repeat, weekdays: days.map(({ day }) => day).sort() };
  if (every !== 'month' || days.length + monthDays.length !== 1) return null;
  const part = days.length ? `BYDAY=${days[0].nth ?? ''}${DAYS[days[0].day]}` : `BYMONTHDAY=${monthDays[0]}`;
  const on = /** @type {MonthlyOn | undefined} */ (Object.entries(monthlyParts(start)).find(([, one]) => one === part)?.[0]);
  return on ? { ...repeat, on } : null;
}

/**
 * The rule that the form says.
 * @param {Repeat} repeat @param {number} start @param {string | null} until the end as the rule has it: `20170620`
 */
export function ruleOf({ every, interval, weekdays, on, count, weekStart }, start, until = null) {
  const isWeek = every === 'week';
  return [
    `FREQ=${FREQUENCY[every]}`,
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
