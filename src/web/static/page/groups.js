// The groups at the side: all of them, a box to select each; make, rename and delete one's own.

import { call } from './api.js';
import { byId, el, icon, open, say } from './dom.js';
import * as events from './events.js';
import { notify } from './undo.js';
import { problem, w } from './words.js';

/** @typedef {{id: number, name: string, creator_email: string}} Group */

// So many, and a box to find one among them shows.
const MANY = 8;

/** @type {Map<number, Group>} */
let all = new Map();
/** @type {Set<number>} */
let selected = new Set();
let me = '';
let onChange = () => {};
/** @type {Group | null} which is being edited; null: a new one */
let edited = null;

/** @param {number | null} id */
export const nameOf = (id) => (id === null ? w.personal : all.get(id)?.name ?? `#${id}`);
export const selection = () => [...all.values()].filter((group) => selected.has(group.id));
export const everyOne = () => [...all.values()];

/** A colour and a shape that tell a group from its neighbours: see calendar.css. @param {number | null} id */
export const looks = (id) => (id === null ? ['tint-personal', 'shape-personal'] : [`tint-${id % 8}`, `shape-${(id + Math.floor(id / 8)) % 7}`]);

/** The coloured shape. @param {number | null} id */
export const mark = (id) => el(`span.mark.${looks(id).join('.')}`, { 'aria-hidden': 'true' });

/** @param {() => void} changed what to do when another selection shows */
export function prepare(changed) {
  onChange = changed;
  byId('group-new').addEventListener('click', () => edit(null));
  byId('group-filter').addEventListener('input', draw);
  byId('group-form').addEventListener('submit', (/** @type {Event} */ event) => { event.preventDefault(); void save(); });
  byId('group-delete-form').addEventListener('submit', (/** @type {Event} */ event) => { event.preventDefault(); void remove(); });
}

/** @param {string} email */
export async function load(email) {
  me = email.toLowerCase();
  const [list, selection] = await Promise.all([call('GET', '/group/list'), call('GET', '/user/calendar/group')]);
  all = new Map(list.data.map((/** @type {Group} */ group) => [group.id, group]));
  selected = new Set(selection.data.selected_group.split(',').map(Number).filter(Boolean));
  draw();
}

function draw() {
  const filter = byId('group-filter');
  const word = filter.value.trim().toLowerCase();
  filter.hidden = all.size <= MANY;
  const shown = [...all.values()].filter((group) => group.name.toLowerCase().includes(word));
  byId('groups-none').hidden = all.size > 0;
  byId('groups').replaceChildren(...shown.map(row));
}

/** @param {Group} group */
function row(group) {
  const own = group.creator_email.toLowerCase() === me;
  const box = el('input', { type: 'checkbox', checked: selected.has(group.id), onchange: () => void select(group.id, box) });
  return el('li.group', {},
    el('label', { title: w.groupMadeBy(group.creator_email) }, box, mark(group.id), el('span.name', {}, group.name)),
    own && el('button.quiet.small', { type: 'button', 'aria-label': w.groupOptions(group.name), onclick: () => edit(group) }, icon('dots')));
}

/** @param {number} id @param {HTMLInputElement} box */
async function select(id, box) {
  const next = new Set(selected);
  if (box.checked) next.add(id);
  else next.delete(id);
  const before = selected;
  selected = next;
  try {
    await call('POST', '/user/calendar/group', { body: { selected_group: [...next].join(',') || '0' } });
  } catch (refusal) {
    selected = before;
    box.checked = before.has(id);
    notify(problem(refusal), w.tryAgain, () => { box.checked = !box.checked; void select(id, box); });
    return;
  }
  // What goes is known, what comes is not.
  if (next.has(id)) events.forget();
  else events.dropGroup(id);
  onChange();
}

/** Selects a group if it is not: who puts an event there wants to see it. @param {number} id */
export async function showToo(id) {
  if (selected.has(id)) return;
  await call('POST', '/user/calendar/group', { body: { selected_group: [...selected, id].join(',') } });
  selected.add(id);
  draw();
  events.forget();
  onChange();
}

/** @param {Group | null} group */
function edit(group) {
  edited = group;
  byId('group-title').textContent = group ? w.editGroup : w.newGroup;
  byId('group-name').value = group?.name ?? '';
  byId('group-save').textContent = group ? w.rename : w.makeGroup;
  byId('group-error').textContent = byId('group-delete-error').textContent = '';
  byId('group-delete-form').hidden = !group;
  byId('group-delete-name').value = '';
  if (group) {
    byId('group-delete-label').textContent = w.typeName(group.name);
    byId('group-delete-takes').textContent = '…';
    call('GET', `/group/${group.id}`).then(
      ({ data }) => { byId('group-delete-takes').textContent = w.deleteGroupTakes(data.events); },
      (refusal) => { byId('group-delete-takes').textContent = problem(refusal); },
    );
  }
  open(byId('group-dialog'), byId('group-name'));
}

async function save() {
  const name = byId('group-name').value.trim();
  const error = byId('group-error');
  if (!name || [...name].length > 128) {
    error.textContent = w.groupForm;
    return;
  }
  try {
    if (edited) {
      await call('PUT', '/group/', { body: { group_id: edited.id, group_name: name } });
    } else {
      const { id } = await call('POST', '/group/', { body: { group_name: name } });
      // Who makes a group wants to see it.
      await call('POST', '/user/calendar/group', { body: { selected_group: [...selected, id].join(',') } });
    }
    await load(me);
  } catch (refusal) {
    error.textContent = problem(refusal);
    byId('group-save').textContent = w.tryAgain;
    return;
  }
  byId('group-dialog').close();
  onChange();
}

async function remove() {
  const error = byId('group-delete-error');
  if (!edited) return;
  if (byId('group-delete-name').value.trim() !== edited.name) {
    error.textContent = w.typedOther;
    return;
  }
  try {
    await call('DELETE', '/group/', { body: { group_id: edited.id } });
  } catch (/** @type {any} */ refusal) {
    if (refusal.kind !== 'missing') {
      error.textContent = problem(refusal);
      return;
    }
  }
  byId('group-dialog').close();
  all.delete(edited.id);
  selected.delete(edited.id);
  events.dropGroup(edited.id);
  draw();
  say(w.groupDeleted);
  onChange();
}
