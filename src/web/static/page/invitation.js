// The invitation with which the page was opened: the secret of its link, until it is accepted or put aside. It is kept for
// the tab alone, so that a person can sign in or up on the way, and is never in the address for longer than it takes to
// read it.

import { call } from './api.js';
import { t } from './i18n/index.js';
import { ofTab } from './storage.js';

/**
 * What an invitation is to.
 * @typedef {{group_name: string, useremail: string, role: import('./state.js').Role, sign_up: boolean}} Invitation
 */

const STORAGE_KEY = 'calendar.invitation';

/** Takes the secret out of the address, where the link has put it. */
export function take() {
  const [, secret] = /^#join\/([a-z2-7]{52})$/.exec(location.hash) ?? [];
  if (!secret) return;
  ofTab.setItem(STORAGE_KEY, secret);
  history.replaceState(null, '', location.pathname + location.search);
}

/** The secret of the invitation, if there is one. */
export const pending = () => ofTab.getItem(STORAGE_KEY);

/** Puts the invitation aside. The link stays good. */
export const drop = () => ofTab.removeItem(STORAGE_KEY);

/** What the invitation is to. One that is good for nothing is put aside. @returns {Promise<Invitation>} */
export async function look() {
  try {
    const { data } = await call('GET', `/invitation/${pending()}`, { as: '' });
    return data;
  } catch (/** @type {any} */ error) {
    if (error.kind === 'notFound') drop();
    throw error;
  }
}

/** Makes the user a member. @returns {Promise<{group: number, was_member: boolean}>} */
export async function accept() {
  try {
    const { data } = await call('PUT', `/invitation/${pending()}`);
    drop();
    return data;
  } catch (/** @type {any} */ error) {
    if (error.kind === 'notFound') drop();
    throw error;
  }
}

/** What to tell a person about a call with an invitation that failed. @param {any} error @param {(error: any) => string} otherwise */
export const problem = (error, otherwise) => (error.kind === 'notFound' ? t.invitationGone
  : error.kind === 'invalid' ? t.groupFull : otherwise(error));
