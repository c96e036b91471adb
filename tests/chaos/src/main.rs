//! The simulator: the write path under faults, from seeds that can be replayed.
//!
//! The processor is driven as the step function that it is, over a store that fails, delays, loses
//! answers and crashes, with a bank that does the like and a clock that jumps; an oracle says which
//! answers are allowed. No product code is here, and none links it. A seed draws its own mix of faults,
//! its store and its rails, so `--seed N --steps M` is all it takes to see the same again.
//!
//! Start at `simulation`; the faults are listed in `faults`. `cargo xtask chaos` runs it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    reason = "a simulation ends by a panic that says what is wrong; the last line goes to whoever ran it"
)]

mod faults;
mod layer;
mod medium;
mod oracle;
mod rail;
mod run;
mod simulation;
mod weather;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::Parser;

/// What the command line may ask for.
#[derive(Parser)]
#[command(name = "cargo xtask chaos", about = "Simulates the write path under faults")]
struct Arguments {
    /// Replay this seed alone
    #[arg(long)]
    seed: Option<u64>,
    /// Run so many seeds from 0
    #[arg(long, default_value_t = 1_000, conflicts_with = "seed")]
    seeds: u64,
    /// So many steps a seed
    #[arg(long, default_value_t = 200)]
    steps: u64,
    /// Print the report as one line of JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let Arguments { seed, seeds, steps, json } = Arguments::parse();
    let range = seed.map_or(0..seeds, |seed| seed..seed.saturating_add(1));
    let report = run::run(range, steps);
    println!("{}", if json { report.json().to_string() } else { report.text() });
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
