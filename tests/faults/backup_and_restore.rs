//! A backup and a restore that are killed half way, or told to stop.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use calendar_server::store::{self, DirectStore, Stop};

use crate::fixture::{assert_sound, serve};
use crate::support::database::{add_bulk, count_events};
use crate::support::files::files;
use crate::support::server::{Ended, Server, command, run};
use crate::support::wait::wait_for;

const FEW: i64 = 20_000;

const MANY: i64 = 30_000;

/// A database of [`MANY`] events, and beside it `copy.sqlite`, a backup of when it had [`FEW`].
fn calendar() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::dev_run(folder.path());
    server.register("park@jungi.me");
    assert!(server.stop().0.success());
    add_bulk(&folder.path().join("calendar.sqlite"), FEW);
    assert_eq!(run(folder.path(), &["db", "backup", "copy.sqlite"]).code, Some(0));
    add_bulk(&folder.path().join("calendar.sqlite"), MANY - FEW);
    folder
}

/// The size of the file that is being made, if there is one.
fn staged(folder: &Path) -> Option<u64> {
    let name = files(folder).into_iter().find(|name| name.ends_with(".partial"))?;
    Some(fs::metadata(folder.join(name)).ok()?.len())
}

/// Starts a command, kills it once `when` holds, and gives whether it had ended by itself.
fn killed(folder: &Path, arguments: &[&str], mut when: impl FnMut() -> bool) -> bool {
    let mut command = command(folder, arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("the moment", || {
        let ended = child.try_wait().unwrap().is_some();
        (when() || ended).then_some(())
    });
    let _ = child.kill();
    let ended: Ended = child.wait_with_output().unwrap().into();
    assert_eq!(ended.err, "", "{arguments:?}");
    ended.code == Some(0)
}

/// Whether the file that is being made has so many sixteenths of its final size.
fn reached(folder: &Path, sixteenths: u64) -> bool {
    let whole = fs::metadata(folder.join("copy.sqlite")).map_or(2 << 20, |file| file.len());
    staged(folder).is_some_and(|size| size * 16 >= whole * sixteenths)
}

#[test]
fn a_killed_backup_leaves_nothing_in_the_way_of_the_next() {
    let folder = calendar();
    let here = folder.path();
    let mut midway = 0;
    for sixteenths in [0, 1, 4, 8, 12, 15, 16] {
        let whole = killed(here, &["db", "backup", "new.sqlite"], || reached(here, sixteenths));
        let there = here.join("new.sqlite").exists();
        assert!(there || !whole, "it said that it was made");
        if there {
            assert_eq!(run(here, &["db", "check", "--database", "new.sqlite"]).code, Some(0));
            assert_eq!(count_events(&here.join("new.sqlite")), MANY);
            fs::remove_file(here.join("new.sqlite")).unwrap();
        } else {
            midway += 1;
        }
        assert_sound(here);
    }
    assert!(midway >= 3, "{midway} were killed on the way");
    let made = run(here, &["db", "backup", "new.sqlite"]);
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""));
    assert_eq!(files(here), ["calendar.sqlite", "copy.sqlite", "new.sqlite"]);
}

