//! How an event is changed and deleted. A series: one occurrence, one and all after it, or all.
//!
//! An occurrence that is changed by itself becomes an event of its own, and an exception of its series. If it is given
//! back what the series has for it, it is an occurrence like the others again: so a change of one, or its deletion, can
//! be undone exactly.

mod aim;
mod series;

use super::content::Content;
use super::limits::Setting;
use super::names::check_name;
use super::series::{Recurring, of_rule};
use super::{access, objects};
use crate::error::{Error, Result};
use crate::ical::Rule;
use crate::model::{
    Event, EventDetails, EventId, EventTimes, Expected, Patch, Precondition, Recurrence, Scope,
    Target, User, WallTime,
};
use crate::store::{StoredObject, Transaction};
use aim::{Aim, At, Edit, single_target};
use series::OfSeries;

/// Changes an event, or a series as far as `target` says. Its group stays the same. A birthday moves to the day of the new
/// start, unless it is shown on that day. Gives the id of the event that has come to be, if one has.
///
/// # Errors
/// [`Error::NotFound`] if there is no such event, [`Error::NotOwner`] if the caller may not change it,
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
    let owner = owner_of(tx, caller, &event)?;
    let edit = Edit { tx, caller: caller.id, owner: owner.as_ref().unwrap_or(caller), setting };
    edit.check_precondition(&event, target, precondition)?;
    let Some(object) = own_object(tx, id, setting)? else {
        return edit.change(event, content, target);
    };
    let names = objects::Names::of(tx, &object)?;
    let made = edit.change(event, content, target)?;
    objects::follow_all(tx, &object, made, &names, setting)?;
    Ok(made)
}

/// Deletes an event, which may be the birthday, or of a series what `target` says.
///
/// # Errors
/// [`Error::NotFound`] if there is no such event, [`Error::NotOwner`] if the caller may not delete it, [`Error::Changed`] if `precondition` does not allow its revision, [`Error::Invalid`] for an
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
    // What it adds to a series that loses an occurrence is no row.
    let edit = Edit { tx, caller: caller.id, owner: caller, setting };
    edit.check_precondition(&event, target, precondition)?;
    let object = own_object(tx, id, setting)?;
    edit.delete(event, target)?;
    match object {
        Some(object) => objects::follow_all(tx, &object, None, &objects::Names::default(), setting),
        None => Ok(()),
    }
}

/// The object of an event, which has no other series in it.
fn own_object(
    tx: &Transaction<'_>,
    id: EventId,
    setting: Setting<'_>,
) -> Result<Option<StoredObject>> {
    if let Some(object) = tx.object_of_event(id)? {
        objects::disentangle(tx, &object, setting)?;
    }
    tx.object_of_event(id)
}

impl Edit<'_> {
    /// Checks that `precondition` allows the revision of `event`; or of what one of its occurrences was changed to, if
    /// `target` names that: who reads it by the id of its series gets the revision that it has by itself.
    fn check_precondition(
        &self,
        event: &Event,
        target: Target,
        precondition: &Precondition,
    ) -> Result<()> {
        let mut allowed = precondition.allows(event.revision);
        if let (false, Some(at), Recurrence::Series(repeats)) =
            (allowed, target.occurrence, &event.recurrence)
        {
            let recurring = Recurring::of(&event.details, repeats, self.setting.zone)?;
            let changed = match recurring.find(self.tx, event.id, at) {
                Ok((_, changed)) => changed,
                Err(Error::Invalid(_)) => None,
                Err(error) => return Err(error),
            };
            allowed = changed.is_some_and(|changed| precondition.allows(changed.revision));
        }
        if allowed { Ok(()) } else { Err(Error::Changed(event.id.0)) }
    }

    fn change(&self, event: Event, content: &Content, target: Target) -> Result<Option<EventId>> {
        if event.birthday {
            return self.birthday(&event, content, target);
        }
        let (event, target) = self.aimed(event, target)?;
        access::check_seen(&event, self.caller)?;
        match &event.recurrence {
            Recurrence::Once => self.single(&event, content, target),
            Recurrence::Changed { series, start } => self.changed(&event, *series, *start, content),
            Recurrence::Series(repeats) => {
                let recurring = Recurring::of(&event.details, repeats, self.setting.zone)?;
                let series = OfSeries { edit: *self, event: &event, repeats, recurring };
                series.change(content, target)
            }
        }
    }

    fn delete(&self, event: Event, target: Target) -> Result<()> {
        let (event, target) = self.aimed(event, target)?;
        match &event.recurrence {
            // A birthday is deleted as a whole.
            _ if event.birthday => {
                single_target(target)?;
                self.tx.delete_event(event.id)
            }
            Recurrence::Once => {
                single_target(target)?;
                self.tx.delete_event(event.id)
            }
            Recurrence::Changed { series, start } => {
                self.of_series(*series, |of| of.leave_out(*start))
            }
            Recurrence::Series(repeats) => {
                let recurring = Recurring::of(&event.details, repeats, self.setting.zone)?;
                let series = OfSeries { edit: *self, event: &event, repeats, recurring };
                series.delete(target)
            }
        }
    }

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
        if let Some(at) = target.occurrence {
            check_name(&event, at, self.setting.zone)?;
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
        let mut times = whole_day(times)?;
        if self.birthday_is_on(event, times.starts())? {
            // A client that knows no series sends the day of the year in which it shows the birthday.
            times = event.details.times;
        }
        let recurrence = Recurrence::of_birthday(times.starts().day());
        let details = EventDetails::new(subject, times);
        self.tx.change_event(event.id, &details, &recurrence, self.setting.now)?;
        Ok(None)
    }

    /// Whether a birthday is shown on the day that begins at `midnight`.
    fn birthday_is_on(&self, event: &Event, midnight: WallTime) -> Result<bool> {
        let Recurrence::Series(repeats) = &event.recurrence else {
            return Err(Error::Internal("a birthday that does not recur".into()));
        };
        let recurring = Recurring::of_birthday(&event.details, repeats, self.setting.zone)?;
        Ok(recurring.series().gives(midnight))
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
        of_rule(&details, rule.clone(), self.setting.zone)
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

/// Who registered `event`, if that is not the caller.
fn owner_of(tx: &Transaction<'_>, caller: &User, event: &Event) -> Result<Option<User>> {
    if event.owner == caller.id { Ok(None) } else { tx.user(event.owner) }
}

/// Reads, and so locks, the series of a changed occurrence before the occurrence: in that order a change of the series
/// locks them too.
fn lock_series_of(tx: &Transaction<'_>, id: EventId) -> Result<()> {
    match tx.series_of(id)? {
        Some(series) => tx.event(series).map(drop),
        None => Ok(()),
    }
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
