//! What is answered outside `/api/` where there is no page.

use rocket::config::LogLevel;
use rocket::http::{Header, Method, Status};
use rocket::local::blocking::Client;
use rocket::{Data, Request, Route, route};

use super::{get, hash};
use crate::support::answer::Answer;
use crate::support::calendar::Calendar;

/// What Chromium accepts when it opens a page.
const BROWSER: (&str, &str) = (
    "Accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
);

#[track_caller]
fn is_page(answer: &Answer, status: u16, lang: &str, title: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("Content-Type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("Vary"), Some("Accept, Accept-Language"));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    let start = format!("<!doctype html>\n<html lang=\"{lang}\">\n");
    assert!(answer.body.starts_with(&start), "{}", answer.body);
    for part in [format!("<title>{title}</title>"), format!("<h1>{title}</h1>")] {
        assert!(answer.body.contains(&part), "no {part} in {}", answer.body);
    }
    let id = answer.header("X-Request-Id").unwrap();
    assert!(answer.body.contains(&format!("<small>{status} · {id}</small>")), "{}", answer.body);
}

#[test]
fn a_browser_gets_an_error_page_in_its_language() {
    let calendar = Calendar::new();
    for (languages, korean) in [
        ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", true),
        ("ko", true),
        ("KO", true),
        ("en;q=0.5, ko;q=0.6", true),
        ("fr, ko;q=0.1", true),
        ("en-GB,en;q=0.9,ko;q=0.8", false),
        ("en, ko", false),
        ("ko;q=0", false),
        ("kok", false),
        ("fr", false),
        ("*", false),
        ("", false),
        (";q=1,,", false),
    ] {
        let answer = get(&calendar, "/nothing", &[BROWSER, ("Accept-Language", languages)]);
        if korean {
            is_page(&answer, 404, "ko", "여기에는 아무것도 없습니다");
        } else {
            is_page(&answer, 404, "en", "There is nothing here");
        }
    }
    is_page(&get(&calendar, "/nothing", &[BROWSER]), 404, "en", "There is nothing here");
}

#[test]
fn other_clients_get_a_line_of_text() {
    let calendar = Calendar::new();
    for accepted in [None, Some("*/*"), Some("application/json"), Some("text/html;q=0"), Some("?")]
    {
        let headers: Vec<_> = accepted.into_iter().map(|it| ("Accept", it)).collect();
        let answer = get(&calendar, "/nothing", &headers);
        assert_eq!((answer.status, answer.body.as_str()), (404, "404 Not Found\n"), "{accepted:?}");
        assert_eq!(answer.header("Content-Type"), Some("text/plain; charset=utf-8"));
        assert_eq!(answer.header("Vary"), Some("Accept, Accept-Language"));
    }
}

#[test]
fn the_api_answers_in_its_envelope_whatever_is_accepted() {
    let calendar = Calendar::new();
    get(&calendar, "/api/v1/nothing", &[BROWSER]).not_found("no such path");
    get(&calendar, "/api/v1/calendar", &[BROWSER]).without_token();
}

#[test]
fn a_page_takes_only_get_and_head() {
    let calendar = Calendar::new();
    let style = format!("/static/{}/plain.css", hash(&calendar));
    for uri in ["/", "/docs", "/docs/", "/healthz", "/favicon.ico", &style] {
        for method in [Method::Post, Method::Put, Method::Delete, Method::Patch, Method::Options] {
            // Calendar programs begin there, and are told what there is.
            if (uri, method) == ("/", Method::Options) {
                continue;
            }
            let answer = calendar.send(method, uri, &[BROWSER], "");
            is_page(&answer, 405, "en", "That cannot be done here");
            assert_eq!(answer.header("Allow"), Some("GET, HEAD"));
            let answer = calendar.send(method, uri, &[], "");
            assert_eq!((answer.status, answer.body.as_str()), (405, "405 Method Not Allowed\n"));
        }
    }
    for uri in ["/nothing", "/static", "/static/a/b", &format!("{style}x"), "/docs/nothing"] {
        let answer = calendar.send(Method::Post, uri, &[], "");
        assert_eq!((answer.status, answer.header("Allow")), (404, None), "{uri}");
    }
}

