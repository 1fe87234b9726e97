//! Calendar objects of ours (RFC 5545, 3.4 and 3.6), always the same bytes for the same values.
//!
//! An event that only this server made has no text of its own: it is written whenever somebody asks for it. Clients
//! compare what they get with what they had, so that nothing in it may depend on the time or on the version.

use jiff::tz::TimeZone;

use super::component::EventComponent;
use super::content_line::{escaped, fold};
use super::form::{Form, clock, utc};
use super::vtimezone::vtimezone;
use super::zone::instant;
use crate::model::{Properties, Status};

/// What a calendar of ours begins with. The version of the program is left out, so that an update changes no bytes.
pub(super) const HEAD: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//calendar-server//EN\r\n";

/// What it ends with.
pub(super) const TAIL: &str = "END:VCALENDAR\r\n";

/// When an object was made and last changed, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamps {
    /// When it was made (CREATED).
    pub created: i64,
    /// When it was changed last (LAST-MODIFIED, and DTSTAMP, since no METHOD says otherwise).
    pub changed: i64,
}

/// A calendar object of an event, and of its occurrences that were changed by themselves. `main` is none for one of such
/// occurrences alone; then each is told on its own clock. Times without a zone of their own are on the clock of `server`.
///
/// The text is the same for the same values. Its VTIMEZONEs are right from the first of its times on.
#[must_use]
pub fn object(
    uid: &str,
    main: Option<&EventComponent>,
    changed: &[(EventComponent, Stamps)],
    stamps: Stamps,
    server: &TimeZone,
) -> String {
    let mut zones = Zones::default();
    let mut events = String::new();
    for (event, stamps) in main
        .map(|main| (main, stamps))
        .into_iter()
        .chain(changed.iter().map(|(event, stamps)| (event, *stamps)))
    {
        zones.note(&Form::own(event, server), event, server);
        events.push_str(&component(uid, event, main, stamps, server));
    }
    [HEAD, &zones.text(), &events, TAIL].concat()
}

/// A calendar that has nothing but a time zone, right from the year 2000 on; without one for a zone that has no name.
#[must_use]
pub fn calendar_of_zone(zone: &TimeZone) -> String {
    /// The start of the year 2000, in Unix seconds.
    const YEAR_2000: i64 = 946_684_800;
    let own = zone.iana_name().map(|name| vtimezone(name, zone, YEAR_2000));
    [HEAD, &own.unwrap_or_default(), TAIL].concat()
}

/// The zones that are used, each with the earliest time that it has to tell.
#[derive(Debug, Default)]
pub(super) struct Zones(Vec<(String, TimeZone, i64)>);

impl Zones {
    /// An event is written in this form.
    pub(super) fn note(&mut self, form: &Form, event: &EventComponent, server: &TimeZone) {
        let Form::Zone { tzid, zone } = form else { return };
        let clock = clock(event, server);
        let times = event.additions.iter().map(|(from, _)| from).chain(&event.exceptions);
        let times = times.chain(&event.replaces).chain([&event.starts]);
        let Some(first) = times.map(|at| instant(&clock, at.seconds())).min() else { return };
        match self.0.iter_mut().find(|(name, ..)| name == tzid) {
            Some((.., known)) => *known = first.min(*known),
            None => self.0.push((tzid.clone(), zone.clone(), first)),
        }
    }

    /// Leaves out those that a calendar has already.
    pub(super) fn without(&mut self, has: impl Fn(&str) -> bool) {
        self.0.retain(|(tzid, ..)| !has(tzid));
    }

    /// The VTIMEZONEs.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(|(tzid, zone, from)| vtimezone(tzid, zone, *from)).collect()
    }
}

/// A VEVENT. That of a changed occurrence names it in the form of `main`, or else in its own.
pub(super) fn component(
    uid: &str,
    event: &EventComponent,
    main: Option<&EventComponent>,
    stamps: Stamps,
    server: &TimeZone,
) -> String {
    let mut out = String::from("BEGIN:VEVENT\r\n");
    let mut line = |text: &str| fold(&mut out, text, "\r\n");
    let form = Form::own(event, server);
    let own_clock = clock(event, server);
    line(&format!("UID:{}", escaped(uid)));
    if let Some(replaces) = event.replaces {
        let series = main.unwrap_or(event);
        let form = Form::own(series, server);
        line(&form.line("RECURRENCE-ID", replaces, &clock(series, server)));
    }
    line(&format!("DTSTAMP:{}", utc(stamps.changed)));
    line(&format!("CREATED:{}", utc(stamps.created)));
    line(&format!("LAST-MODIFIED:{}", utc(stamps.changed)));
    line(&format!("SUMMARY:{}", escaped(event.subject.as_str())));
    line(&form.line("DTSTART", event.starts, &own_clock));
    if event.ends > event.starts {
        line(&form.line("DTEND", event.ends, &own_clock));
    }
    if let Some(rule) = &event.rule {
        line(&form.rule(rule, &own_clock));
    }
    for start in &event.exceptions {
        line(&form.line("EXDATE", *start, &own_clock));
    }
    let length = event.ends.seconds() - event.starts.seconds();
    for addition in &event.additions {
        line(&form.addition(*addition, length, &own_clock));
    }
    let properties = &event.properties;
    properties_of(properties).iter().for_each(|text| line(text));
    for minutes in &properties.reminders {
        out.push_str(&alarm(*minutes, event.subject.as_str(), "\r\n"));
    }
    out.push_str("END:VEVENT\r\n");
    out
}

