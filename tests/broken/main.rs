//! Broken on purpose: the server is killed, locked out, cut off, left alone and lied to, and what it
//! promised holds all the same.
//!
//! All of it is the spawned binary but for the clock, which only the in-process client can set.
//! Nothing here waits for a time to pass: what is waited for is polled, up to a deadline.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

#[path = "../api/helpers.rs"]
#[allow(dead_code, reason = "of the in-process client's calls the clock needs a few")]
mod helpers;
#[path = "../spawned/mod.rs"]
mod spawned;

mod asking;
mod clients;
mod clock;
mod copying;
mod damaged;
mod denied;
mod diary;
mod hostile;
mod killed;
mod sweeping;
