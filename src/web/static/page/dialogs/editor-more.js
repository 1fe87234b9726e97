// The rarer fields of the editor, folded away until they are needed.

import { byId, el, icon, on } from '../dom.js';
import { t } from '../i18n/index.js';
import { askPermission } from '../reminders.js';
import { httpAddress } from '../text.js';
import { zoneName } from '../time.js';

/** @typedef {import('../events/event.js').Details} Details */

/** The reminders that are offered, in minutes before the start. */
const OFFERED = [0, 5, 10, 15, 30, 60, 120, 1440, 2880, 10080];
const MOST_REMINDERS = 10;

const field = (/** @type {string} */ name) => byId(`editor-${name}`);
/** @type {number[]} */
let reminders = [];

/** @param {() => void} zoneChosen */
export function init(zoneChosen) {
  on('editor-timezone', 'change', zoneChosen);
  on('editor-reminder', 'change', () => void addReminder());
  const states = [['', t.confirmed], ['tentative', t.tentative], ['cancelled', t.cancelled]];
  field('status').append(...states.map(([value, text]) => el('option', { value }, text)));
}

/** @param {Details} details */
export function fillMore(details) {
  for (const name of /** @type {const} */ (['location', 'description', 'url', 'status'])) field(name).value = details[name] ?? '';
  for (const name of /** @type {const} */ (['free', 'private'])) field(name).checked = details[name] ?? false;
  offerZones(details.timezone);
  field('timezone').value = details.timezone ?? '';
  reminders = details.reminders ?? [];
  drawReminders();
  field('reminder-hint').textContent = '';
  field('more').open = Object.keys(details).some((name) => name !== 'rrule');
}

/** All zones that the browser knows, and that of the event. @param {string} [own] */
function offerZones(own) {
  const select = field('timezone');
  const known = /** @type {any} */ (Intl).supportedValuesOf?.('timeZone') ?? [];
  if (select.options.length > 1 && (!own || known.includes(own))) return;
  const zones = [...new Set([...known, ...(own ? [own] : [])])].filter((zone) => zone !== zoneName() || zone === own);
  select.replaceChildren(el('option', { value: '' }, t.zoneOfCalendar(zoneName())),
    ...zones.map((zone) => el('option', { value: zone }, zone.replaceAll('_', ' '))));
}

/** What the fields say; null for nothing. */
export function readMore() {
  const text = (/** @type {string} */ name) => field(name).value.trim() || null;
  return {
    location: text('location'), description: text('description'),
    url: text('url') && (httpAddress(field('url').value) ?? field('url').value), reminders: reminders.length ? reminders : null,
    timezone: field('all-day').checked ? null : text('timezone'), status: text('status'),
    free: field('free').checked || null, private: field('private').checked || null,
  };
}

/** What of it is to be changed. @param {Details} before */
export function changesOf(before) {
  // A field has its own ends of lines.
  const was = { ...before, description: before.description?.replace(/\r\n?/g, '\n') };
  return Object.fromEntries(Object.entries(readMore())
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(was[/** @type {keyof Details} */ (name)] ?? null)));
}

/** @returns {{input: HTMLInputElement, text: string} | null} as `unreadable` of editor-times.js */
export function moreProblem() {
  const input = field('url');
  return !input.value.trim() || httpAddress(input.value) ? null : { input, text: t.urlInvalid };
}

function drawReminders() {
  field('reminders').replaceChildren(...reminders.map((minutes) => el('li', {}, t.before(minutes),
    el('button.quiet.small', { type: 'button', 'aria-label': t.removeReminder(t.before(minutes)), onclick: () => takeAway(minutes) }, icon('close')))));
  const left = OFFERED.filter((minutes) => !reminders.includes(minutes));
  field('reminder').replaceChildren(el('option', { value: '' }, reminders.length ? t.addReminder : t.noReminder),
    ...left.map((minutes) => el('option', { value: minutes }, t.before(minutes))));
  field('reminder').disabled = reminders.length >= MOST_REMINDERS;
}

/** @param {number} minutes */
function takeAway(minutes) {
  reminders = reminders.filter((one) => one !== minutes);
  drawReminders();
  field('reminder').focus();
}

/** Only here the browser asks whether it may show any. */
async function addReminder() {
  if (field('reminder').value === '') return;
  reminders = [...reminders, Number(field('reminder').value)].sort((a, b) => a - b);
  drawReminders();
  field('reminder-hint').textContent = await askPermission() ? t.reminderHint : t.notificationsBlocked;
}
