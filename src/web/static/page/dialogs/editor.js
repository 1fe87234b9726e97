// The form to create or edit an event. If someone else has changed the event, it shows their version and asks which to keep.

import { newKey } from '../api.js';
import { markInvalid } from '../date-fields.js';
import { byId, el, isOnScreen, on, open } from '../dom.js';
import * as actions from '../events/actions.js';
import { describeRepeat, describeTime, isAllDay, zoneOf } from '../events/event.js';
import { ConflictError } from '../events/requests.js';
import { selectAndShow } from '../group-list.js';
import { groupMark, groupName, groupsForEvents } from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { notifyForGood } from '../messages.js';
import { get as settings } from '../settings.js';
import { state } from '../state.js';
import { DAY, convert, zoneName } from '../time.js';
import { canBeSeen } from '../text.js';
import * as more from './editor-more.js';
import * as repeat from './editor-repeat.js';
import * as times from './editor-times.js';
import { askScope } from './scope.js';
import { askBeforeClosing } from './unsaved.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */
/** @typedef {import('../events/event.js').EventFields} EventFields */

/** The most groups that the form offers: all that can be selected, and some others. */
const MOST_GROUPS = 1200;

/**
 * What the form is about. Each opening of the form makes another, so that an answer that comes late cannot act on a
 * form that was opened meanwhile.
 * @typedef {{event: CalendarEvent | null, attempt: import('../events/requests.js').Attempt}} Draft
 *   `event`: what is edited, as the person saw it last, or null for a new one; `attempt`: the tries to make it
 */

/** @type {Draft} */
let draft = { event: null, attempt: { key: '' } };
/** What the form said when it was opened, or null if that was typed before. @type {string | null} */
let opened = '';
let isSaving = false;
/** Whether the form was put away while the person signs in again. */
let suspended = false;

const field = (/** @type {string} */ name) => byId(`editor-${name}`);

/** @param {() => void} onClose */
export function init(onClose) {
  times.init(timesChanged);
  repeat.init();
  more.init(timesChanged);
  // What is being saved is told about if that fails.
  askBeforeClosing('editor', 'editor-actions', isChanged);
  on('editor-form', 'submit', () => void save());
  on('editor-theirs', 'click', () => { if (draft.event) fill(draft.event, draft.event.allDay, draft.event); });
  on('editor-mine', 'click', () => void save());
  on('editor', 'close', () => {
    if (suspended) return;
    draft = newDraft(null);
    onClose();
  });
}

/** Whether the form holds what was typed and not saved. */
export const isChanged = () => byId('editor').open && !isSaving && content() !== opened;

/** What is typed. */
const content = () => JSON.stringify([
  field('subject').value.trim(), field('group').value, times.readTimes() ?? times.unreadable()?.text, repeat.repeatContent(), more.readMore(),
]);

/** The zone that the times are typed in. */
const zone = () => zoneOf({ timezone: field('all-day').checked ? undefined : field('timezone').value || undefined });

/** What the times say, on the server's clock. */
function readTimes() {
  const when = times.readTimes();
  return when && { start: convert(when.start, zone(), zoneName()), end: convert(when.end, zone(), zoneName()) };
}

/** What depends on the times and on their zone follows them. */
function timesChanged() {
  const when = times.readTimes();
  const allDay = field('all-day').checked;
  field('timezone').closest('.field-row').hidden = allDay;
  field('zone').hidden = allDay;
  const isElsewhere = !allDay && zone() !== zoneName();
  const here = isElsewhere && readTimes();
  field('zone').textContent = here ? `${t.timeZone(zone())} ${t.timeIn(describeTime({ ...here, allDay }), zoneName())}` : t.timeZone(zone());
  if (when) repeat.follow({ start: when.start, allDay, zone: zone() });
}

/** @param {CalendarEvent | null} event @returns {Draft} */
const newDraft = (event) => ({ event, attempt: { key: newKey() } });

