// Events as a list by date: what a search finds, and what a full day holds. A click leads to the event.

import { Refusal } from './api.js';
import { byId, el, icon, open, say } from './dom.js';
import * as events from './events.js';
import { mark, nameOf } from './groups.js';
import { startOfDay } from './time.js';
import { clock, longDay, problem, subjectOf, w } from './words.js';

/** @typedef {import('./events.js').CalendarEvent} CalendarEvent */

const STEP = 100;
// While somebody types, not every letter is worth a search.
const PAUSE = 200;

/** @type {(event: CalendarEvent) => void} */
let lead = () => {};
let asking = new AbortController();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;

/** @param {(event: CalendarEvent) => void} leadTo */
export function prepare(leadTo) {
  lead = leadTo;
  byId('search-field').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, PAUSE);
  });
  byId('search-form').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    clearTimeout(waiting);
    void search();
  });
  byId('hits-dialog').addEventListener('close', () => { clearTimeout(waiting); asking.abort(); });
}

export function openSearch() {
  byId('search-form').hidden = false;
  byId('hits-title').textContent = w.search;
  open(byId('hits-dialog'), byId('search-field'));
  byId('search-field').select();
  if (byId('search-field').value.trim()) void search();
  else show([], w.searchStart);
}

/** @param {number} day @param {CalendarEvent[]} list */
export function openDay(day, list) {
  byId('search-form').hidden = true;
  byId('hits-title').textContent = longDay(day);
  show(list, '', day);
  open(byId('hits-dialog'));
  byId('hits-dialog').scrollTop = 0;
}

async function search() {
  asking.abort();
  asking = new AbortController();
  const word = byId('search-field').value.trim();
  if (!word) return show([], w.searchStart);
  try {
    const found = await events.search([...word].slice(0, 128).join(''), asking.signal);
    show(found, w.noHits);
    say(w.hits(found.length));
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) return;
    const note = show([], problem(refusal));
    note.append(el('button', { type: 'button', onclick: search }, w.tryAgain));
  }
}

/**
 * @param {CalendarEvent[]} list @param {string} ifNone
 * @param {number} [day] of which they are: what runs over many days is listed on it
 * @returns {HTMLElement} the line above them
 */
function show(list, ifNone, day, most = STEP) {
  const note = byId('hits-note');
  note.replaceChildren(el('span', {}, list.length ? (day === undefined ? w.hits(list.length) : w.events(list.length)) : ifNone));
  /** @type {Map<number, CalendarEvent[]>} */
  const days = new Map();
  for (const event of list.slice(0, most)) {
    const of = day ?? startOfDay(event.start);
    days.set(of, [...(days.get(of) ?? []), event]);
  }
  const sections = [...days].map(([of, some]) => el('li', {},
    day === undefined && el('h3', {}, longDay(of)), el('ul', {}, ...some.map(hit))));
  if (list.length > most) {
    const left = Math.min(STEP, list.length - most);
    sections.push(el('li.rest-of-hits', {}, el('button', { type: 'button', onclick: () => show(list, ifNone, day, most + STEP) }, w.showMore(left))));
  }
  byId('hits').replaceChildren(...sections);
  return note;
}

/** @param {CalendarEvent} event */
function hit(event) {
  const when = event.allDay ? w.allDay : event.start === event.end ? clock(event.start) : `${clock(event.start)} – ${clock(event.end)}`;
  return el('li', {}, el('button.hit', { type: 'button', onclick: () => { byId('hits-dialog').close(); lead(event); } },
    event.birthday ? icon('cake') : mark(event.group),
    el('span.hit-subject', {}, subjectOf(event)),
    el('span.hit-more', {}, [event.birthday ? w.everyYear : when, event.group === null ? '' : nameOf(event.group), event.mine ? '' : event.email].filter(Boolean).join(' · '))));
}
