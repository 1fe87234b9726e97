//! What is expected: an event, and when it is shown, written as plainly as possible.

use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

/// They have letters that fold to more than one, so that the subjects of birthdays have them too.
pub(crate) const EMAILS: [&str; 3] = ["Aß@a.kr", "σ_%@회의", "b@S"];

#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: i64,
    pub(crate) user: usize,
    pub(crate) group: Option<i64>,
    pub(crate) subject: String,
    pub(crate) starts: DateTime,
    pub(crate) ends: DateTime,
    pub(crate) created: DateTime,
    pub(crate) updated: Option<DateTime>,
    pub(crate) birthday: bool,
}

impl Event {
    /// Whether it overlaps the seconds from `first` to `last`, both included.
    pub(crate) fn overlaps(&self, first: DateTime, last: DateTime) -> bool {
        if self.starts == self.ends {
            first <= self.starts && self.starts <= last
        } else {
            self.starts <= last && self.ends > first
        }
    }

    pub(crate) fn birthday_on(&self, day: Date) -> bool {
        let born = self.starts.date();
        let same = (day.month(), day.day()) == (born.month(), born.day());
        let instead = (born.month(), born.day()) == (2, 29)
            && (day.month(), day.day()) == (2, 28)
            && !day.in_leap_year();
        day.year() >= born.year() && (same || instead)
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "email": EMAILS[self.user],
            "useremail": EMAILS[self.user],
            "subject": self.subject,
            "group": self.group.map(|id| id.to_string()),
            "sdate": printed(self.starts),
            "edate": printed(self.ends),
            "created": printed(self.created),
            "updated": self.updated.map(printed),
            "birthday": self.birthday.then_some("1"),
        })
    }
}

fn printed(at: DateTime) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

pub(crate) fn folded(text: &str) -> String {
    let fold = |letter| match letter {
        'ß' | 'ẞ' => "ss".to_owned(),
        'Σ' | 'ς' => "σ".to_owned(),
        'A'..='Z' => letter.to_ascii_lowercase().to_string(),
        other => other.to_string(),
    };
    text.nfkc().map(fold).collect::<String>().nfkc().collect()
}
