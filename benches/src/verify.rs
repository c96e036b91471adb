//! `verify`: how long `florin verify` takes over many payments, and how much memory.
//!
//! The payments are made by the writer, without HTTP; then the product's own command proves them, the
//! truth and the read model, as a process of its own.

use std::fs::read_to_string;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use processor::Answer;
use serde_json::{Value, json};
use store::Reads as _;

use crate::machine::Machine;
use crate::market::{Market, Spread, now, open};
use crate::report::{merge, rate};
use crate::scratch::Scratch;

/// Payments of one commit.
const BATCH: u64 = 1_000;
/// It is said after so many how far it is.
const SAID: u64 = 100_000;

/// Measures over `payments` payments.
///
/// # Errors
///
/// When a payment is not made, or the books are not proven.
pub(crate) fn run(payments: u64) -> Result<Value> {
    let scratch = Scratch::new("verify")?;
    make(scratch.path(), payments)?;
    let machine = Machine::read(&[]);
    let (report, peak) = verify(scratch.path())?;
    let machine = machine.since(&Machine::read(&[]));
    if report["ok"] != true {
        bail!("the books are not proven: {report}");
    }
    let seconds = report["seconds"].as_f64().context("a report says how long it took")?;
    let took = Duration::try_from_secs_f64(seconds)?;
    let checked = |what: &str| report["checked"][what].as_u64().unwrap_or_default();
    let (entries, legs) = (checked("entries"), checked("legs"));
    let mut figures = json!({
        "bench": "verify",
        "payments": payments,
        "entries": entries,
        "legs": legs,
        "seconds": seconds,
        "payments_per_second": rate(payments, took),
        "entries_and_legs_per_second": rate(entries + legs, took),
        "peak_resident_bytes": peak,
    });
    merge(&mut figures, machine);
    Ok(figures)
}

/// Makes a marketplace with so many payments, its read model whole.
fn make(folder: &Path, payments: u64) -> Result<()> {
    let market = Market::make(folder)?;
    let (store, mut writer) = open(folder)?;
    let mut done = 0;
    while done < payments {
        let end = (done + BATCH).min(payments);
        let requests: Result<Vec<_>> =
            (done..end).map(|number| market.command(Spread::All, number)).collect();
        for answer in writer.step(&requests?, now()) {
            let Answer::Kept { presented, .. } = answer else { bail!("refused: {answer:?}") };
            if presented.status != 201 {
                bail!("refused: {}", String::from_utf8_lossy(&presented.body));
            }
        }
        done = end;
        if done % SAID == 0 {
            eprintln!(
                "verify: {done} payments made, {} in the read model",
                store.reads().position()
            );
        }
    }
    Ok(())
}

/// The report of `florin verify`, and the most memory that was resident meanwhile, in bytes.
fn verify(folder: &Path) -> Result<(Value, u64)> {
    let program = std::env::current_exe()?.with_file_name("florin");
    let mut child = Command::new(&program)
        .args(["verify", "--json", "--data"])
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        peak = peak.max(peak_bytes(child.id()));
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8(output.stdout)?;
    let report = said.lines().last().context("it said nothing")?;
    Ok((serde_json::from_str(report)?, peak))
}

/// The most memory a process ever had resident, in bytes, as proc(5) has it.
fn peak_bytes(process: u32) -> u64 {
    let status = read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}
