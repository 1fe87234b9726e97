//! Printing. A reader that has gone (`calendar-server db status | head -0`) is not an error.
//!
//! A line may hold a name or an email that somebody chose. What could give a terminal commands, begin
//! another line or reorder this one is shown escaped (`harmless`).

use std::io::{self, ErrorKind, Read, Write};

use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::{disturbs_a_line, harmless};

/// Prints a line of the result.
pub(super) fn line(text: &str) -> Result<()> {
    result(&harmless(text))
}

/// Prints the result as JSON, indented.
pub(super) fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::Internal(format!("cannot write JSON: {error}")))?;
    document(&text)
}

/// Prints a JSON document. serde escapes the control characters of ASCII in its strings; the others, and
/// what reorders a line, are escaped here in the same form, which changes no value.
pub(super) fn document(json: &str) -> Result<()> {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && disturbs_a_line(c) {
            text.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    result(&text)
}

fn result(text: &str) -> Result<()> {
    printed(writeln!(io::stdout(), "{text}").and_then(|()| io::stdout().flush()))
}

/// Prints a file as it is.
pub(super) fn copy(from: &mut impl Read) -> Result<()> {
    let mut out = io::stdout().lock();
    printed(io::copy(from, &mut out).and_then(|_| out.flush()))
}

/// A number and its noun: `1 event`, `2 events`.
pub(super) fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Prints rows in columns, each as wide as its widest cell.
pub(super) fn table(rows: &[Vec<String>]) -> Result<()> {
    let harmless_row = |row: &Vec<String>| row.iter().map(|cell| harmless(cell)).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(harmless_row).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in &rows {
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
    printed(write!(io::stderr(), "{}", harmless(text)).and_then(|()| io::stderr().flush()))
}

/// Prints why the command failed.
pub(super) fn error(error: &Error) {
    // If even this cannot be printed, the exit code says it.
    let _ = writeln!(io::stderr(), "error: {}", harmless(&error.to_string()));
}

fn printed(result: io::Result<()>) -> Result<()> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Setup(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}
