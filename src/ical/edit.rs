//! A VEVENT with other values, in which all other lines keep their bytes.
//!
//! What it says is compared with what it is to say, value by value, and not line by line: a line that means the
//! same in other words is left alone.

use jiff::tz::TimeZone;

use super::component::EventComponent;
use super::content_line::{ContentLine, escaped};
use super::form::{Form, clock, utc};
use super::tree::{Component, Part};
use super::tzid::{self, Clock};
use super::value::{Length, When};
use super::write::{Zones, alarm, status};
use super::zone::{DAY, convert, instant};
use crate::model::WallTime;

/// What an edit needs beside the values.
pub(super) struct Edit<'a> {
    /// The clock of times without a zone of their own.
    pub(super) server: &'a TimeZone,
    /// What the TZIDs of the object mean.
    pub(super) known: tzid::Zones<'a>,
    /// The time of the edit, in Unix seconds.
    pub(super) now: i64,
    /// The line end of the text.
    pub(super) end: &'static str,
    /// The zones that lines name which were not named before.
    pub(super) zones: Zones,
}

impl Edit<'_> {
    /// Makes a component that says `was` say `want`. Gives whether anything had to be changed.
    pub(super) fn apply(
        &mut self,
        component: &mut Component<'_>,
        was: &EventComponent,
        want: &EventComponent,
    ) -> bool {
        let alike = reminders(was) == reminders(want)
            && *was
                == EventComponent {
                    properties: crate::model::Properties {
                        reminders: was.properties.reminders.clone(),
                        ..want.properties.clone()
                    },
                    replaces: was.replaces,
                    ..want.clone()
                };
        if alike {
            return false;
        }
        self.texts(component, was, want);
        self.times(component, was, want);
        self.alarms(component, was, want);
        self.touch(component);
        true
    }

    /// Notes that a component was changed.
    pub(super) fn touch(&self, component: &mut Component<'_>) {
        let number = component.line("SEQUENCE").and_then(|line| line.value().trim().parse().ok());
        let number: u32 = number.unwrap_or(0);
        self.set(component, "SEQUENCE", &number.saturating_add(1).to_string(), &[]);
        for name in ["LAST-MODIFIED", "DTSTAMP"] {
            self.set(component, name, &utc(self.now), &["TZID", "VALUE"]);
        }
    }

    /// Sets the value of a property, or adds it.
    fn set(&self, component: &mut Component<'_>, name: &str, value: &str, without: &[&str]) {
        let line = match component.line(name) {
            Some(line) => line.changed(value, without, &[]),
            None => self.line(format!("{name}:{value}")),
        };
        component.set(line);
    }

    fn line(&self, text: String) -> ContentLine<'static> {
        ContentLine::new(text, self.end)
    }

    fn texts(&self, component: &mut Component<'_>, was: &EventComponent, want: &EventComponent) {
        if was.subject != want.subject {
            self.set(component, "SUMMARY", &escaped(want.subject.as_str()), ENCODED);
        }
        let (was, want) = (&was.properties, &want.properties);
        if was.location != want.location {
            self.optional(component, "LOCATION", want.location.as_deref().map(escaped));
            // Apple shows the place of this one instead.
            component.remove("X-APPLE-STRUCTURED-LOCATION");
        }
        if was.description != want.description {
            self.optional(component, "DESCRIPTION", want.description.as_deref().map(escaped));
            component.remove("X-ALT-DESC");
        }
        if was.url != want.url {
            self.optional(component, "URL", want.url.clone());
        }
        if was.status != want.status {
            let word = status(want.status).trim_start_matches("STATUS:");
            self.set(component, "STATUS", word, &[]);
        }
        if was.free != want.free {
            let (transp, busy) =
                if want.free { ("TRANSPARENT", "FREE") } else { ("OPAQUE", "BUSY") };
            self.set(component, "TRANSP", transp, &[]);
            // Outlook looks at this one alone.
            self.replace(component, "X-MICROSOFT-CDO-BUSYSTATUS", busy);
        }
        if was.private != want.private {
            self.set(component, "CLASS", if want.private { "PRIVATE" } else { "PUBLIC" }, &[]);
        }
        if was.all_day != want.all_day {
            let word = if want.all_day { "TRUE" } else { "FALSE" };
            self.replace(component, "X-MICROSOFT-CDO-ALLDAYEVENT", word);
        }
    }

    fn optional(&self, component: &mut Component<'_>, name: &str, value: Option<String>) {
        match value {
            Some(value) => self.set(component, name, &value, ENCODED),
            None => component.remove(name),
        }
    }

    /// Sets the value of a property if there is one.
    fn replace(&self, component: &mut Component<'_>, name: &str, value: &str) {
        if component.line(name).is_some() {
            self.set(component, name, value, &[]);
        }
    }

    fn times(
        &mut self,
        component: &mut Component<'_>,
        was: &EventComponent,
        want: &EventComponent,
    ) {
        let form = self.written(component, was);
        let wanted = self.fitting(component, was, want);
        let other = form != wanted;
        if other {
            self.zones.note(&wanted, want, self.server);
        }
        let at = clock(want, self.server);
        if other || was.starts != want.starts {
            self.time(component, "DTSTART", want.starts, &wanted, &at);
        }
        if other || (was.starts, was.ends) != (want.starts, want.ends) {
            self.ends(component, (was, &form), (want, &wanted));
        }
        if was.rule != want.rule || other && want.rule.is_some() {
            match &want.rule {
                Some(rule) => {
                    let line = wanted.rule(rule, &at);
                    self.set(component, "RRULE", line.trim_start_matches("RRULE:"), &[]);
                }
                None => component.remove("RRULE"),
            }
        }
        self.exceptions(component, (was, &form), (want, &wanted));
        self.additions(component, (was, &form), (want, &wanted));
    }

    /// Sets a time in a form.
    pub(super) fn time(
        &self,
        component: &mut Component<'_>,
        name: &str,
        at: WallTime,
        form: &Form,
        clock: &TimeZone,
    ) {
        let line = match component.line(name) {
            Some(line) if Form::of(line, clock).parameters() == form.parameters() => {
                line.changed(&form.value(at, clock), &[], &[])
            }
            Some(line) => {
                line.changed(&form.value(at, clock), &["VALUE", "TZID"], &form.parameters())
            }
            None => self.line(form.line(name, at, clock)),
        };
        component.set(line);
    }

    fn ends(
        &self,
        component: &mut Component<'_>,
        (was, form): (&EventComponent, &Form),
        (want, wanted): (&EventComponent, &Form),
    ) {
        let at = clock(want, self.server);
        let least = if want.properties.all_day { DAY } else { 0 };
        let length = want.ends.seconds() - want.starts.seconds();
        if let Some(line) = component.line("DTEND") {
            let own = self.meaning(line).unwrap_or_else(|| at.clone());
            let end = Form::of(line, &own);
            // An end may be on a clock of its own, as that of a flight is.
            let keeps = form == wanted && end.parameters() != form.parameters();
            let end = if keeps && matches!(end, Form::Zone { .. }) { &end } else { wanted };
            if length == 0 {
                component.remove("DTEND");
            } else if form != wanted || was.ends != want.ends {
                self.time(component, "DTEND", want.ends, end, &at);
            }
        } else if let Some(line) = component.line("DURATION") {
            let lengths = |event: &EventComponent| {
                let clock = clock(event, self.server);
                let exact =
                    instant(&clock, event.ends.seconds()) - instant(&clock, event.starts.seconds());
                (event.ends.seconds() - event.starts.seconds(), exact)
            };
            let ((shown, exact), (shown_then, exact_then)) = (lengths(want), lengths(was));
            let same = match Length::read(line.value()) {
                Some(Length { exact: 0, .. }) => shown == shown_then,
                Some(Length { days: 0, .. }) => exact == exact_then,
                _ => (shown, exact) == (shown_then, exact_then),
            };
            if length == 0 {
                component.remove("DURATION");
            } else if !same || form != wanted {
                let value = match (shown, exact) {
                    (days, _) if days % DAY == 0 => format!("P{}D", days / DAY),
                    (_, exact) => format!("PT{}", duration(exact)),
                };
                self.set(component, "DURATION", &value, &[]);
            }
        } else if length != least {
            component.add(self.line(wanted.line("DTEND", want.ends, &at)));
        }
    }

    fn exceptions(
        &self,
        component: &mut Component<'_>,
        (was, form): (&EventComponent, &Form),
        (want, wanted): (&EventComponent, &Form),
    ) {
        if form == wanted && was.exceptions == want.exceptions {
            return;
        }
        let gone: Vec<_> = missing(&was.exceptions, &want.exceptions);
        let mut new: Vec<_> = missing(&want.exceptions, &was.exceptions);
        if form != wanted || !self.take_out(component, "EXDATE", was, &gone) {
            component.remove("EXDATE");
            new.clone_from(&want.exceptions);
        }
        let at = clock(want, self.server);
        for start in new {
            component.add(self.line(wanted.line("EXDATE", start, &at)));
        }
    }

    fn additions(
        &self,
        component: &mut Component<'_>,
        (was, form): (&EventComponent, &Form),
        (want, wanted): (&EventComponent, &Form),
    ) {
        let length = |event: &EventComponent| event.ends.seconds() - event.starts.seconds();
        // What the start or an EXDATE hid is not to come out when that goes.
        let mut hidden = missing(&was.exceptions, &want.exceptions);
        hidden.extend((was.starts != want.starts).then_some(was.starts));
        hidden.sort_unstable();
        let shown = |start: &WallTime| want.additions.iter().any(|(from, _)| from == start);
        hidden.retain(|start| !shown(start));
        self.take_out(component, "RDATE", was, &hidden);
        let same = form == wanted && (length(was) == length(want) || want.additions.is_empty());
        if same && was.additions == want.additions {
            return;
        }
        let gone: Vec<_> = missing(&was.additions, &want.additions);
        let mut new: Vec<_> = missing(&want.additions, &was.additions);
        let starts: Vec<_> = gone.iter().map(|(from, _)| *from).collect();
        if !same || !self.take_out(component, "RDATE", was, &starts) {
            component.remove("RDATE");
            new.clone_from(&want.additions);
        }
        let at = clock(want, self.server);
        for addition in new {
            component.add(self.line(wanted.addition(addition, length(want), &at)));
        }
    }

    /// Takes values out of the lists of a property. Gives whether all were found.
    fn take_out(
        &self,
        component: &mut Component<'_>,
        name: &str,
        was: &EventComponent,
        gone: &[WallTime],
    ) -> bool {
        let mut found = vec![false; gone.len()];
        component.parts.retain_mut(|part| {
            let Part::ContentLine(line) = part else { return true };
            if !line.is(name) {
                return true;
            }
            let values = line.value().split(',');
            let kept: Vec<_> = values
                .clone()
                .filter(|value| {
                    let at = self.told(was, line, value);
                    let place = at.and_then(|at| gone.binary_search(&at).ok());
                    let found = place.and_then(|place| found.get_mut(place));
                    found.map(|found| *found = true).is_none()
                })
                .collect();
            if kept.is_empty() {
                return false;
            }
            if kept.len() < values.count() {
                let kept = kept.join(",");
                *line = line.changed(&kept, &[], &[]);
            }
            true
        });
        found.iter().all(|found| *found)
    }

    /// The form of a component's start.
    pub(super) fn written(&self, component: &Component<'_>, was: &EventComponent) -> Form {
        let Some(line) = component.line("DTSTART") else { return Form::own(was, self.server) };
        let zone = self.meaning(line).unwrap_or_else(|| clock(was, self.server));
        Form::of(line, &zone)
    }

    /// The form in which a component's start is to be written: the one that is there, if it can say what is wanted.
    pub(super) fn fitting(
        &self,
        component: &Component<'_>,
        was: &EventComponent,
        want: &EventComponent,
    ) -> Form {
        let form = self.written(component, was);
        let repeats = |event: &EventComponent| {
            event.rule.is_some() || event.replaces.is_some() || !event.additions.is_empty()
        };
        let all_day = (was.properties.all_day, want.properties.all_day);
        let fits = match &form {
            _ if all_day != (false, false) => all_day == (true, true) && form == Form::Date,
            _ if was.zone == want.zone && repeats(was) == repeats(want) => true,
            Form::Utc => {
                Form::is_of_utc(want, self.server) || want.zone.is_none() && !repeats(want)
            }
            Form::Date | Form::Floating => form == Form::Floating && want.zone.is_none(),
            Form::Zone { .. } => was.zone == want.zone,
        };
        if fits { form } else { Form::own(want, self.server) }
    }

    /// The zone that a line names.
    fn meaning(&self, line: &ContentLine<'_>) -> Option<TimeZone> {
        let at = When::read(line.value().split([',', '/']).next()?)?.digits();
        match self.known.clock(line.parameter("TZID")?, at) {
            Clock::Zone(zone) | Clock::Fixed(zone) => Some(zone),
            Clock::Server => None,
        }
    }

    /// The time of a value of a line on the clock of its series, as in an EXDATE, an RDATE or a RECURRENCE-ID.
    /// None for what is not a time.
    pub(super) fn told(
        &self,
        series: &EventComponent,
        line: &ContentLine<'_>,
        value: &str,
    ) -> Option<WallTime> {
        let when = When::read(value.split('/').next()?)?;
        if series.properties.all_day {
            return Some(when.date().digits());
        }
        let to = clock(series, self.server);
        Some(match when {
            When::Date(day) => day.later(series.starts.seconds().rem_euclid(DAY)),
            When::Utc(at) => convert(at, &TimeZone::UTC, &to),
            When::Local(at) => match self.meaning(line) {
                Some(from) if from != to => convert(at, &from, &to),
                _ => at,
            },
        })
    }

    fn alarms(&self, component: &mut Component<'_>, was: &EventComponent, want: &EventComponent) {
        let (before, after) = (reminders(was), reminders(want));
        if before == after {
            return;
        }
        component.parts.retain(|part| match part {
            Part::Component(alarm) => minutes(alarm).is_none_or(|minutes| after.contains(&minutes)),
            _ => true,
        });
        for minutes in after.iter().filter(|minutes| !before.contains(minutes)) {
            let text = alarm(*minutes, want.subject.as_str(), self.end);
            component.parts.push(Part::Text(text));
        }
    }
}

