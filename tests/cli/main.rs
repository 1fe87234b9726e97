//! The commands and the configuration, as an operator meets them: by the spawned binary.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

#[path = "../spawned/mod.rs"]
mod spawned;

mod backup;
mod config;
mod db;
mod full;
mod health;
mod import;
mod import_rows;
mod metrics;
mod openapi;
mod restore;
mod serve;
mod setup;
mod terminal;
mod user;
mod wire;
