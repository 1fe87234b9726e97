// What the page shows, and to whom. Modules read it here instead of keeping copies; each field names the one
// module that writes it. The events themselves are in events/store.js.

/** @typedef {'year' | 'month' | 'week' | 'day' | 'list'} View */
/** @typedef {{useremail: string, created: string, timezone?: string}} User */
/**
 * @typedef {{url?: string, read: string | null, problem?: string}} Subscription
 *   `read`: when the address was last read, as the API writes it; `problem`: why it could not be since
 * @typedef {'reader' | 'writer' | 'editor' | 'owner'} Role what somebody may in a group, each also what the one before may
 * @typedef {'none' | 'reader' | 'writer'} Everyone what those may who are no members; nothing: it is private
 * @typedef {{id: number, name: string, creator_email: string, subscription?: Subscription | null, role?: Role,
 *   everyone?: Everyone, color?: string, description?: string}} Group
 *   what the API leaves out: `role` where its creator owns it and others write; `everyone` where they write
 */

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
  /**
   * How calendars look to the user, by the ids of their groups; null is the personal one. Written by groups.js.
   * @type {Map<number | null, {color?: string, position?: number}>}
   */
  looks: new Map(),
  /** The ids of the selected groups. Written by groups.js. @type {Set<number>} */
  selectedGroups: new Set(),
};

/** Whether a group is filled from an address, and its events are read only. @param {number | null} group */
export const isSubscribed = (group) => group !== null && Boolean(state.groups.get(group)?.subscription);

/** @type {Role[]} */
export const ROLES = ['reader', 'writer', 'editor', 'owner'];

/** Whether the user has at least a role in a group. @param {Group | undefined} group @param {Role} least */
export function hasRole(group, least) {
  const role = group?.role ?? (group && isUser(group.creator_email) ? 'owner' : 'writer');
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Whether an email is that of the user; its case does not matter. @param {string} email */
export const isUser = (email) => email.toLowerCase() === state.user?.useremail.toLowerCase();
