// The members of a group, in its dialog. What the user's role does not allow is not offered: an owner adds, changes and
// removes members; every member can leave.

import { announce, byId, el, on } from '../dom.js';
import * as groups from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { ROLES, hasRole, isUser } from '../state.js';
import { pressTwice } from './press-twice.js';

/** @typedef {import('../state.js').Group} Group */
/** @typedef {import('../groups.js').Member} Member */

/** The group that is shown. Each opening of the dialog makes another, so that a late answer is not shown in it. @type {{group: Group | null}} */
let shown = { group: null };
/** Called after the user's own role has changed, or they have left. */
let moved = () => {};

/** @param {() => void} onMove */
export function initMembers(onMove) {
  moved = onMove;
  on('member-form', 'submit', () => void add());
}

/** @param {Group | null} group null: there are none */
export function showMembers(group) {
  shown = { group };
  byId('group-members').hidden = !group;
  byId('members').replaceChildren();
  byId('hand-over').hidden = true;
  byId('member-error').textContent = byId('member-email').value = '';
  if (!group) return;
  byId('member-form').hidden = !hasRole(group, 'owner');
  byId('member-role').replaceChildren(...roleOptions('writer'));
  void list();
}

/** @param {import('../state.js').Role} chosen */
const roleOptions = (chosen) => ROLES.map((role) => el('option', { value: role, selected: role === chosen }, t.roles[role]));

async function list() {
  const current = shown;
  const { group } = current;
  if (!group) return;
  try {
    const members = await groups.members(group.id);
    if (shown !== current) return;
    byId('members').replaceChildren(...members.map((member) => row(group, member)));
    const owners = members.filter(({ role }) => role === 'owner');
    byId('hand-over').hidden = owners.length !== 1 || !isUser(owners[0].useremail);
  } catch (error) {
    if (shown === current) byId('member-error').textContent = errorMessage(error);
  }
}

/** @param {Group} group @param {Member} member */
function row(group, { useremail, role }) {
  const isSelf = isUser(useremail);
  const isOwner = hasRole(group, 'owner');
  const name = el('span.name', {}, useremail, isSelf && ` (${t.you})`);
  const choice = isOwner
    ? el('select', { 'aria-label': t.roleOf(useremail), onchange: () => void act(() => groups.putMember(group.id, { useremail, role: choice.value }), isSelf) }, ...roleOptions(role))
    : el('span.hint', {}, t.roles[role]);
  const leave = (isOwner || isSelf) && el('button.danger', {
    type: 'button', 'aria-label': isSelf ? null : t.removeMemberOf(useremail),
    onclick: () => pressTwice(leave, () => void act(() => groups.removeMember(group.id, useremail), isSelf)),
  }, isSelf ? t.leaveGroup : t.removeMember);
  return el('li', {}, name, choice, leave);
}

async function add() {
  const useremail = byId('member-email').value.trim();
  const { group } = shown;
  if (!group) return;
  if (!/^[^@\s]+@[^@\s]+$/.test(useremail)) {
    byId('member-error').textContent = t.emailInvalid;
    return;
  }
  const role = byId('member-role').value;
  if (await act(() => groups.putMember(group.id, { useremail, role }), isUser(useremail))) byId('member-email').value = '';
}

/** What to tell a person about a change that was refused. @param {any} error */
function problem(error) {
  if (error.kind === 'notFound') return t.memberUnknown;
  if (error.kind !== 'invalid') return errorMessage(error);
  // A group that would have no owner is told under the name of a parameter, unlike one that is full.
  return /^(role|useremail): /.test(error.detail) ? t.needsAnotherOwner : t.groupFull;
}

/** @param {() => Promise<void>} change @param {boolean} isSelf whether it is the user whose role changes @returns {Promise<boolean>} whether it was done */
async function act(change, isSelf) {
  const current = shown;
  byId('member-error').textContent = '';
  try {
    await change();
  } catch (/** @type {any} */ error) {
    if (shown === current) {
      byId('member-error').textContent = problem(error);
      void list();
    }
    return false;
  }
  announce(t.membersChanged);
  if (!isSelf) {
    await list();
    return true;
  }
  // What the user may do has changed, and so may what they see.
  if (shown === current) byId('group-dialog').close();
  await groups.loadAfterMove().catch(() => {});
  moved();
  return true;
}
