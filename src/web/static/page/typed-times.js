// Reads dates and times as people type them: `14 Dec`, `12/14`, `내일`, `tomorrow 14:00`, `9.30`, `오후 3시`. ISO 8601 is
// always understood. What is not understood wholly is not understood at all.

import { formatter } from './format.js';
import { locale } from './i18n/index.js';
import { DAY, HOUR, MINUTE, dayOfMonth, fromIso, possibleDay, toIsoDate } from './time.js';

/** Days by their distance from today. @type {Record<string, number>} */
const NEAR = { yesterday: -1, today: 0, tomorrow: 1, 어제: -1, 오늘: 0, 내일: 1, 모레: 2 };
const AFTERNOON = /^(p|오후)/;
/** @type {Record<string, number>} */
const NOON_AND_MIDNIGHT = { noon: 12 * HOUR, midnight: 0, 정오: 12 * HOUR, 자정: 0 };

/** As typed on any device: composed, with ordinary digits and spaces, and without case. @param {string} text */
const tidy = (text) => text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');

/**
 * @param {string} text @param {number} from the day that the field is about: its year and month stand in for missing ones
 * @param {number} today
 * @returns {{day: number, time?: number} | null} `time`: in milliseconds from midnight, if one follows the date
 */
export function parseWhen(text, from, today) {
  const words = tidy(text).split(' ');
  for (let count = words.length; count > 0; count -= 1) {
    const day = parseDate(words.slice(0, count).join(' '), from, today);
    if (day === null) continue;
    if (count === words.length) return { day };
    const time = parseTime(words.slice(count).join(' '));
    if (time !== null) return { day, time };
  }
  return null;
}

/** @param {string} text tidied @param {number} from @param {number} today @returns {number | null} */
function parseDate(text, from, today) {
  if (text in NEAR) return today + NEAR[text] * DAY;
  const weekday = names('weekday').get(text.replace(/[.,]/g, ''));
  if (weekday !== undefined) return today + ((weekday - new Date(today).getUTCDay() + 7) % 7) * DAY;
  const [year, month] = toIsoDate(from).split('-').map(Number);
  /** @type {number[]} */
  const numbers = [];
  let named = 0;
  // Numbers and words alternate; signs between them mean nothing, nor does the name of the weekday.
  for (const part of text.replace(/(\d) ?[년월일]/g, '$1 ').match(/\d+|\p{L}[\p{L}\p{M}.]*/gu) ?? []) {
    const word = part.replace(/\./g, '');
    if (/^\d/.test(part)) numbers.push(Number(part));
    else if (names('month').has(word) && !named) named = /** @type {number} */ (names('month').get(word));
    else if (!names('weekday').has(word) && !/^(st|nd|rd|th|of)$/.test(word)) return null;
  }
  if (text.replace(/[\p{L}\p{M}\d\s.,/()-]/gu, '')) return null;
  const [first, second, third] = numbers;
  if (named) {
    if (numbers.length === 1) return dayOf(year, named, first);
    return numbers.length === 2 ? (first > 31 ? dayOf(first, named, second) : dayOf(fullYear(second), named, first)) : null;
  }
  if (numbers.length === 1) return dayOf(year, month, first);
  if (numbers.length === 2) return order() === 'dm' ? dayOf(year, second, first) : dayOf(year, first, second);
  if (numbers.length !== 3) return null;
  if (first > 31 || /^\d{4}/.test(text) || order() === 'ymd') return dayOf(fullYear(first), second, third);
  return order() === 'dm' ? dayOf(fullYear(third), second, first) : dayOf(fullYear(third), first, second);
}

/** `17` is 2017, and `017` is the year 17. @param {number} year */
const fullYear = (year) => (year < 100 ? 2000 + year : year);

/** @param {number} year @param {number} month from 1 @param {number} day @returns {number | null} null if there is no such day */
function dayOf(year, month, day) {
  const date = fromIso(`${year}-${month}-${day}`);
  const isReal = month >= 1 && month <= 12 && day >= 1 && dayOfMonth(date) === day;
  return isReal && possibleDay(date) === date ? date : null;
}

/** In what order the numbers of a date stand here. @returns {'dm' | 'md' | 'ymd'} */
function order() {
  const parts = formatter({ year: 'numeric', month: 'numeric', day: 'numeric' }).formatToParts(0).map(({ type }) => type);
  if (parts.indexOf('year') < parts.indexOf('month')) return 'ymd';
  return parts.indexOf('day') < parts.indexOf('month') ? 'dm' : 'md';
}

/** @type {Record<string, Map<string, number>>} */
const known = {};

/** The names of months, from 1, or of weekdays, from 0 for Sunday, here and in English, long and short. @param {'month' | 'weekday'} kind */
function names(kind) {
  if (known[kind]) return known[kind];
  const found = known[kind] = new Map();
  for (const tag of ['en', locale]) {
    for (const style of /** @type {const} */ (['long', 'short', ...(kind === 'weekday' && tag === locale ? ['narrow'] : [])])) {
      // A Korean name of a month is a number, which is read as one.
      const format = new Intl.DateTimeFormat(tag, { [kind]: style, timeZone: 'UTC' });
      for (let index = 0; index < (kind === 'month' ? 12 : 7); index += 1) {
        // 4 January 1970 was a Sunday.
        const time = kind === 'month' ? Date.UTC(1970, index, 1) : Date.UTC(1970, 0, 4 + index);
        const name = tidy(format.format(time)).replace(/\./g, '');
        if (!/\d/.test(name) && !(name.length === 1 && /[a-z]/.test(name))) found.set(name, kind === 'month' ? index + 1 : index);
      }
    }
  }
  if (kind === 'month') found.set('sept', 9);
  return found;
}

/** The forms of a time, without the word for the half of the day. */
const CLOCKS = [
  /^(?<h>\d{1,2})$/,
  /^(?<h>\d{1,2})[:.h](?<m>\d{2})(?::(?<s>\d{2}))?$/,
  /^(?<h>\d{1,2})(?<m>\d{2})$/,
  /^(?<h>\d{1,2})시(?: ?(?:(?<m>\d{1,2})분|(?<half>반)))?$/,
];

/** @param {string} text @returns {number | null} milliseconds from midnight */
export function parseTime(text) {
  const tidied = tidy(text);
  if (tidied in NOON_AND_MIDNIGHT) return NOON_AND_MIDNIGHT[tidied];
  const [, before, digits, after] = /^(오전|오후|[ap]m)? ?(.*?) ?([ap]|[ap]m|[ap]\.m\.)?$/.exec(tidied) ?? [];
  const found = CLOCKS.map((clock) => clock.exec(digits)?.groups).find(Boolean);
  if (!found || (before && after)) return null;
  const word = before ?? after;
  const [hour, minute, second] = [Number(found.h), found.half ? 30 : Number(found.m ?? 0), Number(found.s ?? 0)];
  if (hour > (word ? 12 : 23) || minute > 59 || second > 59) return null;
  const hours = word ? (hour % 12) + (AFTERNOON.test(word) ? 12 : 0) : hour;
  return hours * HOUR + minute * MINUTE + second * 1000;
}
