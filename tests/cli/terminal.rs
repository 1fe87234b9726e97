//! What is shown and asked at a terminal, and nowhere else. The terminal is that of script(1).

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::db::{calendar, large};
use crate::support::server::{Ended, Server, command, run};
use crate::support::shell::copy_environment;

/// Runs `calendar-server` at a terminal and types each answer once its question is asked. Gives the
/// exit code and all that the terminal showed.
fn at_a_terminal(
    folder: &Path,
    arguments: &str,
    answers: &[(&str, &str)],
) -> (Option<i32>, String) {
    let plain = command(folder, &[]);
    let line = format!("{} {arguments}", plain.get_program().to_str().unwrap());
    // `timeout` ends it if a question is never asked.
    let mut script = Command::new("timeout");
    copy_environment(&plain, &mut script);
    script.args(["30", "script", "-qec", &line, "/dev/null"]).current_dir(folder);
    script.env("TERM", "xterm").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = script.spawn().unwrap();
    let (mut keyboard, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    for (question, answer) in answers {
        let asked = |shown: &[u8]| String::from_utf8_lossy(shown).matches(question).count() > 0;
        while !asked(&shown) {
            let mut byte = [0];
            let read = screen.read(&mut byte).unwrap();
            assert_eq!(read, 1, "{question:?} is not asked: {}", String::from_utf8_lossy(&shown));
            shown.push(byte[0]);
        }
        keyboard.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }
    screen.read_to_end(&mut shown).unwrap();
    (child.wait().unwrap().code(), String::from_utf8(shown).unwrap())
}

#[test]
fn progress_is_shown_on_a_terminal_and_nowhere_else() {
    let (folder, _) = large();
    let commands = [
        ("db backup one.sqlite", "made one.sqlite, with 1 user, 0 groups and 40001 events"),
        (
            "db restore one.sqlite",
            "restored calendar.sqlite, with 1 user, 0 groups and 40001 events",
        ),
    ];
    for (arguments, result) in commands {
        let (code, shown) = at_a_terminal(folder.path(), arguments, &[]);
        assert_eq!(code, Some(0));
        assert!(shown.contains('█') && shown.contains(" %  "), "{arguments}: {shown:?}");
        assert!(shown.contains(result), "{shown:?}");
    }
    assert_eq!(run(folder.path(), &["db", "backup", "two.sqlite"]).err, "");
}

#[test]
fn the_progress_of_an_import_is_shown_on_a_terminal() {
    let (folder, _) = calendar(1);
    let event = |number| {
        format!(
            "BEGIN:VEVENT\r\nUID:{number}\r\nDTSTAMP:20170619T105504Z\r\nDTSTART:20170621T120000\r\nSUMMARY:a\r\nEND:VEVENT\r\n"
        )
    };
    let events: String = (0..600).map(event).collect();
    let file = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:a\r\n{events}END:VCALENDAR\r\n");
    fs::write(folder.path().join("many.ics"), file).unwrap();
    let arguments = "import many.ics --user park@jungi.me";
    let (code, shown) = at_a_terminal(folder.path(), arguments, &[]);
    assert_eq!(code, Some(0), "{shown:?}");
    assert!(shown.contains('█') && shown.contains(" %  "), "{shown:?}");
    assert!(shown.contains("600   600      0        0          0"), "{shown:?}");
}

#[test]
fn a_password_is_asked_for_twice() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    server.register("park@jungi.me");
    let sign_in = || {
        let body = r#"{"useremail":"park@jungi.me","password":"correct horse"}"#;
        server.call("POST", "/user/login", "", body).0
    };
    let ask = |again: &str| {
        let answers = [("New password: ", "correct horse"), ("Repeat it: ", again)];
        at_a_terminal(folder.path(), "user password park@jungi.me", &answers)
    };
    let (code, shown) = ask("correct house");
    assert_eq!(code, Some(1));
    assert!(shown.contains("error: the passwords differ: nothing was changed"), "{shown:?}");
    assert_eq!(sign_in(), 401);
    let (code, shown) = ask("correct horse");
    assert_eq!(code, Some(0));
    assert!(shown.contains("set the password of park@jungi.me"), "{shown:?}");
    assert_eq!(sign_in(), 200);
}

#[test]
fn removing_a_user_is_confirmed_first() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    let event = r#"{"sdate":"2017-06-19 20:00:00","edate":"2017-06-19 23:00:00","subject":"약속"}"#;
    assert_eq!(server.call("POST", "/calendar/event", &token, event).0, 200);
    let remove = |answer: &str| {
        let answers = [("Remove them? [y/N] ", answer)];
        at_a_terminal(folder.path(), "user remove park@jungi.me", &answers)
    };
    for answer in ["n", "", "what"] {
        let (code, shown) = remove(answer);
        assert_eq!(code, Some(1));
        let told = shown
            .find("park@jungi.me: 1 personal event and 0 events in groups will be removed")
            .unwrap();
        assert!(told < shown.find("Remove them?").unwrap(), "{shown:?}");
        assert!(shown.contains("error: nothing was removed"), "{shown:?}");
        assert_eq!(server.call("GET", "/user/", &token, "").0, 200);
    }
    let (code, shown) = remove("y");
    assert_eq!(code, Some(0));
    assert!(shown.contains("removed park@jungi.me"), "{shown:?}");
    assert_eq!(server.call("GET", "/user/", &token, "").0, 401);
    let listed: Ended = run(folder.path(), &["user", "list", "--json"]);
    assert_eq!(listed.out, "[]\n");
}
