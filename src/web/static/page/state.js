// What the page shows, and to whom. Modules read it here instead of keeping copies; each field names the one
// module that writes it. The events themselves are in events/store.js.

/** @typedef {'year' | 'month' | 'week' | 'day' | 'list'} View */
/** @typedef {{useremail: string, created: string, timezone?: string}} User */
/** @typedef {{id: number, name: string, creator_email: string}} Group */

export const state = {
  /** Who is signed in, or was until the session ended. Written by main.js. @type {User | null} */
  user: null,
  /** Written by calendar/calendar.js. @type {View} */
  view: 'month',
  /** The start of the day that the view is about. Written by calendar/calendar.js. */
  date: 0,
  /**
   * How many months the list shows before that of the date, and from it on; and the month that was scrolled to.
   * Written by calendar/list.js.
   * @type {{before: number, after: number, month: number | null}}
   */
  list: { before: 0, after: 1, month: null },
  /** All groups by id. Written by groups.js. @type {Map<number, Group>} */
  groups: new Map(),
  /** The ids of the selected groups. Written by groups.js. @type {Set<number>} */
  selectedGroups: new Set(),
};

/** Whether an email is that of the user; its case does not matter. @param {string} email */
export const isUser = (email) => email.toLowerCase() === state.user?.useremail.toLowerCase();
