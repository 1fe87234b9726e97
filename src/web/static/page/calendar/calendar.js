// Draws the calendar: it gives the events of the view to the library (@event-calendar/build) and passes on what a
// person does there.

import { byId, el, isNarrow, isPrinted, onPrint } from '../dom.js';
import { keyOf } from '../events/event.js';
import * as store from '../events/store.js';
import { clock, firstDay, uses12Hours } from '../format.js';
import { locale, t } from '../i18n/index.js';
import { eventLength, get as settings } from '../settings.js';
import { state } from '../state.js';
import { DAY, HOUR, MINUTE, fromIso, now, possibleDay, startOfDay, toIso, toIsoDate, today, utcOffset } from '../time.js';
import { rememberFocus, restoreFocus, scrollListToDate, setNextFocus, watchRoles } from './accessibility.js';
import { dayHeader, dayNumber, dayOfLocal, emptyList, eventContent, labelEvent } from './content.js';
import { draggedTimes, resizeHandle } from './drag.js';
import { dayOfMore, eventOf, itemOf, layOut, linesPerCell } from './layout.js';
import * as list from './list.js';
import { range } from './view.js';
import * as year from './year.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */
/** @typedef {import('../state.js').View} View */

/** The library's names; the year is drawn without it. @type {Record<Exclude<View, 'year'>, string>} */
const LIBRARY_VIEWS = { month: 'dayGridMonth', week: 'timeGridWeek', day: 'timeGridDay', list: 'listMonth' };

/** How much a view shows, as the library counts. */
const DURATIONS = {
  month: () => ({ months: 1 }), week: () => ({ weeks: 1 }), day: () => ({ days: 1 }),
  list: () => ({ months: state.list.before + state.list.after }),
};

/**
 * @typedef {{
 *   openEvent: (event: CalendarEvent, element: HTMLElement) => void,
 *   createEvent: (start: number, end: number, allDay: boolean) => void,
 *   moveEvent: (event: CalendarEvent, start: number, end: number, resized: boolean) => void,
 *   openDay: (day: number) => void,
 *   loadMore: () => Promise<void>,
 *   listScrolled: () => void,
 *   drawn: () => void,
 * }} Handlers what the calendar leaves to others
 */

/** @type {any} the library's calendar */
let library = null;
/** @type {Handlers} */
let handlers;
let scrollsToDate = false;
/** How many events a cell of the month had room for when it was drawn. */
let drawnLines = 0;
/** Counts the redraws, so that a waiting one can tell that it is outdated. */
let redraws = 0;

/** @param {Handlers} given */
export function init(given) {
  handlers = given;
  const root = byId('calendar');
  watchRoles();
  root.addEventListener('click', openDayOfMoreLink, true);
  root.addEventListener('keydown', openDayOfMoreLink, true);
  new ResizeObserver(() => {
    if (library && state.view === 'month' && linesPerCell() !== drawnLines) draw();
  }).observe(root);
  onPrint(() => { if (library && state.view !== 'year') draw(); });
  year.init();
  list.init({ redraw: draw, loadMore: given.loadMore, scrolled: given.listScrolled });
}

/** @param {View} view @param {number} date */
export function show(view, date) {
  state.view = view;
  state.date = possibleDay(startOfDay(date));
  list.reset();
  scrollsToDate = view === 'list';
  draw();
}

/** Draws the known events of the view. */
export function draw() {
  const isYear = state.view === 'year';
  byId('calendar').hidden = isYear;
  byId('year').hidden = !isYear;
  if (!isYear) return drawInLibrary();
  year.draw();
  list.drawn(0);
  handlers.drawn();
}

function drawInLibrary() {
  const { start, end } = range();
  const { items, hidden } = layOut(store.between(start, end), list.listLimit());
  drawnLines = linesPerCell();
  rememberFocus();
  if (library) void redraw(items);
  else library = EventCalendar.create(byId('calendar'), { ...fixedOptions(), ...viewOptions(), events: items, noEventsContent });
  byId('calendar').dataset.view = state.view;
  list.drawn(hidden);
  handlers.drawn();
  if (scrollsToDate && items.length) {
    requestAnimationFrame(() => { scrollsToDate = false; scrollListToDate(); });
  }
  requestAnimationFrame(restoreFocus);
}

/** @param {any[]} items */
async function redraw(items) {
  const turn = ++redraws;
  const { view, date, duration, timeZone } = viewOptions();
  if (library.getOption('timeZone') !== timeZone) library.setOption('timeZone', timeZone);
  if (library.getOption('view') !== view) {
    // Otherwise it would first draw the old events in the new view, which is slow with many. It clears them in
    // microtasks, so that no frame is empty.
    library.setOption('events', []);
    for (let microtasks = 0; microtasks < 5; microtasks += 1) await null;
    if (turn !== redraws) return;
  }
  // A new function each time makes the library write the months of an empty list again.
  library.setOption('noEventsContent', () => noEventsContent());
  library.setOption('dayMaxEvents', !isPrinted());
  library.setOption('duration', duration).setOption('view', view).setOption('date', date).setOption('events', items);
}

/** Removes the mark of the time that was selected for a new event, and gives the focus back. */
export function clearSelection() {
  library?.unselect();
  requestAnimationFrame(restoreFocus);
}

function viewOptions() {
  // To the library, an offset of 0 means the browser's own zone. A difference of one minute is hardly visible.
  const timeZone = utcOffset() === '+00:00' ? '+00:01' : utcOffset();
  const view = /** @type {Exclude<View, 'year'>} */ (state.view);
  return { view: LIBRARY_VIEWS[view], date: toIsoDate(view === 'list' ? range().start : state.date), duration: DURATIONS[view](), timeZone };
}

