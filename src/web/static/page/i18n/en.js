// What the page says in English. ko.js has the same keys; tests/page/sources.test.js checks that each is used.

/** @param {number} count @param {string} one @param {string} many */
const plural = (count, one, many) => (count === 1 ? one : many);

/** @param {number} minutes a whole number of weeks, days, hours or minutes */
function length(minutes) {
  const [size, one] = /** @type {[number, string]} */ ([[10080, 'week'], [1440, 'day'], [60, 'hour'], [1, 'minute']].find(([unit]) => minutes % Number(unit) === 0));
  return `${minutes / size} ${plural(minutes / size, one, `${one}s`)}`;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const ORDINALS = ['', 'first', 'second', 'third', 'fourth', 'fifth'];
const UNITS = { HOURLY: 'hour', DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' };

/** @param {string[]} some */
const list = (some) => [some.slice(0, -1).join(', '), some.at(-1)].filter(Boolean).join(' and ');

/** @param {number} number */
const numeral = (number) => number + (/1[123]$/.test(String(number)) ? 'th' : ['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');

/** @param {number} nth from the end if negative @returns {string} */
const ordinal = (nth) => (nth === -1 ? 'last' : nth < 0 ? `${ordinal(-nth)} to last` : ORDINALS[nth] ?? numeral(nth));

/** @param {import('../events/rule.js').RuleDay[]} days */
function weekdays(days) {
  const plain = days.filter(({ nth }) => nth === null).map(({ day }) => day || 7).sort();
  return plain.join() === '1,2,3,4,5' ? 'weekday' : list(plain.map((day) => DAYS[day % 7]));
}

/**
 * A rule of recurrence in words: “every second Tuesday until 5 May”.
 * @param {import('../events/rule.js').Rule} rule
 * @param {(month: number, day: number) => string} date writes a day of a year @param {string} until the last day, or nothing
 */
function rule({ freq, interval, days, monthDays, months, positions, count, rest }, date, until) {
  const plain = weekdays(days);
  const isWeekly = freq === 'WEEKLY';
  const isShort = isWeekly && (interval === 1 || (interval === 2 && days.length === 1));
  const unit = isShort && days.length < 7 ? plain : isShort ? 'day' : UNITS[freq];
  const said = [`every ${interval === 1 ? unit : interval === 2 ? `second ${unit}` : `${interval} ${unit}s`}`];
  if (isWeekly && !isShort) said.push(`on ${plain === 'weekday' ? 'weekdays' : plain}`);
  const isDates = freq === 'YEARLY' && months.length && monthDays.length && !days.length && Math.min(...monthDays) > 0;
  if (isDates) said.push(`on ${list(months.flatMap((month) => monthDays.map((day) => date(month, day))))}`);
  else if (monthDays.length) said.push(`on the ${list(monthDays.map((day) => (day < 0 ? `${ordinal(day)} day` : numeral(day))))}`);
  const either = plain.replace(' and ', ' or ');
  const nths = days.filter(({ nth }) => nth !== null).map(({ day, nth }) => `the ${ordinal(nth ?? 0)} ${DAYS[day]}`);
  if (positions.length) said.push(`on the ${list(positions.map(ordinal))} ${either || list(nths)}`);
  else if (monthDays.length && days.length) said.push(`if it is a ${either || list(nths)}`);
  else if (days.length && !isWeekly) said.push(`on ${list([plain && `every ${plain}`, ...nths].filter(Boolean))}`);
  if (months.length && !isDates) said.push(`${freq === 'YEARLY' && said.length > 1 ? 'of' : 'in'} ${list(months.map((month) => MONTHS[month - 1]))}`);
  if (rest.length) said.push(`(${rest.join(', ')})`);
  return said.join(' ') + (count ? `, ${count === 1 ? 'once' : `${count} times`}` : until && ` until ${until}`);
}

export const en = {
  appName: 'Calendar', skipToCalendar: 'Skip to the calendar',

  // Signing in
  signIn: 'Sign in', signUp: 'Sign up', signInTitle: 'Sign in to your calendar', signUpTitle: 'Create an account',
  email: 'Email', password: 'Password', passwordHint: 'At least 8 characters', token: 'Access token',
  tokenHint: 'Your administrator can give you one.', useToken: 'Sign in with a token',
  usePassword: 'Sign in with a password', toSignUp: 'New here? Create an account',
  toSignIn: 'Already have an account? Sign in', staySignedIn: 'Keep me signed in on this device',
  signedOutElsewhere: 'You signed out in another tab. Sign in again to continue what you were typing.',
  otherSignedIn: 'Someone else signed in on another tab. Sign in again to continue what you were typing.',
  sessionEnded: 'Your session has ended. Sign in again.',
  emailInvalid: 'Enter an email address with an @ in it.', passwordInvalid: 'A password must have 8 to 256 characters.',
  tokenMissing: 'Paste your token here.',
  signInRefused: 'The email or password is incorrect. If you have never set a password, sign in with a token.',
  signUpClosed: 'This server does not accept new accounts. Ask your administrator to create one for you.',
  tokenInvalid: 'This token is not valid. Ask your administrator for a new one.',
  emailTaken: 'This email already has an account. Sign in with it, or use another email.',

  // Errors
  offline: 'The server cannot be reached. Nothing you typed is lost. Check your connection and try again.',
  unavailable: 'The server cannot do this right now. Nothing you typed is lost. Try again in a moment.',
  rateLimited: (/** @type {number} */ seconds) =>
    `Too many attempts. Try again in ${seconds} ${plural(seconds, 'second', 'seconds')}.`,
  notOwner: 'Someone else created this. Only they can change it.',
  notFound: 'This no longer exists. Someone has deleted it.',
  invalid: (/** @type {string} */ detail) =>
    `The server did not accept this${detail ? ` (${detail})` : ''}. Change it and try again.`,
  fault: (/** @type {string} */ request) =>
    `Something went wrong on the server. Try again, or tell your administrator${request ? ` (request ${request})` : ''}.`,
  tooLarge: 'This is more than the server takes at once. Make it smaller and try again.',
  conflict: 'This has been changed elsewhere.',
  shownAsOf: (/** @type {string} */ moment) => `No connection. Showing the calendar as of ${moment}.`,
  newVersion: 'There is a new version of this page.', reload: 'Reload',
  tryAgain: 'Try again', notLoaded: 'The calendar could not be loaded.',

  // Navigation
  today: 'Today', previous: 'Previous', next: 'Next', year: 'Year', month: 'Month', week: 'Week', day: 'Day', list: 'List',
  view: 'View', chooseDate: 'Choose a date', menu: 'Menu', search: 'Search', help: 'Help', account: 'Account',
  close: 'Close', previousMonth: 'Previous month', nextMonth: 'Next month', goToDate: 'Go to date', go: 'Go',
  sidebar: 'Calendars',

  // Events
  newEvent: 'New event', editEvent: 'Edit event', subject: 'Subject', subjectPlaceholder: 'Add a subject',
  allDay: 'All day', starts: 'Starts', ends: 'Ends', startDate: 'Start date', startTime: 'Start time',
  endDate: 'End date', endTime: 'End time', eventCalendar: 'Calendar', personal: 'Personal',
  personalHint: 'only you can see it', save: 'Save', cancel: 'Cancel', edit: 'Edit', delete: 'Delete',
  subjectInvalid: 'Enter a subject of 1 to 128 characters.', timesMissing: 'Enter a start and an end.',
  dateUnreadable: (/** @type {string} */ typed, /** @type {string} */ example) => `“${typed}” is not a date. Enter one such as ${example}, or “tomorrow”.`,
  timeUnreadable: (/** @type {string} */ typed, /** @type {string} */ example) => `“${typed}” is not a time. Enter one such as ${example}.`,
  endBeforeStart: 'The end is before the start.',
  createdBy: 'Created by', you: 'you', created: 'Created', lastChanged: 'Last changed',
  readOnlyHint: 'Only its creator can change it.', readOnly: 'read only',
  birthday: 'Birthday', birthdayOf: (/** @type {string} */ name) => `${name}’s birthday`, everyYear: 'every year',
  timeZone: (/** @type {string} */ zone) => `Times are in ${zone}`,
  noEvents: (/** @type {string} */ from, /** @type {string} */ to) => `There are no events ${from === to ? `in ${from}` : `from ${from} to ${to}`}.`,
  earlier: 'Show the previous month', showMonth: (/** @type {string} */ month) => `Continue to ${month}`,
  weekNumber: (/** @type {number} */ number) => `Week ${number}`,
  moreEvents: (/** @type {number} */ count) => `+${count} more`,
  showMore: (/** @type {number} */ count) => `Show ${count} more`,
  eventCount: (/** @type {number} */ count) => `${count} ${plural(count, 'event', 'events')}`,
  changedElsewhere: 'This event has been changed elsewhere. It is now:', useTheirs: 'Use this version',
  saveMine: 'Save mine anyway', deletedElsewhere: 'This event has been deleted elsewhere.',
  saveAsNew: 'Save as a new event', deleteAnyway: 'Delete anyway',

  // What an event may say besides
  more: 'More: place, notes, reminders…', place: 'Place', notes: 'Notes', url: 'Web page', map: 'Show on a map',
  urlInvalid: 'Enter the address of a web page, such as https://example.com.',
  ownZone: 'Time zone', zoneOfCalendar: (/** @type {string} */ zone) => `${zone} (this calendar’s)`,
  timeIn: (/** @type {string} */ time, /** @type {string} */ zone) => `${time} in ${zone}`,
  status: 'Status', confirmed: 'Confirmed', tentative: 'Tentative', cancelled: 'Cancelled',
  free: 'Free', freeHint: 'Show me as free at this time', private: 'Private', privateHint: 'Private: others only see when it is', busy: 'Busy',
  reminder: 'Reminder', noReminder: 'None', addReminder: 'Add another', removeReminder: (/** @type {string} */ when) => `Remove the reminder ${when}`,
  before: (/** @type {number} */ minutes) => (minutes === 0 ? 'at the start' : `${length(minutes)} before`),
  reminderHint: 'This browser shows it while the calendar is open in it.',
  notificationsBlocked: 'This browser does not show it here: allow notifications for this page in its settings. Your other devices may show it.',

  // Repeating
  repeat: 'Repeat', doesNotRepeat: 'Does not repeat', daily: 'Daily', weekly: 'Weekly', monthly: 'Monthly', yearly: 'Yearly',
  every: 'Every', intervalUnit: (/** @type {'day' | 'week' | 'month' | 'year'} */ every, /** @type {number} */ count) => plural(count, every, `${every}s`),
  onDays: 'On', repeatEnds: 'Stops', endsNever: 'never', endsOnDate: 'on a date', endsAfter: 'after', lastDate: 'Last date', times: 'times',
  numberInvalid: (/** @type {number} */ most) => `Enter a number from 1 to ${most}.`, weekdaysMissing: 'Choose at least one day of the week.',
  repeatEndsBeforeStart: 'The last date is before the event.', oneOfSeries: 'one of a series, changed by itself', rule,
  changeSeries: 'Change a repeating event', deleteSeries: 'Delete a repeating event',
  onlyThis: 'Only this one', thisAndFollowing: 'This one and all after it', allOfThem: 'All of them',
  followingChanged: 'They become a series of their own.',
  ruleEnded: 'Of them, only this one stays.', ruleRemoved: 'It no longer repeats: only this one stays.',

  noSubject: '(no subject)', discardQuestion: 'You have unsaved changes.', keepEditing: 'Keep editing', discard: 'Discard',

  // After a change
  eventCreated: 'Event created', eventSaved: 'Event saved', eventDeleted: 'Event deleted', eventMoved: 'Event moved',
  eventResized: 'Event length changed', undo: 'Undo', undone: 'Undone',
  undoConflict: 'This cannot be undone, because it has been changed since.',

  // Who changed what
  history: 'History', activity: 'Activity', olderChanges: 'Older changes', noHistory: 'Nothing has changed lately.', isSo: 'yes',
  doors: { api: 'by another app', page: 'on this page', import: 'from a file', command: 'on the server', app_password: 'with an app password', caldav: 'in a calendar program' },
  historyLine: (/** @type {import('../events/history.js').Entry} */ { action, member, subject, event, before }) => {
    if (member) return { create: `${member} became a member`, change: `Role of ${member} changed`, delete: `${member} is no member any more`, undo: `Undid a change of ${member}` }[action];
    const isMoved = before && Object.keys(before).every((name) => name === 'sdate' || name === 'edate');
    const verb = { create: 'Created', change: isMoved ? 'Moved' : 'Changed', delete: 'Deleted', undo: 'Undid a change of' }[action];
    return event || subject ? `${verb} ${event ? '' : 'the group '}“${subject}”` : `${verb} entries that are no events`;
  },
  fields: {
    subject: 'Subject', sdate: 'Time', edate: 'End', all_day: 'All day', location: 'Place', description: 'Notes', url: 'Link', timezone: 'Time zone',
    rrule: 'Repeat', status: 'Status', free: 'Free', private: 'Private', reminders: 'Reminder', group_name: 'Name', everyone: 'Everyone', color: 'Colour', role: 'Role',
  },

  notSaved: (/** @type {string} */ subject) => `“${subject}” was not saved.`,
  notDeleted: (/** @type {string} */ subject) => `“${subject}” was not deleted.`, openForm: 'Open the form',
  moveConflict: 'The event was not moved, because it has been changed elsewhere. The calendar shows it as it is now.',

  // Groups
  groups: 'Groups', newGroup: 'New group', groupName: 'Name', createGroup: 'Create group', editGroup: 'Edit group',
  noGroups: 'There are no groups yet. Create one for your family or team. Everyone on this server can find it, unless you make it private.',
  groupAbout: 'What it is for', groupEveryone: 'Everyone on this server',
  everyoneWrites: 'sees it and adds events', everyoneReads: 'sees it', everyoneNothing: 'does not know of it: it is private',
  members: 'Members', memberEmail: 'Email of somebody registered here', memberRole: 'Role', addMember: 'Add',
  roles: { reader: 'sees events', writer: 'adds events', editor: 'changes all events', owner: 'owns the group' },
  roleOf: (/** @type {string} */ email) => `Role of ${email}`, removeMember: 'Remove',
  removeMemberOf: (/** @type {string} */ email) => `Remove ${email}`, leaveGroup: 'Leave',
  membersChanged: 'Members changed', memberUnknown: 'Nobody is registered here with that email.',
  needsAnotherOwner: 'A group needs an owner: make somebody else an owner first.',
  groupFull: 'The group has as many members as it may have. An owner has to remove one first.',
  handOver: 'You are its only owner. To hand the group over, make somebody else an owner; then you can take another role or leave.',

  // How a calendar looks
  groupColor: 'Colour for everybody', noColor: 'Any colour', lookTitle: 'How you see it', lookHint: 'Nobody else sees what you choose here.',
  hideHint: 'To hide its events without leaving it, clear its box in the list.',
  ownColor: 'Your colour', colorAsItComes: 'The calendar’s own colour', colorChanged: 'Colour changed',
  colors: { red: 'Red', orange: 'Orange', yellow: 'Yellow', olive: 'Olive', green: 'Green', teal: 'Teal', cyan: 'Cyan', blue: 'Blue', indigo: 'Indigo', purple: 'Purple', pink: 'Pink', grey: 'Grey' },
  placeInList: (/** @type {number} */ place, /** @type {number} */ count) => `Number ${place} of ${count} in your list`,
  moveUp: 'Move up', moveDown: 'Move down', orderKept: 'The order was not changed. Drop a group within the list to move it.',
  orderNotSaved: 'The order was not saved. The list shows the saved one.', readOnlyGroup: 'read only',

  // Invitations
  inviteByLink: 'Invite by link', inviteHint: 'Whoever opens the link can join: one person, within a week.',
  inviteRole: 'Role by the link', makeLink: 'Make a link', inviteAddress: 'Link',
  inviteOnce: 'Copy it now and send it to one person: it is not shown again.',
  goodUntil: (/** @type {string} */ day) => `until ${day}`, endInvitation: 'End', invitationEnded: 'Invitation ended',
  invitationsOff: 'Invitations are switched off on this server. Add members by their email.',
  tooManyInvitations: 'The group has as many open invitations as it may have. End one first.',
  invitationGone: 'This invitation is not valid: it was used, has ended or is older than a week. Ask for a new one.',
  invitedTo: (/** @type {string} */ email, /** @type {string} */ group) => `${email} invites you to “${group}”.`,
  roleByJoining: { reader: 'You would see its events.', writer: 'You would see its events and add your own.', editor: 'You would see, add and change its events.', owner: 'You would own it.' },
  signUpToJoin: 'Sign in or create an account to join.', signInToJoin: 'Sign in to join.',
  joinQuestion: (/** @type {string} */ group) => `Join “${group}”?`, invitedBy: (/** @type {string} */ email) => `${email} invites you.`,
  join: 'Join', notNow: 'Not now', understood: 'OK',
  joined: (/** @type {string} */ group) => `You are a member of “${group}” now.`,
  alreadyMember: (/** @type {string} */ group) => `You are a member of “${group}” already. The link can still be used by somebody else.`,

  groupNameInvalid: 'Enter a name of 1 to 128 characters.', deleteGroup: 'Delete this group',
  deleteGroupEffect: (/** @type {number} */ count) => (count === 0 ? 'It has no events.'
    : `${plural(count, 'Its only event is', `All ${count} events in it are`)} deleted too, no matter who created ${
      plural(count, 'it', 'them')}.`),
  typeGroupName: (/** @type {string} */ name) => `To delete it, type its name: ${name}`,
  wrongGroupName: 'That is not the name of the group.', groupDeleted: 'Group deleted',
  groupGone: 'This group no longer exists. Someone has deleted it.',
  groupCreatedBy: (/** @type {string} */ email) => `created by ${email}`,
  groupOptions: (/** @type {string} */ name) => `Options of ${name}`, personalOptions: 'Options of the personal calendar', findGroup: 'Find a group',
  moreGroups: (/** @type {number} */ count) =>
    `${count} more ${plural(count, 'group', 'groups')}. Type a part of the name above to find ${plural(count, 'it', 'them')}.`,
  moreGroupsToSelect: (/** @type {number} */ count) => `${count} more: select the group in the list of groups first`,

  // Files
  filesHint: 'Take events in from a file, keep them as a file, or show them in other programs.',
  importButton: 'Import…', exportButton: 'Export', connectButton: 'Connect…',
  importTitle: 'Import events', importInto: 'Into', importNow: 'Import', chooseFile: 'Drop a file here, or choose one',
  importHint: 'An .ics file, or a .zip of them, as Google Calendar exports it.',
  importProgress: 'Progress', importItems: 'What there is more to say of',
  sending: (/** @type {number} */ percent) => `Sending the file: ${percent}%`, working: 'Reading the file…', importing: 'Importing…',
  inFile: (/** @type {number} */ count) => (count === 0 ? 'There are no events in this file.' : `In this file: ${count} ${plural(count, 'event', 'events')}`),
  importNew: (/** @type {number} */ count) => `${count} new`,
  importUpdated: (/** @type {number} */ count) => `${count} changed since the last import`,
  importKnown: (/** @type {number} */ count) => `${count} already there`,
  importSkipped: (/** @type {number} */ count) => `${count} cannot be imported`,
  importNothing: 'nothing to import', importEvents: (/** @type {number} */ count) => `Import ${count} ${plural(count, 'event', 'events')}`,
  importedInto: (/** @type {string} */ calendar) => `Imported into ${calendar}:`,
  imported: (/** @type {string} */ file) => `“${file}” was imported:`, notImported: (/** @type {string} */ file) => `“${file}” was not imported.`,
  importUnknown: 'The connection was lost, and the events may or may not have arrived. Try again: nothing is imported twice.',
  importOutcome: { created: 'New', updated: 'Changed', unchanged: 'Already there', skipped: 'Not imported' },
  line: (/** @type {number} */ number) => `line ${number}`, moreItems: (/** @type {number} */ count) => `and ${count} more`,
  notACalendar: (/** @type {string} */ detail) => `This file is not a calendar that can be read${detail ? ` (${detail})` : ''}. Choose an .ics file, or a .zip of them.`,
  fileTooLarge: 'This file is larger than 64 MB. Export a shorter time into it, or several files.',
  notExported: 'The calendar was not exported.',

  // Addresses that other programs read
  connectTitle: 'Connect other programs',
  connectHint: 'A secret address lets a phone, a program or a website show a calendar. Whoever has it can read the calendar, until you end it.',
  newFeed: 'New address', feedName: 'What it is for', feedNameExample: 'My phone', makeFeed: 'Make an address',
  wholeCalendar: 'Everything my calendar shows', busyOnly: 'busy times only', busyOnlyHint: 'Busy times only, not what they are about',
  feedAddress: 'Address', feedOnce: 'Copy it now: it is not shown again. Google and Outlook can only read it if this server can be reached from the internet.',
  copy: 'Copy', copied: 'Copied', addToApple: 'Apple Calendar', addToGoogle: 'Google Calendar', addToOutlook: 'Outlook',
  code: 'QR code of the address', scanCode: 'Scan it with a phone to have the calendar there.',
  lastUsed: (/** @type {string} */ day) => `last read ${day}`, neverUsed: 'not read yet', endFeed: 'End', feedEnded: 'The address has ended',
  feedUnknown: 'The connection was lost. If a new address is in the list, end it and make another.',

  // Calendars at an address
  subscribe: 'Subscribe', subscribeTitle: 'Subscribe to a calendar', subscribeInstead: 'Subscribe to holidays or another calendar',
  subscribeSource: 'Calendar', anyAddress: 'At an address', holidaysOf: (/** @type {string} */ country) => `Holidays: ${country}`,
  subscribeAddress: 'Address', subscribeHint: 'Such as that of a school, or public holidays. Its events are shown here as a group that everyone on this server can find, and kept up to date.',
  addressInvalid: 'Enter the address of a calendar. It begins with https:// or webcal://.',
  addressRefused: (/** @type {string} */ detail) => `This address cannot be read as a calendar${detail ? ` (${detail})` : ''}. Check it and try again.`,
  readingAddress: 'Reading the address…', subscribed: (/** @type {string} */ name) => `Subscribed to ${name}`,
  notSubscribed: (/** @type {string} */ name) => `You are not subscribed to “${name}”.`,
  subscribedTo: 'Subscribed to', lastRead: (/** @type {string} */ moment) => `Last read ${moment}`, neverRead: 'Not read yet',
  notRead: (/** @type {string} */ problem) => `It could not be read lately${problem ? ` (${problem})` : ''}. Its events are shown as they were.`,
  notReadShort: '(could not be read lately)', subscribedHint: 'It comes from another calendar, and can only be changed there.',

  // Search
  coming: 'Coming', past: 'Past', searchSubjects: 'Search subjects', searchHint: 'Type a word from the subject.',
  nothingFound: 'Nothing found. Only your own events and those of your selected groups are searched.',
  resultCount: (/** @type {number} */ count) => `${count} found`,
  resultCountOrMore: (/** @type {number} */ count) => `More than ${count} found`,

  // Account
  memberSince: (/** @type {string} */ day) => `since ${day}`,
  yourBirthday: 'Your birthday', birthdayHint: 'It appears in your calendar every year.',
  saveBirthday: 'Save birthday', removeBirthday: 'Remove birthday', birthdayMissing: 'Enter your date of birth.',
  birthdayTaken: 'You have already set your birthday.',
  changePassword: 'Change password', currentPassword: 'Current password',
  currentPasswordHint: 'Leave this empty if you have never set one.', newPassword: 'New password',
  savePassword: 'Save new password', passwordChanged: 'Password changed. Your other devices are signed out.',
  currentPasswordWrong: 'The current password is incorrect.',
  devices: 'Devices', devicesHint: 'Give each program or device that uses your calendar a password of its own, so that you can end it by itself.',
  deviceName: 'What it is for', deviceScope: 'The device', deviceChanges: 'sees and changes my calendar', deviceReads: 'only sees my calendar',
  makeDevice: 'Make a password', devicePassword: 'Password of the device', deviceOnce: 'Copy it now: it is not shown again.',
  connectProgram: 'Connect a calendar program', programServer: 'Server', programUser: 'User name',
  connectApple: 'iPhone, iPad: Settings, Calendar, Accounts, Add Account, Other, Add CalDAV Account. Mac: Calendar, Add Account, Other CalDAV Account, Manual.',
  connectAndroid: 'Android: install DAVx⁵, add an account with URL and user name, and choose the calendars.',
  connectDesktop: 'Thunderbird: New Calendar, On the Network. Evolution: New, Calendar, CalDAV.',
  connectNeedsTls: 'This page was opened without HTTPS. Programs on other devices are let in only with it.',
  connectLink: 'Open DAVx⁵ on this device',
  deviceUsed: (/** @type {string} */ day, /** @type {string | undefined} */ from) => `last used ${day}${from ? ` from ${from}` : ''}`,
  deviceUnused: 'not used yet', endDevice: 'End', deviceEnded: 'The password of the device has ended',
  deviceUnknown: 'The connection was lost. If a new device is in the list, end it and make another.',
  devicesFull: 'You have 50 devices, which is the most. End one first.',
  devicesNeedSignIn: 'You are signed in with the password of a device. Sign in with your own to see your devices.',
  signOut: 'Sign out', signOutEverywhere: 'Sign out everywhere',
  signOutEverywhereHint: 'Signs you out on every device, and ends the passwords of your devices and your secret addresses. If you have no password, you will need a new token.',
  pressAgain: 'Press again to confirm', apiReference: 'API reference for developers',

  // Settings
  settings: 'Settings', settingsHint: 'They are the same on all your devices.', language: 'Language',
  asOnThisDevice: 'As on this device', weekStart: 'First day of the week', clock: 'Clock', clock12: '12 hours', clock24: '24 hours',
  weekNumbers: 'Week numbers', yes: 'Yes', no: 'No', weekFrom: 'Hours shown, from', weekTo: 'to', firstView: 'First view',
  eventLength: 'Length of a new event', defaultCalendar: 'Calendar of a new event', theme: 'Colours', light: 'Light', dark: 'Dark',
  minutes: (/** @type {number} */ count) => (count % 60 ? `${count} minutes` : `${count / 60} ${plural(count / 60, 'hour', 'hours')}`),
  dayEndsBeforeStart: 'The last hour must be after the first.',

  // Help
  shortcuts: 'Keyboard shortcuts', shortcutsOn: 'Use single-key shortcuts', keyToday: 'today',
  keyViews: 'year, month, week, day, list', keyMove: 'back and forward', keyDate: 'choose a date', keyNew: 'new event',
  keySearch: 'search', keyUndo: 'undo the last change', keyTab: 'next event',
  keyEnter: 'open the event to edit, move or delete it', keyEscape: 'close', keyHelp: 'this help',
  helpPointer: 'Mouse and touch',
  helpDrag: 'Click empty time, or drag over it, to create an event. Drag an event to move it, or drag its end to '
    + 'change its length. On a touch screen, press and hold first.',
  helpSwipe: 'Swipe sideways to go to the next or previous month, week or day.',
  helpStyles: 'Event styles', helpOwn: 'Filled: you can change it.',
  helpOthers: 'Outlined: someone else created it, and you can only read it.',
  helpStatus: 'Dashed: tentative. Struck through: cancelled. Pale: you are free. Two arrows: it repeats.',
  helpGroups: 'Each group has a colour and a shape. You can choose another colour in its options. '
    + 'Clear its box in the list to hide its events, and drag it by its six dots to another place. A lock means that you can only read its events.',
};
