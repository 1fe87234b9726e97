//! How much a caller may have.

use jiff::tz::TimeZone;

use crate::error::{Error, Result};
use crate::model::{Bounds, User, WallTime};
use crate::store::Snapshot;

/// What a change needs besides.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The time now.
    pub now: WallTime,
    /// The zone of the server.
    pub zone: &'a TimeZone,
    /// How much the caller may have.
    pub bounds: Bounds,
}

/// Checks that `caller`, as the same transaction has read them, may have another event.
pub(super) fn check_count(caller: &User, most: u32) -> Result<()> {
    if caller.events < u64::from(most) {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "you have registered {most} events, which is the most: delete some first"
    )))
}

/// Checks that `caller` may have another series.
pub(super) fn check_series(snapshot: &Snapshot<'_>, caller: &User, bounds: Bounds) -> Result<()> {
    let most = bounds.series;
    if snapshot.count_series(caller.id, most)? < most {
        return Ok(());
    }
    Err(too_many_series(most))
}

pub(super) fn too_many_series(most: u32) -> Error {
    Error::Conflict(format!(
        "you have registered {most} events that repeat, which is the most: delete some first"
    ))
}
