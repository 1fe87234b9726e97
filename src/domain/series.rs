//! Series: events that repeat. What occurs when is found when it is asked for; only the rule is stored.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::access;
use super::content::{self, own_zone, placed};
use super::names::{check_name, name_of_changed};
use crate::error::{Error, Result};
use crate::ical::{Rule, Series, UntilForm, zone};
use crate::model::{
    Event, EventDetails, EventId, EventTimes, Expected, Occurrence, Recurrence, Repeats, Room,
    TimeRange, UserId, WallTime,
};
use crate::store::Snapshot;

const DAY: i64 = 86_400;
/// How long an occurrence of a series may last, in seconds: 400 days.
const LONGEST: i64 = 400 * DAY;

/// The clock that a series runs on.
struct Clock<'a> {
    /// The own zone of the event.
    own: Option<(String, TimeZone)>,
    server: &'a TimeZone,
    all_day: bool,
}

impl<'a> Clock<'a> {
    fn of(details: &EventDetails, server: &'a TimeZone) -> Self {
        let own = own_zone(details);
        let own = own.and_then(|own| Some((own.name.clone(), zone::named(&own.name)?)));
        Self { own, server, all_day: details.is_all_day() }
    }

    /// The zone whose nights of changed clocks count; none for whole days.
    fn zone(&self) -> Option<TimeZone> {
        let zone = self.own.as_ref().map_or(self.server, |(_, zone)| zone);
        (!self.all_day).then(|| zone.clone())
    }

    fn to_server(&self, at: WallTime) -> WallTime {
        self.own.as_ref().map_or(at, |(_, own)| zone::convert(at, own, self.server))
    }

    /// What names the occurrence that starts at `at`: as [`Clock::to_server`], but of two that the server's clock shows
    /// alike, the later one a second later.
    fn name(&self, at: WallTime) -> WallTime {
        self.own.as_ref().map_or(at, |(_, own)| zone::convert_apart(at, own, self.server))
    }

    fn to_own(&self, at: WallTime) -> WallTime {
        self.own.as_ref().map_or(at, |(_, own)| zone::convert(at, self.server, own))
    }
}

/// The times of `details` on its own clock, or else on the server's.
pub(super) fn own_times(details: &EventDetails) -> Result<(WallTime, WallTime)> {
    match own_zone(details) {
        Some(own) => content::on_own_clock(own),
        None => Ok((details.times.starts(), details.times.ends())),
    }
}

/// A series with its rule, ready to be asked.
pub(super) struct Recurring<'a> {
    details: &'a EventDetails,
    repeats: &'a Repeats,
    series: Series,
    clock: Clock<'a>,
    /// How long an occurrence is on the clock of the series, in seconds.
    length: i64,
}

impl<'a> Recurring<'a> {
    /// Of an event that is a series.
    pub(super) fn of(
        details: &'a EventDetails,
        repeats: &'a Repeats,
        server: &'a TimeZone,
    ) -> Result<Self> {
        Self::on(Clock::of(details, server), details, repeats)
    }

    /// Of a birthday. It is a day: no night in which midnight does not exist takes it away.
    pub(super) fn of_birthday(
        details: &'a EventDetails,
        repeats: &'a Repeats,
        server: &'a TimeZone,
    ) -> Result<Self> {
        Self::on(Clock { own: None, server, all_day: true }, details, repeats)
    }

    fn on(clock: Clock<'a>, details: &'a EventDetails, repeats: &'a Repeats) -> Result<Self> {
        let (starts, ends) = own_times(details)?;
        let rule = Rule::parse(&repeats.rule)
            .map_err(|fault| Error::Internal(format!("a stored rule is refused: {fault}")))?;
        let series = Series::stored(rule, starts, clock.zone(), repeats.last);
        // An end of the night when clocks are set back can be told as earlier.
        let length = (ends.seconds() - starts.seconds()).max(0);
        Ok(Self { details, repeats, series, clock, length })
    }

    pub(super) fn series(&self) -> &Series {
        &self.series
    }

