//! How an event is changed and deleted. A series: one occurrence, one and all after it, or all.
//!
//! An occurrence that is changed by itself becomes an event of its own, and an exception of its series. If it is given
//! back what the series has for it, it is an occurrence like the others again: so a change of one, or its deletion, can
//! be undone exactly.

use std::collections::{BTreeMap, BTreeSet};

use super::access;
use super::content::{self, Content};
use super::limits::{Setting, check_count, check_series};
use super::series::{self, Recurring};
use crate::error::{Error, Result};
use crate::ical::Rule;
use crate::model::{
    Event, EventDetails, EventId, EventTimes, Expected, Patch, Precondition, Properties,
    Recurrence, Repeats, Scope, Target, TimeRange, User, WallTime,
};
use crate::store::{NewEvent, Transaction};

/// Changes an event, or a series as far as `target` says. Its group stays the same. A birthday moves to the day of the new
/// start. Gives the id of the event that has come to be, if one has.
///
/// # Errors
/// [`Error::NotFound`] if there is no such event, [`Error::NotOwner`] if somebody else registered it,
/// [`Error::Changed`] if `precondition` does not allow its revision, [`Error::Invalid`] for what the event cannot be,
/// [`Error::Conflict`] if the caller would have too much.
pub fn change(
    tx: &Transaction<'_>,
    caller: &User,
    id: EventId,
    content: &Content,
    target: Target,
    precondition: &Precondition,
    setting: Setting<'_>,
) -> Result<Option<EventId>> {
    lock_series_of(tx, id)?;
    let event = access::changeable_event(tx, caller.id, id)?;
    check_precondition(&event, precondition)?;
    let edit = Edit { tx, caller, setting };
    if event.birthday {
        return edit.birthday(&event, content, target);
    }
    let (event, target) = edit.aimed(event, target)?;
    match &event.recurrence {
        Recurrence::Once => edit.single(&event, content, target),
        Recurrence::Changed { series, start } => edit.changed(&event, *series, *start, content),
        Recurrence::Series(repeats) => {
            let recurring = Recurring::of(&event.details, repeats, setting.zone)?;
            let series = OfSeries { edit, event: &event, repeats, recurring };
            series.change(content, target)
        }
    }
}

/// Deletes an event, which may be the birthday, or of a series what `target` says.
///
/// # Errors
/// [`Error::NotFound`] if there is no such event, [`Error::NotOwner`] if the caller neither registered
/// it nor created its group, [`Error::Changed`] if `precondition` does not allow its revision, [`Error::Invalid`] for an
/// occurrence that the series does not have, [`Error::Conflict`] if too many are left out.
pub fn delete(
    tx: &Transaction<'_>,
    caller: &User,
    id: EventId,
    target: Target,
    precondition: &Precondition,
    setting: Setting<'_>,
) -> Result<()> {
    lock_series_of(tx, id)?;
    let event = access::deletable_event(tx, caller.id, id)?;
    check_precondition(&event, precondition)?;
    let edit = Edit { tx, caller, setting };
    let (event, target) = edit.aimed(event, target)?;
    match &event.recurrence {
        Recurrence::Once => {
            single_target(target)?;
            tx.delete_event(event.id)
        }
        Recurrence::Changed { series, start } => edit.of_series(*series, |of| of.leave_out(*start)),
        Recurrence::Series(repeats) => {
            let recurring = Recurring::of(&event.details, repeats, setting.zone)?;
            let series = OfSeries { edit, event: &event, repeats, recurring };
            series.delete(target)
        }
    }
}

#[derive(Clone, Copy)]
struct Edit<'a> {
    tx: &'a Transaction<'a>,
    caller: &'a User,
    setting: Setting<'a>,
}

/// What a call comes to: one occurrence, or a whole event. Starts are on the clock of the series.
#[derive(Debug, Clone, Copy)]
enum Aim {
    /// What the call names, without more.
    Whole,
    /// Some of a series.
    Part(Scope, Option<At>),
}

/// Which occurrence a call names.
#[derive(Debug, Clone, Copy)]
enum At {
    /// By its start on the server's clock.
    Server(WallTime),
    /// By its start on the clock of the series.
    Own(WallTime),
}

