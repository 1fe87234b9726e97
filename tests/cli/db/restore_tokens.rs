//! `db restore --end-tokens`: which tokens a restore ends.

use std::fs;

use super::calendar;
use crate::support::server::{Server, run};
use crate::user::status;

/// The tokens that were given out before and after the backup `copy.sqlite` was made, and an app password before it. The
/// server is stopped.
fn tokens_around_a_backup(here: &std::path::Path) -> Vec<String> {
    let server = Server::dev_run(here);
    let mut tokens = vec![server.register("park@jungi.me"), server.register("kim@jungi.me")];
    let other = |email: &str| run(here, &["user", "token", email]).out.trim().to_owned();
    let app_password = run(here, &["user", "app-password", "add", "park@jungi.me", "Phone"]).out;
    tokens.push(app_password.trim().to_owned());
    assert_eq!(status(&server, &tokens[2]), 200);
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    for _ in 0..3 {
        assert_eq!(run(here, &["user", "revoke", "park@jungi.me"]).code, Some(0));
        tokens.push(other("park@jungi.me"));
    }
    assert_eq!(run(here, &["user", "remove", "kim@jungi.me", "--yes"]).code, Some(0));
    tokens.push(server.register("kim@jungi.me"));
    // Choi and Han registered after the backup, and Han was removed again.
    tokens.push(server.register("choi@jungi.me"));
    tokens.push(server.register("han@jungi.me"));
    assert_eq!(run(here, &["user", "remove", "han@jungi.me", "--yes"]).code, Some(0));
    assert!(server.stop().0.success());
    tokens
}

#[test]
fn a_restore_that_ends_tokens_ends_all_that_were_ever_issued() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut tokens = tokens_around_a_backup(here);
    for round in 0..2 {
        let restored = run(here, &["db", "restore", "copy.sqlite", "--end-tokens"]);
        assert_eq!((restored.code, restored.err.as_str()), (Some(0), ""));
        let mut lines = restored.out.lines();
        assert_eq!(
            lines.next(),
            Some("restored calendar.sqlite, with 2 users, 0 groups and 0 events")
        );
        assert_eq!(lines.next(), Some("ended all tokens issued before"));
        assert!(lines.next().unwrap().starts_with("the old database is kept as "));
        assert_eq!(run(here, &["db", "check"]).out, "calendar.sqlite is sound\n");

        let server = Server::dev_run(here);
        let mut new: Vec<String> = ["park@jungi.me", "kim@jungi.me"]
            .map(|email| run(here, &["user", "token", email]).out.trim().to_owned())
            .into();
        new.extend(["choi@jungi.me", "han@jungi.me"].map(|email| server.register(email)));
        for token in &tokens {
            assert_eq!(status(&server, token), 401, "round {round}: {token}");
        }
        for token in &new {
            assert_eq!(status(&server, token), 200, "round {round}: {token}");
        }
        // Later tokens can be ended as ever.
        assert_eq!(run(here, &["user", "revoke", "park@jungi.me"]).code, Some(0));
        assert_eq!(status(&server, &new[0]), 401);
        tokens.extend(new);
        assert!(server.stop().0.success());
    }
    let unchanged = rusqlite::Connection::open(here.join("copy.sqlite")).unwrap();
    let generations = "SELECT sum(token_generation) FROM user";
    assert_eq!(unchanged.query_row(generations, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[test]
fn a_restore_that_ends_no_tokens_keeps_those_of_the_backup() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = tokens_around_a_backup(folder.path());
    assert_eq!(run(folder.path(), &["db", "restore", "copy.sqlite"]).code, Some(0));
    let server = Server::dev_run(folder.path());
    let statuses: Vec<_> = tokens.iter().map(|token| status(&server, token)).collect();
    assert_eq!(statuses, [200, 200, 200, 401, 401, 401, 401, 401, 401]);
}

#[test]
fn a_restore_that_ends_tokens_migrates_an_older_backup() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let v1 = include_str!("../../../migrations/V1__users_groups_events.sql");
    assert_eq!(run(here, &["db", "init", "--database", "old.sqlite"]).code, Some(0));
    assert_eq!(run(here, &["db", "upgrade", "--database", "old.sqlite"]).code, Some(0));
    let conn = rusqlite::Connection::open(here.join("old.sqlite")).unwrap();
    // All that the later migrations have made, whichever they are.
    let tables = "SELECT 'DROP TABLE \"' || name || '\";' FROM pragma_table_list WHERE type <> 'shadow' AND schema = 'main'
        AND name NOT LIKE 'sqlite_%' AND name NOT IN ('refinery_schema_history', 'signing_key')";
    let drops: String = {
        let mut tables = conn.prepare(tables).unwrap();
        tables.query_map([], |row| row.get::<_, String>(0)).unwrap().flatten().collect()
    };
    conn.execute_batch(&format!("PRAGMA foreign_keys = OFF; {drops}")).unwrap();
    conn.execute("DELETE FROM refinery_schema_history WHERE version > 1", []).unwrap();
    conn.execute_batch(v1).unwrap();
    let park = "INSERT INTO user (email, email_folded, created) VALUES ('park@jungi.me', 'park@jungi.me', 0)";
    conn.execute(park, []).unwrap();
    drop(conn);
    let restored = run(here, &["db", "restore", "old.sqlite", "--end-tokens"]);
    assert_eq!(
        restored.out,
        "restored calendar.sqlite, with 1 user, 0 groups and 0 events\nended all tokens issued before\n"
    );
    assert_eq!(run(here, &["db", "check"]).out, "calendar.sqlite is sound\n");
    let old = run(here, &["db", "migrate", "--json", "--database", "old.sqlite"]).out;
    assert!(old.contains("pending"), "the backup itself is left as it is: {old}");
}

#[test]
fn a_restore_over_a_damaged_database_warns_of_unknown_tokens() {
    let (folder, _) = calendar(400);
    let here = folder.path();
    assert_eq!(run(here, &["db", "backup", "copy.sqlite"]).code, Some(0));
    fs::write(here.join("calendar.sqlite"), "nothing that could be read").unwrap();
    let restored = run(here, &["db", "restore", "copy.sqlite", "--end-tokens"]);
    assert_eq!(restored.code, Some(0));
    assert!(
        restored.err.starts_with("tokens of users who registered after the backup may become valid again when they register again: "),
        "{}",
        restored.err
    );
}
