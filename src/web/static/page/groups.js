// The groups and which of them are selected: loading, changing, and how a group is shown beside its events.

import { call } from './api.js';
import { classOfColor } from './colors.js';
import { el } from './dom.js';
import * as store from './events/store.js';
import { t } from './i18n/index.js';
import { hasRole, state } from './state.js';
import { MINUTE } from './time.js';

/** @typedef {import('./state.js').Group} Group */

const FRESH_FOR = MINUTE;

/** @param {number | null} id null: the personal calendar */
export const groupName = (id) => (id === null ? t.personal : state.groups.get(id)?.name ?? `#${id}`);

/** All groups, in the user's order: those that they have given a place first. */
export const allGroups = () => [...state.groups.values()].sort((one, other) => placeOf(one.id) - placeOf(other.id) || one.id - other.id);

/** @param {number} id */
const placeOf = (id) => state.looks.get(id)?.position ?? Number.MAX_SAFE_INTEGER;

/** The colour that a calendar has for the user, if somebody has chosen one. @param {number | null} id */
const colorOf = (id) => state.looks.get(id)?.color ?? (id === null ? undefined : state.groups.get(id)?.color);

/** The same groups, the selected ones first. @param {Group[]} groups */
export const selectedFirst = (groups) => [true, false].flatMap((isSelected) =>
  groups.filter(({ id }) => state.selectedGroups.has(id) === isSelected));

/** The groups that events can be put into, the selected ones first. */
export const groupsForEvents = () =>
  selectedFirst(allGroups().filter((group) => !group.subscription && hasRole(group, 'writer')));

/** The most groups that a form offers. */
const MOST_OFFERED = 1200;

/** The options of a form's groups. @param {Group[]} some @param {number | null} chosen is among them, however many there are */
export const optionsOf = (some, chosen) => some
  .filter(({ id }, index) => index < MOST_OFFERED || id === chosen)
  .map(({ id, name }) => el('option', { value: id, selected: id === chosen }, name));

/** The classes of a group's colour and shape; calendar.css has them. @param {number | null} id */
export function groupClasses(id) {
  const color = colorOf(id);
  const tint = color ? classOfColor(color) : id === null ? 'tint-personal' : `tint-${id % 8}`;
  return [tint, id === null ? 'shape-personal' : `shape-${(id + Math.floor(id / 8)) % 7}`];
}

/** The coloured shape that marks a group. @param {number | null} id */
export const groupMark = (id) => el(`span.mark.${groupClasses(id).join('.')}`, { 'aria-hidden': 'true' });

/** The selections that are being saved, each after the one before it of the same group. @type {Map<number, Promise<unknown>>} */
const saving = new Map();
/** Counts the changes of the selection: what was fetched before the last one is not what is selected now. */
let changes = 0;
let loadedAt = 0;

/** How often the groups are fetched again, if they are changed on this page meanwhile. */
const TRIES = 3;

/** Loads all groups and the selection. @returns {Promise<boolean>} whether another selection was found than the page had */
export async function load() {
  for (let tries = 0; tries < TRIES; tries += 1) {
    await Promise.allSettled([...saving.values(), savingLook]);
    const before = changes;
    const [groups, selection, looks] = await Promise.all([
      call('GET', '/group/list', { keep: true }), call('GET', '/user/calendar/group', { keep: true }),
      call('GET', '/user/calendar/look', { keep: true }),
    ]);
    if (before !== changes) continue;
    loadedAt = groups.isRecalled || selection.isRecalled ? 0 : Date.now();
    takeLooks(looks.data);
    return take(groups.data, selection.data.selected_group);
  }
  return false;
}

/** @param {{group: number | null, color?: string, position?: number}[]} looks */
function takeLooks(looks) {
  state.looks = new Map(looks.map(({ group, color, position }) => [group, { color, position }]));
}

