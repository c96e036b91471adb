//! The workspace's own commands: `cargo xtask tidy | codegen | ci | test | bench | chaos | fuzz |
//! mutate | servers`.
//!
//! Not part of the product: no crate or unit links it. It reads the repository and starts other
//! programs; the only files it writes are the generated ones and those under `target`.
//!
//! Start at [`Task`]; the rules of the house are in [`tidy`], the whole gate in [`ci`].
#![allow(clippy::print_stdout, reason = "printing is what a command of the workspace does")]

mod bench;
mod chaos;
mod ci;
mod codegen;
mod fuzz;
mod mutate;
mod program;
mod servers;
mod tidy;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What the command line may ask for.
#[derive(Parser)]
#[command(name = "cargo xtask", about = "Checks, generates and measures this workspace")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check the rules of the house that neither rustc nor clippy knows
    Tidy,
    /// Write the generated files: code map, OpenAPI document, list of errors
    Codegen {
        /// Write nothing; fail if a generated file is out of date
        #[arg(long)]
        check: bool,
    },
    /// Run the whole gate, step by step, up to the first failure
    Ci {
        /// Run only these steps
        #[arg(long, value_name = "STEP")]
        only: Vec<ci::Step>,
    },
    /// Run the tests of the whole workspace
    Test,
    /// Run one benchmark; `--help` lists them
    #[command(disable_help_flag = true)]
    Bench {
        /// The benchmark's name and flags
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Try bytes that coverage leads against what reads them from outside
    Fuzz {
        /// How long each target, in seconds
        #[arg(long, default_value_t = 30)]
        seconds: u32,
    },
    /// Break the write path on purpose, one way at a time, and show what notices
    Mutate {
        /// Try only these
        #[arg(long, value_name = "NAME")]
        only: Vec<String>,
        /// Print the outcome as one line of JSON, last
        #[arg(long)]
        json: bool,
    },
    /// Start the databases that tests need, and end them at the end of standard input
    Servers {
        /// Say where they are as one line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Simulate the write path under faults; `--help` after it says what there is
    #[command(disable_help_flag = true)]
    Chaos {
        /// What the simulator is to do: `--seed N --steps M` replays one seed
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let root = root();
    let outcome = match arguments.task {
        Task::Tidy => tidy::run(&root),
        Task::Codegen { check: true } => codegen::check(&root),
        Task::Codegen { check: false } => codegen::write(&root),
        Task::Ci { only } => ci::run(&root, &only),
        Task::Test => ci::test(&root),
        Task::Fuzz { seconds } => fuzz::run(&root, seconds),
        Task::Mutate { only, json: true } => mutate::run(&root, &only, mutate::Format::Json),
        Task::Mutate { only, json: false } => mutate::run(&root, &only, mutate::Format::Text),
        Task::Bench { arguments } => bench::run(&root, &arguments),
        Task::Servers { json: true } => servers::run(&root, servers::Form::Json),
        Task::Servers { json: false } => servers::run(&root, servers::Form::Text),
        Task::Chaos { arguments } => chaos::run(&root, &arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's top folder: the parent of this crate's.
fn root() -> PathBuf {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder).to_path_buf()
}
