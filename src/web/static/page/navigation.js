// Moving about: the view and the date by buttons, keys, swipes and the address, and what is around the calendar.

import { highlight } from './calendar/accessibility.js';
import * as calendar from './calendar/calendar.js';
import { range, stepDate, title } from './calendar/view.js';
import { markInvalid, readDate, writeDate } from './date-fields.js';
import { DatePicker } from './date-picker.js';
import { showDetails } from './dialogs/details.js';
import * as editor from './dialogs/editor.js';
import { defaultTimes } from './dialogs/editor-times.js';
import { openSearch } from './dialogs/event-list.js';
import { announce, byId, isNarrow, isOnScreen, on, open } from './dom.js';
import { keyOf } from './events/event.js';
import { formatShortDate } from './format.js';
import { t } from './i18n/index.js';
import { undoLast } from './messages.js';
import { refresh } from './refresh.js';
import { initShortcuts, onSwipe } from './shortcuts.js';
import { get as settings } from './settings.js';
import { state } from './state.js';
import { fromIso, now, toIsoDate, today } from './time.js';

/** @typedef {import('./state.js').View} View */

const VIEWS = /** @type {const} */ (['year', 'month', 'week', 'day', 'list']);

/** @type {DatePicker} */
let dialogPicker;
/** @type {DatePicker} */
let sidebarPicker;

export function init() {
  initButtons();
  initPickers();
  initKeys();
  onSwipe(byId('main'), (direction) => goTo(state.view, stepDate(direction)));
  addEventListener('hashchange', () => {
    if (!isOnScreen('calendar')) return;
    showAddress();
    history.replaceState(null, '', addressOf());
    void refresh();
  });
  // Not by its address, since the address says what is shown.
  document.querySelector('.skip')?.addEventListener('click', (event) => {
    event.preventDefault();
    byId('calendar').focus();
  });
}

/** Shows a view, which the browser's Back leaves again, and fetches its events. @param {View} view @param {number} date */
function goTo(view, date) {
  calendar.show(view, date);
  if (location.hash !== addressOf()) history.pushState(null, '', addressOf());
  return refresh();
}

/** Goes to the day of an event, and to the event itself. @param {import('./events/event.js').CalendarEvent} event */
export async function goToEvent(event) {
  await goTo(state.view, event.start);
  // An event without room on its day opens instead.
  if (!(await highlight(keyOf(event)))) showDetails(event);
}

/** Shows what the address says, such as `#week/2017-06-20`. By default it is today: in the view that the person has chosen, else a month, or a list on a phone. */
export function showAddress() {
  const [, view, date] = /^#(year|month|week|day|list)(?:\/(\d{4}(?:-\d\d-\d\d)?))?$/.exec(location.hash) ?? [];
  const day = date ? fromIso(date.length > 4 ? date : `${date}-01-01`) : today();
  calendar.show(/** @type {View} */ (view ?? settings().view ?? (isNarrow() ? 'list' : 'month')), Number.isNaN(day) ? today() : day);
}

/** The address of what is shown, so that a page loaded again shows the same. */
const addressOf = () => `#${state.view}/${toIsoDate(state.date)}`;

function isTodayShown() {
  const { start, end } = range();
  return today() >= start && today() < end;
}

/** Brings what is around the calendar in line with it. */
export function updateSurroundings() {
  const text = title();
  if (byId('title').textContent !== text) announce(text);
  showTitle();
  for (const view of VIEWS) byId(`view-${view}`).checked = view === state.view;
  sidebarPicker.select(state.date);
}

/** As the list is scrolled, its title follows. */
export function showTitle() {
  const text = title();
  byId('title').textContent = text;
  document.title = `${text} · ${t.appName}`;
}

function initButtons() {
  on('today', 'click', () => void goTo(state.view, today()));
  on('previous', 'click', () => void goTo(state.view, stepDate(-1)));
  on('next', 'click', () => void goTo(state.view, stepDate(1)));
  on('new', 'click', createEvent);
  on('new-floating', 'click', createEvent);
  on('search', 'click', openSearch);
  on('help-open', 'click', openHelp);
  on('title-button', 'click', chooseDate);
  // On a narrow page the sidebar moves into a dialog while that is open.
  on('menu', 'click', () => {
    byId('sidebar-dialog').append(byId('sidebar'));
    open(byId('sidebar-dialog'));
  });
  on('sidebar-dialog', 'close', () => byId('sidebar-home').append(byId('sidebar')));
  for (const view of VIEWS) on(`view-${view}`, 'change', () => void goTo(view, state.date));
}

function initPickers() {
  const pick = (/** @type {number} */ day) => {
    byId('picker').close();
    byId('sidebar-dialog').close();
    void goTo(state.view, day);
  };
  dialogPicker = new DatePicker(byId('picker-month'), pick);
  sidebarPicker = new DatePicker(byId('sidebar-month'), pick);
  on('picker-form', 'submit', () => {
    const when = readDate(byId('picker-date'));
    if (when) return pick(when.day);
    markInvalid(byId('picker-date'), true);
    byId('picker-error').textContent = t.dateUnreadable(byId('picker-date').value.trim(), formatShortDate(today()));
  });
}

function initKeys() {
  const showView = (/** @type {View} */ view) => () => void goTo(view, state.date);
  const forward = () => void goTo(state.view, stepDate(1));
  const back = () => void goTo(state.view, stepDate(-1));
  initShortcuts({
    t: () => void goTo(state.view, today()),
    y: showView('year'), m: showView('month'), w: showView('week'), d: showView('day'), l: showView('list'),
    j: forward, ArrowRight: forward, k: back, ArrowLeft: back,
    n: createEvent, '/': openSearch, g: chooseDate, u: undoLast, '?': openHelp,
  });
}

const openHelp = () => open(byId('help'));

/** A new event on the day of the view, or today if the view shows it among others. */
function createEvent() {
  const day = isTodayShown() && state.view !== 'day' ? today() : state.date;
  const { start, end } = defaultTimes(day, now());
  byId('sidebar-dialog').close();
  editor.create(start, end);
}

function chooseDate() {
  writeDate(byId('picker-date'), state.date);
  byId('picker-error').textContent = '';
  dialogPicker.select(state.date);
  open(byId('picker'));
  dialogPicker.focus();
}
