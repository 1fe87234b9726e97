//! What browsers are served outside `/api/`.

mod docs;
mod errors;
mod files;
mod pages;

use std::io::Read;

use rocket::http::Method;

use crate::support::answer::Answer;
use crate::support::calendar::Calendar;

/// A browser's `GET`, with these headers.
pub(crate) fn get(calendar: &Calendar, uri: &str, headers: &[(&'static str, &str)]) -> Answer {
    calendar.send(Method::Get, uri, headers, "")
}

/// The hash that the page's files are under.
pub(crate) fn hash(calendar: &Calendar) -> String {
    let page = get(calendar, "/", &[]).body;
    let (_, after) = page.split_once("\"static/").unwrap();
    after.split('/').next().unwrap().to_owned()
}

pub(crate) fn unzip(answer: &Answer) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(answer.bytes.as_slice()).read_to_string(&mut text).unwrap();
    text
}

/// The paths below the folder of embedded files, without those that editors make, sorted.
pub(crate) fn embedded() -> Vec<String> {
    fn list(folder: &std::path::Path, paths: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                list(&path, paths);
            } else {
                let path = path.strip_prefix(STATIC).unwrap();
                paths.push(path.to_str().unwrap().to_owned());
            }
        }
    }
    let mut paths = Vec::new();
    list(std::path::Path::new(STATIC), &mut paths);
    paths.sort();
    paths
}

pub(crate) const STATIC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/static");
