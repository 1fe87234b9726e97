//! The one error type.
//!
//! A kind says what went wrong in the calendar's own terms. Its HTTP status, code and published detail are
//! decided in `api/envelope.rs`, its exit code in `cli/mod.rs`. A text is one sentence for a person, in
//! the form `<thing>: <what was expected>`. Internals are only in the texts of [`Error::Internal`],
//! [`Error::Unavailable`], [`Error::Unknown`] and [`Error::Setup`], which no client gets: they go to the log
//! or the operator.

/// The thing that exists already, in [`Error::Exists`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The email is registered already.
    Email,
    /// The user has a birthday already.
    Birthday,
}

/// Everything that can go wrong, by kind.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input cannot be read at all: malformed JSON, broken percent-encoding.
    #[error("{0}")]
    Malformed(String),
    /// It can be read, but a value is missing, of the wrong type or form, or contradicts another.
    #[error("{0}")]
    Invalid(String),
    /// No access token was given.
    #[error("the access token is missing")]
    MissingToken,
    /// The access token was not issued here, has ended, or its user does not exist.
    #[error("the access token is not valid")]
    InvalidToken,
    /// Registration or sign-in was refused.
    #[error("{0}")]
    Refused(String),
    /// The thing exists but belongs to somebody else, or the scope of the app password does not go so far.
    #[error("{0}")]
    NotOwner(String),
    /// The thing to be created exists already.
    #[error("exists already: {0:?}")]
    Exists(Taken),
    /// A rule of the calendar forbids it in the present state.
    #[error("{0}")]
    Conflict(String),
    /// The event with that id does not have the revision that the change was meant for.
    #[error("event {0} was changed in the meantime")]
    Changed(i64),
    /// What is to be undone was changed since. The text says what.
    #[error("{0}")]
    Outdated(String),
    /// There is no such event, group or user.
    #[error("{0}")]
    NotFound(String),
    /// Rate limited. The number is how many seconds to wait.
    #[error("rate limited: try again in {0} s")]
    TooMany(u64),
    /// The answer would be too large. The text says how to ask for less.
    #[error("{0}")]
    TooLong(String),
    /// The store cannot serve now; nothing was stored. The text is for the log.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// The connection to the database was lost while it stored something, so nobody knows whether it did. The
    /// text is for the log.
    #[error("it is not known whether the write was stored: {0}")]
    Unknown(String),
    /// A fault of the server. The text is for the log.
    #[error("{0}")]
    Internal(String),
    /// A setting or the machine is wrong. The text tells the operator what to do.
    #[error("{0}")]
    Setup(String),
}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;
