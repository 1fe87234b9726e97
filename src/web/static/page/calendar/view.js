// Which days the present view shows, its title, and where its next and previous buttons lead.

import { firstDay, formatMonth, formatter } from '../format.js';
import { isNarrow } from '../dom.js';
import { state } from '../state.js';
import { DAY, addMonths, startOfMonth, startOfWeek } from '../time.js';

/** What the view shows, from start to end. The month includes the days that fill up its weeks. */
export function range() {
  const { view, date } = state;
  if (view === 'day') return { start: date, end: date + DAY };
  if (view === 'week') {
    const start = startOfWeek(date, firstDay());
    return { start, end: start + 7 * DAY };
  }
  const [start, end] = [startOfMonth(date), startOfMonth(date, 1)];
  if (view === 'list') return { start, end };
  return { start: startOfWeek(start, firstDay()), end: startOfWeek(end + 6 * DAY, firstDay()) };
}

/** Shorter on a phone. */
export function title() {
  const { view, date } = state;
  if (view === 'day') {
    return formatter(isNarrow()
      ? { weekday: 'short', day: 'numeric', month: 'short' }
      : { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' }).format(date);
  }
  if (view === 'week') {
    const { start, end } = range();
    return formatter(isNarrow()
      ? { day: 'numeric', month: 'short' }
      : { day: 'numeric', month: 'short', year: 'numeric' }).formatRange(start, end - DAY);
  }
  return isNarrow() ? formatter({ month: 'short', year: 'numeric' }).format(date) : formatMonth(date);
}

/** The date of the next or the previous month, week or day. @param {1 | -1} direction */
export function stepDate(direction) {
  const { view, date } = state;
  if (view === 'day') return date + direction * DAY;
  if (view === 'week') return date + direction * 7 * DAY;
  return addMonths(startOfMonth(date), direction);
}
