//! `cargo xtask ci`: the whole gate, in order, each step timed, up to the first failure.
//!
//! It installs nothing: `./test` does, then calls this. Start at [`Step`].

mod demo;
mod schemathesis;
mod server;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

#[cfg(test)]
pub(crate) use server::Announced;

use crate::servers::{self, Servers};
use crate::{bench, chaos, codegen, fuzz, program, tidy};

/// How long each target is fuzzed.
const FUZZ_SECONDS: u32 = 30;

/// A step of the gate, in the order in which they run: quick ones first.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// rustfmt would change nothing
    Fmt,
    /// Neither clippy nor rustc has a warning
    Clippy,
    /// The rules of the house
    Tidy,
    /// Dependencies: duplicates, licences, sources
    Deny,
    /// Every test, the slow ones too, on real databases
    Tests,
    /// A thousand simulations of the write path under faults
    Chaos,
    /// Generated files are up to date
    Codegen,
    /// The OpenAPI document is well made
    Spectral,
    /// The served interface is what its document says
    Schemathesis,
    /// The demonstration ends well
    Demo,
    /// What reads bytes from outside stands thirty seconds of fuzzing
    Fuzz,
    /// The benchmarks run, each over 200,000
    Bench,
}

/// Runs `only` these steps, or all when it is empty.
///
/// # Errors
///
/// The first step that failed.
pub(crate) fn run(root: &Path, only: &[Step]) -> Result<()> {
    let all = Step::value_variants();
    let steps = all.iter().filter(|step| only.is_empty() || only.contains(step));
    let started = Instant::now();
    let mut passed = 0_usize;
    for step in steps {
        let name = step.name();
        println!("== {name}");
        let step_started = Instant::now();
        let outcome = step.run(root);
        let took = seconds(step_started.elapsed());
        match outcome {
            Ok(()) => println!("== {name}: ok in {took}"),
            Err(error) => return Err(error).context(format!("{name} failed after {took}")),
        }
        passed = passed.saturating_add(1);
    }
    println!("== all {passed} steps ok in {}", seconds(started.elapsed()));
    Ok(())
}

/// Runs the tests of the whole workspace.
///
/// # Errors
///
/// When one fails.
pub(crate) fn test(root: &Path) -> Result<()> {
    program::run(program::cargo(root).args(["test", "--workspace"]))
}

impl Step {
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn run(self, root: &Path) -> Result<()> {
        match self {
            Self::Fmt => program::run(program::cargo(root).args(["fmt", "--all", "--check"])),
            Self::Clippy => clippy(root),
            Self::Tidy => tidy::run(root),
            Self::Deny => deny(root),
            Self::Tests => {
                let servers = Servers::start(root)?;
                let mut cargo = program::cargo(root);
                cargo.env(servers::VARIABLE, servers.json().to_string()).env("SLOW_TESTS", "1");
                program::run(cargo.args(["test", "--workspace"]))
            }
            Self::Chaos => chaos::run(root, &["--json".to_owned()]),
            Self::Codegen => codegen::check(root),
            Self::Spectral => spectral(root),
            Self::Schemathesis => schemathesis::run(root),
            Self::Demo => demo::run(root),
            Self::Fuzz => fuzz::run(root, FUZZ_SECONDS),
            Self::Bench => benches(root),
        }
    }
}

fn clippy(root: &Path) -> Result<()> {
    let mut cargo = program::cargo(root);
    program::run(cargo.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// That they run, not how fast: other work shares the machine.
fn benches(root: &Path) -> Result<()> {
    let all: [&[&str]; 5] = [
        &["ledger", "--entries", "200000"],
        &["http", "--payments", "200000", "--connections", "64"],
        &["bulk", "--payments", "200000"],
        &["memory", "--payments", "200000"],
        &["verify", "--payments", "200000"],
    ];
    for arguments in all {
        let arguments: Vec<String> = arguments.iter().map(|it| (*it).to_owned()).collect();
        bench::run(root, &arguments)?;
    }
    Ok(())
}

fn deny(root: &Path) -> Result<()> {
    let mut deny = std::process::Command::new(program::tool(root, "cargo-deny"));
    deny.current_dir(root).args(["--workspace", "check", "bans", "licenses", "sources"]);
    program::run(&mut deny)
}

fn spectral(root: &Path) -> Result<()> {
    let mut spectral = std::process::Command::new(program::tool(root, "spectral"));
    spectral.current_dir(root).args(["lint", "--fail-severity", "warn", "openapi/florin.json"]);
    program::run(&mut spectral)
}

/// A duration for people: seconds and tenths.
fn seconds(duration: Duration) -> String {
    let tenths = duration.subsec_millis().checked_div(100).unwrap_or_default();
    format!("{}.{tenths} s", duration.as_secs())
}
