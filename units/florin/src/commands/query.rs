//! `florin query`: PQL over the data sets of a catalogue, one query or a batch of them.
//!
//! What a query means is in `pql`, how it is answered in `datasets`. Start at [`Query::run`].

mod batch;
mod setup;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use pql::catalogue::StoreKind;

use crate::failure::Failure;
use crate::output::{JsonFlag, Output};
use setup::Caller;
use show::Shown;

/// Flags of `florin query`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "\
Examples:
  florin query --catalogue shop.toml --role reader --scope shop-1 \"SELECT id, amount FROM orders\"
  florin query --catalogue shop.toml --role reader --dataset orders \"status = 'new'\" --format csv
  florin query capabilities
  florin query run --catalogue shop.toml --role reader < requests.ndjson

The batch commands parse, compile, run and eval read a line of JSON for each query and answer each
line in order: docs/pql/batch.md.")]
pub(crate) struct Query {
    #[command(subcommand)]
    command: Option<Command>,
    /// The query: SELECT …, or a bare condition over --dataset
    #[arg(required = true)]
    pql: Option<String>,
    /// The catalogue of data sets
    #[arg(long, value_name = "FILE", required = true)]
    catalogue: Option<PathBuf>,
    /// The role whose rights hold
    #[arg(long, required = true)]
    role: Option<String>,
    /// Whose rows
    #[arg(long)]
    scope: Option<String>,
    /// The data set of a bare condition
    #[arg(long)]
    dataset: Option<String>,
    /// The store to ask instead of the data sets' own
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// A parameter, as JSON or else as text
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// How the rows are written; a table on a terminal, else NDJSON
    #[arg(long, value_enum)]
    format: Option<Shown>,
}

/// What else there is.
#[derive(Debug, Subcommand)]
enum Command {
    /// Read queries, and answer each with its tree and its formatted text
    Parse {
        /// As the HTTP API reads: without comments and semicolons
        #[arg(long)]
        api: bool,
    },
    /// Compile queries for a kind of store; opens no connection
    Compile {
        #[command(flatten)]
        caller: Caller,
        /// sqlite, postgres, mariadb, clickhouse or mongodb
        #[arg(long, value_name = "KIND", value_parser = kind)]
        store: Option<StoreKind>,
    },
    /// Answer queries from the stores of a catalogue
    Run {
        #[command(flatten)]
        caller: Caller,
        /// The store to ask instead of the data sets' own
        #[arg(long, value_name = "NAME")]
        store: Option<String>,
        /// What cursors are signed with, 64 digits; else chance, and cursors end with the process
        #[arg(long, value_name = "HEX")]
        cursor_key: Option<String>,
    },
    /// Answer queries from files of rows, by the reference evaluator
    Eval {
        #[command(flatten)]
        caller: Caller,
        /// The folder of DATASET.ndjson
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// What cursors are signed with, 64 digits; else chance, and cursors end with the process
        #[arg(long, value_name = "HEX")]
        cursor_key: Option<String>,
    },
    /// Print what each kind of store can do exactly
    Capabilities {
        #[command(flatten)]
        json: JsonFlag,
    },
}

impl Query {
    /// Runs it.
    ///
    /// # Errors
    ///
    /// [`Failure`]: a query that was refused or not answered is a no; a batch is not, whatever its lines hold.
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        match &self.command {
            None => self.one(output),
            Some(Command::Parse { api }) => {
                let origin = if *api { pql::lex::Origin::Api } else { pql::lex::Origin::File };
                batch::lines(|line| datasets::batch::parse(line, origin))
            }
            Some(Command::Compile { caller, store }) => batch::compile(caller, *store),
            Some(Command::Run { caller, store, cursor_key }) => {
                batch::run(caller, store.as_deref(), cursor_key.as_deref())
            }
            Some(Command::Eval { caller, data, cursor_key }) => {
                batch::eval(caller, data, cursor_key.as_deref())
            }
            Some(Command::Capabilities { json }) => show::capabilities(json, output),
        }
    }

    fn one(&self, output: &mut Output) -> Result<(), Failure> {
        let (Some(pql), Some(catalogue), Some(role)) = (&self.pql, &self.catalogue, &self.role)
        else {
            return Err(Failure::Unable("a query needs --catalogue and --role".to_owned()));
        };
        let caller =
            Caller { catalogue: catalogue.clone(), role: role.clone(), scope: self.scope.clone() };
        let request = datasets::batch::Request {
            id: serde_json::Value::Null,
            pql: pql.clone(),
            dataset: self.dataset.clone(),
            params: Some(setup::params(&self.params)?),
            now: None,
            count: false,
        };
        show::one(&caller, self.store.as_deref(), &request, (self.format, output))
    }
}

fn kind(name: &str) -> Result<StoreKind, String> {
    let all = StoreKind::ALL.map(StoreKind::name).join(", ");
    StoreKind::named(name).ok_or_else(|| format!("one of {all}"))
}
