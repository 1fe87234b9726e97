//! `/calendar/month`.

use crate::support::calendar::{Calendar, PARK};
use crate::support::expected::events;

#[test]
fn a_month_has_one_form() {
    let calendar = Calendar::new();
    let park = calendar.register(PARK);
    for bad in [
        "",
        "2017",
        "2017-6",
        "201706",
        "17-06",
        "2017-00",
        "2017-13",
        "0000-01",
        "10000-01",
        "2017-06-01",
        "2017/06",
        "2017-06+",
        "+2017-06",
        "%202017-06",
        "2017-06%0A",
        "-017-06",
        "June",
        "2017-0%EF%BC%96",
    ] {
        calendar
            .get(&format!("/calendar/month?year_month={bad}"), &park)
            .invalid("year_month: expected YYYY-MM");
    }
    for missing in ["", "?", "?year_month", "?yearmonth=2017-06", "?YEAR_MONTH=2017-06"] {
        let detail = match missing {
            "?year_month" => "year_month: expected YYYY-MM",
            _ => "year_month: required, but missing",
        };
        calendar.get(&format!("/calendar/month{missing}"), &park).invalid(detail);
    }
    for good in ["0001-01", "9999-12", "2017-06"] {
        calendar.get(&format!("/calendar/month?year_month={good}"), &park).is(200, &events(&[]));
    }
}