impl Edit<'_> {
    /// The event that a call is about: that of `event`, or, if that is a changed occurrence and more of its series is
    /// meant, the series.
    fn aimed(&self, event: Event, target: Target) -> Result<(Event, Aim)> {
        let Recurrence::Changed { series, start } = event.recurrence else {
            let aim = match (target.scope, target.occurrence) {
                (None, None) => Aim::Whole,
                (scope, at) => Aim::Part(scope.unwrap_or(Scope::This), at.map(At::Server)),
            };
            return Ok((event, aim));
        };
        if let Some(at) = target.occurrence
            && series::start_of_changed(&event, self.setting.zone) != Some(at)
        {
            return Err(Expected::new("that of this changed occurrence, or none").of("occurrence"));
        }
        match target.scope {
            None | Some(Scope::This) => Ok((event, Aim::Whole)),
            Some(scope) => {
                let whole = self.tx.event(series)?;
                let whole = whole.ok_or_else(|| Error::Internal("a series is gone".into()))?;
                Ok((whole, Aim::Part(scope, Some(At::Own(start)))))
            }
        }
    }

    fn birthday(
        &self,
        event: &Event,
        content: &Content,
        target: Target,
    ) -> Result<Option<EventId>> {
        if target.occurrence.is_some() || target.scope.is_some_and(|scope| scope != Scope::All) {
            return Err(Expected::new("none, since a birthday is changed as a whole")
                .of(if target.occurrence.is_some() { "occurrence" } else { "scope" }));
        }
        if let Some(name) = content.first_property() {
            return Err(
                Expected::new("none, since a birthday has a subject and a day alone").of(name)
            );
        }
        let (subject, times) = content.plain()?;
        let details = EventDetails::new(subject, whole_day(times)?);
        self.tx.change_event(event.id, &details, &Recurrence::Once, self.setting.now)?;
        Ok(None)
    }

    /// Changes an event that does not repeat, and may from now on.
    fn single(&self, event: &Event, content: &Content, aim: Aim) -> Result<Option<EventId>> {
        single_target(aim)?;
        let details = content.over(Some(&event.details), self.setting.zone)?;
        let (details, recurrence) = self.recurring(details, content.rule())?;
        self.tx.change_event(event.id, &details, &recurrence, self.setting.now)?;
        Ok(None)
    }

    /// Makes a series of `details`, if there is a rule.
    fn recurring(
        &self,
        details: EventDetails,
        rule: &Patch<Rule>,
    ) -> Result<(EventDetails, Recurrence)> {
        let Patch::Set(rule) = rule else { return Ok((details, Recurrence::Once)) };
        self.check_series()?;
        series::of_rule(&details, rule.clone(), self.setting.zone)
    }

    /// Checks that the caller may have another series.
    fn check_series(&self) -> Result<()> {
        check_series(self.tx, self.caller, self.setting.bounds)
    }

    /// Changes an occurrence that was changed by itself before.
    fn changed(
        &self,
        event: &Event,
        series: EventId,
        start: WallTime,
        content: &Content,
    ) -> Result<Option<EventId>> {
        self.of_series(series, |of| of.change_this(start, Some(event.clone()), content))
    }

    /// Does `work` with a series.
    fn of_series<T>(
        &self,
        series: EventId,
        work: impl FnOnce(&OfSeries<'_>) -> Result<T>,
    ) -> Result<T> {
        let event = self.tx.event(series)?;
        let event = event.ok_or_else(|| Error::Internal("a series is gone".into()))?;
        let Recurrence::Series(repeats) = &event.recurrence else {
            return Err(Error::Internal("an occurrence of no series".into()));
        };
        let recurring = Recurring::of(&event.details, repeats, self.setting.zone)?;
        work(&OfSeries { edit: *self, event: &event, repeats, recurring })
    }
}

/// A series that is changed or deleted in part.
struct OfSeries<'a> {
    edit: Edit<'a>,
    event: &'a Event,
    repeats: &'a Repeats,
    recurring: Recurring<'a>,
}

