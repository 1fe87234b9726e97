// Puts the page together: who is signed in, what is shown, and what leads where.

import * as account from './account.js';
import { listen, setToken, call } from './api.js';
import * as calendar from './calendar.js';
import * as changes from './changes.js';
import { byId, fillWords, icon, open, prepareDialogs, say } from './dom.js';
import * as editor from './editor.js';
import * as events from './events.js';
import * as groups from './groups.js';
import * as hits from './hits.js';
import * as keys from './keys.js';
import { Picker } from './picker.js';
import * as session from './session.js';
import { DAY, MINUTE, dateOf, fromIso, now, offset, setZone, startOfDay, today, zoneName } from './time.js';
import * as undo from './undo.js';
import { language, problem, w } from './words.js';

/** @typedef {import('./calendar.js').View} View */

const VIEWS = /** @type {const} */ (['month', 'week', 'day', 'list']);
const NARROW = matchMedia('(max-width: 719px)');

/** @type {Picker[]} */
let pickers = [];
/** Who was signed in last, so that another does not get what one typed. */
let email = '';
/** Takes back that the calendar could not be loaded. */
let withdraw = () => {};

start();

function start() {
  document.documentElement.lang = language;
  document.title = w.calendar;
  fillWords();
  prepareDialogs();
  undo.prepare();
  listen({ pending: (under) => { document.body.classList.toggle('pending', under); }, tokenRefused: () => expire() });
  session.prepare(enter);
  calendar.prepare({
    opened: editor.details, chosen: editor.create, dayAsked: askDay, shown,
    moved: (event, from, to, resized) => void changes.move(event, from, to, resized),
  });
  editor.prepare(() => calendar.unchoose());
  groups.prepare(() => void refresh());
  changes.prepare(calendar.draw);
  hits.prepare((event) => void lead(event));
  account.prepare(() => void refresh());
  // Not by its address, which says what is shown.
  document.querySelector('.skip')?.addEventListener('click', (event) => {
    event.preventDefault();
    byId('calendar').focus();
  });
  prepareButtons();
  prepareKeys();
  keys.onSwipe(byId('calendar'), (way) => go(() => calendar.step(way)));
  addEventListener('hashchange', () => { if (document.body.dataset.state === 'in') go(fromAddress); });
  addEventListener('online', () => void refresh());
  document.addEventListener('visibilitychange', () => { if (!document.hidden) void refresh(); });
  // What others write into groups shows by and by.
  setInterval(() => { if (!document.hidden) void refresh(); }, 5 * MINUTE);
  void signInAgain();
}

/** With the token of last time. */
async function signInAgain() {
  const token = session.kept();
  if (!token) return session.ask();
  setToken(token);
  try {
    const { data } = await call('GET', '/user/');
    await enter(data);
  } catch (/** @type {any} */ refusal) {
    if (refusal.kind === 'token') return;
    document.body.dataset.state = 'in';
    undo.notify(`${w.notLoaded} ${problem(refusal)}`, w.tryAgain, signInAgain);
  }
}

/** The token is no longer valid. What is being typed waits for who signs in again. */
function expire() {
  if (document.body.dataset.state === 'out') return;
  session.keep(null);
  editor.suspend();
  session.ask(w.ended);
}

/** @param {session.User} user */
async function enter(user) {
  if (email && email !== user.useremail) return location.reload();
  email = user.useremail;
  setZone(user.timezone);
  session.begin(user);
  events.begin(email);
  account.begin(user);
  document.body.dataset.state = 'in';
  byId('zone').textContent = w.timesIn(`${zoneName()} (GMT${offset()})`);
  fromAddress();
  editor.resume();
  try {
    await groups.load(email);
  } catch (refusal) {
    undo.notify(problem(refusal), w.tryAgain, () => void enter(user));
  }
  await refresh();
}

/** Draws what is known, and fetches what is not. */
async function refresh() {
  if (document.body.dataset.state !== 'in' || !email || document.querySelector('.ec-preview')) return;
  const { start, end } = calendar.range();
  calendar.draw();
  try {
    if (await events.load(start, end)) calendar.draw();
    withdraw();
  } catch (/** @type {any} */ refusal) {
    if (refusal.kind === 'token') return;
    withdraw();
    withdraw = undo.notify(`${w.notLoaded} ${problem(refusal)}`, w.tryAgain, () => void refresh());
  }
}

