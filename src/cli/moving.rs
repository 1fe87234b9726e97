//! `db move`: from a file to PostgreSQL, and back.

use super::backup::{progress_bar, shown_on};
use super::output;
use crate::config::Config;
use crate::error::Result;
use crate::store::{self, DirectStore, Moved};

/// Copies the calendar of `from` to `to`.
pub(super) fn run(config: &Config, from: &str, to: &str, dry_run: bool) -> Result<()> {
    let (from, to) = (config.database_called(from), config.database_called(to));
    for database in [&from, &to] {
        store::refuse_alias(database)?;
    }
    let mut source = DirectStore::open_alone(&from)?;
    if dry_run {
        if !store::plan(&to)?.applied.is_empty() {
            DirectStore::open(&to)?.check_empty()?;
        }
        print(&source.count_to_move()?)?;
        return output::line(&format!("a dry run: nothing was written to {to}"));
    }
    let mut target = DirectStore::open_or_make(&to)?;
    let bar = progress_bar();
    let moved = source.move_to(&mut target, &mut shown_on(&bar));
    bar.finish_and_clear();
    let moved = moved?;
    print(&moved)?;
    output::line(&format!(
        "moved {} from {from} to {to}, and read them back the same",
        output::counted(moved.rows(), "row")
    ))
}

fn print(Moved { tables }: &Moved) -> Result<()> {
    let header = vec!["table".to_owned(), "rows".to_owned()];
    let rows = tables.iter().map(|(table, rows)| vec![(*table).to_owned(), rows.to_string()]);
    output::table(&std::iter::once(header).chain(rows).collect::<Vec<_>>())
}
