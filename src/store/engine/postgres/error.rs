//! PostgreSQL's errors, as kinds of this crate's own.

use tokio_postgres::error::SqlState;

use crate::error::Error;

/// What the server said, or what happened to the connection. The detail of a server's error is left out,
/// since it may hold the contents of a row.
pub(in crate::store) fn said(error: &tokio_postgres::Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(error), _) => format!("{} ({})", error.message(), error.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

/// Whether the server refused a commit, so that nothing of it is stored.
pub(super) fn was_refused(error: &tokio_postgres::Error) -> bool {
    // Integrity constraint violation, invalid transaction state, transaction rollback.
    error.code().is_some_and(|code| ["23", "25", "40"].contains(&&code.code()[..2]))
}

/// A failure that may pass is [`Error::Unavailable`]; any other is a fault of this program.
impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let passes = match error.code() {
            // The connection was lost, or something else that is not the server's.
            None => true,
            Some(code) => {
                // Connection exception, transaction rollback (a deadlock), insufficient resources, operator
                // intervention (a shutdown), system error (the disk).
                ["08", "40", "53", "57", "58"].contains(&&code.code()[..2])
                    || *code == SqlState::READ_ONLY_SQL_TRANSACTION
                    || *code == SqlState::LOCK_NOT_AVAILABLE
                    || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
            }
        };
        if passes { Self::Unavailable(said(&error)) } else { Self::Internal(said(&error)) }
    }
}
