//! Converts single values of the earlier system, and notes what was changed.

use std::collections::HashMap;

use super::old_time::{self, OldTime};
use crate::error::Result;
use crate::model::{EventTimes, GroupId, Selection, ShortText, WallTime};

/// The changed values of one row: what each was, and what became of it.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<(String, String)>);

impl Notes {
    /// The notes of a row; `garbled` if some of its text was not UTF-8 or had U+0000.
    pub(super) fn of(garbled: bool) -> Self {
        let mut notes = Self::default();
        if garbled {
            let became = "U+FFFD in the place of each";
            notes.0.push(("U+0000, or bytes that are not UTF-8".into(), became.into()));
        }
        notes
    }

    pub(super) fn add(&mut self, column: &str, raw: Option<&str>, became: String) {
        self.0.push((shown(column, raw), became));
    }

    pub(super) fn id(&mut self, old: i64, new: i64) {
        if old != new {
            self.0.push((format!("id {old}"), format!("id {new}")));
        }
    }

    /// Notes that the times became `times`; `why` says how.
    pub(super) fn times(
        &mut self,
        sdate: Option<&str>,
        edate: Option<&str>,
        why: &str,
        times: EventTimes,
    ) {
        let was = format!("{}, {}", shown("sdate", sdate), shown("edate", edate));
        let (starts, ends) = (times.starts().typed(), times.ends().typed());
        self.0.push((was, format!("{why}: {starts} to {ends}")));
    }
}

impl IntoIterator for Notes {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A value in quotes. Characters that would disturb a table or a terminal are escaped.
fn shown(column: &str, raw: Option<&str>) -> String {
    raw.map_or_else(|| format!("{column} NULL"), |text| format!("{column} {text:?}"))
}

/// A subject or a name; `empty` replaces one that is empty or invisible.
pub(super) fn short_text(
    column: &str,
    raw: Option<&str>,
    empty: &str,
    notes: &mut Notes,
) -> Result<ShortText> {
    let text = raw.unwrap_or_default().trim();
    if text.chars().nth(ShortText::MAX_CHARS).is_none() {
        return ShortText::read(text).or_else(|_| {
            notes.add(column, raw, format!("{empty:?}"));
            ShortText::parse(column, empty)
        });
    }
    notes.add(column, raw, format!("cut to {} characters", ShortText::MAX_CHARS));
    let start: String = text.chars().take(ShortText::MAX_CHARS - 1).collect();
    ShortText::parse(column, &(start + "…"))
}

/// When a row was created.
pub(super) fn created(raw: Option<&str>, now: WallTime, notes: &mut Notes) -> WallTime {
    let Some(time) = old_time::read(raw) else {
        notes.add("created", raw, format!("now: {}", now.typed()));
        return now;
    };
    if !time.in_form {
        notes.add("created", raw, read_as(&time));
    }
    time.at
}

/// When a row was changed, if ever.
pub(super) fn updated(raw: Option<&str>, notes: &mut Notes) -> Option<WallTime> {
    let time = old_time::read(raw);
    match &time {
        Some(OldTime { in_form: true, .. }) => {}
        Some(time) => notes.add("updated", raw, read_as(time)),
        None if raw.is_none_or(|text| text.trim().is_empty()) => {}
        None => notes.add("updated", raw, "never".into()),
    }
    time.map(|time| time.at)
}

fn read_as(time: &OldTime) -> String {
    format!("read as {}{}", time.at.typed(), without([time]))
}

/// Names what was ignored of `times`.
fn without<'a>(times: impl IntoIterator<Item = &'a OldTime>) -> String {
    let ignored = times.into_iter().map(|time| &time.ignored).filter(|ignored| !ignored.is_empty());
    let named: Vec<_> = ignored.map(|ignored| format!("{ignored:?}")).collect();
    if named.is_empty() { String::new() } else { format!(", without {}", named.join(" and ")) }
}

/// When an event begins and ends; none if neither time can be read.
pub(super) fn times(
    sdate: Option<&str>,
    edate: Option<&str>,
    notes: &mut Notes,
) -> Option<EventTimes> {
    let (start, end) = (old_time::read(sdate), old_time::read(edate));
    let (times, why) = match (&start, &end) {
        (Some(start), Some(end)) => {
            let times = EventTimes::spanning(start.at, end.at);
            let exact = |time: &OldTime| time.in_form && !time.fraction;
            let why = match (end.at < start.at, exact(start) && exact(end)) {
                (true, _) => "swapped",
                (false, false) => "read as",
                (false, true) => return Some(times),
            };
            (times, why)
        }
        (Some(start), None) => (EventTimes::moment(start.at), "no end"),
        (None, Some(end)) => (EventTimes::moment(end.at), "no start"),
        (None, None) => return None,
    };
    let why = format!("{why}{}", without(start.iter().chain(&end)));
    notes.times(sdate, edate, &why, times);
    Some(times)
}

