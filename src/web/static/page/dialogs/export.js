// Takes a calendar out as a file.

import { download } from '../api.js';
import { el } from '../dom.js';

/** How long the browser has to store the file, in milliseconds. */
const STORED_AFTER = 60_000;

/** Has the browser store a calendar as a file. A link by itself would lack the token. @param {number | null} group null: the personal calendar */
export async function exportCalendar(group) {
  const { file, name } = await download(group === null ? '/export' : `/group/${group}/export`);
  const url = URL.createObjectURL(file);
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), STORED_AFTER);
}
