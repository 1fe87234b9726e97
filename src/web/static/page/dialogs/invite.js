// The invitations to a group, in its dialog: an owner makes links, each for one person, and ends those that are open.

import { call } from '../api.js';
import { announce, byId, el, on } from '../dom.js';
import { formatShortDate } from '../format.js';
import { errorMessage, t } from '../i18n/index.js';
import { ROLES, hasRole } from '../state.js';
import { fromApi } from '../time.js';
import { copyField } from './copy.js';
import { pressTwice } from './press-twice.js';

/** @typedef {{id: number, role: import('../state.js').Role, useremail: string, expires: string}} Open */

/** The group that is shown. Each opening of the dialog makes another, so that a late answer is not shown in it. @type {{id: number | null}} */
let shown = { id: null };

export function initInvitations() {
  on('invite-form', 'submit', () => void make());
  on('invite-copy', 'click', () => void copyField(byId('invite-url'), byId('invite-copy')));
  // The address is a secret.
  on('group-dialog', 'close', forget);
}

function forget() {
  byId('invite-url').value = '';
  byId('invite-made').hidden = true;
}

/** @param {import('../state.js').Group | null} group null: nobody can be invited */
export function showInvitations(group) {
  const isOwner = Boolean(group && hasRole(group, 'owner'));
  shown = { id: isOwner && group ? group.id : null };
  byId('group-invitations').hidden = !isOwner;
  byId('invitations').replaceChildren();
  byId('invite-error').textContent = '';
  forget();
  if (!isOwner) return;
  // A link makes nobody an owner: it is not told who has it.
  byId('invite-role').replaceChildren(...ROLES.filter((role) => role !== 'owner')
    .map((role) => el('option', { value: role, selected: role === 'writer' }, t.roles[role])));
  void list();
}

async function list() {
  const current = shown;
  try {
    const { data } = await call('GET', `/group/${current.id}/invitation`);
    if (shown === current) byId('invitations').replaceChildren(...data.map(row));
  } catch (error) {
    if (shown === current) byId('invite-error').textContent = errorMessage(error);
  }
}

/** @param {Open} invitation */
function row({ id, role, useremail, expires }) {
  const about = [t.roles[role], t.goodUntil(formatShortDate(fromApi(expires))), useremail].join(' · ');
  const end = el('button.danger', {
    type: 'button', 'aria-describedby': `invitation-${id}`, onclick: () => pressTwice(end, () => void remove(id, end)),
  }, t.endInvitation);
  return el('li', {}, el('span.name.hint', { id: `invitation-${id}` }, about), end);
}

async function make() {
  const current = shown;
  const button = byId('invite-form').querySelector('button');
  button.disabled = true;
  byId('invite-error').textContent = '';
  try {
    const { data } = await call('POST', `/group/${current.id}/invitation`, { body: { role: byId('invite-role').value } });
    if (shown !== current) return;
    byId('invite-url').value = data.url.startsWith('/') ? location.origin + data.url : data.url;
    byId('invite-copy').textContent = t.copy;
    byId('invite-made').hidden = false;
    byId('invite-url').focus();
    byId('invite-url').select();
    announce(t.inviteOnce);
    await list();
  } catch (/** @type {any} */ error) {
    if (shown !== current) return;
    byId('invite-error').textContent = error.kind === 'credentials' ? t.invitationsOff
      : error.kind === 'invalid' ? t.tooManyInvitations : errorMessage(error);
    // It may have been made, with an address that nobody has: it can be seen in the list, and ended.
    if (error.retryable) void list();
  } finally {
    button.disabled = false;
  }
}

/** Ends an invitation. One that is already gone counts as ended. @param {number} id @param {HTMLButtonElement} button */
async function remove(id, button) {
  const current = shown;
  button.disabled = true;
  try {
    await call('DELETE', `/group/${current.id}/invitation/${id}`).catch((error) => { if (error.kind !== 'notFound') throw error; });
    announce(t.invitationEnded);
  } catch (error) {
    button.disabled = false;
    if (shown === current) byId('invite-error').textContent = errorMessage(error);
    return;
  }
  if (shown !== current) return;
  forget();
  button.closest('li')?.remove();
  byId('invite-role').focus();
}
