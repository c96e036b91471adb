//! The unit, put together and run: routes in the HTTP stack, the bank worker beside them.
//!
//! Start at [`build`].

use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, RwLock};

use axum::Router;
use processor::Handle;
use store::{Mode, Reads};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use unit::clock::Clock;
use unit::drain::Drain;
use unit::health::{self, Readiness, State};
use unit::listener::{self, Served};
use unit::metrics::Metrics;
use unit::rate::RateLimiter;

use crate::auth::Remembered;
use crate::config::Config;
use crate::cursor::CursorKey;
use crate::limits::{GUESSES, KEYS_REMEMBERED_MAX, READERS_MAX};
use crate::render::CollectionAccounts;
use crate::service::{Bank, Service, Shared};
use crate::worker::{BankWorker, Parts, Wake};
use crate::{openapi, reference, routes};

/// What the unit is given to work with.
pub struct Deps {
    /// The way into the write path.
    pub writer: Handle,
    /// The read port.
    pub reads: Arc<dyn Reads>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Whether the store is for play money or real money.
    pub mode: Mode,
    /// The sandbox bank, in test stores, and the file that says how far its worker got.
    pub bank: Option<(Bank, PathBuf)>,
    /// The collection accounts that the writer's presenter shows.
    pub accounts: CollectionAccounts,
    /// What cursors are sealed with.
    pub cursors: CursorKey,
    /// The figures of the process.
    pub metrics: Arc<Metrics>,
    /// Whether the process may get requests.
    pub readiness: Readiness,
}

/// The unit, ready to run.
pub struct App {
    config: Config,
    router: Router,
    listener: TcpListener,
    worker: Option<BankWorker>,
    readiness: Readiness,
}

/// Puts the unit together; starts the bank worker's thread, but takes no request yet.
///
/// # Errors
///
/// The operating system's, when it has no thread to give.
pub fn build(config: Config, deps: Deps, listener: TcpListener) -> std::io::Result<App> {
    let wake = Wake::new();
    let readiness = deps.readiness.clone();
    let parts = deps.bank.as_ref().map(|(bank, cursor)| Parts {
        writer: deps.writer.clone(),
        reads: Arc::clone(&deps.reads),
        bank: Arc::clone(bank),
        clock: Arc::clone(&deps.clock),
        wake: wake.clone(),
        cursor: cursor.clone(),
    });
    let metrics = Arc::clone(&deps.metrics);
    let service = service(config, deps, wake);
    let worker = parts.map(BankWorker::start).transpose()?;
    let router = router(config, &service, readiness.clone(), metrics);
    Ok(App { config, router, listener, worker, readiness })
}

fn service(config: Config, deps: Deps, wake: Wake) -> Shared {
    let position = deps.writer.position();
    Arc::new(Service {
        writer: deps.writer,
        reads: deps.reads,
        clock: deps.clock,
        mode: deps.mode,
        bank: deps.bank.map(|(bank, _)| bank),
        accounts: deps.accounts,
        cursors: deps.cursors,
        rates: RateLimiter::new(config.rate, KEYS_REMEMBERED_MAX),
        guesses: RateLimiter::new(GUESSES, KEYS_REMEMBERED_MAX),
        remembered: Remembered::default(),
        wake,
        metrics: deps.metrics,
        keys_changed: Arc::new(AtomicU64::new(position)),
        readers: Arc::new(Semaphore::new(READERS_MAX)),
        asking: RwLock::default(),
    })
}

fn router(config: Config, service: &Shared, readiness: Readiness, metrics: Arc<Metrics>) -> Router {
    let (api, _) = routes::all().split_for_parts();
    let document = openapi::openapi_json();
    let routes = api.with_state(Arc::clone(service)).merge(reference::routes(document));
    let gauges = gauges(Arc::clone(service), Arc::clone(&metrics));
    let probes = health::probes(readiness).merge(gauges);
    unit::http::layer(routes, probes, config.limits, metrics)
}

/// `/metrics`, with the depth of the queue and the lag of the read model as they are now.
fn gauges(service: Shared, metrics: Arc<Metrics>) -> Router {
    let figures = Arc::clone(&metrics);
    let refresh = move |request: axum::extract::Request, next: axum::middleware::Next| {
        let (service, metrics) = (Arc::clone(&service), Arc::clone(&metrics));
        async move {
            metrics.set_queue_depth(service.writer.queue_depth());
            let behind = service.writer.position().saturating_sub(service.reads.position());
            metrics.set_read_model_lag(behind);
            next.run(request).await
        }
    };
    health::metrics(figures).layer(axum::middleware::from_fn(refresh))
}

impl App {
    /// The routes, for callers in the same process.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The address it listens on.
    ///
    /// # Errors
    ///
    /// The operating system's.
    pub fn address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    #[cfg(test)]
    pub(crate) fn end_worker(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.stop();
        }
    }

    /// Takes requests until `drain` ends it; the bank worker has ended when this returns.
    pub async fn run(self, drain: Drain) -> Served {
        self.readiness.set(State::Ready);
        let served =
            listener::serve(self.listener, self.router, self.config.connections, drain).await;
        if let Some(worker) = self.worker {
            let stopped = tokio::task::spawn_blocking(move || worker.stop()).await;
            if let Err(error) = stopped {
                tracing::error!(%error, "the bank worker could not be waited for");
            }
        }
        served
    }
}
