//! The commands, the server and the configuration, by the spawned binary, as operators meet them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

mod config;
mod db;
mod deployment;
mod errors;
mod openapi;
mod serve;
mod setup;
mod terminal;
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
