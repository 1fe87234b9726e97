//! The API's reference at `/docs`, as far as it shows without a browser.

use super::{embedded, get, hash};
use crate::support::calendar::Calendar;

#[test]
fn the_reference_shows_the_description_that_the_server_gives() {
    let calendar = Calendar::new();
    let page = get(&calendar, "/docs", &[]).body;
    let script = format!("static/{}/docs/docs.js", hash(&calendar));
    assert!(page.contains(&format!(" src=\"{script}\"")), "{page}");
    let script = get(&calendar, &format!("/{script}"), &[]).body;
    let url = script.split("url:'").nth(1).unwrap().split('\'').next().unwrap();
    assert_eq!(get(&calendar, &format!("/{url}"), &[]).json()["info"]["title"], "calendar-server");
    // Otherwise Swagger UI sends the description to its makers' validator.
    assert!(script.contains("validatorUrl:null"), "{script}");
}

#[test]
fn the_reference_says_the_version_and_leads_back_to_the_page() {
    let page = get(&Calendar::new(), "/docs", &[]).body;
    assert!(page.contains(&format!("calendar-server {}<", env!("CARGO_PKG_VERSION"))), "{page}");
    assert!(page.contains("href=\"./\""), "{page}");
    assert!(page.contains("<noscript>"), "{page}");
}

#[test]
fn every_vendored_file_has_its_licence() {
    let calendar = Calendar::new();
    let hash = hash(&calendar);
    let paths = embedded();
    let licences: Vec<&String> = paths.iter().filter(|path| path.ends_with(".LICENSE")).collect();
    let vendored = paths.iter().filter(|path| path.contains("/vendor/"));
    for path in vendored.filter(|path| path.ends_with(".js") || path.ends_with(".css")) {
        let licence = licences.iter().find(|licence| {
            let package = licence.strip_suffix(".LICENSE").unwrap();
            path.starts_with(package)
        });
        let licence = licence.unwrap_or_else(|| panic!("{path} has no licence beside it"));
        let text = get(&calendar, &format!("/static/{hash}/{licence}"), &[]).body;
        assert!(text.contains("MIT License") || text.contains("Apache License"), "{text}");
    }
}
