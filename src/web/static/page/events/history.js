// What changes have left in the server's history, by which they are undone: by anybody who may change the event, also later.

import { call } from '../api.js';
import { isUser } from '../state.js';
import * as store from './store.js';

/** @typedef {{id: number, at: string, useremail?: string, door: string, door_name?: string,
 *   action: 'create' | 'change' | 'delete' | 'undo', event?: number, member?: string, group?: number, subject?: string,
 *   before?: Record<string, any>, after?: Record<string, any>, undone: boolean, undoes?: number}} Entry */

/** The entries whose undoing was sent, while its answer was lost. @type {Set<number>} */
const sent = new Set();

/** @param {number} entry */
async function undoOne(entry) {
  try {
    await call('POST', `/history/${entry}/undo`);
  } catch (/** @type {any} */ error) {
    // An earlier try may have arrived.
    if (error.kind !== 'conflict' || !sent.has(entry)) {
      if (error.retryable) sent.add(entry);
      throw error;
    }
  }
  sent.delete(entry);
}

/** Undoes what a person has just done, the last change first. @param {number[]} entries what is undone is taken out */
export async function undo(entries) {
  try {
    while (entries.length) {
      await undoOne(entries[entries.length - 1]);
      entries.pop();
    }
  } finally {
    await store.renew();
  }
}

/**
 * The entry that a change of an event has left. If its answer was lost, it is the last one of the event, where that is the
 * user's.
 * @param {number} id @param {number | null} entry @returns {Promise<number[]>} empty if there is none
 */
export async function entryOf(id, entry) {
  if (entry) return [entry];
  try {
    const last = (await list(`/calendar/event/${id}/history`, { limit: '1' }))[0];
    return last && !last.undone && last.useremail && isUser(last.useremail) ? [last.id] : [];
  } catch {
    return [];
  }
}

/** @param {string} path @param {Record<string, string>} query @returns {Promise<Entry[]>} the newest first */
export const list = async (path, query) => (await call('GET', path, { query })).data;
