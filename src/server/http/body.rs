//! Request bodies: read to an end in time and size, decompressed within the same size, accounted to one bound that all
//! requests share.

use std::io::{self, Read};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::cause::Cause;
use super::problem::Problem;

/// What a server takes of a body.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// Bytes, as sent and once decompressed.
    pub bytes: usize,
    /// Time in which all of it must have come.
    pub time: Duration,
    /// Bytes of all bodies that are in memory at the same time.
    pub all: usize,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { bytes: 64 << 20, time: Duration::from_secs(60), all: 256 << 20 }
    }
}

impl BodyLimits {
    /// The same, of at most `bytes` a body.
    #[must_use]
    pub fn within(self, bytes: usize) -> Self {
        Self { bytes: self.bytes.min(bytes), ..self }
    }
}

/// A permit of [`Bodies`] stands for so many bytes.
const UNIT: usize = 1 << 10;

/// The memory that the bodies of all requests share.
#[derive(Debug, Clone)]
pub struct Bodies(Arc<Semaphore>);

impl Bodies {
    /// Room for as many bytes as the limits say.
    pub fn new(limits: BodyLimits) -> Self {
        // One body of the largest size must be readable, and its decompressed form beside it.
        let units = limits.all.div_ceil(UNIT).max(limits.bytes.div_ceil(UNIT).saturating_mul(2));
        Self(Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))))
    }

    fn account(&self, most: usize) -> Account {
        Account { bodies: Arc::clone(&self.0), held: None, bytes: 0, most }
    }
}

/// The memory of one body, given back when it is dropped.
struct Account {
    bodies: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    bytes: usize,
    most: usize,
}

impl Account {
    /// Makes room for more bytes.
    fn reserve(&mut self, bytes: usize) -> Result<(), Problem> {
        self.bytes += bytes;
        if self.bytes > self.most {
            return Err(too_large(self.most));
        }
        let held = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        // A permit more than is held needs no more than u32: a body is far below 4 TB.
        let more = u32::try_from(self.bytes.div_ceil(UNIT).saturating_sub(held)).unwrap_or(u32::MAX);
        if more == 0 {
            return Ok(());
        }
        let more = Arc::clone(&self.bodies).try_acquire_many_owned(more).map_err(|_| {
            Problem::unavailable("the bodies of other requests take all the memory that there is for them", 5)
        })?;
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        Ok(())
    }
}

/// A body that was read; its memory counts until it is dropped.
pub struct Held {
    bytes: Bytes,
    _account: Option<Account>,
}

impl Held {
    /// No body.
    pub const fn nothing() -> Self {
        Self { bytes: Bytes::new(), _account: None }
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Deref for Held {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.bytes
    }
}

/// How long, and for how many bytes, a refused client is listened to.
const LINGER: (Duration, usize) = (Duration::from_secs(5), 16 << 20);

/// Reads and forgets the body of a request that is refused before it (a lingering close, RFC 9112 §9.6): a connection that is
/// closed on a client that still sends would take the answer with it. One that waits to be told to go on (RFC 9110 §10.1.1)
/// is not.
pub fn linger(headers: &HeaderMap, mut body: Body) {
    if headers.contains_key(header::EXPECT) {
        return;
    }
    tokio::spawn(tokio::time::timeout(LINGER.0, async move {
        let mut bytes = 0;
        while let Some(Ok(frame)) = body.frame().await {
            bytes += frame.data_ref().map_or(0, Bytes::len);
            if bytes > LINGER.1 {
                break;
            }
        }
    }));
}

/// Reads a body whole and undoes its `Content-Encoding` (RFC 9110 §8.4): gzip with any number of members, or zstd.
///
/// # Errors
/// 413 before the first byte where the announced length is too large, or once the body is; 408 where it comes too slowly;
/// 503 where the bodies of other requests leave no room; 415 and 400 for codings.
pub async fn read(headers: &HeaderMap, body: Body, limits: BodyLimits, bodies: &Bodies) -> Result<Held, Problem> {
    if let Err(problem) = announced(headers, limits.bytes) {
        linger(headers, body);
        return Err(problem);
    }
    let sent = collect(headers, body, bodies.account(limits.bytes));
    let sent = tokio::time::timeout(limits.time, sent).await.map_err(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, format!("the body did not come within {} s", limits.time.as_secs()))
    })??;
    let encoding = headers.get(header::CONTENT_ENCODING).map_or(Ok("identity"), |value| value.to_str());
    let account = bodies.account(limits.bytes);
    match encoding.map(|encoding| encoding.trim().to_ascii_lowercase()).as_deref() {
        Ok("identity" | "") => Ok(sent),
        Ok("gzip" | "x-gzip") => {
            decompress(account, move || Ok(flate2::read::MultiGzDecoder::new(io::Cursor::new(sent)))).await
        }
        Ok("zstd") => decompress(account, move || zstd::Decoder::new(io::Cursor::new(sent))).await,
        _ => Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body's Content-Encoding is not known here")
            .hint(Some("send it as it is, or as gzip or zstd"))),
    }
}

