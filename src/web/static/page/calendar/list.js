// The list of what is coming. It begins with a month, and goes on with the next ones as it is scrolled.

import { byId } from '../dom.js';
import { between, isKnown } from '../events/store.js';
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
/** The most events that a month may put in front of the others without moving them out of the list. */
const MOST_BEFORE = 2000;

let limit = STEP;
/** How many known events are not shown yet. */
let hidden = 0;
let isLoading = false;
/** @type {{redraw: () => void, loadMore: () => Promise<void>, scrolled: () => void}} */
let handlers;

/**
 * @param {typeof handlers} given `redraw`: draws the known events; `loadMore`: fetches those of the range too;
 *   `scrolled`: another month may be at the top
 */
export function init(given) {
  handlers = given;
  byId('calendar').addEventListener('scroll', scrolled, { capture: true, passive: true });
  byId('list-more').addEventListener('click', () => void more());
  byId('list-earlier').addEventListener('click', () => void earlier());
}

/** Begins with the month of the date again. */
export function reset() {
  limit = STEP;
  state.list = { before: 0, after: 1, month: null };
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
    if (state.view === 'list' && hasRoom && state.list.after < FILL && isKnown(range().start, range().end)) void more();
  });
}

/** Shows more events, or the next month. A month is awaited before the one after it is asked for. */
async function more() {
  if (hidden) {
    limit += STEP;
    return handlers.redraw();
  }
  if (isLoading || !canGoOn()) return;
  state.list = { ...state.list, after: state.list.after + 1 };
  await load();
}

async function load() {
  isLoading = true;
  try {
    await handlers.loadMore();
  } finally {
    isLoading = false;
  }
}

/** Whether the last months are empty, so that only the button goes on: there may be nothing for a thousand years. */
function isEmptyAhead() {
  const { end } = range();
  return state.list.after > FILL && !between(startOfMonth(end, -FILL), end).length;
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
  const { start } = range();
  state.list = { ...state.list, before: state.list.before + 1 };
  await load();
  limit += Math.min(between(range().start, start).length, MOST_BEFORE);
  handlers.redraw();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    keepPlace();
    observer.disconnect();
  }));
}

/** @param {Event} event */
function scrolled({ target }) {
  const main = scroller();
  if (state.view !== 'list' || !main || target !== main) return;
  if (main.scrollTop + main.clientHeight > main.scrollHeight - NEAR && main.scrollTop > 0 && !isEmptyAhead()) void more();
  const first = dayAt();
  if (!first) return;
  state.list = { ...state.list, month: startOfMonth(fromIso(first.date)) };
  handlers.scrolled();
}
