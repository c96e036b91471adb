//! `memory`: how much memory a server takes as payments grow, and how long it takes to start on them.
//!
//! The payments come over HTTP, a thousand in each request. After all of them the resident memory is
//! read, and once more after as many again: what it grew by in between is what each further one costs.

use std::sync::Arc;

use anyhow::Result;
use serde_json::{Value, json};

use crate::bulk::{CONNECTIONS, closed};
use crate::machine::Machine;
use crate::market::Market;
use crate::payments_over_http::{Load, read_model_lag};
use crate::report::merge;
use crate::scratch::Scratch;
use crate::served::{End, Served};

/// Measures over `payments` payments, and as many again.
///
/// # Errors
///
/// When the server cannot be started, or answers wrongly.
pub(crate) fn run(payments: u64) -> Result<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let scratch = Scratch::new("memory")?;
    let market = Market::make(scratch.path())?;
    let served = Served::start(scratch.path())?;
    let machine = Machine::read(&[served.process()]);
    let load = Arc::new(Load::new(market, &served));
    let mut resident = Vec::new();
    for times in 1..=2 {
        runtime.block_on(closed(&load, (payments, CONNECTIONS)))?;
        // Whatever is still to be done for them takes memory, too.
        read_model_lag(&runtime, load.server())?;
        resident.push(served.resident_bytes());
        let (payments, mib) = (payments * times, served.resident_bytes() >> 20);
        eprintln!("memory: {payments} payments, {mib} MiB resident");
    }
    let (at_first, at_end) = (resident[0], resident[1]);
    let machine = machine.since(&Machine::read(&[served.process()]));
    served.end(End::Clean)?;
    let clean = Served::start(scratch.path())?;
    let (clean_start, clean_bytes) = (clean.started_in, clean.resident_bytes());
    clean.end(End::Killed)?;
    let killed = Served::start(scratch.path())?;
    let killed_start = killed.started_in;
    killed.end(End::Clean)?;
    let hundredths = at_end.saturating_sub(at_first) * 100 / payments.max(1);
    let mut figures = json!({
        "bench": "memory",
        "payments": payments,
        "resident_bytes": at_first,
        "resident_bytes_after_as_many_again": at_end,
        "hundredths_of_a_byte_a_payment": hundredths,
        "resident_bytes_after_start": clean_bytes,
        "start_ms_after_clean_stop": millis(clean_start),
        "start_ms_after_kill": millis(killed_start),
    });
    merge(&mut figures, machine);
    Ok(figures)
}

fn millis(of: std::time::Duration) -> u64 {
    u64::try_from(of.as_millis()).unwrap_or(u64::MAX)
}
