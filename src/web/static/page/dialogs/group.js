// The dialog of a calendar: to create a group, to change, share or delete one's own, and to take its events in or out.

import { newKey } from '../api.js';
import { swatches } from '../colors.js';
import { announce, byId, on, open } from '../dom.js';
import { undo } from '../events/history.js';
import { formatClock, formatShortDate } from '../format.js';
import * as groups from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { notify, offerUndo } from '../messages.js';
import { hasRole } from '../state.js';
import { addressText, problemText } from '../subscription.js';
import { canBeSeen, isSameText } from '../text.js';
import { MINUTE, fromApi } from '../time.js';
import { exportCalendar } from './export.js';
import { initInvitations, showInvitations } from './invite.js';
import { initLook, showLook } from './look.js';
import { initMembers, showMembers } from './members.js';
import { askBeforeClosing } from './unsaved.js';

/** @typedef {import('../state.js').Group} Group */

/**
 * What the dialog is about. Each opening makes another, so that an answer that comes late cannot act on a dialog that
 * was opened meanwhile.
 * @typedef {{group: Group | null, attempt: import('../groups.js').Attempt}} Draft
 *   `group`: the one that is shown, or null for a new one and for the personal calendar; `attempt`: the tries to make it
 */

/** @type {Draft} */
let draft = { group: null, attempt: { key: '' } };

/** @param {Draft} sent */
const isShown = (sent) => draft === sent && byId('group-dialog').open;
let changed = () => {};
/** The colour that is chosen for everybody. @type {string | null} */
let color = null;
let isSaving = false;

/** @param {() => void} onChange called after a group was created, changed, left or deleted */
export function init(onChange) {
  changed = onChange;
  askBeforeClosing('group-dialog', 'group-actions',
    () => !isSaving && !byId('group-form').hidden && (byId('group-name').value.trim() !== (draft.group?.name ?? '')
      || byId('group-about').value.trim() !== (draft.group?.description ?? '')
      || byId('group-everyone').value !== (draft.group?.everyone ?? 'writer') || color !== (draft.group?.color ?? null)));
  on('group-form', 'submit', () => void save());
  on('group-delete-form', 'submit', () => void remove());
  on('group-import', 'click', () => leaveFor(import('./import.js'), ({ openImport }, id) => openImport(id)));
  on('group-connect', 'click', () => leaveFor(import('./connect.js'), ({ openConnect }, id) => openConnect(id)));
  on('group-subscribe', 'click', () => leaveFor(import('./subscribe.js'), ({ openSubscribe }) => openSubscribe()));
  on('group-export', 'click', () => void saveFile());
  on('group-changes', 'click', () => leaveFor(import('./history.js'), ({ openHistory }, id) => openHistory(
    t.activity, id === null ? '/calendar/activity' : `/group/${id}/activity`, () => void reloadAll())));
  initMembers(changed);
  initInvitations();
  initLook(changed);
}

/** @param {Group | null} group null: a new one */
export function openGroup(group) {
  const isOwn = !group || hasRole(group, 'owner');
  show(group, group ? (isOwn ? t.editGroup : group.name) : t.newGroup);
  byId('group-name').value = group?.name ?? '';
  byId('group-about').value = group?.description ?? '';
  byId('group-everyone').value = group?.everyone ?? 'writer';
  byId('group-save').textContent = group ? t.save : t.createGroup;
  byId('group-form').hidden = !isOwn;
  byId('group-delete-form').hidden = !group || !isOwn;
  byId('group-to-subscribe').hidden = Boolean(group);
  byId('group-files').hidden = !group;
  byId('group-import').hidden = Boolean(group?.subscription);
  showSubscription(group);
  showMembers(group);
  showInvitations(group);
  showLook(group ? group.id : undefined);
  color = group?.color ?? null;
  byId('group-colors').replaceChildren(...swatches('group-color', color, t.noColor, (chosen) => { color = chosen; }));
  if (group) void showMore(draft, group);
  open(byId('group-dialog'), isOwn ? byId('group-name') : byId('group-export'));
}

/** Opens the dialog for the personal calendar. */
export function openPersonal() {
  show(null, t.personal);
  for (const id of ['group-form', 'group-delete-form', 'group-to-subscribe']) byId(id).hidden = true;
  byId('group-files').hidden = byId('group-import').hidden = false;
  showSubscription(null);
  showMembers(null);
  showInvitations(null);
  showLook(null);
  open(byId('group-dialog'), byId('group-import'));
}

