//! Access to the database: its place on the disk, its connections, the writer thread, the reader
//! threads, the locks. The only table that this module knows is `signing_key`, which is created
//! with the file.

mod activity;
pub(super) mod conn;
pub(super) mod connection;
mod error;
pub(super) mod explain;
pub(super) mod file;
pub(super) mod init;
mod lanes;
pub(super) mod lock;
pub(super) mod place;
pub(super) mod postgres;
mod presence;
mod queue;
pub(super) mod readers;
pub(super) mod sql;
pub(super) mod staged;
mod transaction;
pub(super) mod writer;

pub use activity::{Activity, Commits};
pub(super) use connection::BUSY_TIMEOUT;
pub use init::Initialised;
pub use lanes::Lane;
pub(super) use place::Place;
pub use presence::Presence;
pub(in crate::store) use transaction::Recorder;
pub use transaction::{Snapshot, Transaction};
