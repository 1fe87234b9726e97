//! `import`: calendars come in.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::api::ImportReport;
use crate::archive;
use crate::cli::backup::progress_bar;
use crate::cli::output;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::transfer::{Import, Item, Report};
use crate::domain::{Setting, access, users};
use crate::error::{Error, Result};
use crate::model::{Author, Door, Email, GroupId};
use crate::store::DirectStore;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// Calendars in iCalendar (.ics), or zips of some
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The user whose calendar they go to
    #[arg(long, value_name = "EMAIL")]
    user: String,
    /// The group that they go to, for the user
    #[arg(long, value_name = "ID")]
    group: Option<i64>,
    /// Say what would become of them, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Takes in all files or, if an error ends it, none.
pub(in crate::cli) fn run(config: &Config, arguments: Arguments) -> Result<()> {
    let Arguments { files, user, group, dry_run, json } = arguments;
    let (email, group) = (Email::stored(user), group.map(GroupId));
    let mut store = DirectStore::open(&config.database)?;
    // Before large files are read.
    store.read(|snapshot| {
        let user = users::get(snapshot, &email)?;
        group.map_or(Ok(()), |group| access::fillable_group(snapshot, user.id, group))
    })?;
    let now = Clock::new(config.zone.clone()).now()?;
    let setting = Setting { now, zone: &config.zone, bounds: config.bounds };
    let mut import = Import::new(read(&files)?, group);
    let mut finished = Ok(());
    let report = if dry_run {
        store.read(|snapshot| import.rehearse(snapshot, &users::get(snapshot, &email)?, setting))?
    } else {
        let records = config.history_days > 0;
        let report = take_in(&mut store, &mut import, &email, setting, records)?;
        finished = store.finish();
        report
    };
    if json {
        output::json(&ImportReport::from(report))?;
    } else {
        print(&report)?;
        output::line(&if dry_run {
            format!("a dry run: nothing was written to {}", config.database)
        } else {
            format!("imported for {} into {}", email.as_str(), config.database)
        })?;
    }
    if let Err(error) = finished {
        output::note(&format!(
            "the server will bring the search index up to date, since now {error}"
        ))?;
    }
    Ok(())
}

/// The calendars in `files`, with the names by which the report calls them.
fn read(files: &[PathBuf]) -> Result<Vec<(Option<String>, Vec<u8>)>> {
    let mut read = Vec::new();
    for path in files {
        let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
        let found = archive::files(file).map_err(|error| match error {
            Error::Invalid(why) | Error::Unavailable(why) => cannot_read(path, &why),
            other => other,
        })?;
        read.extend(found.into_iter().map(|archive::File { name, bytes }| {
            let name = match (name, files.len()) {
                (inner, 1) => inner,
                (None, _) => Some(path.display().to_string()),
                (Some(inner), _) => Some(format!("{}/{inner}", path.display())),
            };
            (name, bytes)
        }));
    }
    Ok(read)
}

fn cannot_read(path: &Path, why: &impl std::fmt::Display) -> Error {
    Error::Setup(format!("cannot read {}: {why}", path.display()))
}

/// Takes in the files slice by slice, so that a running server writes between them. The history has it if it `records`.
fn take_in(
    store: &mut DirectStore,
    import: &mut Import,
    email: &Email,
    setting: Setting<'_>,
    records: bool,
) -> Result<Report> {
    let bar = progress_bar();
    let done = loop {
        let (done, of) = import.progress();
        bar.set_length(of);
        bar.set_position(done);
        let step = store.write(|tx| {
            let user = users::get(tx, email)?;
            let (door, at) = (Door::Command, setting.now);
            if records {
                let email = Some(user.email.clone());
                tx.record(Author { user: Some(user.id), email, door, door_name: None, at });
            }
            import.step(tx, &user, setting)
        });
        match step {
            Ok(None) => {}
            Ok(Some(report)) => break Ok(report),
            Err(error) => break Err(error),
        }
    };
    bar.finish_and_clear();
    if done.is_err() {
        while !store.write(|tx| import.abandon(tx))? {}
    }
    done
}

fn print(report: &Report) -> Result<()> {
    let Report { read, created, updated, unchanged, skipped, items } = report;
    if !items.is_empty() {
        let several = items.iter().any(|item| item.file.is_some());
        let header = ["file", "line", "uid", "outcome", "detail"].map(String::from).to_vec();
        let rows = items.iter().map(|item| {
            let Item { file, uid, line, outcome, detail } = item;
            let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
            let outcome = outcome.word().to_owned();
            vec![or_none(file), line.to_string(), or_none(uid), outcome, or_none(detail)]
        });
        let rows = std::iter::once(header).chain(rows);
        let shown = |row: Vec<String>| if several { row } else { row[1..].to_vec() };
        output::table(&rows.map(shown).collect::<Vec<_>>())?;
        output::line("")?;
    }
    let header = ["read", "created", "updated", "unchanged", "skipped"].map(String::from).to_vec();
    let numbers = [read, created, updated, unchanged, skipped].map(|number| number.to_string());
    output::table(&[header, numbers.to_vec()])
}
