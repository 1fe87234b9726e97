//! One file per table (two for `event`): its statements, its row mapping, and its methods of
//! [`Snapshot`](super::Snapshot) and [`Transaction`](super::Transaction). A statement is a plain constant
//! that can be pasted into `sqlite3`, or into `psql` once `?` is `$`.

pub(super) mod backups;
pub(super) mod contents;
pub(super) mod event_counts;
pub(super) mod events;
pub(super) mod groups;
pub(super) mod idempotency_keys;
#[cfg(test)]
mod plans;
pub(super) mod search;
pub(super) mod selections;
pub(super) mod sequences;
mod series;
pub(super) mod subject_index;
pub(super) mod user_settings;
pub(super) mod users;
