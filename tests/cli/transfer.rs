//! `import` and `export`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::db::EVENT;
use crate::support::server::{Server, done, failed, run};

/// A calendar with an event of that name.
fn calendar(name: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Calendar//EN\r\nBEGIN:VEVENT\r\nUID:{name}@example.com\r\nDTSTAMP:20170619T105504Z\r\nDTSTART:20170619T200000\r\nDTEND:20170619T230000\r\nSUMMARY:{name}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// A running server with Park, whose group 1 has an event, in a folder with the calendars `a.ics`, `b.ics` and
/// `both.zip`.
fn park() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    server.call("POST", "/group/", &token, r#"{"group_name": "회식 관련/2"}"#);
    server.call("POST", "/user/calendar/group", &token, r#"{"selected_group": "1"}"#);
    server.call("POST", "/calendar/event", &token, EVENT);
    let file = |name: &str| folder.path().join(name);
    fs::write(file("a.ics"), calendar("a")).unwrap();
    fs::write(file("b.ics"), calendar("b")).unwrap();
    let mut zip = ZipWriter::new(fs::File::create(file("both.zip")).unwrap());
    for name in ["c", "d"] {
        zip.start_file(format!("{name}.ics"), SimpleFileOptions::default()).unwrap();
        zip.write_all(calendar(name).as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    (folder, server)
}

fn import(folder: &Path, arguments: &[&str]) -> crate::support::server::Ended {
    run(folder, &[&["import", "--user", "park@jungi.me"], arguments].concat())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn files_are_taken_in_beside_a_running_server() {
    let (folder, _server) = park();
    let folder = folder.path();
    let printed = |number: usize, last: &str| {
        done(&format!(
            "read  created  updated  unchanged  skipped\n{number}     {number}        0        0          0\n{last}\n"
        ))
    };
    let rehearsed = import(folder, &["a.ics", "--dry-run"]);
    assert_eq!(rehearsed, printed(1, "a dry run: nothing was written to calendar.sqlite"));
    let imported = "imported for park@jungi.me into calendar.sqlite";
    assert_eq!(import(folder, &["a.ics"]), printed(1, imported));
    assert_eq!(import(folder, &["b.ics", "both.zip", "--group", "1"]), printed(3, imported));
    fs::write(folder.join("e.ics"), calendar("e")).unwrap();
    let json = import(folder, &["e.ics", "--json"]);
    assert_eq!((json.code, json.err.as_str()), (Some(0), ""));
    let json: Value = serde_json::from_str(&json.out).unwrap();
    let numbers = json!({"read": 1, "created": 1, "updated": 0, "unchanged": 0, "skipped": 0});
    for (name, number) in numbers.as_object().unwrap() {
        assert_eq!(&json[name], number, "{name}");
    }
    assert_eq!(json["items"], json!([]));
}

#[test]
fn a_file_that_cannot_be_taken_is_named() {
    let (folder, _server) = park();
    let folder = folder.path();
    fs::write(folder.join("torn.zip"), "PK\u{3}\u{4}").unwrap();
    assert_eq!(
        import(folder, &["a.ics", "torn.zip"]),
        failed("cannot read torn.zip: zip: its list of files is broken: make it again")
    );
    assert_eq!(
        import(folder, &["a.ics", "none.ics"]),
        failed("cannot read none.ics: No such file or directory (os error 2)")
    );
    assert_eq!(import(folder, &["a.ics", "--group", "9"]), failed("group 9 does not exist"));
    assert_eq!(
        run(folder, &["import", "none.ics", "--user", "kim@example.com"]),
        failed("user kim@example.com does not exist")
    );
    for usage in [&["import", "a.ics"][..], &["import", "--user", "park@jungi.me"]] {
        assert_eq!(run(folder, usage).code, Some(2));
    }
    let nothing_came = import(folder, &["a.ics", "--dry-run"]);
    assert!(nothing_came.out.contains("\n1     1 "), "{nothing_came:?}");
}

#[test]
fn a_calendar_is_printed_or_written_to_a_file_that_only_its_owner_reads() {
    let (folder, _server) = park();
    let folder = folder.path();
    for what in [["--user", "park@jungi.me"], ["--group", "1"]] {
        let printed = run(folder, &[&["export"], &what[..]].concat());
        assert_eq!((printed.code, printed.err.as_str()), (Some(0), ""));
        assert!(printed.out.starts_with("BEGIN:VCALENDAR\r\n"), "{}", printed.out);
        assert!(printed.out.ends_with("END:VCALENDAR\r\n"), "{}", printed.out);
        // The second time, it is replaced.
        let written = run(folder, &[&["export", "--output", "out.ics"], &what[..]].concat());
        assert_eq!(written, done("wrote out.ics\n"));
        assert_eq!(fs::read_to_string(folder.join("out.ics")).unwrap(), printed.out);
        assert_eq!(mode(&folder.join("out.ics")), 0o600);
    }
}

#[test]
fn an_export_that_fails_leaves_what_was_there() {
    let (folder, _server) = park();
    let folder = folder.path();
    fs::write(folder.join("out.ics"), "before").unwrap();
    let export = |what: &[&str]| run(folder, &[&["export", "--output", "out.ics"], what].concat());
    let missing = failed("user kim@example.com does not exist");
    assert_eq!(export(&["--user", "kim@example.com"]), missing);
    assert_eq!(export(&["--group", "9"]), failed("group 9 does not exist"));
    assert_eq!(fs::read_to_string(folder.join("out.ics")).unwrap(), "before");
    for usage in [&[][..], &["--user", "a", "--group", "1"], &["--all", "all"]] {
        assert_eq!(export(usage).code, Some(2), "{usage:?}");
    }
    let nowhere = ["export", "--user", "park@jungi.me", "--output", "none/out.ics"];
    let ended = run(folder, &nowhere);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.starts_with("error: cannot write none/out.ics: "), "{}", ended.err);
}

#[test]
fn everything_is_written_as_files_that_any_program_reads() {
    let (folder, server) = park();
    let lee = server.register("kim/../lee@example.com");
    let body = r#"{"group_id":1,"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"a secret","private":true}"#;
    assert_eq!(server.call("POST", "/group/event", &lee, body).0, 200);
    let folder = folder.path();
    let written = run(folder, &["export", "--all", "all/of/it"]);
    assert_eq!(written, done("wrote the calendars of 2 users and 1 group to all/of/it\n"));
    let all = folder.join("all/of/it");
    let mut contents: Value =
        serde_json::from_slice(&fs::read(all.join("calendar.json")).unwrap()).unwrap();
    let files: Vec<_> = ["users", "groups"]
        .iter()
        .flat_map(|kind| contents[kind].as_array().unwrap())
        .map(|listed| listed["file"].as_str().unwrap().to_owned())
        .collect();
    let expected = [
        "users/1-park@jungi.me/personal.ics",
        "users/2-kim_.._lee@example.com/personal.ics",
        "groups/1-회식_관련_2.ics",
    ];
    assert_eq!(files, expected);
    for file in files {
        let calendar = fs::read_to_string(all.join(&file)).unwrap();
        assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n"), "{calendar}");
        assert_eq!(mode(&all.join(&file)), 0o600);
    }
    let group = fs::read_to_string(all.join("groups/1-회식_관련_2.ics")).unwrap();
    assert!(group.contains("SUMMARY:a secret\r\n"), "{group}");
    assert_eq!(mode(&all), 0o700);
    assert_eq!(contents["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(contents["timezone"], "Asia/Seoul");
    let made = contents["groups"][0]["created"].take();
    assert_eq!(made.as_str().unwrap().len(), "2017-06-19 19:55:04".len());
    assert_eq!(
        contents["groups"][0],
        json!({
            "id": 1, "name": "회식 관련/2", "creator_email": "park@jungi.me", "created": null,
            "updated": null, "file": "groups/1-회식_관련_2.ics",
        })
    );
    assert_eq!(contents["users"][0]["selected_groups"], json!([1]));
    assert_eq!(contents["users"][1]["email"], "kim/../lee@example.com");

    let again = run(folder, &["export", "--all", "all/of/it"]);
    assert_eq!(again, failed("all/of/it is not empty: choose another folder"));
}
