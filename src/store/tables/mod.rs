//! One file per table (some for `event`): its statements, its row mapping, and its methods of
//! [`Snapshot`](super::Snapshot) and [`Transaction`](super::Transaction). A statement is a plain constant
//! that can be pasted into `sqlite3`, or into `psql` once `?` is `$`.

mod app_passwords;
pub(super) mod backups;
mod calendar_properties;
pub(super) mod changes;
pub(super) mod contents;
pub(super) mod event_counts;
mod event_rows;
pub(super) mod event_writes;
pub(super) mod events;
mod feeds;
pub(super) mod group_events;
pub(super) mod groups;
mod handover;
pub(super) mod history;
#[cfg(test)]
mod history_plans;
pub(super) mod history_reads;
pub(super) mod history_undo;
pub(super) mod idempotency_keys;
pub(super) mod imports;
mod invitations;
mod looks;
pub(super) mod members;
pub(super) mod objects;
mod pages;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod postgres_plans;
mod resource_names;
pub(super) mod search;
pub(super) mod selections;
pub(super) mod sequences;
mod series;
pub(super) mod subject_index;
pub(super) mod subscriptions;
pub(super) mod tombstones;
pub(super) mod trash;
pub(super) mod user_settings;
pub(super) mod users;
