// An event by itself: who made it and when it is, and the form to make or to change one.

import { byId, el, icon, open } from './dom.js';
import * as changes from './changes.js';
import { Changed, isAllDay } from './events.js';
import { everyOne, mark, nameOf, selection, showToo } from './groups.js';
import { DAY, HOUR, dateOf, fromIso, iso, parse, startOfDay, zoneName } from './time.js';
import { clock, problem, shortDay, span, w } from './words.js';

/** @typedef {import('./events.js').CalendarEvent} CalendarEvent */

/** @type {CalendarEvent | null} as the person saw it when the form was opened; null: a new one */
let known = null;
/** How long it is, which it stays when its start is moved. */
let length = HOUR;
let suspended = false;
/** @type {CalendarEvent | null} */
let looked = null;
let closed = () => {};

const field = (/** @type {string} */ name) => byId(`editor-${name}`);

/** @param {() => void} onClose */
export function prepare(onClose) {
  closed = onClose;
  const on = (/** @type {string} */ id, /** @type {string} */ type, /** @type {() => void} */ act) =>
    byId(id).addEventListener(type, (/** @type {Event} */ event) => { if (type === 'submit') event.preventDefault(); act(); });
  on('editor-form', 'submit', () => void save());
  on('editor-all-day', 'change', allDayChanged);
  on('editor-start-date', 'change', startChanged);
  on('editor-start-time', 'change', startChanged);
  on('editor-end-date', 'change', endChanged);
  on('editor-end-time', 'change', endChanged);
  on('editor-theirs', 'click', () => { if (known) fill(known, known.allDay); });
  on('editor-mine', 'click', () => void save());
  on('editor', 'close', () => { if (!suspended) closed(); });
  on('details-edit', 'click', () => { const event = looked; byId('details').close(); if (event) edit(event); });
  on('details-delete', 'click', () => void remove());
}

/** @param {number} start @param {number} end */
export function create(start, end, allDay = false) {
  known = null;
  byId('editor-title').textContent = w.newEvent;
  const group = field('group');
  const chosen = new Set(selection().map(({ id }) => id));
  const others = everyOne().filter(({ id }) => !chosen.has(id));
  const option = (/** @type {{id: number, name: string}} */ { id, name }) => el('option', { value: id }, name);
  group.replaceChildren(el('option', { value: '' }, `${w.personal} (${w.personalHint})`), ...selection().map(option), ...others.map(option));
  group.hidden = false;
  field('in').hidden = true;
  fill({ subject: '', start, end }, allDay);
  open(byId('editor'), field('subject'));
}

/** @param {CalendarEvent} event */
function edit(event) {
  known = event;
  byId('editor-title').textContent = w.editEvent;
  field('group').hidden = true;
  field('in').hidden = false;
  field('in').replaceChildren(mark(event.group), el('span', {}, nameOf(event.group)));
  fill(event, event.allDay);
  open(byId('editor'), field('subject'));
}

/** Puts the form away with what was typed, and brings it back. */
export function suspend() {
  suspended = byId('editor').open;
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
}

export function resume() {
  if (suspended) open(byId('editor'), field('subject'));
  suspended = false;
}

/** @param {{subject: string, start: number, end: number}} event @param {boolean} allDay */
function fill({ subject, start, end }, allDay) {
  field('subject').value = subject;
  field('all-day').checked = allDay;
  length = end - start;
  times(start, end);
  tell('');
  field('conflict').hidden = true;
  field('save').textContent = w.save;
  field('zone').textContent = w.timesIn(zoneName());
}

/** Writes times into the fields. @param {number} start @param {number} end */
function times(start, end) {
  const allDay = field('all-day').checked;
  const last = allDay ? startOfDay(Math.max(start, end - 1)) : end;
  field('start-date').value = dateOf(start);
  field('end-date').value = dateOf(last);
  for (const [name, time] of /** @type {const} */ ([['start-time', start], ['end-time', end]])) {
    const seconds = time % 60_000 !== 0;
    field(name).step = seconds ? '1' : '60';
    field(name).value = iso(time).slice(11, seconds ? 19 : 16);
    field(name).hidden = allDay;
  }
  field('zone').hidden = allDay;
}

/** What the fields say; null where they say nothing. */
function typed() {
  const allDay = field('all-day').checked;
  const at = (/** @type {string} */ which) => {
    const date = field(`${which}-date`).value;
    const time = allDay ? '00:00' : field(`${which}-time`).value;
    return date && time ? fromIso(`${date}T${time}`) : null;
  };
  const start = at('start');
  const end = at('end');
  return start === null || end === null ? null : { start, end: allDay ? end + DAY : end };
}

function allDayChanged() {
  const now = typed();
  if (!now) return;
  if (field('all-day').checked) {
    const start = startOfDay(now.start);
    times(start, Math.max(startOfDay(now.end - DAY - 1) + DAY, start + DAY));
  } else {
    const start = startOfDay(now.start) + 9 * HOUR;
    times(start, Math.max(start + HOUR, startOfDay(now.end) + 10 * HOUR));
  }
  endChanged();
}

/** The end goes with the start. */
function startChanged() {
  const now = typed();
  if (now) times(now.start, now.start + length);
}

