//! What a client looks for in calendar objects (RFC 4791, 9.7 and 9.9).

use jiff::tz::TimeZone;

use super::object::Object;
use super::part::Part;
use super::source_line::SourceLine;
use super::tzid::{Clock, Zones};
use super::value::{Length, When, text};
use super::zone::{DAY, instant};

/// A span of time `[from, until)`, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it begins.
    pub from: i64,
    /// When it is over.
    pub until: i64,
}

impl Span {
    fn holds(self, from: i64, until: i64) -> bool {
        from < self.until && (until > self.from || from == until && from >= self.from)
    }
}

/// What a component has to be like.
#[derive(Debug, Clone, Default)]
pub struct ComponentFilter {
    /// Its name, in any case.
    pub name: String,
    /// There must be none such; the rest says nothing then.
    pub absent: bool,
    /// It overlaps this span.
    pub span: Option<Span>,
    /// Its properties.
    pub properties: Vec<PropertyFilter>,
    /// The components in it.
    pub components: Vec<ComponentFilter>,
}

/// What a property has to be like.
#[derive(Debug, Clone, Default)]
pub struct PropertyFilter {
    /// Its name, in any case.
    pub name: String,
    /// There must be none such.
    pub absent: bool,
    /// It is a time in this span.
    pub span: Option<Span>,
    /// Its text.
    pub text: Option<TextMatch>,
    /// Its parameters: a name, and what the text is like; without that, that there is one, or (false) none.
    pub parameters: Vec<(String, Result<TextMatch, bool>)>,
}

/// What a text has to be like.
#[derive(Debug, Clone)]
pub struct TextMatch {
    /// What it contains.
    pub contains: String,
    /// Whether upper and lower case are different (`i;octet`).
    pub exact: bool,
    /// Whether it must not contain it.
    pub negated: bool,
}

impl TextMatch {
    fn matches(&self, text: &str) -> bool {
        let found = if self.exact {
            text.contains(&self.contains)
        } else {
            text.to_lowercase().contains(&self.contains.to_lowercase())
        };
        found != self.negated
    }
}

/// Tries a filter on one object.
struct Trial<'a> {
    text: &'a str,
    zones: Zones<'a>,
    server: &'a TimeZone,
    /// Whether an event of the object overlaps a span.
    occurs: &'a dyn Fn(Span) -> bool,
}

impl Object {
    /// Whether it is like `filter`, which is about the VCALENDAR. `occurs` says whether an event of it takes place in a span:
    /// that asks for its occurrences. Times without a zone of their own are on the clock of `server`.
    #[must_use]
    pub fn matches(
        &self,
        filter: &ComponentFilter,
        occurs: &dyn Fn(Span) -> bool,
        server: &TimeZone,
    ) -> bool {
        let text = self.text();
        let zones = Zones::new(text, self.calendar(), server);
        let trial = Trial { text, zones, server, occurs };
        let calendar = self.calendar();
        let any = |is: &dyn Fn(&Part) -> bool| calendar.parts.iter().any(is);
        // A question about the calendar that names no component is one about any of them.
        filter.name.eq_ignore_ascii_case("VCALENDAR")
            && !filter.absent
            && filter.span.is_none_or(|span| any(&|part| trial.takes_place(part, None, span)))
            && filter.properties.iter().all(|property| {
                let inside = any(&|part| trial.has(part, property));
                let own = trial.has(calendar, property);
                if property.absent { own && inside } else { own || inside }
            })
            && trial.components(calendar, &filter.components)
    }
}

