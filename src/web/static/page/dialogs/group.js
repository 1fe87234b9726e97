// The dialog to create a group, or to rename or delete one's own.

import { announce, byId, on, open } from '../dom.js';
import * as groups from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';

/** @typedef {import('../state.js').Group} Group */

/** The group that is edited; null for a new one. @type {Group | null} */
let edited = null;
let changed = () => {};

/** @param {() => void} onChange called after a group was created, renamed or deleted */
export function init(onChange) {
  changed = onChange;
  on('group-form', 'submit', () => void save());
  on('group-delete-form', 'submit', () => void remove());
}

/** @param {Group | null} group null: a new one */
export function openGroup(group) {
  edited = group;
  byId('group-title').textContent = group ? t.editGroup : t.newGroup;
  byId('group-name').value = group?.name ?? '';
  byId('group-save').textContent = group ? t.rename : t.createGroup;
  byId('group-error').textContent = byId('group-delete-error').textContent = '';
  byId('group-delete-form').hidden = !group;
  byId('group-delete-name').value = '';
  if (group) void showDeletion(group);
  open(byId('group-dialog'), byId('group-name'));
}

/** Says what deleting the group would do. @param {Group} group */
async function showDeletion(group) {
  byId('group-delete-label').textContent = t.typeGroupName(group.name);
  byId('group-delete-effect').textContent = '…';
  const text = await groups.countEvents(group.id).then(t.deleteGroupEffect, errorMessage);
  if (edited === group) byId('group-delete-effect').textContent = text;
}

async function save() {
  const name = byId('group-name').value.trim();
  const error = byId('group-error');
  if (!name || [...name].length > 128) {
    error.textContent = t.groupNameInvalid;
    return;
  }
  try {
    if (edited) await groups.rename(edited.id, name);
    else await groups.create(name);
  } catch (failure) {
    error.textContent = errorMessage(failure);
    byId('group-save').textContent = t.tryAgain;
    return;
  }
  byId('group-dialog').close();
  changed();
}

async function remove() {
  if (!edited) return;
  const error = byId('group-delete-error');
  if (byId('group-delete-name').value.trim() !== edited.name) {
    error.textContent = t.wrongGroupName;
    return;
  }
  try {
    await groups.remove(edited.id);
  } catch (failure) {
    error.textContent = errorMessage(failure);
    return;
  }
  byId('group-dialog').close();
  announce(t.groupDeleted);
  changed();
}
