//! Data sets in PostgreSQL: pooled connections that can only read, their state pinned and asserted.
//!
//! Connections are plain (no TLS): use a socket or loopback, or a tunnel. Start at [`Postgres`].

mod bind;
mod check;
mod decode;

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{FutureExt as _, StreamExt as _, pin_mut};
use pql::catalogue::{Catalogue, DatasetId, StoreId, StoreKind};
use tokio::task::JoinHandle;
use tokio_postgres::{CancelToken, Client, Config, NoTls};

use crate::{Executor, Fault, Finding, Outcome, Pool, Sink, Statement, Task};

/// Statements at once.
const CONNECTIONS_MAX: usize = 8;

/// Commands whose plans a connection keeps.
const PLANS_KEPT: usize = 128;

/// A statement that the store itself ends, should our own deadline fail to, in milliseconds.
const STATEMENT_TIMEOUT_MS: u32 = 120_000;

/// What results depend on, and what keeps a session from writing.
const SETTINGS: [(&str, &str); 9] = [
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, MDY"),
    ("search_path", "pg_catalog, public, pg_temp"),
    ("extra_float_digits", "1"),
    ("default_transaction_read_only", "on"),
    ("standard_conforming_strings", "on"),
    ("transform_null_equals", "off"),
    ("statement_timeout", "2min"),
    // A request to cancel that comes before its statement does nothing: a closed connection ends it then.
    ("client_connection_check_interval", "500ms"),
];

/// A PostgreSQL database.
#[derive(Debug)]
pub struct Postgres {
    config: Config,
    pool: Pool<Session>,
}

/// A connection with what it has prepared.
#[derive(Debug)]
struct Session {
    client: Client,
    plans: HashMap<Arc<str>, tokio_postgres::Statement>,
    connection: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Postgres {
    /// The database of a URL `postgres://user:password@host:port/database`. Opens nothing yet.
    ///
    /// # Errors
    ///
    /// If it is no such URL.
    pub fn new(url: &str) -> Result<Self, Fault> {
        let parsed = url.parse::<Config>();
        let mut config =
            parsed.map_err(|error| Fault::Unreachable { detail: error.to_string() })?;
        config.application_name("florin query").options(options());
        Ok(Self { config, pool: Pool::new(CONNECTIONS_MAX) })
    }

    async fn connect(&self) -> Result<Session, Fault> {
        let connected = self.config.connect(NoTls).await;
        let (client, connection) = connected.map_err(|error| unreachable(&error))?;
        let connection = tokio::spawn(async move {
            // What goes wrong is told by whatever was asked.
            let _ = connection.await;
        });
        let session = Session { client, plans: HashMap::new(), connection };
        for (setting, wanted) in SETTINGS {
            let row = session.client.query_one("SELECT current_setting($1)", &[&setting]).await;
            let found: String = row.map_err(|error| refused(&error))?.get(0);
            if found != wanted {
                return Err(Fault::Setting { setting, wanted: wanted.to_owned(), found });
            }
        }
        Ok(session)
    }

    async fn take(&self) -> Result<crate::Lease<Session>, Fault> {
        self.pool.take(|session| !session.client.is_closed(), async || self.connect().await).await
    }

    async fn select(&self, statement: &Statement, mut sink: Sink) -> Result<Outcome, Fault> {
        let mut lease = self.take().await?;
        let session = lease.connection();
        let cancel = Cancel::new(session.client.cancel_token());
        let prepared = session.prepared(&statement.command).await?;
        let binds = statement.binds.iter().map(bind::Parameter);
        let rows = session.client.query_raw(&prepared, binds).await;
        let rows = rows.map_err(|error| refused(&error))?;
        pin_mut!(rows);
        while let Some(row) = rows.next().await {
            let row = row.map_err(|error| refused(&error))?;
            if !sink.begin_row() {
                sink.flush().await?;
                // Rows may be left: dropping the guard ends the statement.
                return Ok(sink.outcome());
            }
            decode::row(&row, statement, &mut sink)?;
            sink.end_row();
            if sink.is_full() {
                sink.flush().await?;
            }
        }
        cancel.disarm();
        sink.flush().await?;
        lease.keep();
        Ok(sink.outcome())
    }
}

impl Executor for Postgres {
    fn kind(&self) -> StoreKind {
        StoreKind::Postgres
    }

    fn check<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        store: StoreId,
        datasets: Vec<DatasetId>,
    ) -> Task<'a, Vec<Finding>> {
        async move {
            let mut lease = self.take().await?;
            let findings =
                check::check(&lease.connection().client, catalogue, (store, &datasets)).await?;
            lease.keep();
            Ok(findings)
        }
        .boxed()
    }

    fn execute(&self, statement: Arc<Statement>, sink: Sink) -> Task<'_, Outcome> {
        async move { self.select(&statement, sink).await }.boxed()
    }
}

impl Session {
    /// The plan of a command: a command is a function of the query's shape, so there are few.
    async fn prepared(&mut self, command: &Arc<str>) -> Result<tokio_postgres::Statement, Fault> {
        if let Some(plan) = self.plans.get(command) {
            return Ok(plan.clone());
        }
        let plan = self.client.prepare(command).await.map_err(|error| refused(&error))?;
        if self.plans.len() >= PLANS_KEPT {
            self.plans.clear();
        }
        self.plans.insert(Arc::clone(command), plan.clone());
        Ok(plan)
    }
}

/// Ends what runs on a connection when it is dropped, unless it was disarmed.
struct Cancel(Option<CancelToken>);

impl Cancel {
    const fn new(token: CancelToken) -> Self {
        Self(Some(token))
    }

    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Cancel {
    fn drop(&mut self) {
        if let (Some(token), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            // If it cannot be reached, the statement timeout ends the statement.
            runtime.spawn(async move { token.cancel_query(NoTls).await });
        }
    }
}

/// The settings as the server takes them when a connection begins.
fn options() -> String {
    let mut options = String::new();
    for (setting, wanted) in SETTINGS {
        let value = if setting == "statement_timeout" {
            STATEMENT_TIMEOUT_MS.to_string()
        } else {
            wanted.replace(' ', "\\ ")
        };
        options.push_str(&format!("-c {setting}={value} "));
    }
    options
}

fn unreachable(error: &tokio_postgres::Error) -> Fault {
    Fault::Unreachable { detail: detail(error) }
}

fn refused(error: &tokio_postgres::Error) -> Fault {
    use tokio_postgres::error::SqlState;
    match error.code() {
        Some(code) if *code == SqlState::QUERY_CANCELED => Fault::Cancelled,
        Some(code) => Fault::Refused { code: code.code().to_owned(), detail: detail(error) },
        None => unreachable(error),
    }
}

fn detail(error: &tokio_postgres::Error) -> String {
    let cause = std::error::Error::source(error);
    error.as_db_error().map_or_else(
        || cause.map_or_else(|| error.to_string(), ToString::to_string),
        |error| error.message().to_owned(),
    )
}
