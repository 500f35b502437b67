//! The body of an answer, whole or cut off in its midst, and the answer that never comes. It
//! knows nothing of why.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::Response;
use hyper::body::{Body, Bytes, Frame, SizeHint};

/// An answer, or the connection breaks.
pub(super) type Answered = Result<Response<Content>, Broken>;

/// The body of an answer.
#[derive(Debug, Default)]
pub(super) struct Content {
    rest: Bytes,
    length: u64,
    /// How often it is still asked before it breaks; none for one that is whole.
    breaks_in: Option<u8>,
}

/// That a connection is to break.
#[derive(Debug)]
pub(super) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("break the connection, as was asked for")
    }
}

impl std::error::Error for Broken {}

impl Content {
    /// All of it.
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self { length: bytes.len() as u64, rest: bytes, breaks_in: None }
    }

    /// What is left to be sent.
    pub(super) fn rest(&self) -> &Bytes {
        &self.rest
    }

    /// The first half of it, announced as the whole.
    pub(super) fn into_cut(self) -> Self {
        let half = self.rest.slice(..self.rest.len() / 2);
        Self { rest: half, breaks_in: Some(1), ..self }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let bytes = std::mem::take(&mut self.rest);
        self.length -= bytes.len() as u64;
        match (bytes.is_empty(), self.breaks_in) {
            (false, _) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            (true, None) => Poll::Ready(None),
            (true, Some(0)) => Poll::Ready(Some(Err(Broken))),
            // Gives the server a turn to send what there is.
            (true, Some(times)) => {
                self.breaks_in = Some(times - 1);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.breaks_in.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
