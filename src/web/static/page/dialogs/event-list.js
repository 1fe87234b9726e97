// Events as a list by date: what a search finds, or what is on a full day. A click on one leads to it.

import { ApiError } from '../api.js';
import { announce, byId, el, icon, on, open } from '../dom.js';
import { shortTitle } from '../events/event.js';
import { search } from '../events/requests.js';
import { formatClockRange, formatLongDate } from '../format.js';
import { groupMark, groupName } from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { startOfDay } from '../time.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */

/** How many events are shown at first, and how many more by a button. */
const STEP = 100;

/** The milliseconds without typing after which the search starts. */
const PAUSE = 200;

/** @type {(event: CalendarEvent) => void} */
let goTo = () => {};
let searching = new AbortController();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {(event: CalendarEvent) => void} goToEvent */
export function init(goToEvent) {
  goTo = goToEvent;
  on('search-field', 'input', () => {
    clearTimeout(timer);
    timer = setTimeout(runSearch, PAUSE);
  });
  on('search-form', 'submit', () => {
    clearTimeout(timer);
    void runSearch();
  });
  on('event-list', 'close', () => {
    clearTimeout(timer);
    searching.abort();
  });
}

export function openSearch() {
  byId('search-form').hidden = false;
  byId('event-list-title').textContent = t.search;
  open(byId('event-list'), byId('search-field'));
  byId('search-field').select();
  if (byId('search-field').value.trim()) void runSearch();
  else show([], t.searchHint);
}

/** @param {number} day @param {CalendarEvent[]} events */
export function openDay(day, events) {
  byId('search-form').hidden = true;
  byId('event-list-title').textContent = formatLongDate(day);
  show(events, t.eventCount(events.length), { day });
  open(byId('event-list'));
  byId('event-list').scrollTop = 0;
}

function runSearch() {
  const word = byId('search-field').value.trim();
  if (!word) {
    searching.abort();
    return show([], t.searchHint);
  }
  return find(word, [], STEP);
}

/**
 * Searches, and lists what is found. @param {string} word
 * @param {CalendarEvent[]} before those found already, after which the search goes on @param {number} limit
 */
async function find(word, before, limit) {
  searching.abort();
  searching = new AbortController();
  try {
    const { events, hasMore } = await search(word, { after: before.at(-1), signal: searching.signal });
    const found = [...before, ...events];
    const note = !found.length ? t.nothingFound : hasMore ? t.resultCountOrMore(found.length) : t.resultCount(found.length);
    show(found, note, { limit, findMore: hasMore ? () => void find(word, found, found.length + STEP) : undefined });
    announce(note);
  } catch (error) {
    // The search was aborted by the next one.
    if (!(error instanceof ApiError)) return;
    if (!before.length) show([], errorMessage(error));
    else byId('event-list-note').replaceChildren(el('span', {}, errorMessage(error)));
    // The event to go on after may be gone; then the search begins again.
    const again = () => void (error.kind === 'notFound' ? find(word, [], limit) : find(word, before, limit));
    byId('event-list-note').append(el('button', { type: 'button', onclick: again }, t.tryAgain));
  }
}

/**
 * @param {CalendarEvent[]} events @param {string} note the line above them
 * @param {{day?: number, limit?: number, findMore?: () => void}} [how] `day`: that on which they all are, also longer
 *   ones; `findMore`: finds those that come after them, if there are more
 */
function show(events, note, { day, limit = STEP, findMore } = {}) {
  byId('event-list-note').replaceChildren(el('span', {}, note));
  /** @type {Map<number, CalendarEvent[]>} */
  const days = new Map();
  for (const event of events.slice(0, limit)) {
    const key = day ?? startOfDay(event.start);
    days.set(key, [...(days.get(key) ?? []), event]);
  }
  const sections = [...days].map(([key, ofDay]) => el('li', {},
    day === undefined && el('h3', {}, formatLongDate(key)), el('ul', {}, ...ofDay.map(row))));
  const hidden = events.length - limit;
  if (hidden > 0 || findMore) {
    const showMore = () => (hidden > 0 ? show(events, note, { day, limit: limit + STEP, findMore }) : findMore?.());
    sections.push(el('li.show-more', {},
      el('button', { type: 'button', onclick: showMore }, t.showMore(hidden > 0 ? Math.min(STEP, hidden) : STEP))));
  }
  byId('event-list-items').replaceChildren(...sections);
}

/** @param {CalendarEvent} event */
function row(event) {
  const when = event.birthday ? t.everyYear : event.allDay ? t.allDay : formatClockRange(event.start, event.end);
  const more = [when, event.group === null ? '' : groupName(event.group), event.mine ? '' : event.email];
  const choose = () => {
    byId('event-list').close();
    goTo(event);
  };
  return el('li', {}, el('button.listed-event', { type: 'button', onclick: choose },
    event.birthday ? icon('cake') : groupMark(event.group),
    el('span.listed-subject', {}, shortTitle(event)),
    el('span.listed-more', {}, more.filter(Boolean).join(' · '))));
}
