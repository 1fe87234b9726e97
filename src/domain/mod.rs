//! The rules: who may do what (`access.rs`), which values are valid together, what a month shows.
//!
//! They are synchronous functions over a [`Snapshot`](crate::store::Snapshot) or a
//! [`Transaction`](crate::store::Transaction). The HTTP handlers and the commands call the same
//! functions. Each call runs inside one closure of the store, so that a check and the write it guards
//! are one transaction.

pub mod access;
pub mod app_passwords;
pub mod auth;
pub mod collections;
mod content;
mod edits;
pub mod events;
pub mod feeds;
pub mod flask;
pub mod groups;
pub mod history;
pub mod invitations;
mod limits;
pub mod looks;
pub mod members;
mod names;
mod objects;
pub mod passwords;
pub mod repeats;
pub mod retell;
pub mod selections;
mod series;
pub mod settings;
pub mod stored;
pub mod subscriptions;
pub mod transfer;
pub mod users;

pub use content::Content;
pub use edits::{change, delete};
pub use limits::Setting;

use crate::error::Error;
use crate::model::{EventId, GroupId};

fn no_event(EventId(id): EventId) -> Error {
    Error::NotFound(format!("event {id} does not exist"))
}

fn no_group(GroupId(id): GroupId) -> Error {
    Error::NotFound(format!("group {id} does not exist"))
}
