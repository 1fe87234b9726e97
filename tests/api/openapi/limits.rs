//! The limits that the document states are those that the server keeps.

use rocket::http::Method;
use serde_json::{Value, json};

use super::schema::Schemas;
use super::{document, operation};
use crate::support::calendar::Calendar;

/// Events with zones and rules of which a schema can say whether they are taken.
fn zones_and_rules() -> impl Iterator<Item = Value> {
    let event = |name: &str, value: &str| {
        let times = ("2017-06-20 09:00:00", "2017-06-20 10:00:00");
        json!({"sdate": times.0, "edate": times.1, "subject": "a", name: value})
    };
    let zones = ["Europe/Paris", "Etc/GMT+9", "", "Asia/Seoul ", "/Asia/Seoul", "아시아/서울"];
    let rules = [
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,-1FR;UNTIL=20171231T090000Z",
        "WKST=SU;COUNT=3;FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=-1,+2;BYHOUR=0;BYSETPOS=1",
        "FREQ=SECONDLY",
        "FREQ=DAILY;UNTIL=2017-12-31",
        "FREQ=DAILY;BYDAY=XX",
        "RRULE:FREQ=DAILY",
        "FREQ=DAILY;COUNT=-1",
        "FREQ",
        "",
    ];
    let zones = zones.into_iter().map(move |zone| event("timezone", zone));
    zones.chain(rules.into_iter().map(move |rule| event("rrule", rule)))
}

#[test]
fn the_server_takes_exactly_what_the_schemas_take() {
    let (calendar, token) = Calendar::populated();
    let document = document(&calendar);
    let subjects = [
        "a",
        " a ",
        &"👍".repeat(128),
        "\u{feff}",
        "\u{feff}a",
        "\u{e0041}\u{2800}",
        "\u{7}",
        "",
        " \u{3000}\t\n",
        &"👍".repeat(129),
    ];
    let days = [
        "0001-01-01",
        "9999-12-31",
        "2017-02-28",
        "2016-02-29",
        "2010-10-30",
        "0000-01-01",
        "2017-02-30",
        "2017-04-31",
        "2017-13-01",
        "2017-00-10",
        "2017-1-01",
        "10000-01-01",
        " 2017-01-01",
        "2017-01-01\n",
        "２０１７-01-01",
    ];
    let clocks = ["00:00:00", "23:59:59", "24:00:00", "10:60:00", "10:00:60", "10:00"];
    let event = |sdate: &str, subject: &str| {
        let edate = "9999-12-31 23:59:59";
        json!({"sdate": sdate, "edate": edate, "subject": subject})
    };
    let mut tries: Vec<(Method, &str, Value)> = Vec::new();
    for subject in subjects {
        tries.push((Method::Post, "/calendar/event", event("2017-06-20 09:00:00", subject)));
        tries.push((Method::Post, "/group", json!({"group_name": subject})));
    }
    for day in days {
        tries.push((Method::Post, "/calendar/event", event(&format!("{day} 09:00:00"), "a")));
        tries.push((Method::Put, "/calendar/birthday", json!({"brithday": day})));
        tries.push((
            Method::Put,
            "/calendar/birthday",
            json!({"sdate": format!("{day} 09:00:00")}),
        ));
    }
    for clock in clocks {
        tries.push((Method::Post, "/calendar/event", event(&format!("2017-06-20 {clock}"), "a")));
    }
    tries.extend(zones_and_rules().map(|event| (Method::Post, "/calendar/event", event)));
    for id in [
        json!(1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1.5),
        json!("1"),
        json!(true),
    ] {
        tries.push((Method::Delete, "/group", json!({"group_id": id})));
    }
    for ids in ["0", "1", " 1 , 2", "1,0", "", "a", "1,,2", "01", "-1", "1\t,2", "\t1\n"] {
        tries.push((Method::Post, "/user/calendar/group", json!({"selected_group": ids})));
    }
    for name in ["useremail", "usereamil", "email"] {
        tries.push((Method::Post, "/user", json!({name: "a@b"})));
    }
    let long = format!("{}@b", "가".repeat(252));
    for email in
        ["박@정이.한국", &long, "a@", "@b", "a@b@c", "a b@c", "a\u{7f}@b", &format!("{long}c")]
    {
        tries.push((Method::Post, "/user", json!({"useremail": email})));
    }
    for password in ["12345678", "1234567", &"👍".repeat(256), &"👍".repeat(257)] {
        tries.push((Method::Post, "/user", json!({"useremail": "c@d", "password": password})));
    }
    tries.extend(settings().map(|settings| (Method::Put, "/user/settings", settings)));
    for (method, path, body) in tries {
        let taken = &operation(&document, method, path)["requestBody"]["content"];
        let schema = &taken["application/json"]["schema"];
        let fits = Schemas(&document).check(schema, &body).is_none();
        let answer = calendar.call(method, path, &token, body.to_string());
        assert_eq!(fits, answer.status != 400, "{method} {path} {body}: {}", answer.body);
    }
}

/// Settings of which some are none.
fn settings() -> impl Iterator<Item = Value> {
    [
        json!({}),
        json!({"week_start": "sunday", "clock": 24, "week_numbers": true, "view": "list", "theme": "dark"}),
        json!({"week_start": "friday"}),
        json!({"clock": 13}),
        json!({"clock": null}),
        json!({"week_numbers": "yes"}),
        json!({"day_start": 0, "day_end": 1}),
        json!({"day_start": 24}),
        json!({"day_end": 0}),
        json!({"event_minutes": 4}),
        json!({"event_minutes": 1440}),
        json!({"default_group": 1.5}),
        json!({"language": "en-GB"}),
    ].into_iter()
}