/// Parameters that say how a value is written, or where another of the same meaning is.
const ENCODED: &[&str] = &["ALTREP", "ENCODING", "CHARSET"];

/// What is in the first list and not in the second. Both are in order.
fn missing<T: Ord + Copy>(of: &[T], from: &[T]) -> Vec<T> {
    of.iter().filter(|value| from.binary_search(value).is_err()).copied().collect()
}

fn reminders(event: &EventComponent) -> Vec<u32> {
    let mut minutes = event.properties.reminders.clone();
    minutes.sort_unstable();
    minutes
}

/// The minutes before the start at which a VALARM reminds. None if it does something else.
fn minutes(alarm: &Component<'_>) -> Option<u32> {
    if alarm.name != "VALARM" {
        return None;
    }
    let action = alarm.line("ACTION")?.value().trim().to_ascii_uppercase();
    let trigger = alarm.line("TRIGGER")?;
    let at_start = trigger.parameter("RELATED").is_none_or(|at| at.eq_ignore_ascii_case("START"));
    if !at_start || !matches!(action.as_str(), "DISPLAY" | "AUDIO") {
        return None;
    }
    let Length { days, exact } = Length::read(trigger.value())?;
    let before = Some(-(days + exact)).filter(|before| *before >= 0)?;
    u32::try_from((before + 59) / 60).ok()
}

/// `1H30M`.
fn duration(seconds: i64) -> String {
    let parts = [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M'), (seconds % 60, 'S')];
    parts.iter().filter(|(n, _)| *n != 0).map(|(n, unit)| format!("{n}{unit}")).collect()
}
