// Puts the items of a list into order by dragging them, with a mouse, a finger or a pen. The keyboard has buttons elsewhere.

import { el, icon } from './dom.js';

/** How far a pointer moves until that is a drag, in pixels. */
const SLOP = 4;
/** How far beside and above the list a pointer is still in it, in pixels. */
const BESIDE = 80;
const ABOVE = 40;
/** How near to the edge of what scrolls the list is scrolled, and by how much in each frame, in pixels. */
const EDGE = 32;
const STEP = 7;

/** Whether an item is being dragged: the list must not be drawn again meanwhile. */
export const isSorting = () => Boolean(document.querySelector('.sorted'));

/**
 * The handle of an item.
 * @param {() => void} dropped the item is at another place now
 * @param {() => void} cancelled the drag ended outside of the list or was given up; the items are as before
 * @param {() => void} ended is called after either, and if the item is where it was
 */
export function sortHandle(dropped, cancelled, ended) {
  const handle = el('span.grip', { 'aria-hidden': 'true', onpointerdown: (/** @type {PointerEvent} */ down) => {
    if (down.button || !down.isPrimary || isSorting()) return;
    // No text is selected on the way.
    down.preventDefault();
    drag(handle, down, (isInside, hasMoved) => {
      if (!isInside) cancelled();
      else if (hasMoved) dropped();
      ended();
    });
  } }, icon('grip'));
  return handle;
}

/** @param {HTMLElement} handle @param {PointerEvent} down @param {(isInside: boolean, hasMoved: boolean) => void} done is called if it was dragged */
function drag(handle, down, done) {
  const item = /** @type {HTMLElement} */ (handle.closest('li'));
  const list = /** @type {HTMLElement} */ (item.parentElement);
  const others = [...list.children].filter((other) => other !== item);
  const from = [...list.children].indexOf(item);
  const listening = new AbortController();
  let [x, y, place, isInside] = [down.clientX, down.clientY, from, true];

  // The others move around the item: what is taken out of the document loses its pointer.
  const moveTo = (/** @type {number} */ to) => {
    if (to > place) item.before(...others.slice(place, to));
    else if (to < place) item.after(...others.slice(to, place));
    place = to;
  };
  const follow = () => {
    const { left, right, top, bottom } = list.getBoundingClientRect();
    isInside = x > left - BESIDE && x < right + BESIDE && y > top - ABOVE && y < bottom + ABOVE;
    moveTo(isInside ? others.filter((other) => middle(other) < y).length : from);
  };
  const scroller = scrollerOf(list);
  const scroll = () => {
    if (listening.signal.aborted) return;
    const { top, bottom } = scroller.getBoundingClientRect();
    const all = list.getBoundingClientRect();
    const by = y < top + EDGE && all.top < top ? -STEP : y > bottom - EDGE && all.bottom > bottom ? STEP : 0;
    if (by && isInside) {
      scroller.scrollBy(0, by);
      follow();
    }
    requestAnimationFrame(scroll);
  };
  const finish = (/** @type {boolean} */ isDropped) => {
    listening.abort();
    if (!item.classList.contains('sorted')) return;
    item.classList.remove('sorted');
    const isTaken = isDropped && isInside;
    if (!isTaken) moveTo(from);
    done(isTaken, place !== from);
  };
  /** @param {string} type @param {(event: any) => void} listener */
  const listen = (type, listener) => document.addEventListener(type, listener, { capture: true, signal: listening.signal });
  const ofPointer = (/** @type {(event: PointerEvent) => void} */ listener) => (/** @type {PointerEvent} */ event) => {
    if (event.pointerId === down.pointerId) listener(event);
  };
  listen('pointermove', ofPointer(({ clientX, clientY }) => {
    [x, y] = [clientX, clientY];
    if (!item.classList.contains('sorted')) {
      if (Math.hypot(x - down.clientX, y - down.clientY) < SLOP) return;
      item.classList.add('sorted');
      requestAnimationFrame(scroll);
    }
    follow();
  }));
  listen('pointerup', ofPointer(() => finish(true)));
  for (const type of ['pointercancel', 'lostpointercapture']) listen(type, ofPointer(() => finish(false)));
  listen('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    // It ends the drag, and closes nothing.
    event.preventDefault();
    event.stopPropagation();
    finish(false);
  });
  // So that it is known when a mouse is released outside of the window.
  handle.setPointerCapture(down.pointerId);
}

/** @param {Element} element */
function middle(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return (top + bottom) / 2;
}

/** The element around a list that scrolls. @param {HTMLElement} list @returns {Element} */
function scrollerOf(list) {
  for (let around = list.parentElement; around; around = around.parentElement) {
    if (around.scrollHeight > around.clientHeight && /auto|scroll/.test(getComputedStyle(around).overflowY)) return around;
  }
  return document.documentElement;
}
