//! Request bodies: read to an end in time and size, decompressed within the same size.

use std::io::{self, Read};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;

use super::problem::Problem;

/// What a server takes of a body.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// Bytes, as sent and once decompressed.
    pub bytes: usize,
    /// Time in which all of it must have come.
    pub time: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { bytes: 64 << 20, time: Duration::from_secs(60) }
    }
}

/// Reads a body whole and undoes its `Content-Encoding` (RFC 9110 §8.4): gzip with any number of members, or zstd.
pub async fn read(headers: &HeaderMap, body: Body, limits: BodyLimits) -> Result<Bytes, Problem> {
    let sent = tokio::time::timeout(limits.time, collect(body, limits.bytes)).await.map_err(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, format!("the body did not come within {} s", limits.time.as_secs()))
    })??;
    let encoding = headers.get(header::CONTENT_ENCODING).map_or(Ok("identity"), |value| value.to_str());
    match encoding.map(|encoding| encoding.trim().to_ascii_lowercase()).as_deref() {
        Ok("identity" | "") => Ok(sent),
        Ok("gzip" | "x-gzip") => {
            decompress(limits.bytes, move || Ok(flate2::read::MultiGzDecoder::new(io::Cursor::new(sent)))).await
        }
        Ok("zstd") => decompress(limits.bytes, move || zstd::Decoder::new(io::Cursor::new(sent))).await,
        _ => Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body's Content-Encoding is not known here")
            .hint(Some("send it as it is, or as gzip or zstd"))),
    }
}

async fn collect(mut body: Body, most: usize) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad_request("the body ended before its end"))?;
        if let Some(data) = frame.data_ref() {
            if bytes.len() + data.len() > most {
                return Err(too_large(most));
            }
            bytes.extend_from_slice(data);
        }
    }
    Ok(bytes.into())
}

fn too_large(most: usize) -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than the {most} bytes taken here"))
}

/// Decompresses off the runtime's threads, for it may take long.
async fn decompress<R, F>(most: usize, open: F) -> Result<Bytes, Problem>
where
    R: Read,
    F: FnOnce() -> io::Result<R> + Send + 'static,
{
    let work = move || {
        let mut bytes = Vec::new();
        open()?.take(most as u64 + 1).read_to_end(&mut bytes)?;
        io::Result::Ok(bytes)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(bytes)) if bytes.len() > most => Err(too_large(most)),
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(error)) => Err(Problem::bad_request(format!("the body is not what its Content-Encoding says: {error}"))),
        Err(_) => Err(Problem::internal("decompressing the body failed")),
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
        let limits = BodyLimits { bytes: 100, time: Duration::from_secs(5) };
        read(&headers, Body::from(body), limits).await.map(|bytes| bytes.to_vec()).map_err(|p| p.status().as_u16())
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
}
