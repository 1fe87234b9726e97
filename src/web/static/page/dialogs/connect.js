// The dialog of secret addresses, at which other programs read a calendar without a token. It is loaded when it is
// first opened, and the library that draws codes when there is one to draw.

import { call } from '../api.js';
import { announce, byId, el, on, open } from '../dom.js';
import { formatShortDate } from '../format.js';
import { allGroups, groupMark, groupName, optionsOf, selectedFirst } from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { canBeSeen } from '../text.js';
import { fromApi } from '../time.js';
import { copyField } from './copy.js';
import { pressTwice } from './press-twice.js';
import { askBeforeClosing } from './unsaved.js';

/** @typedef {{id: number, name: string, group: number | null, busy_only: boolean, created: string, used: string | null}} Feed */

/** Where the library is. TypeScript must not read it. */
const CODES = String(new URL('../vendor/lean-qr.mjs', import.meta.url));

/** How many modules are left blank around a code, as its readers want it. */
const QUIET_ZONE = 4;

/** Counts the openings: an answer that comes late must not show in the next. */
let opening = 0;

askBeforeClosing('connect', 'feed-error', () => Boolean(byId('feed-name').value.trim()));
on('feed-form', 'submit', () => void make());
on('feed-copy', 'click', () => void copyField(byId('feed-url'), byId('feed-copy')));
// The address is a secret.
on('connect', 'close', () => byId('feed-made').hidden = true);

/** @param {number | null} group to begin with, or null for all that the user's calendar shows */
export function openConnect(group) {
  opening += 1;
  byId('feed-form').reset();
  byId('feed-made').hidden = true;
  byId('feed-group').replaceChildren(
    el('option', { value: '' }, t.wholeCalendar),
    ...optionsOf(selectedFirst(allGroups()), group));
  byId('feeds').replaceChildren();
  byId('feeds-error').textContent = byId('feed-error').textContent = '';
  open(byId('connect'), byId('feed-name'));
  void list();
}

async function list() {
  const current = opening;
  try {
    const { data } = await call('GET', '/user/feed');
    if (current !== opening) return;
    byId('feeds').replaceChildren(...data.map(row));
    byId('feeds-error').textContent = '';
  } catch (error) {
    if (current === opening) byId('feeds-error').textContent = errorMessage(error);
  }
}

/** @param {Feed} feed */
function row({ id, name, group, busy_only: isBusyOnly, used }) {
  const about = [group === null ? t.wholeCalendar : groupName(group), isBusyOnly && t.busyOnly, used ? t.lastUsed(formatShortDate(fromApi(used))) : t.neverUsed];
  const end = el('button.danger', { type: 'button', 'aria-describedby': `feed-${id}`, onclick: () => pressTwice(end, () => void remove(id, end)) }, t.endFeed);
  return el('li', {}, groupMark(group),
    el('div', {}, el('p', { id: `feed-${id}` }, name), el('p.hint', {}, about.filter(Boolean).join(' · '))), end);
}

/** Ends a feed. One that is already gone counts as ended. @param {number} id @param {HTMLButtonElement} button */
async function remove(id, button) {
  const current = opening;
  button.disabled = true;
  try {
    await call('DELETE', `/user/feed/${id}`).catch((error) => { if (error.kind !== 'notFound') throw error; });
    announce(t.feedEnded);
  } catch (error) {
    button.disabled = false;
    if (current === opening) byId('feeds-error').textContent = errorMessage(error);
    return;
  }
  if (current !== opening) return;
  button.closest('li')?.remove();
  byId('feed-name').focus();
}

async function make() {
  const current = opening;
  const name = byId('feed-name').value.trim();
  const error = byId('feed-error');
  error.textContent = !canBeSeen(name) || [...name].length > 128 ? t.groupNameInvalid : '';
  if (error.textContent) return;
  const group = byId('feed-group').value;
  const button = byId('feed-form').querySelector('.actions button');
  button.disabled = true;
  try {
    const { data } = await call('POST', '/user/feed', {
      body: { name, busy_only: byId('feed-busy').checked, ...(group ? { group: Number(group) } : {}) },
    });
    if (current !== opening || !byId('connect').open) return;
    byId('feed-form').reset();
    await Promise.all([show(data.url, name), list()]);
  } catch (/** @type {any} */ failure) {
    if (current !== opening) return;
    // It may have been made, with an address that nobody has: it can be seen in the list, and ended.
    if (failure.retryable) void list();
    error.textContent = failure.kind === 'offline' ? t.feedUnknown : errorMessage(failure);
  } finally {
    button.disabled = false;
  }
}

/** Shows the address of a new feed. @param {string} url @param {string} name */
async function show(url, name) {
  const subscribed = url.replace(/^https?:/, 'webcal:');
  const link = (/** @type {string} */ text, /** @type {string} */ href, other = true) =>
    el('a.button', { href, ...(other ? { target: '_blank', rel: 'noopener noreferrer' } : {}) }, text);
  byId('feed-url').value = url;
  byId('feed-copy').textContent = t.copy;
  byId('feed-links').replaceChildren(
    link(t.addToApple, subscribed, false),
    link(t.addToGoogle, `https://calendar.google.com/calendar/r?cid=${encodeURIComponent(subscribed)}`),
    link(t.addToOutlook, `https://outlook.live.com/calendar/0/addfromweb?url=${encodeURIComponent(url)}&name=${encodeURIComponent(name)}`));
  byId('feed-code').replaceChildren();
  byId('feed-made').hidden = false;
  byId('feed-url').focus();
  byId('feed-url').select();
  byId('connect').scrollTop = 0;
  announce(t.feedOnce);
  // Without the code, the address still stands there.
  const { generate } = await import(CODES).catch(() => ({}));
  if (generate && byId('feed-url').value === url) byId('feed-code').replaceChildren(codeOf(generate(subscribed)), el('p.hint', {}, t.scanCode));
}

/** Draws a QR code. @param {{size: number, get: (x: number, y: number) => boolean}} code */
function codeOf(code) {
  let path = '';
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  }
  const make = (/** @type {string} */ tag, /** @type {Record<string, string>} */ attributes) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const side = code.size + 2 * QUIET_ZONE;
  const svg = make('svg', {
    viewBox: `${-QUIET_ZONE} ${-QUIET_ZONE} ${side} ${side}`, role: 'img', 'aria-label': t.code, 'shape-rendering': 'crispEdges',
  });
  svg.append(make('path', { d: path }));
  return svg;
}
