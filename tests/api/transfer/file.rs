//! `POST /import`: what is checked around the file.

use std::io::{Cursor, Write};

use rocket::http::Method;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::CALENDAR;
use crate::support::calendar::{Calendar, KIM, Settings};

/// A zip of files with these names, each of which is [`CALENDAR`].
fn zip(names: &[&str]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(CALENDAR.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_calendar_or_a_zip_of_some_is_taken_whatever_its_content_type() {
    let (calendar, token) = Calendar::populated();
    for kind in ["text/calendar", "application/zip", "application/x-www-form-urlencoded", "a"] {
        for path in ["/api/v1/import", "/api/v1/import/", "/api/v1/import?group=1&dry_run=true"] {
            let headers = [("X-calendar-access-token", token.as_str()), ("Content-Type", kind)];
            for body in [CALENDAR.as_bytes(), &zip(&["a.ics", "b/c.ics", "d.txt"])] {
                let answer = calendar.send(Method::Post, path, &headers, body);
                assert_eq!(answer.status, 200, "{}", answer.body);
                assert_eq!(answer.header("Content-Type"), Some("application/json"));
                let data = answer.json()["data"].as_object().unwrap().clone();
                let keys = ["created", "items", "read", "skipped", "unchanged", "updated"];
                assert_eq!(data.keys().collect::<Vec<_>>(), keys);
            }
        }
    }
}

#[test]
fn the_token_is_checked_before_the_query_and_the_group() {
    let (calendar, _) = Calendar::populated();
    let gone = calendar.register(KIM);
    calendar.execute("DELETE FROM user WHERE email = 'kim@example.com'");
    for path in ["/import", "/import?group=9", "/import?group=x", "/import?%zz"] {
        calendar.post(path, "", CALENDAR).without_token();
        calendar.post(path, "not.a.token", CALENDAR).bad_token();
        calendar.post(path, &gone, CALENDAR).bad_token();
    }
}

#[test]
fn the_query_and_the_group_are_checked_before_the_file() {
    let (calendar, token) = Calendar::populated();
    let broken = "PK\u{3}\u{4}";
    let post = |query: &str| calendar.post(&format!("/import?{query}"), &token, broken);
    post("group=x").invalid("group: expected an integer of 64 bits");
    post("dry_run=yes").invalid("dry_run: expected true or false");
    post("group=1&x=%zz").malformed("query: expected percent-encoded UTF-8");
    post("group=9").not_found("group 9 does not exist");
    post("group=1").invalid("zip: its list of files is broken: make it again");
}

#[test]
fn a_zip_without_a_calendar_is_refused() {
    let (calendar, token) = Calendar::populated();
    let answer = calendar.post("/import", &token, zip(&["a.txt", "__MACOSX/._a.ics"]));
    answer.invalid("zip: expected a file with the ending .ics in it");
}

#[test]
fn an_import_counts_as_one_write() {
    let rate = calendar_server::model::Rate {
        times: std::num::NonZeroU32::new(2).unwrap(),
        per: std::time::Duration::from_secs(3600),
    };
    let calendar = Calendar::with(Settings { write_rate: Some(rate), ..Settings::default() });
    let token = calendar.register(KIM);
    for _ in 0..2 {
        assert_eq!(calendar.post("/import", &token, zip(&["a.ics", "b.ics", "c.ics"])).status, 200);
    }
    let refused = calendar.post("/import", &token, CALENDAR);
    assert_eq!((refused.status, refused.json()["meta"]["code"].as_u64()), (429, Some(42900)));
    assert!(refused.header("Retry-After").is_some());
}

#[test]
fn a_page_of_an_allowed_origin_may_send_a_file() {
    let cors_origins = vec!["https://calendar.example".to_owned()];
    let calendar = Calendar::with(Settings { cors_origins, ..Settings::default() });
    let headers = [
        ("Origin", "https://calendar.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "x-calendar-access-token"),
    ];
    let answer = calendar.send(Method::Options, "/api/v1/import", &headers, "");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("https://calendar.example"));
}
