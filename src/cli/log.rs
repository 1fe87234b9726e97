//! The log: where it goes (standard error) and how it looks. A line that cannot be written, because
//! the disk is full or the reader has gone, is lost, and the server goes on.

use std::io::{self, IsTerminal};

use rocket::config::LogLevel;
use tracing::level_filters::LevelFilter;

/// Starts the log of `dev-run`, for a person who watches it.
pub(super) fn readable(level: LogLevel) {
    let format = tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(filter(level));
    let colours = io::stderr().is_terminal();
    let _ = format
        .with_target(false)
        .log_internal_errors(false)
        .with_ansi(colours)
        .without_time()
        .compact()
        .try_init();
    log_panics();
}

/// Starts the log of `serve`, one line per event, to be kept and searched.
pub(super) fn lines(level: LogLevel) {
    let format = tracing_subscriber::fmt().with_writer(io::stderr).with_max_level(filter(level));
    let _ = format.with_target(false).log_internal_errors(false).with_ansi(false).try_init();
    log_panics();
}

/// Rocket's `normal` gives one line per request, as in Rocket's own log.
fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Critical => LevelFilter::WARN,
        LogLevel::Normal => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    }
}

/// Logs a panic as one line. The request that caused it is answered with 500.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "panic: {}", panic.payload_as_str().unwrap_or("no text"));
    }));
}
