//! The set-up of the reference, and what is in its way.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;

use crate::spawned::{Ended, Server, command, files, run};

fn done(out: &str) -> Ended {
    Ended { code: Some(0), out: out.to_owned(), err: String::new() }
}

pub fn failed(err: &str) -> Ended {
    Ended { code: Some(1), out: String::new(), err: format!("error: {err}\n") }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_references_set_up_works_in_its_order_and_each_step_again_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    assert_eq!(
        run(here, &["db", "init"]),
        done("made calendar.sqlite; next: calendar-server db upgrade\n")
    );
    let made = fs::read(here.join("calendar.sqlite")).unwrap();
    assert_eq!(
        run(here, &["db", "init"]),
        done("calendar.sqlite is there already; nothing was done\n")
    );

    let pending = "version  name                 state\n1        users_groups_events  pending\n2        accounts             pending\n3        backup_failures      pending\n4        calendar_versions    pending\n5        search_by_trigrams   pending\n6        deleted_groups       pending\n7        search_progress      pending\n8        group_lengths        pending\n";
    assert_eq!(run(here, &["db", "migrate"]), done(pending));
    assert_eq!(run(here, &["db", "migrate"]), done(pending));
    assert_eq!(fs::read(here.join("calendar.sqlite")).unwrap(), made, "a plan changes nothing");
    assert_eq!(files(here), ["calendar.sqlite"], "and leaves nothing behind");

    let upgraded = "applied V1__users_groups_events\napplied V2__accounts\napplied V3__backup_failures\napplied V4__calendar_versions\napplied V5__search_by_trigrams\napplied V6__deleted_groups\napplied V7__search_progress\napplied V8__group_lengths\ncalendar.sqlite is at version 8\n";
    assert_eq!(run(here, &["db", "upgrade"]), done(upgraded));
    assert_eq!(run(here, &["db", "upgrade"]), done("calendar.sqlite is at version 8\n"));
    let applied = "version  name                 state\n1        users_groups_events  applied\n2        accounts             applied\n3        backup_failures      applied\n4        calendar_versions    applied\n5        search_by_trigrams   applied\n6        deleted_groups       applied\n7        search_progress      applied\n8        group_lengths        applied\n";
    assert_eq!(run(here, &["db", "migrate"]), done(applied));

    for _ in 0..2 {
        let server = Server::dev_run(here);
        assert_eq!(server.call("GET", "/group/list", "", "").0, 401);
        assert!(server.stop().0.success());
    }
    assert_eq!(files(here), ["calendar.sqlite"]);
}

#[test]
fn dev_run_alone_makes_and_migrates_the_database_and_says_where_the_page_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let token = server.register("park@jungi.me");
    assert_eq!(
        server.call("GET", "/calendar/", &token, ""),
        (200, r#"{"meta":{"code":20000,"message":"SUCCESS"},"data":[]}"#.to_owned())
    );
    let (head, page) =
        server.send(b"GET / HTTP/1.1\r\nHost: calendar\r\nConnection: close\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(page.contains("<title>Calendar</title>"), "{page}");
}

#[test]
fn the_old_name_dev_run_with_an_underscore_is_taken_too() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(folder.path(), &["dev_run", "--port", "0"]));
    assert!(server.stop().0.success());
}

#[test]
fn the_binary_alone_serves_wherever_it_is_copied_to() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copied");
    fs::copy(env!("CARGO_BIN_EXE_calendar-server"), &copy).unwrap();
    let mut command = std::process::Command::new(copy);
    command.env_clear().current_dir(folder.path()).args(["serve", "--port", "0"]);
    let server = Server::start(command);
    let token = server.register("park@jungi.me");
    assert_eq!(server.call("GET", "/calendar/today", &token, "").0, 200);
}

