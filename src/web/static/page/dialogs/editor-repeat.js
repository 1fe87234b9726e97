// The fields of the editor for a rule. One that they cannot say is shown in words, and stays unless another is chosen.

import { initDate, markInvalid, readDate, writeDate } from '../date-fields.js';
import { byId, el, on } from '../dom.js';
import { describeRule } from '../events/event.js';
import { lastDayOf, monthlyParts, parseRule, repeatOf, ruleOf, weekStartOf, weekdayOf } from '../events/rule.js';
import { firstDay, formatShortDate, formatWeekday } from '../format.js';
import { t } from '../i18n/index.js';
import { DAY, addMonths, startOfDay, toIso, toIsoDate, today } from '../time.js';

/** @typedef {import('../events/rule.js').Repeat} Repeat */
/** @typedef {import('../events/rule.js').Every} Every */
/** @typedef {import('../events/rule.js').MonthlyOn} MonthlyOn */
/** @typedef {{start: number, allDay: boolean, zone: string}} When the first time, on the clock of the event's zone */

const field = (/** @type {string} */ name) => byId(`editor-${name}`);
const MOST = 9999;

/** @type {When} */
let when;
/** The rule that the fields cannot say. @type {string | null} */
let other;
/** What the fields said when they were filled; null if that is not saved yet. @type {string | null} */
let opened;
/** @type {string | null} */
let weekStart;

export function init() {
  on('editor-repeat', 'change', kindChosen);
  for (const name of ['interval', 'monthly', 'ends', 'count']) on(`editor-${name}`, 'input', show);
  initDate(field('last-date'), show);
  field('ends').replaceChildren(...[['', t.endsNever], ['date', t.endsOnDate], ['count', t.endsAfter]].map(([value, text]) => el('option', { value }, text)));
}

/**
 * @param {string | null | undefined} rule @param {When} given
 * @param {{isPossible: boolean, isSaved: boolean}} how it is not possible for one that was changed by itself
 */
export function fillRepeat(rule, given, { isPossible, isSaved }) {
  when = given;
  const { start, zone } = when;
  const parsed = rule ? parseRule(rule, start) : null;
  const isWithin = parsed && Math.max(parsed.interval, parsed.count ?? 0) <= MOST;
  const repeat = isWithin ? repeatOf(parsed, start, lastDayOf(parsed, start, zone)) : null;
  other = rule && !repeat ? rule : null;
  const kinds = [['', t.doesNotRepeat], ['day', t.daily], ['week', t.weekly], ['month', t.monthly], ['year', t.yearly]];
  if (other) kinds.push(['other', describeRule(other, start, zone)]);
  field('repeat').replaceChildren(...kinds.map(([value, text]) => el('option', { value }, text)));
  field('repeat').value = other ? 'other' : repeat?.every ?? '';
  field('repeat').closest('.field-row').hidden = !isPossible;
  write(repeat ?? { every: 'day', interval: 1, weekdays: [weekdayOf(start)], on: 'day', count: null, until: null, weekStart: weekStartOf(firstDay()) });
  opened = isSaved ? repeatContent() : null;
}

function offerWeekdays() {
  const days = [...Array(7).keys()].map((index) => (index + firstDay()) % 7);
  // 4 January 1970 was a Sunday.
  const name = (/** @type {number} */ day, /** @type {'long' | 'narrow'} */ style) => formatWeekday((3 + day) * DAY, style);
  field('weekdays').replaceChildren(...days.map((day) => el('label', {},
    el('input', { type: 'checkbox', value: day, 'aria-label': name(day, 'long'), onchange: show }),
    el('span', { 'aria-hidden': 'true' }, name(day, 'narrow')))));
}

/** @param {Repeat} repeat */
function write({ interval, weekdays, on: monthlyOn, count, until, weekStart: begins }) {
  weekStart = begins;
  offerWeekdays();
  field('interval').value = interval;
  writeWeekdays(weekdays);
  field('ends').value = count ? 'count' : until === null ? '' : 'date';
  field('count').value = count ?? 10;
  field('last-date').value = '';
  if (until !== null) writeDate(field('last-date'), until);
  for (const name of ['interval', 'count', 'last-date']) markInvalid(field(name), false);
  offerMonthly(monthlyOn);
  show();
}

const boxes = () => [...field('weekdays').querySelectorAll('input')];
const readWeekdays = () => boxes().filter((box) => box.checked).map((box) => Number(box.value)).sort();

/** @param {number[]} days */
function writeWeekdays(days) {
  for (const box of boxes()) box.checked = days.includes(Number(box.value));
}

/** @param {string} chosen */
function offerMonthly(chosen) {
  const parts = Object.entries(monthlyParts(when.start));
  const interval = numberIn('interval') ?? 1;
  field('monthly').replaceChildren(...parts.map(([name, part]) =>
    el('option', { value: name }, describeRule(`FREQ=MONTHLY;INTERVAL=${interval};${part}`, when.start, when.zone))));
  field('monthly').value = parts.some(([name]) => name === chosen) ? chosen : 'day';
}