/** @param {Group | null} group @param {string} title */
function show(group, title) {
  draft = { group, attempt: { key: newKey() } };
  isSaving = false;
  byId('group-title').textContent = title;
  for (const id of ['group-error', 'group-delete-error', 'group-files-error']) byId(id).textContent = '';
  byId('group-delete-name').value = '';
}

/** Says where a group has its events from, and how that went. @param {Group | null} group */
function showSubscription(group) {
  const subscription = group?.subscription;
  byId('group-subscription').hidden = !subscription;
  if (!subscription) return;
  const { url, read, problem } = subscription;
  byId('group-source').hidden = !url;
  byId('group-address').textContent = url ? addressText(url) : '';
  byId('group-read').textContent = read ? t.lastRead(formatMoment(read)) : t.neverRead;
  byId('group-problem').hidden = !problem;
  byId('group-problem').textContent = problem ? problemText(subscription) : '';
}

/** @param {string} text as the API writes it */
function formatMoment(text) {
  const time = fromApi(text);
  return `${formatShortDate(time)}, ${formatClock(time - time % MINUTE)}`;
}

/** Says what deleting the group would do, and how its address was last read. @param {Draft} asked @param {Group} group */
async function showMore(asked, group) {
  byId('group-delete-label').textContent = t.typeGroupName(group.name);
  byId('group-delete-effect').textContent = '…';
  try {
    const read = await groups.read(group.id);
    if (draft !== asked) return;
    byId('group-delete-effect').textContent = t.deleteGroupEffect(read.events);
    showSubscription(read);
  } catch (error) {
    if (draft === asked) byId('group-delete-effect').textContent = errorMessage(error);
  }
}

/**
 * Closes the dialog for another one, whose module is loaded only now.
 * @template Module
 * @param {Promise<Module>} loading @param {(module: Module, group: number | null) => void} act
 */
function leaveFor(loading, act) {
  const sent = draft;
  loading.then((module) => {
    if (!isShown(sent)) return;
    byId('group-dialog').close();
    act(module, sent.group?.id ?? null);
  }, () => {
    if (isShown(sent)) byId('group-files-error').textContent = t.offline;
  });
}

async function saveFile() {
  const sent = draft;
  const button = byId('group-export');
  button.disabled = true;
  byId('group-files-error').textContent = '';
  try {
    await exportCalendar(sent.group?.id ?? null);
  } catch (failure) {
    if (isShown(sent)) byId('group-files-error').textContent = errorMessage(failure);
    else notify(`${t.notExported} ${errorMessage(failure)}`);
  } finally {
    button.disabled = false;
  }
}

async function save() {
  const name = byId('group-name').value.trim();
  const error = byId('group-error');
  if (!canBeSeen(name) || [...name].length > 128) {
    error.textContent = t.groupNameInvalid;
    return;
  }
  const sent = draft;
  isSaving = true;
  try {
    const about = { everyone: byId('group-everyone').value, description: byId('group-about').value.trim() || null, color };
    if (sent.group) await groups.change(sent.group.id, name, about);
    else await groups.create(name, about, sent.attempt);
  } catch (failure) {
    if (!isShown(sent)) return void notify(`${t.notSaved(name)} ${errorMessage(failure)}`);
    error.textContent = errorMessage(failure);
    byId('group-save').textContent = t.tryAgain;
    return;
  } finally {
    if (draft === sent) isSaving = false;
  }
  if (isShown(sent)) byId('group-dialog').close();
  changed();
}

async function remove() {
  const sent = draft;
  const { group } = sent;
  if (!group) return;
  const error = byId('group-delete-error');
  if (!isSameText(byId('group-delete-name').value.trim(), group.name)) {
    error.textContent = t.wrongGroupName;
    return;
  }
  /** @type {number | null} */
  let entry;
  try {
    entry = await groups.remove(group.id);
  } catch (failure) {
    if (!isShown(sent)) return void notify(`${t.notDeleted(group.name)} ${errorMessage(failure)}`);
    error.textContent = errorMessage(failure);
    return;
  }
  if (isShown(sent)) byId('group-dialog').close();
  changed();
  if (!entry) return announce(t.groupDeleted);
  const entries = [entry];
  offerUndo(t.groupDeleted, async () => {
    await undo(entries);
    await reloadAll();
  });
}

/** Shows the groups and their events as they are after something was undone. */
async function reloadAll() {
  await groups.loadAfterMove();
  changed();
}