/** What a person can choose. */
function chosenOptions() {
  const hour = (/** @type {number} */ number) => `${String(number).padStart(2, '0')}:00:00`;
  return {
    // A new function each time makes the library draw the days again, with or without the numbers of their weeks.
    firstDay: firstDay(), dayCellFormat: (/** @type {Date} */ day) => dayNumber(day), slotLabelFormat: uses12Hours() ? { hour: 'numeric', hour12: true } : clock(),
    slotMinTime: hour(settings().day_start ?? 0), slotMaxTime: hour(settings().day_end ?? 24),
  };
}

/** Draws again as the person has chosen. */
export function applySettings() {
  if (!library) return void (state.user && draw());
  for (const [name, value] of Object.entries(chosenOptions())) library.setOption(name, value);
  draw();
}

function fixedOptions() {
  const firstHour = Math.min(Math.max(now() % DAY - 3 * HOUR, 6 * HOUR), 12 * HOUR);
  return {
    headerToolbar: { start: '', center: '', end: '' }, height: '100%', locale, ...chosenOptions(),
    dayMaxEvents: true, eventGap: 2, nowIndicator: true, slotEventOverlap: isNarrow(), snapDuration: '00:15',
    scrollTime: toIso(firstHour).slice(11, 16), slotHeight: 26, flexibleSlotTimeLimits: true,
    selectable: true, longPressDelay: 350, eventDragMinDistance: 6,
    views: {
      timeGridWeek: { dayHeaderFormat: dayHeader },
      timeGridDay: { dayHeaderFormat: dayHeader },
      listMonth: { listDayFormat: { day: 'numeric', month: 'short' }, listDaySideFormat: { weekday: 'long' } },
    },
    allDayContent: () => ({ domNodes: [el('span.all-day', {}, t.allDay)] }),
    // Shows only where the browser's letters are larger than the cells were measured for.
    moreLinkContent: '…',
    eventContent: contentOf,
    eventDidMount: (/** @type {any} */ { event: { id, display }, el: element }) => {
      const event = eventOf(id);
      if (event && display === 'auto') labelEvent(event, element);
    },
    eventClick: openEvent,
    eventDrop: (/** @type {any} */ { event, delta }) => drag(event.id, delta, delta, false),
    eventResize: (/** @type {any} */ { event, startDelta, endDelta }) => drag(event.id, startDelta, endDelta, true),
    select: (/** @type {any} */ { startStr, endStr, allDay }) => handlers.createEvent(fromIso(startStr), fromIso(endStr), allDay),
    dateClick: createAt,
  };
}

/** @param {any} info */
function contentOf({ event: { id, title, display } }) {
  const event = eventOf(id);
  if (event) return { domNodes: eventContent(event, () => monthResizeHandle(event)) };
  return display === 'preview' || !title ? undefined : { domNodes: [el('span.ec-event-title', {}, title)] };
}

/** @param {any} info */
function openEvent({ event: { id }, el: element, jsEvent }) {
  // Otherwise the Enter that opens the dialog would also press the button that gets the focus in it.
  if (jsEvent.type === 'keydown') jsEvent.preventDefault();
  const day = dayOfMore(id);
  if (day !== null) return handlers.openDay(day);
  const event = eventOf(id);
  if (!event) return;
  setNextFocus(keyOf(event));
  handlers.openEvent(event, element);
}

/** @param {any} info */
function createAt({ dateStr, allDay, jsEvent }) {
  if (jsEvent.swiped || state.view === 'list') return;
  const time = fromIso(dateStr);
  const halfHour = Math.floor(time / (30 * MINUTE)) * 30 * MINUTE;
  if (state.view === 'month') handlers.createEvent(time + 9 * HOUR, time + 9 * HOUR + eventLength(), false);
  else if (allDay) handlers.createEvent(time, time + DAY, true);
  else handlers.createEvent(halfHour, halfHour + eventLength(), false);
}

const noEventsContent = () => ({ domNodes: [emptyList(createInEmptyList)] });

function createInEmptyList() {
  const day = Math.max(state.date, today());
  handlers.createEvent(day + 9 * HOUR, day + 9 * HOUR + eventLength(), false);
}

/** @param {string} id @param {any} startDelta @param {any} endDelta @param {boolean} resized */
function drag(id, startDelta, endDelta, resized) {
  const event = eventOf(id);
  if (!event) return;
  const { start, end } = draggedTimes(event, startDelta, endDelta, resized);
  handlers.moveEvent(event, start, end, resized);
}

/** @param {CalendarEvent} event */
const monthResizeHandle = (event) => resizeHandle(event, {
  dayAt: (x, y) => {
    const found = library.dateFromPoint(x, y);
    return found ? dayOfLocal(found.date) : null;
  },
  preview: (resized) => library.updateEvent(itemOf(resized)),
  done: (end) => handlers.moveEvent(event, event.start, end, true),
  cancelled: draw,
});

/** Opens the page's own list of a day instead of the library's. @param {any} event */
function openDayOfMoreLink(event) {
  if (event.type === 'keydown' && event.key !== 'Enter' && event.key !== ' ') return;
  const day = event.target.closest('.ec-day-foot a')?.closest('.ec-day')?.querySelector('time')?.dateTime;
  if (!day) return;
  event.preventDefault();
  event.stopPropagation();
  handlers.openDay(fromIso(day));
}
