//! `/calendar/today` and `/calendar`, which is this month: both go by the clock and the configured
//! zone.

use super::views::shown;
use crate::support::calendar::{Calendar, NOW, PARK, Settings};
use crate::support::expected::{Shown, events};

#[test]
fn today_and_this_month_are_those_of_the_configured_zone() {
    for (zone, day, created) in [
        ("Asia/Seoul", "2017-07-01", "Sat, 01 Jul 2017 00:00:00 GMT"),
        ("UTC", "2017-06-30", "Fri, 30 Jun 2017 15:00:00 GMT"),
        ("America/Los_Angeles", "2017-06-30", "Fri, 30 Jun 2017 08:00:00 GMT"),
        ("Pacific/Kiritimati", "2017-07-01", "Sat, 01 Jul 2017 05:00:00 GMT"),
    ] {
        let calendar = Calendar::with(Settings { zone, ..Settings::default() });
        calendar.clock.set(1_498_834_800);
        let park = calendar.register(PARK);
        for day in ["2017-06-30", "2017-07-01"] {
            calendar.event(&park, &format!("{day} 12:00:00"), &format!("{day} 12:00:00"), day);
        }
        let (id, hour) = match day {
            "2017-06-30" => (1, "Fri, 30 Jun 2017 12:00:00 GMT"),
            _ => (2, "Sat, 01 Jul 2017 12:00:00 GMT"),
        };
        let list = events(&[Shown { created, ..shown(id, PARK, day, hour) }]);
        calendar.get("/calendar/today", &park).is(200, &list);
        calendar.get("/calendar/", &park).is(200, &list);
    }
}

#[test]
fn today_and_this_month_move_on_with_the_clock() {
    let (calendar, park) = Calendar::populated();
    let list = calendar.get("/calendar/date?date=2017-06-20", &park).body;
    assert!(list.contains("테스트 일정"));
    calendar.get("/calendar/today", &park).is(200, &events(&[]));
    calendar.get("/calendar/", &park).is(200, &list);
    calendar.clock.set(NOW + 86_400);
    calendar.get("/calendar/today", &park).is(200, &list);
    calendar.get("/calendar/", &park).is(200, &list);
    calendar.clock.set(NOW + 86_400 * 12);
    calendar.get("/calendar/today", &park).is(200, &events(&[]));
    calendar.get("/calendar/", &park).is(200, &events(&[]));
}
