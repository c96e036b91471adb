//! Data sets in MongoDB: aggregations in extended JSON, their values put in as typed BSON.
//!
//! A statement ends by its `maxTimeMS`, and because the server ends what a closed connection asked
//! for. Connections are plain (no TLS): use loopback or a tunnel. Start at [`Mongodb`].

mod bind;
mod check;
mod decode;

use std::sync::Arc;
use std::time::Duration;

use datasets::{Executor, Fault, Finding, Outcome, Sink, Statement, Task};
use futures_util::StreamExt as _;
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::{Error, ErrorKind};
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use pql::catalogue::{Catalogue, DatasetId, StoreId, StoreKind};
use tokio::sync::OnceCell;

/// Statements at once.
const CONNECTIONS_MAX: u32 = 8;

/// How long a server may be looked for.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Documents that the server sends at once.
const BATCH_DOCUMENTS: i32 = 1_000;

/// Codes of MongoDB: longer than maxTimeMS, and interrupted.
const CANCELLED: [i32; 2] = [50, 11_601];

/// A MongoDB database.
#[derive(Debug)]
pub struct Mongodb {
    url: String,
    database: OnceCell<Database>,
}

impl Mongodb {
    /// The database of a URL `mongodb://user:password@host:port/database`. Opens nothing yet.
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned(), database: OnceCell::new() }
    }

    async fn database(&self) -> Result<&Database, Fault> {
        let connect = async || {
            let mut options =
                ClientOptions::parse(&self.url).await.map_err(|error| refused(&error))?;
            options.max_pool_size = Some(CONNECTIONS_MAX);
            options.server_selection_timeout = Some(CONNECT_TIMEOUT);
            options.app_name = Some("florin query".to_owned());
            let client = Client::with_options(options).map_err(|error| refused(&error))?;
            let none = || Fault::Unreachable { detail: "the URL names no database".to_owned() };
            client.default_database().ok_or_else(none)
        };
        self.database.get_or_try_init(connect).await
    }

    async fn select(&self, statement: &Statement, mut sink: Sink) -> Result<Outcome, Fault> {
        let command = command(statement)?;
        let cursor = self.database().await?.run_cursor_command(command).await;
        let mut cursor = cursor.map_err(|error| refused(&error))?;
        while let Some(document) = cursor.next().await {
            let document = document.map_err(|error| refused(&error))?;
            if !sink.begin_row() {
                break;
            }
            decode::row(&document, statement, &mut sink)?;
            sink.end_row();
            if sink.is_full() {
                sink.flush().await?;
            }
        }
        sink.flush().await?;
        Ok(sink.outcome())
    }
}

impl Executor for Mongodb {
    fn kind(&self) -> StoreKind {
        StoreKind::Mongodb
    }

    fn check<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        store: StoreId,
        datasets: Vec<DatasetId>,
    ) -> Task<'a, Vec<Finding>> {
        Box::pin(async move {
            let database = self.database().await?;
            check::check(database, catalogue, (store, &datasets))
                .await
                .map_err(|error| refused(&error))
        })
    }

    fn execute(&self, statement: Arc<Statement>, sink: Sink) -> Task<'_, Outcome> {
        Box::pin(async move { self.select(&statement, sink).await })
    }
}

/// The command with its values in their places.
fn command(statement: &Statement) -> Result<Document, Fault> {
    let parsed: Result<Document, _> = serde_json::from_str(&statement.command);
    let wrong = |error: serde_json::Error| Fault::Refused {
        code: "command".to_owned(),
        detail: error.to_string(),
    };
    let mut command = bind::bound(parsed.map_err(wrong)?, &statement.binds);
    let deadline = i64::try_from(statement.deadline.as_millis()).unwrap_or(i64::MAX);
    command.insert("cursor", doc! { "batchSize": BATCH_DOCUMENTS });
    command.insert("maxTimeMS", Bson::Int64(deadline));
    Ok(command)
}

fn refused(error: &Error) -> Fault {
    if let ErrorKind::Command(command) = error.kind.as_ref() {
        if CANCELLED.contains(&command.code) {
            return Fault::Cancelled;
        }
        return Fault::Refused { code: command.code.to_string(), detail: command.message.clone() };
    }
    Fault::Unreachable { detail: error.to_string() }
}