#[test]
fn the_database_and_its_side_files_are_readable_by_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    server.register("park@jungi.me");
    for name in ["calendar.sqlite", "calendar.sqlite-wal", "calendar.sqlite-shm"] {
        assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_file_that_was_there_with_another_mode_becomes_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calendar.sqlite");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(run(folder.path(), &["db", "init"]).code, Some(0));
    assert_eq!(mode(&path), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
    let server = Server::dev_run(folder.path());
    server.register("park@jungi.me");
    for name in ["calendar.sqlite", "calendar.sqlite-wal", "calendar.sqlite-shm"] {
        assert_eq!(mode(&folder.path().join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_second_server_on_the_same_database_is_refused_and_the_commands_still_work() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    let mut second = command(folder.path(), &["serve", "--port", "0"]);
    let ended: Ended = second.env("CALENDAR_LOG_LEVEL", "off").output().unwrap().into();
    let why = "another calendar-server has calendar.sqlite: stop it first, or name another file with --database";
    assert_eq!(ended, failed(why));
    for arguments in
        [&["db", "status"][..], &["db", "upgrade"], &["db", "check"], &["user", "list"]]
    {
        assert_eq!(run(folder.path(), arguments).code, Some(0), "{arguments:?}");
    }
    server.register("park@jungi.me");
    assert!(server.stop().0.success());
    assert!(Server::dev_run(folder.path()).stop().0.success());
}

#[test]
fn a_name_that_sqlite_reads_in_its_own_way_is_a_file_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:x?mode=memory", "2024"] {
        let mut init = command(folder.path(), &["db", "init"]);
        let ended: Ended = init.env("CALENDAR_DATABASE", name).output().unwrap().into();
        assert_eq!(ended, done(&format!("made {name}; next: calendar-server db upgrade\n")));
        assert!(fs::metadata(folder.path().join(name)).unwrap().len() > 0, "{name}");
    }
    let ended = run(folder.path(), &["db", "init", "--database", "/dev/null"]);
    assert_eq!(ended, failed("/dev/null is not a file: name one with --database"));
}

#[test]
fn a_taken_port_is_said_clearly() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for name in ["dev-run", "serve"] {
        let mut command = command(folder.path(), &[name, "--port", &port]);
        let ended: Ended = command.env("CALENDAR_LOG_LEVEL", "off").output().unwrap().into();
        let why = format!(
            "port {port} of 127.0.0.1 is taken by another program: stop that, or choose another with --port"
        );
        assert_eq!(ended, failed(&why));
    }
}

#[test]
fn an_address_that_this_machine_does_not_have_is_said_clearly() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0", "--address", "192.0.2.1"]);
    let ended: Ended = command.env("CALENDAR_LOG_LEVEL", "off").output().unwrap().into();
    assert_eq!(
        ended,
        failed("this machine does not have the address 192.0.2.1: choose another with --address")
    );
}

#[test]
fn a_folder_that_does_not_exist_is_said_clearly() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in
        [&["db", "init"][..], &["db", "upgrade"], &["db", "status"], &["db", "migrate"]]
    {
        let ended =
            run(folder.path(), &[arguments, &["--database", "no/such/calendar.sqlite"]].concat());
        assert_eq!(
            ended,
            failed("the folder no/such does not exist: make it first"),
            "{arguments:?}"
        );
    }
    assert_eq!(files(folder.path()), [""; 0]);
}

#[test]
fn a_folder_in_the_place_of_the_file_is_said_clearly() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["db", "init", "--database", "."]);
    assert_eq!(ended, failed(". is a folder: name a file in it with --database"));
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = "Dear diary, today I made a calendar. ".repeat(100);
    fs::write(folder.path().join("calendar.sqlite"), &text).unwrap();
    for arguments in
        [&["db", "init"][..], &["db", "upgrade"], &["db", "migrate"], &["db", "status"]]
    {
        let ended = run(folder.path(), arguments);
        let why = "calendar.sqlite is not a database: name another file with --database";
        assert_eq!(ended, failed(why), "{arguments:?}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("calendar.sqlite")).unwrap(), text);
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calendar.sqlite");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE cookies (id)").unwrap();
    let before = fs::read(&path).unwrap();
    for name in ["dev-run", "serve"] {
        let mut command = command(folder.path(), &[name, "--port", "0"]);
        let ended: Ended = command.env("CALENDAR_LOG_LEVEL", "off").output().unwrap().into();
        let why =
            "calendar.sqlite is the database of another program: name another file with --database";
        assert_eq!(ended, failed(why));
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_missing_permission_is_said_clearly() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run(folder.path(), &["db", "init"]).code, Some(0));
    let copy = folder.path().join("binary");
    fs::copy(env!("CARGO_BIN_EXE_calendar-server"), &copy).unwrap();
    let as_another = |arguments: &[&str]| -> Ended {
        let mut command = std::process::Command::new(&copy);
        command.current_dir(folder.path()).args(arguments);
        // Whoever runs the tests may write here, root everywhere: so root becomes nobody, and
        // others take their own right away.
        if is_root() {
            command.uid(65534).gid(65534);
        } else {
            fs::set_permissions(
                folder.path().join("calendar.sqlite"),
                fs::Permissions::from_mode(0o000),
            )
            .unwrap();
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
        }
        let ended = command.output().unwrap().into();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        ended
    };
    let ended = as_another(&["db", "status"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    assert!(
        ended
            .err
            .starts_with("error: no permission to read and write calendar.sqlite and its folder: "),
        "{}",
        ended.err
    );
    let ended = as_another(&["db", "init", "--database", "new.sqlite"]);
    assert_eq!(
        ended,
        failed(
            "no permission to make new.sqlite: run as the owner of its folder, or change its mode"
        )
    );
}

fn is_root() -> bool {
    let id = std::process::Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

#[test]
fn wrong_usage_exits_with_2_and_help_with_0() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code) in [
        (&[][..], 2),
        (&["fly"], 2),
        (&["db"], 2),
        (&["db", "init", "--colour"], 2),
        (&["dev-run", "--port", "70000"], 2),
        (&["dev-run", "--address", "here"], 2),
        (&["--help"], 0),
        (&["db", "upgrade", "--help"], 0),
        (&["--version"], 0),
    ] {
        let ended = run(folder.path(), arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.err);
        assert_eq!(ended.out.is_empty(), code == 2, "{arguments:?}");
    }
    assert_eq!(files(folder.path()), [""; 0]);
}
