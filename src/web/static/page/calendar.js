// The calendar itself: what of the events is drawn where. @event-calendar/build draws.

import { byId, el, icon } from './dom.js';
import * as events from './events.js';
import { looks, mark, nameOf } from './groups.js';
import { forHours, forMonth } from './thinning.js';
import { DAY, HOUR, MINUTE, addMonths, dateOf, format, fromIso, iso, now, offset, startOfDay, startOfMonth, startOfWeek, today } from './time.js';
import { CLOCK, clock, firstDay, locale, longDay, monthName, span, subjectOf, w } from './words.js';

/** @typedef {import('./events.js').CalendarEvent} CalendarEvent */
/** @typedef {'month' | 'week' | 'day' | 'list'} View */

/** @type {Record<View, string>} */
const NAMES = { month: 'dayGridMonth', week: 'timeGridWeek', day: 'timeGridDay', list: 'listMonth' };

const LIST_STEP = 250;
// So many have room beside each other in an hour.
const BESIDE = { week: { wide: 4, narrow: 3 }, day: { wide: 8, narrow: 5 } };
// What is shorter than this has room for one line.
const SHORT = 45 * MINUTE;
const NARROW = matchMedia('(max-width: 719px)');

/**
 * @typedef {{
 *   opened: (event: CalendarEvent, element: HTMLElement) => void,
 *   chosen: (start: number, end: number, allDay: boolean) => void,
 *   moved: (event: CalendarEvent, start: number, end: number, resized: boolean) => void,
 *   dayAsked: (day: number) => void,
 *   shown: () => void,
 * }} Handlers
 */

/** @type {any} the library's calendar */
let drawn = null;
/** @type {Handlers} */
let handlers;
/** @type {View} */
let view = 'month';
let date = 0;
let listMost = LIST_STEP;
/** How many of a day's events are not drawn. @type {Map<number, number>} */
let undrawn = new Map();
/** @type {Map<string, CalendarEvent>} by the id that the library has */
let shown = new Map();
/** Which event is to have the focus after it is drawn anew. @type {number | null} */
let returnTo = null;
let zoneOffset = '';
let toToday = false;
let redraws = 0;
/** Of a cell of the month. */
let lines = 0;

export const currentView = () => view;
export const currentDate = () => date;

/** What the view shows, from start to end. */
export function range() {
  if (view === 'day') return { start: date, end: date + DAY };
  if (view === 'week') return { start: startOfWeek(date, firstDay), end: startOfWeek(date, firstDay) + 7 * DAY };
  const start = startOfMonth(date);
  const end = startOfMonth(date, 1);
  if (view === 'list') return { start, end };
  return { start: startOfWeek(start, firstDay), end: startOfWeek(end + 6 * DAY, firstDay) };
}

