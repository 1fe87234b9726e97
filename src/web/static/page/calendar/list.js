// The list of what is coming. It begins with a month, and goes on with the next ones as it is scrolled.

import { byId } from '../dom.js';
import { isKnown } from '../events/store.js';
import { formatMonth } from '../format.js';
import { t } from '../i18n/index.js';
import { state } from '../state.js';
import { LAST_DAY, FIRST_DAY, fromIso, startOfMonth } from '../time.js';
import { range } from './view.js';

/** How many events a list shows at first, and how many more as it is scrolled. */
const STEP = 250;
/** How many months are shown before anybody scrolls, to fill the page. */
const FILL = 3;
/** How near to the end of the list, in pixels, more is shown. */
const NEAR = 400;

let limit = STEP;
/** How many known events are not shown yet. */
let hidden = 0;
/** @type {{redraw: () => void, loadMore: () => void, scrolled: (month: number) => void}} */
let handlers;

/**
 * @param {typeof handlers} given `redraw`: draws the known events; `loadMore`: fetches those of the range too;
 *   `scrolled`: another month is at the top
 */
export function init(given) {
  handlers = given;
  byId('calendar').addEventListener('scroll', scrolled, { capture: true, passive: true });
  byId('list-more').addEventListener('click', more);
  byId('list-earlier').addEventListener('click', earlier);
}

/** Begins with the month of the date again. */
export function reset() {
  limit = STEP;
  state.list = { before: 0, after: 1 };
}

export const listLimit = () => limit;

const scroller = () => /** @type {HTMLElement | null} */ (document.querySelector('#calendar .ec-main'));
const canGoOn = () => range().end <= LAST_DAY;

/** After a redraw: shows the buttons, and more months if the page is not full. @param {number} notShown how many events had no room */
export function drawn(notShown) {
  const isList = state.view === 'list';
  hidden = notShown;
  byId('list-earlier').hidden = !isList || range().start <= FIRST_DAY;
  byId('list-more').hidden = !isList || (hidden === 0 && !canGoOn());
  if (!isList) return;
  byId('list-more').textContent = hidden ? t.showMore(hidden) : t.showMonth(formatMonth(range().end));
  requestAnimationFrame(() => {
    const main = scroller();
    const hasRoom = main && main.scrollHeight <= main.clientHeight + NEAR;
    if (state.view === 'list' && hasRoom && state.list.after < FILL && isKnown(range().start, range().end)) more();
  });
}

function more() {
  if (hidden) {
    limit += STEP;
    handlers.redraw();
  } else if (canGoOn()) {
    state.list = { ...state.list, after: state.list.after + 1 };
    handlers.loadMore();
  }
}

/** Puts the month before above the others, and leaves what was seen where it is. */
function earlier() {
  const main = scroller();
  const fromEnd = main ? main.scrollHeight - main.scrollTop : 0;
  state.list = { ...state.list, before: state.list.before + 1 };
  limit += STEP;
  handlers.loadMore();
  if (!main) return;
  // The library draws in steps, and the events come later still.
  const observer = new ResizeObserver(() => { main.scrollTop = main.scrollHeight - fromEnd; });
  for (const child of main.children) observer.observe(child);
  setTimeout(() => observer.disconnect(), 1000);
  requestAnimationFrame(() => { main.scrollTop = main.scrollHeight - fromEnd; });
}

/** @param {Event} event */
function scrolled({ target }) {
  const main = /** @type {HTMLElement} */ (target);
  if (state.view !== 'list' || main !== scroller()) return;
  if (main.scrollTop + main.clientHeight > main.scrollHeight - NEAR && main.scrollTop > 0) more();
  const top = main.getBoundingClientRect().top + 1;
  const first = [...main.querySelectorAll('.ec-day')].find((day) => day.getBoundingClientRect().bottom > top);
  const date = first?.querySelector('time')?.dateTime;
  if (date) handlers.scrolled(startOfMonth(fromIso(date)));
}