/// A client that announces more than is taken is told so before it sends it (RFC 9110 §10.1.1: no `100 Continue`).
fn announced(headers: &HeaderMap, most: usize) -> Result<(), Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most as u64) { Err(too_large(most)) } else { Ok(()) }
}

async fn collect(headers: &HeaderMap, mut body: Body, mut account: Account) -> Result<Held, Problem> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad_request("the body ended before its end"))?;
        if let Some(data) = frame.data_ref() {
            if let Err(problem) = account.reserve(data.len()) {
                linger(headers, body);
                return Err(problem);
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(Held { bytes: bytes.into(), _account: Some(account) })
}

fn too_large(most: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than the {most} bytes taken here"))
        .of_kind(Cause::TooLarge(most as u64))
        .hint(Some("send less at once; whoever runs the server can raise the limit"))
}

/// Decompresses off the runtime's threads, for it may take long.
async fn decompress<R, F>(account: Account, open: F) -> Result<Held, Problem>
where
    R: Read,
    F: FnOnce() -> io::Result<R> + Send + 'static,
{
    match tokio::task::spawn_blocking(move || inflate(account, open)).await {
        Ok(done) => done,
        Err(_) => Err(Problem::internal("decompressing the body failed")),
    }
}

fn inflate<R: Read>(mut account: Account, open: impl FnOnce() -> io::Result<R>) -> Result<Held, Problem> {
    let broken =
        |error: io::Error| Problem::bad_request(format!("the body is not what its Content-Encoding says: {error}"));
    let (mut bytes, mut block) = (Vec::new(), vec![0; 64 << 10]);
    let mut reader = open().map_err(broken)?;
    loop {
        let read = reader.read(&mut block).map_err(broken)?;
        if read == 0 {
            return Ok(Held { bytes: bytes.into(), _account: Some(account) });
        }
        account.reserve(read)?;
        bytes.extend_from_slice(&block[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    async fn status(encoding: &'static str, body: Vec<u8>) -> Result<Vec<u8>, u16> {
        let headers = HeaderMap::from_iter([(header::CONTENT_ENCODING, header::HeaderValue::from_static(encoding))]);
        let limits = BodyLimits { bytes: 100, time: Duration::from_secs(5), all: 1000 };
        read(&headers, Body::from(body), limits, &Bodies::new(limits))
            .await
            .map(|bytes| bytes.to_vec())
            .map_err(|p| p.status().as_u16())
    }

    #[tokio::test]
    async fn reads_every_member_and_no_bomb() {
        let two = [gzip(b"first "), gzip(b"second")].concat();
        assert_eq!(status("gzip", two).await, Ok(b"first second".to_vec()));
        assert_eq!(status("zstd", zstd::encode_all(&b"text"[..], 1).unwrap()).await, Ok(b"text".to_vec()));
        assert_eq!(status("gzip", gzip(&[0; 10_000])).await, Err(413));
        assert_eq!(status("identity", vec![0; 101]).await, Err(413));
        let mut broken = gzip(b"some text that is cut off");
        broken.truncate(20);
        assert_eq!(status("gzip", broken).await, Err(400));
        assert_eq!(status("br", vec![1]).await, Err(415));
    }

    #[tokio::test]
    async fn what_is_announced_too_large_is_not_read() {
        let headers = HeaderMap::from_iter([(header::CONTENT_LENGTH, header::HeaderValue::from_static("101"))]);
        let limits = BodyLimits { bytes: 100, time: Duration::from_secs(60), all: 1000 };
        let endless = Body::new(Never);
        let problem = read(&headers, endless, limits, &Bodies::new(limits)).await.err();
        assert_eq!(problem.map(|problem| problem.status().as_u16()), Some(413));
    }

    /// A body of which nothing ever comes.
    struct Never;

    impl hyper::body::Body for Never {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }

    #[tokio::test]
    async fn all_bodies_share_one_bound_and_give_it_back() {
        let limits = BodyLimits { bytes: 10 << 10, time: Duration::from_secs(5), all: 20 << 10 };
        let (bodies, headers) = (Bodies::new(limits), HeaderMap::new());
        let send = || read(&headers, Body::from(vec![b'x'; 10 << 10]), limits, &bodies);
        let (one, two) = (send().await.unwrap(), send().await.unwrap());
        assert_eq!(send().await.err().map(|problem| problem.status().as_u16()), Some(503));
        assert_eq!(one.len() + two.len(), 20 << 10);
        drop(one);
        assert!(send().await.is_ok());
    }
}
