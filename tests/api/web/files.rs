//! The embedded files: their addresses, their encodings, and how long a browser keeps them.

use rocket::http::Method;

use super::{STATIC, embedded, get, hash, unzip};
use crate::support::calendar::Calendar;

const FOR_EVER: Option<&str> = Some("public, max-age=31536000, immutable");

/// The most that the page and its files may weigh, compressed.
const PAGE_BYTES: usize = 160 * 1024;

/// What the build makes of a file, in whose tests it is held to what it must not change.
#[path = "../../../build/strip.rs"]
mod strip;

/// A file as it is sent.
fn source(path: &str) -> String {
    let text = std::fs::read_to_string(format!("{STATIC}/{path}")).unwrap();
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    match extension.filter(|_| !path.contains("vendor/")) {
        Some("js") => strip::script(&text).unwrap(),
        Some("css") => strip::style(&text).unwrap(),
        _ => text,
    }
}

#[test]
fn every_file_is_served_plain_and_compressed_with_its_type_and_cached_for_ever() {
    let calendar = Calendar::new();
    let hash = hash(&calendar);
    let paths = embedded();
    assert!(paths.contains(&"page/index.html".to_owned()));
    for path in paths {
        let kind = match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "html" => "text/html; charset=utf-8",
            "js" | "mjs" => "text/javascript",
            "css" => "text/css; charset=utf-8",
            "json" => "application/json",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "webmanifest" => "application/manifest+json",
            "txt" | "LICENSE" | "NOTICE" => "text/plain; charset=utf-8",
            other => panic!("{path}: of what kind is {other}?"),
        };
        let uri = format!("/static/{hash}/{path}");
        let plain = get(&calendar, &uri, &[]);
        let zipped = get(&calendar, &uri, &[("Accept-Encoding", "br, gzip, deflate")]);
        for answer in [&plain, &zipped] {
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("Content-Type"), Some(kind), "{path}");
            assert_eq!(answer.header("Cache-Control"), FOR_EVER, "{path}");
            assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
        }
        assert_eq!(plain.header("Content-Encoding"), None);
        if kind == "image/png" {
            assert_eq!(plain.bytes, std::fs::read(format!("{STATIC}/{path}")).unwrap());
            assert_eq!(zipped.bytes, plain.bytes);
            continue;
        }
        let content = source(&path)
            .replace("{{static}}", &format!("static/{hash}"))
            .replace("{{version}}", env!("CARGO_PKG_VERSION"));
        let is_template = path.ends_with(".html") || path == "sw.js";
        let content = if is_template { content } else { source(&path) };
        assert_eq!(plain.body, content, "{path}");
        assert_eq!(zipped.header("Content-Encoding"), Some("gzip"), "{path}");
        assert_eq!(unzip(&zipped), content, "{path}");
        for answer in [plain, zipped] {
            assert_eq!(answer.header("Vary"), Some("Accept-Encoding"), "{path}");
        }
    }
}

#[test]
fn gzip_is_sent_only_to_clients_that_accept_it() {
    let calendar = Calendar::new();
    for (accepted, sent) in [
        ("gzip", true),
        ("GZIP;q=0.5", true),
        ("x-gzip", true),
        ("*", true),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", true),
        ("deflate, br", false),
        ("identity", false),
        ("", false),
        ("gzip;q=0", false),
        ("gzip;q=0.000, *", false),
        ("*;q=0", false),
        ("gzip;q=much", false),
    ] {
        let answer = get(&calendar, "/", &[("Accept-Encoding", accepted)]);
        assert_eq!(answer.status, 200);
        let encoding = answer.header("Content-Encoding");
        assert_eq!(encoding, sent.then_some("gzip"), "{accepted}");
        assert_eq!(answer.header("Vary"), Some("Accept-Encoding"));
        let page = if sent { unzip(&answer) } else { answer.body };
        assert!(page.starts_with("<!doctype html>"), "{accepted}");
    }
}