/** @param {Group[]} groups @param {string} selection @returns {boolean} as `load` */
function take(groups, selection) {
  state.groups = new Map(groups.map((group) => [group.id, group]));
  const selected = new Set(selection.split(',').map(Number).filter(Boolean));
  const isSame = selected.size === state.selectedGroups.size && [...selected].every((id) => state.selectedGroups.has(id));
  state.selectedGroups = selected;
  return !isSame;
}

/** Whether they were loaded a while ago: others change them too. */
export const isOld = () => Date.now() - loadedAt > FRESH_FOR;

/**
 * Selects a group or not. Only this group is sent, so that what another device has selected stays.
 * @param {number} id @param {boolean} selected
 */
export async function select(id, selected) {
  const mark = (/** @type {boolean} */ isSelected) => {
    changes += 1;
    if (isSelected) state.selectedGroups.add(id);
    else state.selectedGroups.delete(id);
  };
  mark(selected);
  const save = () => call(selected ? 'PUT' : 'DELETE', `/user/calendar/group/${id}`);
  const saved = (saving.get(id) ?? Promise.resolve()).then(save, save);
  saving.set(id, saved);
  try {
    await saved;
  } catch (error) {
    // A later click has the last word.
    if (saving.get(id) === saved) mark(!selected);
    throw error;
  } finally {
    changes += 1;
    if (saving.get(id) === saved) saving.delete(id);
  }
  // The events that disappear are known; those that appear are not.
  if (selected) store.clear();
  else store.dropGroup(id);
}

/** The tries to make one group. What was sent first may have arrived although its answer was lost. @typedef {{key: string, name?: string}} Attempt */

/**
 * Makes a group and selects it, since its creator wants to see it.
 * @param {string} name @param {About} about @param {Attempt} attempt the same for each try to make it
 */
export async function create(name, about, attempt) {
  const first = attempt.name ?? name;
  attempt.name = first;
  try {
    const { id } = await call('POST', '/group/', { body: { group_name: first, ...about }, key: attempt.key }).catch((error) => {
      // What was refused has not arrived.
      if (!error.retryable) attempt.name = undefined;
      throw error;
    });
    // It was edited between two tries.
    if (first !== name) await call('PUT', '/group/', { body: { group_id: id, group_name: name, ...about } });
    await call('PUT', `/user/calendar/group/${id}`);
  } finally {
    changes += 1;
  }
  await load();
}

/** What else can be said of a group. @typedef {{everyone: import('./state.js').Everyone, description: string | null, color: string | null}} About */

/** @param {number} id @param {string} name @param {About} about */
export async function change(id, name, about) {
  await call('PUT', '/group/', { body: { group_id: id, group_name: name, ...about } });
  changes += 1;
  await load();
}

/** Gives a calendar a colour for the user alone. It shows at once. @param {number | null} id @param {string | null} color null: none of their own */
export function setColor(id, color) {
  const change = () => state.looks.set(id, { ...state.looks.get(id), color: color ?? undefined });
  return saveLook(change, () => call('PUT', '/user/calendar/look', { body: { ...(id === null ? {} : { group: id }), color } }));
}

/** Whether a group can be moved in the list. @param {number} id @param {1 | -1} by */
export function canMove(id, by) {
  const ids = allGroups().map((group) => group.id);
  const to = ids.indexOf(id) + by;
  return to >= 0 && to < ids.length;
}

/** Moves a group up or down in the list of the user. It shows at once. @param {number} id @param {1 | -1} by */
export const move = (id, by) => place(id, allGroups().findIndex((group) => group.id === id) + by);

/**
 * Moves a group behind one in the list of the user, or, without that, before another one. It shows at once.
 * @param {number} id @param {number | null} behind @param {number | null} before
 */
export function moveBetween(id, behind, before) {
  const rest = allGroups().map((group) => group.id).filter((other) => other !== id);
  return place(id, behind === null ? Math.max(0, rest.indexOf(before ?? 0)) : rest.indexOf(behind) + 1);
}

