//! What a change needs of the app, carried to the thread that makes it.

use jiff::tz::TimeZone;

use crate::app::App;
use crate::domain::Setting;
use crate::domain::groups::Trash;
use crate::error::Result;
use crate::model::{Bounds, WallTime};

/// The zone of the server, and how much one user may have.
#[derive(Clone)]
pub(super) struct Terms {
    zone: TimeZone,
    bounds: Bounds,
    trash_days: u32,
}

impl Terms {
    /// Those of `app`.
    pub(super) fn of(app: &App) -> Self {
        Self { zone: app.clock.zone().clone(), bounds: app.bounds, trash_days: app.trash_days }
    }

    /// Those terms at the time `now`.
    pub(super) fn at(&self, now: WallTime) -> Setting<'_> {
        Setting { now, zone: &self.zone, bounds: self.bounds }
    }

    /// What becomes of a group that is deleted at the time `now`.
    ///
    /// # Errors
    /// That of `now`.
    pub(super) fn trash(&self, now: Result<WallTime>) -> Result<Trash> {
        let now = now?;
        Ok(Trash { since: Some(now).filter(|_| self.trash_days > 0), most: self.bounds.groups })
    }
}
