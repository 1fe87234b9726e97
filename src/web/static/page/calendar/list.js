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
/** @type {{redraw: () => void, loadMore: () => Promise<void>, scrolled: (month: number) => void}} */
let handlers;

/**
 * @param {typeof handlers} given `redraw`: draws the known events; `loadMore`: fetches those of the range too;
 *   `scrolled`: another month is at the top
 */
export function init(given) {
  handlers = given;
  byId('calendar').addEventListener('scroll', scrolled, { capture: true, passive: true });
  byId('list-more').addEventListener('click', more);
  byId('list-earlier').addEventListener('click', () => void earlier());
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
    void handlers.loadMore();
  }
}

/** The first day that can be seen, or that has the date given. @param {string} [date] @returns {{date: string, top: number} | undefined} */
function dayAt(date) {
  const main = scroller();
  const edge = main?.getBoundingClientRect().top ?? 0;
  for (const day of main?.querySelectorAll('.ec-day') ?? []) {
    const [found, { top, bottom }] = [day.querySelector('time')?.dateTime ?? '', day.getBoundingClientRect()];
    if (date ? found === date : bottom > edge + 1) return { date: found, top };
  }
  return undefined;
}

/** Puts the month before above the others, and leaves what was seen where it is. */
async function earlier() {
  const seen = dayAt();
  const keepPlace = () => {
    const now = seen && dayAt(seen.date);
    if (now) scroller()?.scrollBy(0, now.top - seen.top);
  };
  // The library draws in steps, and the events come later still.
  const observer = new MutationObserver(keepPlace);
  observer.observe(byId('calendar'), { childList: true, subtree: true });
  state.list = { ...state.list, before: state.list.before + 1 };
  limit += STEP;
  await handlers.loadMore();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    keepPlace();
    observer.disconnect();
  }));
}

/** @param {Event} event */
function scrolled({ target }) {
  const main = scroller();
  if (state.view !== 'list' || !main || target !== main) return;
  if (main.scrollTop + main.clientHeight > main.scrollHeight - NEAR && main.scrollTop > 0) more();
  const first = dayAt();
  if (first) handlers.scrolled(startOfMonth(fromIso(first.date)));
}
