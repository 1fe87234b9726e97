//! Upgrades from every older version: what they apply, and that no row is lost.

use std::time::{Duration, Instant};

use calendar_server::domain::stored::READERS;
use calendar_server::error::Error;
use calendar_server::store::{self, Migration, Store};
use rusqlite::types::Value;

use super::{Database, ROWS_BY_VERSION, integer, newest, query_for, rows, source, tables};

#[test]
fn every_table_of_every_version_has_rows_to_migrate() {
    let newest = newest();
    assert!(
        ROWS_BY_VERSION.len() >= usize::try_from(newest).unwrap(),
        "write rows for {newest} into ROWS_BY_VERSION"
    );
    for version in 1..=newest {
        let database = Database::populated(version);
        database.assert_sound();
        let conn = database.open();
        for table in tables(&conn) {
            let rows = rows(&conn, &query_for(&conn, &table));
            assert!(!rows.is_empty(), "{table} has no rows at version {version}");
        }
    }
}

#[test]
fn every_older_empty_database_is_upgraded_to_the_newest_version() {
    let newest = newest();
    for version in 0..newest {
        let database = Database::at(version);
        let applied = store::upgrade(&database.path).unwrap();
        let pending = source().into_iter().filter(|migration| migration.version() > version);
        let pending = pending.map(|it| Migration { version: it.version(), name: it.name().into() });
        assert_eq!(applied, pending.collect::<Vec<_>>());
        assert_eq!(database.history(), (1..=newest).collect::<Vec<_>>());
        database.assert_sound();
    }
}

#[test]
fn every_row_of_an_older_database_survives_the_upgrade() {
    for version in 0..=newest() {
        let database = Database::populated(version);
        let conn = database.open();
        let queries: Vec<_> = tables(&conn).iter().map(|table| query_for(&conn, table)).collect();
        let before: Vec<_> = queries.iter().map(|sql| rows(&conn, sql)).collect();
        drop(conn);
        store::upgrade(&database.path).unwrap();
        let conn = database.open();
        for (sql, before) in queries.iter().zip(before) {
            let after = rows(&conn, sql);
            // A table that counts others gets rows by the upgrade, and loses none.
            let lost = before.iter().filter(|row| !after.contains(row)).collect::<Vec<_>>();
            assert!(lost.is_empty(), "from version {version}, {sql}: {lost:?}");
            let counting = sql.contains("sqlite_sequence") || sql.contains("refinery");
            assert!(counting || after.len() == before.len(), "from version {version}, {sql}");
        }
        database.assert_sound();
    }
}

#[test]
fn a_partly_built_index_is_completed_after_an_upgrade() {
    let database = Database::at(6);
    database
        .open()
        .execute_batch(
            "INSERT INTO user (email, email_folded, created) VALUES ('a@b', 'a@b', 0);
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 9)
             INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
             SELECT 1, 'aaa', 'aaa', 0, 0, 0 FROM n;
             INSERT INTO subject_gram (rowid, grams) SELECT id, 'aaa aa a ' FROM event WHERE id <= 5;
             DELETE FROM subject_gram_pending WHERE event_id <= 5;
             UPDATE event SET subject = 'bbb', subject_folded = 'bbb' WHERE id IN (2, 7);
             DELETE FROM event WHERE id IN (3, 8);
             -- As an import does, with an id from before what the index has.
             INSERT INTO event (id, user_id, subject, subject_folded, starts, ends, created)
             VALUES (-1, 1, 'bbb', 'bbb', 0, 0, 0);",
        )
        .unwrap();
    store::upgrade(&database.path).unwrap();
    let conn = database.open();
    let ids = |sql: &str| rows(&conn, sql).iter().map(|row| integer(&row[0])).collect::<Vec<_>>();
    assert_eq!(ids("SELECT followed FROM subject_gram_progress"), [9]);
    assert_eq!(ids("SELECT event_id FROM subject_gram_pending ORDER BY 1"), [-1, 2, 3, 6, 7, 9]);

    let (store, _) = Store::open(&database.path).unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    while ids("SELECT count(*) FROM subject_gram_pending") != [0] {
        assert!(Instant::now() < deadline, "the writer does not do its deferred work");
        std::thread::yield_now();
    }
    drop(store);
    let holding = |word| ids(&format!("SELECT rowid FROM subject_gram('{word}') ORDER BY rowid"));
    assert_eq!(holding("aaa"), [1, 4, 5, 6, 9]);
    assert_eq!(holding("bbb"), [-1, 2, 7]);
}

