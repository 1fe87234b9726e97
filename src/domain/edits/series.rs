//! How a series is changed and deleted, in part or as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::aim::{Aim, At, Edit};
use crate::domain::access;
use crate::domain::content::{self, Content};
use crate::domain::limits::check_count;
use crate::domain::series::{self, Recurring};
use crate::error::{Error, Result};
use crate::ical::Rule;
use crate::model::{
    Event, EventDetails, EventId, Expected, Patch, Properties, Recurrence, Repeats, Scope,
    TimeRange, WallTime,
};
use crate::store::NewEvent;

/// A series that is changed or deleted in part.
pub(super) struct OfSeries<'a> {
    pub(super) edit: Edit<'a>,
    pub(super) event: &'a Event,
    pub(super) repeats: &'a Repeats,
    pub(super) recurring: Recurring<'a>,
}

impl OfSeries<'_> {
    pub(super) fn change(&self, content: &Content, aim: Aim) -> Result<Option<EventId>> {
        let (scope, at) = match aim {
            Aim::Whole => return self.change_unmoved(content).map(|()| None),
            Aim::Part(Scope::All, None) => {
                return self.change_all(self.first(), None, content).map(|()| None);
            }
            Aim::Part(scope, at) => (scope, at),
        };
        let (start, changed) = self.named(at)?;
        if let Some(changed) = &changed {
            access::check_seen(changed, self.edit.caller)?;
        }
        match scope {
            Scope::This => self.change_this(start, changed, content),
            Scope::Following if !self.is_of_rule(start) => {
                Err(Expected::new("an occurrence of the rule, with this scope").of("occurrence"))
            }
            Scope::Following if start > self.recurring.starts() => {
                self.change_following(start, changed.as_ref(), content).map(Some)
            }
            Scope::Following | Scope::All => {
                self.change_all(start, changed.as_ref(), content).map(|()| None)
            }
        }
    }

    /// The start of the first occurrence that is shown.
    fn first(&self) -> WallTime {
        self.recurring.first().map_or(self.recurring.starts(), |(start, _)| start)
    }

    pub(super) fn delete(&self, aim: Aim) -> Result<()> {
        match aim {
            Aim::Whole | Aim::Part(Scope::All, _) => self.edit.tx.delete_event(self.event.id),
            Aim::Part(scope, at) => {
                let (start, _) = self.named(at)?;
                match scope {
                    Scope::This => self.leave_out(start),
                    Scope::Following if start > self.recurring.starts() => self.end_before(start),
                    Scope::Following | Scope::All => self.edit.tx.delete_event(self.event.id),
                }
            }
        }
    }

    /// The start of the occurrence that a call names, and what it was changed to before.
    fn named(&self, at: Option<At>) -> Result<(WallTime, Option<Event>)> {
        let Edit { tx, .. } = self.edit;
        match at {
            Some(At::Own(start)) => Ok((start, tx.changed_occurrence(self.event.id, start)?)),
            Some(At::Server(at)) => self.recurring.find(tx, self.event.id, at),
            None => Err(Error::Invalid("occurrence: required with this scope, but missing".into())),
        }
    }

    /// Whether the rule gives the occurrence that starts at `start`: others are dates of their own.
    fn is_of_rule(&self, start: WallTime) -> bool {
        self.recurring.series().gives(start)
    }

    /// Stores the series with other details, or another recurrence.
    fn store(&self, details: &EventDetails, recurrence: &Recurrence) -> Result<()> {
        self.edit.tx.change_event(self.event.id, details, recurrence, self.edit.setting.now)
    }

    /// The rule that a request gives the series anew; none if it leaves it as it is.
    fn new_rule<'c>(&self, content: &'c Content) -> Option<&'c Rule> {
        match content.rule() {
            Patch::Set(rule) if rule.as_str() != self.repeats.rule => Some(rule),
            _ => None,
        }
    }

    /// Changes what all occurrences say, and no time: a client that knows no series sends the times of an occurrence.
    fn change_unmoved(&self, content: &Content) -> Result<()> {
        let zone = self.edit.setting.zone;
        let sent = content.over(Some(&self.event.details), zone)?.times;
        let from = sent.starts().seconds();
        let range = TimeRange { from, until: from + 1 };
        if !self.recurring.between(range).any(|(_, times)| times == sent) {
            return Err(Error::Invalid(
                "occurrence: required, since sdate and edate are those of no occurrence".into(),
            ));
        }
        let (start, details) = if *content.rule() == Patch::Clear {
            let first = self.first();
            (first, content.over_at_times_of(&self.recurring.details_at(first), zone)?)
        } else {
            (self.recurring.starts(), content.over_at_times_of(&self.event.details, zone)?)
        };
        self.restate(start, None, &details, content)
    }

    /// Changes all occurrences. What becomes of the one that starts at `start` becomes of all: they move by as much.
    /// `changed` is what it was changed to before.
    fn change_all(
        &self,
        start: WallTime,
        changed: Option<&Event>,
        content: &Content,
    ) -> Result<()> {
        self.restate(start, changed, &self.wanted(start, changed, content)?, content)
    }

    /// What the series is to have for the occurrence that starts at `start`. If that was changed by itself, the series
    /// changes by as much as it does.
    fn wanted(
        &self,
        start: WallTime,
        changed: Option<&Event>,
        content: &Content,
    ) -> Result<EventDetails> {
        let zone = self.edit.setting.zone;
        let given = self.recurring.details_at(start);
        let Some(changed) = changed else { return content.over(Some(&given), zone) };
        let before = changed.details.times;
        let after = content.over(Some(&changed.details), zone)?.times;
        let details = content.over_at_times_of(&given, zone)?;
        let (starts, ends) = series::own_times(&details)?;
        let starts = starts.later(after.starts().seconds() - before.starts().seconds());
        let ends = ends.later(after.ends().seconds() - before.ends().seconds());
        Ok(series::at_times(&details, (starts, ends.max(starts)), zone))
    }

    /// Makes the series one that has `wanted` for the occurrence that starts at `start`, which was changed to `named`
    /// before; or, without a rule, makes that of the event.
    fn restate(
        &self,
        start: WallTime,
        named: Option<&Event>,
        wanted: &EventDetails,
        content: &Content,
    ) -> Result<()> {
        let (tx, id) = (self.edit.tx, self.event.id);
        tx.note_event(id)?;
        if *content.rule() == Patch::Clear {
            tx.delete_changed_occurrences(id, WallTime::MIN)?;
            return self.store(wanted, &Recurrence::Once);
        }
        let (from, rule) = (self.recurring.starts(), self.recurring.series().rule().clone());
        let (details, recurrence) =
            self.carried_over(from, rule, start, named, wanted, content, id)?;
        self.store(&details, &recurrence)
    }

    /// What the occurrences from the one that starts at `from` on become, by `rule` or a new one of the request: the
    /// details and the recurrence of the series `to`. Gives it what was changed by itself.
    #[expect(clippy::too_many_arguments, reason = "what was, and what is to be")]
    fn carried_over(
        &self,
        from: WallTime,
        rule: Rule,
        start: WallTime,
        named: Option<&Event>,
        wanted: &EventDetails,
        content: &Content,
        to: EventId,
    ) -> Result<(EventDetails, Recurrence)> {
        let zone = self.edit.setting.zone;
        let (new_start, ends) = series::own_times(wanted)?;
        // Each on its own clock: where the zone changes too, 22:00 here can become 9:00 there.
        let later = new_start.seconds() - start.seconds();
        let first = WallTime::from_seconds(from.seconds() + later)
            .map_err(|_| Expected::new("a move within the years 0001 to 9999").of("sdate"))?;
        let length = ends.seconds() - new_start.seconds();
        let details = series::at_times(wanted, (first, first.later(length)), zone);
        let new_rule = self.new_rule(content);
        let rule = match new_rule {
            Some(rule) => rule.clone(),
            None => self.recurring.moved_rule(rule, start, new_start, wanted)?,
        };
        let (details, recurrence) = series::of_rule(&details, rule, zone)?;
        let Recurrence::Series(repeats) = &recurrence else { return Ok((details, recurrence)) };
        let new = Recurring::of(&details, repeats, zone)?;
        let follows = new.series().gives(new_start) || !self.is_of_rule(start);
        if new_rule.is_none() && (new.starts() != first || !follows) {
            return Err(Error::Invalid(
                "sdate: the rule cannot follow this move: send rrule too".into(),
            ));
        }
        // A date of its own may be before the first that the rule gives.
        let since = if from == self.recurring.starts() { WallTime::MIN } else { from };
        let places = self.places(since, &new, later, new_rule.is_none())?;
        self.give_changed(since, to, named, &details, content, &places)?;
        // In order, which their places need not be.
        let exceptions: BTreeSet<_> = places.values().copied().collect();
        let recurrence = series::with_exceptions(repeats, exceptions.into_iter().collect())?;
        Ok((details, recurrence))
    }

    /// Where each exception from `from` on is in the series `new`, whose occurrences start `later` seconds later. By
    /// a rule that only moved, each has a place there; a new one may have none. What is no occurrence of the rule, as a
    /// date of its own is none, moves by as much and takes the place of no occurrence.
    fn places(
        &self,
        from: WallTime,
        new: &Recurring<'_>,
        later: i64,
        moved: bool,
    ) -> Result<BTreeMap<WallTime, WallTime>> {
        const NEAR: i64 = 16 * 86_400;
        let mut places = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for start in self.repeats.exceptions.iter().copied().filter(|start| *start >= from) {
            let wanted = start.later(later);
            let place = if new.series().gives(wanted) || moved && !self.is_of_rule(start) {
                Some(wanted)
            } else if moved {
                // The second Wednesday is not always the day after the second Tuesday.
                let near = new.series().between(wanted.seconds() - NEAR, wanted.seconds() + NEAR);
                let free = near.into_iter().filter(|at| !taken.contains(at));
                free.min_by_key(|at| (at.seconds() - wanted.seconds()).abs())
            } else {
                continue;
            };
            let place = place.filter(|place| taken.insert(*place)).ok_or_else(|| {
                Error::Invalid(
                    "sdate: what was changed or left out has no place after this move: send rrule too".into(),
                )
            })?;
            places.insert(start, place);
        }
        Ok(places)
    }

    /// Gives what was changed by itself, from the occurrence that starts at `from` on, to the series `to` of `details`, at
    /// its place there; what has none is deleted. It takes on what it still had from the series; `named`, which the
    /// request is about, takes on all of the request.
    fn give_changed(
        &self,
        from: WallTime,
        to: EventId,
        named: Option<&Event>,
        details: &EventDetails,
        content: &Content,
        places: &BTreeMap<WallTime, WallTime>,
    ) -> Result<()> {
        let Edit { tx, setting, .. } = &self.edit;
        let zone = content::own_zone(details).map(|own| own.name.clone());
        for changed in tx.changed_occurrences(self.event.id, from)? {
            let Recurrence::Changed { start, .. } = changed.recurrence else { continue };
            let Some(place) = places.get(&start) else {
                tx.delete_event(changed.id)?;
                continue;
            };
            let mut after = if named.is_some_and(|named| named.id == changed.id) {
                content.over(Some(&changed.details), setting.zone)?
            } else {
                content::inherited(&changed.details, &self.event.details, details)
            };
            let is_named = named.is_some_and(|named| named.id == changed.id);
            let (starts, ends) = series::own_times(&changed.details)?;
            content::set_series_zone(&mut after, zone.clone());
            if !is_named && starts == start && !self.is_of_rule(start) {
                // A date of its own, at its own time.
                let ends = place.later(ends.seconds() - starts.seconds());
                after = series::at_times(&after, (*place, ends), setting.zone);
            }
            let recurrence = Recurrence::Changed { series: to, start: *place };
            tx.change_event(changed.id, &after, &recurrence, setting.now)?;
            tx.move_changed_occurrence(changed.id, to, *place)?;
        }
        Ok(())
    }

    /// Changes the occurrence that starts at `start` alone; `changed` is what it has become before.
    pub(super) fn change_this(
        &self,
        start: WallTime,
        changed: Option<Event>,
        content: &Content,
    ) -> Result<Option<EventId>> {
        let Edit { tx, owner, setting, .. } = &self.edit;
        if self.new_rule(content).is_some() || *content.rule() == Patch::Clear {
            return Err(
                Expected::new("none for a single occurrence, unless scope is sent too").of("rrule")
            );
        }
        let given = self.recurring.details_at(start);
        let before = changed.as_ref().map_or(&given, |changed| &changed.details);
        let mut details = content.over(Some(before), setting.zone)?;
        let mut exceptions = self.repeats.exceptions.clone();
        let place = exceptions.binary_search(&start);
        if same(&details, &given) {
            tx.note_event(self.event.id)?;
            if let Some(changed) = &changed {
                tx.delete_event(changed.id)?;
            }
            if let Ok(place) = place {
                exceptions.remove(place);
                self.store(
                    &self.event.details,
                    &series::with_exceptions(self.repeats, exceptions)?,
                )?;
            }
            return Ok(None);
        }
        content::set_series_zone(&mut details, self.recurring.zone_name().map(str::to_owned));
        let recurrence = Recurrence::Changed { series: self.event.id, start };
        if let Some(changed) = changed {
            tx.change_event(changed.id, &details, &recurrence, setting.now)?;
            return Ok(None);
        }
        check_count(owner, setting.bounds.events)?;
        if let Err(place) = place {
            exceptions.insert(place, start);
            self.store(&self.event.details, &series::with_exceptions(self.repeats, exceptions)?)?;
        }
        self.insert(&details, &recurrence).map(Some)
    }

    /// Adds an event beside the series, of the same owner and in the same group.
    fn insert(&self, details: &EventDetails, recurrence: &Recurrence) -> Result<EventId> {
        self.edit.tx.insert_event(&NewEvent {
            owner: self.event.owner,
            group: self.event.group,
            details,
            created: self.edit.setting.now,
            birthday: false,
            recurrence,
            object: None,
            import: None,
        })
    }

    /// Changes the occurrence that starts at `start`, which was changed to `changed` before, and all after it: they
    /// become a series of their own.
    fn change_following(
        &self,
        start: WallTime,
        changed: Option<&Event>,
        content: &Content,
    ) -> Result<EventId> {
        let Edit { tx, owner, setting, .. } = &self.edit;
        let wanted = self.wanted(start, changed, content)?;
        check_count(owner, setting.bounds.events)?;
        let (before, after) = self.recurring.parted(start);
        tx.note_event(self.event.id)?;
        let made = self.insert(&wanted, &Recurrence::Once)?;
        if *content.rule() == Patch::Clear {
            tx.delete_changed_occurrences(self.event.id, start)?;
        } else {
            self.edit.check_series()?;
            let (details, recurrence) =
                self.carried_over(start, after, start, changed, &wanted, content, made)?;
            tx.begin_event(made, &details, &recurrence)?;
        }
        self.end(before, start)?;
        Ok(made)
    }

    /// Leaves out the occurrence that starts at `start`.
    pub(super) fn leave_out(&self, start: WallTime) -> Result<()> {
        let tx = self.edit.tx;
        if let Some(changed) = tx.changed_occurrence(self.event.id, start)? {
            tx.delete_event(changed.id)?;
        }
        let mut exceptions = self.repeats.exceptions.clone();
        if let Err(place) = exceptions.binary_search(&start) {
            exceptions.insert(place, start);
        }
        let recurrence = series::with_exceptions(self.repeats, exceptions)?;
        self.store_unless_empty(&recurrence)
    }

    /// Ends the series before the occurrence that starts at `start`.
    fn end_before(&self, start: WallTime) -> Result<()> {
        let (before, _) = self.recurring.parted(start);
        self.edit.tx.delete_changed_occurrences(self.event.id, start)?;
        self.end(before, start)
    }

    fn end(&self, rule: Rule, start: WallTime) -> Result<()> {
        let exceptions = self.repeats.exceptions.iter().copied().filter(|at| *at < start).collect();
        let zone = self.edit.setting.zone;
        let (_, recurrence) = series::of_rule(&self.event.details, rule, zone)?;
        let Recurrence::Series(repeats) = &recurrence else { return Ok(()) };
        self.store_unless_empty(&series::with_exceptions(repeats, exceptions)?)
    }

    /// Stores the series, or deletes it if all its occurrences are left out.
    fn store_unless_empty(&self, recurrence: &Recurrence) -> Result<()> {
        if let Recurrence::Series(repeats) = recurrence {
            let left = Recurring::of(&self.event.details, repeats, self.edit.setting.zone)?;
            if left.first().is_none() && !self.edit.tx.has_changed_occurrences(self.event.id)? {
                return self.edit.tx.delete_event(self.event.id);
            }
        }
        self.store(&self.event.details, recurrence)
    }
}

/// Whether an occurrence is as its series has it.
fn same(details: &EventDetails, given: &EventDetails) -> bool {
    let bare = |details: &EventDetails| {
        let properties = details.properties.as_deref().cloned().unwrap_or_default();
        Properties { series_zone: None, ..properties }
    };
    details.subject == given.subject && details.times == given.times && bare(details) == bare(given)
}
