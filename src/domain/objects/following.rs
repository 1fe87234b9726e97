//! Changed occurrences that stand for all after them as well (`RANGE=THISANDFUTURE`, RFC 5545, 3.2.13): each begins a series.
//!
//! They are read, and never written. The object stays as it came for as long as nobody changes anything of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::follow::{Names, follow};
use super::rows::{Following, Rows, is_series, start_of};
use super::text::Writer;
use crate::domain::content::{own_zone, set_series_zone};
use crate::domain::limits::Setting;
use crate::domain::series::{self, Recurring};
use crate::error::{Error, Result};
use crate::ical::{Object, ObjectFault, following as series_from, renamed, without_following};
use crate::model::{EventDetails, Recurrence, WallTime};
use crate::store::{NewObject, StoredObject, Transaction};

const NOT_FOLLOWED: &str = "recurrence-id: later occurrences are not changed with the one";

impl Rows {
    /// Parts the series before each changed occurrence that stands for all after it. `following` has their starts by the
    /// rule, and which VEVENTs they are. One that the rule cannot follow is noted, and changed alone.
    ///
    /// # Errors
    /// If it was read as it cannot be.
    pub(super) fn parted(
        mut self,
        following: &BTreeMap<WallTime, usize>,
        server: &TimeZone,
    ) -> Result<Self> {
        // From the last on: each reaches up to the next.
        for (start, number) in following.iter().rev() {
            match self.part_at(*start, *number, server) {
                Ok(true) => {}
                Ok(false) | Err(Error::Invalid(_)) => {
                    if !self.notes.iter().any(|note| note == NOT_FOLLOWED) {
                        self.notes.push(NOT_FOLLOWED.into());
                    }
                }
                Err(error) => return Err(error),
            }
        }
        self.following.reverse();
        Ok(self)
    }

    /// Parts the series before the occurrence that starts at `start`. Gives whether it can be parted there.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the rule cannot follow the change.
    fn part_at(&mut self, start: WallTime, number: usize, server: &TimeZone) -> Result<bool> {
        let Some((details, Recurrence::Series(repeats))) = &self.main else { return Ok(false) };
        let recurring = Recurring::of(details, repeats, server)?;
        let by_rule = |at: WallTime| recurring.series().gives(at);
        let is_it = |(replaced, _): &(Option<WallTime>, EventDetails)| *replaced == Some(start);
        let place = self.changed.iter().position(is_it);
        let Some(place) = place.filter(|_| start > recurring.starts() && by_rule(start)) else {
            return Ok(false);
        };
        let Some((_, first)) = self.changed.get(place) else { return Ok(false) };
        let mut first = first.clone();
        set_series_zone(&mut first, None);
        let (starts, _) = series::own_times(&first)?;
        let later = starts.seconds() - start.seconds();
        let (before, rest) = recurring.parted(start);
        let rule = recurring.moved_rule(rest, start, starts, &first)?;
        let (first, recurrence) = series::of_rule(&first, rule, server)?;
        let (head, cut) = series::of_rule(details, before, server)?;
        let (Recurrence::Series(new), Recurrence::Series(cut)) = (&recurrence, &cut) else {
            return Ok(false);
        };
        if series::own_times(&first)?.0 != starts || head != *details {
            return Ok(false);
        }
        // A date of its own stays with the series that has it.
        let goes = |at: WallTime| at > start && by_rule(at);
        let stay = |at: &WallTime| *at != start && !goes(*at);
        let kept: Vec<_> = repeats.exceptions.iter().copied().filter(stay).collect();
        let left_out = repeats.exceptions.iter().filter(|at| goes(**at));
        let left_out: BTreeSet<_> = left_out.map(|at| at.later(later)).collect();
        let recurrence = series::with_exceptions(new, left_out.into_iter().collect())?;
        let main = (head, series::with_exceptions(cut, kept)?);
        let zone = own_zone(&first).map(|own| own.name.clone());
        let (mut changed, mut others) = (Vec::new(), Vec::new());
        for (replaced, mut one) in std::mem::take(&mut self.changed) {
            match replaced {
                Some(at) if at == start => {}
                Some(at) if goes(at) => {
                    set_series_zone(&mut one, zone.clone());
                    changed.push((at.later(later), one));
                }
                _ => others.push((replaced, one)),
            }
        }
        self.changed = others;
        self.main = Some(main);
        self.following.push(Following { number, details: first, recurrence, later, changed });
        Ok(true)
    }
}

/// Gives each series of an object an object of its own, if it has several. Comes before a change of any of them.
///
/// # Errors
/// If the store cannot be read or written.
pub(in crate::domain) fn disentangle(
    tx: &Transaction<'_>,
    object: &StoredObject,
    setting: Setting<'_>,
) -> Result<()> {
    let events = tx.events_of_object(object.id)?;
    let series: Vec<_> = events.iter().filter(|event| is_series(event)).collect();
    let Some((_, others)) = series.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Ok(());
    };
    let wrong = |fault: ObjectFault| Error::Internal(format!("a stored object: {fault}"));
    let read = Object::parse(object.ics.clone()).map_err(wrong)?;
    let rows = Rows::of(&read.events(setting.zone).map_err(wrong)?, setting.zone)?;
    let writer = Writer::new(tx.uid_suffix()?, setting.zone);
    for (place, event) in others.iter().enumerate() {
        let following = rows.following.get(place);
        let text = following.map(|following| series_from(&read, following.number));
        let alone = text.map_or_else(|| Ok(read.clone()), Object::parse).map_err(wrong)?;
        let uid = writer.uid(event.id);
        let own = tx.insert_object(&NewObject {
            owner: event.owner,
            group: event.group,
            component: &object.component,
            uid: &uid,
            ics: &renamed(&alone, &uid),
            import: None,
        })?;
        tx.give_to_object(event.id, own)?;
        let own = tx.object(own)?.ok_or_else(|| Error::Internal("an object is gone".into()))?;
        let later = following.map_or(0, |following| following.later);
        let named = tx.events_of_object(own.id)?;
        let before = named.iter().filter_map(|one| Some((one.id, start_of(one)?.later(-later))));
        follow(tx, &own, &before.collect(), setting)?;
    }
    tx.change_object(object.id, &without_following(&read))?;
    let Some(object) = tx.object(object.id)? else { return Ok(()) };
    follow(tx, &object, &Names::default(), setting)
}
