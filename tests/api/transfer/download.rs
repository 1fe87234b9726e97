//! `GET /export` and `GET /group/<id>/export`: what is sent around the file.

use std::io::Read;

use flate2::read::GzDecoder;
use rocket::http::Method;

use crate::support::answer::Answer;
use crate::support::calendar::{Calendar, KIM};

const PERSONAL: &str = "/api/v1/export";
const GROUP: &str = "/api/v1/group/1/export";

fn get(calendar: &Calendar, uri: &str, token: &str, header: (&'static str, &str)) -> Answer {
    let headers = [("X-calendar-access-token", token), header];
    calendar.send(Method::Get, uri, &headers, "")
}

#[test]
fn a_calendar_is_sent_as_a_file_with_a_name() {
    let (calendar, token) = Calendar::populated();
    let group = "attachment; filename=\"group-1.ics\"; filename*=UTF-8''%ED%9A%8C%EC%8B%9D%20%EA%B4%80%EB%A0%A8.ics";
    for (path, name) in
        [("/export", "attachment; filename=\"personal.ics\""), ("/group/1/export", group)]
    {
        for slash in ["", "/"] {
            let answer = calendar.get(&format!("{path}{slash}"), &token);
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("Content-Type"), Some("text/calendar; charset=utf-8"));
            assert_eq!(answer.header("Content-Disposition"), Some(name));
            assert_eq!(answer.header("Content-Length"), Some(&*answer.bytes.len().to_string()));
            assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
            assert!(answer.body.starts_with("BEGIN:VCALENDAR\r\n"), "{}", answer.body);
            assert!(answer.body.ends_with("END:VCALENDAR\r\n"), "{}", answer.body);
        }
        let head = calendar.call(Method::Head, path, &token, "");
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        assert_eq!(head.header("Content-Disposition"), Some(name));
    }
}

#[test]
fn who_has_a_calendar_already_is_told_so() {
    let (calendar, token) = Calendar::populated();
    for uri in [PERSONAL, GROUP] {
        let first = get(&calendar, uri, &token, ("X-Other", "a"));
        let tag = first.header("ETag").unwrap();
        assert!(tag.starts_with("W/\""), "{tag}");
        let known = get(&calendar, uri, &token, ("If-None-Match", tag));
        assert_eq!((known.status, known.body.as_str()), (304, ""));
        assert_eq!(known.header("ETag"), Some(tag));
        assert_eq!(get(&calendar, uri, &token, ("If-None-Match", "\"other\"")).body, first.body);
    }
}

#[test]
fn a_client_that_takes_gzip_gets_the_same_file_compressed() {
    let (calendar, token) = Calendar::populated();
    let plain = get(&calendar, PERSONAL, &token, ("X-Other", "a"));
    let packed = get(&calendar, PERSONAL, &token, ("Accept-Encoding", "gzip"));
    assert_eq!(plain.header("Content-Encoding"), None);
    assert_eq!(packed.header("Content-Encoding"), Some("gzip"));
    assert_eq!(packed.header("ETag"), plain.header("ETag"));
    for answer in [&plain, &packed] {
        assert_eq!(answer.header("Vary"), Some("Accept-Encoding"));
    }
    let mut unpacked = String::new();
    GzDecoder::new(packed.bytes.as_slice()).read_to_string(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.body);
}

#[test]
fn a_refusal_is_in_the_envelope() {
    let (calendar, token) = Calendar::populated();
    let gone = calendar.register(KIM);
    calendar.execute("DELETE FROM user WHERE email = 'kim@example.com'");
    for path in ["/export", "/group/1/export", "/group/9/export"] {
        calendar.get(path, "").without_token();
        calendar.get(path, "not.a.token").bad_token();
        calendar.get(path, &gone).bad_token();
        let broken = calendar.get(&format!("{path}?%zz"), &token);
        broken.malformed("query: expected percent-encoded UTF-8");
    }
    calendar.get("/group/9/export", &token).not_found("group 9 does not exist");
    for path in ["/group/x/export", "/group/01/export", "/group/1/exports"] {
        calendar.get(path, &token).not_found("no such path");
    }
    calendar.clock.set(1_000_000_000_000);
    assert_eq!(calendar.get("/export", &token).status, 500);
}
