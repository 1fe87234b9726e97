//! How a group is made to say what its outside calendar says.
//!
//! First the calendar is compared with what is there, over a snapshot: most fetches find hardly anything new, and cost no
//! write. Then what is gone is deleted, so that there is room, and what is new or has changed is put in its place, in
//! slices that let the writes of others come between. Each leaves whole objects, so whoever looks meanwhile sees some of
//! them as before and some as now. The next fetch goes on where one was killed.

use std::collections::HashMap;

use super::MOST_EVENTS;
use crate::domain::limits::Setting;
use crate::domain::objects::{Intake, Prepared, same_content};
use crate::error::Result;
use crate::ical::{File, Loss};
use crate::model::{DueSubscription, ObjectId};
use crate::store::{Snapshot, Transaction};

/// The most objects that are written in one transaction.
const SLICE: usize = 200;
/// The most bytes of their text.
const SLICE_BYTES: usize = 512 << 10;
/// How many objects are read at a time, each of which may have a MiB.
const PAGE: u32 = 100;

/// A calendar on its way into a group.
pub struct Refill {
    claim: DueSubscription,
    file: File,
    /// Whether it said that it is a calendar.
    is_calendar: bool,
    /// What is there and not in the calendar any more.
    gone: Vec<ObjectId>,
    /// The places in the calendar of what is new or has changed; the next one is the last.
    changed: Vec<usize>,
    /// How many could not be read, and why not the first.
    unread: (usize, Option<String>),
    /// How many there was no room for.
    left_out: usize,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// There is more to do.
    More,
    /// The group says what the calendar says, except for what the sentence tells.
    Done(Option<String>),
    /// The subscription has gone meanwhile, or somebody else has taken it over.
    Lost,
}

impl Refill {
    /// Reads the outline of a calendar.
    #[must_use]
    pub fn new(claim: DueSubscription, bytes: Vec<u8>) -> Self {
        let file = File::read(bytes);
        let mut lost = file.problems().iter().filter(|problem| problem.loss != Loss::Nothing);
        let unread = (file.lost(), lost.next().map(|problem| problem.detail.clone()));
        let is_calendar = !file.is_empty() || file.is_calendar();
        let (gone, changed) = (Vec::new(), Vec::new());
        Self { claim, file, is_calendar, gone, changed, unread, left_out: 0 }
    }

    /// How long the calendar wants to be left alone, in seconds.
    #[must_use]
    pub fn wish(&self) -> Option<i64> {
        let wish = self.file.refresh_interval()?;
        i64::try_from(wish.as_secs()).ok()
    }

    /// Compares the calendar with what is there. Gives why nothing is taken from it, in one sentence: a calendar that is
    /// all of a sudden empty, or a page that asks for a password, is rather a fault than what somebody wanted.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn compare(&mut self, snapshot: &Snapshot<'_>) -> Result<Option<String>> {
        if !self.is_calendar {
            let why = self.unread.1.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            return Ok(Some(format!("there is no calendar at the address{why}")));
        }
        let most = self.file.len().min(usize::try_from(MOST_EVENTS).unwrap_or(usize::MAX));
        self.left_out = self.file.len() - most;
        let mut new: HashMap<String, usize> = (0..most)
            .filter_map(|place| self.file.object(place).map(|object| (object.uid, place)))
            .collect();
        let (mut after, mut there) = (String::new(), false);
        loop {
            let page = snapshot.copied_objects(self.claim.group, &after, PAGE)?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.uid);
            there = true;
            for old in page {
                let Some(place) = new.remove(&old.uid) else {
                    self.gone.push(old.id);
                    continue;
                };
                let object = self.file.object(place);
                if object.is_some_and(|object| !same_content(&object.text, &old.ics)) {
                    self.changed.push(place);
                }
            }
        }
        if there && self.file.is_empty() {
            return Ok(Some("the calendar is empty, so what it said before is kept".into()));
        }
        self.changed.extend(new.into_values());
        self.changed.sort_unstable_by(|one, other| other.cmp(one));
        Ok(None)
    }

    /// Whether the group says already what the calendar says.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.gone.is_empty() && self.changed.is_empty()
    }

    /// Writes the next slice.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub fn step(&mut self, tx: &Transaction<'_>, setting: Setting<'_>) -> Result<Step> {
        let group = self.claim.group;
        let filler = tx.filler_of(group)?;
        // Their row is locked before anything else.
        let caller = filler.map_or(Ok(None), |email| tx.user_by_email(&email))?;
        let Some(caller) = caller else { return Ok(Step::Lost) };
        // As it is now: they may have left meanwhile.
        let filler = tx.filler_of(group)?;
        if filler.is_none_or(|email| email.as_str() != caller.email.as_str())
            || tx.standing(caller.id, group)?.is_none()
            || !tx.is_claimed(&self.claim)?
        {
            return Ok(Step::Lost);
        }
        if self.is_done() {
            return Ok(Step::Done(self.problem()));
        }
        tx.forget_calendar_version(group)?;
        let (mut taken, mut bytes) = (0, 0);
        while taken < SLICE
            && let Some(id) = self.gone.pop()
        {
            tx.delete_object(id)?;
            taken += 1;
        }
        let room = u64::from(MOST_EVENTS).saturating_sub(tx.count_events_in_group(group)?);
        let mut intake = Intake::from_outside(tx, &caller, group, room, setting)?;
        while taken < SLICE && bytes < SLICE_BYTES {
            let Some(place) = self.changed.pop() else { break };
            let Some(object) = self.file.object(place) else { continue };
            (taken, bytes) = (taken + 1, bytes + object.text.len());
            match Prepared::read(object.text, setting) {
                Ok(prepared) if intake.copy(tx, &prepared)? => {}
                Ok(_) => self.left_out += 1,
                Err(why) => {
                    self.unread.0 += 1;
                    self.unread.1.get_or_insert(why);
                }
            }
        }
        Ok(if self.is_done() { Step::Done(self.problem()) } else { Step::More })
    }

    /// What of the calendar is not in the group.
    fn problem(&self) -> Option<String> {
        let unread = match &self.unread {
            (0, _) => None,
            (1, Some(why)) => Some(format!("one part of the calendar could not be read: {why}")),
            (many, why) => {
                let why =
                    why.as_ref().map_or_else(String::new, |why| format!(", the first: {why}"));
                Some(format!("{many} parts of the calendar could not be read{why}"))
            }
        };
        let left_out = match self.left_out {
            0 => None,
            1 => Some("one event was left out: there is no room for more".to_owned()),
            many => Some(format!("{many} events were left out: there is no room for more")),
        };
        let told: Vec<_> = [unread, left_out].into_iter().flatten().collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}
