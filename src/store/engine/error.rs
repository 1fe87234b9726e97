//! SQLite's errors, as kinds of this crate's own.

use rusqlite::ErrorCode;

use crate::error::Error;

/// A failure that may pass (a full disk, a lock held too long, a disk that does not answer) is
/// [`Error::Unavailable`]; any other is a fault of this program.
impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory
                | ErrorCode::PermissionDenied,
            ) => Self::Unavailable(error.to_string()),
            _ => Self::Internal(error.to_string()),
        }
    }
}
