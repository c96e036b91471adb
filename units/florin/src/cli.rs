//! The command line as a declaration: every command with its flags, and the help made from them.
//!
//! Nothing runs here: see `commands`. Start at [`Command`].

use clap::{Parser, Subcommand};

use crate::commands::{
    backup, completions, demo, export, import, keys, listen, platforms, query, restore, serve,
    trial_balance, verify,
};

/// A payments platform in one program: accounts over a double-entry ledger, an HTTP API, a sandbox bank
#[derive(Debug, Parser)]
#[command(name = "florin", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  florin demo                      a marketplace's day, from nothing, in a few seconds
  florin serve                     serve the API on http://127.0.0.1:7050, data in ./florin-data
  florin verify                    prove the books, also while the server runs

Exit codes: 0 yes; 1 the answer is no; 2 the command could not run.
The variables FLORIN_URL, FLORIN_KEY, FLORIN_PLATFORM and FLORIN_DATA stand for the flags of that name.";

/// Every command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API from a data folder
    Serve(serve::Serve),
    /// Show a marketplace's day: onboarding, money in, split, hold, payouts, refund, proof
    Demo(demo::Demo),
    /// Derive the books anew and compare them with what is stored
    Verify(verify::Verify),
    /// Print the sums of all accounts, now or as of a moment
    TrialBalance(trial_balance::TrialBalance),
    /// Follow what happens on a platform
    Listen(listen::Listen),
    /// List, create, rotate and revoke API keys
    #[command(subcommand)]
    Keys(keys::Keys),
    /// List and create platforms
    #[command(subcommand)]
    Platforms(platforms::Platforms),
    /// Copy a whole store into a new folder, also while the server runs
    Backup(backup::Backup),
    /// Make a data folder of a backup
    Restore(restore::Restore),
    /// Write one platform's whole history as lines of JSON
    Export(export::Export),
    /// Take an exported platform into a store
    Import(import::Import),
    /// Ask a query of the data sets of a catalogue
    Query(query::Query),
    /// Print the completions of a shell
    Completions(completions::Completions),
    /// Print the OpenAPI document
    #[command(hide = true)]
    Openapi,
    /// Print the reference of error codes
    #[command(hide = true)]
    Errors,
}
