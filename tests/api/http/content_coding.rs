//! `Content-Encoding` and `Vary` of what the API answers.

use std::io::Read;

use flate2::read::GzDecoder;
use rocket::http::Method;

use super::not_modified::{JUNE, view};
use crate::support::calendar::{Calendar, PARK};

#[test]
fn a_long_answer_is_compressed_and_varies_by_accept_encoding() {
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
