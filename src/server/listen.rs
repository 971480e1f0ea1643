//! Connections: accepted up to a number, read with deadlines, drained at the end.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::util::MapRequest;

use super::admission::write_timeout::WriteTimeout;
use super::ops::log::Peer;

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A TCP address.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

/// What a server allows its connections.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Connections open at once; more wait to be accepted.
    pub connections: usize,
    /// Time in which a request's head must have come.
    pub header_time: Duration,
    /// Bytes of a request's head.
    pub header_bytes: usize,
    /// Time in which a client must have taken something of a response; then its connection is closed.
    pub write_time: Duration,
    /// Time that running requests get to end once the server was told to stop.
    pub drain_time: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 1024,
            header_time: Duration::from_secs(10),
            header_bytes: 64 << 10,
            write_time: Duration::from_secs(30),
            drain_time: Duration::from_secs(20),
        }
    }
}

/// A socket that is bound and listens.
#[derive(Debug)]
pub enum Listener {
    /// Over TCP.
    Tcp(TcpListener),
    /// Over a Unix socket.
    #[cfg(unix)]
    Unix(tokio::net::UnixListener, PathBuf),
}

impl Listener {
    /// Binds an address. A socket that nobody listens on any more is replaced.
    ///
    /// # Errors
    /// Where the address cannot be had: [`io::ErrorKind::AlreadyExists`] where a file that is no socket stands at the path.
    pub async fn bind(address: &Address) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => TcpListener::bind(address).await.map(Self::Tcp),
            #[cfg(unix)]
            Address::Unix(path) => {
                match std::fs::symlink_metadata(path) {
                    Ok(found) if !is_socket(&found) => return Err(io::ErrorKind::AlreadyExists.into()),
                    Ok(_) if tokio::net::UnixStream::connect(path).await.is_err() => std::fs::remove_file(path)?,
                    _ => {}
                }
                tokio::net::UnixListener::bind(path).map(|listener| Self::Unix(listener, path.clone()))
            }
            #[cfg(not(unix))]
            Address::Unix(_) => Err(io::Error::new(io::ErrorKind::Unsupported, "Unix sockets are not to be had here")),
        }
    }

    /// The address bound, as a URL's authority or a path.
    pub fn name(&self) -> String {
        match self {
            Self::Tcp(listener) => listener.local_addr().map_or_else(|_| "?".to_owned(), |address| address.to_string()),
            #[cfg(unix)]
            Self::Unix(_, path) => path.display().to_string(),
        }
    }

    /// The next connection, and who is at its other end.
    async fn accept(&self) -> io::Result<(Box<dyn Stream>, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Answers leave at once; a failure to say so costs speed, not truth.
                let _ = stream.set_nodelay(true);
                Ok((Box::new(stream), Peer(peer.ip().to_string())))
            }
            #[cfg(unix)]
            Self::Unix(listener, _) => Ok((Box::new(listener.accept().await?.0), Peer("unix".to_owned()))),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Self::Unix(_, path) = self
            && std::fs::symlink_metadata(&path).is_ok_and(|found| is_socket(&found))
        {
            // Another server may have taken the path away already.
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(unix)]
fn is_socket(found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    found.file_type().is_socket()
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Serves until `stop` resolves, then lets running requests end within the drain time.
pub async fn serve(listener: Listener, router: Router, limits: ConnectionLimits, stop: impl Future<Output = ()>) {
    let free = Arc::new(Semaphore::new(limits.connections));
    let running = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let permit = Arc::clone(&free).acquire_owned().await.ok();
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let service = MapRequest::new(router.clone(), move |mut request: hyper::Request<Incoming>| {
                    request.extensions_mut().insert(peer.clone());
                    request
                });
                let connection = running.watch(connection(&limits).serve_connection(
                    TokioIo::new(WriteTimeout::new(stream, limits.write_time)),
                    TowerToHyperService::new(service),
                ));
                tokio::spawn(async move {
                    // A connection that fails is the client's affair; the request's log line tells of it.
                    let _ = connection.await;
                    drop(permit);
                });
            }
            // Out of file descriptors, or a client that went at once: the next may do better, but not in a hot loop.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(limits.drain_time, running.shutdown()).await;
}

fn connection(limits: &ConnectionLimits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(limits.header_bytes.max(8 << 10))
        .half_close(false);
    builder
}
