// What the page says in Korean, by the keys of en.js.

/** @param {number} minutes */
function length(minutes) {
  const [size, unit] = /** @type {[number, string]} */ ([[10080, '주'], [1440, '일'], [60, '시간'], [1, '분']].find(([one]) => minutes % Number(one) === 0));
  return `${minutes / size}${unit}`;
}

const DAYS = ['일', '월', '화', '수', '목', '금', '토'];
const ORDINALS = ['', '첫째', '둘째', '셋째', '넷째', '다섯째'];
const EACH = { HOURLY: '매시간', DAILY: '매일', WEEKLY: '매주', MONTHLY: '매월', YEARLY: '매년' };
const SECOND = { HOURLY: '2시간마다', DAILY: '격일', WEEKLY: '격주', MONTHLY: '격월', YEARLY: '격년' };
const UNITS = { HOURLY: '시간', DAILY: '일', WEEKLY: '주', MONTHLY: '개월', YEARLY: '년' };

/** @param {number} nth 음수면 끝에서부터 @returns {string} */
const ordinal = (nth) => (nth === -1 ? '마지막' : nth < 0 ? `끝에서 ${ordinal(-nth)}` : ORDINALS[nth] ?? `${nth}번째`);

/** @param {import('../events/rule.js').RuleDay[]} days */
function weekdays(days) {
  const plain = days.filter(({ nth }) => nth === null).map(({ day }) => day || 7).sort();
  return plain.join() === '1,2,3,4,5' ? '평일' : plain.length ? `${plain.map((day) => DAYS[day % 7]).join('·')}요일` : '';
}

/** 말로 쓴 반복 규칙: “격주 화요일, 5월 5일까지”. @type {typeof import('./en.js').en.rule} */
function rule({ freq, interval, days, monthDays, months, positions, count, rest }, date, until) {
  const isDaily = freq === 'WEEKLY' && interval === 1 && days.length === 7;
  const each = isDaily ? 'DAILY' : freq;
  const said = [interval === 1 ? EACH[each] : interval === 2 ? SECOND[each] : `${interval}${UNITS[each]}마다`];
  const isDates = freq === 'YEARLY' && months.length && monthDays.length && !days.length && Math.min(...monthDays) > 0;
  if (isDates) said.push(months.flatMap((month) => monthDays.map((day) => date(month, day))).join(', '));
  if (months.length && !isDates) said.push(`${months.join('·')}월`);
  if (monthDays.length && !isDates) said.push(monthDays.map((day) => (day < 0 ? `${ordinal(day)} 날` : `${day}일`)).join(', '));
  const nths = days.filter(({ nth }) => nth !== null).map(({ day, nth }) => `${ordinal(nth ?? 0)} ${DAYS[day]}요일`);
  const all = [weekdays(days), ...nths].filter(Boolean).join(', ');
  if (positions.length) said.push(`${all} 중 ${positions.map(ordinal).join('·')}`);
  else if (monthDays.length && days.length) said.push(`중 ${all}인 날`);
  else if (days.length && !isDaily) said.push(freq === 'WEEKLY' || nths.length ? all : `모든 ${all}`);
  if (rest.length) said.push(`(${rest.join(', ')})`);
  return said.join(' ') + (count ? `, ${count}회` : until && `, ${until}까지`);
}

