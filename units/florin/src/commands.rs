//! One file a command: its flags, and what it does. Start at [`run`].

pub(crate) mod backup;
pub(crate) mod completions;
pub(crate) mod demo;
mod errors;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod listen;
mod openapi;
pub(crate) mod platforms;
pub(crate) mod query;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod trial_balance;
pub(crate) mod verify;

use crate::cli::Command;
use crate::failure::Failure;
use crate::output::Output;

/// Runs one command.
///
/// # Errors
///
/// [`Failure`], which has the exit code.
pub(crate) fn run(command: &Command, output: &mut Output) -> Result<(), Failure> {
    match command {
        Command::Serve(command) => command.run(output),
        Command::Demo(command) => command.run(output),
        Command::Verify(command) => command.run(output),
        Command::TrialBalance(command) => command.run(output),
        Command::Listen(command) => command.run(output),
        Command::Keys(command) => command.run(output),
        Command::Platforms(command) => command.run(output),
        Command::Backup(command) => command.run(output),
        Command::Restore(command) => command.run(output),
        Command::Export(command) => command.run(output),
        Command::Import(command) => command.run(output),
        Command::Query(command) => command.run(output),
        Command::Completions(command) => command.run(output),
        Command::Openapi => openapi::run(output),
        Command::Errors => errors::run(output),
    }
}
