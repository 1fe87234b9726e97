//! A process that may open too few files: it says so, and not that it has no permission.

use crate::fixture::{assert_sound, bounded, migrated};
use crate::support::server::command;
use crate::support::shell::in_bash;

#[test]
fn a_command_with_too_few_open_files_says_so_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    migrated(folder.path());
    let mut told = 0;
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/flask-calendar.sqlite");
    let import = ["db", "import-flask", "--dry-run", old];
    let commands: [&[&str]; 5] =
        [&["db", "status"], &["db", "check"], &["user", "list"], &["db", "init"], &import];
    for arguments in commands {
        let mut succeeded = false;
        // With fewer than four, the program cannot be loaded.
        for limit in 4..24 {
            let line = format!("ulimit -n {limit}; exec \"$@\"");
            let ended = bounded(in_bash(&command(folder.path(), arguments), &line));
            let too_many = ended.err.to_lowercase().contains("too many");
            assert!(!ended.err.contains("permission"), "{arguments:?} {limit}: {}", ended.err);
            assert!(ended.code == Some(0) || too_many, "{arguments:?} {limit}: {}", ended.err);
            told += usize::from(too_many);
            succeeded |= ended.code == Some(0);
        }
        assert!(succeeded, "{arguments:?}");
    }
    assert!(told > 3, "{told}");
    assert_sound(folder.path());
}
