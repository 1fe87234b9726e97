// The groups and which of them are selected: loading, changing, and how a group is shown beside its events.

import { call } from './api.js';
import { el } from './dom.js';
import * as store from './events/store.js';
import { t } from './i18n/index.js';
import { state } from './state.js';

/** @typedef {import('./state.js').Group} Group */

/** @param {number | null} id null: the personal calendar */
export const groupName = (id) => (id === null ? t.personal : state.groups.get(id)?.name ?? `#${id}`);

export const allGroups = () => [...state.groups.values()];

/** The same groups, the selected ones first. @param {Group[]} groups */
export const selectedFirst = (groups) => [true, false].flatMap((isSelected) =>
  groups.filter(({ id }) => state.selectedGroups.has(id) === isSelected));

/** The classes of a group's colour and shape; calendar.css has them. @param {number | null} id */
export const groupClasses = (id) => (id === null
  ? ['tint-personal', 'shape-personal']
  : [`tint-${id % 8}`, `shape-${(id + Math.floor(id / 8)) % 7}`]);

/** The coloured shape that marks a group. @param {number | null} id */
export const groupMark = (id) => el(`span.mark.${groupClasses(id).join('.')}`, { 'aria-hidden': 'true' });

/** Loads all groups and the selection. */
export async function load() {
  const [groups, selection] = await Promise.all([call('GET', '/group/list'), call('GET', '/user/calendar/group')]);
  state.groups = new Map(groups.data.map((/** @type {Group} */ group) => [group.id, group]));
  state.selectedGroups = new Set(selection.data.selected_group.split(',').map(Number).filter(Boolean));
}

/** @param {Iterable<number>} ids */
const saveSelection = (ids) =>
  call('POST', '/user/calendar/group', { body: { selected_group: [...ids].join(',') || '0' } });

/** Selects a group or not. What was selected before stays if the call fails. @param {number} id @param {boolean} selected */
export async function select(id, selected) {
  const before = state.selectedGroups;
  const next = new Set(before);
  if (selected) next.add(id);
  else next.delete(id);
  state.selectedGroups = next;
  try {
    await saveSelection(next);
  } catch (error) {
    state.selectedGroups = before;
    throw error;
  }
  // The events that disappear are known; those that appear are not.
  if (selected) store.clear();
  else store.dropGroup(id);
}

/** Makes a group and selects it, since its creator wants to see it. @param {string} name */
export async function create(name) {
  const { id } = await call('POST', '/group/', { body: { group_name: name } });
  await saveSelection([...state.selectedGroups, id]);
  await load();
}

/** @param {number} id @param {string} name */
export async function rename(id, name) {
  await call('PUT', '/group/', { body: { group_id: id, group_name: name } });
  await load();
}

/** Deletes a group with all its events. One that is already gone counts as deleted. @param {number} id */
export async function remove(id) {
  try {
    await call('DELETE', '/group/', { body: { group_id: id } });
  } catch (/** @type {any} */ error) {
    if (error.kind !== 'notFound') throw error;
  }
  state.groups.delete(id);
  state.selectedGroups.delete(id);
  store.dropGroup(id);
}

/** @param {number} id @returns {Promise<number>} how many events are in a group */
export async function countEvents(id) {
  const { data } = await call('GET', `/group/${id}`);
  return data.events;
}
