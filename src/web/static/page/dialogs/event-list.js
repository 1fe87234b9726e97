// Events as a list by date: what a search finds, or what is on a full day. A click on one leads to it.

import { ApiError } from '../api.js';
import { announce, byId, el, icon, on, open, withParts } from '../dom.js';
import { describeRepeat, shortTitle } from '../events/event.js';
import { search } from '../events/requests.js';
import { formatClockRange, formatLongDate } from '../format.js';
import { groupMark, groupName } from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { hitsOf } from '../text.js';
import { now, startOfDay } from '../time.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */

/** How many events are shown at first, and how many more by a button. */
const STEP = 100;

/** How many answers with results are taken in before a person asks for more. */
const PARTS = 4;

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
  byId('event-list').addEventListener('keydown', moveByKey);
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
  show([{ events }], t.eventCount(events.length), { day });
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
 * Searches, and lists what is found: what is coming first. @param {string} word
 * @param {CalendarEvent[]} before those found already, after which the search goes on @param {number} limit
 */
async function find(word, before, limit) {
  searching.abort();
  const current = searching = new AbortController();
  let found = before;
  try {
    for (let parts = 1, hasMore = true; hasMore && parts <= PARTS; parts += 1) {
      const part = await search(word, { after: found.at(-1), signal: current.signal });
      found = [...found, ...part.events];
      hasMore = part.hasMore;
      const note = !found.length ? t.nothingFound : hasMore ? t.resultCountOrMore(found.length) : t.resultCount(found.length);
      const all = found;
      show(comingAndPast(found), note, { limit, word, findMore: hasMore ? () => void find(word, all, all.length + STEP) : undefined });
      announce(note);
    }
  } catch (error) {
    // The search was aborted by the next one.
    if (!(error instanceof ApiError)) return;
    if (!found.length) show([], errorMessage(error));
    else byId('event-list-note').replaceChildren(el('span', {}, errorMessage(error)));
    // The event to go on after may be gone; then the search begins again.
    const all = found;
    const again = () => void (error.kind === 'notFound' ? find(word, [], limit) : find(word, all, limit));
    byId('event-list-note').append(el('button', { type: 'button', onclick: again }, t.tryAgain));
  }
}

/** What has not ended, soonest first, then what has, latest first. @param {CalendarEvent[]} events in order @returns {Part[]} */
function comingAndPast(events) {
  const present = now();
  const isPast = (/** @type {CalendarEvent} */ { start, end }) => Math.max(start + 1, end) <= present;
  return [
    { title: t.coming, events: events.filter((event) => !isPast(event)) },
    { title: t.past, events: events.filter(isPast).reverse() },
  ].filter((part) => part.events.length);
}

/** @typedef {{title?: string, events: CalendarEvent[]}} Part */

/**
 * @param {Part[]} parts @param {string} note the line above them
 * @param {{day?: number, limit?: number, word?: string, findMore?: () => void}} [how] `day`: that on which they all
 *   are, also longer ones; `word`: is marked in their subjects; `findMore`: finds others, if there are more
 */
function show(parts, note, { day, limit = STEP, word = '', findMore } = {}) {
  byId('event-list-note').replaceChildren(el('span', {}, note));
  let room = limit;
  const sections = parts.flatMap(({ title, events }) => {
    const shown = events.slice(0, room);
    room -= shown.length;
    /** @type {Map<number, CalendarEvent[]>} */
    const days = new Map();
    for (const event of shown) {
      const key = day ?? startOfDay(event.start);
      days.set(key, [...(days.get(key) ?? []), event]);
    }
    const ofDays = [...days].map(([key, ofDay]) => el('li', {},
      day === undefined && el('h4', {}, formatLongDate(key)), el('ul', {}, ...ofDay.map((event) => row(event, word)))));
    return title && shown.length ? [el('li', {}, el('h3', {}, title)), ...ofDays] : ofDays;
  });
  const hidden = parts.reduce((sum, { events }) => sum + events.length, 0) - limit;
  if (hidden > 0 || findMore) {
    const showMore = () => (hidden > 0 ? show(parts, note, { day, limit: limit + STEP, word, findMore }) : findMore?.());
    sections.push(el('li.show-more', {},
      el('button', { type: 'button', onclick: showMore }, t.showMore(hidden > 0 ? Math.min(STEP, hidden) : STEP))));
  }
  byId('event-list-items').replaceChildren(...sections);
}

/** Moves among the field and the results. @param {KeyboardEvent} event */
function moveByKey(event) {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (!step || event.isComposing || byId('search-form').hidden) return;
  const stops = [byId('search-field'), ...byId('event-list-items').querySelectorAll('.listed-event')];
  const at = stops.indexOf(document.activeElement);
  const next = stops[at + step];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}

/** @param {CalendarEvent} event @param {string} word is marked */
function row(event, word) {
  const when = event.birthday ? t.everyYear : event.allDay ? t.allDay : formatClockRange(event.start, event.end);
  const more = [when, describeRepeat(event), event.group === null ? '' : groupName(event.group), event.mine ? '' : event.email];
  const choose = () => {
    byId('event-list').close();
    goTo(event);
  };
  return el('li', {}, el('button.listed-event', { type: 'button', onclick: choose },
    event.birthday ? icon('cake') : groupMark(event.group),
    el('span.listed-subject', {}, ...withParts(shortTitle(event), hitsOf(shortTitle(event), word), (hit) => el('mark', {}, hit))),
    el('span.listed-more', {}, more.filter(Boolean).join(' · '))));
}
