//! The crate's one error type.
//!
//! A kind says what went wrong in the calendar's own terms. `api/envelope.rs` maps it to an HTTP status
//! and code, and `cli/mod.rs` to an exit code. A text is one sentence for a person, in the form
//! `<thing>: <what was expected>`. It never reveals internals, except those of [`Error::Internal`] and
//! [`Error::Unavailable`], which go to the log and to no client.

/// What exists already, for [`Error::Exists`].
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
    /// The request cannot be read at all: malformed JSON, broken percent-encoding.
    #[error("{0}")]
    Malformed(String),
    /// The request can be read, but a value is missing, has the wrong type or form, or contradicts
    /// another.
    #[error("{0}")]
    Invalid(String),
    /// No access token came with the request.
    #[error("the header X-calendar-access-token is missing")]
    MissingToken,
    /// An access token came, but it was not issued here, is no longer valid, or its user does not
    /// exist.
    #[error("the access token is not valid")]
    InvalidToken,
    /// Registration or login was refused.
    #[error("{0}")]
    Refused(String),
    /// The thing exists, but belongs to somebody else.
    #[error("{0}")]
    NotOwner(String),
    /// The thing to be created exists already.
    #[error("exists already: {0:?}")]
    Exists(Taken),
    /// A rule of the calendar forbids it in the current state.
    #[error("{0}")]
    Conflict(String),
    /// The event with that id is no longer in the state that the request names: a failed precondition.
    #[error("event {0} was changed meanwhile: read it again, and send its new ETag in If-Match")]
    Changed(i64),
    /// There is no such path, event or group.
    #[error("{0}")]
    NotFound(String),
    /// The path does not support the method. Holds the methods it does, as in an `Allow` header.
    #[error("this path takes {0}")]
    MethodNotAllowed(String),
    /// The body is larger than the limit.
    #[error("{0}")]
    TooLarge(String),
    /// Rate limited. Holds how many seconds to wait before the next try.
    #[error("too many requests: try again in {0} s")]
    TooMany(u64),
    /// The store is not available now, and nothing was stored. The text is for the log.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A fault in the server. The text is for the log.
    #[error("{0}")]
    Internal(String),
    /// A setting or the machine needs fixing. The text tells the operator what to do.
    #[error("{0}")]
    Setup(String),
}

/// The result type of this crate.
pub type Result<T> = std::result::Result<T, Error>;
