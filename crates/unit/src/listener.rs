//! Listening sockets: bind with a clear error, serve HTTP/1.1, drain.
//!
//! No TLS and no routes. Invariants: a connection is bounded in every phase: its number, the head
//! of a request, idling, the reading of an answer ([`crate::http`] bounds the rest); [`serve`]
//! returns within the times of its [`Drain`]. What is no HTTP at all never reaches the stack: the
//! library answers it with a bare 400, 414 or 431, and half a head with nothing.
//!
//! Start at [`bind`] and [`serve`].

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::Service;

use crate::drain::Drain;
use crate::limits::{
    ACCEPT_PAUSE, ACCEPT_QUEUE_MAX, BUFFER_BYTES_MAX, ConnectionLimits, HEADERS_MAX,
};
use crate::slow_client::{SlowClient, Unread};

/// Why an address cannot be listened on; each is one sentence for whoever starts the process.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The text is no address.
    #[error("listen address `{address}` is not an IP address and a port, such as 127.0.0.1:8080")]
    AddressInvalid {
        /// The text as configured.
        address: String,
    },
    /// Something else listens there.
    #[error("port {} of {} is in use by another process", address.port(), address.ip())]
    PortInUse {
        /// The address.
        address: SocketAddr,
    },
    /// This process may not listen there.
    #[error("this process may not listen on {address}; ports below 1024 need a privilege")]
    NotPermitted {
        /// The address.
        address: SocketAddr,
    },
    /// The machine does not have the address.
    #[error("this machine has no address {}", address.ip())]
    AddressUnavailable {
        /// The address.
        address: SocketAddr,
    },
    /// Anything else.
    #[error("cannot listen on {address}")]
    Failed {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// Connections whose requests were still in flight when the time was over.
    pub cut_off: usize,
}

/// Listens on `address`: an IP address or `localhost`, and a port; port 0 picks a free one.
///
/// # Errors
///
/// [`ListenError`], in one sentence.
pub async fn bind(address: &str) -> Result<TcpListener, ListenError> {
    let numeric = match address.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => address.to_owned(),
    };
    let invalid = |_| ListenError::AddressInvalid { address: address.to_owned() };
    let address: SocketAddr = numeric.parse().map_err(invalid)?;
    listen(address).map_err(|source| listen_error(address, source))
}

/// Listens with a queue that takes a burst of callers: the library's own has 128 places, and whoever
/// finds it full comes back a second later.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_QUEUE_MAX)
}

/// The sentence for what the system said.
#[expect(clippy::wildcard_enum_match_arm, reason = "the standard library may add kinds")]
fn listen_error(address: SocketAddr, source: io::Error) -> ListenError {
    match source.kind() {
        io::ErrorKind::AddrInUse => ListenError::PortInUse { address },
        io::ErrorKind::PermissionDenied => ListenError::NotPermitted { address },
        io::ErrorKind::AddrNotAvailable => ListenError::AddressUnavailable { address },
        _ => ListenError::Failed { address, source },
    }
}

/// Serves `router` on `listener` until `drain` ends it.
///
/// Handlers find the caller's address as `ConnectInfo<SocketAddr>`. When the drain closes, nothing
/// new is accepted, idle connections end, busy ones end after their request.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    drain: Drain,
) -> Served {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let mut connections = JoinSet::new();
    let mut closing = pin!(drain.closing());
    loop {
        tokio::select! {
            biased;
            () = closing.as_mut() => break,
            Some(_ended) = connections.join_next(), if !connections.is_empty() => {}
            (place, stream, peer) = accept(&listener, &places) => {
                let connection = Connection { stream, peer, limits, router: router.clone() };
                connections.spawn(connection.run(drain.clone(), place));
            }
        }
    }
    drop(listener);
    finish(connections, &drain).await
}

/// Waits for `connections` until the drain cuts them off.
async fn finish(mut connections: JoinSet<()>, drain: &Drain) -> Served {
    let mut cut_off = pin!(drain.cut_off());
    loop {
        tokio::select! {
            biased;
            ended = connections.join_next() => {
                if ended.is_none() {
                    return Served { cut_off: 0 };
                }
            }
            () = cut_off.as_mut() => break,
        }
    }
    let left = connections.len();
    tracing::warn!(target: "http", connections = left, "connections cut off at the end");
    connections.shutdown().await;
    Served { cut_off: left }
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (OwnedSemaphorePermit, TcpStream, SocketAddr) {
    loop {
        let Ok(place) = Arc::clone(places).acquire_owned().await else {
            // The semaphore is never closed; were it, nothing more could be accepted.
            return std::future::pending().await;
        };
        match listener.accept().await {
            Ok((stream, peer)) => return (place, stream, peer),
            Err(error) if is_of_peer(&error) => {}
            Err(error) => {
                tracing::warn!(target: "http", %error, "cannot accept connections");
                drop(place);
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether a failed accept was the peer's doing, so that the next may succeed at once.
fn is_of_peer(error: &io::Error) -> bool {
    let kind = error.kind();
    kind == io::ErrorKind::ConnectionAborted
        || kind == io::ErrorKind::ConnectionReset
        || kind == io::ErrorKind::ConnectionRefused
}

/// One accepted connection.
struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    limits: ConnectionLimits,
    router: Router,
}

impl Connection {
    /// Answers requests until the peer leaves, breaks a limit, or the drain closes.
    async fn run(self, drain: Drain, _place: OwnedSemaphorePermit) {
        let Self { stream, peer, limits, router } = self;
        // Without it small answers wait for the peer's acknowledgement; failing only costs time.
        let _ = stream.set_nodelay(true);
        let unread = Unread::default();
        let client = SlowClient::new(stream, limits.stall_timeout, unread.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            call(router.clone(), request, unread.clone())
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_headers(HEADERS_MAX)
            .max_buf_size(BUFFER_BYTES_MAX)
            .serve_connection(TokioIo::new(client), service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = drain.closing() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(target: "http", %peer, %error, "a connection ended early");
        }
    }
}

/// Hands one request to the router, and notes whether its body may still be on the way when the
/// answer is there: only errors are answered before all was read.
async fn call(
    mut router: Router,
    request: hyper::Request<Incoming>,
    unread: Unread,
) -> Result<Response, Infallible> {
    unread.clear();
    let has_body = !request.body().is_end_stream();
    // A router is always ready: its `poll_ready` does nothing.
    let Ok(response) = router.call(request.map(Body::new)).await;
    if has_body && !response.status().is_success() {
        unread.note();
    }
    Ok(response)
}