export function title() {
  const { start, end } = range();
  if (view === 'day') return format(locale, NARROW.matches ? { weekday: 'short', day: 'numeric', month: 'short' } : { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' }).format(date);
  if (view === 'week') return format(locale, NARROW.matches ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' }).formatRange(start, end - DAY);
  return NARROW.matches ? format(locale, { month: 'short', year: 'numeric' }).format(date) : monthName(date);
}

/** @param {Handlers} given */
export function prepare(given) {
  handlers = given;
  const root = byId('calendar');
  new MutationObserver(() => mendRoles(root)).observe(root, { childList: true, subtree: true });
  root.addEventListener('click', seeMore, true);
  root.addEventListener('keydown', seeMore, true);
  new ResizeObserver(() => {
    if (drawn && view === 'month' && linesOfCell(weeksOfMonth()) !== lines) draw();
  }).observe(root);
  byId('list-more').addEventListener('click', () => { listMost += LIST_STEP; draw(); });
}

/** @param {View} toView @param {number} toDate */
export function show(toView, toDate) {
  view = toView;
  date = startOfDay(toDate);
  listMost = LIST_STEP;
  toToday = view === 'list';
  draw();
}

/** The next or the previous of what is shown. @param {1 | -1} way */
export function step(way) {
  show(view, view === 'day' ? date + way * DAY : view === 'week' ? date + way * 7 * DAY : addMonths(startOfMonth(date), way));
}

/** Draws what is known. */
export function draw() {
  const { start, end } = range();
  const items = thinned(events.between(start, end), start, end);
  zoneOffset = libraryOffset();
  returnTo ??= focused();
  if (!drawn) drawn = EventCalendar.create(byId('calendar'), { ...options(), view: NAMES[view], date: dateOf(date), events: items });
  else void redraw(items);
  byId('calendar').dataset.view = view;
  byId('list-more').hidden = view !== 'list' || undrawn.size === 0;
  byId('list-more').textContent = w.showMore([...undrawn.values()].reduce((sum, count) => sum + count, 0));
  handlers.shown();
  if (toToday && items.length) requestAnimationFrame(scrollToToday);
  requestAnimationFrame(focusAgain);
}

/** @param {any[]} items */
async function redraw(items) {
  const turn = ++redraws;
  if (drawn.getOption('timeZone') !== zoneOffset) drawn.setOption('timeZone', zoneOffset);
  if (drawn.getOption('view') !== NAMES[view]) {
    // Or it would draw the old events in the new view first, and be slow with many. It clears them
    // in microtasks, so that no frame is empty.
    drawn.setOption('events', []);
    for (let microtasks = 0; microtasks < 5; microtasks += 1) await null;
    if (turn !== redraws) return;
  }
  drawn.setOption('view', NAMES[view]).setOption('date', dateOf(date)).setOption('events', items);
}

// The heights in pixels that calendar.css gives a line of the month, and what is above and below them.
const LINE = { wide: 25, narrow: 20 };
const AROUND = { wide: 40, narrow: 34 };
const HEAD = 36;

const weeksOfMonth = () => (range().end - range().start) / DAY / 7;

/** How many lines of events a cell of the month has room for. @param {number} weeks */
function linesOfCell(weeks) {
  const size = NARROW.matches ? 'narrow' : 'wide';
  const cell = (byId('calendar').clientHeight - HEAD) / weeks;
  return Math.max(1, Math.floor((cell - AROUND[size]) / LINE[size]));
}

/** The library takes the offset 0 for the browser's own zone; a minute beside it is hardly seen. */
const libraryOffset = () => (offset() === '+00:00' ? '+00:01' : offset());

/** Ends the marking of the time that was chosen for a new event, and gives the focus back. */
export function unchoose() {
  drawn?.unselect();
  requestAnimationFrame(focusAgain);
}

/** The event that has the focus. */
function focused() {
  const element = /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest('#calendar [data-event]'));
  return element ? Number(element.dataset.event) : null;
}

/** An event that is drawn anew gets the focus that it lost. */
function focusAgain() {
  if (returnTo === null || document.querySelector('dialog[open]')) return;
  // A dialog that closes keeps the focus for a moment, unseen.
  const lost = document.activeElement === document.body || document.activeElement?.closest('dialog');
  /** @type {HTMLElement | null} */
  const element = document.querySelector(`#calendar [data-event="${returnTo}"]`);
  if (lost && element) element.focus({ preventScroll: true });
  if (!lost || element) returnTo = null;
}

/** Makes an event stand out for a moment. @param {number} id @returns {Promise<boolean>} whether it is drawn */
export async function pointOut(id) {
  await new Promise(requestAnimationFrame);
  /** @type {NodeListOf<HTMLElement>} */
  const elements = document.querySelectorAll(`#calendar [data-event="${id}"]`);
  for (const element of elements) {
    element.classList.add('pointed-out');
    element.addEventListener('animationend', () => element.classList.remove('pointed-out'), { once: true });
  }
  elements[0]?.scrollIntoView({ block: 'center' });
  elements[0]?.focus({ preventScroll: true });
  return elements.length > 0;
}

/** In a list of this month, what is to come counts, not what was. */
function scrollToToday() {
  toToday = false;
  if (startOfMonth(today()) !== startOfMonth(date)) return;
  const days = [...document.querySelectorAll('#calendar .ec-day')];
  days.find((day) => (day.querySelector('time')?.dateTime ?? '') >= dateOf(today()))?.scrollIntoView({ block: 'start' });
}

/**
 * As the library takes them, and no more than can be read. Fills `shown` and `undrawn`.
 * @param {CalendarEvent[]} list in order @param {number} start @param {number} end
 */
function thinned(list, start, end) {
  shown = new Map();
  const events = list.map((event) => ({ event, whole: isWhole(event), days: daysOf(event, start, end) }));
  if (view === 'month') lines = linesOfCell(weeksOfMonth());
  const drawn = view === 'month' ? forMonth(events, lines, start)
    : view === 'list' ? events.slice(0, listMost)
    : forHours(events, BESIDE[view === 'week' ? 'week' : 'day'][NARROW.matches ? 'narrow' : 'wide']);
  undrawn = new Map();
  const are = new Set(drawn);
  for (const each of events) {
    if (!are.has(each)) for (const day of each.days) undrawn.set(day, (undrawn.get(day) ?? 0) + 1);
  }
  const items = drawn.map(({ event, whole }) => item(event, whole));
  if (view !== 'list') for (const [day, count] of undrawn) items.push(rest(day, count));
  return items;
}

/** @param {CalendarEvent} event @param {number} start @param {number} end */
function daysOf(event, start, end) {
  const days = [];
  const last = Math.min(Math.max(event.end - 1, event.start), end - 1);
  for (let day = startOfDay(Math.max(event.start, start)); day <= last; day += DAY) days.push(day);
  return days;
}

/** Whether it is drawn as a bar over whole days. @param {CalendarEvent} event */
const isWhole = (event) => event.allDay || event.end - event.start >= DAY;

/** @param {CalendarEvent} event @param {boolean} whole in whole days */
function item(event, whole) {
  const id = event.birthday ? `${event.id}@${new Date(event.start).getUTCFullYear()}` : String(event.id);
  shown.set(id, event);
  const changeable = event.mine && !event.birthday;
  return {
    id, allDay: whole, start: iso(event.start),
    end: iso(drawnEnd(event, whole)),
    startEditable: changeable, durationEditable: changeable && view !== 'month',
    classNames: [
      ...(event.birthday ? ['birthday'] : looks(event.group)), event.mine ? 'own' : 'others',
      whole ? 'whole' : 'timed', ...(event.end - event.start < SHORT ? ['short'] : []),
    ],
  };
}

/** What is short is drawn as half an hour, so that one can read it and take hold of it. @param {CalendarEvent} event @param {boolean} whole */
const drawnEnd = (event, whole) => (whole ? event.end : Math.max(event.end, event.start + 30 * MINUTE));

/** Stands for what is not drawn of a day: in a month it is the last of the day. @param {number} day @param {number} count */
const rest = (day, count) => ({
  id: `rest ${day}`, allDay: view !== 'month', start: iso(view === 'month' ? day + DAY - MINUTE : day), end: iso(day + DAY),
  title: NARROW.matches ? `+${count}` : w.more(count), startEditable: false, durationEditable: false, classNames: ['rest'],
});

/** The options that stay. */
function options() {
  const hours12 = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12;
  return {
    headerToolbar: { start: '', center: '', end: '' }, height: '100%', locale, firstDay, timeZone: zoneOffset,
    dayMaxEvents: true, eventGap: 2, nowIndicator: true, slotEventOverlap: NARROW.matches, snapDuration: '00:15',
    scrollTime: iso(Math.min(Math.max(now() % DAY - 3 * HOUR, 6 * HOUR), 12 * HOUR)).slice(11, 16),
    slotHeight: 26, slotLabelFormat: hours12 ? { hour: 'numeric' } : CLOCK,
    selectable: true, longPressDelay: 350, eventDragMinDistance: 6,
    views: {
      timeGridWeek: { dayHeaderFormat: dayHead },
      timeGridDay: { dayHeaderFormat: dayHead },
      dayGridMonth: { dayCellFormat: dayNumber },
      listMonth: { listDayFormat: { day: 'numeric', month: 'short' }, listDaySideFormat: { weekday: 'long' } },
    },
    allDayContent: () => ({ domNodes: [el('span.all-day', {}, w.allDay)] }),
    noEventsContent: () => ({ domNodes: [nothing()] }),
    // Only where a browser's letters are larger than the cells were reckoned for.
    moreLinkContent: '…',
    eventContent: content,
    eventDidMount: mounted,
    eventClick: (/** @type {any} */ { event, el: element, jsEvent }) => {
      // Or the Enter that opens would go on to press what has the focus then.
      if (jsEvent.type === 'keydown') jsEvent.preventDefault();
      if (event.id.startsWith('rest ')) return handlers.dayAsked(Number(event.id.slice(5)));
      const known = shown.get(event.id);
      if (!known) return;
      returnTo = known.id;
      handlers.opened(known, element);
    },
    eventDrop: (/** @type {any} */ { event, delta }) => moved(event.id, delta, delta, false),
    eventResize: (/** @type {any} */ { event, startDelta, endDelta }) => moved(event.id, startDelta, endDelta, true),
    select: (/** @type {any} */ { startStr, endStr, allDay }) => handlers.chosen(fromIso(startStr), fromIso(endStr), allDay),
    dateClick: (/** @type {any} */ { dateStr, allDay, jsEvent }) => {
      if (jsEvent.swiped || view === 'list') return;
      const at = fromIso(dateStr);
      if (view === 'month') handlers.chosen(at + 9 * HOUR, at + 10 * HOUR, false);
      else if (allDay) handlers.chosen(at, at + DAY, true);
      else handlers.chosen(Math.floor(at / (30 * MINUTE)) * 30 * MINUTE, Math.floor(at / (30 * MINUTE)) * 30 * MINUTE + HOUR, false);
    },
  };
}

/** @param {string} id @param {any} startDelta @param {any} endDelta durations of the library: days and seconds */
function moved(id, startDelta, endDelta, resized = false) {
  const event = shown.get(id);
  if (!event) return;
  // In whole days the library lets an end be pulled to a quarter past midnight, and draws the day that begins there.
  const step = isWhole(event) ? DAY : 1000;
  const by = (/** @type {any} */ delta) => Math.ceil((delta.days * DAY + delta.seconds * 1000) / step) * step;
  const start = event.start + by(startDelta);
  const end = (resized ? drawnEnd(event, isWhole(event)) : event.end) + by(endDelta);
  handlers.moved(event, start, Math.max(end, start), resized);
}

/**
 * In a month an end is pulled by a handle of our own, since the library's fails there (until its 5.11.1).
 * @param {CalendarEvent} event
 */
function handle(event) {
  return el('span.pull', { 'aria-hidden': 'true', onpointerdown: (/** @type {PointerEvent} */ down) => {
    down.stopPropagation();
    down.preventDefault();
    const last = startOfDay(Math.max(event.start, event.end - 1));
    let end = event.end;
    const move = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const at = drawn.dateFromPoint(clientX, clientY);
      const next = at ? event.end + dayOfLocal(at.date) - last : end;
      if (next === end || next <= event.start) return;
      end = next;
      const pulled = { ...event, end };
      drawn.updateEvent(item(pulled, isWhole(pulled)));
    };
    const finish = (/** @type {any} */ { type }) => {
      for (const name of ['pointerup', 'pointercancel']) removeEventListener(name, finish);
      removeEventListener('pointermove', move);
      if (end === event.end) return;
      if (type === 'pointerup') handlers.moved(event, event.start, end, true);
      else draw();
    };
    addEventListener('pointermove', move);
    for (const name of ['pointerup', 'pointercancel']) addEventListener(name, finish);
  } });
}

/** @param {Date} local the day, with the digits in the browser's own zone */
const dayOfLocal = (local) => Date.UTC(local.getFullYear(), local.getMonth(), local.getDate());

/** @param {Date} local */
function dayHead(local) {
  const day = dayOfLocal(local);
  const asked = () => { location.hash = `#day/${dateOf(day)}`; };
  return { domNodes: [
    el('span.weekday', {}, format(locale, { weekday: 'short' }).format(day)),
    el('button.day-number', { type: 'button', 'aria-label': longDay(day), onclick: asked }, String(new Date(day).getUTCDate())),
  ] };
}

/** The number in a month's cell leads to the day. With keys, one presses d. @param {Date} local */
function dayNumber(local) {
  const day = dayOfLocal(local);
  const number = new Date(day).getUTCDate();
  const text = number === 1 ? format(locale, { day: 'numeric', month: 'short' }).format(day) : String(number);
  return { domNodes: [el('button.day-number', {
    type: 'button', tabindex: -1, 'aria-label': longDay(day),
    onclick: () => { location.hash = `#day/${dateOf(day)}`; }, onpointerdown: (/** @type {Event} */ event) => event.stopPropagation(),
  }, text)] };
}

function nothing() {
  return el('div.nothing', {},
    icon('calendar'), el('p', {}, w.nothingHint),
    el('button.filled', { type: 'button', onclick: () => handlers.chosen(Math.max(date, today()) + 9 * HOUR, Math.max(date, today()) + 10 * HOUR, false) }, w.newEvent));
}

/** Opens our own list of the day where the library would open its. @param {any} event */
function seeMore(event) {
  if (event.type === 'keydown' && event.key !== 'Enter' && event.key !== ' ') return;
  const day = event.target.closest('.ec-day-foot a')?.closest('.ec-day')?.querySelector('time')?.dateTime;
  if (!day) return;
  event.preventDefault();
  event.stopPropagation();
  handlers.dayAsked(fromIso(day));
}

/** What is written on an event. @param {any} info */
function content({ event: { id, title: rest, display } }) {
  const event = shown.get(id);
  if (!event) return display === 'preview' || !rest ? undefined : { domNodes: [el('span.ec-event-title', {}, rest)] };
  const subject = el('span.ec-event-title', {}, subjectOf(event));
  const sign = event.birthday ? icon('cake') : mark(event.group);
  const lock = event.mine ? null : icon('lock');
  if (view === 'list') {
    const place = [event.birthday ? w.birthday : nameOf(event.group), event.mine ? '' : event.email].filter(Boolean).join(' · ');
    const time = el('span.ec-event-time', {}, event.allDay ? w.allDay : timeOn(event));
    return { domNodes: [el('span.line', {}, time, sign, subject, lock), el('span.place', {}, place)] };
  }
  const time = event.allDay ? null : el('time.ec-event-time', { datetime: iso(event.start) }, timeOn(event));
  if (view === 'month') return { domNodes: [el('span.line', {}, sign, time, subject, lock), event.mine && !event.birthday && handle(event)].filter(Boolean) };
  const line = [sign, subject, time, lock];
  return { domNodes: [el('span.line', {}, ...line), event.group !== null && el('span.place', {}, nameOf(event.group))].filter(Boolean) };
}

/** @param {CalendarEvent} event */
function timeOn(event) {
  const length = event.end - event.start;
  const manyDays = startOfDay(event.start) !== startOfDay(Math.max(event.start, event.end - 1)) && length >= DAY;
  if (view === 'list' && manyDays) return format(locale, { day: 'numeric', month: 'short' }).formatRange(event.start, event.end - 1);
  if (view === 'month' || manyDays || length < SHORT && view !== 'list' || length === 0) return clock(event.start);
  return `${clock(event.start)} – ${clock(event.end)}`;
}

/** @param {any} info */
function mounted({ event: { id, display }, el: element }) {
  const event = shown.get(id);
  if (!event || display !== 'auto') return;
  element.dataset.event = String(event.id);
  const name = event.birthday ? w.birthdayOf(event.email) : event.subject;
  const where = event.birthday ? w.everyYear : nameOf(event.group);
  element.setAttribute('aria-label', [name, span(event), where, event.mine ? '' : w.readOnlyShort].filter(Boolean).join(', '));
  element.title = `${name}\n${span(event)}\n${where}`;
}

/**
 * The library calls itself a table, without the rows that one has to have; a screen reader would be led
 * astray. Without those roles it reads the days' names and the events, each with its date.
 * @param {HTMLElement} root
 */
function mendRoles(root) {
  const list = view === 'list';
  for (const element of root.querySelectorAll('[role=table], [role=row], [role=cell], [role=columnheader], [role=rowgroup], [role=list]')) {
    if (element.getAttribute('role') !== 'list' || element.matches('.ec')) element.removeAttribute('role');
    element.removeAttribute('aria-colindex');
  }
  for (const time of root.querySelectorAll('time[aria-label]:not([role])')) time.removeAttribute('aria-label');
  for (const span of root.querySelectorAll('.ec-col-head > [aria-label]')) span.removeAttribute('aria-label');
  const main = root.querySelector('.ec-main');
  if (!main) return;
  if (list && root.querySelector('[role=listitem]')) main.setAttribute('role', 'list');
  else if (main.hasAttribute('role')) main.removeAttribute('role');
  // What scrolls can be scrolled by keys.
  if (view !== 'month' && !main.hasAttribute('tabindex')) main.setAttribute('tabindex', '0');
  for (const head of root.querySelectorAll('h4.ec-day-head:not([aria-level])')) head.setAttribute('aria-level', '2');
  for (const aside of root.querySelectorAll('aside.ec-sidebar:not([role])')) aside.setAttribute('role', 'presentation');
}
