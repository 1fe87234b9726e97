//! Error answers outside `/api/`. A browser gets a small page in the reader's language and the
//! page's style; any other client gets a line of text. Both only explain the status, and repeat
//! nothing of the request.

use rocket::Request;
use rocket::http::{Accept, ContentType, Header, Method, Status};
use rocket::response::{self, Responder, Response};

use super::files::{File, HASH};
use crate::app::exchange;
use crate::http::trace::RequestId;

const TAKEN: &str = "GET, HEAD";

/// The answer to a request that no page answered. The status is the server's.
pub(super) struct Unanswered(pub(super) Status);

impl<'r> Responder<'r, 'static> for Unanswered {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Self(status) = self;
        let status = match status.code {
            404 | 422 if is_only_looked_at(request) => Status::MethodNotAllowed,
            422 => Status::NotFound,
            _ => status,
        };
        let said = Said {
            accept: request.headers().get("Accept").collect::<Vec<_>>().join(","),
            languages: request.headers().get("Accept-Language").collect::<Vec<_>>().join(","),
            prefix: exchange::prefix_of(request),
            id: exchange::id_of(request),
        };
        let (kind, body) = explain(status, &said);
        let mut response = Response::build()
            .status(status)
            .header(kind)
            .header(Header::new("Vary", VARY))
            .sized_body(body.len(), std::io::Cursor::new(body))
            .finalize();
        if status == Status::MethodNotAllowed {
            response.set_header(Header::new("Allow", TAKEN));
        }
        Ok(response)
    }
}

const VARY: &str = "Accept, Accept-Language";

/// What the explanation of a status depends on, besides the status.
struct Said<'a> {
    accept: String,
    languages: String,
    prefix: &'a str,
    id: RequestId,
}

