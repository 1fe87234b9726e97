//! Every call of the API that needs a token, but those of files, and the removal of a member, which needs another.

use rocket::http::Method;

/// Each call with a path and a body that succeed on the calendar of
/// [`Calendar::populated`](super::calendar::Calendar::populated).
pub(crate) const CALLS: [(Method, &str, &str); 40] = [
    (Method::Get, "/user", ""),
    (Method::Post, "/user/calendar/group", r#"{"selected_group": "0"}"#),
    (Method::Get, "/user/calendar/group", ""),
    (Method::Put, "/user/calendar/group/1", ""),
    (Method::Delete, "/user/calendar/group/1", ""),
    (Method::Get, "/user/calendar/look", ""),
    (Method::Put, "/user/calendar/look", r##"{"group": 1, "color": "#1a73e8"}"##),
    (Method::Put, "/user/calendar/order", r#"{"groups": "1"}"#),
    (Method::Get, "/user/settings", ""),
    (Method::Put, "/user/settings", r#"{"clock": 24}"#),
    (Method::Get, "/user/feed", ""),
    (Method::Post, "/user/feed", r#"{"name": "b"}"#),
    (Method::Delete, "/user/feed/1", ""),
    (Method::Get, "/calendar", ""),
    (Method::Get, "/calendar/month?year_month=2017-06", ""),
    (
        Method::Post,
        "/calendar/event",
        r#"{"sdate": "2017-06-21 00:00:00", "edate": "2017-06-21 01:00:00", "subject": "a"}"#,
    ),
    (
        Method::Put,
        "/calendar/event",
        r#"{"event_id": 1, "sdate": "2017-06-21 00:00:00", "edate": "2017-06-21 01:00:00", "subject": "a"}"#,
    ),
    (Method::Delete, "/calendar/event", r#"{"event_id": 1}"#),
    (Method::Get, "/calendar/event/1", ""),
    (Method::Get, "/calendar/today", ""),
    (Method::Get, "/calendar/date?date=2017-06-20", ""),
    (Method::Get, "/calendar/range?sdate=2017-06-01+00:00:00&edate=2017-07-01+00:00:00", ""),
    (Method::Get, "/calendar/search?search_word=a", ""),
    (Method::Put, "/calendar/birthday", r#"{"birthday": "1990-06-20"}"#),
    (Method::Post, "/calendar/birthday", r#"{"birthday": "1990-06-20"}"#),
    (Method::Post, "/group", r#"{"group_name": "b"}"#),
    (
        Method::Post,
        "/group/subscription",
        r#"{"url": "https://club.example/a.ics", "group_name": "b"}"#,
    ),
    (Method::Get, "/holidays", ""),
    (Method::Put, "/group", r#"{"group_id": 1, "group_name": "b"}"#),
    (Method::Delete, "/group", r#"{"group_id": 1}"#),
    (Method::Get, "/group", ""),
    (Method::Get, "/group/1", ""),
    (Method::Get, "/group/list", ""),
    (Method::Get, "/group/1/member", ""),
    (Method::Put, "/group/1/member", r#"{"useremail": "park@jungi.me", "role": "owner"}"#),
    (Method::Get, "/group/1/invitation", ""),
    (Method::Post, "/group/1/invitation", r#"{"role": "reader"}"#),
    (Method::Delete, "/group/1/invitation/1", ""),
    (Method::Put, "/invitation/7qk2vhx5zn3mcf6twd4ybgrjp2laeo5usik3xq7hnv2mzc4twf6y", ""),
    (
        Method::Post,
        "/group/event",
        r#"{"group_id": 1, "sdate": "2017-06-21 00:00:00", "edate": "2017-06-21 01:00:00", "subject": "a"}"#,
    ),
];
