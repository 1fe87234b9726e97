//! What an import of a real database says, and a dry run.

use std::fs;

use serde_json::{Value, json};

use super::{import, real};
use crate::support::files::files;
use crate::support::server::{Ended, run};

const TOTALS: &str = "table  read  imported  merged  made
user   9     8         1       0
group  14    14        0       0
event  127   127       0       0
";

#[test]
fn a_real_database_is_imported_and_each_odd_row_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let ended = import(folder.path(), &real(), &[]);
    let long = "길다 ".repeat(24);
    let rows = [
        [
            "user",
            "1",
            r#"selected_calendar_group "1,2,5""#,
            r#""1,2": the other groups do not exist"#,
        ],
        ["user", "7", r#"email "PARK@jungi.me""#, r#"merged into user 1, "park@jungi.me""#],
        [
            "user",
            "8",
            r#"email "nobody""#,
            "kept, although it is not an email address, so that its tokens stay valid",
        ],
        [
            "user",
            "9",
            r#"email "two words@example.com""#,
            "kept, although it is not an email address, so that its tokens stay valid",
        ],
        [
            "event",
            "125",
            r#"sdate "2020-05-05 12:00:00.000000", edate "2020-05-04 12:00:00.000000""#,
            "swapped: 2020-05-04 12:00:00 to 2020-05-05 12:00:00",
        ],
        ["event", "126", r#"subject """#, r#""(제목 없음)""#],
        [
            "event",
            "127",
            &format!("subject \"{}…", &long[..long.len() - 4]),
            "cut to 128 characters",
        ],
        ["event", "128", r#"email "PARK@jungi.me""#, r#"of user 1, "park@jungi.me""#],
    ];
    let mut expected = format!("table  id   {:<80}  became\n", "was");
    for [table, id, was, became] in rows {
        expected += &format!("{table:<5}  {id:<3}  {was:<80}  {became}\n");
    }
    expected += &format!("\n{TOTALS}imported into calendar.sqlite\n");
    assert_eq!(ended, Ended { code: Some(0), out: expected, err: String::new() });
    let status = run(folder.path(), &["db", "status", "--json"]).out;
    let status: Value = serde_json::from_str(&status).unwrap();
    assert_eq!([&status["users"], &status["groups"], &status["events"]], [8, 14, 127]);
}

#[test]
fn the_json_report_has_the_whole_old_value() {
    let folder = tempfile::tempdir().unwrap();
    let report: Value =
        serde_json::from_str(&import(folder.path(), &real(), &["--json"]).out).unwrap();
    assert_eq!(
        report["totals"],
        json!({
            "user": {"read": 9, "imported": 8, "merged": 1, "made": 0},
            "group": {"read": 14, "imported": 14, "merged": 0, "made": 0},
            "event": {"read": 127, "imported": 127, "merged": 0, "made": 0},
        })
    );
    assert_eq!(report["dry_run"], false);
    assert_eq!(
        report["rows"][6],
        json!({"table": "event", "id": 127, "was": format!("subject {:?}", "길다 ".repeat(60)), "became": "cut to 128 characters"})
    );
    assert_eq!(report["rows"].as_array().unwrap().len(), 8);
}

#[test]
fn an_import_leaves_the_old_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.db");
    fs::copy(real(), &old).unwrap();
    for options in [&["--dry-run"][..], &[]] {
        assert_eq!(import(folder.path(), &old, options).code, Some(0));
        assert_eq!(fs::read(&old).unwrap(), fs::read(real()).unwrap());
    }
    assert_eq!(files(folder.path()), ["calendar.sqlite", "old.db"]);
}

#[test]
fn a_dry_run_says_the_same_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dry = import(folder.path(), &real(), &["--dry-run"]);
    assert_eq!(files(folder.path()), [""; 0], "it makes no database");
    assert_eq!(run(folder.path(), &["db", "init"]).code, Some(0));
    assert_eq!(run(folder.path(), &["db", "upgrade"]).code, Some(0));
    let before = fs::read(folder.path().join("calendar.sqlite")).unwrap();
    assert_eq!(import(folder.path(), &real(), &["--dry-run"]), dry, "nor does it need one");
    assert_eq!(fs::read(folder.path().join("calendar.sqlite")).unwrap(), before);
    assert_eq!(files(folder.path()), ["calendar.sqlite"]);
    let json = import(folder.path(), &real(), &["--dry-run", "--json"]).out;
    let mut dry_json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(dry_json["dry_run"].take(), true);
    let elsewhere = tempfile::tempdir().unwrap();
    let json = import(elsewhere.path(), &real(), &["--json"]).out;
    let mut done_json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(done_json["dry_run"].take(), false);
    assert_eq!(dry_json, done_json, "the same totals and rows");

    let done = import(folder.path(), &real(), &[]);
    let ends = |ended: &Ended| ended.out.lines().last().unwrap().to_owned();
    assert_eq!(ends(&dry), "a dry run: nothing was written to calendar.sqlite");
    assert_eq!(done.out.replace(&ends(&done), ""), dry.out.replace(&ends(&dry), ""));
    assert_eq!(done.code, Some(0));
}

#[test]
fn an_import_without_the_old_key_warns_about_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["db", "import-flask", real().to_str().unwrap()]);
    assert_eq!(ended.code, Some(0));
    assert_eq!(
        ended.err,
        "the old tokens are valid only under the old key: set secret_key or secret_key_file to it\n"
    );
}
