//! The command line `florin`: every unit in one process, and what people ask of it.
//!
//! No logic: a command is one file under `commands`. Exit codes: 0 yes, 1 the answer is no, 2 it
//! could not run. Start at [`cli::Cli`]; the server that `serve` runs is [`server::Server`].

mod archive;
mod catching_up;
mod cli;
mod client;
mod commands;
mod failure;
mod output;
mod server;
mod story;
mod verification;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let mut output = output::Output::standard();
    match commands::run(&cli.command, &mut output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
