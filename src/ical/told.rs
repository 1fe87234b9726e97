//! On what clock the times of an event are told.

use jiff::tz::TimeZone;

use super::part::Part;
use super::source_line::SourceLine;
use super::tzid::{Clock, Zones};
use super::value::{Length, When};
use super::zone::{DAY, convert, wall};
use crate::model::WallTime;

/// On what clock the times of a component are told.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) all_day: bool,
    /// Its own zone. None for that of the server.
    pub(super) zone: Option<TimeZone>,
    pub(super) starts: WallTime,
}

/// The clocks that the times of an object are on.
pub(super) struct Clocks<'a> {
    zones: Zones<'a>,
    server: &'a TimeZone,
}

impl<'a> Clocks<'a> {
    pub(super) fn new(text: &'a str, calendar: &'a Part, server: &'a TimeZone) -> Self {
        Self { zones: Zones::new(text, calendar, server), server }
    }

    /// What was taken otherwise than it is written.
    pub(super) fn into_notes(self) -> Vec<String> {
        self.zones.into_notes()
    }

    /// The clock of a component.
    pub(super) fn of<'f>(&'f self, frame: &'f Frame) -> &'f TimeZone {
        frame.zone.as_ref().unwrap_or(self.server)
    }

    /// The clock of the component that starts at `when`. A time in UTC is told on the clock of its series; of a
    /// series on that of UTC, since it may not move by the hour that others put their clocks forward; and of
    /// a single event on the server's: most programs write those in UTC, wherever they take place.
    pub(super) fn frame(
        &self,
        line: &SourceLine,
        when: When,
        main: Option<&Frame>,
        repeats: bool,
    ) -> Frame {
        let on = |zone: Option<TimeZone>| Frame { all_day: false, zone, starts: when.digits() };
        let frame = match self.clock(line, when) {
            _ if matches!(when, When::Date(_)) => Frame { all_day: true, ..on(None) },
            Some(Clock::Zone(zone)) if is_utc(&zone) => match main {
                Some(main) => on(main.zone.clone()),
                None if repeats => on(self.own(zone)),
                None => on(None),
            },
            Some(Clock::Zone(zone)) => on(self.own(zone)),
            Some(Clock::Fixed(_) | Clock::Server) | None => on(None),
        };
        let starts = self.told(line, when, &frame);
        Frame { starts, ..frame }
    }

    /// The zone, if it is not that of the server.
    fn own(&self, zone: TimeZone) -> Option<TimeZone> {
        let same = match (zone.iana_name(), self.server.iana_name()) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        };
        let same = same || is_utc(&zone) && is_utc(self.server);
        (!same).then_some(zone)
    }

    /// The clock on which a time is written. None for a floating one.
    fn clock(&self, line: &SourceLine, when: When) -> Option<Clock> {
        match when {
            When::Utc(_) => Some(Clock::Zone(TimeZone::UTC)),
            When::Date(_) => None,
            When::Local(at) => Some(self.zones.clock(line.param("TZID")?, at)),
        }
    }

    /// A time of a property on the clock of a component. A day beside times is that day at the time of the
    /// start, a time beside whole days is its day.
    pub(super) fn told(&self, line: &SourceLine, when: When, frame: &Frame) -> WallTime {
        if frame.all_day {
            return when.date().digits();
        }
        let at = when.digits();
        if matches!(when, When::Date(_)) {
            return at.later(frame.starts.seconds().rem_euclid(DAY));
        }
        let to = self.of(frame);
        match self.clock(line, when) {
            Some(Clock::Zone(from)) if from.iana_name() == to.iana_name() && !is_utc(&from) => at,
            Some(Clock::Zone(from) | Clock::Fixed(from)) => convert(at, &from, to),
            Some(Clock::Server) | None => at,
        }
    }

    /// The end that a property says, of whole days the midnight after them.
    pub(super) fn end(&self, line: &SourceLine, when: When, frame: &Frame) -> WallTime {
        match when {
            When::Date(at) => at,
            _ if frame.all_day => midnight_after(when.digits()),
            _ => self.told(line, when, frame),
        }
    }

    /// The end after a length of time: first the days on the clock, then the exact rest.
    pub(super) fn after(&self, frame: &Frame, length: Length) -> WallTime {
        let at = frame.starts.later(length.days);
        if frame.all_day {
            return midnight_after(at.later(length.exact));
        }
        if length.exact == 0 {
            return at;
        }
        let zone = self.of(frame);
        let exact = convert(at, zone, &TimeZone::UTC).later(length.exact);
        convert(exact, &TimeZone::UTC, zone)
    }
}

/// The midnight at or after a time.
fn midnight_after(at: WallTime) -> WallTime {
    wall(at.seconds() + (-at.seconds()).rem_euclid(DAY))
}

