//! Calendars as files: how they come in and go out.

pub(super) mod export;
pub(super) mod import;
