// The dialog with the settings of a person. Each is saved when it is chosen.

import { byId, el, on, open } from '../dom.js';
import { formatWeekday, hourLabel } from '../format.js';
import { groupsForEvents } from '../groups.js';
import { errorMessage, language, t } from '../i18n/index.js';
import * as settings from '../settings.js';
import { DAY } from '../time.js';

/** @typedef {import('../settings.js').Settings} Settings */

/** The most groups that are offered for new events. */
const MOST_GROUPS = 1200;
const LENGTHS = [15, 30, 45, 60, 90, 120, 180];
const HOURS = [...Array(25).keys()];
// 1 January 1970 was a Thursday.
const WEEK_STARTS = { monday: 4 * DAY, sunday: 3 * DAY, saturday: 2 * DAY };

export function init() {
  on('settings-open', 'click', () => void show());
  for (const select of selects()) select.addEventListener('change', () => void save(select));
}

/** @returns {HTMLSelectElement[]} each is named by its setting */
const selects = () => [...byId('settings').querySelectorAll('select')];

async function show() {
  byId('settings-error').textContent = '';
  byId('account').close();
  fill();
  open(byId('settings'));
  // Another device may have changed them.
  await settings.load();
  fill();
}

/** Offers what can be chosen, and shows what is. */
function fill() {
  const automatic = { '': t.asOnThisDevice };
  const hours = (/** @type {number[]} */ some) => some.map((hour) => [hour, hourLabel(hour)]);
  const groups = groupsForEvents().slice(0, MOST_GROUPS);
  offer('week_start', [...Object.entries(automatic), ...Object.entries(WEEK_STARTS).map(([name, day]) => [name, formatWeekday(day, 'long')])]);
  offer('clock', [...Object.entries(automatic), ['12', t.clock12], ['24', t.clock24]]);
  offer('week_numbers', [['', t.no], ['true', t.yes]]);
  offer('day_start', hours(HOURS.slice(0, -1)), 0);
  offer('day_end', hours(HOURS.slice(1)), 24);
  offer('view', [...Object.entries(automatic), ['year', t.year], ['month', t.month], ['week', t.week], ['day', t.day], ['list', t.list]]);
  offer('event_minutes', LENGTHS.map((minutes) => [minutes, t.minutes(minutes)]), 60);
  offer('default_group', [['', t.personal], ...groups.map(({ id, name }) => [id, name])]);
  offer('language', [['en', 'English'], ['ko', '한국어']], language);
  offer('theme', [...Object.entries(automatic), ['light', t.light], ['dark', t.dark]]);
}

/** @param {keyof Settings} name @param {any[][]} options each a value and its text @param {any} [usual] what not being set means */
function offer(name, options, usual = '') {
  const select = /** @type {HTMLSelectElement} */ (selects().find((one) => one.name === name));
  const value = String(settings.get()[name] ?? usual);
  const offered = options.some(([one]) => String(one) === value) ? options : [...options, [value, value]];
  select.replaceChildren(...offered.map(([one, text]) => el('option', { value: one }, text)));
  select.value = value;
}

/** @param {HTMLSelectElement} select */
async function save(select) {
  byId('settings-error').textContent = '';
  try {
    await settings.change(/** @type {keyof Settings} */ (select.name), valueOf(select));
  } catch (/** @type {any} */ error) {
    byId('settings-error').textContent = error.kind === 'invalid' && select.name.startsWith('day_') ? t.dayEndsBeforeStart : errorMessage(error);
  }
  fill();
}

/** @param {HTMLSelectElement} select @returns {any} as the API takes it */
function valueOf({ name, value }) {
  if (value === '') return undefined;
  if (name === 'week_numbers') return true;
  return /^\d+$/.test(value) ? Number(value) : value;
}