/// The lines of what an event says besides.
fn properties_of(properties: &Properties) -> Vec<String> {
    let text = |name: &str, text: &Option<String>| {
        text.as_ref().map(|text| format!("{name}:{}", escaped(text)))
    };
    let lines = [
        text("LOCATION", &properties.location),
        text("DESCRIPTION", &properties.description),
        // A URI has no escapes.
        properties.url.as_ref().map(|url| format!("URL:{url}")),
        (properties.status != Status::Confirmed).then(|| status(properties.status).to_owned()),
        properties.free.then(|| "TRANSP:TRANSPARENT".to_owned()),
        properties.private.then(|| "CLASS:PRIVATE".to_owned()),
    ];
    lines.into_iter().flatten().collect()
}

/// The line of a status.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Confirmed => "STATUS:CONFIRMED",
        Status::Tentative => "STATUS:TENTATIVE",
        Status::Cancelled => "STATUS:CANCELLED",
    }
}

/// A VALARM that shows `subject` so many minutes before the start; `end` is the line end.
pub(super) fn alarm(minutes: u32, subject: &str, end: &str) -> String {
    let mut out = String::new();
    let description = format!("DESCRIPTION:{}", escaped(subject));
    let trigger = format!("TRIGGER:-PT{minutes}M");
    for line in ["BEGIN:VALARM", "ACTION:DISPLAY", &description, &trigger, "END:VALARM"] {
        fold(&mut out, line, end);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::object::Object;
    use super::super::rule::Rule;
    use super::super::samples::{at, end, rule, start, zone};
    use super::super::series::Series;
    use super::*;
    use crate::model::{ShortText, WallTime};

    const STAMPS: Stamps = Stamps { created: 0, changed: 86_400 };

    fn event(starts: &str, ends: &str) -> EventComponent {
        EventComponent {
            subject: ShortText::read("Lunch, or dinner").unwrap(),
            properties: Properties::default(),
            zone: None,
            starts: at(starts),
            ends: at(ends),
            rule: None,
            exceptions: Vec::new(),
            additions: Vec::new(),
            replaces: None,
        }
    }

    #[test]
    fn an_event_is_written_with_all_that_it_says() {
        let mut event = event("2026-11-27 12:00:00", "2026-11-27 13:00:00");
        event.properties = Properties {
            location: Some("Hall; left".into()),
            description: Some("a\nb".into()),
            url: Some("https://example.org/a,b;c".into()),
            status: Status::Tentative,
            free: true,
            private: true,
            reminders: vec![10],
            ..Properties::default()
        };
        event.rule = Some(Rule::parse("FREQ=DAILY;UNTIL=20261130").unwrap());
        event.exceptions = vec![at("2026-11-28 12:00:00")];
        event.additions = vec![
            (at("2026-12-01 12:00:00"), at("2026-12-01 13:00:00")),
            (at("2026-12-02 12:00:00"), at("2026-12-02 15:00:00")),
        ];
        assert_eq!(
            object("1", Some(&event), &[], STAMPS, &zone("Asia/Seoul")),
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//calendar-server//EN\r\n\
             BEGIN:VTIMEZONE\r\nTZID:Asia/Seoul\r\nBEGIN:STANDARD\r\nTZNAME:KST\r\n\
             TZOFFSETFROM:+1000\r\nTZOFFSETTO:+0900\r\nDTSTART:19881009T030000\r\nEND:STANDARD\r\n\
             END:VTIMEZONE\r\n\
             BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:19700102T000000Z\r\nCREATED:19700101T000000Z\r\n\
             LAST-MODIFIED:19700102T000000Z\r\nSUMMARY:Lunch\\, or dinner\r\n\
             DTSTART;TZID=Asia/Seoul:20261127T120000\r\nDTEND;TZID=Asia/Seoul:20261127T130000\r\n\
             RRULE:FREQ=DAILY;UNTIL=20261130T145959Z\r\nEXDATE;TZID=Asia/Seoul:20261128T120000\r\n\
             RDATE;TZID=Asia/Seoul:20261201T120000\r\n\
             RDATE;VALUE=PERIOD;TZID=Asia/Seoul:20261202T120000/20261202T150000\r\n\
             LOCATION:Hall\\; left\r\nDESCRIPTION:a\\nb\r\nURL:https://example.org/a,b;c\r\n\
             STATUS:TENTATIVE\r\nTRANSP:TRANSPARENT\r\nCLASS:PRIVATE\r\n\
             BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Lunch\\, or dinner\r\n\
             TRIGGER:-PT10M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
    }

    #[test]
    fn whole_days_have_no_clock_and_a_server_in_utc_writes_utc() {
        let mut days = event("2026-11-27 00:00:00", "2026-11-29 00:00:00");
        days.properties.all_day = true;
        days.rule = Some(Rule::parse("FREQ=YEARLY;UNTIL=20291127T235959Z").unwrap());
        let text = object("1", Some(&days), &[], STAMPS, &zone("Asia/Seoul"));
        assert!(text.contains("DTSTART;VALUE=DATE:20261127\r\nDTEND;VALUE=DATE:20261129\r\n"));
        assert!(text.contains("UNTIL=20291127\r\n") && !text.contains("VTIMEZONE"), "{text}");
        let time = event("2026-11-27 12:00:00", "2026-11-27 12:00:00");
        for server in [TimeZone::UTC, TimeZone::fixed(jiff::tz::offset(0)), zone("Etc/UTC")] {
            let text = object("1", Some(&time), &[], STAMPS, &server);
            assert!(text.contains("DTSTART:20261127T120000Z\r\n"), "{text}");
            assert!(!text.contains("VTIMEZONE") && !text.contains("DTEND"), "{text}");
        }
    }

    #[test]
    fn on_a_server_whose_zone_has_no_name_a_series_keeps_its_clock() {
        let server = TimeZone::fixed(jiff::tz::offset(9));
        let mut early = event("2026-11-30 08:00:00", "2026-11-30 09:00:00");
        let once = object("1", Some(&early), &[], STAMPS, &server);
        assert!(once.contains("DTSTART:20261129T230000Z\r\n"), "{once}");
        early.rule = Some(Rule::parse("FREQ=WEEKLY;BYDAY=MO").unwrap());
        let weekly = object("1", Some(&early), &[], STAMPS, &server);
        assert!(weekly.contains("DTSTART;TZID=Local:20261130T080000\r\n"), "{weekly}");
        assert!(weekly.contains("TZID:Local\r\n"), "{weekly}");
    }

    #[test]
    fn an_occurrence_is_named_on_the_clock_of_its_series() {
        let mut main = event("2026-11-27 12:00:00", "2026-11-27 13:00:00");
        main.zone = Some("Europe/Paris".into());
        main.rule = Some(Rule::parse("FREQ=DAILY").unwrap());
        let mut moved = event("2026-11-28 21:00:00", "2026-11-28 22:00:00");
        moved.replaces = Some(at("2026-11-28 12:00:00"));
        let changed = [(moved, STAMPS)];
        let text = object("1", Some(&main), &changed, STAMPS, &zone("Asia/Seoul"));
        assert!(text.contains("RECURRENCE-ID;TZID=Europe/Paris:20261128T120000\r\n"), "{text}");
        assert!(text.contains("DTSTART;TZID=Asia/Seoul:20261128T210000\r\n"), "{text}");
        assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 2);
        let alone = object("1", None, &changed, STAMPS, &zone("Asia/Seoul"));
        assert!(alone.contains("RECURRENCE-ID;TZID=Asia/Seoul:20261128T120000\r\n"), "{alone}");
        assert_eq!(alone.matches("BEGIN:VEVENT").count(), 1);
    }

    fn properties() -> impl Strategy<Value = Properties> {
        let text = || proptest::option::of("[!-~가-힣👍]([ -~가-힣\n]{0,120}[!-~가])?");
        let reminders = proptest::sample::subsequence(vec![0, 5, 10, 60, 1440, 10_080], 0..4);
        let status =
            proptest::sample::select(vec![Status::Confirmed, Status::Tentative, Status::Cancelled]);
        let url = proptest::option::of("https://[a-z]{1,9}\\.org/[a-z;,:=&%?-]{0,90}");
        (text(), text(), url, status, any::<(bool, bool, bool)>(), reminders).prop_map(
            |(location, description, url, status, (all_day, free, private), reminders)| {
                Properties {
                    all_day,
                    location,
                    description,
                    url,
                    status,
                    free,
                    private,
                    reminders,
                    ..Properties::default()
                }
            },
        )
    }

    /// An event on a clock that shows all its times once.
    fn component_of(repeats: bool) -> impl Strategy<Value = EventComponent> {
        let zones = vec![None, Some("Asia/Tokyo"), Some("Asia/Dubai"), Some("America/Phoenix")];
        let rules = start().prop_flat_map(|starts| (Just(starts), rule(), end(starts)));
        let rest = (
            proptest::sample::select(zones),
            0..6_i64,
            proptest::collection::btree_set(1..900_i64, 0..4),
        );
        ("[!-~가-힣]([ -~가-힣]{0,100}[!-~])?", properties(), rules, rest).prop_filter_map(
            "a rule that gives nothing",
            move |(subject, properties, (starts, rule, end), (zone, length, days))| {
                let all_day = properties.all_day;
                let starts = if all_day { starts.day().midnight() } else { starts };
                let zone = zone.filter(|_| !all_day).map(str::to_owned);
                let unit = if all_day { 86_400 } else { 1800 };
                let ends = starts.later((length + i64::from(all_day)) * unit);
                let shift = |day: &i64| starts.later(day * 86_400);
                let mut event = EventComponent {
                    subject: ShortText::read(&subject).ok()?,
                    properties,
                    zone,
                    starts,
                    ends,
                    rule: None,
                    exceptions: Vec::new(),
                    additions: Vec::new(),
                    replaces: None,
                };
                if repeats {
                    let server = zone_of_server();
                    let zone = clock(&event, &server);
                    let form = Form::own(&event, &server);
                    let rule = Rule::parse(&(rule + &end)).ok()?;
                    // As it is written: another form of UNTIL means the same.
                    let rule = form.rule(&rule, &zone);
                    let rule = Rule::parse(rule.trim_start_matches("RRULE:")).ok()?;
                    Series::new(rule.clone(), starts, (!all_day).then_some(zone)).ok()?;
                    event.rule = Some(rule);
                    let (out, more): (Vec<_>, Vec<_>) = days.iter().partition(|day| *day % 2 == 0);
                    event.exceptions = out.into_iter().map(shift).collect();
                    let long = if all_day { 0 } else { 600 };
                    let addition = |day: &i64| (shift(day), ends.later(*day * 86_400 + long));
                    event.additions = more.into_iter().map(addition).collect();
                }
                Some(event)
            },
        )
    }

    fn zone_of_server() -> TimeZone {
        zone("Asia/Seoul")
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read_again(
            main in component_of(true),
            changed in proptest::collection::vec(component_of(false), 0..3),
        ) {
            let server = zone_of_server();
            let place = |(n, event): (usize, EventComponent)| {
                let days = i64::try_from(n).unwrap() * 86_400;
                (EventComponent { replaces: Some(main.starts.later(days)), ..event }, STAMPS)
            };
            let changed: Vec<_> = changed.into_iter().enumerate().map(place).collect();
            let text = object("a;b", Some(&main), &changed, STAMPS, &server);
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
            let read = Object::parse(text.clone()).unwrap();
            prop_assert_eq!((read.uid(), read.stamp()), ("a;b", Some(STAMPS.changed)));
            let events = read.events(&server).unwrap();
            prop_assert_eq!(events.notes, Vec::<String>::new(), "{}", text);
            prop_assert_eq!(events.main, Some(main), "{}", text);
            let changed: Vec<_> = changed.into_iter().map(|(event, _)| event).collect();
            prop_assert_eq!(events.changed, changed, "{}", text);
        }

        #[test]
        fn an_event_that_does_not_repeat_is_read_again(event in component_of(false)) {
            let server = zone_of_server();
            let text = object("1", Some(&event), &[], STAMPS, &server);
            let read = Object::parse(text).unwrap().events(&server).unwrap();
            prop_assert_eq!(read.main, Some(event));
        }
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_is_the_first() {
        let mut twice = event("2026-11-01 01:30:00", "2026-11-01 01:45:00");
        twice.zone = Some("America/New_York".into());
        let server = zone("Asia/Seoul");
        let text = object("1", Some(&twice), &[], STAMPS, &server);
        let read = Object::parse(text).unwrap().events(&server).unwrap();
        assert_eq!(read.main.unwrap().starts, WallTime::read("2026-11-01 01:30:00").unwrap());
    }
}
