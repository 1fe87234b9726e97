// How a calendar looks to the user alone, in its dialog: its colour, and where its group is in the list.

import { swatches } from '../colors.js';
import { announce, byId, on } from '../dom.js';
import * as groups from '../groups.js';
import { errorMessage, t } from '../i18n/index.js';
import { state } from '../state.js';

/** The calendar that is shown: undefined for one that is not made yet. Each opening makes another. @type {{id: number | null | undefined}} */
let shown = { id: undefined };
/** Called after something has changed. */
let changed = () => {};

/** @param {() => void} onChange */
export function initLook(onChange) {
  changed = onChange;
  on('look-up', 'click', () => void move(-1));
  on('look-down', 'click', () => void move(1));
}

/** @param {number | null | undefined} id null: the personal calendar; undefined: one that is not made yet */
export function showLook(id) {
  shown = { id };
  byId('group-look').hidden = id === undefined;
  byId('look-error').textContent = '';
  if (id === undefined) return;
  const own = state.looks.get(id)?.color ?? null;
  byId('look-colors').replaceChildren(...swatches('look-color', own, t.colorAsItComes, (color) => void paint(color)));
  byId('look-order').hidden = byId('look-hide').hidden = id === null;
  showPlace();
}

/** Says where the group is in the list. */
function showPlace() {
  const all = groups.allGroups().map((group) => group.id);
  const place = shown.id == null ? -1 : all.indexOf(shown.id);
  byId('look-place').textContent = t.placeInList(place + 1, all.length);
  // What has the focus keeps it at an end of the list.
  byId('look-up').setAttribute('aria-disabled', String(place <= 0));
  byId('look-down').setAttribute('aria-disabled', String(place < 0 || place >= all.length - 1));
}

/** @param {string | null} color */
function paint(color) {
  const { id } = shown;
  return save(() => groups.setColor(id ?? null, color), t.colorChanged);
}

/** @param {1 | -1} by */
function move(by) {
  const { id } = shown;
  if (id == null || !groups.canMove(id, by)) return undefined;
  return save(() => groups.move(id, by), '');
}

/** @param {() => Promise<void>} change @param {string} said what to announce */
async function save(change, said) {
  const current = shown;
  byId('look-error').textContent = '';
  const saved = change();
  changed();
  if (shown === current) showPlace();
  try {
    await saved;
    if (said) announce(said);
  } catch (error) {
    changed();
    if (shown !== current) return;
    showLook(current.id);
    byId('look-error').textContent = errorMessage(error);
  }
}
