// The form to create or edit an event. If someone else has changed the event, it shows their version and asks which to keep.

import { byId, el, on, open } from '../dom.js';
import * as actions from '../events/actions.js';
import { describeTime, isAllDay } from '../events/event.js';
import { ConflictError } from '../events/requests.js';
import { selectAndShow } from '../group-list.js';
import { allGroups, groupMark, groupName, selectedFirst } from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { DAY, zoneName } from '../time.js';
import * as times from './editor-times.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */

/** The most groups that the form offers: all that can be selected, and some others. */
const MOST_GROUPS = 1200;

/** The event that is edited, as the person saw it last; null for a new one. @type {CalendarEvent | null} */
let edited = null;
/** Whether the form was put away while the person signs in again. */
let suspended = false;

const field = (/** @type {string} */ name) => byId(`editor-${name}`);

/** @param {() => void} onClose */
export function init(onClose) {
  times.init();
  on('editor-form', 'submit', () => void save());
  on('editor-theirs', 'click', () => { if (edited) fill(edited, edited.allDay); });
  on('editor-mine', 'click', () => void save());
  on('editor', 'close', () => { if (!suspended) onClose(); });
}

/** Opens the form for a new event. @param {number} start @param {number} end */
export function create(start, end, allDay = false) {
  edited = null;
  byId('editor-title').textContent = t.newEvent;
  const groups = selectedFirst(allGroups());
  const hidden = Math.max(0, groups.length - MOST_GROUPS);
  field('group').replaceChildren(
    el('option', { value: '' }, `${t.personal} (${t.personalHint})`),
    ...groups.slice(0, MOST_GROUPS).map(({ id, name }) => el('option', { value: id }, name)),
    ...(hidden ? [el('option', { disabled: true }, t.moreGroupsToSelect(hidden))] : []));
  field('group').hidden = false;
  field('group-name').hidden = true;
  fill({ subject: '', start, end }, allDay);
  open(byId('editor'), field('subject'));
}

/** Opens the form for an event. Its group stays as it is. @param {CalendarEvent} event */
export function edit(event) {
  edited = event;
  byId('editor-title').textContent = t.editEvent;
  field('group').hidden = true;
  field('group-name').hidden = false;
  field('group-name').replaceChildren(groupMark(event.group), el('span', {}, groupName(event.group)));
  fill(event, event.allDay);
  open(byId('editor'), field('subject'));
}

/** Closes all dialogs, but keeps what was typed into the form until `resume`. */
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
  times.fillTimes(start, end, allDay);
  showError('');
  field('conflict').hidden = true;
  field('save').textContent = t.save;
  field('zone').textContent = t.timeZone(zoneName());
}

/** @param {string} text */
function showError(text) {
  field('error').textContent = text;
}

async function save() {
  const subject = field('subject').value.trim();
  const when = times.readTimes();
  const isSubjectValid = subject && [...subject].length <= 128;
  field('subject').setAttribute('aria-invalid', String(!isSubjectValid));
  if (!isSubjectValid) {
    field('subject').focus();
    return showError(t.subjectInvalid);
  }
  if (!when) return showError(t.timesMissing);
  if (when.end < when.start) return showError(t.endBeforeStart);
  showError('');
  setSaving(true);
  try {
    const fields = { subject, ...keepLastMinute(when) };
    const group = field('group').value ? Number(field('group').value) : null;
    if (edited) {
      await actions.change(edited, fields);
    } else {
      if (group !== null) await selectAndShow(group);
      await actions.create(fields, group);
    }
    byId('editor').close();
  } catch (/** @type {any} */ error) {
    if (error instanceof ConflictError) return showConflict(error.current);
    showError(errorMessage(error));
    if (error.retryable) field('save').textContent = t.tryAgain;
  } finally {
    setSaving(false);
  }
}

/** Whole days that another client wrote as 00:00 to 23:59 stay so unless they were moved. @param {{start: number, end: number}} when */
function keepLastMinute(when) {
  const unmoved = edited?.allDay && edited.start === when.start && isAllDay(when.start, when.end)
    && when.end >= edited.end && when.end - edited.end < DAY / 2;
  return unmoved && edited ? { start: edited.start, end: edited.end } : when;
}

/** @param {boolean} saving */
function setSaving(saving) {
  for (const name of ['save', 'mine']) field(name).disabled = saving;
}

/** Shows the event as it is now, and asks which version to keep. @param {CalendarEvent | null} current */
function showConflict(current) {
  edited = current;
  field('conflict').hidden = false;
  field('conflict-title').textContent = current ? t.changedElsewhere : t.deletedElsewhere;
  field('conflict-now').textContent = current ? `${current.subject}\n${describeTime(current)}` : '';
  field('theirs').hidden = !current;
  field('mine').textContent = current ? t.saveMine : t.saveAsNew;
  if (!current) field('group').value = '';
  // A disabled button cannot get the focus.
  setSaving(false);
  field('mine').focus();
}
