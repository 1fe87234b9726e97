//! `db backup`, `db restore` and `db check`.

use std::io::{self, IsTerminal};
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output;
use crate::backups;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::stored::READERS;
use crate::error::{Error, Result};
use crate::store::{self, Contents, DirectStore, Faults, Restored, Stop};

/// Copies the database to `file`; without one, to a file named by the time, in the folder of the
/// backups or beside the database.
pub(super) fn backup(config: &Config, file: Option<&Path>) -> Result<()> {
    let database = file_of(config)?;
    let clock = Clock::new(config.zone.clone());
    let to = match (file, &config.backups) {
        (Some(file), _) => file.to_owned(),
        (None, Some(schedule)) => backups::unused_path(&schedule.folder, clock.now()?),
        (None, None) => {
            let beside = database.parent().unwrap_or(Path::new(""));
            backups::unused_path(beside, clock.now()?)
        }
    };
    let bar = progress_bar();
    let made = store::backup(database, &to, &mut shown_on(&bar), &Stop::default());
    bar.finish_and_clear();
    let contents = made?;
    let now = clock.now()?;
    // A database can be backed up before it is migrated; an older one has no table for the record.
    if let Ok(mut store) = DirectStore::open(database)
        && let Err(error) = store.write(|tx| tx.note_backup(now, None))
    {
        output::note(&format!("the backup was made, but could not be recorded: {error}"))?;
    }
    output::line(&format!("made {}, with {}", to.display(), listed(contents)))
}

/// Puts a backup in the place of the database, and prints where the old database is kept.
pub(super) fn restore(config: &Config, file: &Path, end_tokens: bool) -> Result<()> {
    let database = file_of(config)?;
    let now = Clock::new(config.zone.clone()).now()?;
    let suffix = format!(".before-restore-{}", now.compact());
    let bar = progress_bar();
    let restored = store::restore(file, database, &suffix, end_tokens, &mut shown_on(&bar));
    bar.finish_and_clear();
    let Restored { contents, kept, unknown } = restored?;
    output::line(&format!("restored {}, with {}", database.display(), listed(contents)))?;
    if end_tokens {
        output::line("ended all tokens issued before")?;
    }
    if let Some(why) = unknown {
        output::note(&format!(
            "tokens of users who registered after the backup may become valid again when they register again: {why}"
        ))?;
    }
    if let Some(kept) = kept {
        output::line(&format!("the old database is kept as {}", kept.display()))?;
    }
    Ok(())
}

/// The file of the database. A PostgreSQL is not backed up by this program.
fn file_of(config: &Config) -> Result<&Path> {
    config.database.file().ok_or_else(|| {
        Error::Setup(format!(
            "{} is backed up and restored by PostgreSQL's own tools, pgBackRest or pg_basebackup: see docs/cluster.md",
            config.database
        ))
    })
}

/// Lists the faults of the database. Fails if there are any.
pub(super) fn check(config: &Config, json: bool) -> Result<()> {
    let Faults { listed, more, stopped } = store::check(&config.database, READERS)?;
    let shown = &config.database;
    if json {
        output::json(&listed)?;
    } else if listed.is_empty() {
        output::line(&format!("{shown} is sound"))?;
    } else {
        listed.iter().try_for_each(|fault| output::line(fault))?;
    }
    let number = match (listed.len() + more, stopped) {
        (0, _) => return Ok(()),
        (1, _) => {
            return Err(Error::Setup(format!(
                "{shown} has a fault: restore a backup, or repair it"
            )));
        }
        (number, false) => number.to_string(),
        (number, true) => format!("at least {number}"),
    };
    let unlisted = match more {
        0 => String::new(),
        _ => format!(", of which the first {} are listed", listed.len()),
    };
    Err(Error::Setup(format!(
        "{shown} has {number} faults{unlisted}: restore a backup, or repair them"
    )))
}

fn listed(Contents { users, groups, events }: Contents) -> String {
    format!(
        "{}, {} and {}",
        output::counted(users, "user"),
        output::counted(groups, "group"),
        output::counted(events, "event")
    )
}

/// A progress bar, drawn if standard error is a terminal.
pub(super) fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

pub(super) fn shown_on(bar: &ProgressBar) -> impl FnMut(u64, u64) + '_ {
    |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    }
}
