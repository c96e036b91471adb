//! Data sets in MariaDB: pooled connections that can only read, their state pinned and asserted.
//!
//! Connections are plain (no TLS): use loopback or a tunnel. Start at [`Mariadb`].

mod bind;
mod check;
mod decode;

use std::collections::BTreeSet;
use std::sync::Arc;

use datasets::{Executor, Fault, Finding, Lease, Outcome, Pool, Sink, Statement, Task};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Opts, OptsBuilder, Params};
use pql::catalogue::{Catalogue, DatasetId, StoreId, StoreKind};

/// Statements at once.
const CONNECTIONS_MAX: usize = 8;

/// Commands whose plans a connection keeps.
const PLANS_KEPT: usize = 128;

/// What results depend on, what keeps a session from writing, and what ends a statement should our own deadline fail to.
const SETTINGS: &str = "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin, SESSION time_zone = '+00:00', SESSION tx_read_only = 1, \
    SESSION max_statement_time = 120, SESSION sql_mode = \
    'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'";

/// What was set, as the server tells it.
const ASSERTED: &str = "SELECT CONCAT_WS('|', @@time_zone, IF(@@tx_read_only, 1, 0), @@collation_connection, @@character_set_client, \
    @@character_set_results, @@max_statement_time), @@sql_mode";

const PINNED: &str = "+00:00|1|utf8mb4_nopad_bin|utf8mb4|utf8mb4|120.000000";

const SQL_MODE: [&str; 5] = [
    "STRICT_ALL_TABLES",
    "NO_BACKSLASH_ESCAPES",
    "ONLY_FULL_GROUP_BY",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "NO_ENGINE_SUBSTITUTION",
];

/// A MariaDB database.
#[derive(Debug)]
pub struct Mariadb {
    options: Opts,
    pool: Pool<Conn>,
}

impl Mariadb {
    /// The database of a URL `mysql://user:password@host:port/database`. Opens nothing yet.
    ///
    /// # Errors
    ///
    /// If it is no such URL.
    pub fn new(url: &str) -> Result<Self, Fault> {
        let parsed = Opts::from_url(url)
            .map_err(|error| Fault::Unreachable { detail: error.to_string() })?;
        let options =
            OptsBuilder::from_opts(parsed).prefer_socket(false).stmt_cache_size(PLANS_KEPT).into();
        Ok(Self { options, pool: Pool::new(CONNECTIONS_MAX) })
    }

    async fn connect(&self) -> Result<Conn, Fault> {
        let connected = Conn::new(self.options.clone()).await;
        let mut connection =
            connected.map_err(|error| Fault::Unreachable { detail: error.to_string() })?;
        connection.query_drop(SETTINGS).await.map_err(|error| refused(&error))?;
        let row: Option<(String, String)> =
            connection.query_first(ASSERTED).await.map_err(|error| refused(&error))?;
        let (pinned, sql_mode) = row.unwrap_or_default();
        if pinned != PINNED {
            return Err(Fault::Setting {
                setting: "state",
                wanted: PINNED.to_owned(),
                found: pinned,
            });
        }
        if sql_mode.split(',').collect::<BTreeSet<_>>() != SQL_MODE.into_iter().collect() {
            return Err(Fault::Setting {
                setting: "sql_mode",
                wanted: SQL_MODE.join(","),
                found: sql_mode,
            });
        }
        Ok(connection)
    }

    async fn take(&self) -> Result<Lease<Conn>, Fault> {
        self.pool.take(|_| true, async || self.connect().await).await
    }

    async fn select(&self, statement: &Statement, mut sink: Sink) -> Result<Outcome, Fault> {
        let mut lease = self.take().await?;
        let connection = lease.connection();
        let kill = Kill { options: Some(self.options.clone()), id: connection.id() };
        let prepared =
            connection.prep(&*statement.command).await.map_err(|error| refused(&error))?;
        let binds = statement.binds.iter().map(bind::parameter).collect();
        let mut rows = connection
            .exec_iter(prepared, Params::Positional(binds))
            .await
            .map_err(|error| refused(&error))?;
        while let Some(row) = rows.next().await.map_err(|error| refused(&error))? {
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
        drop(rows);
        kill.disarm();
        sink.flush().await?;
        lease.keep();
        Ok(sink.outcome())
    }
}

impl Executor for Mariadb {
    fn kind(&self) -> StoreKind {
        StoreKind::Mariadb
    }

    fn check<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        store: StoreId,
        datasets: Vec<DatasetId>,
    ) -> Task<'a, Vec<Finding>> {
        Box::pin(async move {
            let mut lease = self.take().await?;
            let findings = check::check(lease.connection(), catalogue, (store, &datasets)).await;
            let findings = findings.map_err(|error| refused(&error))?;
            lease.keep();
            Ok(findings)
        })
    }

    fn execute(&self, statement: Arc<Statement>, sink: Sink) -> Task<'_, Outcome> {
        Box::pin(async move { self.select(&statement, sink).await })
    }
}

/// Ends a connection, and what runs on it, from another one when it is dropped, unless it was disarmed.
struct Kill {
    options: Option<Opts>,
    id: u32,
}

impl Kill {
    fn disarm(mut self) {
        self.options = None;
    }
}

impl Drop for Kill {
    fn drop(&mut self) {
        if let (Some(options), Ok(runtime)) =
            (self.options.take(), tokio::runtime::Handle::try_current())
        {
            let id = self.id;
            // If the server cannot be reached, max_statement_time ends the statement.
            runtime.spawn(async move {
                let mut killer = Conn::new(options).await?;
                killer.query_drop(format!("KILL CONNECTION {id}")).await?;
                killer.disconnect().await
            });
        }
    }
}

fn refused(error: &mysql_async::Error) -> Fault {
    match error {
        // Interrupted, or too long by max_statement_time.
        mysql_async::Error::Server(server) if matches!(server.code, 1317 | 1969) => {
            Fault::Cancelled
        }
        mysql_async::Error::Server(server) => {
            Fault::Refused { code: server.code.to_string(), detail: server.message.clone() }
        }
        mysql_async::Error::Driver(_)
        | mysql_async::Error::Io(_)
        | mysql_async::Error::Url(_)
        | mysql_async::Error::Other(_) => Fault::Unreachable { detail: error.to_string() },
    }
}
