//! A view that has not changed: its `ETag`, and 304 for who has it. Whatever changes what a calendar
//! shows changes the tag, by whomever and by whichever call; nothing else does.

use std::io::Read;

use flate2::read::GzDecoder;
use rocket::http::Method;

use crate::helpers::{Answer, Calendar, KIM, PARK};

const JUNE: &str = "/api/v1/calendar/month?year_month=2017-06";

fn view(calendar: &Calendar, uri: &str, token: &str, has: &[&str]) -> Answer {
    let mut headers = vec![("X-calendar-access-token", token)];
    headers.extend(has.iter().map(|has| ("If-None-Match", *has)));
    calendar.send(Method::Get, uri, &headers, "")
}

fn tag(calendar: &Calendar, token: &str) -> String {
    let answer = view(calendar, JUNE, token, &[]);
    assert_eq!(answer.status, 200);
    answer.header("ETag").unwrap().to_owned()
}

#[test]
fn who_has_a_view_already_is_told_so_without_it() {
    let (calendar, token) = Calendar::populated();
    for uri in [
        JUNE,
        "/api/v1/calendar/",
        "/api/v1/calendar/today",
        "/api/v1/calendar/date?date=2017-06-20",
    ] {
        let whole = view(&calendar, uri, &token, &[]);
        let tag = whole.header("ETag").unwrap();
        for has in [tag, "*", &tag[2..], &format!("\"other\", {tag}")] {
            let answer = view(&calendar, uri, &token, &[has]);
            assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{uri} {has}");
            assert_eq!(answer.header("ETag"), Some(tag));
        }
        assert_eq!(view(&calendar, uri, &token, &["\"x\"", tag]).status, 304, "in two headers");
        let other = view(&calendar, uri, &token, &["\"other\""]);
        assert_eq!((other.status, &other.body), (200, &whole.body));
        assert_eq!(view(&calendar, uri, &token, &[]).body, whole.body, "the same again");
    }
}

#[test]
fn a_tag_is_of_one_user_and_one_period() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let has = tag(&calendar, &park);
    let july = "/api/v1/calendar/month?year_month=2017-07";
    assert_eq!(view(&calendar, july, &park, &[&has]).status, 200);
    assert_eq!(view(&calendar, JUNE, &kim, &[&has]).status, 200);
}

#[test]
fn a_bad_token_and_a_bad_month_are_refused_whatever_the_client_has() {
    let (calendar, token) = Calendar::populated();
    view(&calendar, JUNE, "x", &["*"]).bad_token();
    let uri = "/api/v1/calendar/month?year_month=2017-13";
    view(&calendar, uri, &token, &["*"]).invalid("year_month: expected YYYY-MM");
}

#[test]
fn each_change_of_what_a_calendar_shows_changes_the_tag_and_nothing_else_does() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let event = |token: &str, subject: &str| {
        calendar.event(token, "2017-06-21 09:00:00", "2017-06-21 10:00:00", subject)
    };
    let in_group = |token: &str, group: i64| {
        calendar.group_event(token, group, "2017-06-22 09:00:00", "2017-06-22 10:00:00", "모임")
    };
    let change = |token: &str, id: i64| {
        let body = format!(
            r#"{{"event_id": {id}, "sdate": "2017-06-23 00:00:00", "edate": "2017-06-23 01:00:00", "subject": "b"}}"#
        );
        assert_eq!(calendar.put("/calendar/event", token, body).status, 200);
    };
    let delete = |token: &str, id: i64| {
        let body = format!(r#"{{"event_id": {id}}}"#);
        assert_eq!(calendar.delete("/calendar/event", token, body).status, 200);
    };
    let mut before = tag(&calendar, &park);
    let mut after = |what: &str, changed: bool| {
        let now = tag(&calendar, &park);
        assert_eq!(now != before, changed, "{what}");
        before = now;
    };

    after("nothing", false);
    let own = event(&park, "a");
    after("an event of one's own", true);
    change(&park, own);
    after("a change of it", true);
    delete(&park, own);
    after("its deletion", true);
    let theirs = event(&kim, "a");
    after("another's personal event", false);
    change(&kim, theirs);
    delete(&kim, theirs);
    after("its change and deletion", false);
    let shown = in_group(&kim, 1);
    after("another's event in a selected group", true);
    change(&kim, shown);
    after("its change", true);
    delete(&kim, shown);
    after("its deletion", true);
    let elsewhere = calendar.group(&kim, "elsewhere");
    let unseen = in_group(&park, elsewhere);
    after("an event in a group that is not selected", false);
    calendar.select(&park, &format!("1,{elsewhere}"));
    after("the selection of that group", true);
    change(&park, unseen);
    after("a change in it", true);
    calendar.select(&kim, "1");
    after("another's selection", false);
    let body = format!(r#"{{"group_id": {elsewhere}}}"#);
    assert_eq!(calendar.delete("/group/", &kim, body).status, 200);
    after("the deletion of that group", true);
    let body = r#"{"birthday": "1990-06-20"}"#;
    assert_eq!(calendar.put("/calendar/birthday", &park, body).status, 200);
    after("a birthday", true);
    let body = r#"{"event_id": 0, "sdate": "x", "edate": "x", "subject": ""}"#;
    assert_eq!(calendar.put("/calendar/event", &park, body).status, 400);
    after("what was refused", false);
}

#[test]
fn an_answer_says_that_it_depends_on_what_the_client_takes_where_it_is_long_enough() {
    let calendar = Calendar::new();
    let token = calendar.register(PARK);
    assert_eq!(calendar.get("/calendar/month?year_month=2017-06", &token).header("Vary"), None);
    for day in 1..=5 {
        let (from, to) = (format!("2017-06-0{day} 09:00:00"), format!("2017-06-0{day} 10:00:00"));
        calendar.event(&token, &from, &to, "친구들과 약속");
    }
    let answer = calendar.get("/calendar/month?year_month=2017-06", &token);
    assert_eq!(answer.header("Vary"), Some("Accept-Encoding"));
    assert_eq!(answer.header("Content-Encoding"), None);

    let takes_gzip = [("X-calendar-access-token", token.as_str()), ("Accept-Encoding", "gzip")];
    for uri in [
        JUNE,
        JUNE,
        "/api/v1/calendar/search?search_word=a",
        "/api/v1/calendar/search?search_word=%EC%B9%9C%EA%B5%AC",
    ] {
        let plain = view(&calendar, uri, &token, &[]);
        let packed = calendar.send(Method::Get, uri, &takes_gzip, "");
        assert_eq!(packed.header("ETag"), plain.header("ETag"));
        if plain.body.len() < 1024 {
            assert_eq!((packed.header("Content-Encoding"), &packed.body), (None, &plain.body));
            continue;
        }
        assert_eq!(packed.header("Content-Encoding"), Some("gzip"));
        assert_eq!(packed.header("Vary"), Some("Accept-Encoding"));
        let mut unpacked = String::new();
        GzDecoder::new(packed.bytes.as_slice()).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain.body);
    }
}