    pub(super) fn starts(&self) -> WallTime {
        self.series.starts()
    }

    /// The times of the occurrence that starts at `start`, on the server's clock.
    fn times(&self, start: WallTime) -> EventTimes {
        let end = start.later(self.length);
        EventTimes::forward(self.clock.to_server(start), self.clock.to_server(end))
    }

    /// The starts of the occurrences that overlap `range`, with their times on the server's clock. Also those that
    /// are left out.
    fn all_between(&self, range: TimeRange) -> impl Iterator<Item = (WallTime, EventTimes)> {
        // Two zones are never further apart than this.
        let apart = 2 * DAY;
        let from = range.from - self.length - apart;
        let starts = self.series.each_between(from, range.until + apart);
        let placed = starts.map(|start| (start, self.times(start)));
        placed.filter(move |(_, times)| range.holds(times.starts(), times.ends()))
    }

    /// The same without those that are left out or were changed by themselves.
    pub(super) fn between(&self, range: TimeRange) -> impl Iterator<Item = (WallTime, EventTimes)> {
        self.all_between(range).filter(|(start, _)| !self.repeats.excepts(*start))
    }

    /// The start on the clock of the series `id`, which this is, of the occurrence that `at` names, or that starts then
    /// on the server's clock, and what it was changed to by itself. Also of one that is left out, and of one that the
    /// series has beside its rule (RFC 5545, 3.8.5.2).
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is none; if the store cannot be read.
    pub(super) fn find(
        &self,
        snapshot: &Snapshot<'_>,
        id: EventId,
        at: WallTime,
    ) -> Result<(WallTime, Option<Event>)> {
        let around = self.clock.to_own(at);
        let near = self.series.between(around.seconds() - DAY, around.seconds() + DAY);
        let among = |is_it: &dyn Fn(&WallTime) -> bool| {
            let by_rule = near.iter().copied().find(is_it);
            (by_rule, by_rule.or_else(|| self.repeats.exceptions.iter().copied().find(is_it)))
        };
        let (by_rule, start) = match among(&|start| self.clock.name(*start) == at) {
            (_, None) => among(&|start| self.clock.to_server(*start) == at),
            named => named,
        };
        let changed = match start.filter(|start| self.repeats.excepts(*start)) {
            Some(start) => snapshot.changed_occurrence(id, start)?,
            None => None,
        };
        let found = start.filter(|_| by_rule.is_some() || changed.is_some());
        let none = || Expected::new("the start of an occurrence of the series").of("occurrence");
        Ok((found.ok_or_else(none)?, changed))
    }

    /// The details of the occurrence that starts at `start`, as the series gives them.
    pub(super) fn details_at(&self, start: WallTime) -> EventDetails {
        at_times(self.details, (start, start.later(self.length)), self.clock.server)
    }

    /// The first occurrence that is neither left out nor changed by itself.
    pub(super) fn first(&self) -> Option<(WallTime, EventTimes)> {
        let last = self.series.last().unwrap_or(WallTime::MAX).seconds();
        let (mut from, mut stride) = (self.starts().seconds(), DAY);
        // Exceptions are few. A dense series soon has an occurrence that is none; a rare one gives little in a long stride.
        while from <= last {
            let starts = self.series.between(from, from.saturating_add(stride));
            if let Some(start) = starts.into_iter().find(|start| !self.repeats.excepts(*start)) {
                return Some((start, self.times(start)));
            }
            from = from.saturating_add(stride);
            stride = stride.saturating_mul(2);
        }
        None
    }

    /// `rule`, of this series from its occurrence at `from` on, when that is moved to `to` on the clock of `details`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a rule that cannot be moved like that.
    pub(super) fn moved_rule(
        &self,
        rule: Rule,
        from: WallTime,
        to: WallTime,
        details: &EventDetails,
    ) -> Result<Rule> {
        // What its end means is told on the clock that it was written for.
        let series = Series::stored(rule, from, self.clock.zone(), None);
        let zone = Clock::of(details, self.clock.server).zone();
        series.moved(from, to, zone, until_form(details)).map_err(|fault| content::refused(&fault))
    }

