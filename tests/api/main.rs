//! Every call of the API through the in-process client, one file a resource.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

mod helpers;
mod user;
