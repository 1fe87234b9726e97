//! Real files of many programs, in and out and in again. They are not part of this project: `CALENDAR_CORPUS` names a
//! folder of them. `docs/interop.md` has the last result.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{exported, unfolded};
use crate::support::calendar::{Calendar, KIM, PARK, Settings};

/// What a calendar shows in thirty years, without ids and times of change.
fn all(calendar: &Calendar, token: &str) -> Vec<String> {
    let mut events = Vec::new();
    for year in 1995..2025 {
        let path = crate::series::range(&format!("{year}-01-01"), &format!("{}-01-01", year + 1));
        let answer = calendar.get(&path, token);
        assert_eq!(answer.status, 200, "{}", answer.body);
        for event in answer.json()["data"].as_array().unwrap() {
            let mut event = event.clone();
            for name in ["id", "series", "created", "updated", "email", "useremail"] {
                event.as_object_mut().unwrap().remove(name);
            }
            events.push(event.to_string());
        }
    }
    events.sort();
    events.dedup();
    events
}

/// The lines without those that name the calendar.
fn lines(text: &str) -> Vec<String> {
    let named = |line: &String| line.starts_with("NAME:") || line.starts_with("X-WR-CALNAME:");
    let mut lines: Vec<_> = unfolded(text).into_iter().filter(|line| !named(line)).collect();
    lines.sort();
    lines
}

#[test]
#[ignore = "needs a folder of files"]
fn files_of_other_programs_come_in_go_out_and_come_in_again() {
    let folder = PathBuf::from(std::env::var("CALENDAR_CORPUS").unwrap());
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ics"));
    files.sort();
    let mut counts = BTreeMap::<&str, u64>::new();
    let mut details = BTreeMap::<String, u64>::new();
    let (mut differ, mut slowest) = (Vec::new(), (Duration::ZERO, String::new()));
    let began = Instant::now();
    for path in &files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).unwrap();
        let settings = || Settings { zone: "Europe/Berlin", ..Settings::default() };
        let (one, two) = (Calendar::with(settings()), Calendar::with(settings()));
        let (park, kim) = (one.register(PARK), two.register(KIM));
        let began = Instant::now();
        let answer = one.post("/import", &park, &bytes);
        let took = began.elapsed();
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        if took > slowest.0 {
            slowest = (took, name.clone());
        }
        let report = answer.json()["data"].clone();
        for key in ["read", "created", "skipped"] {
            *counts.entry(key).or_default() += report[key].as_u64().unwrap();
        }
        for item in report["items"].as_array().unwrap() {
            let detail = item["detail"].as_str().unwrap_or_default();
            let kind = detail
                .chars()
                .map(|c| if c.is_ascii_digit() { '9' } else { c })
                .take(70)
                .collect::<String>();
            *details.entry(format!("{} {kind}", item["outcome"].as_str().unwrap())).or_default() +=
                1;
        }
        if report["created"] == 0 {
            continue;
        }
        let again = one.post("/import", &park, &bytes).json()["data"].clone();
        if again["created"] != 0 || again["updated"] != 0 {
            differ.push(format!("{name}: a second time {again}"));
        }
        let out = exported(&one, &park, None);
        let answer = two.post("/import", &kim, &out);
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        let back = answer.json()["data"].clone();
        if back["created"].as_u64() != report["created"].as_u64() {
            differ.push(format!("{name}: {report} came back as {back}"));
        } else if all(&one, &park) != all(&two, &kim) {
            differ.push(format!("{name}: shows something else"));
        } else if lines(&out) != lines(&exported(&two, &kim, None)) {
            differ.push(format!("{name}: goes out otherwise"));
        }
    }
    println!("{} files, {counts:?}, {:?}, the slowest {slowest:?}", files.len(), began.elapsed());
    for (detail, count) in &details {
        println!("{count:5} {detail}");
    }
    println!("{} differ:\n{}", differ.len(), differ.join("\n"));
}
