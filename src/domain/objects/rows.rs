//! What an object says, as events of the calendar, and the other way round.
//!
//! A calendar object has a main component and those of occurrences that were changed by themselves. The first is a single
//! event or a series here, the others are rows of their own. What a series has besides its rule (RDATE) is a changed
//! occurrence too: one that differs in its start alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use crate::domain::content::{own_zone, placed, set_series_zone};
use crate::domain::series::{self, Recurring};
use crate::error::{Error, Result};
use crate::ical::{EventComponent, Events, Rule, zone};
use crate::model::{Event, EventDetails, Properties, Recurrence, WallTime};

/// The rule of a series that occurs once by it: of what occurs by dates alone.
const ONCE: &str = "FREQ=DAILY;COUNT=1";

/// What an object says, as events.
pub(super) struct Rows {
    /// The single event, or the series; none for occurrences whose series is elsewhere.
    pub(super) main: Option<(EventDetails, Recurrence)>,
    /// The changed occurrences, each with its start by the rule; of what has no series, events without more.
    pub(super) changed: Vec<(Option<WallTime>, EventDetails)>,
    /// What stands for all occurrences after it as well, by the order of the starts that it replaces: series of their own.
    pub(super) following: Vec<Following>,
    /// What was taken otherwise than it is written.
    pub(super) notes: Vec<String>,
}

/// What a series becomes from one of its occurrences on (`RANGE=THISANDFUTURE`).
pub(super) struct Following {
    /// Which VEVENT of the object says so, from 0 on.
    pub(super) number: usize,
    pub(super) details: EventDetails,
    pub(super) recurrence: Recurrence,
    /// How much later its occurrences start than the series has them, in seconds on their own clocks.
    pub(super) later: i64,
    /// The changed occurrences, each with its start by the new rule.
    pub(super) changed: Vec<(WallTime, EventDetails)>,
}

impl Rows {
    /// Of the components of an object.
    ///
    /// # Errors
    /// [`Error::Conflict`] if too many occurrences of it were changed.
    pub(super) fn of(events: &Events, server: &TimeZone) -> Result<Self> {
        Self::of_one_series(events, server)?.parted(&events.following, server)
    }

    /// The same, where each changed occurrence stands for itself alone.
    fn of_one_series(events: &Events, server: &TimeZone) -> Result<Self> {
        let mut notes = events.notes.clone();
        let whole = |main, changed, notes| Self { main, changed, following: Vec::new(), notes };
        let Some(main) = &events.main else {
            let changed = events.changed.iter().map(|one| (None, details_of(one, server)));
            return Ok(whole(None, changed.collect(), notes));
        };
        let details = details_of(main, server);
        let dated = !main.additions.is_empty() || !events.changed.is_empty();
        let Some((details, recurrence)) = repeated(main, &details, dated, server, &mut notes)?
        else {
            return Ok(whole(Some((details, Recurrence::Once)), Vec::new(), notes));
        };
        let Recurrence::Series(repeats) = &recurrence else {
            return Ok(whole(Some((details, recurrence)), Vec::new(), notes));
        };
        let mut changed = BTreeMap::new();
        let recurring = Recurring::of(&details, repeats, server)?;
        let first = (main.starts, main.ends);
        let beside = begins_beside(main, recurring.series().starts(), server).then_some(first);
        for (start, end) in main.additions.iter().chain(&beside) {
            let there = recurring.series().gives(*start);
            let added = series::at_times(&details, (*start, *end), server);
            let same = there && series::own_times(&recurring.details_at(*start))?.1 == *end;
            if !same && main.exceptions.binary_search(start).is_err() {
                changed.insert(*start, added);
            }
        }
        for one in &events.changed {
            if let Some(start) = one.replaces {
                changed.insert(start, details_of(one, server));
            }
        }
        let zone = own_zone(&details).map(|own| own.name.clone());
        for one in changed.values_mut() {
            set_series_zone(one, zone.clone());
        }
        let exceptions: BTreeSet<_> =
            main.exceptions.iter().chain(changed.keys()).copied().collect();
        let recurrence = series::with_exceptions(repeats, exceptions.into_iter().collect())?;
        let changed = changed.into_iter().map(|(start, details)| (Some(start), details));
        Ok(whole(Some((details.clone(), recurrence)), changed.collect(), notes))
    }

    /// How many events they are.
    pub(super) fn len(&self) -> usize {
        let following = self.following.iter().map(|following| 1 + following.changed.len());
        usize::from(self.main.is_some()) + self.changed.len() + following.sum::<usize>()
    }

    /// How many of them are series.
    pub(super) fn series(&self) -> usize {
        usize::from(matches!(self.main, Some((_, Recurrence::Series(_))))) + self.following.len()
    }

    /// The components that say the same.
    pub(super) fn components(&self, server: &TimeZone) -> Result<Components> {
        let changed = self.changed.iter().map(|(start, details)| (*start, details));
        Components::of(
            self.main.as_ref().map(|(details, recurrence)| (details, recurrence)),
            changed,
            server,
        )
    }
}

