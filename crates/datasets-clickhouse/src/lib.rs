//! Data sets in ClickHouse, over its HTTP interface: a connection a statement, its settings in each request.
//!
//! Plain HTTP: use loopback or a tunnel. A statement ends when its connection is closed. Start at [`Clickhouse`].

mod bind;
mod check;
mod decode;
mod http;

use std::sync::Arc;

use datasets::{Executor, Fault, Finding, Outcome, Sink, Statement, Task};
use http::{Address, Rows};
use pql::catalogue::{Catalogue, DatasetId, StoreId, StoreKind};
use tokio::sync::OnceCell;

/// What results depend on, and what keeps a request from writing.
const SETTINGS: [(&str, &str); 14] = [
    ("transform_null_in", "0"),
    ("join_use_nulls", "1"),
    ("aggregate_functions_null_for_empty", "0"),
    ("prefer_column_name_to_alias", "1"),
    ("session_timezone", "UTC"),
    ("date_time_output_format", "simple"),
    ("output_format_json_quote_64bit_integers", "1"),
    ("output_format_json_quote_decimals", "1"),
    ("output_format_json_quote_denormals", "0"),
    ("output_format_json_map_as_array_of_tuples", "0"),
    ("http_write_exception_in_output_format", "0"),
    ("decimal_check_overflow", "1"),
    ("cancel_http_readonly_queries_on_client_close", "1"),
    ("readonly", "2"),
];

/// Rows come as arrays, a line each.
const FORMAT: &str = "\nFORMAT JSONCompactEachRow";

/// A ClickHouse database.
#[derive(Debug)]
pub struct Clickhouse {
    address: Address,
    asserted: OnceCell<()>,
}

impl Clickhouse {
    /// The database of a URL `http://user:password@host:port/?database=name`. Opens nothing yet.
    ///
    /// # Errors
    ///
    /// If it is no such URL.
    pub fn new(url: &str) -> Result<Self, Fault> {
        let wrong =
            || Fault::Unreachable { detail: "no URL http://host:port/?database=name".to_owned() };
        Ok(Self { address: Address::parse(url).ok_or_else(wrong)?, asserted: OnceCell::new() })
    }

    /// That the server took the settings, once.
    async fn assert_settings(&self) -> Result<(), Fault> {
        let assert = async || {
            for (setting, wanted) in SETTINGS {
                let command = format!("SELECT toString(getSetting('{setting}'))");
                let found = self.rows(&command, &[]).await?.all().await?;
                let found = found.first().and_then(|row| row.first()?.as_str()).unwrap_or_default();
                if found != wanted
                    && !(found == "true" && wanted == "1")
                    && !(found == "false" && wanted == "0")
                {
                    return Err(Fault::Setting {
                        setting,
                        wanted: wanted.to_owned(),
                        found: found.to_owned(),
                    });
                }
            }
            Ok(())
        };
        self.asserted.get_or_try_init(assert).await.copied()
    }

    /// Sends a command of our own, whose parameters are escaped already.
    async fn rows(&self, command: &str, parameters: &[(String, String)]) -> Result<Rows, Fault> {
        let settings = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let pairs: Vec<(String, String)> =
            settings.into_iter().chain(parameters.iter().cloned()).collect();
        self.address.post(&pairs, format!("{command}{FORMAT}")).await
    }

    async fn select(&self, statement: &Statement, mut sink: Sink) -> Result<Outcome, Fault> {
        self.assert_settings().await?;
        let mut parameters = bind::parameters(statement);
        let seconds = statement.deadline.as_secs().saturating_add(1).to_string();
        parameters.push(("max_execution_time".to_owned(), seconds));
        let mut rows = self.rows(&statement.command, &parameters).await?;
        while let Some(row) = rows.next().await? {
            if !sink.begin_row() {
                break;
            }
            decode::row(&row, statement, &mut sink)?;
            sink.end_row();
            if sink.is_full() {
                sink.flush().await?;
            }
        }
        sink.flush().await?;
        Ok(sink.outcome())
    }
}

impl Executor for Clickhouse {
    fn kind(&self) -> StoreKind {
        StoreKind::Clickhouse
    }

    fn check<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        store: StoreId,
        datasets: Vec<DatasetId>,
    ) -> Task<'a, Vec<Finding>> {
        Box::pin(async move {
            self.assert_settings().await?;
            check::check(self, catalogue, (store, &datasets)).await
        })
    }

    fn execute(&self, statement: Arc<Statement>, sink: Sink) -> Task<'_, Outcome> {
        Box::pin(async move { self.select(&statement, sink).await })
    }
}
