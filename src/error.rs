//! The one error of the whole house.
//!
//! A kind says what went wrong in the calendar's own terms; which HTTP status and code that is, is
//! decided in one place (`api/envelope.rs`), and which exit code, in another (`cli/mod.rs`). The texts
//! are one sentence for a person, in the form `<thing>: <what was expected>`; they never carry
//! internals: those are the texts of [`Error::Internal`] and [`Error::Unavailable`], which go to the log
//! and to no client.

/// What [`Error::Exists`] found in the way.
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
    /// It can be read, but a value is missing, of the wrong type or form, or contradicts another.
    #[error("{0}")]
    Invalid(String),
    /// No access token came with the request.
    #[error("the header X-calendar-access-token is missing")]
    MissingToken,
    /// An access token came, but it is not one of ours, or its user does not exist.
    #[error("the access token is not valid")]
    InvalidToken,
    /// Registration or login was refused.
    #[error("{0}")]
    Refused(String),
    /// The thing exists but belongs to somebody else.
    #[error("{0}")]
    NotOwner(String),
    /// What should be made is there already.
    #[error("exists already: {0:?}")]
    Exists(Taken),
    /// A rule of the calendar forbids it as things are.
    #[error("{0}")]
    Conflict(String),
    /// The event of that id is not as whoever wants to change it knows it.
    #[error("event {0} was changed meanwhile: read it again, and send its new ETag in If-Match")]
    Changed(i64),
    /// There is no such path, event or group.
    #[error("{0}")]
    NotFound(String),
    /// The path exists, the method does not; the methods that do, as an `Allow` header has them.
    #[error("this path takes {0}")]
    MethodNotAllowed(String),
    /// The body is larger than is read.
    #[error("{0}")]
    TooLarge(String),
    /// Too much was asked for; how many seconds to wait before asking again.
    #[error("too many requests: try again in {0} s")]
    TooMany(u64),
    /// The store cannot serve now; nothing was stored. The text is for the log.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours. The text is for the log.
    #[error("{0}")]
    Internal(String),
    /// A setting or the machine is not as it has to be: for the operator, who is told what to do.
    #[error("{0}")]
    Setup(String),
}

/// What the functions of this crate return.
pub type Result<T> = std::result::Result<T, Error>;
