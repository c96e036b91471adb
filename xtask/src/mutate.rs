//! `cargo xtask mutate`: breaks the write path on purpose, one way at a time, and shows what notices.
//!
//! The edits are data ([`MUTANTS`]); whether each still applies, the tests of this crate see, and the
//! table in the documentation is generated from them. A run proves it: in a scratch worktree, edit by
//! edit, with no more tests than could notice. A mutant that nothing notices fails the run, and so does
//! one that another test notices than the table says.
//!
//! Start at [`run`].

mod edits;
mod scratch;
pub(crate) mod table;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

pub(crate) use edits::MUTANTS;
use scratch::{Ended, Scratch};

/// One way to break the write path.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// What it is called here.
    pub(crate) name: &'static str,
    /// What goes wrong, in words.
    pub(crate) what: &'static str,
    /// The file that is edited, relative to the repository's folder.
    pub(crate) file: &'static str,
    /// What stands there, exactly once.
    pub(crate) old: &'static str,
    /// What stands there instead.
    pub(crate) new: &'static str,
    /// Who is asked whether anything is wrong.
    pub(crate) suite: Suite,
    /// The test that says so; of the simulator, any seed.
    pub(crate) caught_by: &'static str,
}

/// The fewest tests that could notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suite {
    /// The tests inside a package whose names have these words; all, where there are none.
    Inside(&'static str, &'static str),
    /// A test binary beside a package: its name there.
    Beside(&'static str, &'static str),
    /// The simulator, so many seeds of the gate's.
    Chaos(&'static str),
}

/// What came of one mutant.
struct Came {
    mutant: &'static Mutant,
    /// Every test that failed.
    failed: Vec<String>,
    took: Duration,
}

impl Mutant {
    /// The file's text with this broken.
    ///
    /// # Errors
    ///
    /// When what is to be edited does not stand there exactly once.
    pub(crate) fn break_in(&self, text: &str) -> Result<String> {
        let Self { name, file, old, new, .. } = self;
        match text.matches(old).count() {
            1 => Ok(text.replacen(old, new, 1)),
            found => bail!("mutant {name}: {found} times in {file}, not once: `{old}`"),
        }
    }
}

impl Suite {
    /// What cargo is asked for, without running anything.
    fn build(self) -> Vec<&'static str> {
        match self {
            Self::Inside(package, _) => vec!["test", "--no-run", "--package", package, "--lib"],
            Self::Beside(package, test) => {
                vec!["test", "--no-run", "--package", package, "--test", test]
            }
            Self::Chaos(_) => vec!["build", "--package", "chaos"],
        }
    }

    /// What cargo is asked for.
    fn run(self) -> Vec<&'static str> {
        match self {
            Self::Inside(package, only) => {
                vec!["test", "--package", package, "--lib", "--", only]
            }
            Self::Beside(package, test) => vec!["test", "--package", package, "--test", test],
            Self::Chaos(seeds) => vec!["run", "--package", "chaos", "--", "--seeds", seeds],
        }
    }

    /// What failed, by what was printed.
    pub(crate) fn failures(self, printed: &str) -> Vec<String> {
        let failed = |line: &str| match self {
            Self::Inside(..) | Self::Beside(..) => {
                let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
                Some(name.to_owned())
            }
            Self::Chaos(_) => {
                let (seed, _) = line.strip_prefix("seed ")?.split_once(" failed at step ")?;
                Some(format!("seed {seed}"))
            }
        };
        printed.lines().filter_map(failed).collect()
    }
}

impl Came {
    /// Whether the table's test noticed.
    fn is_as_said(&self) -> bool {
        match self.mutant.suite {
            Suite::Inside(..) | Suite::Beside(..) => {
                self.failed.iter().any(|test| test == self.mutant.caught_by)
            }
            Suite::Chaos(_) => !self.failed.is_empty(),
        }
    }

    fn text(&self) -> String {
        let Self { mutant, failed, took } = self;
        let seconds = took.as_secs();
        let first = failed.iter().find(|test| *test == mutant.caught_by).or(failed.first());
        let Some(first) = first else { return format!("SURVIVED ({seconds} s)") };
        let more = match failed.len().saturating_sub(1) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let table = if self.is_as_said() { "" } else { "; the table says another" };
        format!("caught by {first}{more} ({seconds} s){table}")
    }

