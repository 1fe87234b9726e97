//! A calendar of whole days, such as that of holidays.

use super::content_line::{escaped, fold};
use super::write::{HEAD, TAIL};

/// What is on a whole day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeDay<'a> {
    /// Its UID.
    pub uid: String,
    /// Its date, as in `20260925`.
    pub date: &'a str,
    /// What it is called.
    pub subject: &'a str,
    /// More about it.
    pub description: Option<&'a str>,
}

/// The calendar of these days, the same bytes for the same days. Nobody is busy on them, and programs that subscribe to it
/// look again once a day.
pub fn whole_days<'a>(days: impl Iterator<Item = WholeDay<'a>>) -> String {
    let mut out = format!("{HEAD}REFRESH-INTERVAL;VALUE=DURATION:P1D\r\n");
    for WholeDay { uid, date, subject, description } in days {
        let mut line = |text: &str| fold(&mut out, text, "\r\n");
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", escaped(&uid)));
        // It is required. When these days were written down, nobody knows.
        line("DTSTAMP:19700101T000000Z");
        line(&format!("DTSTART;VALUE=DATE:{date}"));
        line(&format!("SUMMARY:{}", escaped(subject)));
        if let Some(text) = description {
            line(&format!("DESCRIPTION:{}", escaped(text)));
        }
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    out + TAIL
}
