// The dialog to take in a calendar that is a file. What would come in is shown before anything is stored. It is
// loaded when it is first opened.

import { upload } from '../api.js';
import { announce, byId, el, on, open } from '../dom.js';
import * as store from '../events/store.js';
import { selectAndShow } from '../group-list.js';
import { groupName, groupsForEvents, optionsOf } from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { notify } from '../messages.js';
import { refresh } from '../refresh.js';

/**
 * @typedef {{file?: string, uid?: string, line?: number, outcome: 'created' | 'updated' | 'unchanged' | 'skipped', detail?: string}} Item
 * @typedef {{read: number, created: number, updated: number, unchanged: number, skipped: number, items: Item[]}} Result
 */

/** The most bytes that the server takes. */
const MAX_SIZE = 64 * 1024 * 1024;

/** How many items are shown. */
const MAX_ITEMS = 100;

/** The file that was chosen. @type {File | undefined} */
let file;
/** What is being sent. Closing the dialog, or another file, breaks off a trial, but no import. */
let sending = new AbortController();
let isImporting = false;
/** What the button does. */
let act = () => {};

const drop = byId('import-drop');
const group = () => (byId('import-group').value ? Number(byId('import-group').value) : null);

on('import-form', 'submit', () => act());
on('import-group', 'change', () => void preview());
on('import-file', 'change', () => {
  choose(byId('import-file').files[0]);
  // So that the same file can be chosen again after it was changed.
  byId('import-file').value = '';
});
on('import', 'close', () => { if (!isImporting) sending.abort(); });
for (const type of ['dragover', 'dragleave', 'drop']) byId('import').addEventListener(type, dragged);

/** @param {number | null} into the group to begin with, or null for the personal calendar */
export function openImport(into) {
  // The one that goes on tells how it ends.
  sending = new AbortController();
  isImporting = false;
  file = undefined;
  byId('import-form').reset();
  byId('import-group').replaceChildren(
    el('option', { value: '' }, `${t.personal} (${t.personalHint})`),
    ...optionsOf(groupsForEvents(), into));
  byId('import-name').textContent = t.chooseFile;
  lock(false);
  clear();
  offer(t.importNow);
  open(byId('import'), byId('import-file'));
}

/** Takes a file that is dropped anywhere in the dialog, which a browser would open in place of the page. @param {DragEvent} event */
function dragged(event) {
  event.preventDefault();
  drop.classList.toggle('over', event.type === 'dragover');
  if (event.type === 'drop' && !byId('import-file').disabled) choose(event.dataTransfer?.files[0]);
}

/** @param {File | undefined} chosen */
function choose(chosen) {
  if (!chosen) return;
  file = chosen;
  byId('import-name').textContent = chosen.name;
  void preview();
}

/** Asks the server what would come in. */
async function preview() {
  if (!file) return;
  sending.abort();
  sending = new AbortController();
  clear();
  offer(t.importNow);
  if (!file.size || file.size > MAX_SIZE) return fail(file.size ? t.fileTooLarge : t.notACalendar(''));
  const { signal } = sending;
  try {
    const result = await send(file, { dry_run: 'true' }, signal);
    if (!signal.aborted) showPreview(result);
  } catch (/** @type {any} */ error) {
    if (signal.aborted) return;
    fail(error.kind === 'invalid' ? t.notACalendar(error.detail) : error.kind === 'tooLarge' ? t.fileTooLarge : errorMessage(error));
    if (error.kind !== 'invalid' && error.kind !== 'tooLarge') offer(t.tryAgain, () => void preview());
  }
}

