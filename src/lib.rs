//! A calendar server in one binary that keeps everything in one SQLite file.
//!
//! Every arrow points down; `tests/layers.rs` checks them:
//!
//! ```text
//!   main.rs ─► cli/ ─► run/ ─► server.rs ─► api/ feed/ caldav/ web/  HTTP: routes, guards, the envelope; the pages
//!                │                 │          │
//!                └────┬────────────┴──────────┘
//!                     ▼
//!                  domain/      the rules: who may do what, what a month holds
//!                     ▼
//!                  store/       the only place that knows SQL
//!                     ▼
//!                  model/       plain values that cannot be wrong once built
//! ```
//!
//! Beside it: [`config`] (every key, read and checked once), [`clock`] (the only place that asks for the
//! time), [`app`] (what every handler works with), `http/` (the HTTP that all protocols share), [`ical`]
//! (recurrence rules), [`fetch`] (outside calendars), [`archive`] (files that come in, also as a zip),
//! [`backups`] (the scheduled ones), [`subscriptions`] (groups filled from outside calendars), [`pruning`] (what is too old goes), [`holidays`] (those that come with the program) and [`error`] (the one error type). `run/` starts and stops a server and
//! what runs beside it.
//!
//! A value is checked when it comes in, and trusted from then on:
//!
//! ```
//! use calendar_server::model::Month;
//!
//! let june = Month::parse("year_month", "2017-06")?.time_range();
//! assert_eq!(june.until - june.from, 30 * 86_400);
//!
//! let error = Month::parse("year_month", "2017-13").unwrap_err();
//! assert_eq!(error.to_string(), "year_month: expected YYYY-MM");
//! # Ok::<(), calendar_server::error::Error>(())
//! ```

pub mod api;
pub mod app;
pub mod archive;
pub mod backups;
mod caldav;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod error;
mod feed;
pub mod fetch;
pub mod front;
pub mod holidays;
mod http;
pub mod ical;
pub mod model;
pub mod pruning;
mod run;
pub mod server;
pub mod store;
pub mod subscriptions;
pub mod web;
