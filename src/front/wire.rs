//! The streams of a connection: one that does not wait for ever for a client to read, and one that sees the
//! heads of requests.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::state::State;

/// How much a client has to take within the time-out, once it has begun not to read.
const ENOUGH: usize = 16 << 10;

/// A stream that fails if its client does not read.
pub(super) struct Paced {
    tcp: TcpStream,
    patience: Duration,
    /// Since the client began not to read.
    stalled: Option<Box<Stalled>>,
}

struct Stalled {
    until: Pin<Box<Sleep>>,
    taken: usize,
    /// Whether nothing could be written at the last attempt.
    waiting: bool,
}

impl Paced {
    /// A stream over `tcp` whose client may take less than 16 KiB for so long.
    pub(super) fn new(tcp: TcpStream, patience: Duration) -> Self {
        Self { tcp, patience, stalled: None }
    }

    fn watched(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(written) => {
                if let (Some(stalled), Ok(count)) = (&mut self.stalled, &written) {
                    stalled.waiting = false;
                    stalled.taken += count;
                    if stalled.taken >= ENOUGH {
                        self.stalled = None;
                    }
                }
                Poll::Ready(written)
            }
            Poll::Pending => {
                let patience = self.patience;
                let stalled = self.stalled.get_or_insert_with(|| {
                    let until = Box::pin(sleep(patience));
                    Box::new(Stalled { until, taken: 0, waiting: true })
                });
                if !stalled.waiting && stalled.until.is_elapsed() {
                    stalled.until.as_mut().reset(Instant::now() + patience);
                    stalled.taken = 0;
                }
                stalled.waiting = true;
                ready!(stalled.until.as_mut().poll(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncRead for Paced {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, into)
    }
}

impl AsyncWrite for Paced {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        self.watched(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.tcp).poll_write_vectored(cx, slices);
        self.watched(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

/// A stream of HTTP/1.1 that notes when the head of a request begins, and gives a body to the bare refusals
/// of hyper, which no other hook can change.
pub(super) struct Heads<S> {
    io: S,
    state: Arc<State>,
    /// What is written in place of a bare refusal.
    instead: Vec<u8>,
    /// How much of it is written.
    at: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Heads<S> {
    /// A stream over `io`.
    pub(super) fn new(io: S, state: Arc<State>) -> Self {
        Self { io, state, instead: Vec::new(), at: 0 }
    }

    fn poll_instead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.at < self.instead.len() {
            let count = ready!(Pin::new(&mut self.io).poll_write(cx, &self.instead[self.at..]))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.at += count;
        }
        Poll::Ready(Ok(()))
    }

    /// Whether `bytes` are a bare refusal, which then is replaced.
    fn replaces(&mut self, bytes: &[u8]) -> bool {
        if !bytes.starts_with(b"HTTP/1.1 4") {
            return false;
        }
        match self.state.in_place_of(bytes) {
            Some(answer) => {
                (self.instead, self.at) = (answer, 0);
                true
            }
            None => false,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Heads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, into))?;
        self.state.read(&into.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Heads<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_instead(cx))?;
        if self.replaces(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_instead(cx))?;
        if let Some(first) = slices.first()
            && self.replaces(first)
        {
            return Poll::Ready(Ok(first.len()));
        }
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(cx))?;
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_instead(cx))?;
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
