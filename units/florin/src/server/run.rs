//! Puts the parts of a server together, and takes them down in order.
//!
//! One thread runs the HTTP unit until its drain ends it; then every way into the writer is dropped,
//! the writer ends, and the store is closed last. A writer that cannot go on begins the drain itself.
//!
//! Start at [`spawn`].

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use ledger::Timestamp;
use processor::{Ended, Handle, Processor, Writer};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use unit::clock::{Clock as _, SystemClock};
use unit::drain::Drain;
use unit::health::Readiness;
use unit::metrics::Metrics;
use unit_api::{ApiPresenter, CollectionAccounts, Config, CursorKey, Deps, Figures};

use super::parts::Parts;
use crate::failure::Failure;

/// What the HTTP unit is given by whoever starts it.
pub(super) struct Http {
    pub(super) config: Config,
    pub(super) listener: TcpListener,
    pub(super) readiness: Readiness,
    pub(super) drain: Drain,
}

/// Starts the writer and the HTTP unit; the thread ends when all of it has ended.
///
/// # Errors
///
/// [`Failure::Unable`] where the store cannot be read or the system has no threads to give.
pub(super) fn spawn(
    runtime: Runtime,
    parts: Parts,
    http: Http,
) -> Result<(JoinHandle<Ended>, Handle), Failure> {
    let no_thread = |error: std::io::Error| Failure::of("cannot start threads", &error);
    let Parts { mut store, mode, bank, cursor_key } = parts;
    let metrics = Arc::new(Metrics::new());
    let accounts = CollectionAccounts::default();
    let presenter = ApiPresenter::new(accounts.clone());
    let truth =
        store.truth().ok_or_else(|| Failure::Unable("the store has a writer".to_owned()))?;
    let processor = Processor::new(truth, presenter, Figures::new(Arc::clone(&metrics)))
        .map_err(|fault| Failure::of("cannot read the store", &fault))?;
    let now = || Timestamp::from_micros(SystemClock.now_micros());
    let (writer, handle) = Writer::start(processor, now).map_err(no_thread)?;
    let deps = Deps {
        writer: handle.clone(),
        reads: store.reads(),
        clock: Arc::new(SystemClock),
        mode,
        bank: bank.map(|(bank, cursor)| (Arc::new(Mutex::new(bank)), cursor)),
        accounts,
        cursors: CursorKey::new(cursor_key),
        metrics,
        readiness: http.readiness,
    };
    let app = unit_api::build(http.config, deps, http.listener).map_err(no_thread)?;
    let drain = http.drain;
    let watched = drain.clone();
    let serving = move || {
        let writer = std::thread::spawn(move || {
            let ended = writer.join();
            if ended == Ended::OutcomeUnknown {
                tracing::error!("a commit's outcome is unknown: ending");
                watched.begin();
            }
            ended
        });
        runtime.block_on(app.run(drain));
        // Handlers that were cut off may hold the way into the writer until the runtime is gone.
        drop(runtime);
        let ended = writer.join().unwrap_or(Ended::OutcomeUnknown);
        drop(store);
        ended
    };
    let serving = std::thread::Builder::new().name("serving".to_owned()).spawn(serving);
    Ok((serving.map_err(no_thread)?, handle))
}