impl Trial<'_> {
    fn component(&self, part: &Part, above: Option<&Part>, filter: &ComponentFilter) -> bool {
        filter.span.is_none_or(|span| self.takes_place(part, above, span))
            && filter.properties.iter().all(|property| self.has(part, property))
            && self.components(part, &filter.components)
    }

    /// Whether there are components in `part` that are like each of `filters`.
    fn components(&self, part: &Part, filters: &[ComponentFilter]) -> bool {
        filters.iter().all(|inner| {
            let mut named =
                part.parts.iter().filter(|one| one.name.eq_ignore_ascii_case(&inner.name));
            if inner.absent {
                named.next().is_none()
            } else {
                named.any(|one| self.component(one, Some(part), inner))
            }
        })
    }

    /// Whether a component overlaps a span (RFC 4791, 9.9).
    fn takes_place(&self, part: &Part, above: Option<&Part>, span: Span) -> bool {
        match part.name.as_str() {
            "VEVENT" => (self.occurs)(span),
            "VTODO" => self.todo(part, span),
            "VJOURNAL" => self
                .time(part, "DTSTART")
                .is_some_and(|(at, is_day)| span.holds(at, if is_day { at + DAY } else { at })),
            "VALARM" => above.is_some_and(|above| self.alarm(part, above, span)),
            _ => false,
        }
    }

    /// A to-do by what it says of its times, and else always.
    fn todo(&self, part: &Part, Span { from, until }: Span) -> bool {
        let time = |name| self.time(part, name).map(|(at, _)| at);
        let start = time("DTSTART");
        if start.is_some() && part.line(self.text, "RRULE").is_some() {
            return (self.occurs)(Span { from, until });
        }
        let length = part.line(self.text, "DURATION");
        let length = length.and_then(|line| Length::read(line.value()));
        let ends = match (start, length) {
            (Some(start), Some(length)) => Some(start + length.days + length.exact),
            _ => None,
        };
        let (due, done, made) = (time("DUE"), time("COMPLETED"), time("CREATED"));
        match (start, ends, due, done, made) {
            (Some(start), Some(ends), ..) => from <= ends && (until > start || until >= ends),
            (Some(start), None, Some(due), ..) => {
                (from < due || from <= start) && (until > start || until >= due)
            }
            (Some(start), None, None, ..) => from <= start && until > start,
            (None, _, Some(due), ..) => from < due && until >= due,
            (None, _, None, Some(done), Some(made)) => {
                (from <= made || from <= done) && (until >= made || until >= done)
            }
            (None, _, None, Some(done), None) => from <= done && until >= done,
            (None, _, None, None, Some(made)) => until > made,
            (None, _, None, None, None) => true,
        }
    }

    /// An alarm by when it goes off: of what repeats, at any occurrence.
    fn alarm(&self, part: &Part, above: &Part, span: Span) -> bool {
        let Some(line) = part.line(self.text, "TRIGGER") else { return false };
        let Some(length) = Length::read(line.value()) else {
            return self.of_line(&line).is_some_and(|(at, _)| span.holds(at, at));
        };
        let before = length.days + length.exact;
        if above.name == "VEVENT" {
            // The event takes place when the alarm has gone off, by so much earlier or later.
            let moved = Span { from: span.from - before, until: span.until - before };
            let by_end = line.says("RELATED", "END");
            return if by_end { (self.occurs)(moved) } else { self.begins(above, moved) };
        }
        let at = self.time(above, "DUE").or_else(|| self.time(above, "DTSTART"));
        at.is_some_and(|(at, _)| span.holds(at + before, at + before))
    }

    /// Whether an event begins in a span, or any of its occurrences may.
    fn begins(&self, part: &Part, span: Span) -> bool {
        if part.lines(self.text).any(|line| line.is("RRULE") || line.is("RDATE")) {
            return (self.occurs)(span);
        }
        self.time(part, "DTSTART").is_some_and(|(at, _)| span.holds(at, at))
    }

    /// The time that a property says, in Unix seconds, and whether it is a day.
    fn time(&self, part: &Part, name: &str) -> Option<(i64, bool)> {
        self.of_line(&part.line(self.text, name)?)
    }

    fn of_line(&self, line: &SourceLine<'_>) -> Option<(i64, bool)> {
        let when = When::read(line.value())?;
        let zone = match (when, line.param("TZID")) {
            (When::Utc(_), _) => TimeZone::UTC,
            (When::Local(at), Some(tzid)) => match self.zones.clock(tzid, at) {
                Clock::Zone(zone) | Clock::Fixed(zone) => zone,
                Clock::Server => self.server.clone(),
            },
            _ => self.server.clone(),
        };
        Some((instant(&zone, when.digits().seconds()), matches!(when, When::Date(_))))
    }

    fn has(&self, part: &Part, filter: &PropertyFilter) -> bool {
        let mut lines = part.lines(self.text).filter(|line| line.is(&filter.name));
        if filter.absent {
            return lines.next().is_none();
        }
        lines.any(|line| {
            let in_span = |span: Span| {
                self.of_line(&line)
                    .is_some_and(|(at, is_day)| span.holds(at, if is_day { at + DAY } else { at }))
            };
            filter.span.is_none_or(in_span)
                && filter.text.as_ref().is_none_or(|wanted| wanted.matches(&text(&line)))
                && filter.parameters.iter().all(|(name, wanted)| match (line.param(name), wanted) {
                    (Some(value), Ok(wanted)) => wanted.matches(value),
                    (found, Err(there)) => found.is_some() == *there,
                    (None, Ok(_)) => false,
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(lines: &str) -> Object {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{lines}END:VCALENDAR\r\n");
        Object::parse(text).unwrap()
    }

    fn of(name: &str) -> ComponentFilter {
        ComponentFilter { name: name.to_owned(), ..ComponentFilter::default() }
    }

    fn calendar(inner: ComponentFilter) -> ComponentFilter {
        ComponentFilter { components: vec![inner], ..of("vcalendar") }
    }

    fn matches(object: &Object, filter: ComponentFilter) -> bool {
        object.matches(&calendar(filter), &|_| true, &TimeZone::UTC)
    }

    #[test]
    fn properties_and_parameters_are_compared() {
        let event = object(
            "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY;LANGUAGE=de:Chor\\, Probe\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\n",
        );
        let text = |contains: &str, exact, negated| {
            Some(TextMatch { contains: contains.to_owned(), exact, negated })
        };
        let summary = |text, parameters| {
            let property = PropertyFilter {
                name: "summary".to_owned(),
                text,
                parameters,
                ..PropertyFilter::default()
            };
            ComponentFilter { properties: vec![property], ..of("VEVENT") }
        };
        assert!(matches(&event, summary(text("chor, probe", false, false), vec![])));
        assert!(!matches(&event, summary(text("chor, probe", true, false), vec![])));
        assert!(matches(&event, summary(text("Orchester", false, true), vec![])));
        let language = |wanted| vec![("language".to_owned(), wanted)];
        assert!(matches(&event, summary(None, language(Ok(text("DE", false, false).unwrap())))));
        assert!(matches(&event, summary(None, language(Err(true)))));
        assert!(!matches(&event, summary(None, language(Err(false)))));
        let none = |name: &str| {
            let property =
                PropertyFilter { name: name.to_owned(), absent: true, ..PropertyFilter::default() };
            ComponentFilter { properties: vec![property], ..of("VEVENT") }
        };
        assert!(matches(&event, none("LOCATION")) && !matches(&event, none("SUMMARY")));
        assert!(!matches(&event, of("VTODO")));
        assert!(matches(&event, ComponentFilter { absent: true, ..of("VTODO") }));
        let with_alarm = ComponentFilter { components: vec![of("VALARM")], ..of("VEVENT") };
        assert!(matches(&event, with_alarm));
    }

    #[test]
    fn a_to_do_takes_place_as_rfc_4791_says() {
        let span = |from, until| Some(Span { from, until });
        let in_span = |lines: &str, from: i64, until: i64| {
            let todo = object(&format!("BEGIN:VTODO\r\nUID:a\r\n{lines}END:VTODO\r\n"));
            matches(&todo, ComponentFilter { span: span(from, until), ..of("VTODO") })
        };
        // The day begins at 86400.
        for (lines, inside, outside) in [
            (
                "DTSTART:19700102T000000Z\r\nDUE:19700102T010000Z\r\n",
                (86_400, 86_401),
                (90_000, 99_999),
            ),
            ("DTSTART:19700102T000000Z\r\nDURATION:PT1H\r\n", (90_000, 90_001), (90_001, 99_999)),
            ("DTSTART:19700102T000000Z\r\n", (86_400, 86_401), (86_401, 99_999)),
            ("DUE:19700102T000000Z\r\n", (0, 86_400), (86_400, 99_999)),
            ("COMPLETED:19700102T000000Z\r\n", (0, 86_400), (86_401, 99_999)),
            ("CREATED:19700102T000000Z\r\n", (99_999, 100_000), (0, 86_400)),
        ] {
            assert!(in_span(lines, inside.0, inside.1), "{lines}");
            assert!(!in_span(lines, outside.0, outside.1), "{lines}");
        }
        assert!(in_span("SUMMARY:any time\r\n", 0, 1));
    }

    #[test]
    fn an_alarm_goes_off_before_its_event() {
        let event = object(
            "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:19700102T000000Z\r\nBEGIN:VALARM\r\nTRIGGER:-PT1H\r\nEND:VALARM\r\nEND:VEVENT\r\n",
        );
        let at = |from, until| {
            let alarm = ComponentFilter { span: Some(Span { from, until }), ..of("VALARM") };
            matches(&event, ComponentFilter { components: vec![alarm], ..of("VEVENT") })
        };
        assert!(at(82_800, 82_801) && !at(82_801, 99_999) && !at(0, 82_800));
    }
}
