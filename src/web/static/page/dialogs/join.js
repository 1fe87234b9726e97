// The dialog in which somebody who has opened the link of an invitation joins its group.

import { byId, on, open } from '../dom.js';
import { errorMessage, t } from '../i18n/index.js';
import * as invitation from '../invitation.js';
import { notify } from '../messages.js';
import { state } from '../state.js';

/** Loads the groups again, and shows one that the user has joined. @type {(group: number) => Promise<void>} */
let showGroup = async () => {};

/** @param {(group: number) => Promise<void>} show */
export function init(show) {
  showGroup = show;
  on('join-act', 'click', () => void join());
  // Not asked again until the link is opened again.
  on('join', 'cancel', invitation.drop);
}

/** Asks whether to join, if the page was opened with an invitation. */
export async function askToJoin() {
  if (!invitation.pending()) return;
  let found;
  try {
    found = await invitation.look();
  } catch (/** @type {any} */ error) {
    const text = invitation.problem(error, errorMessage);
    return void (invitation.pending() ? notify(text, t.tryAgain, () => void askToJoin()) : notify(text, t.understood));
  }
  byId('join-title').textContent = t.joinQuestion(found.group_name);
  byId('join-about').textContent = t.invitedBy(found.useremail);
  byId('join-role').textContent = t.roleByJoining[found.role];
  byId('join-error').textContent = '';
  byId('join-act').textContent = t.join;
  byId('join-act').disabled = false;
  open(byId('join'), byId('join-act'));
}

async function join() {
  const button = byId('join-act');
  button.disabled = true;
  byId('join-error').textContent = '';
  try {
    const { group, was_member: wasMember } = await invitation.accept();
    byId('join').close();
    await showJoined(group, wasMember);
  } catch (/** @type {any} */ error) {
    byId('join-error').textContent = invitation.problem(error, errorMessage);
    button.textContent = t.tryAgain;
    button.disabled = !invitation.pending();
  }
}

/** @param {number} group @param {boolean} wasMember */
async function showJoined(group, wasMember) {
  await showGroup(group).catch((error) => notify(errorMessage(error)));
  const name = state.groups.get(group)?.name ?? '';
  notify(wasMember ? t.alreadyMember(name) : t.joined(name));
}