/// The series of a main component; none if it does not repeat. A rule that cannot be followed is noted, and what it
/// repeats is shown once.
fn repeated(
    main: &EventComponent,
    details: &EventDetails,
    dated: bool,
    server: &TimeZone,
    notes: &mut Vec<String>,
) -> Result<Option<(EventDetails, Recurrence)>> {
    if let Some(rule) = &main.rule {
        match of_rule(main, details, rule, server) {
            Ok(Some(series)) => return Ok(Some(series)),
            Ok(None) => {}
            Err(Error::Invalid(detail)) => notes.push(format!("{detail}: only the first is shown")),
            Err(error) => return Err(error),
        }
    }
    let once = || Rule::parse(ONCE).map_err(|fault| Error::Internal(fault.to_string()));
    if !dated {
        return Ok(None);
    }
    match series::of_rule(details, once()?, server) {
        Ok(series) => Ok(Some(series)),
        Err(Error::Invalid(detail)) => {
            notes.push(format!("{detail}: only the first is shown"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The series of a rule. A start that the rule does not give is an occurrence beside it, and `COUNT` counts it
/// (RFC 5545, 3.3.10). None if the rule gives nothing besides.
fn of_rule(
    main: &EventComponent,
    details: &EventDetails,
    rule: &Rule,
    server: &TimeZone,
) -> Result<Option<(EventDetails, Recurrence)>> {
    let series = series::of_rule(details, rule.clone(), server)?;
    if !begins_beside(main, series::own_times(&series.0)?.0, server) {
        return Ok(Some(series));
    }
    let rest = rule.without_one();
    rest.map(|rest| series::of_rule(details, rest, server)).transpose()
}

/// Whether what repeats from `first` on begins before that, with an occurrence that its rule does not give. One at a time
/// that the clock skips is none.
fn begins_beside(main: &EventComponent, first: WallTime, server: &TimeZone) -> bool {
    let own = main.zone.as_deref().and_then(zone::named);
    let clock = own.as_ref().unwrap_or(server);
    let shown = main.properties.all_day || zone::convert(main.starts, clock, clock) == main.starts;
    main.starts != first && shown
}

/// The details that a component gives.
fn details_of(component: &EventComponent, server: &TimeZone) -> EventDetails {
    let zone = component.zone.as_deref();
    let zone = zone.and_then(|name| Some((name.to_owned(), zone::named(name)?)));
    let times = (component.starts, component.ends);
    placed(component.subject.clone(), component.properties.clone(), zone, times, server)
}

/// The components of an object.
#[derive(Debug, Clone, Default)]
pub(super) struct Components {
    pub(super) main: Option<EventComponent>,
    pub(super) changed: Vec<EventComponent>,
}

impl Components {
    /// Of the events of an object: the single event or the series, and what was changed by itself.
    pub(super) fn of_events(events: &[Event], server: &TimeZone) -> Result<Self> {
        let main = events.iter().find(|event| start_of(event).is_none());
        let changed = events.iter().filter(|event| main.is_none_or(|main| main.id != event.id));
        Self::of(
            main.map(|main| (&main.details, &main.recurrence)),
            changed.map(|event| (start_of(event), &event.details)),
            server,
        )
    }

    /// Of the events of an object whose series is elsewhere.
    pub(super) fn of_no_series(events: &[Event], server: &TimeZone) -> Result<Self> {
        Self::of(None, events.iter().map(|event| (None, &event.details)), server)
    }

    fn of<'a>(
        main: Option<(&EventDetails, &Recurrence)>,
        changed: impl Iterator<Item = (Option<WallTime>, &'a EventDetails)>,
        server: &TimeZone,
    ) -> Result<Self> {
        let mut own = main.map(|(details, _)| component_of(details)).transpose()?;
        let mut replaced = Vec::new();
        let repeats = match main {
            Some((details, Recurrence::Series(repeats))) => Some((details, repeats)),
            _ => None,
        };
        let recurring = repeats
            .map(|(details, repeats)| Recurring::of(details, repeats, server))
            .transpose()?;
        let mut starts = BTreeSet::new();
        for (start, details) in changed {
            let component = EventComponent { replaces: start, ..component_of(details)? };
            let added = match (start, &recurring) {
                (Some(start), Some(recurring)) => {
                    starts.insert(start);
                    let given = EventComponent {
                        replaces: component.replaces,
                        starts: component.starts,
                        ends: component.ends,
                        ..component_of(&recurring.details_at(start))?
                    };
                    component.starts == start
                        && component == given
                        && !recurring.series().gives(start)
                }
                _ => false,
            };
            match own.as_mut().filter(|_| added) {
                Some(own) => own.additions.push((component.starts, component.ends)),
                None => replaced.push(component),
            }
        }
        if let (Some(own), Some((_, repeats))) = (own.as_mut(), repeats) {
            let rule = Rule::parse(&repeats.rule);
            own.rule = Some(rule.map_err(|fault| Error::Internal(fault.to_string()))?);
            let exceptions = repeats.exceptions.iter().copied();
            own.exceptions = exceptions.filter(|start| !starts.contains(start)).collect();
            own.additions.sort_unstable();
            if repeats.rule == ONCE {
                own.rule = None;
            }
        }
        replaced.sort_by_key(|component| component.replaces);
        Ok(Self { main: own, changed: replaced })
    }
}

/// The start by the rule of an occurrence that was changed by itself.
pub(super) fn start_of(event: &Event) -> Option<WallTime> {
    match event.recurrence {
        Recurrence::Changed { start, .. } => Some(start),
        _ => None,
    }
}

pub(super) fn is_series(event: &Event) -> bool {
    matches!(event.recurrence, Recurrence::Series(_))
}

/// What details say, as a component without more.
fn component_of(details: &EventDetails) -> Result<EventComponent> {
    let (starts, ends) = series::own_times(details)?;
    let properties = details.properties.as_deref().cloned().unwrap_or_default();
    let zone = properties.zone.as_ref().map(|own| own.name.clone());
    Ok(EventComponent {
        subject: details.subject.clone(),
        properties: Properties { zone: None, series_zone: None, ..properties },
        zone,
        starts,
        ends: ends.max(starts),
        rule: None,
        exceptions: Vec::new(),
        additions: Vec::new(),
        replaces: None,
    })
}
