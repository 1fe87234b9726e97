//! The body of a request that was passed on unread: that of an upload, which may be a thousand times what other
//! calls take.
//!
//! It is kept with its request until the route reads it, so that the token and everything else that can be refused
//! is looked at before it is sent (`Expect: 100-continue`, RFC 9110, 10.1.1). It goes to a file without a name:
//! bodies that arrive slowly hold no memory, and what was begun is gone when the process is.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::pin::Pin;
use std::sync::Mutex;
use std::time::Duration;

use rocket::Request;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// How many bytes are collected before they are written.
const PIECE: usize = 256 << 10;

/// How long a body may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Until its next bytes.
    pub(crate) idle: Duration,
    /// In all.
    pub(crate) total: Duration,
}

impl Patience {
    /// That of a body of which each piece may take as long as the whole body of another call. Twenty times that is
    /// the time for all: ten minutes by default, in which 64 MiB come over the slower lines.
    pub(crate) fn of(body_timeout: Duration) -> Self {
        Self { idle: body_timeout, total: body_timeout * 20 }
    }
}

/// A body that has not been read.
pub(crate) struct Unread<'r> {
    source: Pin<Box<dyn AsyncRead + Send + 'r>>,
    /// How many bytes it has at least, as far as its sender says.
    expected: u64,
    patience: Patience,
}

/// Why a body was not taken.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It is larger than it may be.
    TooLarge,
    /// It arrived too slowly.
    TooSlow,
    /// It ended before it was complete.
    Broken,
    /// It could not be kept.
    NotKept(io::Error),
}

impl<'r> Unread<'r> {
    /// The body that `source` gives, which is to have at least `expected` bytes.
    pub(crate) fn new(
        source: impl AsyncRead + Send + 'r,
        expected: u64,
        patience: Patience,
    ) -> Self {
        Self { source: Box::pin(source), expected, patience }
    }

    /// Reads it into a file without a name, which is then read from its beginning.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] as soon as it is known that it has more than `most` bytes, else the first thing that
    /// goes wrong.
    pub(crate) async fn spool(self, most: u64) -> Result<File, Fault> {
        if self.expected > most {
            return Err(Fault::TooLarge);
        }
        let total = self.patience.total;
        timeout(total, self.read(most)).await.unwrap_or(Err(Fault::TooSlow))
    }

    async fn read(mut self, most: u64) -> Result<File, Fault> {
        let mut file = apart(tempfile::tempfile).await?;
        let mut count = 0;
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let last = self.fill(&mut piece).await?;
            count += piece.len() as u64;
            if count > most {
                return Err(Fault::TooLarge);
            }
            file = apart(move || {
                file.write_all(&piece)?;
                if last {
                    file.rewind()?;
                }
                Ok(file)
            })
            .await?;
            if last {
                return Ok(file);
            }
        }
    }

    /// Fills `piece`; says whether the body has ended.
    async fn fill(&mut self, piece: &mut Vec<u8>) -> Result<bool, Fault> {
        while piece.len() < PIECE {
            match timeout(self.patience.idle, self.source.read_buf(piece)).await {
                Ok(Ok(0)) => return Ok(true),
                Ok(Ok(_)) => {}
                Ok(Err(_)) => return Err(Fault::Broken),
                Err(_) => return Err(Fault::TooSlow),
            }
        }
        Ok(false)
    }
}

/// Runs `work`, which waits for a disk, off the threads that serve requests.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Fault> {
    let done = spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)));
    done.map_err(Fault::NotKept)
}

/// The unread body of a request, until it is taken.
struct Kept(Mutex<Option<Unread<'static>>>);

/// Keeps an unread body with its request.
pub(crate) fn keep(request: &Request<'_>, body: Unread<'static>) {
    request.local_cache(|| Kept(Mutex::new(Some(body))));
}

/// Takes the unread body of a request, if it has one.
pub(crate) fn take(request: &Request<'_>) -> Option<Unread<'static>> {
    request.local_cache(|| Kept(Mutex::new(None))).0.lock().ok()?.take()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use tokio::io::AsyncWriteExt;

    use super::*;

    const PATIENCE: Patience =
        Patience { idle: Duration::from_mins(10), total: Duration::from_mins(10) };

    async fn read(bytes: &'static [u8], expected: u64, most: u64) -> Result<Vec<u8>, Fault> {
        let mut read = Vec::new();
        let mut file = Unread::new(bytes, expected, PATIENCE).spool(most).await?;
        file.read_to_end(&mut read).unwrap();
        Ok(read)
    }

    #[tokio::test]
    async fn a_body_is_kept_as_it_came_whatever_its_size() {
        static LARGE: [u8; PIECE * 2] = [7; PIECE * 2];
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, PIECE * 2] {
            assert_eq!(read(&LARGE[..size], 0, size as u64).await.unwrap(), LARGE[..size]);
        }
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_refused_before_it_is_read_if_its_sender_says_so() {
        assert!(matches!(read(b"four", 0, 3).await, Err(Fault::TooLarge)));
        // This one would never end.
        let (source, _sender) = tokio::io::duplex(1);
        let refused = Unread::new(source, 4, PATIENCE).spool(3).await;
        assert!(matches!(refused, Err(Fault::TooLarge)));
    }

    #[tokio::test]
    async fn a_body_that_stops_or_takes_too_long_in_all_is_given_up() {
        const SOON: Duration = Duration::from_millis(1);
        for patience in [Patience { idle: SOON, ..PATIENCE }, Patience { total: SOON, ..PATIENCE }]
        {
            let (source, mut sender) = tokio::io::duplex(8);
            sender.write_all(b"BEGIN").await.unwrap();
            let refused = Unread::new(source, 0, patience).spool(10).await;
            assert!(matches!(refused, Err(Fault::TooSlow)));
        }
    }
}
