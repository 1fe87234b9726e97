//! How an event repeats: its rule, and the dates that are left out or added (RFC 5545, 3.8.5).

use std::collections::BTreeSet;

use super::content::ObjectFault;
use super::part::Part;
use super::problem::Notes;
use super::rule::Rule;
use super::series::Series;
use super::sloppy;
use super::source_line::SourceLine;
use super::told::{Clocks, Frame};
use super::value::{Length, When};
use crate::model::{Repeats, WallTime};

/// Reads the dates of a component.
pub(super) struct Dates<'a, 'c> {
    pub(super) text: &'a str,
    pub(super) part: &'a Part,
    pub(super) frame: &'a Frame,
    pub(super) clocks: &'a Clocks<'c>,
    pub(super) notes: &'a mut Notes,
}

impl Dates<'_, '_> {
    /// The rule that can be shown.
    pub(super) fn rule(&mut self) -> Option<Rule> {
        let Self { text, part, frame, .. } = *self;
        let mut lines = part.lines(text).filter(|line| line.is("RRULE"));
        let line = lines.next()?;
        if lines.next().is_some() {
            self.notes.add("rrule: several; only the first is taken into account");
        }
        if part.line(text, "EXRULE").is_some() {
            self.notes.add("exrule: not taken into account");
        }
        let zone = (!frame.all_day).then(|| self.clocks.of(frame).clone());
        let rule = sloppy::read(line.value()).and_then(|(rule, note)| {
            // Refused are also rules that fill a calendar, or never give anything.
            Series::new(rule.clone(), frame.starts, zone)?;
            Ok((rule, note))
        });
        match rule {
            Ok((rule, note)) => {
                if let Some(note) = note {
                    self.notes.add(&format!("rrule: {note}"));
                }
                Some(rule)
            }
            Err(fault) => {
                self.notes.add(&format!("rrule: {fault}; only the first is shown"));
                None
            }
        }
    }

    /// The starts that are left out.
    pub(super) fn exceptions(&mut self) -> Result<Vec<WallTime>, ObjectFault> {
        let Self { text, part, frame, .. } = *self;
        let mut dates = BTreeSet::new();
        for line in part.lines(text).filter(|line| line.is("EXDATE")) {
            for value in values(&line) {
                let Some(when) = When::read(value) else {
                    self.notes.add("exdate: a date cannot be read and is left out");
                    continue;
                };
                dates.insert(self.clocks.told(&line, when, frame));
                if dates.len() > Repeats::MOST_EXCEPTIONS {
                    return Err(too_many());
                }
            }
        }
        Ok(dates.into_iter().collect())
    }

    /// The occurrences besides those of the rule.
    pub(super) fn additions(
        &mut self,
        ends: WallTime,
    ) -> Result<Vec<(WallTime, WallTime)>, ObjectFault> {
        let Self { text, part, frame, .. } = *self;
        let length = ends.seconds() - frame.starts.seconds();
        let mut dates: Vec<(WallTime, WallTime)> = Vec::new();
        let mut starts = BTreeSet::from([frame.starts]);
        for line in part.lines(text).filter(|line| line.is("RDATE")) {
            for value in values(&line) {
                let (start, end) = value.split_once('/').unwrap_or((value, ""));
                let Some(when) = When::read(start) else {
                    self.notes.add("rdate: a date cannot be read and is left out");
                    continue;
                };
                let start = self.clocks.told(&line, when, frame);
                if !starts.insert(start) {
                    continue;
                }
                let own = Frame { starts: start, ..frame.clone() };
                let end = match (When::read(end), Length::read(end)) {
                    (Some(when), _) => self.clocks.end(&line, when, &own),
                    (None, Some(length)) => self.clocks.after(&own, length),
                    (None, None) => start.later(length),
                };
                dates.push((start, end.max(start)));
                if dates.len() > Repeats::MOST_EXCEPTIONS {
                    return Err(too_many());
                }
            }
        }
        dates.sort_unstable();
        Ok(dates)
    }
}

/// The values of a list that are not empty.
fn values<'a>(line: &'a SourceLine) -> impl Iterator<Item = &'a str> {
    line.value().split(',').map(str::trim_ascii).filter(|value| !value.is_empty())
}

