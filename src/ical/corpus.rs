//! Files of other programs, which are not kept here: `CALENDAR_CORPUS=… cargo test --lib corpus -- --ignored
//! --nocapture` reads all `.ics` files of a folder, and prints what was made of them.

#![allow(clippy::print_stdout, reason = "to be read")]

use std::collections::BTreeMap;

use super::samples::zone;
use super::{File, Loss, Object};

/// What differs from one to the next is left out, so that alike is counted together.
fn kind(detail: &str) -> String {
    let mut inside = false;
    let kept = detail.chars().filter(|c| {
        inside ^= *c == '"';
        !inside && !c.is_ascii_digit()
    });
    kept.collect()
}

#[test]
#[ignore = "needs a folder of files, in CALENDAR_CORPUS"]
fn every_file_gives_objects_that_can_be_read() {
    let folder = std::env::var("CALENDAR_CORPUS").unwrap();
    let show = std::env::var("CALENDAR_CORPUS_SHOW").unwrap_or_else(|_| "\u{1}".to_owned());
    let server = zone("Asia/Seoul");
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let (mut files, mut objects, mut events, mut empty) = (0, 0, 0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "ics") {
            continue;
        }
        let mut tell = |what: String| {
            if what.contains(&show) {
                println!("{}: {what}", path.display());
            }
            *told.entry(kind(&what)).or_default() += 1;
        };
        let file = File::read(std::fs::read(&path).unwrap());
        files += 1;
        empty += usize::from(file.is_empty());
        for problem in file.problems() {
            let word = if problem.loss == Loss::Nothing { "taken" } else { "lost" };
            tell(format!("file {word}: {}: {}", problem.line, problem.detail));
        }
        assert_eq!(file.objects().count(), file.len());
        for text in file.objects() {
            objects += 1;
            let object = match Object::parse(text.text.clone()) {
                Ok(object) => object,
                Err(fault) => {
                    tell(format!("refused: {fault} ({fault:?})"));
                    continue;
                }
            };
            assert_eq!(object.uid(), text.uid);
            assert_eq!(object.text(), text.text);
            // Read as a file, an object is itself.
            let again: Vec<_> = File::read(text.text.clone().into_bytes()).objects().collect();
            assert_eq!(again.len(), 1, "{}", text.text);
            assert_eq!(again[0].text, text.text);
            match object.events(&server) {
                Ok(read) => {
                    events += usize::from(read.main.is_some()) + read.changed.len();
                    read.notes.into_iter().for_each(|note| tell(format!("note: {note}")));
                }
                Err(fault) => tell(format!("no events: {fault}")),
            }
        }
    }
    println!("{files} files ({empty} without objects), {objects} objects, {events} events");
    for (what, count) in told {
        println!("{count:6} {what}");
    }
}