    /// The rules of what is before the occurrence that starts at `start`, and of what is from there on.
    pub(super) fn parted(&self, start: WallTime) -> (Rule, Rule) {
        self.series.parted(start, until_form(self.details))
    }

    /// What names the occurrence that starts at `start`: that on the server's clock.
    pub(super) fn name(&self, start: WallTime) -> WallTime {
        self.clock.name(start)
    }

    /// `start` in UTC, or the midnight of a day.
    pub(super) fn in_utc(&self, start: WallTime) -> WallTime {
        match self.clock.zone() {
            Some(zone) => zone::convert(start, &zone, &TimeZone::UTC),
            None => start,
        }
    }

    /// The name of the own zone.
    pub(super) fn zone_name(&self) -> Option<&str> {
        self.clock.own.as_ref().map(|(name, _)| name.as_str())
    }
}

/// How the end of a series is written. On the server's clock it is what that shows, since the server's zone may be another
/// one day.
fn until_form(details: &EventDetails) -> UntilForm {
    match own_zone(details) {
        _ if details.is_all_day() => UntilForm::Date,
        Some(_) => UntilForm::Utc,
        None => UntilForm::Local,
    }
}

/// Adds the occurrences of `event` in `range` to `shown`, which has to fit into `room`.
///
/// # Errors
/// [`Error::TooLong`] if it does not.
pub(super) fn expand(
    event: Event,
    range: TimeRange,
    server: &TimeZone,
    room: &mut Room,
    shown: &mut Vec<Occurrence>,
) -> Result<()> {
    if !matches!(event.recurrence, Recurrence::Series(_)) {
        shown.push(single(event, server));
        return Ok(());
    }
    let (bytes, event) = (event.least_bytes(), Arc::new(event));
    let Recurrence::Series(repeats) = &event.recurrence else { return Ok(()) };
    let of = if event.birthday { Recurring::of_birthday } else { Recurring::of };
    let recurring = match of(&event.details, repeats, server) {
        Ok(recurring) => recurring,
        Err(error) => {
            // One row that cannot be read must not take everybody's views away.
            tracing::error!(event = event.id.0, "is shown once: {error}");
            let times = event.details.times;
            if range.holds(times.starts(), times.ends()) {
                shown.push(Occurrence { times, start: None, event: Arc::clone(&event) });
            }
            return Ok(());
        }
    };
    for (start, times) in recurring.between(range) {
        room.take(bytes)?;
        // Nobody can name an occurrence of a birthday.
        let start = (!event.birthday).then(|| recurring.name(start));
        shown.push(Occurrence { event: Arc::clone(&event), times, start });
    }
    Ok(())
}

/// The series of which occurrences can be named, changed and left out. A birthday is none.
pub(super) fn parts(event: &Event) -> Option<&Repeats> {
    match &event.recurrence {
        Recurrence::Series(repeats) if !event.birthday => Some(repeats),
        _ => None,
    }
}

/// An event by itself: of a series, its first occurrence.
pub(super) fn one(event: Event, server: &TimeZone) -> Result<Occurrence> {
    let Some(repeats) = parts(&event) else { return Ok(single(event, server)) };
    let recurring = Recurring::of(&event.details, repeats, server)?;
    let first = recurring.first();
    let (start, times) = first.unwrap_or((recurring.starts(), event.details.times));
    let start = Some(recurring.name(start));
    drop(recurring);
    Ok(Occurrence { event: Arc::new(event), times, start })
}