#[test]
fn an_error_page_repeats_nothing_of_the_request() {
    let calendar = Calendar::new();
    for uri in
        ["/%3Cscript%3Ealert(1)%3C/script%3E", "/alert?alert=%3Cscript%3Ealert(1)%3C/script%3E"]
    {
        let headers = [BROWSER, ("Accept-Language", "<script>alert(1)</script>")];
        let answer = get(&calendar, uri, &headers);
        is_page(&answer, 404, "en", "There is nothing here");
        assert!(!answer.body.contains("alert") && !answer.body.contains("<script"));
    }
}

#[test]
fn an_error_page_has_style_sheets_and_nothing_inline() {
    let calendar = Calendar::new();
    let answer = get(&calendar, "/nothing", &[BROWSER]);
    for inline in ["<style", " style=", "<script", "javascript:"] {
        assert!(!answer.body.contains(inline), "{inline}");
    }
    let named: Vec<&str> =
        answer.body.split('"').filter(|part| part.starts_with("/static/")).collect();
    assert_eq!(named.len(), 3, "{named:?}");
    for file in named {
        assert_eq!(get(&calendar, file, &[]).status, 200, "{file}");
    }
    assert!(answer.body.contains("href=\"/\""));
}

#[test]
fn an_error_page_has_the_colours_of_the_page() {
    let calendar = Calendar::new();
    let style = |path: &str| get(&calendar, &format!("/static/{}/{path}", hash(&calendar)), &[]);
    let colours = |css: &str| -> Vec<String> {
        let declared = css.split([';', '{']).map(str::trim);
        declared.filter(|it| it.starts_with("--") && it.contains('#')).map(str::to_owned).collect()
    };
    let page = colours(&style("page/page.css").body);
    let ours = colours(&style("plain.css").body);
    assert!(ours.len() > 20, "{ours:?}");
    for colour in ours {
        assert!(page.contains(&colour), "{colour} is not one of {page:?}");
    }
}

/// Fails with the status in the path.
fn fail<'r>(request: &'r Request<'_>, _: Data<'r>) -> route::BoxFuture<'r> {
    let code = request.param::<u16>(0).unwrap().unwrap();
    let outcome = match code {
        0 => panic!("a secret"),
        _ => route::Outcome::Error(Status::new(code)),
    };
    Box::pin(async move { outcome })
}

#[test]
fn every_failure_is_a_page_with_its_status_in_both_languages() {
    let quiet = rocket::Config { log_level: LogLevel::Off, ..rocket::Config::debug_default() };
    let server = rocket::custom(quiet)
        .mount("/", [Route::new(Method::Get, "/<code>", fail)])
        .register("/", calendar_server::web::catchers());
    let client = Client::untracked(server).unwrap();
    for (asked, status, english, korean) in [
        (404, 404, "There is nothing here", "여기에는 아무것도 없습니다"),
        (422, 404, "There is nothing here", "여기에는 아무것도 없습니다"),
        (413, 413, "That is too large", "너무 큽니다"),
        (500, 500, "Something went wrong", "문제가 생겼습니다"),
        (0, 500, "Something went wrong", "문제가 생겼습니다"),
        (503, 503, "The calendar cannot answer now", "지금은 캘린더가 응답할 수 없습니다"),
        (418, 418, "The server cannot do this", "서버가 할 수 없는 일입니다"),
    ] {
        for (language, title) in [("en", english), ("ko", korean)] {
            let request = client.get(format!("/{asked}")).header(Header::new(BROWSER.0, BROWSER.1));
            let answer = request.header(Header::new("Accept-Language", language)).dispatch();
            assert_eq!(answer.status().code, status, "{asked}");
            let body = answer.into_string().unwrap();
            assert!(body.contains(&format!("<h1>{title}</h1>")), "{body}");
            assert!(body.contains(&format!("<html lang=\"{language}\">")), "{body}");
            assert!(!body.contains("secret"), "{body}");
        }
    }
}
