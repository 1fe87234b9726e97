// Keeps the calendar up to date: it draws what is known and fetches the rest, also when the page becomes visible or
// the connection is back, and every five minutes for what others change.

import { draw } from './calendar/calendar.js';
import { range } from './calendar/view.js';
import { isOnScreen } from './dom.js';
import { clear, expire, load } from './events/store.js';
import { errorMessage, t } from './i18n/index.js';
import { notify } from './messages.js';
import { state } from './state.js';
import { MINUTE } from './time.js';

const INTERVAL = 5 * MINUTE;

/** Closes the message that the calendar could not be loaded. */
let closeMessage = () => {};

/** Loads the groups again, and says whether other ones are selected than before. */
let refreshGroups = async () => false;

/** @param {() => Promise<boolean>} givenRefreshGroups */
export function init(givenRefreshGroups) {
  refreshGroups = givenRefreshGroups;
  const refreshIfVisible = () => { if (!document.hidden) void refresh(); };
  addEventListener('online', () => {
    expire();
    void refresh();
  });
  document.addEventListener('visibilitychange', refreshIfVisible);
  setInterval(refreshIfVisible, INTERVAL);
}

/** Draws the view, fetches what is missing or no longer fresh, and draws again if anything was. */
export async function refresh() {
  // A redraw would end a drag in progress.
  const isDragging = document.querySelector('.ec-preview');
  if (!isOnScreen('calendar') || !state.user || isDragging) return;
  const { start, end } = range();
  draw();
  try {
    const groups = refreshGroups();
    groups.catch(() => {});
    if (await load(start, end)) draw();
    if (await groups) {
      clear();
      await load(start, end);
      draw();
    }
    closeMessage();
  } catch (/** @type {any} */ error) {
    if (error.kind === 'token') return;
    closeMessage();
    closeMessage = notify(`${t.notLoaded} ${errorMessage(error)}`, t.tryAgain, () => void refresh());
  }
}
