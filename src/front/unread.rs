//! The body of a request that is passed on unread, as a stream of bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use hyper::body::{Body, Incoming};
use tokio::io::{AsyncRead, ReadBuf};

/// A body that is read by whoever it is passed on to. Until then hyper does not tell a client that waits for it
/// (`Expect: 100-continue`) to send it.
pub(super) struct UnreadBody {
    body: Incoming,
    /// What has come and was not read.
    piece: Bytes,
}

impl UnreadBody {
    /// The whole of `body`.
    pub(super) fn new(body: Incoming) -> Self {
        Self { body, piece: Bytes::new() }
    }
}

impl AsyncRead for UnreadBody {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.piece.is_empty() {
            let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else {
                return Poll::Ready(Ok(()));
            };
            // Trailers are not asked for.
            self.piece = frame.map_err(io::Error::other)?.into_data().unwrap_or_default();
        }
        let count = self.piece.len().min(into.remaining());
        into.put_slice(&self.piece[..count]);
        self.piece.advance(count);
        Poll::Ready(Ok(()))
    }
}
