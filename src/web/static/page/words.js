// What the page says, in English and Korean, and how it writes dates and times.

import { DAY, format } from './time.js';

const en = {
  calendar: 'Calendar', skip: 'Skip to the calendar',
  noScript: 'This page needs JavaScript.',

  // Signing in
  signIn: 'Sign in', signUp: 'Sign up', signInTitle: 'Sign in to your calendar', signUpTitle: 'Make an account',
  email: 'Email', password: 'Password', passwordHint: '8 characters or more', token: 'Access token',
  tokenHint: 'Who runs this server can give you one.', withToken: 'Sign in with a token',
  withPassword: 'Sign in with a password', newHere: 'New here? Make an account', haveAccount: 'Have an account? Sign in',
  keep: 'Keep me signed in on this device', ended: 'You are signed out: your sign-in here has ended. Sign in again.',
  emailForm: 'Give an email with an @ in it.', passwordForm: 'A password has 8 to 256 characters.',
  tokenForm: 'Paste the token here.',
  refusedSignIn: 'The email or the password is not right. If you never set a password, sign in with a token.',
  refusedSignUp: 'New accounts are closed here. Ask who runs this server to make one for you.',
  refusedToken: 'This token is not valid, or no longer. Ask who runs this server for a new one.',
  emailTaken: 'This email has an account already. Sign in with it, or use another.',

  // What can go wrong
  offline: 'The server cannot be reached. Nothing you typed is lost: check the connection and try again.',
  unavailable: 'The server cannot take this just now. Nothing you typed is lost: try again in a moment.',
  limited: (/** @type {number} */ seconds) =>
    `Too many attempts. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
  owner: 'This is somebody else’s: only they can change it.',
  missing: 'It is not there any more: somebody deleted it.',
  invalid: (/** @type {string} */ detail) => `The server did not take this${detail ? ` (${detail})` : ''}. Change it and try again.`,
  fault: (/** @type {string} */ request) =>
    `Something is wrong with the server. Try again, or tell who runs it${request ? ` (request ${request})` : ''}.`,
  changed: 'It was changed elsewhere meanwhile.',
  tryAgain: 'Try again', notLoaded: 'The calendar could not be loaded.',

  // Moving about
  today: 'Today', previous: 'Previous', next: 'Next', month: 'Month', week: 'Week', day: 'Day', list: 'List',
  views: 'View', chooseDate: 'Choose a date', menu: 'Menu', search: 'Search', help: 'Help', account: 'Account',
  close: 'Close', loading: 'Loading…', previousMonth: 'Previous month', nextMonth: 'Next month',
  goToDate: 'Go to date', go: 'Go', side: 'Calendars',

  // Events
  newEvent: 'New event', editEvent: 'Edit event', subject: 'Subject', subjectHint: 'What is it?', allDay: 'All day',
  starts: 'Starts', ends: 'Ends', startDate: 'Start date', startTime: 'Start time', endDate: 'End date',
  endTime: 'End time', inCalendar: 'Calendar', personal: 'Personal', personalHint: 'only you see it',
  groupHint: 'everybody in it sees it', save: 'Save', cancel: 'Cancel', edit: 'Edit', remove: 'Delete',
  subjectForm: 'Give it a subject of 1 to 128 characters.', timesForm: 'Give a start and an end.',
  orderForm: 'The end is before the start.', madeBy: 'Made by', byYou: 'you', made: 'Made', lastChange: 'Changed',
  readOnly: 'Only who made it can change it.', readOnlyShort: 'read only', birthday: 'Birthday', birthdayOf: (/** @type {string} */ who) => `${who}’s birthday`,
  everyYear: 'every year', more: (/** @type {number} */ count) => `+${count} more`,
  eventsOf: (/** @type {string} */ day) => `Events of ${day}`,
  timesIn: (/** @type {string} */ zone) => `Times are those of ${zone}`,
  nothing: 'Nothing here', nothingHint: 'Nothing is planned in this month.',
  showMore: (/** @type {number} */ count) => `Show ${count} more`, events: (/** @type {number} */ count) => `${count} ${count === 1 ? 'event' : 'events'}`,
  changedTitle: 'It was changed elsewhere meanwhile. It is now:', takeTheirs: 'Take that', keepMine: 'Save mine all the same',
  goneTitle: 'It was deleted elsewhere meanwhile.', saveAsNew: 'Save as a new event', deleteAnyway: 'Delete all the same',

  // After a change
  undo: 'Undo', moved: 'Moved', resized: 'Changed the length', saved: 'Saved', deleted: 'Deleted', created: 'Made', undone: 'Undone',
  movedElsewhere: 'It was changed elsewhere meanwhile, so it was not moved. This is how it is now.',
  putBack: 'Put back', notUndone: 'That could not be undone: it was changed meanwhile.',

  // Groups
  groups: 'Groups', newGroup: 'New group', groupName: 'Name', makeGroup: 'Make group', editGroup: 'Group',
  noGroups: 'There are no groups yet. Make one for your family or team: everybody here can find it.',
  groupForm: 'A name has 1 to 128 characters.', rename: 'Rename', deleteGroup: 'Delete this group',
  deleteGroupTakes: (/** @type {number} */ count) =>
    count === 0 ? 'There are no events in it.'
      : count === 1 ? 'The event in it goes with it, whoever made it. This cannot be undone.'
        : `The ${count} events in it go with it, whoever made them. This cannot be undone.`,
  typeName: (/** @type {string} */ name) => `To delete it, type its name: ${name}`, typedOther: 'That is not its name.',
  groupDeleted: 'The group is deleted', groupMadeBy: (/** @type {string} */ who) => `made by ${who}`,
  groupOptions: (/** @type {string} */ name) => `Rename or delete ${name}`, filterGroups: 'Find a group',
  showGroup: (/** @type {string} */ name) => `Show ${name}`,

  // Search
  searchHint: 'Search the subjects', noHits: 'Nothing found. Only your events and those of the groups you selected are searched.',
  searchStart: 'Type a word of the subject.', hits: (/** @type {number} */ count) => `${count} found`,

  // Account
  signedInAs: 'Signed in as', since: (/** @type {string} */ day) => `since ${day}`, yourBirthday: 'Your birthday',
  birthdayHint: 'It shows in your calendar every year.', setBirthday: 'Save birthday', removeBirthday: 'Remove birthday',
  birthdayForm: 'Give the day you were born.', birthdayTaken: 'You have a birthday here already.',
  changePassword: 'Change the password', oldPassword: 'Old password',
  oldPasswordHint: 'Leave it empty if you never had one.', newPassword: 'New password', setPassword: 'Set the new password',
  passwordSet: 'The password is changed. Other devices are signed out.', refusedPassword: 'The old password is not right.',
  signOut: 'Sign out', signOutAll: 'Sign out everywhere',
  signOutAllHint: 'Ends every sign-in of yours, on all devices. Without a password you then need a new token.',
  sure: 'Sure? Press again', language: 'Language', api: 'For programs: the API',

  // Keys
  keys: 'Keys', keysOn: 'Single keys work', keyToday: 'today', keyViews: 'month, week, day, list', keyMove: 'back and forth',
  keyNew: 'new event', keySearch: 'search', keyDate: 'choose a date', keyUndo: 'undo the last change', keyHelp: 'this help', keyTab: 'from event to event',
  keyEnter: 'open the event; from there edit it, move it, delete it', keyEscape: 'close',
  helpPointer: 'With a mouse or a finger', helpClick: 'Click empty time, or drag over it, to make an event. Drag an event to move it, pull its end to lengthen it. With a finger, hold first.',
  helpSwipe: 'Swipe to the side for the next or the previous month, week or day.',
  helpLooks: 'How things look', helpOwn: 'Filled: yours to change.', helpOthers: 'Outlined: another’s, to be read.', helpMarks: 'Each group has a colour and a shape.',
};

/** @type {typeof en} */
const ko = {
  calendar: '캘린더', skip: '달력으로 건너뛰기',
  noScript: '이 페이지에는 자바스크립트가 필요합니다.',

  signIn: '로그인', signUp: '가입', signInTitle: '캘린더에 로그인', signUpTitle: '계정 만들기',
  email: '이메일', password: '비밀번호', passwordHint: '8자 이상', token: '액세스 토큰',
  tokenHint: '서버 관리자에게서 받을 수 있습니다.', withToken: '토큰으로 로그인',
  withPassword: '비밀번호로 로그인', newHere: '처음이신가요? 계정 만들기', haveAccount: '계정이 있으신가요? 로그인',
  keep: '이 기기에서 로그인 유지', ended: '로그인이 끝났습니다. 다시 로그인하세요.',
  emailForm: '@가 들어간 이메일을 입력하세요.', passwordForm: '비밀번호는 8자에서 256자입니다.',
  tokenForm: '토큰을 여기에 붙여 넣으세요.',
  refusedSignIn: '이메일이나 비밀번호가 맞지 않습니다. 비밀번호를 정한 적이 없다면 토큰으로 로그인하세요.',
  refusedSignUp: '이 서버는 가입을 받지 않습니다. 서버 관리자에게 계정을 요청하세요.',
  refusedToken: '유효하지 않은 토큰입니다. 서버 관리자에게 새 토큰을 요청하세요.',
  emailTaken: '이미 가입된 이메일입니다. 로그인하거나 다른 이메일을 쓰세요.',

  offline: '서버에 연결할 수 없습니다. 입력한 내용은 그대로 있으니 연결을 확인하고 다시 시도하세요.',
  unavailable: '서버가 지금 처리할 수 없습니다. 입력한 내용은 그대로 있으니 잠시 뒤 다시 시도하세요.',
  limited: (seconds) => `시도가 너무 많습니다. ${seconds}초 뒤에 다시 시도하세요.`,
  owner: '다른 사람의 것입니다. 만든 사람만 바꿀 수 있습니다.',
  missing: '이미 삭제되어 없습니다.',
  invalid: (detail) => `서버가 받아들이지 않았습니다${detail ? ` (${detail})` : ''}. 고쳐서 다시 시도하세요.`,
  fault: (request) => `서버에 문제가 있습니다. 다시 시도하거나 관리자에게 알려 주세요${request ? ` (요청 ${request})` : ''}.`,
  changed: '그사이 다른 곳에서 바뀌었습니다.',
  tryAgain: '다시 시도', notLoaded: '달력을 불러오지 못했습니다.',

  today: '오늘', previous: '이전', next: '다음', month: '월간', week: '주간', day: '일간', list: '목록',
  views: '보기', chooseDate: '날짜 선택', menu: '메뉴', search: '검색', help: '도움말', account: '계정',
  close: '닫기', loading: '불러오는 중…', previousMonth: '이전 달', nextMonth: '다음 달',
  goToDate: '날짜로 이동', go: '이동', side: '캘린더 목록',

  newEvent: '새 일정', editEvent: '일정 수정', subject: '제목', subjectHint: '무슨 일정인가요?', allDay: '종일',
  starts: '시작', ends: '끝', startDate: '시작 날짜', startTime: '시작 시각', endDate: '끝 날짜',
  endTime: '끝 시각', inCalendar: '캘린더', personal: '개인', personalHint: '나만 봅니다',
  groupHint: '그룹을 선택한 모두가 봅니다', save: '저장', cancel: '취소', edit: '수정', remove: '삭제',
  subjectForm: '제목을 1자에서 128자로 입력하세요.', timesForm: '시작과 끝을 입력하세요.',
  orderForm: '끝이 시작보다 빠릅니다.', madeBy: '만든 사람', byYou: '나', made: '만든 때', lastChange: '바뀐 때',
  readOnly: '만든 사람만 바꿀 수 있습니다.', readOnlyShort: '읽기 전용', birthday: '생일', birthdayOf: (who) => `${who} 생일`,
  everyYear: '해마다', more: (count) => `+${count}개`,
  eventsOf: (day) => `${day} 일정`,
  timesIn: (zone) => `시각은 ${zone} 기준입니다`,
  nothing: '일정이 없습니다', nothingHint: '이 달에는 일정이 없습니다.',
  showMore: (count) => `${count}개 더 보기`, events: (count) => `일정 ${count}개`,
  changedTitle: '그사이 다른 곳에서 바뀌었습니다. 지금은 이렇습니다:', takeTheirs: '바뀐 내용 쓰기', keepMine: '그래도 내 것으로 저장',
  goneTitle: '그사이 다른 곳에서 삭제되었습니다.', saveAsNew: '새 일정으로 저장', deleteAnyway: '그래도 삭제',

  undo: '되돌리기', moved: '옮겼습니다', resized: '길이를 바꿨습니다', saved: '저장했습니다', deleted: '삭제했습니다', created: '만들었습니다', undone: '되돌렸습니다',
  movedElsewhere: '그사이 다른 곳에서 바뀌어 옮기지 않았습니다. 지금의 내용을 보여 줍니다.',
  putBack: '원래대로', notUndone: '그사이 바뀌어 되돌릴 수 없습니다.',

  groups: '그룹', newGroup: '새 그룹', groupName: '이름', makeGroup: '그룹 만들기', editGroup: '그룹',
  noGroups: '아직 그룹이 없습니다. 가족이나 팀의 그룹을 만들어 보세요. 누구나 찾을 수 있습니다.',
  groupForm: '이름은 1자에서 128자입니다.', rename: '이름 바꾸기', deleteGroup: '이 그룹 삭제',
  deleteGroupTakes: (count) =>
    count === 0 ? '그룹에 일정이 없습니다.' : `누가 만들었든 그룹의 일정 ${count}개가 함께 삭제되며, 되돌릴 수 없습니다.`,
  typeName: (name) => `삭제하려면 이름을 입력하세요: ${name}`, typedOther: '이름이 다릅니다.',
  groupDeleted: '그룹을 삭제했습니다', groupMadeBy: (who) => `${who} 님이 만듦`,
  groupOptions: (name) => `${name} 이름 바꾸기 또는 삭제`, filterGroups: '그룹 찾기',
  showGroup: (name) => `${name} 보기`,

  searchHint: '제목 검색', noHits: '찾은 일정이 없습니다. 내 일정과 선택한 그룹의 일정에서만 찾습니다.',
  searchStart: '제목에 있는 말을 입력하세요.', hits: (count) => `${count}개 찾음`,

  signedInAs: '로그인한 계정', since: (day) => `${day}부터`, yourBirthday: '내 생일',
  birthdayHint: '해마다 내 달력에 나옵니다.', setBirthday: '생일 저장', removeBirthday: '생일 삭제',
  birthdayForm: '태어난 날을 입력하세요.', birthdayTaken: '이미 생일이 등록되어 있습니다.',
  changePassword: '비밀번호 바꾸기', oldPassword: '지금 비밀번호',
  oldPasswordHint: '정한 적이 없으면 비워 두세요.', newPassword: '새 비밀번호', setPassword: '새 비밀번호 저장',
  passwordSet: '비밀번호를 바꿨습니다. 다른 기기에서는 로그아웃됩니다.', refusedPassword: '지금 비밀번호가 맞지 않습니다.',
  signOut: '로그아웃', signOutAll: '모든 기기에서 로그아웃',
  signOutAllHint: '모든 기기의 로그인을 끝냅니다. 비밀번호가 없다면 새 토큰이 필요합니다.',
  sure: '정말로? 한 번 더 누르세요', language: '언어', api: '프로그램을 위한 API',

  keys: '단축키', keysOn: '단축키 사용', keyToday: '오늘', keyViews: '월간, 주간, 일간, 목록', keyMove: '앞뒤로 이동',
  keyNew: '새 일정', keySearch: '검색', keyDate: '날짜 선택', keyUndo: '마지막 변경 되돌리기', keyHelp: '이 도움말', keyTab: '다음 일정으로',
  keyEnter: '일정 열기. 거기서 수정하고, 옮기고, 삭제합니다', keyEscape: '닫기',
  helpPointer: '마우스나 손가락으로', helpClick: '빈 시간을 누르거나 끌면 일정을 만듭니다. 일정을 끌면 옮기고, 끝을 당기면 늘입니다. 손가락으로는 먼저 길게 누르세요.',
  helpSwipe: '옆으로 밀면 이전이나 다음 월, 주, 일로 갑니다.',
  helpLooks: '모양의 뜻', helpOwn: '채워진 일정: 내가 바꿀 수 있습니다.', helpOthers: '테두리만 있는 일정: 다른 사람의 것으로, 읽기만 합니다.', helpMarks: '그룹마다 색과 모양이 다릅니다.',
};

const LANGUAGES = { en, ko };
const KEPT = 'calendar.language';

/** @returns {'en' | 'ko'} */
function preferred() {
  const known = (/** @type {string | null} */ tag) => /** @type {const} */ (['en', 'ko']).find((own) => tag?.startsWith(own));
  return known(localStorage.getItem(KEPT)) ?? navigator.languages.map(known).find(Boolean) ?? 'en';
}

export const language = preferred();
export const w = LANGUAGES[language];

/** The browser's own kind of the language, since `en-GB` and `en-US` write dates and times apart. */
export const locale = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;

/** The day that a week begins with, 0 for Sunday. */
export const firstDay = weekBegins();

function weekBegins() {
  const tag = /** @type {any} */ (new Intl.Locale(locale));
  const info = tag.getWeekInfo?.() ?? tag.weekInfo;
  return info ? info.firstDay % 7 : language === 'ko' ? 0 : 1;
}

/** @param {string} chosen */
export function speak(chosen) {
  localStorage.setItem(KEPT, chosen);
  location.reload();
}

/** @type {Intl.DateTimeFormatOptions} */
export const CLOCK = language === 'ko'
  ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
  : { hour: 'numeric', minute: '2-digit' };

/** @param {number} time */
export const clock = (time) => format(locale, time % 60_000 ? { ...CLOCK, second: '2-digit' } : CLOCK).format(time);
/** @param {number} time */
export const longDay = (time) => format(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(time);
/** @param {number} time */
export const shortDay = (time) => format(locale, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(time);
/** @param {number} time */
export const monthName = (time) => format(locale, { month: 'long', year: 'numeric' }).format(time);

/** In short: a birthday has the name in the email. @param {{subject: string, email: string, birthday: boolean}} event */
export const subjectOf = (event) => (event.birthday ? w.birthdayOf(event.email.split('@')[0]) : event.subject);

/** When an event is, in full. @param {{start: number, end: number, allDay: boolean, birthday?: boolean}} event */
export function span({ start, end, allDay, birthday }) {
  if (birthday) return longDay(start);
  if (allDay) {
    const last = Math.max(start, end - 1);
    return last - start < DAY ? `${longDay(start)}, ${w.allDay}` : `${shortDay(start)} – ${shortDay(last)}`;
  }
  if (start === end) return `${longDay(start)}, ${clock(start)}`;
  return end - start < DAY && Math.floor(start / DAY) === Math.floor(end / DAY)
    ? `${longDay(start)}, ${clock(start)} – ${clock(end)}`
    : `${shortDay(start)} ${clock(start)} – ${shortDay(end)} ${clock(end)}`;
}

/** What to tell a person of a refusal. @param {any} refusal */
export function problem(refusal) {
  switch (refusal.kind) {
    case 'limited': return w.limited(refusal.retryAfter || 60);
    case 'invalid': return w.invalid(refusal.detail);
    case 'fault': return w.fault(refusal.request);
    case 'offline': case 'unavailable': case 'owner': case 'missing': case 'changed':
      return w[/** @type {'offline'} */ (refusal.kind)];
    case 'token': return w.ended;
    case 'refused': return w.refusedSignIn;
    default: return w.fault('');
  }
}
