//! What a request says of an event, checked, and the details that come of it.

use jiff::tz::TimeZone;

use crate::error::{Error, Result};
use crate::ical::{Fault, Rule, zone};
use crate::model::{
    EventDetails, EventInput, EventTimes, Expected, OwnZone, Patch, Properties, ShortText, WallTime,
};

/// A zone and its IANA name.
pub(super) type Zone = (String, TimeZone);

/// What a request says of an event, as far as it can be checked without the event.
#[derive(Debug)]
pub struct Content {
    input: EventInput,
    timezone: Patch<Zone>,
    rule: Patch<Rule>,
}

impl Content {
    /// Checks what `input` says.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the parameter.
    pub fn read(input: EventInput) -> Result<Self> {
        EventTimes::new(input.sdate, input.edate)?;
        let timezone = input.timezone.clone().try_map(|name| {
            zone::named(&name).map(|zone| (name_of(&zone, &name), zone)).ok_or_else(|| {
                Expected::new("an IANA name such as \"Europe/Paris\"").of("timezone")
            })
        })?;
        let rule = input
            .rrule
            .clone()
            .try_map(|rule| Rule::parse(&rule))
            .map_err(|fault| refused(&fault))?;
        if input.all_day == Patch::Set(true) && matches!(timezone, Patch::Set(_)) {
            return Err(Expected::new("none beside all_day").of("timezone"));
        }
        Ok(Self { input, timezone, rule })
    }

    /// What it says of the rule.
    pub(super) fn rule(&self) -> &Patch<Rule> {
        &self.rule
    }

    /// The first property that it gives, by name; none if it has only a subject and times.
    pub(super) fn first_property(&self) -> Option<&'static str> {
        let EventInput {
            all_day,
            location,
            description,
            url,
            status,
            free,
            private,
            reminders,
            ..
        } = &self.input;
        let given = [
            ("all_day", *all_day == Patch::Set(true)),
            ("location", matches!(location, Patch::Set(_))),
            ("description", matches!(description, Patch::Set(_))),
            ("url", matches!(url, Patch::Set(_))),
            ("timezone", matches!(self.timezone, Patch::Set(_))),
            ("rrule", matches!(self.rule, Patch::Set(_))),
            ("status", matches!(status, Patch::Set(_))),
            ("free", *free == Patch::Set(true)),
            ("private", *private == Patch::Set(true)),
            ("reminders", matches!(reminders, Patch::Set(_))),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }

    /// The subject and the times as they were sent, for an event without properties.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an `edate` before the `sdate`.
    pub(super) fn plain(&self) -> Result<(ShortText, EventTimes)> {
        let times = EventTimes::new(self.input.sdate, self.input.edate)?;
        Ok((self.input.subject.clone(), times))
    }

    /// The details that come of those of `before`, or of none. `server` is the zone of the server.
    ///
    /// # Errors
    /// [`Error::Invalid`] for times that are no whole days.
    pub(super) fn over(
        &self,
        before: Option<&EventDetails>,
        server: &TimeZone,
    ) -> Result<EventDetails> {
        let properties = self.properties(before);
        let (sdate, edate) = (self.input.sdate, self.input.edate);
        self.check_days(&properties, sdate, edate)?;
        let zone = self.zone(before, &properties, server);
        let kept = before.filter(|before| {
            // What is not touched stays what it is, also in an hour that comes twice.
            let unmoved = before.times.starts() == sdate && before.times.ends() == edate;
            unmoved && !matches!(self.timezone, Patch::Set(_))
        });
        let own = match (&zone, kept.and_then(|before| own_zone(before))) {
            (Some(_), Some(own)) => on_own_clock(own)?,
            (Some(_), None) if matches!(self.timezone, Patch::Set(_)) => (sdate, edate),
            (Some((_, zone)), None) => {
                (zone::convert(sdate, server, zone), zone::convert(edate, server, zone))
            }
            (None, _) => (sdate, edate),
        };
        let sent = EventTimes::new(sdate, edate)?;
        let mut details = placed(self.input.subject.clone(), properties, zone, own, server);
        if !matches!(self.timezone, Patch::Set(_)) {
            // As they were sent, also in an hour that comes twice.
            details.times = sent;
        }
        Ok(details)
    }

    /// The same, at the times of `before`.
    pub(super) fn over_at_times_of(
        &self,
        before: &EventDetails,
        server: &TimeZone,
    ) -> Result<EventDetails> {
        let properties = self.properties(Some(before));
        self.check_days(&properties, before.times.starts(), before.times.ends())?;
        let zone = self.zone(Some(before), &properties, server);
        let own = match (&zone, own_zone(before)) {
            (Some((name, _)), Some(own)) if *name == own.name => on_own_clock(own)?,
            (Some((_, zone)), _) => {
                let own = |at| zone::convert(at, server, zone);
                (own(before.times.starts()), own(before.times.ends()))
            }
            (None, _) => (before.times.starts(), before.times.ends()),
        };
        Ok(placed(self.input.subject.clone(), properties, zone, own, server))
    }

