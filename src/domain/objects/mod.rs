//! Calendar objects (RFC 4791, 4.1): what other programs keep of an event as one piece, all its components of one UID.
//!
//! An event that this server's own API made has none. Its text is written from its rows, always the same way. An object
//! that came from elsewhere is kept as it came, beside its rows. When the rows change, so do the lines of it that say
//! what changed, and no others: categories, attendees and whatever this server does not show stay.

mod follow;
mod following;
mod occurrences;
mod prepared;
mod put;
mod rows;
mod text;

pub(super) use follow::{Names, follow_all};
pub(super) use following::disentangle;
pub(super) use occurrences::{Placed, occurrences, takes_place};
pub(super) use prepared::Prepared;
pub(super) use put::{Decision, Existing, Intake, same_content};
pub(super) use text::{Writer, unix};
