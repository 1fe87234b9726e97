//! The documents are true: what they print is what happens, and their tables are what the code says.
//!
//! - `conversation.rs` runs the printed commands and compares what they print.
//! - `tables.rs` holds the tables of calls, codes, commands and keys to the program.
//! - `links.rs` follows the links.
//!
//! A block fenced as `console` has commands, each after `$ `, with what they print below them. The
//! blocks of a document are one session. A block fenced as `sh` is not run: its commands need another
//! machine, or do not end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

mod conversation;
mod document;
mod links;
mod server;
mod session;
mod tables;
