//! Printing. A reader that has gone (`calendar-server db status | head -0`) is not an error.

use std::io::{self, ErrorKind, Write};

use serde::Serialize;

use crate::error::{Error, Result};

/// Prints a line of the result.
pub(super) fn line(text: &str) -> Result<()> {
    printed(writeln!(io::stdout(), "{}", harmless(text)).and_then(|()| io::stdout().flush()))
}

/// Prints the result as JSON, indented.
pub(super) fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::Internal(format!("cannot write JSON: {error}")))?;
    line(&text)
}

/// A number and its noun: `1 event`, `2 events`.
pub(super) fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Prints rows in columns, each as wide as its widest cell.
pub(super) fn table(rows: &[Vec<String>]) -> Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        line(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// Prints a line that is not part of the result.
pub(super) fn note(text: &str) -> Result<()> {
    printed(writeln!(io::stderr(), "{}", harmless(text)))
}

/// Prints a question, to be answered on the same line.
pub(super) fn ask(text: &str) -> Result<()> {
    printed(write!(io::stderr(), "{text}").and_then(|()| io::stderr().flush()))
}

/// Prints why the command failed.
pub(super) fn error(error: &Error) {
    // If even this cannot be printed, the exit code says it.
    let _ = writeln!(io::stderr(), "error: {}", harmless(&error.to_string()));
}

/// `text` with control characters escaped: a name that somebody chose may hold commands to a terminal.
fn harmless(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() && c != '\n' { c.escape_unicode().to_string() } else { c.to_string() }
    };
    text.chars().map(shown).collect()
}

fn printed(result: io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Setup(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}
