//! `http`: full payments over HTTP, by how many connections ask at once.
//!
//! A payment has its key, limits, the marketplace's and the provider's fee, four legs, an audit
//! record and an event. The rates are of a closed loop; the percentiles are of an open loop at half
//! of that rate, counted from when a request was due, so that a slow answer is not left out.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::connection::{Connection, get, post};
use crate::machine::Machine;
use crate::market::{Market, Spread, now, open};
use crate::report::{median, merge, rate};
use crate::scratch::Scratch;
use crate::served::{End, Served};

/// Runs of each rate, of which the median is shown.
const RUNS: usize = 5;
/// The connections measured where none are named.
const CONNECTIONS: [u64; 3] = [1, 8, 64];
/// Payments of the measurement of one payment alone at a time.
const IDLE: u64 = 200;

/// What every request of a run needs.
pub(crate) struct Load {
    pub(crate) market: Market,
    pub(crate) address: String,
    /// The next payment.
    pub(crate) next: AtomicU64,
}

impl Load {
    /// Payments in `market`, sent to `served`.
    pub(crate) fn new(market: Market, served: &Served) -> Self {
        Self { market, address: served.address.clone(), next: AtomicU64::new(0) }
    }

    /// Where to ask, and as whom.
    pub(crate) fn server(&self) -> (&str, &str) {
        (&self.address, &self.market.token)
    }
}

/// Measures; with `connections`, that many alone. `payments` are those of one run.
///
/// # Errors
///
/// When the server cannot be started, or answers wrongly.
pub(crate) fn run(payments: u64, connections: Option<u64>) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let scratch = Scratch::new("http")?;
    let market = Market::make(scratch.path())?;
    let served = Served::start(scratch.path())?;
    let load = Arc::new(Load::new(market, &served));
    let all = connections.map_or_else(|| CONNECTIONS.to_vec(), |one| vec![one]);
    let mut figures = Value::Null;
    for (index, connections) in all.iter().enumerate() {
        figures = measure(&runtime, &load, &served, (payments, *connections))?;
        if index + 1 < all.len() {
            println!("{figures}");
        }
    }
    let lag = read_model_lag(&runtime, load.server())?;
    served.end(End::Clean)?;
    merge(&mut figures, json!({ "read_model_lag_after_ms": lag }));
    Ok(figures)
}

fn measure(
    runtime: &Runtime,
    load: &Arc<Load>,
    served: &Served,
    (payments, connections): (u64, u64),
) -> Result<Value> {
    let processes = [served.process()];
    let (machine, before) = (Machine::read(&processes), shown(runtime, load.server())?);
    let mut rates = Vec::new();
    let of_one_run = payments / RUNS as u64;
    for _ in 0..RUNS {
        rates.push(runtime.block_on(closed(load, (of_one_run, connections)))?);
    }
    let after = shown(runtime, load.server())?;
    let machine = machine.since(&Machine::read(&processes));
    let per_second = median(rates);
    eprintln!("http: {connections} connections, {per_second} payments a second");
    let mut hot = Vec::new();
    for _ in 0..RUNS {
        let run = closed_between(load, (of_one_run / 2, connections), Spread::Hot);
        hot.push(runtime.block_on(run)?);
    }
    let hot = median(hot);
    let half = (per_second / 2).max(1);
    let latencies = runtime.block_on(open_loop(load, half, connections.max(8)))?;
    let idle = runtime.block_on(idle(load))?;
    let batch = mean(&before, &after, "processor_batch_size");
    let writer = writer_rate(payments / 2, batch.max(1))?;
    let mut figures = json!({
        "bench": "http",
        "connections": connections,
        "payments": payments,
        "per_second": per_second,
        "writer_per_second": writer,
        "percent_of_writer": per_second * 100 / writer.max(1),
        "hot_per_second": hot,
        "hot_percent": hot * 100 / per_second.max(1),
        "half_load_per_second": half,
        "p50_ms_at_half_load": millis(&latencies, 50, 100),
        "p99_ms_at_half_load": millis(&latencies, 99, 100),
        "p999_ms_at_half_load": millis(&latencies, 999, 1000),
        "idle_p50_ms": millis(&idle, 50, 100),
        "mean_batch": batch,
        "stages_us": stages(&before, &after),
    });
    merge(&mut figures, machine);
    Ok(figures)
}

