//! One file a table: its statements, each a plain constant that can be pasted into `sqlite3`, its row
//! mapping, and what it lends to [`Snapshot`](super::Snapshot) and [`Transaction`](super::Transaction).

pub(super) mod backups;
pub(super) mod events;
pub(super) mod groups;
#[cfg(test)]
mod plans;
pub(super) mod selections;
pub(super) mod subject_index;
pub(super) mod users;