/** Opens the form for a new event. @param {number} start @param {number} end */
export function create(start, end, allDay = false) {
  const group = settings().default_group ?? null;
  openNew(newDraft(null), { subject: '', start, end, allDay }, allDay, group !== null && state.groups.has(group) ? group : null);
}

/** @param {Draft} given @param {EventFields} fields @param {boolean} allDay @param {number | null} [group] */
function openNew(given, fields, allDay, group = null) {
  draft = given;
  byId('editor-title').textContent = t.newEvent;
  const groups = groupsForEvents();
  const hidden = Math.max(0, groups.length - MOST_GROUPS);
  field('group').replaceChildren(
    el('option', { value: '' }, `${t.personal} (${t.personalHint})`),
    ...groups.slice(0, MOST_GROUPS).map(({ id, name }) => el('option', { value: id }, name)),
    ...(hidden ? [el('option', { disabled: true }, t.moreGroupsToSelect(hidden))] : []));
  field('group').hidden = false;
  field('group').value = group ?? '';
  field('group-name').hidden = true;
  fill(fields, allDay, null);
  open(byId('editor'), field('subject'));
}

/** Opens the form for an event. Its group stays as it is. @param {CalendarEvent} event */
export function edit(event) {
  openEdited(newDraft(event), event, event);
}

/** @param {Draft} given @param {CalendarEvent} event @param {EventFields} fields */
function openEdited(given, event, fields) {
  draft = given;
  byId('editor-title').textContent = t.editEvent;
  field('group').hidden = true;
  field('group-name').hidden = false;
  field('group-name').replaceChildren(groupMark(event.group), el('span', {}, groupName(event.group)));
  fill({ ...fields, details: { ...event.details, ...fields.details } }, fields.allDay ?? isAllDay(fields.start, fields.end), event);
  open(byId('editor'), field('subject'));
}

/** Closes all dialogs, but keeps what was typed into the form until `resume`. */
export function suspend() {
  suspended = byId('editor').open;
  for (const dialog of document.querySelectorAll('dialog')) dialog.close();
}

/** Whether the form waits for its person to sign in again. */
export const isSuspended = () => suspended;

export function resume() {
  if (suspended) open(byId('editor'), field('subject'));
  suspended = false;
}

/** @param {EventFields} fields @param {boolean} allDay @param {CalendarEvent | null} event what is edited */
function fill({ subject, start, end, details: given = {} }, allDay, event) {
  const details = /** @type {import('../events/event.js').Details} */ (Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)));
  field('subject').value = subject;
  more.fillMore(details);
  const from = (/** @type {number} */ time) => convert(time, zoneName(), allDay ? zoneName() : zoneOf(details));
  times.fillTimes(from(start), from(end), allDay);
  const isSaved = event?.details.rrule === details.rrule;
  repeat.fillRepeat(details.rrule, { start: from(start), allDay, zone: zone() }, { isPossible: event?.series == null, isSaved });
  timesChanged();
  showError('');
  field('conflict').hidden = true;
  field('save').textContent = t.save;
  setSaving(false);
  opened = content();
}

/** @param {{input: HTMLInputElement, text: string} | null} fault */
function showFault(fault) {
  if (!fault) return;
  const folded = fault.input.closest('details');
  if (folded) folded.open = true;
  markInvalid(fault.input, true);
  fault.input.focus();
  showError(fault.text);
}

/** @param {string} text */
function showError(text) {
  field('error').textContent = text;
}

async function save() {
  const subject = field('subject').value.trim();
  const when = readTimes();
  const isSubjectValid = canBeSeen(subject) && [...subject].length <= 128;
  field('subject').setAttribute('aria-invalid', String(!isSubjectValid));
  if (!isSubjectValid) {
    field('subject').focus();
    return showError(t.subjectInvalid);
  }
  if (!when) return showFault(times.unreadable());
  if (when.end < when.start) return showError(t.endBeforeStart);
  const fault = repeat.repeatProblem() ?? more.moreProblem();
  if (fault) return showFault(fault);
  showError('');
  const fields = { subject, ...keepLastMinute(when), ...changes() };
  const group = field('group').value ? Number(field('group').value) : null;
  const asked = draft;
  const scope = asked.event ? await askScope(asked.event, fields) : undefined;
  if (scope === null || draft !== asked) return;
  setSaving(true);
  await send(asked, fields, group, scope);
}

