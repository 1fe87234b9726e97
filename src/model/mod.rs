//! Plain values that cannot be wrong once built: each is parsed at the door and trusted from there.
//!
//! No I/O, and nothing of the house but [`crate::error`] is imported here, since every other part
//! imports this one. Database rows and wire types are made of these values, never the reverse.

mod email;
mod event;
mod expected;
mod group;
mod id;
mod password;
mod rate;
mod revision;
mod selection;
mod text;
mod time;
mod user;

pub use email::Email;
pub use event::{Event, EventDetails, EventTimes, Occurrence};
pub use expected::Expected;
pub use group::Group;
pub use id::{EventId, GroupId, UserId};
pub use password::Password;
pub use rate::Rate;
pub use revision::{Precondition, Revision};
pub use selection::Selection;
pub use text::{ShortText, casefold};
pub use time::{Day, Month, TimeRange, WallTime};
pub use user::{CalendarVersion, User};
