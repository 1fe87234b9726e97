// What is written on the page of a feed, in both languages. The calendar's own page has texts of its own (page/i18n), which
// this page would have to load for a few words.

import { language } from '../page/i18n/index.js';

const en = {
  subscribe: 'Subscribe',
  today: 'Today',
  previous: 'Previous month',
  next: 'Next month',
  month: 'Month',
  list: 'List',
  close: 'Close',
  busy: 'Busy',
  tentative: 'tentative',
  cancelled: 'cancelled',
  nothing: 'Nothing this month',
  gone: 'There is no calendar at this address. Whoever gave it to you may have ended it.',
  unreachable: 'The calendar cannot be read now. Try again in a moment.',
};

/** @type {typeof en} */
const ko = {
  subscribe: '구독하기',
  today: '오늘',
  previous: '이전 달',
  next: '다음 달',
  month: '월',
  list: '목록',
  close: '닫기',
  busy: '일정 있음',
  tentative: '미정',
  cancelled: '취소됨',
  nothing: '이달에는 일정이 없습니다',
  gone: '이 주소에는 캘린더가 없습니다. 주소를 준 사람이 없앴을 수 있습니다.',
  unreachable: '지금은 캘린더를 읽을 수 없습니다. 잠시 뒤에 다시 시도하십시오.',
};

export const words = { en, ko }[language];