/** @type {typeof import('./en.js').en} */
export const ko = {
  appName: '캘린더', skipToCalendar: '달력으로 건너뛰기',

  // 로그인
  signIn: '로그인', signUp: '가입', signInTitle: '캘린더에 로그인', signUpTitle: '계정 만들기',
  email: '이메일', password: '비밀번호', passwordHint: '8자 이상', token: '액세스 토큰',
  tokenHint: '서버 관리자에게 받을 수 있습니다.', useToken: '토큰으로 로그인',
  usePassword: '비밀번호로 로그인', toSignUp: '처음이신가요? 계정 만들기',
  toSignIn: '이미 계정이 있으신가요? 로그인', staySignedIn: '이 기기에서 로그인 유지',
  signedOutElsewhere: '다른 탭에서 로그아웃했습니다. 다시 로그인하면 입력하던 내용을 이어서 쓸 수 있습니다.',
  otherSignedIn: '다른 탭에서 다른 사람이 로그인했습니다. 다시 로그인하면 입력하던 내용을 이어서 쓸 수 있습니다.',
  sessionEnded: '로그인이 만료되었습니다. 다시 로그인하세요.',
  emailInvalid: '@가 들어간 이메일 주소를 입력하세요.', passwordInvalid: '비밀번호는 8자 이상 256자 이하로 입력하세요.',
  tokenMissing: '토큰을 여기에 붙여 넣으세요.',
  signInRefused: '이메일이나 비밀번호가 맞지 않습니다. 비밀번호를 설정한 적이 없다면 토큰으로 로그인하세요.',
  signUpClosed: '이 서버는 가입을 받지 않습니다. 서버 관리자에게 계정을 요청하세요.',
  tokenInvalid: '유효하지 않은 토큰입니다. 서버 관리자에게 새 토큰을 요청하세요.',
  emailTaken: '이미 가입된 이메일입니다. 로그인하거나 다른 이메일을 사용하세요.',

  // 오류
  offline: '서버에 연결할 수 없습니다. 입력한 내용은 그대로 있습니다. 연결을 확인하고 다시 시도하세요.',
  unavailable: '지금은 서버가 요청을 처리할 수 없습니다. 입력한 내용은 그대로 있습니다. 잠시 후 다시 시도하세요.',
  rateLimited: (seconds) => `시도 횟수가 너무 많습니다. ${seconds}초 후에 다시 시도하세요.`,
  notOwner: '다른 사람이 만들었습니다. 만든 사람만 바꿀 수 있습니다.',
  notFound: '이미 삭제되었습니다.',
  invalid: (detail) => `서버가 이 내용을 받아들이지 않았습니다${detail ? ` (${detail})` : ''}. 고쳐서 다시 시도하세요.`,
  fault: (request) => `서버에 문제가 생겼습니다. 다시 시도하거나 서버 관리자에게 알려 주세요${request ? ` (요청 ${request})` : ''}.`,
  tooLarge: '서버가 한 번에 받을 수 있는 크기를 넘었습니다. 줄여서 다시 시도하세요.',
  conflict: '그사이 다른 곳에서 바뀌었습니다.',
  shownAsOf: (/** @type {string} */ moment) => `연결이 끊겼습니다. ${moment}의 캘린더를 보여 줍니다.`,
  newVersion: '새 버전이 나왔습니다.', reload: '새로 고침',
  tryAgain: '다시 시도', notLoaded: '달력을 불러오지 못했습니다.',

  // 이동
  today: '오늘', previous: '이전', next: '다음', year: '연간', month: '월간', week: '주간', day: '일간', list: '목록',
  view: '보기', chooseDate: '날짜 선택', menu: '메뉴', search: '검색', help: '도움말', account: '계정',
  close: '닫기', previousMonth: '이전 달', nextMonth: '다음 달', goToDate: '날짜로 이동', go: '이동',
  sidebar: '캘린더 목록',

  // 일정
  newEvent: '새 일정', editEvent: '일정 수정', subject: '제목', subjectPlaceholder: '제목을 입력하세요',
  allDay: '종일', starts: '시작', ends: '종료', startDate: '시작 날짜', startTime: '시작 시간',
  endDate: '종료 날짜', endTime: '종료 시간', eventCalendar: '캘린더', personal: '개인',
  personalHint: '나만 볼 수 있음', save: '저장', cancel: '취소', edit: '수정', delete: '삭제',
  subjectInvalid: '제목을 1자 이상 128자 이하로 입력하세요.', timesMissing: '시작과 종료를 모두 입력하세요.',
  dateUnreadable: (/** @type {string} */ typed, /** @type {string} */ example) => `“${typed}”은(는) 날짜가 아닙니다. ${example}이나 “내일”처럼 입력하세요.`,
  timeUnreadable: (/** @type {string} */ typed, /** @type {string} */ example) => `“${typed}”은(는) 시각이 아닙니다. ${example}처럼 입력하세요.`,
  endBeforeStart: '종료가 시작보다 빠릅니다.',
  createdBy: '만든 사람', you: '나', created: '만든 시간', lastChanged: '마지막 변경',
  readOnlyHint: '만든 사람만 바꿀 수 있습니다.', readOnly: '읽기 전용',
  birthday: '생일', birthdayOf: (name) => `${name} 님의 생일`, everyYear: '매년',
  timeZone: (zone) => `시간은 ${zone} 기준입니다`,
  noEvents: (/** @type {string} */ from, /** @type {string} */ to) => `${from === to ? from : `${from}부터 ${to}까지`} 일정이 없습니다.`,
  earlier: '이전 달 보기', showMonth: (/** @type {string} */ month) => `${month} 이어서 보기`,
  weekNumber: (/** @type {number} */ number) => `${number}주차`,
  // 일정의 다른 내용
  more: '더 보기: 장소, 메모, 알림 등', place: '장소', notes: '메모', url: '웹 주소', map: '지도에서 보기',
  urlInvalid: 'https://example.com처럼 웹 주소를 입력하세요.',
  ownZone: '시간대', zoneOfCalendar: (zone) => `${zone}(이 캘린더의 시간대)`,
  timeIn: (time, zone) => `${zone} 시간으로 ${time}`,
  status: '상태', confirmed: '확정', tentative: '미정', cancelled: '취소됨',
  free: '한가함', freeHint: '이 시간을 한가함으로 표시', private: '비공개', privateHint: '비공개: 다른 사람에게는 시간만 보임', busy: '바쁨',
  reminder: '알림', noReminder: '없음', addReminder: '하나 더 추가', removeReminder: (when) => `${when} 알림 삭제`,
  before: (minutes) => (minutes === 0 ? '시작할 때' : `${length(minutes)} 전`),
  reminderHint: '이 브라우저에 캘린더가 열려 있는 동안 알려 줍니다.',
  notificationsBlocked: '이 브라우저에서는 알려 주지 못합니다. 브라우저 설정에서 이 페이지의 알림을 허용하세요. 다른 기기에서는 알릴 수 있습니다.',

  // 반복
  repeat: '반복', doesNotRepeat: '반복 안 함', daily: '매일', weekly: '매주', monthly: '매월', yearly: '매년',
  every: '간격', intervalUnit: (every) => ({ day: '일마다', week: '주마다', month: '개월마다', year: '년마다' })[every],
  onDays: '반복할 날', repeatEnds: '반복 종료', endsNever: '계속', endsOnDate: '날짜까지', endsAfter: '횟수만큼', lastDate: '마지막 날짜', times: '회',
  numberInvalid: (most) => `1부터 ${most}까지의 수를 입력하세요.`, weekdaysMissing: '요일을 하나 이상 고르세요.',
  repeatEndsBeforeStart: '마지막 날짜가 일정보다 빠릅니다.', oneOfSeries: '반복 일정 중 따로 바꾼 일정', rule,
  changeSeries: '반복 일정 변경', deleteSeries: '반복 일정 삭제',
  onlyThis: '이 일정만', thisAndFollowing: '이 일정과 이후 모든 일정', allOfThem: '모든 일정',
  followingChanged: '따로 반복되는 일정으로 나뉩니다.',
  ruleEnded: '그중 이 일정만 남습니다.', ruleRemoved: '더 이상 반복되지 않고 이 일정만 남습니다.',

  noSubject: '(제목 없음)', discardQuestion: '입력한 내용이 저장되지 않았습니다.', keepEditing: '계속 입력', discard: '버리기',
  moreEvents: (count) => `+${count}개`,
  showMore: (count) => `${count}개 더 보기`,
  eventCount: (count) => `일정 ${count}개`,
  changedElsewhere: '그사이 다른 곳에서 일정이 바뀌었습니다. 현재 내용은 다음과 같습니다.', useTheirs: '바뀐 내용 사용',
  saveMine: '그래도 내 내용으로 저장', deletedElsewhere: '그사이 다른 곳에서 일정이 삭제되었습니다.',
  saveAsNew: '새 일정으로 저장', deleteAnyway: '그래도 삭제',

  // 바꾼 뒤
  eventCreated: '일정을 만들었습니다', eventSaved: '일정을 저장했습니다', eventDeleted: '일정을 삭제했습니다', eventMoved: '일정을 옮겼습니다',
  eventResized: '일정 길이를 바꿨습니다', undo: '되돌리기', undone: '되돌렸습니다',
  undoConflict: '그사이 다시 바뀌어 되돌릴 수 없습니다.',

  history: '변경 기록', activity: '변경 기록 보기', olderChanges: '이전 기록', noHistory: '최근에 바뀐 것이 없습니다.', isSo: '예',
  doors: { api: '다른 앱', page: '이 페이지', import: '파일', command: '서버', app_password: '앱 비밀번호', caldav: '캘린더 프로그램' },
  historyLine: ({ action, member, subject, event, before }) => {
    if (member) return { create: `${member} 멤버 추가`, change: `${member} 역할 변경`, delete: `${member} 멤버 제외`, undo: `${member} 변경 되돌림` }[action];
    const isMoved = before && Object.keys(before).every((name) => name === 'sdate' || name === 'edate');
    const verb = { create: '추가', change: isMoved ? '시간 변경' : '수정', delete: '삭제', undo: '변경 되돌림' }[action];
    return event || subject ? `${event ? '' : '그룹 '}“${subject}” ${verb}` : `일정이 아닌 항목 ${verb}`;
  },
  fields: {
    subject: '제목', sdate: '시간', edate: '종료', all_day: '종일', location: '장소', description: '메모', url: '링크', timezone: '시간대',
    rrule: '반복', status: '상태', free: '한가함', private: '비공개', reminders: '알림', group_name: '이름', everyone: '모든 유저', color: '색', role: '역할',
  },
  notSaved: (subject) => `‘${subject}’을(를) 저장하지 못했습니다.`,
  notDeleted: (subject) => `‘${subject}’을(를) 삭제하지 못했습니다.`, openForm: '편집 창 열기',
  moveConflict: '그사이 다른 곳에서 일정이 바뀌어 옮기지 않았습니다. 달력에 현재 내용이 표시됩니다.',

  // 그룹
  groups: '그룹', newGroup: '새 그룹', groupName: '이름', createGroup: '그룹 만들기', editGroup: '그룹 수정',
  noGroups: '아직 그룹이 없습니다. 가족이나 팀을 위한 그룹을 만들어 보세요. 비공개로 만들지 않으면 이 서버를 쓰는 누구나 찾을 수 있습니다.',
  groupAbout: '설명', groupEveryone: '이 서버의 다른 사람',
  everyoneWrites: '보고 일정을 추가할 수 있음', everyoneReads: '볼 수만 있음', everyoneNothing: '볼 수 없음(비공개)',
  members: '멤버', memberEmail: '등록된 사람의 이메일', memberRole: '역할', addMember: '추가',
  roles: { reader: '일정 보기', writer: '일정 추가', editor: '모든 일정 수정', owner: '소유자' },
  roleOf: (email) => `${email} 님의 역할`, removeMember: '제외',
  removeMemberOf: (email) => `${email} 님 제외`, leaveGroup: '나가기',
  membersChanged: '멤버를 바꿨습니다', memberUnknown: '이 이메일로 등록된 사람이 없습니다.',
  needsAnotherOwner: '그룹에는 소유자가 있어야 합니다. 먼저 다른 사람을 소유자로 정하세요.',
  groupFull: '그룹의 멤버 수가 한도에 이르렀습니다. 소유자가 먼저 멤버를 제외해야 합니다.',
  handOver: '소유자가 나뿐입니다. 그룹을 넘기려면 다른 사람을 소유자로 정하세요. 그다음 역할을 바꾸거나 나갈 수 있습니다.',

  // 캘린더의 모양
  groupColor: '모두에게 보이는 색', noColor: '아무 색이나', lookTitle: '내게 보이는 모양', lookHint: '여기서 고른 것은 나에게만 보입니다.',
  hideHint: '나가지 않고 일정만 숨기려면 목록에서 선택을 해제하세요.',
  ownColor: '내 색', colorAsItComes: '캘린더의 원래 색', colorChanged: '색을 바꿨습니다',
  colors: { red: '빨강', orange: '주황', yellow: '노랑', olive: '올리브', green: '초록', teal: '청록', cyan: '하늘', blue: '파랑', indigo: '남색', purple: '보라', pink: '분홍', grey: '회색' },
  placeInList: (place, count) => `내 목록 ${count}개 중 ${place}번째`,
  moveUp: '위로', moveDown: '아래로', orderKept: '순서를 바꾸지 않았습니다. 옮기려면 그룹을 목록 안에 놓으세요.',
  orderNotSaved: '순서를 저장하지 못했습니다. 목록은 저장되어 있는 순서입니다.', readOnlyGroup: '읽기 전용',

  // 초대
  inviteByLink: '링크로 초대', inviteHint: '링크를 연 사람이 그룹에 들어올 수 있습니다. 한 명만, 일주일 안에 쓸 수 있습니다.',
  inviteRole: '초대할 역할', makeLink: '링크 만들기', inviteAddress: '링크',
  inviteOnce: '다시 볼 수 없으니 지금 복사해 한 사람에게 보내세요.',
  goodUntil: (day) => `${day}까지`, endInvitation: '취소', invitationEnded: '초대를 취소했습니다',
  invitationsOff: '이 서버에서는 링크로 초대할 수 없습니다. 이메일로 멤버를 추가하세요.',
  tooManyInvitations: '쓰지 않은 초대가 너무 많습니다. 먼저 하나를 취소하세요.',
  invitationGone: '쓸 수 없는 초대입니다. 이미 썼거나, 취소되었거나, 일주일이 지났습니다. 새 링크를 받으세요.',
  invitedTo: (email, group) => `${email} 님이 ‘${group}’ 그룹에 초대했습니다.`,
  roleByJoining: { reader: '일정을 볼 수 있습니다.', writer: '일정을 보고 추가할 수 있습니다.', editor: '일정을 보고 추가하고 수정할 수 있습니다.', owner: '그룹의 소유자가 됩니다.' },
  signUpToJoin: '들어가려면 로그인하거나 가입하세요.', signInToJoin: '들어가려면 로그인하세요.',
  joinQuestion: (group) => `‘${group}’ 그룹에 들어갈까요?`, invitedBy: (email) => `${email} 님이 초대했습니다.`,
  join: '들어가기', notNow: '나중에', understood: '확인',
  joined: (group) => `이제 ‘${group}’ 그룹의 멤버입니다.`,
  alreadyMember: (group) => `이미 ‘${group}’ 그룹의 멤버입니다. 이 링크는 다른 사람이 쓸 수 있습니다.`,

  groupNameInvalid: '이름을 1자 이상 128자 이하로 입력하세요.', deleteGroup: '이 그룹 삭제',
  deleteGroupEffect: (count) => (count === 0 ? '그룹에 일정이 없습니다.'
    : `누가 만들었는지와 관계없이 그룹의 일정 ${count}개도 함께 삭제됩니다.`),
  typeGroupName: (name) => `삭제하려면 그룹 이름을 입력하세요: ${name}`,
  wrongGroupName: '그룹 이름이 다릅니다.', groupDeleted: '그룹을 삭제했습니다',
  groupGone: '이 그룹은 더 이상 없습니다. 누군가 삭제했습니다.',
  groupCreatedBy: (email) => `${email} 님이 만듦`,
  groupOptions: (name) => `${name} 메뉴`, personalOptions: '개인 캘린더 메뉴', findGroup: '그룹 찾기',
  moreGroups: (count) => `그룹 ${count}개가 더 있습니다. 위에 이름의 일부를 입력해 찾으세요.`,
  moreGroupsToSelect: (count) => `${count}개 더: 먼저 그룹 목록에서 그룹을 선택하세요`,

  // 파일
  filesHint: '파일에서 일정을 가져오거나, 파일로 내보내거나, 다른 프로그램에서 볼 수 있습니다.',
  importButton: '가져오기…', exportButton: '내보내기', connectButton: '연결…',
  importTitle: '일정 가져오기', importInto: '넣을 캘린더', importNow: '가져오기', chooseFile: '파일을 여기에 놓거나 눌러서 고르세요',
  importHint: '.ics 파일, 또는 구글 캘린더에서 내보낸 .zip 파일',
  importProgress: '진행 상황', importItems: '자세한 내용',
  sending: (percent) => `파일을 보내는 중: ${percent}%`, working: '파일을 읽는 중…', importing: '가져오는 중…',
  inFile: (count) => (count === 0 ? '파일에 일정이 없습니다.' : `파일에 있는 일정 ${count}개`),
  importNew: (count) => `새 일정 ${count}개`, importUpdated: (count) => `지난번 가져온 뒤 바뀐 일정 ${count}개`,
  importKnown: (count) => `이미 있는 일정 ${count}개`, importSkipped: (count) => `가져올 수 없는 일정 ${count}개`,
  importNothing: '가져올 일정이 없습니다', importEvents: (count) => `일정 ${count}개 가져오기`,
  importedInto: (calendar) => `‘${calendar}’ 캘린더로 가져왔습니다.`,
  imported: (file) => `‘${file}’ 파일을 가져왔습니다.`, notImported: (file) => `‘${file}’ 파일을 가져오지 못했습니다.`,
  importUnknown: '연결이 끊겨 일정이 들어왔는지 알 수 없습니다. 다시 시도해도 같은 일정이 두 번 들어오지 않습니다.',
  importOutcome: { created: '새 일정', updated: '바뀜', unchanged: '이미 있음', skipped: '제외됨' },
  line: (number) => `${number}번째 줄`, moreItems: (count) => `외 ${count}개`,
  notACalendar: (detail) => `캘린더로 읽을 수 없는 파일입니다${detail ? `(${detail})` : ''}. .ics 파일이나 .ics 파일이 든 .zip 파일을 고르세요.`,
  fileTooLarge: '파일이 64 MB보다 큽니다. 기간을 줄이거나 여러 파일로 나누어 내보내세요.',
  notExported: '캘린더를 내보내지 못했습니다.',

  // 다른 프로그램이 읽는 주소
  connectTitle: '다른 프로그램에 연결',
  connectHint: '비밀 주소를 만들면 휴대전화나 다른 프로그램, 웹사이트에서 캘린더를 볼 수 있습니다. 주소를 아는 사람은 주소를 없앨 때까지 캘린더를 볼 수 있습니다.',
  newFeed: '새 주소', feedName: '용도', feedNameExample: '내 휴대전화', makeFeed: '주소 만들기',
  wholeCalendar: '내 캘린더에 보이는 모든 일정', busyOnly: '바쁜 시간만', busyOnlyHint: '내용 없이 바쁜 시간만 보여 주기',
  feedAddress: '주소', feedOnce: '다시 볼 수 없으니 지금 복사하세요. 구글과 Outlook에서는 인터넷에서 이 서버에 접속할 수 있어야 읽을 수 있습니다.',
  copy: '복사', copied: '복사했습니다', addToApple: 'Apple 캘린더', addToGoogle: '구글 캘린더', addToOutlook: 'Outlook',
  code: '주소의 QR 코드', scanCode: '휴대전화로 찍으면 그곳에서 캘린더를 볼 수 있습니다.',
  lastUsed: (day) => `마지막으로 읽음: ${day}`, neverUsed: '아직 읽지 않음', endFeed: '없애기', feedEnded: '주소를 없앴습니다',
  feedUnknown: '연결이 끊겼습니다. 목록에 새 주소가 있으면 없애고 다시 만드세요.',

  // 주소에 있는 캘린더
  subscribe: '구독', subscribeTitle: '캘린더 구독', subscribeInstead: '공휴일이나 다른 캘린더 구독하기',
  subscribeSource: '캘린더', anyAddress: '주소 입력', holidaysOf: (country) => `공휴일: ${country}`,
  subscribeAddress: '주소', subscribeHint: '공휴일이나 학교 일정 같은 캘린더를 구독합니다. 일정은 이 서버를 쓰는 누구나 찾을 수 있는 그룹으로 표시되고 계속 새로 고쳐집니다.',
  addressInvalid: 'https://나 webcal://로 시작하는 캘린더 주소를 입력하세요.',
  addressRefused: (detail) => `이 주소는 캘린더로 읽을 수 없습니다${detail ? `(${detail})` : ''}. 주소를 확인하고 다시 시도하세요.`,
  readingAddress: '주소를 읽는 중…', subscribed: (name) => `‘${name}’을(를) 구독합니다`,
  notSubscribed: (name) => `‘${name}’을(를) 구독하지 못했습니다.`,
  subscribedTo: '구독 주소:', lastRead: (moment) => `마지막으로 읽은 시간: ${moment}`, neverRead: '아직 읽지 않았습니다',
  notRead: (problem) => `최근에 캘린더를 읽지 못했습니다${problem ? `(${problem})` : ''}. 전에 읽은 일정을 보여 줍니다.`,
  notReadShort: '(최근에 읽지 못함)', subscribedHint: '다른 캘린더의 일정으로, 그곳에서만 바꿀 수 있습니다.',

  // 검색
  coming: '다가오는 일정', past: '지난 일정', searchSubjects: '제목 검색', searchHint: '제목에 들어 있는 말을 입력하세요.',
  nothingFound: '검색 결과가 없습니다. 내 일정과 선택한 그룹의 일정에서만 검색합니다.',
  resultCount: (count) => `${count}개 찾음`,
  resultCountOrMore: (count) => `${count}개 넘게 찾음`,

  // 계정
  memberSince: (day) => `${day}부터 사용`,
  yourBirthday: '내 생일', birthdayHint: '매년 내 달력에 표시됩니다.',
  saveBirthday: '생일 저장', removeBirthday: '생일 삭제', birthdayMissing: '생년월일을 입력하세요.',
  birthdayTaken: '이미 생일이 등록되어 있습니다.',
  changePassword: '비밀번호 변경', currentPassword: '현재 비밀번호',
  currentPasswordHint: '설정한 적이 없으면 비워 두세요.', newPassword: '새 비밀번호',
  savePassword: '새 비밀번호 저장', passwordChanged: '비밀번호를 변경했습니다. 다른 기기에서는 로그아웃됩니다.',
  currentPasswordWrong: '현재 비밀번호가 맞지 않습니다.',
  devices: '기기', devicesHint: '캘린더를 쓰는 프로그램이나 기기마다 비밀번호를 따로 만들어 주면, 하나씩 따로 없앨 수 있습니다.',
  deviceName: '용도', deviceScope: '할 수 있는 일', deviceChanges: '캘린더 보기와 바꾸기', deviceReads: '캘린더 보기만',
  makeDevice: '비밀번호 만들기', devicePassword: '기기의 비밀번호', deviceOnce: '다시 볼 수 없으니 지금 복사하세요.',
  connectProgram: '캘린더 프로그램 연결하기', programServer: '서버', programUser: '사용자 이름',
  connectApple: 'iPhone, iPad: 설정, 캘린더, 계정, 계정 추가, 기타, CalDAV 계정 추가. Mac: 캘린더, 계정 추가, 기타 CalDAV 계정, 수동.',
  connectAndroid: 'Android: DAVx⁵를 설치하고, URL과 사용자 이름으로 계정을 추가한 다음 캘린더를 고르세요.',
  connectDesktop: 'Thunderbird: 새 캘린더, 네트워크. Evolution: 새로 만들기, 캘린더, CalDAV.',
  connectNeedsTls: '이 페이지는 HTTPS 없이 열렸습니다. 다른 기기의 프로그램은 HTTPS로만 연결할 수 있습니다.',
  connectLink: '이 기기에서 DAVx⁵ 열기',
  deviceUsed: (day, from) => `마지막으로 사용: ${day}${from ? `, ${from}` : ''}`,
  deviceUnused: '아직 사용하지 않음', endDevice: '없애기', deviceEnded: '기기의 비밀번호를 없앴습니다',
  deviceUnknown: '연결이 끊겼습니다. 목록에 새 기기가 있으면 없애고 다시 만드세요.',
  devicesFull: '기기는 50개까지 둘 수 있습니다. 하나를 먼저 없애세요.',
  devicesNeedSignIn: '기기의 비밀번호로 로그인했습니다. 기기를 보려면 내 비밀번호로 로그인하세요.',
  signOut: '로그아웃', signOutEverywhere: '모든 기기에서 로그아웃',
  signOutEverywhereHint: '모든 기기에서 로그아웃되고, 기기의 비밀번호와 비밀 주소도 모두 없어집니다. 비밀번호가 없다면 새 토큰이 필요합니다.',
  pressAgain: '확인하려면 한 번 더 누르세요', apiReference: '개발자용 API 문서',

  // 설정
  settings: '설정', settingsHint: '모든 기기에 같이 적용됩니다.', language: '언어',
  asOnThisDevice: '이 기기의 설정대로', weekStart: '한 주의 시작', clock: '시간 표기', clock12: '12시간', clock24: '24시간',
  weekNumbers: '주 번호', yes: '표시', no: '표시 안 함', weekFrom: '표시할 시간(시작)', weekTo: '표시할 시간(끝)', firstView: '처음 여는 보기',
  eventLength: '새 일정의 길이', defaultCalendar: '새 일정을 넣을 캘린더', theme: '색상', light: '밝게', dark: '어둡게',
  minutes: (/** @type {number} */ count) => (count % 60 ? `${count}분` : `${count / 60}시간`),
  dayEndsBeforeStart: '끝나는 시간은 시작보다 늦어야 합니다.',

  // 도움말
  shortcuts: '키보드 단축키', shortcutsOn: '단축키 사용', keyToday: '오늘',
  keyViews: '연간, 월간, 주간, 일간, 목록', keyMove: '이전, 다음', keyDate: '날짜 선택', keyNew: '새 일정',
  keySearch: '검색', keyUndo: '마지막 변경 되돌리기', keyTab: '다음 일정',
  keyEnter: '일정을 열어 수정, 이동, 삭제', keyEscape: '닫기', keyHelp: '이 도움말',
  helpPointer: '마우스와 터치',
  helpDrag: '빈 시간을 누르거나 끌면 일정을 만들 수 있습니다. 일정을 끌면 옮겨지고, 끝을 끌면 길이가 바뀝니다. 터치할 때는 먼저 길게 누르세요.',
  helpSwipe: '옆으로 밀면 이전이나 다음 월, 주, 일로 이동합니다.',
  helpStyles: '일정의 모양', helpOwn: '채워진 일정: 내가 바꿀 수 있습니다.',
  helpOthers: '테두리만 있는 일정: 다른 사람이 만든 일정으로, 볼 수만 있습니다.',
  helpStatus: '점선: 미정. 취소선: 취소됨. 옅은 색: 한가함. 두 화살표: 반복.',
  helpGroups: '그룹마다 색과 모양이 있습니다. 색은 그룹 메뉴에서 바꿀 수 있습니다. '
    + '목록에서 선택을 해제하면 일정이 숨겨지고, 점 여섯 개를 끌면 순서가 바뀝니다. 자물쇠가 있는 그룹의 일정은 볼 수만 있습니다.',
};
