//! The texts of an event, as far as they are shown.

use super::problem::Notes;
use super::source_line::SourceLine;
use super::value::text;
use crate::model::{Properties, ShortText};

/// The subject of an event that has none.
pub const NO_TITLE: &str = "(no title)";

/// SUMMARY as a subject: in one line, of at most 128 characters.
pub(super) fn subject(line: Option<&SourceLine>, notes: &mut Notes) -> ShortText {
    let text = line.map(text).unwrap_or_default();
    let flat: String = clean(&text).chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
    if let Ok(subject) = ShortText::read(&flat) {
        return subject;
    }
    let short = shortened(&flat, ShortText::MAX_CHARS);
    match ShortText::read(&short) {
        Ok(subject) if short != flat.trim() => {
            notes.add("summary: over 128 characters; only the beginning is shown");
            subject
        }
        _ => ShortText::stored(NO_TITLE.to_owned()),
    }
}

/// LOCATION. None if there is nothing to see in it.
pub(super) fn location(line: &SourceLine, notes: &mut Notes) -> Option<String> {
    let text = clean(&text(line));
    Properties::read_location(&text).ok().or_else(|| {
        let short = shortened(&text, Properties::MOST_LOCATION);
        let short = Properties::read_location(&short).ok().filter(|_| short != text.trim())?;
        notes.add("location: over 1024 characters; only the beginning is shown");
        Some(short)
    })
}

/// DESCRIPTION. None if there is nothing to see in it.
pub(super) fn description(line: &SourceLine, notes: &mut Notes) -> Option<String> {
    let text = clean(&text(line));
    Properties::read_description(&text).ok().or_else(|| {
        let short = shortened(&text, Properties::MOST_DESCRIPTION);
        let short = Properties::read_description(&short).ok().filter(|_| short != text.trim())?;
        notes.add("description: over 16384 characters; only the beginning is shown");
        Some(short)
    })
}

/// URL, if it is one of the web.
pub(super) fn url(line: &SourceLine, notes: &mut Notes) -> Option<String> {
    let value = line.value().trim();
    if value.is_empty() {
        return None;
    }
    let url = Properties::read_url(value).ok();
    if url.is_none() {
        notes.add("url: no address of the web, and not shown");
    }
    url
}

/// Without control characters but line ends; a tab is a blank.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\t'], " ");
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// The first of more than `most` characters, the last of them `…`.
fn shortened(text: &str, most: usize) -> String {
    let text = text.trim();
    if text.char_indices().nth(most).is_none() {
        return text.to_owned();
    }
    let end = text.char_indices().nth(most - 1).map_or(text.len(), |(at, _)| at);
    format!("{}…", text.get(..end).unwrap_or_default())
}