/// The occurrence of `event` that starts at `at` by the rule, on the server's clock, as it is now.
///
/// # Errors
/// [`Error::Invalid`] for an occurrence that the event does not have, [`Error::NotFound`] for one that is left out.
pub(super) fn at(
    snapshot: &Snapshot<'_>,
    caller: UserId,
    event: Event,
    at: WallTime,
    server: &TimeZone,
) -> Result<Occurrence> {
    let Some(repeats) = parts(&event) else {
        check_name(&event, at, server)?;
        return Ok(single(event, server));
    };
    let recurring = Recurring::of(&event.details, repeats, server)?;
    let (start, changed) = recurring.find(snapshot, event.id, at)?;
    if !repeats.excepts(start) {
        let (times, name) = (recurring.times(start), recurring.name(start));
        return Ok(Occurrence { event: Arc::new(event.clone()), times, start: Some(name) });
    }
    let changed = changed.ok_or_else(|| {
        Error::NotFound(format!(
            "the occurrence of event {} at {} is left out",
            event.id.0,
            at.typed()
        ))
    })?;
    Ok(single(access::seen_by(changed, caller), server))
}

/// An event that is no series.
fn single(event: Event, server: &TimeZone) -> Occurrence {
    Occurrence { start: name_of_changed(&event, server), ..Occurrence::of(event) }
}

/// The details with other times on their own clock.
pub(super) fn at_times(
    details: &EventDetails,
    times: (WallTime, WallTime),
    server: &TimeZone,
) -> EventDetails {
    let mut properties = details.properties.as_deref().cloned().unwrap_or_default();
    properties.zone = None;
    let own = Clock::of(details, server).own;
    placed(details.subject.clone(), properties, own, times, server)
}

/// Makes a series of `rule` that begins with `details`, or with the first time after it that the rule gives.
///
/// # Errors
/// [`Error::Invalid`] if the rule gives nothing or too much, or what it repeats is too long.
pub(super) fn of_rule(
    details: &EventDetails,
    rule: Rule,
    server: &TimeZone,
) -> Result<(EventDetails, Recurrence)> {
    let (starts, ends) = own_times(details)?;
    let length = (ends.seconds() - starts.seconds()).max(0);
    if length > LONGEST {
        return Err(
            Expected::new("at most 400 days after sdate in an event that repeats").of("edate")
        );
    }
    if details.is_all_day() {
        check_days(&rule)?;
    }
    let clock = Clock::of(details, server);
    let series =
        Series::new(rule, starts, clock.zone()).map_err(|fault| content::refused(&fault))?;
    check_size(details, &series, length)?;
    let placed = at_times(details, (series.starts(), series.starts().later(length)), server);
    let repeats = repeats(&series, length, Vec::new(), &clock);
    Ok((placed, Recurrence::Series(Box::new(repeats))))
}

/// Refuses times of day in the rule of whole days (RFC 5545, 3.3.10).
fn check_days(rule: &Rule) -> Result<()> {
    for part in rule.as_str().split(';') {
        let name = part.split_once('=').map_or(part, |(name, _)| name);
        if ["BYHOUR", "BYMINUTE", "BYSECOND"].contains(&name) || part == "FREQ=HOURLY" {
            return Err(Error::Invalid(format!(
                "rrule: {part}: expected no time of day, since the event lasts whole days"
            )));
        }
    }
    Ok(())
}

/// Refuses a series that alone would fill the views of everybody in its group.
fn check_size(details: &EventDetails, series: &Series, length: i64) -> Result<()> {
    const MOST: usize = 2_000_000;
    let from = series.starts().seconds();
    let shown = series.between(from, from + length + 31 * DAY).len();
    if shown.saturating_mul(Event::LEAST_BYTES + details.bytes()) <= MOST {
        return Ok(());
    }
    Err(Expected::new("at most 2 MB of occurrences in a month").of("rrule"))
}

/// The times of `details`, if a server in the zone `server` tells them otherwise than they are stored. An hour that comes
/// twice is told either way.
pub(super) fn told_otherwise(
    details: &EventDetails,
    server: &TimeZone,
) -> Result<Option<EventTimes>> {
    let clock = Clock::of(details, server);
    let (starts, ends) = own_times(details)?;
    let told = EventTimes::forward(clock.to_server(starts), clock.to_server(ends));
    let stored = details.times;
    let there = (clock.to_own(stored.starts()), clock.to_own(stored.ends()));
    let same = clock.own.is_none() || told == stored || there == (starts, ends);
    Ok((!same).then_some(told))
}

