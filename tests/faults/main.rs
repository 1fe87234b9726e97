//! Faults on purpose: the server is killed, locked out, cut off and lied to, its files are damaged
//! and its disk is full, and what it promised holds.
//!
//! Nothing here waits for a time to pass: what is waited for is polled, up to a deadline.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

mod acknowledged;
mod backup_and_restore;
mod backup_folder;
mod caldav;
mod client;
mod clock_set_back;
mod connections;
mod damaged_files;
mod feeds;
mod feeds_over_tls;
mod fixture;
mod front;
mod full_disk;
mod group_deletion;
mod hostile_requests;
mod imports;
mod kills;
mod locked;
mod missing_files;
mod open_files;
mod permissions;
mod uploads;

#[path = "../support"]
#[expect(dead_code, reason = "each crate uses some of it")]
mod support {
    pub(crate) mod database;
    pub(crate) mod files;
    pub(crate) mod server;
    pub(crate) mod shell;
    pub(crate) mod wait;
}