/** Goes somewhere, writes it into the address, and fetches what is there. @param {() => void} move */
function go(move) {
  move();
  history.replaceState(null, '', `#${calendar.currentView()}/${dateOf(calendar.currentDate())}`);
  void refresh();
}

/** `#week/2017-06-20`, so that a page that is loaded again shows the same. */
function fromAddress() {
  const [, view, date] = /^#(month|week|day|list)(?:\/(\d{4}-\d\d-\d\d))?$/.exec(location.hash) ?? [];
  const at = date ? fromIso(date) : today();
  calendar.show(/** @type {View} */ (view ?? (NARROW.matches ? 'list' : 'month')), Number.isNaN(at) ? today() : at);
}

/** What is around the calendar follows it. */
function shown() {
  const view = calendar.currentView();
  const title = calendar.title();
  if (byId('title').textContent !== title) say(title);
  byId('title').textContent = title;
  document.title = `${title} · ${w.calendar}`;
  for (const name of VIEWS) byId(`view-${name}`).checked = name === view;
  pickers[1].show(calendar.currentDate());
  const { start, end } = calendar.range();
  byId('today').toggleAttribute('data-here', today() >= start && today() < end);
}

function prepareButtons() {
  const on = (/** @type {string} */ id, /** @type {() => void} */ act) => byId(id).addEventListener('click', act);
  on('today', () => go(() => calendar.show(calendar.currentView(), today())));
  on('previous', () => go(() => calendar.step(-1)));
  on('next', () => go(() => calendar.step(1)));
  on('new', create);
  on('new-floating', create);
  on('search', hits.openSearch);
  on('help-open', keys.help);
  on('title-button', chooseDate);
  on('menu', () => { byId('side-dialog').append(byId('side')); open(byId('side-dialog')); });
  byId('side-dialog').addEventListener('close', () => byId('side-home').append(byId('side')));
  for (const view of VIEWS) {
    byId(`view-${view}`).addEventListener('change', () => go(() => calendar.show(view, calendar.currentDate())));
  }
  const pick = (/** @type {number} */ day) => {
    byId('picker').close();
    byId('side-dialog').close();
    go(() => calendar.show(calendar.currentView(), day));
  };
  pickers = [new Picker(byId('picker-month'), pick), new Picker(byId('side-month'), pick)];
  byId('picker-form').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    if (byId('picker-date').value) pick(fromIso(byId('picker-date').value));
  });
}

function prepareKeys() {
  const view = (/** @type {View} */ name) => () => go(() => calendar.show(name, calendar.currentDate()));
  const forth = () => go(() => calendar.step(1));
  const back = () => go(() => calendar.step(-1));
  keys.prepare({
    t: () => byId('today').click(), m: view('month'), w: view('week'), d: view('day'), l: view('list'),
    j: forth, ArrowRight: forth, k: back, ArrowLeft: back,
    n: create, '/': hits.openSearch, g: chooseDate, u: undo.undoLast, '?': keys.help,
  });
}

function create() {
  const at = calendar.currentDate();
  const { start, end } = calendar.range();
  const here = today() >= start && today() < end && calendar.currentView() !== 'day' ? today() : at;
  const time = editor.defaultTime(startOfDay(here), now());
  byId('side-dialog').close();
  editor.create(time.start, time.end);
}

function chooseDate() {
  byId('picker-date').value = dateOf(calendar.currentDate());
  pickers[0].show(calendar.currentDate());
  open(byId('picker'));
  pickers[0].focus();
}

/** @param {number} day */
function askDay(day) {
  hits.openDay(day, events.between(day, day + DAY));
}

/** To the day of an event, and the event itself. @param {events.CalendarEvent} event */
async function lead(event) {
  const view = calendar.currentView();
  calendar.show(view, event.start);
  history.replaceState(null, '', `#${view}/${dateOf(event.start)}`);
  await refresh();
  // Where there was no room to draw it, it shows by itself.
  if (!(await calendar.pointOut(event.id))) editor.details(event);
}

for (const button of document.querySelectorAll('[data-icon]')) {
  button.prepend(icon(/** @type {HTMLElement} */ (button).dataset.icon ?? ''));
}
