//! The benchmarks: how fast the write path is, what bounds it, and how much memory it takes.
//!
//! Not part of the product, and no test: figures depend on the machine. Each prints what it does on
//! standard error, and as its last line on standard output one JSON object.
//!
//! Start at [`Bench`]; run by `cargo xtask bench`.
#![allow(clippy::print_stdout, reason = "printing figures is what a benchmark does")]

mod bulk;
mod connection;
mod ledger_entries;
mod machine;
mod market;
mod memory;
mod payments_over_http;
mod report;
mod scratch;
mod served;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask bench", about = "Measures the write path on this machine")]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
    /// Print the JSON line only
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Bench {
    /// Two-leg entries through the store, held over many
    Ledger {
        /// How many entries
        #[arg(long, default_value_t = 1_000_000)]
        entries: u64,
    },
    /// Full payments over HTTP, at 1, 8 and 64 connections
    Http {
        /// How many payments each number of connections makes
        #[arg(long, default_value_t = 100_000)]
        payments: u64,
        /// This many connections alone
        #[arg(long)]
        connections: Option<u64>,
    },
    /// The same payments, a thousand in each request
    Bulk {
        /// How many payments, of all runs together
        #[arg(long, default_value_t = 500_000)]
        payments: u64,
        /// How many connections
        #[arg(long, default_value_t = bulk::CONNECTIONS)]
        connections: u64,
    },
    /// The memory of a server after many payments, and how fast it starts on them
    Memory {
        /// How many payments
        #[arg(long, default_value_t = 1_000_000)]
        payments: u64,
    },
    /// The proof of the books of many payments, and its memory
    Verify {
        /// How many payments
        #[arg(long, default_value_t = 1_000_000)]
        payments: u64,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.bench {
        Bench::Ledger { entries } => ledger_entries::run(entries),
        Bench::Http { payments, connections } => payments_over_http::run(payments, connections),
        Bench::Bulk { payments, connections } => bulk::run(payments, connections),
        Bench::Memory { payments } => memory::run(payments),
        Bench::Verify { payments } => verify::run(payments),
    };
    match outcome {
        Ok(figures) => {
            if !arguments.json {
                report::table(&figures);
            }
            println!("{figures}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