function endChanged() {
  const now = typed();
  if (now && now.end >= now.start) length = now.end - now.start;
}

/** @param {string} text */
function tell(text) {
  field('error').textContent = text;
}

async function save() {
  const subject = field('subject').value.trim();
  const when = typed();
  field('subject').setAttribute('aria-invalid', 'false');
  if (!subject || [...subject].length > 128) {
    field('subject').setAttribute('aria-invalid', 'true');
    field('subject').focus();
    return tell(w.subjectForm);
  }
  if (!when) return tell(w.timesForm);
  if (when.end < when.start) return tell(w.orderForm);
  tell('');
  busy(true);
  try {
    const next = { subject, ...unlessSame(when) };
    const group = field('group').value ? Number(field('group').value) : null;
    if (known) {
      await changes.change(known, next);
    } else {
      if (group !== null) await showToo(group);
      await changes.create(next, group);
    }
    byId('editor').close();
  } catch (/** @type {any} */ refusal) {
    if (refusal instanceof Changed) conflict(refusal.current);
    else {
      tell(problem(refusal));
      if (refusal.passing) field('save').textContent = w.tryAgain;
    }
  } finally {
    busy(false);
  }
}

/** Whole days that were written as 00:00 to 23:59 stay so if nobody moved them. @param {{start: number, end: number}} when */
function unlessSame(when) {
  const same = known?.allDay && known.start === when.start && isAllDay(when.start, when.end) && when.end - known.end < DAY / 2 && when.end >= known.end;
  return same && known ? { start: known.start, end: known.end } : when;
}

/** @param {boolean} under */
function busy(under) {
  for (const name of ['save', 'mine']) field(name).disabled = under;
}

/** Shows how the event is now, and asks which of the two is to be. @param {CalendarEvent | null} current */
function conflict(current) {
  known = current;
  const box = field('conflict');
  box.hidden = false;
  field('conflict-title').textContent = current ? w.changedTitle : w.goneTitle;
  field('conflict-now').textContent = current ? `${current.subject}\n${span(current)}` : '';
  field('theirs').hidden = !current;
  field('mine').textContent = current ? w.keepMine : w.saveAsNew;
  if (!current) field('group').value = '';
  field('mine').focus();
}

/** @param {CalendarEvent} event @param {HTMLElement} [beside] the element that shows it */
export function details(event, beside) {
  looked = event;
  const dialog = byId('details');
  byId('details-title').textContent = event.birthday ? w.birthdayOf(event.email) : event.subject;
  byId('details-when').textContent = span(event) + (event.birthday ? ` (${w.everyYear})` : '');
  byId('details-zone').textContent = event.allDay ? '' : w.timesIn(zoneName());
  byId('details-where').replaceChildren(event.birthday ? icon('cake') : mark(event.group), el('span', {}, event.birthday ? w.birthday : nameOf(event.group)));
  byId('details-who').textContent = `${w.madeBy} ${event.email}${event.mine ? ` (${w.byYou})` : ''}`;
  const stamp = (/** @type {string} */ text) => `${shortDay(parse(text))} ${clock(Math.floor(parse(text) / 60_000) * 60_000)}`;
  byId('details-made').textContent = `${w.made}: ${stamp(event.created)}${event.updated ? ` · ${w.lastChange}: ${stamp(event.updated)}` : ''}`;
  byId('details-read-only').hidden = event.mine;
  byId('details-edit').hidden = !event.mine || event.birthday;
  byId('details-delete').hidden = !event.mine;
  byId('details-error').textContent = '';
  byId('details-delete').textContent = w.remove;
  open(dialog, event.mine && !event.birthday ? byId('details-edit') : undefined);
  place(dialog, beside);
}

/** Beside the event, where there is room; a phone has it at the bottom. @param {HTMLElement} dialog @param {HTMLElement} [beside] */
function place(dialog, beside) {
  dialog.style.inset = dialog.style.margin = '';
  if (!beside?.isConnected || innerWidth < 720) return;
  const at = beside.getBoundingClientRect();
  const { width, height } = dialog.getBoundingClientRect();
  const gap = 8;
  const right = at.right + gap + width < innerWidth - gap;
  const left = right ? at.right + gap : Math.max(gap, at.left - gap - width);
  const top = Math.max(gap, Math.min(at.top, innerHeight - height - gap));
  dialog.style.margin = '0';
  dialog.style.inset = `${top}px auto auto ${left}px`;
}

async function remove() {
  if (!looked) return;
  const button = byId('details-delete');
  button.disabled = true;
  try {
    await changes.remove(looked);
    byId('details').close();
  } catch (/** @type {any} */ refusal) {
    if (refusal instanceof Changed && refusal.current) {
      details(refusal.current);
      button.textContent = w.deleteAnyway;
    } else if (refusal.passing) {
      button.textContent = w.tryAgain;
    }
    byId('details-error').textContent = problem(refusal);
  } finally {
    button.disabled = false;
  }
}

/** A full hour to come on a day, for one who did not choose a time. @param {number} day @param {number} now */
export function defaultTime(day, now) {
  const hour = startOfDay(now) === day ? Math.min(23, Math.floor((now % DAY) / HOUR) + 1) : 9;
  return { start: day + hour * HOUR, end: day + (hour + 1) * HOUR };
}

