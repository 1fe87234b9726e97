//! Runs printed commands, and compares what they print with what is printed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use regex_lite::Regex;
use tempfile::TempDir;

use crate::document::{Step, root};

/// Where the printed commands expect the server.
pub(crate) const PRINTED_ADDRESS: &str = "127.0.0.1:5000";

/// Parts the output of one command from that of the next.
const SEPARATOR: char = '\u{1e}';

/// Stands in a printed output, on a line of its own, for lines that are left out.
const LEFT_OUT: &str = "…";

/// Runs all commands in one bash session, with the server at `address`, and gives what each printed.
/// The folder of the session has a database of the earlier system, `OLD.sqlite`.
pub(crate) fn run(steps: &[Step], address: &str) -> Vec<String> {
    let (folder, scripts) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let old = root().join("tests/data/flask-calendar.sqlite");
    fs::copy(old, folder.path().join("OLD.sqlite")).unwrap();
    let mut script = String::from("exec 2>&1\n");
    for step in steps {
        let command = step.command.replace(PRINTED_ADDRESS, address);
        write!(script, "printf '\\036'\n{command}\n").unwrap();
    }
    let file = scripts.path().join("session");
    fs::write(&file, script).unwrap();
    // Beside the binary that cargo built for the tests is the one that the start command built.
    let target = Path::new(env!("CARGO_BIN_EXE_calendar-server")).ancestors().nth(2).unwrap();
    let path = std::env::var("PATH").unwrap();
    let output = quiet("timeout")
        .args(["300", "bash"])
        .arg(file)
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", target.join("release").display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap().replace(address, PRINTED_ADDRESS);
    printed.split(SEPARATOR).skip(1).map(str::to_owned).collect()
}

/// A program that starts as from a shell: without settings of the server, and without what cargo
/// tells a test, because of which the start command would rebuild crates that watch for it (ring),
/// and with them the server, for minutes.
pub(crate) fn quiet(program: &str) -> Command {
    const UNWANTED: [&str; 5] =
        ["CALENDAR_", "ROCKET_", "CARGO_MANIFEST_", "CARGO_PKG_", "OUT_DIR"];
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if UNWANTED.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether `got` is what a document prints, except for what differs between runs and for the lines
/// that the document leaves out.
pub(crate) fn is_as_printed(printed: &str, got: &str) -> bool {
    let (printed, got) = (normalised(printed), normalised(got));
    lines_match(&printed.lines().collect::<Vec<_>>(), &got.lines().collect::<Vec<_>>())
}

fn lines_match(printed: &[&str], got: &[&str]) -> bool {
    match printed.split_first() {
        None => got.is_empty(),
        Some((&LEFT_OUT, rest)) => {
            (0..=got.len()).any(|skipped| lines_match(rest, &got[skipped..]))
        }
        Some((line, rest)) => got.first() == Some(line) && lines_match(rest, &got[1..]),
    }
}

/// `text` with a star for what differs from one run to the next (tokens, app passwords, revisions, secret addresses, and when something was
/// created or changed), or from one version of the schema to the next (its number, and the size of an
/// empty database).
fn normalised(text: &str) -> String {
    const DATE: &str = r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d";
    let differing = [
        (r"eyJ[\w-]+\.[\w-]+\.[\w-]+".to_owned(), "*"),
        (r"app(-[a-z2-7]{4}){7}".to_owned(), "app-*"),
        (r"/feed/[a-z2-7]{52}".to_owned(), "/feed/*"),
        (r"/join/[a-z2-7]{52}".to_owned(), "/join/*"),
        (r#""revision":"[0-9a-f]{16}""#.to_owned(), r#""revision":"*""#),
        (format!(r#""(at|created|updated|used|expires)":"{DATE} GMT""#), r#""$1":"*""#),
        (format!(r"(?m)  {DATE}(  |$)"), "  *$1"),
        (r"(?m)^version      \d+$".to_owned(), "version *"),
        (r"(?m)^size         \d+ bytes$".to_owned(), "size * bytes"),
        (r"(?m) is at version \d+$".to_owned(), " is at version *"),
    ];
    differing.iter().fold(text.to_owned(), |text, (pattern, star)| {
        Regex::new(pattern).unwrap().replace_all(&text, *star).into_owned()
    })
}

#[test]
fn another_token_and_another_time_of_creation_are_as_printed() {
    let printed = r#"{"token":"eyJ0.eyJp.X7HV","created":"Mon, 19 Jun 2017 19:55:04 GMT"}"#;
    let got = r#"{"token":"eyJ1.ab-_.Y","created":"Tue, 20 Jun 2017 00:00:00 GMT"}"#;
    assert!(is_as_printed(printed, got));
    assert!(is_as_printed(
        "1   a@b  Mon, 19 Jun 2017 19:55:04  no",
        "1   a@b  Tue, 20 Jun 2017 00:00:00  no"
    ));
}

#[test]
fn another_value_is_not_as_printed() {
    for (printed, got) in [
        (
            r#"{"sdate":"Mon, 19 Jun 2017 19:55:04 GMT"}"#,
            r#"{"sdate":"Tue, 20 Jun 2017 00:00:00 GMT"}"#,
        ),
        (r#"{"updated":null}"#, r#"{"updated":"Tue, 20 Jun 2017 00:00:00 GMT"}"#),
        (r#"{"token":"eyJ0.eyJp.X7HV"}"#, r#"{"token":"eyJ0.eyJp"}"#),
        ("users        0\n", "users        1\n"),
        ("a\n", ""),
        ("", "a\n"),
    ] {
        assert!(!is_as_printed(printed, got), "{printed} and {got}");
    }
}

#[test]
fn lines_are_left_out_only_where_the_document_says_so() {
    assert!(is_as_printed("a\n…\nd\n", "a\nb\nc\nd\n"));
    assert!(is_as_printed("a\n…\n", "a\n"));
    assert!(!is_as_printed("a\n…\nd\n", "a\nb\nc\n"));
    assert!(!is_as_printed("a\nd\n", "a\nb\nc\nd\n"));
}