/// The answer to a request outside `/api/` that was refused with `status` before it reached a route: its
/// headers and its body. `accept` and `languages` are its `Accept` and `Accept-Language`.
pub(crate) fn unread(
    status: u16,
    accept: Option<&str>,
    languages: Option<&str>,
    prefix: &str,
    id: RequestId,
) -> (Vec<(&'static str, String)>, Vec<u8>) {
    let said = Said {
        accept: accept.unwrap_or_default().to_owned(),
        languages: languages.unwrap_or_default().to_owned(),
        prefix,
        id,
    };
    let (kind, body) = explain(Status::new(status), &said);
    let mut headers = vec![("Content-Type", kind.to_string()), ("Vary", VARY.to_owned())];
    headers.extend(super::protect::HEADERS.map(|(name, value)| (name, value.to_owned())));
    (headers, body.into_bytes())
}

fn explain(status: Status, said: &Said<'_>) -> (ContentType, String) {
    if takes_html(&said.accept) {
        (ContentType::HTML, page(status, Language::of(&said.languages), said))
    } else {
        (ContentType::Plain, format!("{} {}\n", status.code, status.reason_lossy()))
    }
}

/// Whether the path is a page or a file, and the method is neither GET nor HEAD.
fn is_only_looked_at(request: &Request<'_>) -> bool {
    if [Method::Get, Method::Head].contains(&request.method()) {
        return false;
    }
    let path: Vec<&str> = request.uri().path().segments().collect();
    if let ["static", hash, ..] = path.as_slice() {
        return File::at(hash, request.uri().path().segments().skip(2)).is_some();
    }
    let mut pages = request.rocket().routes().filter(|route| route.method == Method::Get);
    pages
        .any(|page| page.uri.path().split('/').filter(|it| !it.is_empty()).eq(path.iter().copied()))
}

/// Whether the header `Accept` has HTML by name, as that of a browser does for a page.
pub(crate) fn takes_html(accept: &str) -> bool {
    accept.parse::<Accept>().is_ok_and(|accept| {
        accept.iter().any(|taken| {
            taken.media_type().is_html() && taken.weight().is_none_or(|weight| weight > 0.0)
        })
    })
}

#[derive(Clone, Copy)]
enum Language {
    English,
    Korean,
}

impl Language {
    /// The one that the reader prefers by the header `Accept-Language` (RFC 9110, 12.5.4); English if
    /// neither.
    fn of(languages: &str) -> Self {
        let mut best = (0.0, Self::English);
        for range in languages.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).unwrap_or("1");
            let weight: f32 = weight.parse().unwrap_or(0.0);
            let language = match tag.split('-').next() {
                Some(tag) if tag.eq_ignore_ascii_case("ko") => Self::Korean,
                Some(tag) if tag == "*" || tag.eq_ignore_ascii_case("en") => Self::English,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// What happened, and what to do about it.
fn title_and_advice(status: Status, language: Language) -> (&'static str, &'static str) {
    match (status.code, language) {
        (404, Language::English) => {
            ("There is nothing here", "The address may be mistyped, or what was here is gone.")
        }
        (404, Language::Korean) => {
            ("여기에는 아무것도 없습니다", "주소를 잘못 입력했거나, 있던 것이 없어졌습니다.")
        }
        (405, Language::English) => ("That cannot be done here", "This page can only be viewed."),
        (405, Language::Korean) => {
            ("여기서는 할 수 없는 일입니다", "이 페이지는 볼 수만 있습니다.")
        }
        (408, Language::English) => {
            ("That took too long", "The request did not arrive in time. Try again.")
        }
        (408, Language::Korean) => {
            ("너무 오래 걸렸습니다", "요청이 제때 도착하지 않았습니다. 다시 시도하십시오.")
        }
        (413 | 414 | 431, Language::English) => {
            ("That is too large", "You sent more than the server accepts. Send less.")
        }
        (413 | 414 | 431, Language::Korean) => {
            ("너무 큽니다", "보낸 것이 서버가 받을 수 있는 크기를 넘습니다. 줄여서 보내십시오.")
        }
        (503, Language::English) => (
            "The calendar cannot answer now",
            "It may be stopping or restarting. Try again in a moment.",
        ),
        (503, Language::Korean) => (
            "지금은 캘린더가 응답할 수 없습니다",
            "서버가 멈추거나 다시 시작하는 중일 수 있습니다. 잠시 뒤에 다시 시도하십시오.",
        ),
        (500 | 502.., Language::English) => (
            "Something went wrong",
            "This is the server's fault, not yours. Try again. If it happens again, give your \
             administrator the number below.",
        ),
        (500 | 502.., Language::Korean) => (
            "문제가 생겼습니다",
            "서버에서 생긴 문제입니다. 다시 시도해 보고, 그래도 그대로이면 관리자에게 아래 번호를 알려 주십시오.",
        ),
        (_, Language::English) => {
            ("The server cannot do this", "It does not understand the request.")
        }
        (_, Language::Korean) => {
            ("서버가 할 수 없는 일입니다", "서버가 요청을 이해하지 못했습니다.")
        }
    }
}

/// Nothing of the request is in it, so nothing needs escaping.
fn page(status: Status, language: Language, said: &Said<'_>) -> String {
    let (title, advice) = title_and_advice(status, language);
    let (lang, back) = match language {
        Language::English => ("en", "To the calendar"),
        Language::Korean => ("ko", "캘린더로 가기"),
    };
    let code = status.code;
    let Said { prefix, id, .. } = said;
    format!(
        r#"<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" type="image/svg+xml" href="{prefix}/static/{HASH}/page/icon.svg">
<link rel="stylesheet" href="{prefix}/static/{HASH}/plain.css">
</head>
<body class="error-page">
<main>
<img src="{prefix}/static/{HASH}/page/icon.svg" alt="">
<h1>{title}</h1>
<p>{advice}</p>
<a href="{prefix}/">{back}</a>
<small>{code} · {id}</small>
</main>
</body>
</html>
"#
    )
}
