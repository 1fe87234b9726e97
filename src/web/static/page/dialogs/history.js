// Who changed an event, or what has changed in a calendar, the newest change first, each with a button to undo it.

import { draw } from '../calendar/calendar.js';
import { byId, el, on, open } from '../dom.js';
import { list, undo } from '../events/history.js';
import { formatClock, formatShortDate } from '../format.js';
import { errorMessage, t } from '../i18n/index.js';
import { isUser } from '../state.js';
import { MINUTE, fromApi } from '../time.js';

/** @typedef {import('../events/history.js').Entry} Entry */

/** How many entries are shown at first, and with each press of the button for more. */
const PAGE = 30;

/** What is shown. Each opening makes another, so that a late answer is not shown in it. @type {{path: string, last: number | null, undone: () => void}} */
let shown = { path: '', last: null, undone: () => {} };

on('history-more', 'click', () => void load());

/** @param {string} title @param {string} path of the API @param {() => void} [undone] is called after something was undone */
export function openHistory(title, path, undone = () => {}) {
  shown = { path, last: null, undone };
  byId('history-title').textContent = title;
  byId('history-list').replaceChildren();
  open(byId('history'));
  void load();
}

/** Shows the next entries, or the first ones again. @param {boolean} [again] */
async function load(again = false) {
  const current = shown;
  if (again) current.last = null;
  const { path, last } = current;
  byId('history-error').textContent = '';
  byId('history-more').hidden = true;
  try {
    const entries = await list(path, { limit: String(PAGE), ...(last ? { after: String(last) } : {}) });
    if (shown !== current) return;
    const rows = entries.map(row);
    if (last) byId('history-list').append(...rows);
    else byId('history-list').replaceChildren(...(rows.length ? rows : [el('li.hint', {}, t.noHistory)]));
    current.last = entries[entries.length - 1]?.id ?? last;
    byId('history-more').hidden = entries.length < PAGE;
  } catch (error) {
    if (shown === current) byId('history-error').textContent = errorMessage(error);
  }
}

/** @param {Entry} entry */
function row(entry) {
  const who = entry.useremail && isUser(entry.useremail) ? t.you : entry.useremail;
  const door = entry.door_name ?? t.doors[/** @type {keyof typeof t.doors} */ (entry.door)];
  const button = !entry.undone && el('button', { type: 'button', onclick: () => void take(entry, button) }, t.undo);
  return el('li', {},
    el('p', {}, t.historyLine(entry)),
    ...changes(entry).map((change) => el('p.hint', {}, change)),
    el('p.hint', {}, [who, formatMoment(entry.at), door, entry.undone && t.undone].filter(Boolean).join(' · ')),
    button);
}

/** What has become of what, a line each. @param {Entry} entry */
function changes({ before, after }) {
  if (!before || !after) return [];
  const names = Object.keys(before).filter((name) => name !== 'edate' || !('sdate' in before));
  return names.map((name) => `${t.fields[/** @type {keyof typeof t.fields} */ (name)] ?? name}: ${valueOf(name, before)} → ${valueOf(name, after)}`);
}

/** @param {string} name @param {Record<string, any>} state */
function valueOf(name, state) {
  const value = state[name];
  if (value === null || value === undefined) return '–';
  if (name === 'sdate' || name === 'edate') return formatMoment(value);
  if (name === 'role') return t.roles[/** @type {keyof typeof t.roles} */ (value)];
  if (value === true) return t.isSo;
  return Array.isArray(value) ? value.map(t.before).join(', ') : String(value);
}

/** @param {string} text as the API writes it */
function formatMoment(text) {
  const time = fromApi(text);
  return `${formatShortDate(time)} ${formatClock(time - time % MINUTE)}`;
}

/** @param {Entry} entry @param {HTMLButtonElement} button */
async function take(entry, button) {
  const current = shown;
  button.disabled = true;
  byId('history-error').textContent = '';
  try {
    await undo([entry.id]);
    current.undone();
    draw();
    if (shown === current) await load(true);
  } catch (/** @type {any} */ error) {
    if (shown === current) byId('history-error').textContent = error.kind === 'conflict' ? t.undoConflict : errorMessage(error);
  } finally {
    button.disabled = false;
  }
}