/** What else is to be changed, or said of a new event. What the form leaves as it is, or does not know, is not sent. */
function changes() {
  const { event } = draft;
  const allDay = field('all-day').checked;
  const rrule = repeat.readRepeat(!event);
  const details = { ...more.changesOf(event?.details ?? {}), ...(rrule === undefined ? {} : { rrule }) };
  return { ...(allDay === (event?.allDay ?? false) ? {} : { allDay }), ...(Object.keys(details).length ? { details } : {}) };
}

/**
 * Saves what was typed. The form may be closed meanwhile, or opened for something else.
 * @param {Draft} sent @param {EventFields} fields @param {number | null} group @param {import('../events/series.js').Scope} [scope]
 */
async function send(sent, fields, group, scope) {
  const isShown = () => draft === sent && byId('editor').open;
  try {
    if (sent.event) {
      await actions.change(sent.event, fields, scope);
    } else {
      if (group !== null) await selectAndShow(group);
      await actions.create(fields, group, sent.attempt);
    }
    if (isShown()) byId('editor').close();
    else if (draft === sent) {
      draft = newDraft(null);
      suspended = false;
    }
  } catch (/** @type {any} */ error) {
    if (!isShown()) return tellLater(sent, fields, group, error);
    if (error instanceof ConflictError) return showConflict(error.current);
    showError(errorMessage(error));
    if (error.retryable) field('save').textContent = t.tryAgain;
  } finally {
    if (draft === sent) setSaving(false);
  }
}

/**
 * Says that something was not saved whose form is closed. What was typed comes back with the form.
 * @param {Draft} sent @param {EventFields} fields @param {number | null} group @param {any} error
 */
function tellLater(sent, fields, group, error) {
  // The form waits, with what was typed, for the person to sign in again.
  if (suspended && draft === sent) return;
  notifyForGood(`${t.notSaved(fields.subject)} ${errorMessage(error)}`, t.openForm, () => {
    // What is typed into a form that is open must not be lost either.
    if (byId('editor').open || !isOnScreen('calendar')) return tellLater(sent, fields, group, error);
    if (sent.event) openEdited(sent, sent.event, fields);
    else openNew(sent, fields, fields.allDay ?? false, group);
    opened = null;
    if (error instanceof ConflictError) showConflict(error.current);
    else showError(errorMessage(error));
  });
}

/** Whole days that another client wrote as 00:00 to 23:59 stay so unless they were moved. @param {{start: number, end: number}} when */
function keepLastMinute(when) {
  const { event } = draft;
  const unmoved = event?.allDay && event.start === when.start && isAllDay(when.start, when.end)
    && when.end >= event.end && when.end - event.end < DAY / 2;
  return unmoved && event ? { start: event.start, end: event.end } : when;
}

/** @param {boolean} saving */
function setSaving(saving) {
  isSaving = saving;
  for (const name of ['save', 'mine']) field(name).disabled = saving;
}

/** Shows the event as it is now, and asks which version to keep. @param {CalendarEvent | null} current */
function showConflict(current) {
  draft.event = current;
  field('conflict').hidden = false;
  field('conflict-title').textContent = current ? t.changedElsewhere : t.deletedElsewhere;
  field('conflict-now').textContent = current ? [current.subject, describeTime(current), describeRepeat(current), current.details.location].filter(Boolean).join('\n') : '';
  field('theirs').hidden = !current;
  field('mine').textContent = current ? t.saveMine : t.saveAsNew;
  if (!current) {
    field('group').value = '';
    // It may have been deleted alone, of a series that is still there.
    repeat.chooseNone();
  }
  // A disabled button cannot get the focus.
  setSaving(false);
  field('mine').focus();
}
