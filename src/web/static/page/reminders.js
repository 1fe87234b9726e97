// Reminders of one's own events, which the browser shows while the page is open, once a person has allowed it.

import { isOnScreen } from './dom.js';
import { shortTitle } from './events/event.js';
import * as store from './events/store.js';
import { formatClock, formatShortDate } from './format.js';
import { state } from './state.js';
import { DAY, MINUTE, now, startOfDay } from './time.js';

const EVERY = 15_000;
/** How old what is known of the coming days may be. */
const KNOWN_FOR = 5 * MINUTE;
/** How far ahead events are looked at: the longest reminder that the form offers, and a day. */
const AHEAD = 8 * DAY;

/** Up to when reminders were shown. */
let shownUntil = Infinity;
/** When the coming days were fetched. */
let fetchedAt = -Infinity;

export function init() {
  setInterval(() => void showDue(), EVERY);
}

/** @returns {Promise<boolean>} whether reminders can be shown */
export async function askPermission() {
  if (!('Notification' in globalThis)) return false;
  if (Notification.permission === 'default') await Notification.requestPermission();
  return isAllowed();
}

const isAllowed = () => 'Notification' in globalThis && Notification.permission === 'granted';

async function showDue() {
  if (!isOnScreen('calendar') || !state.user || !isAllowed()) return;
  const present = now();
  // What was due before the page was opened is past.
  const from = Math.min(shownUntil, present);
  shownUntil = present;
  if (present - fetchedAt > KNOWN_FOR) {
    fetchedAt = present;
    await store.know(present, present + AHEAD).catch(() => {});
  }
  for (const event of store.between(present, present + AHEAD)) {
    const { start, mine, details } = event;
    if (!mine || details.status === 'cancelled') continue;
    if (details.reminders?.some((minutes) => start - minutes * MINUTE > from && start - minutes * MINUTE <= present)) void remind(event);
  }
}

/** @param {import('./events/event.js').CalendarEvent} event */
async function remind(event) {
  const { id, start, allDay, details } = event;
  const day = startOfDay(start) === startOfDay(now()) ? '' : formatShortDate(start);
  const body = [[day, allDay ? '' : formatClock(start)].filter(Boolean).join(' '), details.location].filter(Boolean).join('\n');
  // With the same tag, several tabs show it once.
  const options = { body, tag: `${id} ${start}`, icon: new URL('icons/icon-192.png', import.meta.url).href };
  try {
    new Notification(shortTitle(event), options);
  } catch {
    // Phones show them by the service worker alone.
    await (await navigator.serviceWorker?.getRegistration())?.showNotification(shortTitle(event), options);
  }
}