/// Whether the zone is UTC itself, under any of its names.
fn is_utc(zone: &TimeZone) -> bool {
    const NAMES: [&str; 8] =
        ["UTC", "Etc/UTC", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"];
    zone.iana_name().is_some_and(|name| NAMES.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::super::samples::zone;
    use super::super::{EventComponent, Object};

    /// The events of VEVENTs for a server in a zone: the main one, and those that were changed.
    fn read(server: &str, components: &[&str]) -> Vec<EventComponent> {
        let whole = |lines: &&str| format!("BEGIN:VEVENT\nUID:a\n{lines}\nEND:VEVENT\n");
        let inside: String = components.iter().map(whole).collect();
        let object = Object::parse(format!("BEGIN:VCALENDAR\n{inside}END:VCALENDAR\n")).unwrap();
        let events = object.events(&zone(server)).unwrap();
        events.main.into_iter().chain(events.changed).collect()
    }

    /// When an event is, and its own zone.
    fn told(event: &EventComponent) -> (String, Option<&str>) {
        (event.starts.typed(), event.zone.as_deref())
    }

    #[track_caller]
    fn check(server: &str, lines: &str, starts: &str, own: Option<&str>) {
        assert_eq!(told(&read(server, &[lines])[0]), (starts.to_owned(), own), "{lines}");
    }

    #[test]
    fn an_event_keeps_its_zone_if_it_is_not_the_servers() {
        check("Asia/Seoul", "DTSTART:20260105T090000", "2026-01-05 09:00:00", None);
        check("Asia/Seoul", "DTSTART;TZID=asia/seoul:20260105T090000", "2026-01-05 09:00:00", None);
        check(
            "Asia/Seoul",
            "DTSTART;TZID=Korea Standard Time:20260105T090000",
            "2026-01-05 09:00:00",
            None,
        );
        check(
            "Asia/Seoul",
            "DTSTART;TZID=Europe/Berlin:20260105T090000",
            "2026-01-05 09:00:00",
            Some("Europe/Berlin"),
        );
        check(
            "Asia/Seoul",
            "DTSTART;TZID=Europe/Berlin;VALUE=DATE:20260105",
            "2026-01-05 00:00:00",
            None,
        );
        check("Asia/Seoul", "DTSTART;TZID=Nowhere:20260105T090000", "2026-01-05 09:00:00", None);
    }

    #[test]
    fn utc_is_the_zone_of_a_series_alone() {
        check("Asia/Seoul", "DTSTART:20260105T090000Z", "2026-01-05 18:00:00", None);
        check("Asia/Seoul", "DTSTART;TZID=UTC:20260105T090000", "2026-01-05 18:00:00", None);
        check(
            "Asia/Seoul",
            "DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY",
            "2026-01-05 09:00:00",
            Some("UTC"),
        );
        check(
            "Asia/Seoul",
            "DTSTART:20260105T090000Z\nRDATE:20260107T090000Z",
            "2026-01-05 09:00:00",
            Some("UTC"),
        );
        // Its rule cannot be shown, so it is not a series.
        check(
            "Asia/Seoul",
            "DTSTART:20260105T090000Z\nRRULE:FREQ=SECONDLY",
            "2026-01-05 18:00:00",
            None,
        );
        check("UTC", "DTSTART:20260105T090000Z\nRRULE:FREQ=DAILY", "2026-01-05 09:00:00", None);
        check(
            "UTC",
            "DTSTART;TZID=Etc/UTC:20260105T090000\nRRULE:FREQ=DAILY",
            "2026-01-05 09:00:00",
            None,
        );
    }

    #[test]
    fn a_changed_occurrence_is_told_on_the_clock_of_its_series_or_of_its_own_zone() {
        let series = "DTSTART;TZID=Europe/Berlin:20260105T090000\nRRULE:FREQ=DAILY";
        let changed = |start: &str, id: &str| {
            let lines = format!("DTSTART{start}\nRECURRENCE-ID{id}");
            let event = read("Asia/Seoul", &[series, &lines]).remove(1);
            (event.starts.typed(), event.zone, event.replaces.unwrap().typed())
        };
        let own = |zone: &str| Some(zone.to_owned());
        let berlin = ";TZID=Europe/Berlin:20260106T090000";
        let replaced = "2026-01-06 09:00:00".to_owned();
        let start = |text: &str| text.to_owned();
        assert_eq!(
            changed(";TZID=Europe/Berlin:20260106T110000", berlin),
            (start("2026-01-06 11:00:00"), own("Europe/Berlin"), replaced.clone())
        );
        assert_eq!(
            changed(":20260106T110000Z", ":20260106T080000Z"),
            (start("2026-01-06 12:00:00"), own("Europe/Berlin"), replaced.clone())
        );
        assert_eq!(
            changed(";TZID=America/New_York:20260106T110000", berlin),
            (start("2026-01-06 11:00:00"), own("America/New_York"), replaced.clone())
        );
        assert_eq!(
            changed(";VALUE=DATE:20260107", ";VALUE=DATE:20260106"),
            (start("2026-01-07 00:00:00"), None, replaced)
        );
        let alone =
            read("Asia/Seoul", &["DTSTART:20260106T110000Z\nRECURRENCE-ID:20260106T080000Z"]);
        assert_eq!(told(&alone[0]), ("2026-01-06 11:00:00".to_owned(), Some("UTC")));
        assert_eq!(alone[0].replaces.unwrap().typed(), "2026-01-06 08:00:00");
    }

    #[test]
    fn a_series_that_is_shown_once_gives_its_clock_to_no_other() {
        let events = read(
            "Asia/Seoul",
            &[
                "DTSTART:20260105T090000Z\nRRULE:FREQ=SECONDLY",
                "DTSTART:20260106T090000Z\nRECURRENCE-ID:20260106T080000Z",
            ],
        );
        assert_eq!(told(&events[1]), ("2026-01-06 18:00:00".to_owned(), None));
        assert_eq!(events[1].replaces.unwrap().typed(), "2026-01-06 17:00:00");
    }
}
