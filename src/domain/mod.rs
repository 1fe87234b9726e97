//! The rules: who may do what (`access.rs`), what is valid together, what a month holds.
//!
//! Synchronous functions over a [`Snapshot`](crate::store::Snapshot) or a
//! [`Transaction`](crate::store::Transaction). The HTTP handlers and the commands call the same
//! ones, each inside one closure, so that a check and the write it guards cannot be torn apart.

pub mod access;
pub mod auth;
pub mod events;
pub mod groups;
pub mod import;
pub mod passwords;
pub mod selections;
pub mod users;

use crate::error::Error;
use crate::model::{EventId, GroupId};

fn no_event(EventId(id): EventId) -> Error {
    Error::NotFound(format!("event {id} does not exist"))
}

fn no_group(GroupId(id): GroupId) -> Error {
    Error::NotFound(format!("group {id} does not exist"))
}
