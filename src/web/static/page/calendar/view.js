// Which days the present view shows, its title, and where its next and previous buttons lead.

import { firstDay, formatMonth, formatter, weekNumbers } from '../format.js';
import { isNarrow } from '../dom.js';
import { t } from '../i18n/index.js';
import { state } from '../state.js';
import { DAY, addMonths, startOfMonth, startOfWeek, startOfYear, weekNumber } from '../time.js';

/** What the view shows, from start to end. The month includes the days that fill up its weeks; the list, the months that were scrolled to. */
export function range() {
  const { view, date } = state;
  if (view === 'day') return { start: date, end: date + DAY };
  if (view === 'week') {
    const start = startOfWeek(date, firstDay());
    return { start, end: start + 7 * DAY };
  }
  if (view === 'year') return { start: startOfYear(date), end: startOfYear(date, 1) };
  if (view === 'list') return { start: startOfMonth(date, -state.list.before), end: startOfMonth(date, state.list.after) };
  const [start, end] = [startOfMonth(date), startOfMonth(date, 1)];
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
    const days = formatter(isNarrow()
      ? { day: 'numeric', month: 'short' }
      : { day: 'numeric', month: 'short', year: 'numeric' }).formatRange(start, end - DAY);
    return weekNumbers() && !isNarrow() ? `${days} · ${t.weekNumber(weekNumber(start, firstDay()))}` : days;
  }
  if (view === 'year') return formatter({ year: 'numeric' }).format(date);
  return monthTitle(monthShown());
}

/** The month that the view is about. In a list it is that which was scrolled to. */
const monthShown = () => (state.view === 'list' ? state.list.month : null) ?? startOfMonth(state.date);

/** @param {number} date */
function monthTitle(date) {
  return isNarrow() ? formatter({ month: 'short', year: 'numeric' }).format(date) : formatMonth(date);
}

/** The date of the next or the previous year, month, week or day. @param {1 | -1} direction */
export function stepDate(direction) {
  const { view, date } = state;
  if (view === 'day') return date + direction * DAY;
  if (view === 'week') return date + direction * 7 * DAY;
  if (view === 'year') return addMonths(date, 12 * direction);
  return addMonths(monthShown(), direction);
}