/// A closed loop between all: each connection asks again as soon as it is answered. Answers the rate.
async fn closed(load: &Arc<Load>, many: (u64, u64)) -> Result<u64> {
    closed_between(load, many, Spread::All).await
}

async fn closed_between(
    load: &Arc<Load>,
    (payments, connections): (u64, u64),
    spread: Spread,
) -> Result<u64> {
    let end = load.next.load(Ordering::Relaxed) + payments;
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for _ in 0..connections {
        let load = Arc::clone(load);
        tasks.spawn(async move {
            let mut connection = Connection::open(&load.address).await?;
            loop {
                let number = load.next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    return Ok(());
                }
                pay(&load, &mut connection, (spread, number)).await?;
            }
        });
    }
    join(tasks).await?;
    Ok(rate(payments, started.elapsed()))
}

/// An open loop of so many a second over five seconds: how long after it was due each was answered,
/// in order of length.
async fn open_loop(load: &Arc<Load>, per_second: u64, connections: u64) -> Result<Vec<Duration>> {
    let payments = per_second * 5;
    let first = load.next.fetch_add(payments, Ordering::Relaxed);
    let taken = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    let started = Instant::now();
    for _ in 0..connections {
        let (load, taken) = (Arc::clone(load), Arc::clone(&taken));
        tasks.spawn(async move {
            let mut connection = Connection::open(&load.address).await?;
            let mut took = Vec::new();
            loop {
                let number = taken.fetch_add(1, Ordering::Relaxed);
                if number >= payments {
                    return Ok(took);
                }
                let due = started + Duration::from_micros(number * 1_000_000 / per_second);
                tokio::time::sleep_until(due.into()).await;
                pay(&load, &mut connection, (Spread::All, first + number)).await?;
                took.push(due.elapsed());
            }
        });
    }
    let mut all: Vec<Duration> = join(tasks).await?.into_iter().flatten().collect();
    all.sort_unstable();
    Ok(all)
}

/// One payment at a time, on a system that does nothing else.
async fn idle(load: &Arc<Load>) -> Result<Vec<Duration>> {
    let mut connection = Connection::open(&load.address).await?;
    let mut all = Vec::new();
    for _ in 0..IDLE {
        let number = load.next.fetch_add(1, Ordering::Relaxed);
        let started = Instant::now();
        pay(load, &mut connection, (Spread::All, number)).await?;
        all.push(started.elapsed());
    }
    all.sort_unstable();
    Ok(all)
}

async fn pay(
    load: &Load,
    connection: &mut Connection,
    (spread, number): (Spread, u64),
) -> Result<()> {
    let body = load.market.body(spread, number);
    let key = format!("order-{number}");
    let request = post("/v1/transactions", &load.market.token, &key, &body);
    let received = connection.ask(&request).await?;
    if received.status != 201 {
        bail!(
            "a payment was answered {}: {}",
            received.status,
            String::from_utf8_lossy(&received.body)
        );
    }
    Ok(())
}

/// Waits for all, up to the first that fails.
///
/// # Errors
///
/// The first.
pub(crate) async fn join<T: 'static>(mut tasks: JoinSet<Result<T>>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while let Some(done) = tasks.join_next().await {
        all.push(done??);
    }
    Ok(all)
}

