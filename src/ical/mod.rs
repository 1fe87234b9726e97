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

mod alarm;
mod component;
mod content;
mod content_line;
#[cfg(test)]
mod corpus;
mod dates;
mod days;
mod decode;
mod edit;
mod expand;
mod extract;
mod fault;
mod file;
mod filter;
mod following;
mod form;
mod gather;
mod merge;
mod object;
mod offsets;
mod part;
mod parts;
mod problem;
mod read;
mod refresh;
mod rewrite;
#[cfg(test)]
mod rewrite_tests;
mod rule;
#[cfg(test)]
mod samples;
mod series;
mod shift;
mod sloppy;
mod source_line;
mod texts;
mod told;
mod tree;
mod turn;
mod tzid;
mod until;
mod value;
mod vtimezone;
mod walk;
mod write;
pub mod zone;
mod zone_names;

pub use component::EventComponent;
pub use content::{Events, Kind, ObjectFault};
pub use days::{WholeDay, whole_days};
pub use expand::{Instance, Wanted, expanded, free_busy, limited, partial, unix_of_utc};
pub use fault::Fault;
pub use file::{File, ObjectText};
pub use filter::{ComponentFilter, PropertyFilter, Span, TextMatch};
pub use following::{following, without_following};
pub use merge::Merge;
pub use object::Object;
pub use problem::{Loss, Problem};
pub use rewrite::{renamed, rewritten};
pub use rule::Rule;
pub use series::Series;
pub use texts::NO_TITLE;
pub use until::UntilForm;
pub use write::{Stamps, calendar_of_zone, object};
