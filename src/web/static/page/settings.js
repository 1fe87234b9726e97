// How a person wants to see the calendar. The server keeps it, so that it is the same on all their devices; what they
// have not chosen is as their browser has it.

import { call } from './api.js';
import { setFormats } from './format.js';
import { language, setLanguage } from './i18n/index.js';
import { persistent, survivesReload } from './storage.js';
import { MINUTE } from './time.js';

/**
 * @typedef {{
 *   week_start?: 'monday' | 'sunday' | 'saturday', clock?: 12 | 24, week_numbers?: boolean,
 *   day_start?: number, day_end?: number, view?: import('./state.js').View, event_minutes?: number,
 *   default_group?: number, language?: string, theme?: 'light' | 'dark',
 * }} Settings as the API names them
 */

const THEME_KEY = 'calendar.theme';
const FIRST_DAYS = { sunday: 0, monday: 1, saturday: 6 };

/** @type {Settings} */
let settings = {};
let applied = () => {};
/** The change that is being saved, or was last. @type {Promise<void>} */
let saving = Promise.resolve();

/** @param {() => void} given is called when the settings have changed */
export function init(given) {
  applied = given;
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
  showTheme();
}

export const get = () => settings;

/** Fetches the settings. They are not worth an error: without them, everything is as the browser has it. */
export async function load() {
  try {
    const { data } = await call('GET', '/user/settings', { keep: true });
    apply(data);
  } catch { /* The next look at the page tries again. */ }
}

/**
 * Changes a setting, after those that were changed before it.
 * @template {keyof Settings} Name
 * @param {Name} name @param {Settings[Name]} value undefined: as the browser has it
 */
export function change(name, value) {
  const save = () => replace(name, value);
  saving = saving.then(save, save);
  return saving;
}

/** All settings are sent, so those that another device has changed are fetched first. @param {keyof Settings} name @param {any} value */
async function replace(name, value) {
  const { data } = await call('GET', '/user/settings');
  const changed = { ...data, [name]: value };
  await call('PUT', '/user/settings', { body: changed });
  apply(changed);
}

/** @param {Settings} given */
function apply(given) {
  settings = given;
  const { week_start: weekStart, clock, week_numbers: weekNumbers } = given;
  setFormats({
    firstDay: weekStart && FIRST_DAYS[weekStart], hour12: clock && clock === 12, weekNumbers,
  });
  if (given.theme) persistent.setItem(THEME_KEY, given.theme);
  else persistent.removeItem(THEME_KEY);
  showTheme();
  // If the choice did not survive, the page would be loaded again and again.
  if (given.language && given.language !== language && survivesReload) setLanguage(given.language);
  applied();
}

/** The colours chosen, else those of the device. The page knows the last ones before anybody has signed in. */
function showTheme() {
  const theme = persistent.getItem(THEME_KEY);
  const isDark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  for (const meta of document.querySelectorAll('meta[name=theme-color]')) meta.setAttribute('content', isDark ? '#15171b' : '#f6f5f2');
}

/** The length of a new event, in milliseconds. */
export const eventLength = () => (settings.event_minutes ?? 60) * MINUTE;
