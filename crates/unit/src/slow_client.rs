//! A stream that cuts off a client which does not take its answer, and that lets a client read
//! the answer before the connection goes.
//!
//! Not the limits on sending: the HTTP library bounds the head, [`crate::http`] the body.
//! Invariant: a write that the client lags behind with takes at most one stall timeout for every
//! [`STALL_BYTES_MIN`] bytes. Start at [`SlowClient`].

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::limits::{LINGER, LINGER_BYTES_MAX, STALL_BYTES_MIN};

/// Bytes read at once while lingering.
const SCRAP_BYTES: usize = 16 * 1024;

/// `S` with a limit on how slowly its peer may read.
pub(crate) struct SlowClient<S> {
    stream: S,
    stall_timeout: Duration,
    stall: Option<Stall>,
    unread: Unread,
    linger: Option<Linger>,
}

/// Whether the peer may still be sending a request that was answered already. Then closing at
/// once would reset the connection, and the peer might lose its answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unread(Arc<AtomicBool>);

impl Unread {
    /// Notes that it may.
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Notes that it does not: it began a new request.
    pub(crate) fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// The peer lags behind: what it took since when.
struct Stall {
    until: Pin<Box<Sleep>>,
    taken: usize,
}

/// We have sent all; what the peer still sends is thrown away.
struct Linger {
    until: Pin<Box<Sleep>>,
    read: usize,
}

impl<S> SlowClient<S> {
    /// Cuts `stream` off when it takes less than the least in `stall_timeout`.
    pub(crate) const fn new(stream: S, stall_timeout: Duration, unread: Unread) -> Self {
        Self { stream, stall_timeout, stall: None, unread, linger: None }
    }

    /// What a write of `offered` bytes that came out as `written` means.
    fn judge(
        &mut self,
        context: &mut Context<'_>,
        offered: usize,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(taken)) if taken == offered => {
                self.stall = None;
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Ok(taken)) => {
                if let Some(stall) = &mut self.stall {
                    stall.taken = stall.taken.saturating_add(taken);
                }
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(context).map(Err),
        }
    }

    /// Waits for the peer; ready with the error once it was too slow.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let timeout = self.stall_timeout;
        let stall =
            self.stall.get_or_insert_with(|| Stall { until: Box::pin(sleep(timeout)), taken: 0 });
        while stall.until.as_mut().poll(context).is_ready() {
            if stall.taken < STALL_BYTES_MIN {
                return Poll::Ready(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the client does not take its answer",
                ));
            }
            stall.taken = 0;
            stall.until.as_mut().reset(Instant::now() + timeout);
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> SlowClient<S> {
    /// Throws away what the peer sends, until it ends, or a time or an amount is over.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let linger =
            self.linger.get_or_insert_with(|| Linger { until: Box::pin(sleep(LINGER)), read: 0 });
        let mut scrap = [0; SCRAP_BYTES];
        while linger.read < LINGER_BYTES_MAX && linger.until.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut scrap);
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                break;
            }
            linger.read = linger.read.saturating_add(buffer.filled().len());
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for SlowClient<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for SlowClient<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.judge(context, bytes.len(), written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let offered = slices.iter().map(|slice| slice.len()).sum();
        let written = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.judge(context, offered, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
        }
        if this.unread.0.load(Ordering::Relaxed) {
            ready!(this.poll_linger(context));
        }
        Poll::Ready(Ok(()))
    }
}
