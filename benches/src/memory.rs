//! `memory`: how much memory a server takes as payments grow, and how long it takes to start on them.
//!
//! The payments come over HTTP, a thousand in each request. After the first half of them the resident memory is read, and again
//! at the end: what it grew by in between is what each further payment costs.

use std::sync::Arc;

use anyhow::Result;
use serde_json::{Value, json};

use crate::bulk::{CONNECTIONS, closed};
use crate::machine::Machine;
use crate::market::Market;
use crate::payments_over_http::Load;
use crate::report::merge;
use crate::scratch::Scratch;
use crate::served::{End, Served};

/// Measures over `payments` payments.
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
    let half = payments / 2;
    runtime.block_on(closed(&load, (half, CONNECTIONS)))?;
    let at_half = served.resident_bytes();
    eprintln!("memory: {half} payments, {} MiB resident", at_half >> 20);
    runtime.block_on(closed(&load, (payments - half, CONNECTIONS)))?;
    let at_end = served.resident_bytes();
    eprintln!("memory: {payments} payments, {} MiB resident", at_end >> 20);
    let machine = machine.since(&Machine::read(&[served.process()]));
    served.end(End::Clean)?;
    let clean = Served::start(scratch.path())?;
    let (clean_start, clean_bytes) = (clean.started_in, clean.resident_bytes());
    clean.end(End::Killed)?;
    let killed = Served::start(scratch.path())?;
    let killed_start = killed.started_in;
    killed.end(End::Clean)?;
    let hundredths = at_end.saturating_sub(at_half) * 100 / (payments - half).max(1);
    let mut figures = json!({
        "bench": "memory",
        "payments": payments,
        "resident_bytes_at_half": at_half,
        "resident_bytes": at_end,
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
