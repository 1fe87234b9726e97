//! `db import-flask`: moving from the earlier system.

use std::path::Path;

use serde::Serialize;

use super::output;
use crate::clock::Clock;
use crate::config::Config;
use crate::domain::flask::{self, Changed, Report, Tally};
use crate::error::Result;
use crate::store::{DirectStore, Flask, Transaction};

/// How many characters of an old row the table shows; JSON shows all.
const SHOWN: usize = 80;

/// Imports `old` into the configured database, which is made if it does not exist.
pub(super) fn run(config: &Config, old: &Path, dry_run: bool, json: bool) -> Result<()> {
    let old = Flask::open(old)?;
    let now = Clock::new(config.zone.clone()).now()?;
    let work = |tx: &Transaction<'_>| flask::import(tx, &old, now);
    let mut finished = Ok(());
    let report = if dry_run {
        DirectStore::open_to_rehearse(&config.database)?.rehearse(work)?
    } else {
        let mut store = DirectStore::open_or_make(&config.database)?;
        let report = store.write(work)?;
        finished = store.finish();
        report
    };
    if json {
        output::json(&wire(&report, dry_run))?;
    } else {
        print(&report)?;
        let into = &config.database;
        output::line(&if dry_run {
            format!("a dry run: nothing was written to {into}")
        } else {
            format!("imported into {into}")
        })?;
    }
    if let Err(error) = finished {
        output::note(&format!(
            "the server will bring the search index up to date, since now {error}"
        ))?;
    }
    if config.signing_key.is_none() {
        output::note(
            "the old tokens are valid only under the old key: set secret_key or secret_key_file to it",
        )?;
    }
    Ok(())
}

fn print(report: &Report) -> Result<()> {
    if !report.rows.is_empty() {
        let header = ["table", "id", "was", "became"].map(String::from).to_vec();
        let rows = report.rows.iter().map(|row| {
            let Changed { table, id, was, became } = row;
            vec![(*table).to_owned(), id.to_string(), shortened(was), became.clone()]
        });
        output::table(&std::iter::once(header).chain(rows).collect::<Vec<_>>())?;
        output::line("")?;
    }
    let header = ["table", "read", "imported", "merged", "made"].map(String::from).to_vec();
    let tallies = [("user", report.users), ("group", report.groups), ("event", report.events)];
    let rows = tallies.map(|(table, Tally { read, imported, merged, made })| {
        let numbers = [read, imported, merged, made].map(|number| number.to_string());
        [vec![table.to_owned()], numbers.to_vec()].concat()
    });
    output::table(&std::iter::once(header).chain(rows).collect::<Vec<_>>())
}

fn shortened(text: &str) -> String {
    if text.chars().nth(SHOWN).is_none() {
        return text.to_owned();
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

#[derive(Serialize)]
struct WireReport<'a> {
    dry_run: bool,
    totals: WireTotals,
    rows: Vec<WireRow<'a>>,
}

#[derive(Serialize)]
struct WireTotals {
    user: WireTally,
    group: WireTally,
    event: WireTally,
}

#[derive(Serialize)]
struct WireTally {
    read: u64,
    imported: u64,
    merged: u64,
    made: u64,
}

#[derive(Serialize)]
struct WireRow<'a> {
    table: &'a str,
    id: i64,
    was: &'a str,
    became: &'a str,
}

fn wire<'r>(report: &'r Report, dry_run: bool) -> WireReport<'r> {
    let tally = |Tally { read, imported, merged, made }| WireTally { read, imported, merged, made };
    let totals = WireTotals {
        user: tally(report.users),
        group: tally(report.groups),
        event: tally(report.events),
    };
    let row = |row: &'r Changed| WireRow {
        table: row.table,
        id: row.id,
        was: &row.was,
        became: &row.became,
    };
    WireReport { dry_run, totals, rows: report.rows.iter().map(row).collect() }
}
