//! Access to the database: its place on the disk, its connections, the writer thread, the reader
//! threads, the locks. The only table that this module knows is `signing_key`, which is created
//! with the file.

mod activity;
pub(super) mod connection;
mod error;
pub(super) mod explain;
pub(super) mod file;
pub(super) mod init;
pub(super) mod lock;
pub(super) mod place;
mod presence;
pub(super) mod readers;
pub(super) mod staged;
mod transaction;
pub(super) mod writer;

use std::time::Duration;

pub use activity::{Activity, Commits};
pub use init::Initialised;
pub(super) use place::Place;
pub use transaction::{Snapshot, Transaction};

/// The suffix of a file that holds what a database held whose own files were removed under the server.
pub(super) const RESCUED: &str = ".rescued";

/// How long a connection waits for another process that holds the file's lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