/// More dates than a series may have.
pub(super) fn too_many() -> ObjectFault {
    ObjectFault::Instances("expected at most 1000 dates besides the rule".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, typed, zone};
    use super::super::zone::DAY;
    use super::super::{EventComponent, Events, Object};
    use super::*;

    /// The event of a VEVENT for a server in Seoul.
    fn read(lines: &str) -> Result<Events, ObjectFault> {
        let text =
            format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
        Object::parse(text).unwrap().events(&zone("Asia/Seoul"))
    }

    fn main(lines: &str) -> EventComponent {
        read(lines).unwrap().main.unwrap()
    }

    fn notes(lines: &str) -> Vec<String> {
        read(lines).unwrap().notes
    }

    /// An event at a time in Seoul.
    fn with(lines: &str) -> String {
        format!("DTSTART:20260105T090000\nDTEND:20260105T100000\n{lines}")
    }

    #[test]
    fn a_rule_that_cannot_be_shown_leaves_the_first() {
        let event = main(&with("RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3"));
        assert_eq!(event.rule.unwrap().as_str(), "FREQ=WEEKLY;BYDAY=MO;COUNT=3");
        for (rule, note) in [
            (
                "FREQ=SECONDLY",
                "rrule: FREQ: expected YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY; only the first is shown",
            ),
            (
                "FREQ=DAILY;UNTIL=20250101",
                "rrule: expected an occurrence at or after the start; only the first is shown",
            ),
            (
                "FREQ=HOURLY;BYMINUTE=0,15,30,45",
                "rrule: expected at most 1000 occurrences in 31 days; only the first is shown",
            ),
        ] {
            let lines = with(&format!("RRULE:{rule}\nEXDATE:20260105T090000"));
            let event = main(&lines);
            assert_eq!((event.rule, event.exceptions), (None, vec![]), "{rule}");
            assert_eq!(notes(&lines), [note]);
        }
        let several = with("RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY\nEXRULE:FREQ=MONTHLY");
        assert_eq!(notes(&several).len(), 2);
        assert_eq!(main(&several).rule.unwrap().as_str(), "FREQ=DAILY");
    }

    #[test]
    fn dates_are_told_on_the_clock_of_the_series() {
        let event = main(
            "DTSTART;TZID=Europe/Berlin:20260105T090000\nDTEND;TZID=Europe/Berlin:20260105T100000\nRRULE:FREQ=DAILY\nEXDATE;TZID=Europe/Berlin:20260107T090000,20260106T090000\nEXDATE:20260108T080000Z\nEXDATE;TZID=Asia/Seoul:20260109T170000\nEXDATE;VALUE=DATE:20260110\nEXDATE:,x\nRDATE;VALUE=PERIOD:20260201T080000Z/PT2H,20260202T080000Z/20260202T083000Z\nRDATE;TZID=Europe/Berlin:20260203T120000,20260105T090000\nRDATE;VALUE=DATE:20260110",
        );
        assert_eq!(event.zone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(
            typed(event.exceptions),
            ["06", "07", "08", "09", "10"].map(|day| format!("2026-01-{day} 09:00:00"))
        );
        let additions =
            event.additions.iter().map(|(from, to)| format!("{} {}", from.typed(), to.typed()));
        assert_eq!(
            additions.collect::<Vec<_>>(),
            [
                "2026-02-01 09:00:00 2026-02-01 11:00:00",
                "2026-02-02 09:00:00 2026-02-02 09:30:00",
                "2026-02-03 12:00:00 2026-02-03 13:00:00",
            ]
        );
        let days =
            main("DTSTART:20260105\nRRULE:FREQ=DAILY\nEXDATE:20260106T150000Z\nRDATE:20260201");
        assert_eq!(days.exceptions, [at("2026-01-06 00:00:00")]);
        assert_eq!(days.additions, [(at("2026-02-01 00:00:00"), at("2026-02-02 00:00:00"))]);
    }

    #[test]
    fn an_event_with_dates_and_no_rule_is_a_series() {
        let event = main(&with("RDATE:20260106T090000,20260107T090000\nEXDATE:20260106T090000"));
        assert_eq!(event.additions, [(at("2026-01-07 09:00:00"), at("2026-01-07 10:00:00"))]);
        assert_eq!(event.exceptions, [at("2026-01-06 09:00:00")]);
        let event = main(&with("EXDATE:20260105T090000"));
        assert!(event.exceptions.is_empty(), "an event that does not repeat has no exceptions");
    }

    #[test]
    fn a_series_has_at_most_1000_dates() {
        let days = |many: i64| {
            let day = |n: i64| at("2026-01-06 09:00:00").later(n * DAY).compact().replace('-', "T");
            (0..many).map(day).collect::<Vec<_>>().join(",")
        };
        let of = |dates: &str| read(&with(&format!("RRULE:FREQ=DAILY\nEXDATE:{dates}")));
        assert_eq!(of(&days(1000)).unwrap().main.unwrap().exceptions.len(), 1000);
        assert!(matches!(of(&days(1001)), Err(ObjectFault::Instances(_))));
        let same = "20260106T090000,".repeat(50_000);
        assert_eq!(of(&same).unwrap().main.unwrap().exceptions.len(), 1);
        let mixed =
            with(&format!("RRULE:FREQ=DAILY\nEXDATE:{}\nRDATE:20260105T120000", days(1000)));
        assert!(matches!(read(&mixed), Err(ObjectFault::Instances(_))));
    }
}
