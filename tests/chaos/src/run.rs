//! Runs the simulations of many seeds, shows how far it is, and reports.
//!
//! Each simulation is alone on its thread; seeds are only handed out to as many as there are cores.

use std::cell::RefCell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::faults::{Kind, Tally};
use crate::layer::AskedFor;
use crate::simulation::{Outcome, STEP, Simulation};

/// From so many seeds on every kind of fault must have happened.
const EVERY_FAULT: u64 = 500;

thread_local! {
    /// What the last panic on this thread said, and where.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What many simulations came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    seeds: u64,
    steps: u64,
    commands: u64,
    crashes: u64,
    in_files: u64,
    took: Duration,
    faults: Tally,
    pub(crate) failed: Vec<Failed>,
}

/// A seed that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) seed: u64,
    pub(crate) step: u64,
    pub(crate) said: String,
}

/// Runs one seed; what it came to, or what was wrong.
pub(crate) fn seed(seed: u64, steps: u64) -> Result<Outcome, Failed> {
    catch_unwind(AssertUnwindSafe(|| Simulation::run(seed, steps))).map_err(|_| Failed {
        seed,
        step: STEP.get(),
        said: SAID.take(),
    })
}

/// Runs every seed of a range, so many steps each.
pub(crate) fn run(seeds: Range<u64>, steps: u64) -> Report {
    keep_what_panics_say();
    let bar = ProgressBar::new(seeds.end.saturating_sub(seeds.start));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} seeds, {per_sec}, {eta}")
    {
        bar.set_style(style);
    }
    let (next, report) =
        (AtomicU64::new(seeds.start), Mutex::new(Report { steps, ..Report::default() }));
    let started = Instant::now();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let one = next.fetch_add(1, Ordering::Relaxed);
                    if one >= seeds.end {
                        break;
                    }
                    let outcome = seed(one, steps);
                    if let Err(failed) = &outcome {
                        bar.suspend(|| failed.tell(steps));
                    }
                    report.lock().unwrap_or_else(PoisonError::into_inner).add(outcome);
                    bar.inc(1);
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.took = started.elapsed();
    report.failed.sort_by_key(|failed| failed.seed);
    report
}

/// A panic is kept to be told with its seed, and says nothing by itself; one that was asked for is none.
pub(crate) fn keep_what_panics_say() {
    std::panic::set_hook(Box::new(|panic| {
        if !panic.payload().is::<AskedFor>() {
            SAID.set(panic.to_string());
        }
    }));
}

impl Failed {
    #[expect(clippy::print_stderr, reason = "a failure is told as soon as it is known")]
    fn tell(&self, steps: u64) {
        let Self { seed, step, said } = self;
        eprintln!("seed {seed} failed at step {step}: {said}");
        eprintln!("replay: cargo xtask chaos --seed {seed} --steps {steps}\n");
    }
}

impl Report {
    fn add(&mut self, outcome: Result<Outcome, Failed>) {
        self.seeds += 1;
        match outcome {
            Ok(outcome) => {
                self.crashes += outcome.crashes;
                self.commands += outcome.commands;
                self.in_files += u64::from(outcome.in_files);
                for (kind, count) in outcome.faults {
                    *self.faults.entry(kind).or_default() += count;
                }
            }
            Err(failed) => self.failed.push(failed),
        }
    }

    /// The kinds of faults that never happened.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let missing = Kind::ALL.iter().filter(|kind| !self.faults.contains_key(kind));
        missing.map(|kind| kind.name()).collect()
    }

    /// Whether no seed failed, and many seeds saw every kind of fault.
    pub(crate) fn is_good(&self) -> bool {
        self.failed.is_empty() && (self.seeds < EVERY_FAULT || self.missing().is_empty())
    }

    /// Seeds a second, with two decimals.
    fn rate(&self) -> String {
        let hundredths = u128::from(self.seeds) * 100_000 / self.took.as_millis().max(1);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    }

    /// As one line for people.
    pub(crate) fn text(&self) -> String {
        let Self { seeds, steps, commands, crashes, failed, .. } = self;
        let faults: u64 = self.faults.values().sum();
        let (rate, failed, seconds) = (self.rate(), failed.len(), self.took.as_secs());
        let mut text = format!(
            "{seeds} seeds of {steps} steps in {seconds} s, {rate} a second: {commands} commands, \
             {crashes} crashes, {faults} faults; {failed} seeds failed"
        );
        if *seeds >= EVERY_FAULT && !self.missing().is_empty() {
            text.push_str(&format!("; never happened: {}", self.missing().join(", ")));
        }
        text
    }

    /// As one object for programs.
    pub(crate) fn json(&self) -> Value {
        let faults = Kind::ALL.iter().map(|kind| {
            let count = self.faults.get(kind).copied().unwrap_or(0);
            (kind.name().to_owned(), json!(count))
        });
        let number = |text: &str| text.parse::<serde_json::Number>().ok();
        let millis = self.took.as_millis();
        let failed = self.failed.iter().map(|it| json!({ "seed": it.seed, "step": it.step }));
        json!({
            "seeds": self.seeds,
            "steps": self.steps,
            "seconds": number(&format!("{}.{:03}", millis / 1_000, millis % 1_000)),
            "seeds_per_second": number(&self.rate()),
            "commands": self.commands,
            "crashes": self.crashes,
            "in_files": self.in_files,
            "faults": faults.collect::<serde_json::Map<String, Value>>(),
            "missing": self.missing(),
            "failed": failed.collect::<Vec<Value>>(),
            "ok": self.is_good(),
        })
    }
}
