// An event by itself: when it is, where it belongs and who created it, with the buttons to edit and delete it.

import { byId, el, icon, isNarrow, on, open, withParts } from '../dom.js';
import * as actions from '../events/actions.js';
import { describeRepeat, describeTime, fullTitle, isRepeating, mayChange, mayDelete, zoneOf } from '../events/event.js';
import { ConflictError } from '../events/requests.js';
import { formatClock, formatShortDate } from '../format.js';
import { groupMark, groupName } from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { notify } from '../messages.js';
import { isSubscribed } from '../state.js';
import { addressesIn } from '../text.js';
import { MINUTE, convert, fromApi, zoneName } from '../time.js';
import { edit } from './editor.js';
import { askScope } from './scope.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */

/** @type {CalendarEvent | null} */
let shown = null;

export function init() {
  on('details-edit', 'click', () => {
    byId('details').close();
    if (shown) edit(shown);
  });
  on('details-delete', 'click', () => void remove());
  on('details-changes', 'click', () => void showHistory());
}

/** @param {CalendarEvent} event @param {HTMLElement} [beside] the element that shows the event */
export function showDetails(event, beside) {
  shown = event;
  const editable = mayChange(event) && !event.birthday;
  byId('details-title').textContent = fullTitle(event);
  byId('details-when').textContent = describeTime(event) + (event.birthday ? ` (${t.everyYear})` : '');
  byId('details-when').classList.toggle('cancelled', event.details.status === 'cancelled');
  byId('details-zone').textContent = event.allDay ? '' : t.timeZone(zoneName());
  byId('details-more').replaceChildren(...facts(event));
  byId('details-group').replaceChildren(
    event.birthday ? icon('cake') : groupMark(event.group),
    el('span', {}, event.birthday ? t.birthday : groupName(event.group)));
  byId('details-creator').hidden = isSubscribed(event.group);
  byId('details-creator').textContent = `${t.createdBy} ${event.email}${event.mine ? ` (${t.you})` : ''}`;
  byId('details-history').textContent = `${t.created}: ${formatTimestamp(event.created)}`
    + (event.updated ? ` · ${t.lastChanged}: ${formatTimestamp(event.updated)}` : '');
  byId('details-read-only').hidden = mayChange(event);
  byId('details-read-only-text').textContent = isSubscribed(event.group) ? t.subscribedHint : t.readOnlyHint;
  byId('details-edit').hidden = !editable;
  byId('details-changes').hidden = isSubscribed(event.group);
  byId('details-delete').hidden = !mayDelete(event);
  byId('details-delete').textContent = t.delete;
  byId('details-delete').disabled = false;
  byId('details-error').textContent = '';
  open(byId('details'), editable ? byId('details-edit') : undefined);
  placeBeside(byId('details'), beside);
}

/** What an event says besides. @param {CalendarEvent} event */
function facts(event) {
  const { location, description, url, status, free, private: isPrivate, reminders, timezone } = event.details;
  const inZone = (/** @type {number} */ time) => convert(time, zoneName(), zoneOf(event.details));
  const flags = [status && t[status], free && t.free, isPrivate && t.private].filter(Boolean).join(' · ');
  const said = /** @type {[string, any][]} */ ([
    [t.repeat, isRepeating(event) && [icon('repeat'), describeRepeat(event)]],
    [t.ownZone, timezone && [t.timeIn(describeTime({ ...event, start: inZone(event.start), end: inZone(event.end) }), timezone)]],
    [t.status, flags && [flags]],
    [t.place, location && [`${location} `, link(`https://www.openstreetmap.org/search?query=${encodeURIComponent(location)}`, t.map)]],
    [t.url, url && linked(url)],
    [t.reminder, reminders && [reminders.map(t.before).join(', ')]],
    [t.notes, description && linked(description)],
  ]);
  return said.flatMap(([name, content]) => (content ? [el('dt', {}, name), el('dd.pre', {}, ...content)] : []));
}

/** A link that leaves the page, and tells the other one nothing. @param {string} address @param {string} [text] */
const link = (address, text = address) => el('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, text);

/** @param {string} text whose addresses become links */
const linked = (text) => withParts(text, addressesIn(text), (address) => link(address));

/** To the minute. @param {string} text as the API writes it */
function formatTimestamp(text) {
  const time = fromApi(text);
  return `${formatShortDate(time)} ${formatClock(Math.floor(time / MINUTE) * MINUTE)}`;
}

/** Puts the dialog beside the event where there is room; on a phone it stays at the bottom. @param {HTMLElement} dialog @param {HTMLElement} [beside] */
function placeBeside(dialog, beside) {
  dialog.style.inset = dialog.style.margin = '';
  if (!beside?.isConnected || isNarrow()) return;
  const event = beside.getBoundingClientRect();
  const { width, height } = dialog.getBoundingClientRect();
  const gap = 8;
  const fitsRight = event.right + gap + width < innerWidth - gap;
  const left = fitsRight ? event.right + gap : Math.max(gap, event.left - gap - width);
  const top = Math.max(gap, Math.min(event.top, innerHeight - height - gap));
  dialog.style.margin = '0';
  dialog.style.inset = `${top}px auto auto ${left}px`;
}

/** Shows who changed the event, from a module that is loaded only now. */
async function showHistory() {
  const event = shown;
  if (!event) return;
  try {
    const { openHistory } = await import('./history.js');
    if (shown !== event || !byId('details').open) return;
    byId('details').close();
    openHistory(`${t.history}: ${fullTitle(event)}`, `/calendar/event/${event.id}/history`);
  } catch {
    if (shown === event) byId('details-error').textContent = t.offline;
  }
}

async function remove() {
  const event = shown;
  if (!event) return;
  // An answer that comes late must not act on another event.
  const isShown = () => shown === event && byId('details').open;
  const button = byId('details-delete');
  const scope = await askScope(event);
  if (scope === null || !isShown()) return;
  button.disabled = true;
  try {
    await actions.remove(event, scope);
    if (isShown()) byId('details').close();
  } catch (/** @type {any} */ error) {
    if (!isShown()) {
      const again = () => (byId('details').open ? tell() : showDetails(error.current ?? event));
      const tell = () => void notify(`${t.notDeleted(event.subject)} ${errorMessage(error)}`, t.tryAgain, again);
      return tell();
    }
    if (error instanceof ConflictError && error.current) {
      showDetails(error.current);
      button.textContent = t.deleteAnyway;
    } else if (error.retryable) {
      button.textContent = t.tryAgain;
    }
    byId('details-error').textContent = errorMessage(error);
  } finally {
    if (isShown() || !byId('details').open) button.disabled = false;
  }
}
