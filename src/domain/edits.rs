//! How an event is changed and deleted. A series: one occurrence, one and all after it, or all.
//!
//! An occurrence that is changed by itself becomes an event of its own, and an exception of its series. If it is given
//! back what the series has for it, it is an occurrence like the others again: so a change of one, or its deletion, can
//! be undone exactly.

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
    let event = access::deletable_event(tx, caller.id, id)?;
    check_precondition(&event, precondition)?;
    let edit = Edit { tx, caller, setting };
    let (event, target) = edit.aimed(event, target)?;
    match &event.recurrence {
        Recurrence::Once => {
            single_target(target)?;
            tx.delete_event(event.id)
        }
        // It stays an exception of its series.
        Recurrence::Changed { .. } => tx.delete_event(event.id),
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
        series::of_rule(&details, rule.clone(), Vec::new(), self.setting.zone)
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
        let whole = self.tx.event(series)?;
        let whole = whole.ok_or_else(|| Error::Internal("a series is gone".into()))?;
        let Recurrence::Series(repeats) = &whole.recurrence else {
            return Err(Error::Internal("an occurrence of no series".into()));
        };
        let recurring = Recurring::of(&whole.details, repeats, self.setting.zone)?;
        let of = OfSeries { edit: *self, event: &whole, repeats, recurring };
        of.change_this(start, Some(event.clone()), content)
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
        match aim {
            Aim::Whole => self.change_unmoved(content).map(|()| None),
            Aim::Part(Scope::All, None) => {
                self.change_all(self.recurring.starts(), content).map(|()| None)
            }
            Aim::Part(scope, at) => {
                let start = self.start(at)?;
                match scope {
                    Scope::This => {
                        let changed = self.edit.tx.changed_occurrence(self.event.id, start)?;
                        self.change_this(start, changed, content)
                    }
                    Scope::Following if start > self.recurring.starts() => {
                        self.change_following(start, content).map(Some)
                    }
                    Scope::Following | Scope::All => self.change_all(start, content).map(|()| None),
                }
            }
        }
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
        let details = content.over_at_times_of(&self.event.details, zone)?;
        self.change_to(&details, self.recurring.starts(), content, &details)
    }

    /// Changes all occurrences. What becomes of the one that starts at `start` becomes of all: they move by as much.
    fn change_all(&self, start: WallTime, content: &Content) -> Result<()> {
        let zone = self.edit.setting.zone;
        let details = content.over(Some(&self.recurring.details_at(start)), zone)?;
        let (new_start, _) = series::own_times(&details)?;
        // Each on its own clock: where the zone changes too, 22:00 here can become 9:00 there.
        let first = self.recurring.starts().later(new_start.seconds() - start.seconds());
        self.change_to(&series::moved_to(&details, first, zone)?, start, content, &details)
    }

    /// Whether `details` have the clock of the series.
    fn keeps_clock(&self, details: &EventDetails) -> bool {
        let name = content::own_zone(details).map(|own| own.name.as_str());
        name == self.recurring.zone_name()
    }

    /// Gives the changed occurrences from the one that starts at `from` on to the series `to` of `details`, whose
    /// occurrences start `later` seconds later.
    fn hand_over(
        &self,
        from: WallTime,
        to: EventId,
        details: &EventDetails,
        later: i64,
    ) -> Result<()> {
        let Edit { tx, setting, .. } = &self.edit;
        if !self.keeps_clock(details) {
            let name = content::own_zone(details).map(|own| own.name.clone());
            for start in self.repeats.exceptions.iter().copied().filter(|at| *at >= from) {
                let Some(mut changed) = tx.changed_occurrence(self.event.id, start)? else {
                    continue;
                };
                changed.details.properties.get_or_insert_default().series_zone.clone_from(&name);
                tx.change_event(changed.id, &changed.details, &changed.recurrence, setting.now)?;
            }
        }
        if later == 0 && to == self.event.id {
            return Ok(());
        }
        tx.move_changed_occurrences(self.event.id, from, to, later)
    }

    /// Gives the series `details`. `start` is the occurrence that the rule moves with, by as much as the first one moves,
    /// and `once` is what becomes of the event if it no longer repeats.
    fn change_to(
        &self,
        details: &EventDetails,
        start: WallTime,
        content: &Content,
        once: &EventDetails,
    ) -> Result<()> {
        let (tx, id, zone) = (self.edit.tx, self.event.id, self.edit.setting.zone);
        if *content.rule() == Patch::Clear {
            tx.delete_changed_occurrences(id, WallTime::MIN)?;
            return self.store(once, &Recurrence::Once);
        }
        let (first, _) = series::own_times(details)?;
        let later = first.seconds() - self.recurring.starts().seconds();
        let rule = if let Some(rule) = self.new_rule(content) {
            rule.clone()
        } else {
            let rule = self.recurring.series().rule().clone();
            series::moved_rule(details, rule, start, start.later(later), zone)?
        };
        let exceptions = self.repeats.exceptions.iter().map(|at| at.later(later)).collect();
        let (moved, recurrence) = series::of_rule(details, rule, exceptions, zone)?;
        self.hand_over(WallTime::MIN, id, details, later)?;
        self.store(&moved, &recurrence)
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
        if let Some(name) = self.recurring.zone_name() {
            details.properties.get_or_insert_default().series_zone = Some(name.to_owned());
        }
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

    /// Changes the occurrence that starts at `start` and all after it: they become a series of their own.
    fn change_following(&self, start: WallTime, content: &Content) -> Result<EventId> {
        let Edit { tx, caller, setting } = &self.edit;
        let details = content.over(Some(&self.recurring.details_at(start)), setting.zone)?;
        let (new_start, _) = series::own_times(&details)?;
        let (before, after) =
            self.recurring.series().parted(start, self.event.details.is_all_day());
        let later = new_start.seconds() - start.seconds();
        let rest = self.repeats.exceptions.iter().filter(|at| **at >= start);
        let rest: Vec<_> = rest.map(|at| at.later(later)).collect();
        let (details, recurrence) = if *content.rule() == Patch::Clear {
            (details, Recurrence::Once)
        } else {
            let rule = match self.new_rule(content) {
                Some(rule) => rule.clone(),
                None => series::moved_rule(&details, after, start, new_start, setting.zone)?,
            };
            self.edit.check_series()?;
            series::of_rule(&details, rule, rest, setting.zone)?
        };
        check_count(caller, setting.bounds.events)?;
        let made = tx.insert_event(&NewEvent {
            owner: self.event.owner,
            group: self.event.group,
            details: &details,
            created: setting.now,
            birthday: false,
            recurrence: &recurrence,
        })?;
        if recurrence == Recurrence::Once {
            tx.delete_changed_occurrences(self.event.id, start)?;
        } else {
            self.hand_over(start, made, &details, later)?;
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
        let (_, recurrence) = series::of_rule(&self.event.details, rule, exceptions, zone)?;
        self.store_unless_empty(&recurrence)
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

/// Refuses the occurrence of an event that has none.
fn single_target(aim: Aim) -> Result<()> {
    match aim {
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