#[test]
fn an_upgrade_fills_in_the_length_classes_of_groups() {
    for version in 1..=newest() {
        let database = Database::populated(version);
        store::upgrade(&database.path).unwrap();
        let conn = database.open();
        let known =
            rows(&conn, "SELECT group_id, length_class FROM group_length_class ORDER BY 1, 2");
        let there = "SELECT DISTINCT group_id, length_class FROM event WHERE group_id IS NOT NULL
            UNION SELECT group_id, 9 FROM event WHERE group_id IS NOT NULL AND rule IS NOT NULL
            ORDER BY 1, 2";
        assert_eq!(known, rows(&conn, there), "from version {version}");
    }
}

#[test]
fn an_upgrade_puts_u_fffd_for_the_zero_characters_that_older_versions_took() {
    let database = Database::populated(8);
    let conn = database.open();
    let zeros = "a\0b\0\0가\0";
    let made = "INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
        VALUES (1, ?1, ?1, 0, 0, 0)";
    conn.execute(made, [zeros]).unwrap();
    let named = "INSERT INTO calendar_group (name, creator_id, created) VALUES (?1, 1, 0)";
    conn.execute(named, [zeros]).unwrap();
    drop(conn);
    store::upgrade(&database.path).unwrap();
    let conn = database.open();
    for sql in [
        "SELECT subject FROM event ORDER BY id DESC LIMIT 1",
        "SELECT subject_folded FROM event ORDER BY id DESC LIMIT 1",
        "SELECT name FROM calendar_group ORDER BY id DESC LIMIT 1",
    ] {
        let text: String = conn.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(text, zeros.replace('\0', "\u{fffd}"), "{sql}");
    }
    database.assert_sound();
}

#[test]
fn an_upgrade_to_version_12_makes_equal_texts_equal_in_search_and_different_emails_different() {
    let database = Database::populated(11);
    let conn = database.open();
    let decomposed = "\u{1112}\u{116c}\u{110b}\u{1174}";
    conn.execute(
        "INSERT INTO event (user_id, subject, subject_folded, starts, ends, created)
         VALUES (1, ?1, ?1, 0, 0, 0)",
        [decomposed],
    )
    .unwrap();
    conn.execute_batch(
        "INSERT INTO user (email, email_folded, created)
         VALUES ('Info@Straße.example', 'info@strasse.example', 0);
         UPDATE subject_gram_progress SET followed = (SELECT max(id) FROM event);
         DELETE FROM subject_gram_pending;",
    )
    .unwrap();
    drop(conn);
    store::upgrade(&database.path).unwrap();
    let conn = database.open();
    for (sql, expected) in [
        ("SELECT subject FROM event ORDER BY id DESC LIMIT 1", decomposed),
        ("SELECT subject_folded FROM event ORDER BY id DESC LIMIT 1", "회의"),
        ("SELECT email_folded FROM user ORDER BY id DESC LIMIT 1", "info@straße.example"),
        // The index follows the one row that has changed.
        ("SELECT group_concat(indexed) FROM subject_gram_pending", decomposed),
    ] {
        let text: String = conn.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(text, expected, "{sql}");
    }
    database.assert_sound();
}

#[test]
fn an_upgrade_names_two_users_who_become_one_in_lower_case_and_changes_nothing() {
    let database = Database::populated(11);
    database
        .open()
        .execute_batch(
            "INSERT INTO user (email, email_folded, created)
             VALUES ('İpek@b.tr', 'i\u{307}pek@b.tr', 0), ('ipek@b.tr', 'ipek@b.tr', 0);",
        )
        .unwrap();
    let Err(Error::Setup(text)) = store::upgrade(&database.path) else { panic!("it was upgraded") };
    assert!(text.contains("cannot be upgraded: İpek@b.tr and ipek@b.tr are one user"), "{text}");
    assert_eq!(database.history().last(), Some(&11));
    database.assert_sound();
}

