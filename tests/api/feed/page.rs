//! The page of a feed.

use rocket::http::Method;

use super::get;
use crate::support::calendar::{Calendar, Settings};

fn page(calendar: &Calendar, token: &str) -> String {
    calendar.feed(token, "{}").strip_suffix(".ics").unwrap().to_owned()
}

#[test]
fn the_page_of_a_feed_is_shown_to_anybody_and_kept_by_no_search_engine() {
    let (calendar, token) = Calendar::populated();
    let answer = get(&calendar, &page(&calendar, &token));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("X-Robots-Tag"), Some("noindex"));
    assert_eq!(answer.header("Cache-Control"), Some("private, no-cache"));
    assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"));
    assert!(answer.body.contains("\"../static/"), "relative to the address of the page");
}

#[test]
fn no_other_page_may_have_it_in_a_frame_unless_that_is_configured() {
    let (calendar, token) = Calendar::populated();
    let closed = get(&calendar, &page(&calendar, &token));
    assert!(closed.header("Content-Security-Policy").unwrap().ends_with("frame-ancestors 'none'"));
    assert_eq!(closed.header("X-Frame-Options"), Some("DENY"));

    let frame_ancestors = vec!["https://club.example".into(), "https://*.club.example".into()];
    let open = Calendar::with(Settings { frame_ancestors, ..Settings::default() });
    let token = open.register("park@jungi.me");
    let answer = get(&open, &page(&open, &token));
    let policy = answer.header("Content-Security-Policy").unwrap();
    assert!(
        policy.ends_with("frame-ancestors https://club.example https://*.club.example"),
        "{policy}"
    );
    assert!(policy.contains("script-src 'self'"));
    assert_eq!(answer.header("X-Frame-Options"), None);
    let index = open.send(Method::Get, "/", &[], "");
    assert_eq!(index.header("X-Frame-Options"), Some("DENY"), "no other page");
}

#[test]
fn a_page_with_a_slash_at_its_end_leads_to_the_one_without() {
    let (calendar, token) = Calendar::populated();
    let path = page(&calendar, &token);
    let answer = get(&calendar, &format!("{path}/"));
    assert_eq!(answer.status, 308);
    assert_eq!(answer.header("Location"), Some(path.replace("/feed/", "../").as_str()));
}

#[test]
fn what_cannot_be_a_secret_has_no_page() {
    let calendar = Calendar::new();
    assert_eq!(get(&calendar, "/feed/settings").status, 404);
}
