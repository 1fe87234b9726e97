// The question which occurrences of a series are meant, before one is changed or deleted.

import { draw } from '../calendar/calendar.js';
import { setNextFocus } from '../calendar/accessibility.js';
import { byId, on, open } from '../dom.js';
import * as actions from '../events/actions.js';
import { isRepeating, keyOf } from '../events/event.js';
import { t } from '../i18n/index.js';

/** @typedef {import('../events/event.js').CalendarEvent} CalendarEvent */
/** @typedef {import('../events/event.js').EventFields} EventFields */
/** @typedef {import('../events/series.js').Scope} Scope */

const SCOPES = /** @type {const} */ (['this', 'following', 'all']);

/** @type {(scope: Scope | null) => void} */
let answer = () => {};

export function init() {
  for (const scope of SCOPES) {
    on(`scope-${scope}`, 'click', () => {
      answer(scope);
      byId('scope').close();
    });
  }
  on('scope', 'close', () => answer(null));
}

/**
 * @param {CalendarEvent} event @param {EventFields} [fields] what it is changed to; without them it is deleted
 * @returns {Promise<Scope | null | undefined>} null: nothing is to be done; undefined: it is no series
 */
export async function askScope(event, fields) {
  if (!isRepeating(event)) return undefined;
  const rule = fields?.details?.rrule;
  byId('scope-title').textContent = fields ? t.changeSeries : t.deleteSeries;
  // One occurrence has no rule.
  const offered = SCOPES.filter((scope) => rule === undefined || scope !== 'this');
  for (const scope of SCOPES) byId(`scope-${scope}`).hidden = !offered.includes(scope);
  const what = { this: '', following: !fields ? '' : rule === null ? t.ruleEnded : t.followingChanged, all: rule === null ? t.ruleRemoved : '' };
  for (const scope of SCOPES) byId(`scope-${scope}-hint`).textContent = what[scope];
  open(byId('scope'), byId(`scope-${offered[0]}`));
  return new Promise((resolve) => { answer = resolve; });
}

/** After an event was dragged. @param {CalendarEvent} event @param {number} start @param {number} end @param {boolean} resized */
export async function move(event, start, end, resized) {
  const scope = await askScope(event, { subject: event.subject, start, end });
  if (scope !== null) return actions.move(event, start, end, resized, scope);
  setNextFocus(keyOf(event));
  draw();
}