/// The same commands without HTTP, in batches of the size that was seen, in a store of their own.
fn writer_rate(payments: u64, batch: u64) -> Result<u64> {
    let scratch = Scratch::new("writer")?;
    let market = Market::make(scratch.path())?;
    let rates: Result<Vec<u64>> = (0..RUNS as u64)
        .map(|run| {
            writer_run(scratch.path(), &market, (run * payments, payments / RUNS as u64), batch)
        })
        .collect();
    Ok(median(rates?))
}

fn writer_run(
    folder: &Path,
    market: &Market,
    (first, payments): (u64, u64),
    batch: u64,
) -> Result<u64> {
    let (_store, mut writer) = open(folder)?;
    let requests: Result<Vec<_>> =
        (first..first + payments).map(|number| market.command(Spread::All, number)).collect();
    let requests = requests?;
    let started = Instant::now();
    for batch in requests.chunks(usize::try_from(batch)?) {
        for answer in writer.step(batch, now()) {
            let processor::Answer::Kept { presented, .. } = answer else { bail!("{answer:?}") };
            if presented.status != 201 {
                bail!("refused: {}", String::from_utf8_lossy(&presented.body));
            }
        }
    }
    Ok(rate(payments, started.elapsed()))
}

/// The figures that the server shows.
///
/// # Errors
///
/// When it cannot be asked.
pub(crate) fn shown(runtime: &Runtime, (address, token): (&str, &str)) -> Result<String> {
    runtime.block_on(async {
        let mut connection = Connection::open(address).await?;
        let received = connection.ask(&get("/metrics", token)).await?;
        Ok(String::from_utf8_lossy(&received.body).into_owned())
    })
}

/// How long a reader waits that comes right after the last payment.
///
/// # Errors
///
/// When it waits in vain.
pub(crate) fn read_model_lag(runtime: &Runtime, (address, token): (&str, &str)) -> Result<u64> {
    runtime.block_on(async {
        let started = Instant::now();
        let mut connection = Connection::open(address).await?;
        for _ in 0..60 {
            let asked = connection.ask(&get("/v1/transactions?limit=1", token)).await?;
            if asked.status == 200 {
                return u64::try_from(started.elapsed().as_millis()).context("a short time");
            }
        }
        bail!("the read model does not keep up")
    })
}

/// A sample of the metrics, in millionths.
fn sample(shown: &str, name: &str) -> u64 {
    let line = shown.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let number = line.unwrap_or_default().split(' ').next().unwrap_or_default();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part: String = part.chars().chain("000000".chars()).take(6).collect();
    let whole: u64 = whole.parse().unwrap_or_default();
    whole * 1_000_000 + part.parse::<u64>().unwrap_or_default()
}

/// The mean of a histogram between two readings, in its unit.
pub(crate) fn mean(before: &str, after: &str, name: &str) -> u64 {
    let grown = |end: &str| {
        let name = format!("{name}_{end}");
        sample(after, &name).saturating_sub(sample(before, &name))
    };
    grown("sum") / grown("count").max(1)
}

/// How long each stage took, of a request or of a batch, in microseconds.
pub(crate) fn stages(before: &str, after: &str) -> Value {
    let stage = |stage: &str| {
        let grown = |end: &str| {
            let name = format!("command_stage_duration_seconds_{end}{{stage=\"{stage}\"}}");
            sample(after, &name).saturating_sub(sample(before, &name))
        };
        grown("sum") * 1_000_000 / grown("count").max(1)
    };
    let names = ["parse", "queue", "load", "decide", "save", "fsync", "answer"];
    names.into_iter().map(|name| (name.to_owned(), Value::from(stage(name)))).collect()
}

/// The latency at a share, in thousandths of a millisecond's text: `1.234`.
fn millis(sorted: &[Duration], part: usize, of: usize) -> Value {
    let at = (sorted.len() * part / of).min(sorted.len().saturating_sub(1));
    let micros = sorted.get(at).copied().unwrap_or_default().as_micros();
    serde_json::from_str(&format!("{}.{:03}", micros / 1000, micros % 1000)).unwrap_or_default()
}
