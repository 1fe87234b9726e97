//! Calendars that come in as iCalendar files, and go out as such.

mod export;
mod feed;
mod import;
mod report;
mod walk;

pub use export::{What, export, export_tag, export_whole_group};
pub use feed::feed;
pub use import::Import;
pub use report::{Item, Outcome, Report};
