//! iCalendar (RFC 5545): for now its recurrence rules, and the clocks of its time zones.
//!
//! This is the only part that names the crate `ical`. It walks a rule by the clock on the wall, faithful to
//! RFC 5545 where other libraries follow each other's faults. It also walks from the start, so that a
//! month of a daily event that began in 1970 would take 20,000 steps. Hence [`Series`] moves the walk
//! next to the window that is asked for, and ends it there: a view costs what it shows, whatever the age
//! of the series, and a rule that never gives anything costs no more.
//!
//! Three things are decided once, when a series is made: its first occurrence is its start, `COUNT` is
//! turned into a last occurrence, and what would fill a calendar is refused. Nothing is expanded ahead of
//! its time: rows of occurrences would need a horizon that the clock moves, and would have to be made
//! again whenever a government changes its time.

mod fault;
mod parts;
mod rule;
#[cfg(test)]
mod samples;
mod series;
mod shift;
mod until;
mod walk;
pub mod zone;

pub use fault::Fault;
pub use rule::Rule;
pub use series::Series;
