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
#[allow(dead_code, reason = "each crate uses some of it")]
mod support {
    pub mod database;
    pub mod files;
    pub mod printed_token;
    pub mod server;
    pub mod shell;
    pub mod wait;
}