/** @param {number} id @param {number} to where it is then in the whole list, from 0 */
async function place(id, to) {
  const ids = allGroups().map((group) => group.id);
  const from = ids.indexOf(id);
  ids.splice(from, 1);
  ids.splice(to, 0, id);
  // Groups without a place stay without one, after those that have one.
  const last = Math.max(from, to, ids.findLastIndex((other) => state.looks.get(other)?.position));
  const order = ids.slice(0, last + 1);
  const change = () => order.forEach((other, index) => state.looks.set(other, { ...state.looks.get(other), position: index + 1 }));
  try {
    await saveLook(change, () => call('PUT', '/user/calendar/order', { body: { groups: order.join(',') } }));
  } catch (error) {
    // Its answer alone was lost.
    if (allGroups().slice(0, order.length).every((group, index) => group.id === order[index])) return;
    throw error;
  }
}

/** The looks that are being saved, one after the other. @type {Promise<unknown>} */
let savingLook = Promise.resolve();

/** @param {() => void} change what shows at once @param {() => Promise<unknown>} save */
async function saveLook(change, save) {
  const before = new Map(state.looks);
  change();
  changes += 1;
  const saved = savingLook.then(save, save);
  savingLook = saved;
  try {
    await saved;
  } catch (error) {
    // As the server has it: as it was, or as another device has made it. If that cannot be known, it is asked for later.
    await call('GET', '/user/calendar/look').then(({ data }) => takeLooks(data), () => {
      state.looks = before;
      loadedAt = 0;
    });
    throw error;
  } finally {
    changes += 1;
  }
}

/** @typedef {{useremail: string, role: import('./state.js').Role}} Member */

/** The members of a group that the user may know. @param {number} id @returns {Promise<Member[]>} */
export async function members(id) {
  return (await call('GET', `/group/${id}/member`)).data;
}

/** Adds a member, or gives one another role. @param {number} id @param {Member} member */
export async function putMember(id, member) {
  await call('PUT', `/group/${id}/member`, { body: member });
}

/** Removes a member, or the user, who may see less afterwards. @param {number} id @param {string} useremail */
export async function removeMember(id, useremail) {
  await call('DELETE', `/group/${id}/member`, { body: { useremail } });
}

/** Loads the groups again after the user's own role in one has changed. */
export async function loadAfterMove() {
  changes += 1;
  store.clear();
  await load();
}

/**
 * Deletes a group with all its events. One that is already gone counts as deleted.
 * @param {number} id @returns {Promise<number | null>} what it has left in the history
 */
export async function remove(id) {
  /** @type {number | null} */
  let entry = null;
  try {
    ({ entry } = await call('DELETE', '/group/', { body: { group_id: id } }));
  } catch (/** @type {any} */ error) {
    if (error.kind !== 'notFound') throw error;
  }
  changes += 1;
  state.groups.delete(id);
  state.selectedGroups.delete(id);
  store.dropGroup(id);
  return entry;
}

/**
 * A group with how many events are in it, and how its address was last read.
 * @param {number} id @returns {Promise<Group & {events: number}>}
 */
export async function read(id) {
  const { data } = await call('GET', `/group/${id}`);
  return data;
}

/** The addresses of holidays that the server knows. @returns {Promise<{country: string, url: string}[]>} */
export async function holidays() {
  const { data } = await call('GET', '/holidays');
  return data;
}

/**
 * Makes a group of the events at an address, and selects it.
 * @param {string} url @param {string} name @param {string | null} color for everybody @param {string} key the same for each try
 */
export async function subscribe(url, name, color, key) {
  const { id } = await call('POST', '/group/subscription', { body: { url, group_name: name, ...(color && { color }) }, key });
  changes += 1;
  await call('PUT', `/user/calendar/group/${id}`);
  changes += 1;
  store.clear();
  await load();
}
