// The list of groups in the sidebar, with a box to select each.

import * as groupDialog from './dialogs/group.js';
import { announce, byId, el, icon, on } from './dom.js';
import { allGroups, groupMark, isOld, load, loadAfterMove, moveBetween, select, selectedFirst } from './groups.js';
import { errorMessage, t } from './i18n/index.js';
import { notify } from './messages.js';
import { refresh } from './refresh.js';
import { isSorting, sortHandle } from './sorting.js';
import { hasRole, state } from './state.js';
import { problemText } from './subscription.js';
import { searchKey } from './text.js';

/** @typedef {import('./state.js').Group} Group */

/** With more groups than this, there is a field to find one. */
const SHORT_LIST = 8;

/** The most groups that are listed. To reach the others, a person types a part of their name. */
const LONG_LIST = 200;

/** What is listed. */
let drawn = '';

export function init() {
  groupDialog.init(drawAndRefresh);
  on('group-new', 'click', () => groupDialog.openGroup(null));
  on('personal-options', 'click', groupDialog.openPersonal);
  on('group-filter', 'input', draw);
}

/** Loads the groups and lists them. */
export async function loadGroups() {
  await load();
  draw();
}

/** Loads and lists them again if that was a while ago. @returns {Promise<boolean>} whether other groups are selected than before */
export async function refreshGroups() {
  if (!isOld()) return false;
  const reselected = await load();
  draw();
  return reselected;
}

function drawAndRefresh() {
  draw();
  void refresh();
}

function draw() {
  if (isSorting()) return;
  const groups = allGroups();
  const filter = byId('group-filter');
  const word = searchKey(filter.value.trim());
  filter.hidden = groups.length <= SHORT_LIST;
  byId('groups-none').hidden = groups.length > 0;
  const found = groups.filter(({ name }) => searchKey(name).includes(word));
  const listed = found.length > LONG_LIST ? selectedFirst(found).slice(0, LONG_LIST) : found;
  const content = JSON.stringify([listed, [...state.looks]]);
  if (content !== drawn) byId('groups').replaceChildren(...listed.map(row));
  byId('personal-mark').replaceWith(personalMark());
  drawn = content;
  // Rows that are there already keep the focus.
  byId('groups').querySelectorAll('input').forEach((/** @type {HTMLInputElement} */ box, /** @type {number} */ index) => {
    box.checked = state.selectedGroups.has(listed[index].id);
  });
  byId('groups-more').hidden = listed.length === found.length;
  byId('groups-more').textContent = t.moreGroups(found.length - listed.length);
}

function personalMark() {
  const mark = groupMark(null);
  mark.id = 'personal-mark';
  return mark;
}

/** @param {Group} group */
function row(group) {
  const box = el('input', { type: 'checkbox', onchange: () => void toggle(group.id, box.checked) });
  const options = { type: 'button', 'aria-label': t.groupOptions(group.name), onclick: () => groupDialog.openGroup(group) };
  const { subscription } = group;
  const isReadOnly = Boolean(subscription) || !hasRole(group, 'writer');
  const about = [t.groupCreatedBy(group.creator_email), isReadOnly && t.readOnlyGroup, subscription?.problem && problemText(subscription)];
  const item = el('li.group', { 'data-group': group.id },
    el('label', { title: about.filter(Boolean).join('\n') }, box, groupMark(group.id), el('span.name', {}, group.name),
      isReadOnly && el('span.locked', {}, icon('lock'), el('span.hidden-text', {}, ` (${t.readOnlyGroup})`)),
      subscription?.problem && el('span.warning', {}, icon('warning'), el('span.hidden-text', {}, ` ${t.notReadShort}`))),
    sortHandle(() => void reorder(group.id, groupOf(item.previousElementSibling), groupOf(item.nextElementSibling)), () => notify(t.orderKept), () => {
      // The items were moved without drawing them.
      drawn = '';
      draw();
    }),
    el('button.quiet.small', options, icon('dots')));
  return item;
}

/** The group that an item of the list shows. @param {HTMLElement | null} item */
const groupOf = (item) => (item ? Number(item.dataset.group) : null);

/** Puts a group between two others. @param {number} id @param {number | null} behind @param {number | null} before */
async function reorder(id, behind, before) {
  try {
    const saved = moveBetween(id, behind, before);
    draw();
    await saved;
    const all = allGroups();
    announce(t.placeInList(all.findIndex((group) => group.id === id) + 1, all.length));
  } catch (/** @type {any} */ error) {
    notify(`${t.orderNotSaved} ${errorMessage(error)}`, t.tryAgain, () => void reorder(id, behind, before));
  }
  draw();
}

/** @param {number} id @param {boolean} selected */
async function toggle(id, selected) {
  try {
    await select(id, selected);
  } catch (/** @type {any} */ error) {
    if (error.kind === 'notFound') {
      notify(t.groupGone);
      await loadGroups().catch((failed) => notify(errorMessage(failed)));
      return;
    }
    draw();
    notify(errorMessage(error), t.tryAgain, () => {
      void toggle(id, selected);
      draw();
    });
    return;
  }
  void refresh();
}

/** Shows a group that the user has just become a member of. @param {number} id */
export async function showJoined(id) {
  await loadAfterMove();
  if (!state.selectedGroups.has(id)) await select(id, true);
  drawAndRefresh();
}

/** Selects a group so that an event added to it shows. @param {number} id */
export async function selectAndShow(id) {
  if (state.selectedGroups.has(id)) return;
  await select(id, true);
  drawAndRefresh();
}