    /// Checks that what lasts whole days does, and has no zone.
    fn check_days(&self, properties: &Properties, starts: WallTime, ends: WallTime) -> Result<()> {
        if !properties.all_day {
            return Ok(());
        }
        if matches!(self.timezone, Patch::Set(_)) {
            return Err(Expected::new("none, since the event lasts whole days").of("timezone"));
        }
        for (name, time) in [("sdate", starts), ("edate", ends)] {
            if !time.is_midnight() {
                return Err(Expected::new("a midnight, since the event lasts whole days").of(name));
            }
        }
        if ends > starts {
            Ok(())
        } else {
            Err(Expected::new("the midnight after the last day").of("edate"))
        }
    }

    /// The properties, without the own zone.
    fn properties(&self, before: Option<&EventDetails>) -> Properties {
        let before = before.and_then(|before| before.properties.as_deref());
        let before = before.cloned().unwrap_or_default();
        let input = self.input.clone();
        Properties {
            all_day: input.all_day.flag(before.all_day),
            location: input.location.over(before.location),
            description: input.description.over(before.description),
            url: input.url.over(before.url),
            zone: None,
            series_zone: before.series_zone,
            status: input.status.over(Some(before.status)).unwrap_or_default(),
            free: input.free.flag(before.free),
            private: input.private.flag(before.private),
            reminders: input.reminders.over(Some(before.reminders)).unwrap_or_default(),
        }
    }

    /// The own zone; none for whole days, and for the zone of the server.
    fn zone(
        &self,
        before: Option<&EventDetails>,
        properties: &Properties,
        server: &TimeZone,
    ) -> Option<Zone> {
        let before = before.and_then(own_zone);
        let before = before.and_then(|own| Some((own.name.clone(), zone::named(&own.name)?)));
        let zone = self.timezone.clone().over(before);
        zone.filter(|(name, _)| !properties.all_day && server.iana_name() != Some(name))
    }
}

/// The details of an occurrence that was changed by itself, once those of its series have gone from `before` to `after`:
/// what it still has from the series changes along.
pub(super) fn inherited(
    changed: &EventDetails,
    before: &EventDetails,
    after: &EventDetails,
) -> EventDetails {
    let of = |details: &EventDetails| details.properties.as_deref().cloned().unwrap_or_default();
    let (own, before_all, after_all) = (of(changed), of(before), of(after));
    let subject = follow(changed.subject.clone(), &before.subject, after.subject.clone());
    let properties = Properties {
        location: follow(own.location, &before_all.location, after_all.location),
        description: follow(own.description, &before_all.description, after_all.description),
        url: follow(own.url, &before_all.url, after_all.url),
        status: follow(own.status, &before_all.status, after_all.status),
        free: follow(own.free, &before_all.free, after_all.free),
        private: follow(own.private, &before_all.private, after_all.private),
        reminders: follow(own.reminders, &before_all.reminders, after_all.reminders),
        all_day: own.all_day,
        zone: own.zone,
        series_zone: own.series_zone,
    };
    let properties = (!properties.is_empty()).then(|| Box::new(properties));
    EventDetails { subject, times: changed.times, properties }
}

/// `after`, unless `own` differs from what was `before`.
fn follow<T: PartialEq>(own: T, before: &T, after: T) -> T {
    if own == *before { after } else { own }
}

/// Notes the own zone of the series at an occurrence that was changed by itself.
pub(super) fn set_series_zone(details: &mut EventDetails, name: Option<String>) {
    if name.is_some() || details.properties.is_some() {
        let properties = details.properties.get_or_insert_default();
        properties.series_zone = name;
        if properties.is_empty() {
            details.properties = None;
        }
    }
}

/// The name of `zone` as the database of zones spells it.
fn name_of(zone: &TimeZone, name: &str) -> String {
    zone.iana_name().unwrap_or(name).to_owned()
}

/// The error for a rule that is refused.
pub(super) fn refused(fault: &Fault) -> Error {
    Error::Invalid(format!("rrule: {fault}"))
}

/// The own zone of an event.
pub(super) fn own_zone(details: &EventDetails) -> Option<&OwnZone> {
    details.properties.as_ref()?.zone.as_ref()
}

/// The times on the clock of the own zone.
pub(super) fn on_own_clock(own: &OwnZone) -> Result<(WallTime, WallTime)> {
    Ok((WallTime::from_seconds(own.starts)?, WallTime::from_seconds(own.ends)?))
}

/// The details of an event from `starts` to `ends` on the clock of its own `zone`, or else of the server's.
pub(super) fn placed(
    subject: ShortText,
    mut properties: Properties,
    zone: Option<Zone>,
    (starts, ends): (WallTime, WallTime),
    server: &TimeZone,
) -> EventDetails {
    let times = match zone {
        None => EventTimes::forward(starts, ends),
        Some((name, zone)) => {
            let (from, to) =
                (zone::convert(starts, &zone, server), zone::convert(ends, &zone, server));
            let (starts, ends) = (starts.seconds(), ends.seconds());
            properties.zone = Some(OwnZone { name, starts, ends });
            EventTimes::forward(from, to)
        }
    };
    let properties = (!properties.is_empty()).then(|| Box::new(properties));
    EventDetails { subject, times, properties }
}