impl OfSeries<'_> {
    fn change(&self, content: &Content, aim: Aim) -> Result<Option<EventId>> {
        let (scope, at) = match aim {
            Aim::Whole => return self.change_unmoved(content).map(|()| None),
            Aim::Part(Scope::All, None) => {
                return self.change_all(self.first(), None, content).map(|()| None);
            }
            Aim::Part(scope, at) => (scope, at),
        };
        let start = self.start(at)?;
        let changed = self.edit.tx.changed_occurrence(self.event.id, start)?;
        match scope {
            Scope::This => self.change_this(start, changed, content),
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

    fn delete(&self, aim: Aim) -> Result<()> {
        match aim {
            Aim::Whole | Aim::Part(Scope::All, _) => self.edit.tx.delete_event(self.event.id),
            Aim::Part(scope, at) => {
                let start = self.start(at)?;
                match scope {
                    Scope::This => self.leave_out(start),
                    Scope::Following if start > self.recurring.starts() => self.end_before(start),
                    Scope::Following | Scope::All => self.edit.tx.delete_event(self.event.id),
                }
            }
        }
    }

    /// The start of the occurrence that a call names.
    fn start(&self, at: Option<At>) -> Result<WallTime> {
        match at {
            Some(At::Own(start)) => Ok(start),
            Some(At::Server(at)) => self.recurring.find(at),
            None => Err(Error::Invalid("occurrence: required with this scope, but missing".into())),
        }
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
            return Err(Expected::new(
                "which one is meant, since sdate and edate are not those of an occurrence",
            )
            .of("occurrence"));
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
            None => series::moved_rule(wanted, rule, start, new_start, zone)?,
        };
        let (details, recurrence) = series::of_rule(&details, rule, zone)?;
        let Recurrence::Series(repeats) = &recurrence else { return Ok((details, recurrence)) };
        let new = Recurring::of(&details, repeats, zone)?;
        if new_rule.is_none() && (new.starts() != first || !new.series().gives(new_start)) {
            return Err(
                Expected::new("a move that the rule can follow, or rrule beside it").of("sdate")
            );
        }
        let places = self.places(from, &new, later, new_rule.is_none())?;
        self.give_changed(from, to, named, &details, content, &places)?;
        // In order, which their places need not be.
        let exceptions: BTreeSet<_> = places.values().copied().collect();
        let recurrence = series::with_exceptions(repeats, exceptions.into_iter().collect())?;
        Ok((details, recurrence))
    }

    /// Where each exception from `from` on is in the series `new`, whose occurrences start `later` seconds later. By
    /// a rule that only moved, each has a place there; a new one may have none.
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
            let place = if new.series().gives(wanted) {
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
                Expected::new("a move that leaves a place to what was changed or left out, or rrule beside it")
                    .of("sdate")
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
            content::set_series_zone(&mut after, zone.clone());
            let recurrence = Recurrence::Changed { series: to, start: *place };
            tx.change_event(changed.id, &after, &recurrence, setting.now)?;
            tx.move_changed_occurrence(changed.id, to, *place)?;
        }
        Ok(())
    }

    /// Changes the occurrence that starts at `start` alone; `changed` is what it has become before.
    fn change_this(
        &self,
        start: WallTime,
        changed: Option<Event>,
        content: &Content,
    ) -> Result<Option<EventId>> {
        let Edit { tx, caller, setting } = &self.edit;
        if self.new_rule(content).is_some() || *content.rule() == Patch::Clear {
            return Err(
                Expected::new("none for one occurrence alone: send \"scope\" too").of("rrule")
            );
        }
        let given = self.recurring.details_at(start);
        let before = changed.as_ref().map_or(&given, |changed| &changed.details);
        let mut details = content.over(Some(before), setting.zone)?;
        let mut exceptions = self.repeats.exceptions.clone();
        let place = exceptions.binary_search(&start);
        if same(&details, &given) {
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
        check_count(caller, setting.bounds.events)?;
        if let Err(place) = place {
            exceptions.insert(place, start);
            self.store(&self.event.details, &series::with_exceptions(self.repeats, exceptions)?)?;
        }
        let made = tx.insert_event(&NewEvent {
            owner: self.event.owner,
            group: self.event.group,
            details: &details,
            created: setting.now,
            birthday: false,
            recurrence: &recurrence,
        })?;
        Ok(Some(made))
    }

    /// Changes the occurrence that starts at `start`, which was changed to `changed` before, and all after it: they
    /// become a series of their own.
    fn change_following(
        &self,
        start: WallTime,
        changed: Option<&Event>,
        content: &Content,
    ) -> Result<EventId> {
        let Edit { tx, caller, setting } = &self.edit;
        let wanted = self.wanted(start, changed, content)?;
        check_count(caller, setting.bounds.events)?;
        let new = |details: &EventDetails, recurrence: &Recurrence| {
            tx.insert_event(&NewEvent {
                owner: self.event.owner,
                group: self.event.group,
                details,
                created: setting.now,
                birthday: false,
                recurrence,
            })
        };
        let (before, after) =
            self.recurring.series().parted(start, self.event.details.is_all_day());
        let made = new(&wanted, &Recurrence::Once)?;
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
    fn leave_out(&self, start: WallTime) -> Result<()> {
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
        let (before, _) = self.recurring.series().parted(start, self.event.details.is_all_day());
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

/// Checks that `precondition` allows the revision of `event`.
fn check_precondition(event: &Event, precondition: &Precondition) -> Result<()> {
    if precondition.allows(event.revision) { Ok(()) } else { Err(Error::Changed(event.id.0)) }
}

/// Reads, and so locks, the series of a changed occurrence before the occurrence: in that order a change of the series
/// locks them too.
fn lock_series_of(tx: &Transaction<'_>, id: EventId) -> Result<()> {
    match tx.series_of(id)? {
        Some(series) => tx.event(series).map(drop),
        None => Ok(()),
    }
}

/// Refuses the occurrence of an event that has none.
fn single_target(aim: Aim) -> Result<()> {
    match aim {
        Aim::Part(Scope::This | Scope::Following, None) => {
            Err(Error::Invalid("occurrence: required with this scope, but missing".into()))
        }
        Aim::Part(_, Some(_)) => {
            Err(Expected::new("none, since the event does not repeat").of("occurrence"))
        }
        _ => Ok(()),
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

/// The midnight at the start of a one-day event. Its end may be any time of that day, or the next
/// midnight.
fn whole_day(times: EventTimes) -> Result<EventTimes> {
    let day = times.starts().day();
    if times.ends().seconds() > day.time_range().until {
        return Err(Error::Invalid(
            "edate: expected the day of sdate, since a birthday is one day".into(),
        ));
    }
    Ok(EventTimes::moment(day.midnight()))
}