    fn json(&self) -> Value {
        let Self { mutant, failed, took } = self;
        json!({
            "name": mutant.name,
            "file": mutant.file,
            "caught": !failed.is_empty(),
            "as_documented": self.is_as_said(),
            "failed": failed,
            "seconds": took.as_secs(),
        })
    }
}

/// Tries `only` these mutants, or all when it is empty; the last line is JSON if `as_json`.
///
/// # Errors
///
/// When one survives, is noticed by another test than the table says, or does not compile; when the
/// tests fail with nothing broken; when one of `only` is not known.
pub(crate) fn run(root: &Path, only: &[String], format: Format) -> Result<()> {
    let mutants = chosen(only)?;
    let started = Instant::now();
    let mut scratch = Scratch::new(root)?;
    check_whole(&mut scratch, &mutants)?;
    let mut all = Vec::new();
    for (place, mutant) in (1_usize..).zip(&mutants) {
        print!("mutate: {place}/{} {}: ", mutants.len(), mutant.name);
        std::io::Write::flush(&mut std::io::stdout())?;
        let came = try_one(&mut scratch, mutant)?;
        println!("{}", came.text());
        all.push(came);
    }
    drop(scratch);
    let survived = all.iter().filter(|came| came.failed.is_empty()).count();
    let otherwise = all.iter().filter(|came| !came.is_as_said()).count();
    let (count, seconds) = (all.len(), started.elapsed().as_secs());
    match format {
        Format::Text => println!("mutate: {count} mutants in {seconds} s, {survived} survived"),
        Format::Json => {
            let mutants: Vec<Value> = all.iter().map(Came::json).collect();
            let ok = otherwise == 0;
            println!(
                "{}",
                json!({ "mutants": mutants, "survived": survived, "seconds": seconds, "ok": ok })
            );
        }
    }
    if otherwise > 0 {
        bail!("{survived} of {count} mutants survived, {otherwise} are not caught as documented");
    }
    Ok(())
}

/// How the end is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A line for people.
    Text,
    /// One object.
    Json,
}

fn chosen(only: &[String]) -> Result<Vec<&'static Mutant>> {
    if only.is_empty() {
        return Ok(MUTANTS.iter().collect());
    }
    let find = |name: &String| {
        let found = MUTANTS.iter().find(|mutant| mutant.name == name);
        let names = || MUTANTS.iter().map(|mutant| mutant.name).collect::<Vec<_>>().join(", ");
        found.with_context(|| format!("no mutant {name}; there are {}", names()))
    };
    only.iter().map(find).collect()
}

/// A test that fails anyway notices nothing.
fn check_whole(scratch: &mut Scratch, mutants: &[&'static Mutant]) -> Result<()> {
    let mut suites: Vec<Suite> = Vec::new();
    for mutant in mutants {
        if !suites.contains(&mutant.suite) {
            suites.push(mutant.suite);
        }
    }
    for suite in suites {
        let words = suite.run().join(" ");
        println!("mutate: with nothing broken, cargo {words}");
        let (ended, printed) = scratch.cargo("whole", &suite.run())?;
        if ended != Ended::Well {
            bail!("cargo {words} fails with nothing broken: {:?}", suite.failures(&printed));
        }
    }
    Ok(())
}

fn try_one(scratch: &mut Scratch, mutant: &'static Mutant) -> Result<Came> {
    let started = Instant::now();
    let path = scratch.tree().join(mutant.file);
    let whole = std::fs::read_to_string(&path)
        .with_context(|| format!("mutant {}: no {}", mutant.name, mutant.file))?;
    std::fs::write(&path, mutant.break_in(&whole)?)?;
    let (built, _) = scratch.cargo(mutant.name, &mutant.suite.build())?;
    if built != Ended::Well {
        bail!("mutant {} does not compile: see target/mutate/{0}.log", mutant.name);
    }
    let (ended, printed) = scratch.cargo(mutant.name, &mutant.suite.run())?;
    std::fs::write(&path, whole)?;
    let mut failed = mutant.suite.failures(&printed);
    if ended == Ended::OutOfTime {
        failed.push("running out of time".to_owned());
    }
    if ended == Ended::Badly && failed.is_empty() {
        bail!("mutant {}: no test failed, yet cargo did: see target/mutate/{0}.log", mutant.name);
    }
    Ok(Came { mutant, failed, took: started.elapsed() })
}
