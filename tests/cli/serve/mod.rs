//! `serve` and `dev-run`: a running server, as who operates it sees it.

mod backups;
mod health;
mod limits;
mod log;
mod metrics;
mod stop;
mod subscriptions;
mod zones;
