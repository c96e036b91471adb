//! `bulk`: the same payments over HTTP as `http`, a thousand in each request.
//!
//! Each payment stands for itself under a key of its own. A closed loop over a few connections.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Result, bail};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::connection::{Connection, post};
use crate::machine::Machine;
use crate::market::{Market, Spread};
use crate::payments_over_http::{Load, join, mean, read_model_lag, shown, stages};
use crate::report::{median, merge, rate};
use crate::scratch::Scratch;
use crate::served::{End, Served};

/// Runs, of which the median is shown.
const RUNS: u64 = 5;
/// Payments of one request.
const ITEMS: u64 = 1_000;
/// Connections, unless others are asked for.
pub(crate) const CONNECTIONS: u64 = 4;

/// Measures. `payments` are those of all runs together.
///
/// # Errors
///
/// When the server cannot be started, or answers wrongly.
pub(crate) fn run(payments: u64, connections: u64) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let scratch = Scratch::new("bulk")?;
    let market = Market::make(scratch.path())?;
    let served = Served::start(scratch.path())?;
    let load = Arc::new(Load::new(market, &served));
    let at = load.server();
    let processes = [served.process()];
    let (machine, before) = (Machine::read(&processes), shown(&runtime, at)?);
    let mut rates = Vec::new();
    for number in 0..RUNS {
        rates.push(runtime.block_on(closed(&load, (payments / RUNS, connections)))?);
        eprintln!("bulk: run {number}, {:?} payments a second", rates.last());
    }
    let after = shown(&runtime, at)?;
    let machine = machine.since(&Machine::read(&processes));
    let lag = read_model_lag(&runtime, at)?;
    served.end(End::Clean)?;
    let mut figures = json!({
        "bench": "bulk",
        "payments": payments,
        "items_per_request": ITEMS,
        "connections": connections,
        "per_second": median(rates),
        "mean_batch": mean(&before, &after, "processor_batch_size"),
        "stages_us": stages(&before, &after),
        "read_model_lag_after_ms": lag,
    });
    merge(&mut figures, machine);
    Ok(figures)
}

/// A closed loop between all: each connection asks again as soon as it is answered. Answers the rate.
///
/// # Errors
///
/// When a payment is not made.
pub(crate) async fn closed(load: &Arc<Load>, (payments, connections): (u64, u64)) -> Result<u64> {
    let first = load.next.load(Ordering::Relaxed);
    let end = first + payments;
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for _ in 0..connections {
        let load = Arc::clone(load);
        tasks.spawn(async move {
            let mut connection = Connection::open(&load.address).await?;
            loop {
                let first = load.next.fetch_add(ITEMS, Ordering::Relaxed);
                if first >= end {
                    return Ok(());
                }
                pay(&load, &mut connection, (first, (first + ITEMS).min(end))).await?;
            }
        });
    }
    join(tasks).await?;
    let rate = rate(payments, started.elapsed());
    // Each connection took numbers that it did not use.
    load.next.store(end, Ordering::Relaxed);
    Ok(rate)
}

async fn pay(load: &Load, connection: &mut Connection, (first, end): (u64, u64)) -> Result<()> {
    let mut body = String::from("{\"items\":[");
    for number in first..end {
        let comma = if number > first { "," } else { "" };
        let payment = load.market.body(Spread::All, number);
        let key = format!("order-{number}");
        body.push_str(comma);
        body.push_str(&format!("{{\"idempotency_key\":\"{key}\",\"transaction\":{payment}}}"));
    }
    body.push_str("]}");
    let key = format!("orders-{first}");
    let request = post("/v1/transactions/bulk", &load.market.token, &key, &body);
    let received = connection.ask(&request).await?;
    let text = String::from_utf8_lossy(&received.body);
    let made = text.matches("\"status\":201").count();
    if received.status != 200 || u64::try_from(made)? != end - first {
        bail!("{made} of {} payments were made: {text}", end - first);
    }
    Ok(())
}
