//! The pages: their headers, and 304 for a browser that has them already.

use rocket::http::Method;

use super::get;
use crate::support::answer::Answer;
use crate::support::calendar::Calendar;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const PAGES: [&str; 2] = ["/", "/docs"];

#[track_caller]
fn is_protected(answer: &Answer) {
    for (name, value) in [
        ("Content-Security-Policy", POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.header("X-Request-Id").map(str::len), Some(16));
}

#[test]
fn a_page_is_html_that_is_revalidated_each_time() {
    let calendar = Calendar::new();
    for uri in PAGES {
        let answer = get(&calendar, uri, &[]);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("Content-Type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("Cache-Control"), Some("no-cache"));
        assert!(answer.body.contains("<title>"), "{}", answer.body);
        is_protected(&answer);
    }
}

#[test]
fn every_answer_outside_the_api_has_the_security_headers() {
    let calendar = Calendar::new();
    for uri in ["/", "/docs", "/healthz", "/nothing", "/static/nothing"] {
        is_protected(&get(&calendar, uri, &[]));
        is_protected(&calendar.send(Method::Post, uri, &[], ""));
    }
}

#[test]
fn the_reference_with_a_slash_leads_to_that_without_one() {
    let answer = get(&Calendar::new(), "/docs/", &[]);
    assert_eq!((answer.status, answer.header("Location")), (308, Some("../docs")));
}

#[test]
fn no_page_has_inline_code_that_its_policy_forbids() {
    let calendar = Calendar::new();
    for uri in PAGES {
        has_nothing_inline(&get(&calendar, uri, &[]).body);
    }
}

fn has_nothing_inline(page: &str) {
    for inline in ["<style", " style=", "javascript:"] {
        assert!(!page.contains(inline), "{inline} in {page}");
    }
    for script in page.split("<script").skip(1) {
        let (attributes, content) = script.split_once('>').unwrap();
        assert!(attributes.contains(" src="), "{attributes}");
        assert!(content.starts_with("</script>"), "{content}");
    }
    let handlers =
        page.split_whitespace().filter(|word| word.starts_with("on") && word.contains('='));
    assert_eq!(handlers.count(), 0, "{page}");
}

#[test]
fn a_known_page_is_answered_with_304() {
    let calendar = Calendar::new();
    for uri in PAGES {
        is_not_given_twice(&calendar, uri);
    }
}

fn is_not_given_twice(calendar: &Calendar, uri: &str) {
    let first = get(calendar, uri, &[]);
    let tag = first.header("ETag").unwrap();
    let strong = tag.trim_start_matches("W/");
    let many = format!("\"other\", {tag}");
    for known in [tag, strong, many.as_str(), "*"] {
        for method in [Method::Get, Method::Head] {
            let headers = [("If-None-Match", known), ("Accept-Encoding", "gzip")];
            let answer = calendar.send(method, uri, &headers, "");
            assert_eq!((answer.status, answer.bytes.len()), (304, 0), "{known}");
            for name in ["ETag", "Cache-Control", "Vary"] {
                assert_eq!(answer.header(name), first.header(name), "{known}");
            }
            assert_eq!(answer.header("Content-Encoding"), None);
            is_protected(&answer);
        }
    }
    for other in ["\"other\"", "W/\"other\"", strong.trim_matches('"'), "", "\"*\""] {
        let answer = get(calendar, uri, &[("If-None-Match", other)]);
        assert_eq!((answer.status, answer.body.as_str()), (200, first.body.as_str()), "{other}");
    }
}
