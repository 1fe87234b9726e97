//! The commands, the server and the configuration, by the spawned binary, as operators meet them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

mod config;
mod db;
mod deployment;
mod errors;
mod feed;
mod group;
mod openapi;
mod serve;
mod setup;
mod terminal;
mod transfer;
mod user;

#[path = "../support"]
mod support {
    pub(crate) mod database;
    pub(crate) mod files;
    pub(crate) mod printed_token;
    pub(crate) mod server;
    pub(crate) mod shell;
    pub(crate) mod wait;
}

/// Copies the binary to `path`, by a process of its own: a handle of this one that writes to the copy
/// could be inherited by a program that another test starts at that moment, and a file that is being
/// written cannot be executed.
fn copy_binary(path: &std::path::Path) {
    let binary = env!("CARGO_BIN_EXE_calendar-server");
    let copied = std::process::Command::new("cp").arg(binary).arg(path).status();
    assert!(copied.unwrap().success());
}
