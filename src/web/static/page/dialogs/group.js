// The dialog to create a group, or to rename or delete one's own.

import { newKey } from '../api.js';
import { announce, byId, on, open } from '../dom.js';
import * as groups from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { notify } from '../messages.js';
import { canBeSeen, isSameText } from '../text.js';
import { askBeforeClosing } from './unsaved.js';

/** @typedef {import('../state.js').Group} Group */

/**
 * What the dialog is about. Each opening makes another, so that an answer that comes late cannot act on a dialog that
 * was opened meanwhile.
 * @typedef {{group: Group | null, attempt: import('../groups.js').Attempt}} Draft
 *   `group`: the one that is edited, or null for a new one; `attempt`: the tries to make it
 */

/** @type {Draft} */
let draft = { group: null, attempt: { key: '' } };

/** @param {Draft} sent */
const isShown = (sent) => draft === sent && byId('group-dialog').open;
let changed = () => {};
let isSaving = false;

/** @param {() => void} onChange called after a group was created, renamed or deleted */
export function init(onChange) {
  changed = onChange;
  askBeforeClosing('group-dialog', 'group-actions', () => !isSaving && byId('group-name').value.trim() !== (draft.group?.name ?? ''));
  on('group-form', 'submit', () => void save());
  on('group-delete-form', 'submit', () => void remove());
}

/** @param {Group | null} group null: a new one */
export function openGroup(group) {
  draft = { group, attempt: { key: newKey() } };
  isSaving = false;
  byId('group-title').textContent = group ? t.editGroup : t.newGroup;
  byId('group-name').value = group?.name ?? '';
  byId('group-save').textContent = group ? t.rename : t.createGroup;
  byId('group-error').textContent = byId('group-delete-error').textContent = '';
  byId('group-delete-form').hidden = !group;
  byId('group-delete-name').value = '';
  if (group) void showDeletion(draft, group);
  open(byId('group-dialog'), byId('group-name'));
}

/** Says what deleting the group would do. @param {Draft} asked @param {Group} group */
async function showDeletion(asked, group) {
  byId('group-delete-label').textContent = t.typeGroupName(group.name);
  byId('group-delete-effect').textContent = '…';
  const text = await groups.countEvents(group.id).then(t.deleteGroupEffect, errorMessage);
  if (draft === asked) byId('group-delete-effect').textContent = text;
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
    if (sent.group) await groups.rename(sent.group.id, name);
    else await groups.create(name, sent.attempt);
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
  try {
    await groups.remove(group.id);
  } catch (failure) {
    if (!isShown(sent)) return void notify(`${t.notDeleted(group.name)} ${errorMessage(failure)}`);
    error.textContent = errorMessage(failure);
    return;
  }
  if (isShown(sent)) byId('group-dialog').close();
  announce(t.groupDeleted);
  changed();
}
