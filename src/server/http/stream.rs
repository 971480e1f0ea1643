//! Streamed responses: results on their way out: written on a thread of their own, held until rows flow, and cut off audibly if
//! they fail.
//!
//! Nothing is sent before a full chunk is there or all is done, so that an early failure gets a true status. After that a
//! failure ends the body with an error: the connection is aborted without a last chunk (RFC 9112 §8), and no client takes
//! a part for the whole. When the client goes, the body is dropped and the evaluation is cancelled.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use hyper::body::Frame;
use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::problem::Problem;
use crate::query::Cancel;
use crate::server::admission::{Overtaken, Place};

/// Bytes that make a chunk.
const CHUNK: usize = 64 << 10;
/// Chunks that wait for a slow client before the evaluation does.
const AHEAD: usize = 4;

enum Part {
    Chunk(Bytes),
    /// Everything, or the rest, is in the bytes.
    End(Bytes),
    Failed(Problem),
}

/// The end of a stream that results are written into.
pub struct Chunks {
    parts: Sender<Part>,
    runtime: Handle,
    deadline: Option<Instant>,
    place: Place,
    buffer: Vec<u8>,
    sent: u64,
    copy: Option<Vec<u8>>,
    copy_limit: usize,
    hurry: Option<Box<dyn FnOnce() + Send>>,
}

impl Chunks {
    fn ship(&mut self) -> io::Result<()> {
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK + 4096));
        self.sent += chunk.len() as u64;
        self.send(Part::Chunk(chunk.into()))
    }

    /// Waits for a slow client without holding a place, but not beyond the deadline.
    fn send(&mut self, part: Part) -> io::Result<()> {
        let part = match self.parts.try_send(part) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(_)) => return Err(io::ErrorKind::BrokenPipe.into()),
            Err(TrySendError::Full(part)) => part,
        };
        self.hurry();
        let left = self.deadline.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
        let waited = self.place.aside(self.parts.send(part));
        match self.runtime.block_on(async { tokio::time::timeout(left, waited).await }) {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(_))) => Err(io::ErrorKind::BrokenPipe.into()),
            Ok(Err(Overtaken)) | Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if let Some(copy) = &mut self.copy {
            if copy.len() + bytes.len() <= self.copy_limit {
                return copy.extend_from_slice(bytes);
            }
            self.copy = None;
            self.hurry();
        }
    }

    fn hurry(&mut self) {
        if let Some(hurry) = self.hurry.take() {
            hurry();
        }
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.keep(bytes);
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.ship()?;
        }
        Ok(bytes.len())
    }

    /// Does nothing: chunks leave when they are full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How to run a producer.
pub struct Producing {
    /// Ends the evaluation when the client goes.
    pub cancel: Cancel,
    /// When a client that reads slowly is given up.
    pub deadline: Option<Instant>,
    /// Bytes up to which a copy of everything is kept for the cache; 0 for none.
    pub copy_limit: usize,
    /// Called once nobody should wait for the copy: it is too large, or the client reads slowly.
    pub hurry: Option<Box<dyn FnOnce() + Send>>,
    /// Held while it runs.
    pub place: Place,
}

/// What came of a producer that had not failed when its first bytes left.
pub struct Produced {
    /// The body, whole or flowing.
    pub body: Body,
}

/// Runs `work` on a thread that may block and gives what it writes. `finished` gets the copy of it once all is
/// written (none where it is too large), or the problem.
///
/// # Errors
/// The problem with which `work` failed before anything had left.
pub async fn produce<W, F>(how: Producing, work: W, finished: F) -> Result<Produced, Problem>
where
    W: FnOnce(&mut Chunks) -> Result<(), Problem> + Send + 'static,
    F: FnOnce(Result<Option<Vec<u8>>, &Problem>) + Send + 'static,
{
    let (sender, mut parts) = channel(AHEAD);
    let place = how.place.shared_by(&how.cancel);
    let guard = CancelOnDrop(how.cancel);
    let copy = (how.copy_limit > 0).then(Vec::new);
    let mut chunks = Chunks {
        parts: sender,
        runtime: Handle::current(),
        deadline: how.deadline,
        place,
        buffer: Vec::new(),
        sent: 0,
        copy,
        copy_limit: how.copy_limit,
        hurry: how.hurry,
    };
    tokio::task::spawn_blocking(move || match work(&mut chunks) {
        Ok(()) => {
            let rest = std::mem::take(&mut chunks.buffer);
            finished(Ok(chunks.copy.take()));
            // A client that has gone meanwhile needs no end.
            let _ = chunks.send(Part::End(rest.into()));
        }
        Err(problem) => {
            finished(Err(&problem));
            let _ = chunks.send(Part::Failed(problem));
        }
    });
    match parts.recv().await {
        Some(Part::End(all)) => Ok(Produced { body: Body::from(all) }),
        Some(Part::Chunk(first)) => Ok(Produced { body: flowing(first, parts, guard) }),
        Some(Part::Failed(problem)) => Err(problem),
        None => Err(Problem::internal("the evaluation broke off")),
    }
}

/// Ends an evaluation when nobody waits for it any more.
pub struct CancelOnDrop(pub Cancel);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn flowing(first: Bytes, parts: Receiver<Part>, guard: CancelOnDrop) -> Body {
    Body::new(Flow { first: Some(first), parts, ended: false, _guard: guard })
}

struct Flow {
    first: Option<Bytes>,
    parts: Receiver<Part>,
    ended: bool,
    _guard: CancelOnDrop,
}

impl hyper::body::Body for Flow {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let part = std::task::ready!(self.parts.poll_recv(context));
        self.ended = !matches!(part, Some(Part::Chunk(_)));
        Poll::Ready(match part {
            Some(Part::End(rest)) if rest.is_empty() => None,
            Some(Part::Chunk(bytes) | Part::End(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Part::Failed(problem)) => Some(Err(io::Error::other(problem.detail().to_owned()))),
            None => Some(Err(io::Error::other("the evaluation broke off"))),
        })
    }
}
