//! What a change needs of the app, carried to the thread that makes it.

use jiff::tz::TimeZone;

use crate::app::App;
use crate::domain::Setting;
use crate::model::{Bounds, WallTime};

/// The zone of the server, and how much one user may have.
#[derive(Clone)]
pub(super) struct Terms {
    zone: TimeZone,
    bounds: Bounds,
}

impl Terms {
    /// Those of `app`.
    pub(super) fn of(app: &App) -> Self {
        Self { zone: app.clock.zone().clone(), bounds: app.bounds }
    }

    /// Those terms at the time `now`.
    pub(super) fn at(&self, now: WallTime) -> Setting<'_> {
        Setting { now, zone: &self.zone, bounds: self.bounds }
    }
}
