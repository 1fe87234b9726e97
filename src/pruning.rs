//! The task that deletes what of the history is too old, or too much, and invitations that have expired, and empties the trash
//! of deleted groups.
//!
//! It looks once an hour and goes in short transactions, so that no write waits for it. Several servers over one database
//! may do so at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::clock::Clock;
use crate::error::Result;
use crate::store::{Lane, Store};

/// How often it looks.
const LOOK: Duration = Duration::from_secs(3600);
/// How many entries a calendar keeps at most: nobody fills the disk with changes.
const MOST: u32 = 100_000;
const DAY: i64 = 86_400;

/// What keeps the history short.
#[derive(Debug)]
pub struct Pruning {
    store: Arc<Store>,
    clock: Clock,
    days: u32,
    trash_days: u32,
    most: u32,
}

impl Pruning {
    /// For the calendar of `app`.
    #[must_use]
    pub fn of(app: &App) -> Self {
        let (store, clock) = (Arc::clone(&app.store), app.clock.clone());
        let (days, trash_days) = (app.history_days, app.trash_days);
        Self { store, clock, days, trash_days, most: MOST }
    }

    /// The same, with at most `most` entries of a calendar.
    #[must_use]
    pub fn keeping(self, most: u32) -> Self {
        Self { most, ..self }
    }

    /// Prunes once an hour, forever.
    pub async fn keep_short(self) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            if let Err(error) = self.prune().await {
                tracing::warn!("the history is not pruned now: {error}");
            }
        }
    }

    /// Deletes all entries that are too old, the oldest of those that are too many, and all invitations that have expired; has
    /// the groups purged that were in the trash for long enough.
    ///
    /// # Errors
    /// If the clock is wrong, or the database cannot be read or written.
    pub async fn prune(&self) -> Result<()> {
        let (now, most) = (self.clock.now()?, self.most);
        let trashed = now.later(-DAY * i64::from(self.trash_days));
        let old = now.later(-DAY * i64::from(self.days));
        // Mostly there is nothing to do, and a write would wake the disk for it.
        let look = self.store.read(Lane::alone(), move |snapshot| {
            let is_due = (snapshot.has_trash_before(trashed)?, snapshot.has_history_before(old)?);
            let has_expired = snapshot.has_expired_invitations(now)?;
            Ok((is_due, has_expired, snapshot.long_histories(most)?))
        });
        let ((trash_is_due, history_is_due), has_expired, long) = look.await?;
        while trash_is_due && self.store.write(move |tx| tx.empty_trash(trashed)).await? > 0 {}
        while history_is_due && self.store.write(move |tx| tx.prune_history(old)).await? > 0 {}
        while has_expired
            && self.store.write(move |tx| tx.purge_expired_invitations(now)).await? > 0
        {}
        for calendar in long {
            while self.store.write(move |tx| tx.prune_long_history(calendar, most)).await? > 0 {}
        }
        Ok(())
    }
}
