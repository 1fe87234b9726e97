// The page of a feed: a calendar that anybody may look at who knows its address. It has no session and keeps nothing. It is
// made to be embedded and printed, so it draws a month by itself, without the library of the calendar's own page.

import { byId, initDialogs, isNarrow, open } from '../page/dom.js';
import { describeTime } from '../page/events/event.js';
import { formatMonth } from '../page/format.js';
import { language } from '../page/i18n/index.js';
import { LAST_DAY, FIRST_DAY, fromIso, possibleDay, setZone, startOfMonth, toApi, today, toIsoMonth } from '../page/time.js';
import { fromWire, monthList, monthTable, weeksOf } from './draw.js';
import { words } from './words.js';

/** @typedef {import('./draw.js').FeedEvent} FeedEvent */

/** The last part of the address, which is relative to the page: a proxy may show the server below a path. */
const secret = location.pathname.split('/').pop() ?? '';
/** Counts the looks, so that a late answer does not replace a newer one. */
let looks = 0;

/** What the address asks for: `#month/2017-06`, `#list` … A phone has room for a list. */
function asked() {
  const [, view, month] = /^#(month|list)(?:\/(\d{4}-\d{2}))?$/.exec(location.hash) ?? [];
  return { view: view ?? (isNarrow() ? 'list' : 'month'), month: startOfMonth(possibleDay(month ? fromIso(`${month}-01`) : today())) };
}

async function look() {
  const turn = ++looks;
  const { view, month } = asked();
  const { start, end } = weeksOf(month);
  const query = new URLSearchParams({ sdate: toApi(Math.max(start, FIRST_DAY)), edate: toApi(Math.min(end, LAST_DAY)) });
  let answer;
  try {
    answer = await fetch(`${secret}.json?${query}`);
  } catch {
    return turn === looks && problem(words.unreachable);
  }
  if (turn !== looks) return undefined;
  if (!answer.ok) return problem(answer.status === 404 ? words.gone : words.unreachable);
  const shown = await answer.json();
  if (turn === looks) draw(shown, view, month);
  return undefined;
}

/** @param {string} text */
function problem(text) {
  byId('problem').textContent = text;
  byId('calendar').replaceChildren();
}

/** @param {any} shown @param {string} view @param {number} month */
function draw(shown, view, month) {
  setZone(shown.timezone);
  const drawn = view === 'list' ? monthList : monthTable;
  byId('problem').textContent = '';
  byId('name').textContent = document.title = shown.name;
  byId('title').textContent = formatMonth(month);
  byId('calendar').replaceChildren(drawn(month, shown.events.map(fromWire), showDetails));
  const at = (/** @type {string} */ as, /** @type {number} */ when) => `#${as}/${toIsoMonth(when)}`;
  byId('previous').href = at(view, startOfMonth(month, -1));
  byId('next').href = at(view, startOfMonth(month, 1));
  byId('today').href = at(view, today());
  byId('as-month').href = at('month', month);
  byId('as-list').href = at('list', month);
  for (const name of ['month', 'list']) byId(`as-${name}`).toggleAttribute('aria-current', name === view);
  byId('steps').hidden = byId('subscribe').hidden = false;
}

/** @param {FeedEvent} event */
function showDetails(event) {
  const status = event.status ? ` (${words[event.status]})` : '';
  byId('subject').textContent = event.subject + status;
  byId('when').textContent = describeTime(event);
  byId('place').textContent = event.location ?? '';
  byId('notes').textContent = event.description ?? '';
  byId('link').textContent = event.url ?? '';
  // The server takes addresses of the web alone.
  if (event.url) byId('link').href = event.url;
  else byId('link').removeAttribute('href');
  open(byId('details'), byId('close'));
}

function fillWords() {
  document.documentElement.lang = language;
  byId('today').textContent = words.today;
  byId('as-month').textContent = words.month;
  byId('as-list').textContent = words.list;
  byId('close').textContent = words.close;
  for (const name of /** @type {const} */ (['previous', 'next'])) byId(name).setAttribute('aria-label', words[name]);
  const subscribe = byId('subscribe');
  subscribe.textContent = words.subscribe;
  // The scheme by which a device opens an address in its calendar.
  subscribe.href = new URL(`${secret}.ics`, location.href).href.replace(/^https?:/, 'webcal:');
}

fillWords();
initDialogs();
addEventListener('hashchange', () => void look());
void look();
