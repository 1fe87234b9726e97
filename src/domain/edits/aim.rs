//! What a call comes to.

use crate::domain::limits::{self, Setting};
use crate::error::{Error, Result};
use crate::model::{Expected, Scope, User, UserId, WallTime};
use crate::store::Transaction;

/// A change, by whom, and what it needs besides.
#[derive(Clone, Copy)]
pub(super) struct Edit<'a> {
    pub(super) tx: &'a Transaction<'a>,
    /// Who makes it.
    pub(super) caller: UserId,
    /// Whose event it is: its rows count as theirs.
    pub(super) owner: &'a User,
    pub(super) setting: Setting<'a>,
}

/// What a call comes to: one occurrence, or a whole event. Starts are on the clock of the series.
#[derive(Debug, Clone, Copy)]
pub(super) enum Aim {
    /// What the call names, without more.
    Whole,
    /// Some of a series.
    Part(Scope, Option<At>),
}

/// Which occurrence a call names.
#[derive(Debug, Clone, Copy)]
pub(super) enum At {
    /// By its start on the server's clock.
    Server(WallTime),
    /// By its start on the clock of the series.
    Own(WallTime),
}

impl Edit<'_> {
    /// Checks that the owner may have another series.
    pub(super) fn check_series(&self) -> Result<()> {
        limits::check_series(self.tx, self.owner, self.setting.bounds)
    }
}

/// Refuses the occurrence of an event that has none.
pub(super) fn single_target(aim: Aim) -> Result<()> {
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
