//! The store and what it is built on: transactions, migrations, parsers, and many clients at once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

mod changes;
mod concurrency;
mod files;
mod health;
mod locks;
mod migrations;
mod objects;
mod parsers;
mod queue;
mod reads;
mod test_store;
mod writes;

#[path = "../support"]
#[expect(dead_code, reason = "each crate uses some of it")]
mod support {
    pub(crate) mod database;
    pub(crate) mod files;
    pub(crate) mod kept;
    pub(crate) mod postgres;
    pub(crate) mod server;
    pub(crate) mod wait;
}
