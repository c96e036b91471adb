//! `cargo xtask fuzz`: bytes that coverage leads, against what reads them from outside.
//!
//! A target is a file in `fuzz/targets`, what it starts from a folder in `fuzz/seeds`. What it found
//! stays in `target/fuzz/found`. Start at [`run`].

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::program;

/// What the toolchain is told, so that coverage is counted: the passes of libFuzzer, on stable.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
    --cfg fuzzing -Ccodegen-units=1";
/// Flags are for the programs that are fuzzed, not for those that build them: that takes a target.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Fuzzes each target for so many seconds.
///
/// # Errors
///
/// When one cannot be built, or something was found.
pub(crate) fn run(root: &Path, seconds: u32) -> Result<()> {
    let built = root.join("target/fuzz");
    let mut cargo = program::cargo(root);
    cargo.args(["build", "--quiet", "--release", "--manifest-path", "fuzz/Cargo.toml"]);
    cargo.args(["--target", TARGET, "--target-dir"]).arg(&built).env("RUSTFLAGS", FLAGS);
    program::run(&mut cargo)?;
    let found = built.join("found");
    std::fs::create_dir_all(&found).context("cannot keep what is found")?;
    for target in targets(root)? {
        println!("fuzz: {target}, {seconds} s");
        let corpus = built.join("corpus").join(&target);
        std::fs::create_dir_all(&corpus)?;
        let program = built.join(TARGET).join("release").join(&target);
        let mut fuzz = std::process::Command::new(program);
        fuzz.arg(corpus).arg(root.join("fuzz/seeds").join(&target));
        fuzz.arg(format!("-max_total_time={seconds}"));
        fuzz.arg(format!("-artifact_prefix={}/{target}-", found.display()));
        fuzz.args(["-rss_limit_mb=1024", "-timeout=5", "-verbosity=0"]);
        let log = built.join(format!("{target}.log"));
        fuzz.stderr(std::fs::File::create(&log).context("cannot keep what it says")?);
        program::run(&mut fuzz).with_context(|| format!("what was found: {}", log.display()))?;
    }
    Ok(())
}

fn targets(root: &Path) -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for file in std::fs::read_dir(root.join("fuzz/targets"))? {
        let path = file?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str());
        targets.extend(name.map(str::to_owned));
    }
    targets.sort_unstable();
    Ok(targets)
}
