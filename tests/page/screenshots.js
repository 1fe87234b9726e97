// Takes the screenshots for the README: node screenshots.js FOLDER. scripts/screenshots runs it.

import { join } from 'node:path';
import { close, serve, shown, visit } from './world.js';

const folder = process.argv[2];
const NOW = '2026-06-17T01:20:00Z';

const ENGLISH = {
  groups: ['Family', 'School', 'Choir'],
  dentist: 'Dentist', dinner: 'Dinner with grandparents', trip: 'Summer house', rehearsal: 'Rehearsal', parents: 'Parents’ evening',
  excursion: 'Class trip to the museum', review: 'Quarterly review', call: 'Call with Hana', plumber: 'The plumber comes', run: 'Run by the river',
  lunch: 'Lunch with Jun', parcel: 'Parcel', away: 'Jun in Busan', swim: 'Swimming lesson', concert: 'Summer concert', market: 'Market', movie: 'Film night', yoga: 'Yoga', garden: 'Plant tomatoes', holiday: 'School holiday begins', bakery: 'Order the cake', pool: 'Pool, Mill Lane 3',
};
/** @type {typeof ENGLISH} */
const KOREAN = {
  groups: ['가족', '학교', '합창단'],
  dentist: '치과', dinner: '할머니 댁 저녁 식사', trip: '강릉 여행', rehearsal: '합창 연습', parents: '학부모 상담',
  excursion: '박물관 현장 학습', review: '분기 보고', call: '하나와 통화', plumber: '배관 수리', run: '강변 달리기',
  lunch: '준이와 점심', parcel: '택배', away: '준이 부산 출장', swim: '수영 강습', concert: '여름 음악회', market: '장보기', movie: '영화 보는 밤', yoga: '요가', garden: '토마토 심기', holiday: '여름 방학 시작', bakery: '케이크 주문', pool: '시민 수영장',
};

/** A server with the June of a family. @param {typeof ENGLISH} w @param {string} domain */
async function family(w, domain) {
  const { server, stop } = await serve();
  const [mina, jun] = [await server.register(`mina@${domain}`), await server.register(`jun@${domain}`)];
  const [home, school, choir] = [await mina.group(w.groups[0]), await mina.group(w.groups[1]), await jun.group(w.groups[2])];
  await mina.select(home, school, choir);
  const at = (/** @type {number} */ day, /** @type {string} */ time) => `2026-06-${String(day).padStart(2, '0')} ${time}`;
  /** @type {[typeof mina, keyof typeof w, number, string, number, string, number?, object?][]} */
  const plans = [
    [mina, 'dentist', 2, '09:30', 2, '10:15'], [mina, 'dinner', 5, '18:30', 5, '21:00', home], [mina, 'trip', 12, '00:00', 15, '00:00', home],
    [jun, 'parents', 9, '17:00', 9, '18:30', school], [mina, 'excursion', 18, '08:30', 18, '13:00', school], [mina, 'review', 16, '10:00', 16, '12:00'],
    [mina, 'call', 16, '14:00', 16, '14:30'], [jun, 'plumber', 17, '13:00', 17, '15:00', home], [mina, 'lunch', 17, '11:30', 17, '12:30'], [mina, 'run', 18, '18:30', 18, '19:30'],
    [jun, 'away', 23, '00:00', 26, '00:00', home], [mina, 'parcel', 19, '14:00', 19, '14:30'], [jun, 'concert', 27, '19:00', 27, '21:30', choir], [mina, 'market', 20, '09:00', 20, '10:30', home],
    [mina, 'movie', 19, '20:00', 19, '22:00', home, { status: 'tentative' }], [mina, 'garden', 7, '10:00', 7, '12:00', home], [mina, 'holiday', 30, '00:00', 1, '00:00', school], [mina, 'bakery', 19, '10:00', 19, '10:30'],
    [mina, 'review', 24, '09:00', 24, '10:00'], [mina, 'call', 24, '10:30', 24, '11:00'], [mina, 'lunch', 24, '12:00', 24, '13:00', undefined, { status: 'cancelled' }], [mina, 'yoga', 24, '18:00', 24, '19:00'],
  ];
  plans.push([jun, 'rehearsal', 4, '19:30', 4, '21:00', choir, { rrule: 'FREQ=WEEKLY;BYDAY=TH' }]);
  plans.push([mina, 'swim', 1, '16:00', 1, '17:00', home, { rrule: 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20260731T145959Z', location: w.pool, reminders: [60] }]);
  for (const day of [3, 10]) plans.push([mina, 'yoga', day, '18:00', day, '19:00']);
  for (const [who, what, from, start, to, end, group, more] of plans) {
    await who.event(String(w[what]), at(from, start), to < from ? `2026-07-01 ${end}` : at(to, end), group, more);
  }
  await mina.call('PUT', '/calendar/birthday', { birthday: '1988-06-21' });
  return { server, stop, person: mina };
}

const english = await family(ENGLISH, 'example.com');
const korean = await family(KOREAN, 'example.kr');
const wide = { width: 1280, height: 800, now: NOW };
const phone = { width: 390, height: 780, now: NOW };
/** @param {string} name @param {any} how @param {(page: import('playwright-core').Page) => Promise<void>} [act] */
const take = async (name, { server, stop: _, ...how }, act) => {
  const open = await visit(server, how);
  await act?.(open);
  await open.evaluate(() => document.fonts.ready);
  await open.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  await open.context().close();
};
await take('month', { ...english, ...wide, at: 'month/2026-06-17' });
await take('week-dark', { ...english, ...wide, dark: true, at: 'week/2026-06-17' });
await take('phone', { ...english, ...phone, at: 'list/2026-06-17' });
await take('event', { ...english, ...wide, at: 'month/2026-06-17' }, async (open) => {
  await shown(open, ENGLISH.swim).nth(2).click();
  await open.click('#details-edit');
  await open.mouse.move(0, 0);
});
await take('search', { ...english, ...phone, dark: true, at: 'month/2026-06-17' }, async (open) => {
  await open.click('#search');
  await open.keyboard.type('re');
  await open.waitForSelector('.listed-event');
});
await take('year', { ...english, ...wide, at: 'year/2026' });
// A sheet of A4, on its side.
await take('printed', { ...english, width: 1123, height: 794, now: NOW, at: 'month/2026-06-17' }, async (open) => {
  await open.emulateMedia({ media: 'print' });
  await shown(open, ENGLISH.yoga).last().waitFor();
});
await take('korean', { ...korean, ...wide, language: 'ko-KR', at: 'month/2026-06-17' });
await close();
await english.stop();
await korean.stop();