/// Whether an event is marked as a birthday.
pub(super) fn is_birthday(raw: Option<&str>, notes: &mut Notes) -> bool {
    match raw.map_or("", str::trim) {
        "1" => true,
        "" => false,
        _ => {
            notes.add("birthday", raw, "an ordinary event".into());
            false
        }
    }
}

/// Parses an id. The earlier system compared ids as numbers, so `02` is 2.
fn id(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

/// The group of an event; none if it is personal. `groups` are the imported ones, by their id in the
/// earlier system.
pub(super) fn group(
    raw: Option<&str>,
    groups: &HashMap<i64, GroupId>,
    notes: &mut Notes,
) -> Option<GroupId> {
    let text = raw.map(str::trim).filter(|text| !text.is_empty())?;
    let found = id(text).and_then(|id| groups.get(&id)).copied();
    match found {
        None => notes.add("group", raw, "a personal event: there is no such group".into()),
        Some(GroupId(id)) if id.to_string() != text => {
            notes.add("group", raw, format!("group {id}"));
        }
        Some(_) => {}
    }
    found
}

/// The groups that a user has selected, leaving out those that do not exist.
pub(super) fn selection(raw: &str, groups: &HashMap<i64, GroupId>, notes: &mut Notes) -> Selection {
    let existing: Selection =
        raw.split(',').filter_map(|part| groups.get(&id(part)?).copied()).collect();
    let unchanged = Selection::parse("selected", raw).is_ok_and(|given| given == existing);
    if !unchanged && !raw.trim().is_empty() {
        let became = format!("{:?}: the other groups do not exist", existing.to_string());
        notes.add("selected_calendar_group", Some(raw), became);
    }
    existing
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2020-01-02 03:04:05";

    fn at(text: &str) -> WallTime {
        WallTime::parse("time", text).unwrap()
    }

    fn groups() -> HashMap<i64, GroupId> {
        HashMap::from([(1, GroupId(1)), (2, GroupId(2)), (-7, GroupId(8))])
    }

    /// The notes, as `was => became` lines.
    fn noted(notes: Notes) -> String {
        let lines = notes.into_iter().map(|(was, became)| format!("{was} => {became}"));
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn valid_times_are_not_reported() {
        let mut notes = Notes::default();
        let (sdate, edate) = ("2017-06-19 20:00:00.000000", "2017-06-19 23:00:00");
        let times = times(Some(sdate), Some(edate), &mut notes).unwrap();
        assert_eq!((times.starts(), times.ends()), (at("2017-06-19 20:00:00"), at(edate)));
        assert_eq!(
            created(Some("2017-06-19 20:00:00.123456"), at(NOW), &mut notes),
            times.starts()
        );
        assert_eq!(updated(Some("2017-06-19 20:00:00.123456"), &mut notes), Some(times.starts()));
        assert_eq!(updated(None, &mut notes), None);
        assert_eq!(noted(notes), "");
    }

    #[test]
    fn invalid_times_are_corrected_and_reported() {
        let (one, two) = ("2017-06-19 20:00:00", "2017-06-20 20:00:00");
        for (sdate, edate, note) in [
            (
                Some(two),
                Some(one),
                r#"sdate "2017-06-20 20:00:00", edate "2017-06-19 20:00:00" => swapped: 2017-06-19 20:00:00 to 2017-06-20 20:00:00"#,
            ),
            (
                Some(one),
                None,
                r#"sdate "2017-06-19 20:00:00", edate NULL => no end: 2017-06-19 20:00:00 to 2017-06-19 20:00:00"#,
            ),
            (
                Some("soon"),
                Some(two),
                r#"sdate "soon", edate "2017-06-20 20:00:00" => no start: 2017-06-20 20:00:00 to 2017-06-20 20:00:00"#,
            ),
            (
                Some("2017-06-19"),
                Some(two),
                r#"sdate "2017-06-19", edate "2017-06-20 20:00:00" => read as: 2017-06-19 00:00:00 to 2017-06-20 20:00:00"#,
            ),
            (
                Some("2017-06-19 8:00 PM KST"),
                Some("2017-06-20T20:00:00Z"),
                r#"sdate "2017-06-19 8:00 PM KST", edate "2017-06-20T20:00:00Z" => read as, without "KST" and "Z": 2017-06-19 20:00:00 to 2017-06-20 20:00:00"#,
            ),
            (
                Some(one),
                Some("2017-06-19 20:00:00.5"),
                r#"sdate "2017-06-19 20:00:00", edate "2017-06-19 20:00:00.5" => read as: 2017-06-19 20:00:00 to 2017-06-19 20:00:00"#,
            ),
        ] {
            let mut notes = Notes::default();
            assert!(times(sdate, edate, &mut notes).is_some());
            assert_eq!(noted(notes), note);
        }
        assert!(times(Some("soon"), None, &mut Notes::default()).is_none());
    }

    #[test]
    fn unreadable_created_and_updated_are_reported() {
        let mut notes = Notes::default();
        assert_eq!(created(None, at(NOW), &mut notes), at(NOW));
        assert_eq!(created(Some("2017-06-19"), at(NOW), &mut notes), at("2017-06-19 00:00:00"));
        assert_eq!(updated(Some("soon"), &mut notes), None);
        assert_eq!(
            noted(notes),
            "created NULL => now: 2020-01-02 03:04:05
created \"2017-06-19\" => read as 2017-06-19 00:00:00
updated \"soon\" => never"
        );
    }

    #[test]
    fn a_subject_is_trimmed_cut_or_replaced_if_empty() {
        let long = "길다 ".repeat(60);
        for (raw, became, note) in [
            (Some(" 회의\n"), "회의".to_owned(), String::new()),
            (Some("\u{3000}"), "(없음)".into(), "subject \"\\u{3000}\" => \"(없음)\"".into()),
            (None, "(없음)".into(), "subject NULL => \"(없음)\"".into()),
            (Some("\u{200b}"), "(없음)".into(), "subject \"\\u{200b}\" => \"(없음)\"".into()),
            (Some(&"가".repeat(128)), "가".repeat(128), String::new()),
            (
                Some(&long),
                format!("{}길…", "길다 ".repeat(42)),
                format!("subject {long:?} => cut to 128 characters"),
            ),
        ] {
            let mut notes = Notes::default();
            let text = short_text("subject", raw, "(없음)", &mut notes).unwrap();
            assert_eq!(text.as_str(), became);
            assert_eq!(noted(notes), note);
        }
    }

    #[test]
    fn an_event_without_an_existing_group_is_personal() {
        for (raw, found, note) in [
            (None, None, ""),
            (Some(" "), None, ""),
            (Some("2"), Some(2), ""),
            (Some(" 2 "), Some(2), ""),
            (Some("02"), Some(2), "group \"02\" => group 2"),
            (Some("-7"), Some(8), "group \"-7\" => group 8"),
            (Some("3"), None, "group \"3\" => a personal event: there is no such group"),
            (Some("None"), None, "group \"None\" => a personal event: there is no such group"),
            (Some("2.0"), None, "group \"2.0\" => a personal event: there is no such group"),
        ] {
            let mut notes = Notes::default();
            assert_eq!(group(raw, &groups(), &mut notes), found.map(GroupId), "{raw:?}");
            assert_eq!(noted(notes), note);
        }
    }

    #[test]
    fn a_selection_keeps_only_existing_groups() {
        for (raw, became, reported) in [
            ("1,2", "1,2", false),
            (" 2 , 1,1", "1,2", false),
            ("0", "0", false),
            ("", "0", false),
            ("1,5", "1", true),
            ("5", "0", true),
            ("1,", "1", true),
            ("0,1", "1", true),
            ("-7,one,2", "2,8", true),
            ("9223372036854775808", "0", true),
        ] {
            let mut notes = Notes::default();
            assert_eq!(selection(raw, &groups(), &mut notes).to_string(), became, "{raw:?}");
            assert_eq!(!noted(notes).is_empty(), reported, "{raw:?}");
        }
    }

    #[test]
    fn only_1_marks_a_birthday() {
        for (raw, birthday, note) in [
            (Some("1"), true, ""),
            (None, false, ""),
            (Some(""), false, ""),
            (Some("0"), false, "birthday \"0\" => an ordinary event"),
            (Some("yes"), false, "birthday \"yes\" => an ordinary event"),
        ] {
            let mut notes = Notes::default();
            assert_eq!(is_birthday(raw, &mut notes), birthday);
            assert_eq!(noted(notes), note);
        }
    }
}
