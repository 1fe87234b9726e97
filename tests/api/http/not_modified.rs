//! `If-None-Match`: a view or an event that the client has already is answered with 304 and no
//! body. Whatever changes what a calendar shows changes the tag of its views, whoever does it;
//! nothing else does.

use rocket::http::Method;

use super::preconditions::{self, DELETION, PATH};
use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, DONE, KIM};

pub(crate) const JUNE: &str = "/api/v1/calendar/month?year_month=2017-06";

/// Asks for a view with each of `known` in an `If-None-Match`.
pub(crate) fn view(calendar: &Calendar, uri: &str, token: &str, known: &[&str]) -> Answer {
    let mut headers = vec![("X-calendar-access-token", token)];
    headers.extend(known.iter().map(|tag| ("If-None-Match", *tag)));
    calendar.send(Method::Get, uri, &headers, "")
}

fn tag(calendar: &Calendar, token: &str) -> String {
    let answer = view(calendar, JUNE, token, &[]);
    assert_eq!(answer.status, 200);
    answer.header("ETag").unwrap().to_owned()
}

#[test]
fn a_known_view_is_answered_with_304() {
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
fn a_view_tag_is_of_one_user_and_one_time_range() {
    let (calendar, park) = Calendar::populated();
    let kim = calendar.register(KIM);
    let has = tag(&calendar, &park);
    let july = "/api/v1/calendar/month?year_month=2017-07";
    assert_eq!(view(&calendar, july, &park, &[&has]).status, 200);
    assert_eq!(view(&calendar, JUNE, &kim, &[&has]).status, 200);
}

#[test]
fn a_bad_token_or_month_is_refused_whatever_the_client_knows() {
    let (calendar, token) = Calendar::populated();
    view(&calendar, JUNE, "x", &["*"]).bad_token();
    let uri = "/api/v1/calendar/month?year_month=2017-13";
    view(&calendar, uri, &token, &["*"]).invalid("year_month: expected YYYY-MM");
}

#[test]
fn the_tag_changes_with_what_the_calendar_shows_and_only_then() {
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
fn a_known_event_is_answered_with_304() {
    let (calendar, token) = Calendar::populated();
    let tag = preconditions::tag(&calendar, &token);
    let ask = |method, token: &str, known: &str| {
        let headers = [("X-calendar-access-token", token), ("If-None-Match", known)];
        calendar.send(method, &format!("{PATH}/1"), &headers, "")
    };
    for known in [&tag, &format!("W/{tag}"), &format!("\"a\", {tag}"), "*"] {
        for method in [Method::Get, Method::Head] {
            let answer = ask(method, &token, known);
            assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{known}");
            assert_eq!(answer.header("ETag"), Some(tag.as_str()));
            assert_eq!(answer.header("X-Request-Id").map(str::len), Some(16));
        }
    }
    assert_eq!(ask(Method::Get, &token, "\"other\"").status, 200);
    ask(Method::Get, "", "*").without_token();
    calendar.delete("/calendar/event", &token, DELETION).is(200, DONE);
    ask(Method::Get, &token, &tag).not_found("event 1 does not exist");
}
