//! The body of an answer, and what counts while it is not sent.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

use super::budget::Reserved;
use super::state::Open;

/// The body of an answer.
pub(super) enum AnswerBody {
    /// None.
    Empty,
    /// In one piece.
    Whole(Bytes),
    /// In pieces as they are made, of a length that a header may tell.
    Pieces(mpsc::Receiver<io::Result<Bytes>>),
}

/// A piece of an answer. It holds its request open, and the place of the answer in the limit, until it is sent
/// or given up.
struct Held<C> {
    bytes: Vec<u8>,
    _counted: C,
}

/// What counts as long as an answer is not sent.
pub(super) struct Counted {
    /// The bytes.
    pub(super) _reserved: Option<Reserved>,
    /// The request.
    pub(super) open: Open,
}

impl<C> AsRef<[u8]> for Held<C> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AnswerBody {
    /// `bytes` in one piece.
    pub(super) fn whole(bytes: Vec<u8>, counted: Counted) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        Self::Whole(Bytes::from_owner(Held { bytes, _counted: counted }))
    }
}

/// A piece of an answer that counts as a whole until its last piece is sent.
pub(super) fn piece(bytes: Vec<u8>, counted: &Arc<Counted>) -> Bytes {
    Bytes::from_owner(Held { bytes, _counted: Arc::clone(counted) })
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut *self {
            Self::Empty => Poll::Ready(None),
            Self::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Pieces(pieces) => {
                pieces.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Empty)
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Pieces(_) => SizeHint::default(),
        }
    }
}

/// The result of a request. An error closes the connection.
pub(super) type Answered = io::Result<hyper::Response<AnswerBody>>;