#[test]
fn a_killed_restore_leaves_the_old_database_or_the_backup() {
    let folder = calendar();
    let here = folder.path();
    let kept = || {
        let mut kept: Vec<_> = files(here);
        kept.retain(|name| name.starts_with("calendar.sqlite.before-restore-"));
        kept.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
        kept
    };
    let (mut midway, mut known) = (0, 0);
    for sixteenths in [0, 1, 4, 8, 12, 15, 16, 17, 17, 17] {
        // The last three are killed while the old database is being put aside.
        let moment = || reached(here, sixteenths) || kept().len() > known;
        let whole = killed(here, &["db", "restore", "copy.sqlite"], moment);
        let now = count_events(&here.join("calendar.sqlite"));
        assert!(now == MANY || now == FEW, "{now}");
        assert!(now == FEW || !whole, "it said that it was restored");
        assert_sound(here);
        if now == FEW {
            let all: Vec<_> = kept().iter().map(|name| count_events(&here.join(name))).collect();
            assert!(all.contains(&MANY), "{all:?}");
            add_bulk(&here.join("calendar.sqlite"), MANY - FEW);
        } else {
            midway += 1;
        }
        known = kept().len();
    }
    assert!(midway >= 3, "{midway} were killed on the way");
    let restored = run(here, &["db", "restore", "copy.sqlite"]);
    assert_eq!((restored.code, restored.err.as_str()), (Some(0), ""));
    assert_eq!(count_events(&here.join("calendar.sqlite")), FEW);
    let mut left = files(here);
    left.retain(|name| !name.starts_with("calendar.sqlite.before-restore-"));
    assert_eq!(left, ["calendar.sqlite", "copy.sqlite"]);
    assert_eq!(run(here, &["db", "restore", "copy.sqlite"]).code, Some(0), "nor of the one after");
}

#[test]
fn a_backup_succeeds_while_others_open_and_close_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("calendar.sqlite"), folder.path().join("copy.sqlite"));
    store::init(&file).unwrap();
    store::upgrade(&file).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // The last to close the database removes its log.
            while !done.load(Ordering::Relaxed) {
                DirectStore::open(&file).unwrap().read(|store| store.backup_history()).unwrap();
            }
        });
        let all = (0..1000).map(|_| {
            let made = store::backup(&file, &copy, &mut |_, _| {}, &Stop::default());
            let _ = fs::remove_file(&copy);
            made.map(drop)
        });
        let failed: Vec<_> = all.filter_map(Result::err).collect();
        done.store(true, Ordering::Relaxed);
        assert!(failed.is_empty(), "{failed:?}");
    });
}

#[test]
fn a_stopped_backup_leaves_nothing_even_while_it_is_checked() {
    let folder = calendar();
    let (from, to) = (folder.path().join("calendar.sqlite"), folder.path().join("new.sqlite"));
    for at_the_end in [false, true] {
        let stop = Stop::default();
        let mut progress = |done, total| {
            if done == total || !at_the_end {
                stop.ask();
            }
        };
        let error = store::backup(&from, &to, &mut progress, &stop).unwrap_err().to_string();
        let why = if at_the_end { "interrupted" } else { "it was stopped" };
        assert_eq!(error, format!("cannot copy {}: {why}", from.display()));
        assert_eq!(files(folder.path()), ["calendar.sqlite", "copy.sqlite"]);
    }
}

#[test]
fn a_server_stopped_during_a_backup_ends_in_time_and_leaves_no_partial_file() {
    let folder = calendar();
    let kept = folder.path().join("backups");
    for sixteenths in [0, 4, 12, 16] {
        let _ = fs::remove_dir_all(&kept);
        let mut command = serve(folder.path());
        command.env("CALENDAR_BACKUP_DIR", "backups").env("CALENDAR_BACKUP_EVERY", "1s");
        let server = Server::start(command);
        let whole = fs::metadata(folder.path().join("copy.sqlite")).unwrap().len();
        wait_for("a backup", || {
            staged(&kept).is_some_and(|size| size * 16 >= whole * sixteenths).then_some(())
        });
        let told = Instant::now();
        let (status, log) = server.stop();
        assert_eq!(status.code(), Some(0), "{log}");
        assert!(told.elapsed() < Duration::from_secs(5), "it took {:?}", told.elapsed());
        for name in files(&kept) {
            let name = format!("backups/{name}");
            let checked = run(folder.path(), &["db", "check", "--database", &name]);
            assert_eq!(checked.code, Some(0), "{name}: {}", checked.err);
        }
        assert!(!log.contains("no backup was made"), "it is no failure: {log}");
    }
}