#[test]
fn an_upgrade_gives_every_event_a_revision_of_its_own() {
    let database = Database::populated(8);
    store::upgrade(&database.path).unwrap();
    let conn = database.open();
    let sql = "SELECT count(*), count(DISTINCT revision) FROM event";
    let counted = &rows(&conn, sql)[0];
    assert!(integer(&counted[0]) > 1);
    assert_eq!(counted[0], counted[1]);
}

#[test]
fn an_upgrade_counts_the_events_of_every_user() {
    for version in 1..=newest() {
        let database = Database::populated(version);
        store::upgrade(&database.path).unwrap();
        let conn = database.open();
        let kept = rows(&conn, "SELECT id, events FROM user WHERE events > 0 ORDER BY id");
        let there = "SELECT user_id, count(*) FROM event GROUP BY user_id ORDER BY user_id";
        assert_eq!(kept, rows(&conn, there), "from version {version}");
        assert_eq!(kept.len(), 2);
    }
}

#[test]
fn an_upgrade_numbers_every_event_below_the_number_of_its_calendar() {
    for version in 1..=14 {
        let database = Database::populated(version);
        store::upgrade(&database.path).unwrap();
        let conn = database.open();
        let none =
            |sql: &str| assert_eq!(rows(&conn, sql), [[0.into()]], "from version {version}: {sql}");
        none("SELECT count(*) FROM event WHERE change < 1");
        none(
            "SELECT count(*) FROM (
                SELECT 1 FROM event GROUP BY coalesce(-group_id, user_id), change HAVING count(*) > 1)",
        );
        none(
            "SELECT count(*) FROM event e JOIN user u ON u.id = e.user_id
             WHERE e.group_id IS NULL AND e.change > u.calendar_version",
        );
        none(
            "SELECT count(*) FROM event e JOIN calendar_group g ON g.id = e.group_id
             WHERE e.change > g.version",
        );
        let faults = store::check(&database.path, READERS).unwrap().listed;
        let of_numbers =
            |fault: &&String| ["change", "tombstone"].iter().any(|of| fault.contains(of));
        assert_eq!(faults.iter().find(of_numbers), None, "from version {version}");
    }
}

#[test]
fn an_upgrade_makes_a_series_of_every_birthday_and_leaves_it_as_it_was_otherwise() {
    for version in 1..=14 {
        let database = Database::populated(version);
        let conn = database.open();
        let born =
            "INSERT INTO event (user_id, subject, subject_folded, starts, ends, created, birthday)
            VALUES (1, 'park@jungi.me 생일', 'park@jungi.me 생일', -2203977600, -2203977600, 1, 1)";
        conn.execute_batch(born).unwrap();
        let as_it_was =
            "SELECT user_id, subject, starts, ends, created, updated, birthday FROM event
            WHERE birthday = 1 ORDER BY user_id";
        let before = rows(&conn, as_it_was);
        drop(conn);
        store::upgrade(&database.path).unwrap();
        let conn = database.open();
        assert_eq!(rows(&conn, as_it_was), before);
        let made = "SELECT rule, reach, last_start, exceptions FROM event WHERE birthday = 1 ORDER BY user_id";
        let text = |rule: &str| {
            [Value::Text(rule.into()), Value::Integer(253_402_300_799), Value::Null, Value::Null]
        };
        let leap_day = text("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1");
        assert_eq!(rows(&conn, made), [text("FREQ=YEARLY"), leap_day], "from version {version}");
        let faults = store::check(&database.path, READERS).unwrap().listed;
        assert_eq!(faults.iter().find(|fault| fault.contains("birthday")), None);
    }
}

#[test]
fn every_database_has_a_suffix_of_uids_of_its_own() {
    let suffix = |database: &Database| {
        store::upgrade(&database.path).unwrap();
        rows(&database.open(), "SELECT uid_suffix FROM database_identity").remove(0).remove(0)
    };
    let [first, second] = [14, 14].map(|version| suffix(&Database::populated(version)));
    assert_ne!(first, second);
    let Value::Text(suffix) = first else { panic!("no text: {first:?}") };
    assert!(
        suffix.len() == 32 && suffix.bytes().all(|digit| digit.is_ascii_hexdigit()),
        "{suffix}"
    );
}