#[test]
fn a_gzip_header_has_no_time_and_no_name() {
    let answer = get(&Calendar::new(), "/", &[("Accept-Encoding", "gzip")]);
    // RFC 1952, 2.3: the magic number, deflate, no flags, no time.
    assert_eq!(answer.bytes[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
}

#[test]
fn head_answers_like_get_without_the_body() {
    let calendar = Calendar::new();
    let file = format!("/static/{}/page/index.html", hash(&calendar));
    for uri in ["/", file.as_str()] {
        for headers in [&[][..], &[("Accept-Encoding", "gzip")]] {
            let got = get(&calendar, uri, headers);
            let head = calendar.send(Method::Head, uri, headers, "");
            assert_eq!((head.status, head.bytes.len()), (200, 0));
            for name in ["Content-Type", "Content-Encoding", "Cache-Control", "ETag", "Vary"] {
                assert_eq!(head.header(name), got.header(name), "{uri} {name}");
            }
        }
    }
}

#[test]
fn an_address_of_an_older_version_gives_the_current_file_uncached() {
    let calendar = Calendar::new();
    let now = format!("/static/{}/page/index.html", hash(&calendar));
    let before = get(&calendar, "/static/0123456789abcdef/page/index.html", &[]);
    assert_eq!(before.status, 200);
    assert_eq!(before.header("Cache-Control"), Some("no-store"));
    assert_eq!(before.body, get(&calendar, &now, &[]).body);
}

#[test]
fn an_unknown_file_is_not_found() {
    let calendar = Calendar::new();
    let hash = hash(&calendar);
    for path in [
        format!("/static/{hash}/page/nothing.js"),
        format!("/static/{hash}/page/index.html.gz"),
        format!("/static/{hash}/page"),
        format!("/static/{hash}/"),
        format!("/static/{hash}"),
        "/static/".to_owned(),
        "/static".to_owned(),
        "/static/page/index.html".to_owned(),
        "/static/0123456789abcdeg/page/index.html".to_owned(),
        "/static/0123456789ABCDEF/page/index.html".to_owned(),
        "/static/0123456789abcdef0/page/index.html".to_owned(),
        "/static/0123456789abcdef/page/nothing.js".to_owned(),
        "/page/index.html".to_owned(),
        "/index.html".to_owned(),
    ] {
        let answer = get(&calendar, &path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{path}");
    }
}

#[test]
fn no_path_leads_out_of_the_embedded_files() {
    let calendar = Calendar::new();
    let hash = hash(&calendar);
    for path in [
        "../mod.rs",
        "../../mod.rs",
        "..%2Fmod.rs",
        "%2e%2e/mod.rs",
        "%2e%2e%2fmod.rs",
        "page/../../mod.rs",
        "page/..%5c..%5cmod.rs",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "page/%00",
        "page/index.html%00.js",
        "%ff.js",
        "..",
        ".",
        "%2e",
    ] {
        let answer = get(&calendar, &format!("/static/{hash}/{path}"), &[]);
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[test]
fn every_file_that_a_page_names_exists() {
    let calendar = Calendar::new();
    for uri in ["/", "/docs"] {
        let page = get(&calendar, uri, &[]).body;
        let named: Vec<&str> = page
            .split(['"', '\''])
            .filter(|part| part.starts_with("static/") && part.contains('.'))
            .collect();
        assert!(!named.is_empty());
        for file in named {
            let file = format!("/{file}");
            assert_eq!(get(&calendar, &file, &[]).header("Cache-Control"), FOR_EVER, "{file}");
        }
        assert!(!page.contains("{{"), "{page}");
    }
}

#[test]
fn the_service_worker_is_of_the_version_of_the_page_and_revalidated_each_time() {
    let calendar = Calendar::new();
    let worker = get(&calendar, "/sw.js", &[]);
    assert_eq!(worker.status, 200);
    assert_eq!(worker.header("Content-Type"), Some("text/javascript"));
    assert_eq!(worker.header("Cache-Control"), Some("no-cache"));
    let version = format!("const STATIC='static/{}/';", hash(&calendar));
    assert!(worker.body.contains(&version), "{}", worker.body);
}

#[test]
fn the_icons_of_the_app_exist() {
    let calendar = Calendar::new();
    let folder = format!("/static/{}/page", hash(&calendar));
    let manifest = get(&calendar, &format!("{folder}/manifest.json"), &[]).json();
    let icons = manifest["icons"].as_array().unwrap();
    assert_eq!(icons.len(), 4);
    for icon in icons {
        let answer = get(&calendar, &format!("{folder}/{}", icon["src"].as_str().unwrap()), &[]);
        assert_eq!(answer.header("Content-Type"), icon["type"].as_str());
    }
}

#[test]
fn the_page_with_all_its_files_is_small() {
    let calendar = Calendar::new();
    let hash = hash(&calendar);
    // An icon is loaded when the page is installed as an app.
    let of_page = embedded()
        .into_iter()
        .filter(|path| path.starts_with("page/") && !path.starts_with("page/icons/"));
    let sizes = of_page.map(|path| {
        let uri = format!("/static/{hash}/{path}");
        let size = get(&calendar, &uri, &[("Accept-Encoding", "gzip")]).bytes.len();
        (path, size)
    });
    let sizes: Vec<(String, usize)> = sizes.collect();
    let all: usize = sizes.iter().map(|(_, size)| size).sum();
    assert!(all < PAGE_BYTES, "{all} bytes: {sizes:?}");
}