/// How far a series reaches on the clock of a server in the zone `server`.
pub(super) fn reach(details: &EventDetails, of: &Repeats, server: &TimeZone) -> Result<WallTime> {
    let recurring = Recurring::of(details, of, server)?;
    Ok(repeats(&recurring.series, recurring.length, Vec::new(), &recurring.clock).reach)
}

fn repeats(series: &Series, length: i64, exceptions: Vec<WallTime>, clock: &Clock<'_>) -> Repeats {
    let reach = series.last().map_or(WallTime::MAX, |last| {
        // On the night when clocks are set back, an end can come before the one that is reckoned.
        clock.to_server(last.later(length)).later(DAY)
    });
    let rule = series.rule().as_str().to_owned();
    Repeats { rule, last: series.last(), exceptions, reach }
}

/// The same series with other exceptions.
///
/// # Errors
/// [`Error::Conflict`] if they are too many.
pub(super) fn with_exceptions(repeats: &Repeats, exceptions: Vec<WallTime>) -> Result<Recurrence> {
    if exceptions.len() > Repeats::MOST_EXCEPTIONS {
        return Err(Error::Conflict(format!(
            "{} occurrences of this series were changed or left out, which is the most: change all, or all after one",
            Repeats::MOST_EXCEPTIONS
        )));
    }
    Ok(Recurrence::Series(Box::new(Repeats { exceptions, ..repeats.clone() })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Day, Email, EventId, Month, Revision};

    /// The birthday of who was born on `day`.
    fn born(day: &str) -> Event {
        let email = Email::parse("useremail", "park@jungi.me").unwrap();
        let day = Day::parse("birthday", day).unwrap();
        Event {
            id: EventId(1),
            owner: UserId(1),
            details: EventDetails::birthday(&email, day),
            email,
            group: None,
            created: WallTime::MIN,
            updated: None,
            birthday: true,
            revision: Revision(1),
            recurrence: Recurrence::of_birthday(day),
        }
    }

    fn shown(birthday: &Event, month: &str, zone: &str) -> Vec<String> {
        let (mut room, mut shown) = (Room::in_list(), Vec::new());
        let range = Month::parse("year_month", month).unwrap().time_range();
        let zone = TimeZone::get(zone).unwrap();
        expand(birthday.clone(), range, &zone, &mut room, &mut shown).unwrap();
        assert!(shown.iter().all(|one| one.start.is_none()), "no occurrence can be named");
        shown.iter().map(|one| one.times.starts().to_string()).collect()
    }

    #[test]
    fn in_common_years_the_anniversary_of_29_february_is_on_the_28th() {
        let born = born("2000-02-29");
        assert_eq!(shown(&born, "2001-02", "UTC"), ["Wed, 28 Feb 2001 00:00:00 GMT"]);
        assert_eq!(shown(&born, "2004-02", "UTC"), ["Sun, 29 Feb 2004 00:00:00 GMT"]);
        assert_eq!(shown(&born, "1900-02", "UTC"), ["Wed, 28 Feb 1900 00:00:00 GMT"; 0]);
        assert_eq!(shown(&born, "2001-03", "UTC"), [""; 0]);
    }

    #[test]
    fn anniversaries_reach_from_the_first_year_to_the_last() {
        let born = born("0001-12-31");
        assert_eq!(shown(&born, "0001-12", "UTC").len(), 1);
        assert_eq!(shown(&born, "9999-12", "UTC").len(), 1);
    }

    #[test]
    fn a_birthday_is_there_also_where_its_midnight_does_not_exist() {
        // Clocks were set from 0:00 to 1:00 on that day.
        let born = born("1990-10-15");
        assert_eq!(shown(&born, "2017-10", "America/Sao_Paulo"), ["Sun, 15 Oct 2017 00:00:00 GMT"]);
    }
}
