//! The history: who changed what, when, and how they came.

use super::{Email, Event, EventId, GroupDetails, GroupId, Role, UserId, WallTime};

/// How many days the history goes back unless somebody says otherwise.
pub const HISTORY_DAYS: u32 = 30;

/// How many days a deleted group stays in the trash unless somebody says otherwise.
pub const TRASH_DAYS: u32 = 30;

/// The id of an entry of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct EntryId(pub i64);

/// How a change came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// By another program that calls the API.
    Api,
    /// By the page.
    Page,
    /// With a file.
    Import,
    /// By a command, on the machine of the server.
    Command,
    /// With an app password.
    AppPassword,
    /// By CalDAV, with a password.
    Caldav,
}

impl Door {
    const ALL: [Self; 6] =
        [Self::Api, Self::Page, Self::Import, Self::Command, Self::AppPassword, Self::Caldav];

    /// Its number in the database.
    #[must_use]
    pub fn number(self) -> i64 {
        self as i64 + 1
    }

    /// The door with that number; one that this binary does not know, of a newer one, is the API.
    #[must_use]
    pub fn of_number(number: i64) -> Self {
        Self::ALL.into_iter().find(|door| door.number() == number).unwrap_or(Self::Api)
    }

    /// Its word in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Page => "page",
            Self::Import => "import",
            Self::Command => "command",
            Self::AppPassword => "app_password",
            Self::Caldav => "caldav",
        }
    }
}

/// Who changes something, how, and when: what each entry of the history says.
#[derive(Debug, Clone)]
pub struct Author {
    /// Who, if they are a user still.
    pub user: Option<UserId>,
    /// Their email; none of whoever runs the server.
    pub email: Option<Email>,
    /// How they came.
    pub door: Door,
    /// A name of it, such as that of the app password.
    pub door_name: Option<String>,
    /// When.
    pub at: WallTime,
}

impl Author {
    /// Whoever runs the server, by a command for no user.
    #[must_use]
    pub fn operator(at: WallTime) -> Self {
        Self { user: None, email: None, door: Door::Command, door_name: None, at }
    }
}

/// What an entry did to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It made it.
    Create,
    /// It changed it.
    Change,
    /// It deleted it.
    Delete,
    /// It undid what another entry had done.
    Undo,
}

impl Action {
    /// Its word in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
            Self::Undo => "undo",
        }
    }
}

/// A row that an entry of the history is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Touched {
    /// An event.
    Event(EventId),
    /// A calendar object.
    Object(i64),
    /// A group.
    Group(GroupId),
    /// The membership of a user.
    Member(UserId),
}

impl Touched {
    /// Its kind and its id, as the database has them.
    #[must_use]
    pub fn numbers(self) -> (i64, i64) {
        match self {
            Self::Event(EventId(id)) => (1, id),
            Self::Object(id) => (2, id),
            Self::Group(GroupId(id)) => (3, id),
            Self::Member(UserId(id)) => (4, id),
        }
    }

    /// What has these numbers; none for a kind that this binary does not know.
    #[must_use]
    pub fn of_numbers(kind: i64, id: i64) -> Option<Self> {
        Some(match kind {
            1 => Self::Event(EventId(id)),
            2 => Self::Object(id),
            3 => Self::Group(GroupId(id)),
            4 => Self::Member(UserId(id)),
            _ => return None,
        })
    }
}

/// An entry of the history, without what was there before.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// Who made it, how, and when.
    pub author: Author,
    /// What it did.
    pub action: Action,
    /// The user in whose personal calendar it was.
    pub user: Option<UserId>,
    /// The group in which it was.
    pub group: Option<GroupId>,
    /// The row that it is about.
    pub about: Touched,
    /// Where the history has what that row was before.
    pub row: i64,
    /// What the event was called then, or the email of the member.
    pub subject: Option<String>,
    /// Whether the event was private then or later.
    pub private: bool,
    /// Whether it was undone.
    pub undone: bool,
    /// The entry that it undid.
    pub undoes: Option<EntryId>,
}

/// What an entry did to one row.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// Where the history has it.
    pub row: i64,
    /// The row.
    pub about: Touched,
    /// Whether it was there before.
    pub was: bool,
    /// How the entry left it: none if it is gone.
    pub state: Option<i64>,
}

/// An entry as somebody sees it.
#[derive(Debug, Clone)]
pub struct SeenEntry {
    /// The entry. Its subject is hidden where the reader may not see it.
    pub entry: Entry,
    /// What it was before the entry; none if it was not there, or is hidden.
    pub before: Option<State>,
    /// What the entry left.
    pub after: Option<State>,
}

/// What somebody changes.
#[derive(Debug, Clone)]
pub enum State {
    /// An event.
    Event(Box<Event>),
    /// A group.
    Group(GroupDetails),
    /// What a member may.
    Member(Role),
}