async function importFile() {
  if (!file) return;
  sending = new AbortController();
  isImporting = true;
  const { signal } = sending;
  const [sent, into] = [file, group()];
  const isShown = () => byId('import').open && sending.signal === signal;
  clear();
  lock(true);
  offer(t.importing);
  try {
    const result = await send(sent, {}, signal);
    if (isShown()) showResult(result);
    else notify(`${t.imported(sent.name)} ${countsOf(result).join(', ')}`);
    await show(into);
  } catch (/** @type {any} */ error) {
    // What has arrived is not known, and does not have to be: the same file again makes nothing twice.
    const text = error.kind === 'offline' ? t.importUnknown : errorMessage(error);
    if (!isShown()) return void notify(`${t.notImported(sent.name)} ${text}`);
    fail(text);
    offer(t.tryAgain, () => void importFile());
  } finally {
    if (sending.signal === signal) {
      isImporting = false;
      lock(false);
    }
  }
}

/** Shows what has come in. @param {number | null} into */
async function show(into) {
  store.clear();
  try {
    if (into !== null) await selectAndShow(into);
  } catch (error) {
    notify(errorMessage(error));
  }
  await refresh();
}

/** @param {File} sent @param {Record<string, string>} query @param {AbortSignal} signal @returns {Promise<Result>} */
async function send(sent, query, signal) {
  const bar = byId('import-progress');
  const into = group();
  bar.hidden = false;
  bar.value = 0;
  say(t.sending(0));
  try {
    return await upload('/import', into === null ? query : { ...query, group: String(into) }, sent, (part) => {
      if (signal !== sending.signal) return;
      bar.value = part;
      say(part < 1 ? t.sending(Math.floor(part * 100)) : t.working);
      if (part === 1) bar.removeAttribute('value');
    }, signal);
  } finally {
    if (signal === sending.signal) clear();
  }
}

/** @param {Result} result @returns {string[]} */
const countsOf = ({ created, updated, unchanged, skipped }) => [
  created && t.importNew(created), updated && t.importUpdated(updated), unchanged && t.importKnown(unchanged),
  skipped && t.importSkipped(skipped),
].filter((text) => text !== 0);

/** @param {Result} result */
function showPreview(result) {
  const coming = result.created + result.updated;
  say(t.inFile(result.read), ...countsOf(result));
  list(result);
  if (coming) offer(t.importEvents(coming), () => void importFile());
  else if (result.read) say(t.inFile(result.read), ...countsOf(result), t.importNothing);
}

/** @param {Result} result */
function showResult(result) {
  byId('import-name').textContent = t.chooseFile;
  file = undefined;
  say(t.importedInto(groupName(group())), ...countsOf(result));
  announce(`${t.importedInto(groupName(group()))} ${countsOf(result).join(', ')}`);
  list(result);
  offer(t.close, () => byId('import').close());
}

/** @param {string} first @param {...string} others */
function say(first, ...others) {
  byId('import-result').replaceChildren(el('p', {}, first), others.length > 0 && el('ul', {}, ...others.map((text) => el('li', {}, text))) || '');
}

/** Lists of what there is more to say, as far as there is room. @param {Result} result */
function list({ items, skipped }) {
  const rows = items.slice(0, MAX_ITEMS).map(({ outcome, detail, file: name, line, uid }) => el('li', {},
    el('span', {}, [t.importOutcome[outcome], detail].filter(Boolean).join(': ')),
    el('span.hint', {}, [name, line && t.line(line), uid].filter(Boolean).join(' · '))));
  const more = Math.max(items.length, skipped) - rows.length;
  byId('import-items').replaceChildren(...rows, ...(more > 0 ? [el('li.hint', {}, t.moreItems(more))] : []));
}

/** @param {string} text */
function fail(text) {
  byId('import-error').textContent = text;
}

/** Sets what the button says and does: nothing, for the time being, without `press`. @param {string} label @param {() => void} [press] */
function offer(label, press) {
  act = press ?? (() => {});
  byId('import-act').textContent = label;
  byId('import-act').disabled = !press;
}

function clear() {
  byId('import-progress').hidden = true;
  byId('import-progress').removeAttribute('value');
  byId('import-result').replaceChildren();
  byId('import-items').replaceChildren();
  fail('');
}

/** While something is imported, it cannot be changed. @param {boolean} isLocked */
function lock(isLocked) {
  byId('import-group').disabled = byId('import-file').disabled = isLocked;
}
