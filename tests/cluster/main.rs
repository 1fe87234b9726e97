//! Several servers over one PostgreSQL, which fails over, and the commands on it. All of it needs Debian's
//! `postgresql`, so it is ignored unless `scripts/with-postgres` runs it with `--include-ignored`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed")]

mod commands;
mod failover;
mod nodes;
mod two_servers;

#[path = "../support"]
#[expect(dead_code, reason = "each crate uses some of it")]
mod support {
    pub(crate) mod database;
    pub(crate) mod postgres;
    pub(crate) mod server;
    pub(crate) mod wait;
}