#[test]
fn every_older_database_gets_the_schema_that_a_new_one_gets() {
    let schema = |database: &Database| {
        let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
        rows(&database.open(), sql)
    };
    let fresh = Database::at(0);
    store::upgrade(&fresh.path).unwrap();
    for version in 0..=newest() {
        let database = Database::populated(version);
        store::upgrade(&database.path).unwrap();
        assert_eq!(schema(&database), schema(&fresh), "from version {version}");
    }
}

#[test]
fn an_upgrade_of_the_newest_version_applies_nothing_and_writes_nothing() {
    let database = Database::populated(newest());
    let before = database.files();
    assert_eq!(store::upgrade(&database.path).unwrap(), []);
    assert!(database.files() == before);
    let (store, opened) = Store::open(&database.path).unwrap();
    assert!(!opened.made && opened.applied.is_empty(), "{opened:?}");
    drop(store);
    assert_eq!(database.history(), (1..=newest()).collect::<Vec<_>>());
}

#[test]
fn a_failed_migration_leaves_nothing_and_can_be_retried() {
    let database = Database::at(0);
    // It makes the last statement of V1 fail.
    database.open().execute_batch("CREATE TABLE backup (in_the_way)").unwrap();
    let error = store::upgrade(&database.path).unwrap_err();
    let Error::Setup(text) = &error else { panic!("{error:?}") };
    assert!(text.contains("V1__users_groups_events"), "{text}");
    for made in ["user", "calendar_group", "event", "selection"] {
        assert!(!database.tables().contains(&made.to_owned()), "{made} was left");
    }
    assert!(
        !database.tables().contains(&"refinery_schema_history".into())
            || database.history().is_empty()
    );
    database.assert_sound();
    database.open().execute_batch("DROP TABLE backup").unwrap();
    assert_eq!(store::upgrade(&database.path).unwrap().len(), source().len());
    database.assert_sound();
}

#[test]
fn a_migration_and_its_history_row_are_one_transaction() {
    let database = Database::at(0);
    let refuse = "CREATE TABLE refinery_schema_history
            (version INT4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255));
        CREATE TRIGGER no_rows BEFORE INSERT ON refinery_schema_history
            BEGIN SELECT RAISE (ABORT, 'no rows here'); END";
    database.open().execute_batch(refuse).unwrap();
    let refused = store::upgrade(&database.path);
    assert!(matches!(refused, Err(Error::Setup(_))), "{refused:?}");
    assert_eq!(database.tables(), ["refinery_schema_history", "signing_key"]);
    database.open().execute_batch("DROP TRIGGER no_rows").unwrap();
    store::upgrade(&database.path).unwrap();
    assert_eq!(database.history(), (1..=newest()).collect::<Vec<_>>());
    assert!(database.tables().contains(&"event".to_owned()));
}

#[test]
fn an_upgrade_without_a_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calendar.sqlite");
    let error = store::upgrade(&path).unwrap_err();
    assert!(matches!(&error, Error::Setup(text) if text.contains("db init")), "{error:?}");
    assert!(!path.exists());
}

#[test]
fn an_upgrade_makes_the_creator_of_every_group_its_owner_and_leaves_it_open() {
    for version in 1..17 {
        let database = Database::populated(version);
        store::upgrade(&database.path).unwrap();
        let conn = database.open();
        let members = "SELECT group_id, user_id, role, created FROM member ORDER BY 1, 2";
        let creators = "SELECT id, creator_id, 4, created FROM calendar_group ORDER BY 1, 2";
        assert_eq!(rows(&conn, members), rows(&conn, creators), "from version {version}");
        let changed = "SELECT id FROM calendar_group
            WHERE everyone <> 2 OR narrowed <> 0 OR color IS NOT NULL OR description IS NOT NULL";
        assert!(rows(&conn, changed).is_empty(), "from version {version}");
    }
}

#[test]
fn a_group_that_a_server_of_an_older_version_makes_has_an_owner() {
    let database = Database::populated(newest());
    let conn = database.open();
    let sql = "INSERT INTO calendar_group (name, creator_id, created) VALUES ('a', 2, 9)";
    conn.execute(sql, []).unwrap();
    let owner = "SELECT user_id, role, created FROM member
        WHERE group_id = (SELECT max(id) FROM calendar_group)";
    let row: Vec<_> = rows(&conn, owner)[0].iter().map(integer).collect();
    assert_eq!(row, [2, 4, 9]);
}
