//! The set-up as the reference has it, and the files that it makes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::files::files;
use crate::support::server::{Ended, Server, command, done, failed, run};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_references_set_up_works_and_each_step_can_be_repeated() {
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

    let pending = "version  name                          state\n1        users_groups_events           pending\n2        accounts                      pending\n3        backup_failures               pending\n4        calendar_versions             pending\n5        search_by_trigrams            pending\n6        deleted_groups                pending\n7        search_progress               pending\n8        group_lengths                 pending\n9        revisions_and_group_versions  pending\n10       event_counts                  pending\n11       idempotency_keys              pending\n12       search_keys                   pending\n13       user_settings                 pending\n14       properties_and_series         pending\n15       calendar_objects              pending\n16       feeds_and_subscriptions       pending\n17       people                        pending\n18       app_passwords                 pending\n19       history                       pending\n20       invitations_and_looks         pending\n21       caldav                        pending\n";
    assert_eq!(run(here, &["db", "migrate"]), done(pending));
    assert_eq!(run(here, &["db", "migrate"]), done(pending));
    assert_eq!(fs::read(here.join("calendar.sqlite")).unwrap(), made, "a plan changes nothing");
    assert_eq!(files(here), ["calendar.sqlite"], "and leaves nothing behind");

    let upgraded = "applied V1__users_groups_events\napplied V2__accounts\napplied V3__backup_failures\napplied V4__calendar_versions\napplied V5__search_by_trigrams\napplied V6__deleted_groups\napplied V7__search_progress\napplied V8__group_lengths\napplied V9__revisions_and_group_versions\napplied V10__event_counts\napplied V11__idempotency_keys\napplied V12__search_keys\napplied V13__user_settings\napplied V14__properties_and_series\napplied V15__calendar_objects\napplied V16__feeds_and_subscriptions\napplied V17__people\napplied V18__app_passwords\napplied V19__history\napplied V20__invitations_and_looks\napplied V21__caldav\ncalendar.sqlite is at version 21\n";
    assert_eq!(run(here, &["db", "upgrade"]), done(upgraded));
    assert_eq!(run(here, &["db", "upgrade"]), done("calendar.sqlite is at version 21\n"));
    let applied = "version  name                          state\n1        users_groups_events           applied\n2        accounts                      applied\n3        backup_failures               applied\n4        calendar_versions             applied\n5        search_by_trigrams            applied\n6        deleted_groups                applied\n7        search_progress               applied\n8        group_lengths                 applied\n9        revisions_and_group_versions  applied\n10       event_counts                  applied\n11       idempotency_keys              applied\n12       search_keys                   applied\n13       user_settings                 applied\n14       properties_and_series         applied\n15       calendar_objects              applied\n16       feeds_and_subscriptions       applied\n17       people                        applied\n18       app_passwords                 applied\n19       history                       applied\n20       invitations_and_looks         applied\n21       caldav                        applied\n";
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
fn dev_run_with_an_underscore_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(command(folder.path(), &["dev_run", "--port", "0"]));
    assert!(server.stop().0.success());
}

#[test]
fn a_copied_binary_serves_without_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copied");
    crate::copy_binary(&copy);
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
fn an_existing_file_becomes_readable_by_its_owner_alone() {
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
fn a_name_with_a_meaning_to_sqlite_is_an_ordinary_file() {
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
