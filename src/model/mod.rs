//! Plain values that cannot be wrong once built: each is parsed where it enters, and trusted afterwards.
//!
//! There is no I/O here. Every other module uses this one, so it uses none of them but
//! [`crate::error`]. Database rows and wire types are built from these values, never the other way
//! round.

mod address_secret;
mod app_password;
mod bounds;
mod changes;
mod database;
mod deception;
mod email;
mod event;
mod expected;
mod feed;
mod group;
mod history;
mod id;
mod idempotency;
mod input;
mod invitation;
mod page;
mod password;
mod patch;
mod people;
mod properties;
mod rate;
mod revision;
mod room;
mod secret;
mod secret_feed;
mod selection;
mod settings;
mod source;
mod subscription;
mod text;
mod time;
mod user;

pub use address_secret::AddressSecret;
pub use app_password::{AppPassword, AppPasswordScope, AppSecret};
pub use bounds::Bounds;
pub use changes::{CalendarOf, Changes, Member, SyncToken};
pub use database::{Database, PostgresUrl};
pub use deception::{disturbs_a_line, harmless};
pub use email::{Email, lowercase};
pub use event::{Event, EventDetails, EventTimes, Occurrence};
pub use expected::Expected;
pub use feed::FeedUrl;
pub use group::{Color, Group, GroupDetails, Look};
pub use history::{
    Action, Author, Door, Entry, EntryId, EntryRow, HISTORY_DAYS, SeenEntry, State, TRASH_DAYS,
    Touched,
};
pub use id::{AppPasswordId, EventId, FeedId, GroupId, ImportId, InvitationId, ObjectId, UserId};
pub use idempotency::IdempotencyKey;
pub use input::{EventInput, Scope, SearchIn, Target};
pub use invitation::{Invitation, Invitations, Joined};
pub use page::Page;
pub use password::Password;
pub use patch::Patch;
pub use people::{Everyone, GroupMember, Role, Standing, Visibility};
pub use properties::{OwnZone, Properties, Recurrence, Repeats, Status, private_subject};
pub use rate::Rate;
pub use revision::{Precondition, Revision};
pub use room::Room;
pub use secret_feed::{Feed, FeedSpan};
pub use selection::Selection;
pub use settings::{Language, Theme, UserSettings, View, WeekStart};
pub use source::CalendarSource;
pub use subscription::{CalendarRead, DueSubscription, Subscription};
pub(crate) use text::casefold;
pub use text::{ShortText, search_key};
pub use time::{Day, Month, TimeRange, WallTime};
pub use user::{CalendarVersion, User};
