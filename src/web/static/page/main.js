// Starts the page: it connects the modules, and switches between the sign-in screen and the calendar.

import { keepAnswer, listen, setToken } from './api.js';
import * as calendar from './calendar/calendar.js';
import * as account from './dialogs/account.js';
import * as details from './dialogs/details.js';
import * as editor from './dialogs/editor.js';
import * as eventList from './dialogs/event-list.js';
import * as join from './dialogs/join.js';
import * as scope from './dialogs/scope.js';
import * as settingsDialog from './dialogs/settings.js';
import * as signIn from './dialogs/sign-in.js';
import { askBeforeLeaving } from './dialogs/unsaved.js';
import { addIcons, byId, initDialogs, isOnScreen, showScreen } from './dom.js';
import * as store from './events/store.js';
import * as groupList from './group-list.js';
import { formatClock, formatShortDate } from './format.js';
import { errorMessage, fillTexts, language, t } from './i18n/index.js';
import * as invitation from './invitation.js';
import * as messages from './messages.js';
import * as navigation from './navigation.js';
import * as offline from './offline.js';
import * as refresher from './refresh.js';
import * as reminders from './reminders.js';
import { followOtherTabs, storeToken, useStoredToken, userOf } from './session.js';
import * as settings from './settings.js';
import { state } from './state.js';
import { DAY, MINUTE, setZone, utcOffset, wallTimeAt, zoneName } from './time.js';

/** @typedef {import('./state.js').User} User */

start();

function start() {
  document.documentElement.lang = language;
  document.title = t.appName;
  addIcons();
  fillTexts();
  initDialogs();
  messages.init();
  listen({
    activity: (active) => { document.body.classList.toggle('pending', active); },
    tokenRejected: endSession,
    reached: showConnection,
  });
  signIn.init((user) => void enter(user));
  followOtherTabs(leave, (user) => void enter(user));
  askBeforeLeaving();
  calendar.init({
    openEvent: details.showDetails,
    createEvent: editor.create,
    moveEvent: (event, from, to, resized) => void scope.move(event, from, to, resized),
    openDay: (day) => eventList.openDay(day, store.between(day, day + DAY)),
    loadMore: refresher.refresh,
    listScrolled: navigation.showTitle,
    drawn: navigation.updateSurroundings,
  });
  details.init();
  scope.init();
  editor.init(calendar.clearSelection);
  eventList.init((event) => void navigation.goToEvent(event));
  groupList.init();
  join.init(groupList.showJoined);
  account.init();
  settings.init(calendar.applySettings);
  settingsDialog.init();
  navigation.init();
  refresher.init(groupList.refreshGroups);
  reminders.init();
  addEventListener('offline', () => showConnection(false));
  offline.start(() => messages.notify(t.newVersion, t.reload, () => location.reload()));
  invitation.take();
  void resumeSession();
}

/** Signs in with the stored token. */
async function resumeSession() {
  const token = useStoredToken();
  if (!token) return signIn.showSignIn();
  const loaded = settings.load();
  try {
    await enter(await userOf(token), loaded);
  } catch (/** @type {any} */ error) {
    if (error.kind === 'token') return;
    showScreen('calendar');
    messages.notify(`${t.notLoaded} ${errorMessage(error)}`, t.tryAgain, resumeSession);
  }
}

/** Says whether what is shown is from the server, or from before the connection was lost. @param {boolean} isReached */
function showConnection(isReached) {
  if (isReached) offline.noteAnswer();
  const at = wallTimeAt(offline.lastSeen());
  byId('offline').textContent = isReached ? '' : t.shownAsOf(`${formatShortDate(at)}, ${formatClock(at - at % MINUTE)}`);
}

/** When the server no longer accepts the token. What is being typed stays for the same user to finish. */
function endSession() {
  if (isOnScreen('sign-in')) return;
  storeToken(null);
  editor.suspend();
  signIn.showSignIn(t.sessionEnded);
}

/**
 * When another tab has signed out, or another person in. What is being typed here waits for its person to sign in
 * again; without it, the page is loaded anew.
 * @param {'out' | 'other'} reason
 */
function leave(reason) {
  if (editor.isSuspended()) return;
  if (isOnScreen('sign-in') || !editor.isChanged()) return location.reload();
  setToken('', false);
  editor.suspend();
  signIn.showSignIn(reason === 'out' ? t.signedOutElsewhere : t.otherSignedIn);
}

/** Shows the calendar of a user who has just signed in. @param {User} user @param {Promise<void>} [loaded] when the settings are there */
async function enter(user, loaded = settings.load()) {
  // Another user must not see what the page still holds of the one before.
  if (state.user && state.user.useremail !== user.useremail) return location.reload();
  state.user = user;
  keepAnswer('/user/', user);
  setZone(user.timezone);
  await loaded;
  store.clear();
  account.showUser(user);
  showScreen('calendar');
  byId('zone').textContent = t.timeZone(`${zoneName()} (GMT${utcOffset()})`);
  navigation.showAddress();
  editor.resume();
  try {
    await groupList.loadGroups();
  } catch (error) {
    messages.notify(errorMessage(error), t.tryAgain, () => void enter(user));
  }
  await refresher.refresh();
  await join.askToJoin();
}
