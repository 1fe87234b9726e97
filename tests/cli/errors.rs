//! What can be in the way of a command or a server, and what it says then.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use crate::support::files::files;
use crate::support::server::{Ended, Server, command, failed, run};
use crate::support::shell::is_root;

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
fn a_taken_port_is_reported() {
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
fn an_address_of_another_machine_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &["serve", "--port", "0", "--address", "192.0.2.1"]);
    let ended: Ended = command.env("CALENDAR_LOG_LEVEL", "off").output().unwrap().into();
    assert_eq!(
        ended,
        failed("this machine does not have the address 192.0.2.1: choose another with --address")
    );
}

#[test]
fn a_missing_folder_is_reported() {
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
fn a_folder_in_place_of_the_file_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), &["db", "init", "--database", "."]);
    assert_eq!(ended, failed(". is a folder: name a file in it with --database"));
}

#[test]
fn a_file_that_is_not_a_database_is_refused_and_left_alone() {
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
fn a_missing_permission_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run(folder.path(), &["db", "init"]).code, Some(0));
    let copy = folder.path().join("binary");
    crate::copy_binary(&copy);
    let as_another = |arguments: &[&str]| -> Ended {
        let mut command = std::process::Command::new(&copy);
        command.current_dir(folder.path()).args(arguments);
        // Root may write everywhere, and others may write here: so root becomes nobody, and others
        // take their own permission away.
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