/** @param {'interval' | 'count'} name @returns {number | null} */
function numberIn(name) {
  const number = Number(field(name).value);
  return Number.isInteger(number) && number >= 1 && number <= MOST ? number : null;
}

const kind = () => /** @type {Every | '' | 'other'} */ (field('repeat').value);

function kindChosen() {
  if (!readWeekdays().length) writeWeekdays([weekdayOf(when.start)]);
  show();
}

export function chooseNone() {
  field('repeat').value = '';
  show();
}

/** Shows the fields of the kind, and what they say in words. */
function show() {
  const every = kind();
  const isOwn = every !== '' && every !== 'other';
  field('repeat-fields').hidden = !isOwn;
  field('weekdays').hidden = every !== 'week';
  field('monthly').closest('.field-row').hidden = every !== 'month';
  field('interval-unit').textContent = isOwn ? t.intervalUnit(every, Number(field('interval').value)) : '';
  const ends = field('ends').value;
  field('last-date').closest('.combo').hidden = ends !== 'date';
  field('count').hidden = ends !== 'count';
  field('times').hidden = ends !== 'count';
  if (isOwn && ends === 'date' && !field('last-date').value) writeDate(field('last-date'), startOfDay(addMonths(when.start, every === 'year' ? 60 : every === 'month' ? 12 : 3)));
  if (every === 'month') offerMonthly(field('monthly').value);
  field('rule').textContent = isOwn && !repeatProblem() ? describeRule(ruleText(), when.start, when.zone) : '';
}

/** @returns {Repeat} */
function read() {
  const ends = field('ends').value;
  return {
    every: /** @type {Every} */ (kind()), interval: numberIn('interval') ?? 1, weekdays: readWeekdays(),
    on: /** @type {MonthlyOn} */ (field('monthly').value), count: ends === 'count' ? numberIn('count') : null,
    until: ends === 'date' ? readDate(field('last-date'))?.day ?? null : null, weekStart,
  };
}

function ruleText() {
  const repeat = read();
  return ruleOf(repeat, when.start, repeat.until === null ? '' : endText(repeat.until));
}

/** The last day as a rule has it: a date, or its last second on the clock of the rule. @param {number} day */
function endText(day) {
  const end = when.allDay ? toIsoDate(day) : toIso(day + DAY - 1000);
  return end.replace(/[-:]/g, '');
}

/** What the fields say, whichever day it begins on, since a rule moves along. */
export function repeatContent() {
  const every = kind();
  if (every === '' || every === 'other') return every;
  const { weekdays, on: monthlyOn, ...repeat } = read();
  const fromStart = weekdays.map((day) => (day - weekdayOf(when.start) + 7) % 7).sort();
  return JSON.stringify([{ ...repeat, weekStart: null }, every === 'week' && fromStart, every === 'month' && monthlyOn, field('interval').value, field('count').value]);
}

/** After a change of the times or the zone: the days move with the start. @param {When} changed */
export function follow(changed) {
  const turn = (startOfDay(changed.start) - startOfDay(when.start)) / DAY;
  const days = readWeekdays();
  // The server turns all of a rule that is left as it is; those that a person has just chosen stay.
  const turns = days.length === 1 ? days[0] === weekdayOf(when.start) : opened === repeatContent();
  when = changed;
  if (turns && turn) writeWeekdays(days.map((day) => (((day + turn) % 7) + 7) % 7));
  show();
}

/** @param {boolean} isNew @returns {string | null | undefined} the rule, null for none, or undefined if it stays as it is */
export function readRepeat(isNew) {
  const rule = kind() === '' ? null : kind() === 'other' ? other : ruleText();
  return isNew ? rule ?? undefined : repeatContent() === opened ? undefined : rule;
}

/** The first field that does not say anything, with what to say of it. @returns {{input: HTMLInputElement, text: string} | null} */
export function repeatProblem() {
  const every = kind();
  if (every === '' || every === 'other' || repeatContent() === opened) return null;
  const ends = field('ends').value;
  if (!numberIn('interval')) return { input: field('interval'), text: t.numberInvalid(MOST) };
  if (every === 'week' && !readWeekdays().length) return { input: boxes()[0], text: t.weekdaysMissing };
  if (ends === 'count' && !numberIn('count')) return { input: field('count'), text: t.numberInvalid(MOST) };
  if (ends !== 'date') return null;
  const input = field('last-date');
  const last = readDate(input);
  if (!last) return { input, text: t.dateUnreadable(input.value.trim(), formatShortDate(today())) };
  return last.day < startOfDay(when.start) ? { input, text: t.repeatEndsBeforeStart } : null;
}
