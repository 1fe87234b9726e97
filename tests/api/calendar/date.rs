//! `/calendar/date`.

use crate::support::calendar::{Calendar, PARK};
use crate::support::expected::events;

#[test]
fn a_date_has_one_form() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for bad in [
        "",
        "2017-06",
        "2017-6-22",
        "20170622",
        "17-06-22",
        "2017-06-22+00:00:00",
        "2017-06-31",
        "2017-02-29",
        "1900-02-29",
        "2017-00-01",
        "2017-13-01",
        "2017-06-00",
        "0000-01-01",
        "10000-01-01",
        "22-06-2017",
        "2017-06-22+",
        "2017-06-2%EF%BC%92",
        "today",
    ] {
        calendar
            .get(&format!("/calendar/date?date={bad}"), &park)
            .invalid("date: expected YYYY-MM-DD");
    }
    calendar.get("/calendar/date", &park).invalid("date: required, but missing");
    calendar.get("/calendar/date?year_month=2017-06", &park).invalid("date: required, but missing");
    for good in ["0001-01-01", "9999-12-31", "2016-02-29", "2000-02-29"] {
        calendar.get(&format!("/calendar/date?date={good}"), &park).is(200, &events(&[]));
    }
}
