//! Data sets in a SQLite file: opened read-only, each statement on a thread that may block.
//!
//! Exact arithmetic beyond 64 bits is done by functions registered on each connection. Start at [`Sqlite`].

mod check;
mod decode;
pub mod functions;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt as _;
use pql::catalogue::{Catalogue, DatasetId, StoreId, StoreKind};
use pql::datatype::Type;
use pql::value::Value;
use rusqlite::types::{ToSqlOutput, Value as Sql};
use rusqlite::{Connection, InterruptHandle, OpenFlags, ToSql};
use tokio::task;

use crate::{Bind, Bound, Executor, Fault, Finding, Lease, Outcome, Pool, Sink, Statement, Task};

/// Statements at once.
const CONNECTIONS_MAX: usize = 8;

/// Commands whose plans a connection keeps.
const PLANS_KEPT: usize = 64;

/// How long a statement waits for a writer of the file, in milliseconds.
const BUSY_TIMEOUT_MS: u64 = 5_000;

/// The digits that an INTEGER surely holds.
const INTEGER_DIGITS: u8 = 18;

/// A SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    pool: Pool<Connection>,
}

impl Sqlite {
    /// The file of a URL `sqlite:FILE`, or of a path. Opens nothing yet.
    pub fn new(url: &str) -> Self {
        let path = url.strip_prefix("sqlite:").unwrap_or(url);
        let path = path.strip_prefix("//").unwrap_or(path);
        Self { path: PathBuf::from(path), pool: Pool::new(CONNECTIONS_MAX) }
    }

    async fn take(&self) -> Result<Lease<Connection>, Fault> {
        let path = self.path.clone();
        let connect = async move || {
            let opened = task::spawn_blocking(move || open(&path)).await;
            opened.unwrap_or_else(|error| Err(Fault::Unreachable { detail: error.to_string() }))
        };
        self.pool.take(|_| true, connect).await
    }
}

impl Executor for Sqlite {
    fn kind(&self) -> StoreKind {
        StoreKind::Sqlite
    }

    fn check<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        store: StoreId,
        datasets: Vec<DatasetId>,
    ) -> Task<'a, Vec<Finding>> {
        async move {
            let mut lease = self.take().await?;
            let findings = check::check(lease.connection(), catalogue, (store, &datasets))?;
            lease.keep();
            Ok(findings)
        }
        .boxed()
    }

    fn execute(&self, statement: Arc<Statement>, sink: Sink) -> Task<'_, Outcome> {
        async move {
            let mut lease = self.take().await?;
            let _interrupt = Interrupt(lease.connection().get_interrupt_handle());
            let blocking = task::spawn_blocking(move || {
                let outcome = select(lease.connection(), &statement, sink);
                lease.keep();
                outcome
            });
            let ended = blocking.await;
            ended.unwrap_or_else(|error| Err(Fault::Unreachable { detail: error.to_string() }))
        }
        .boxed()
    }
}

/// Ends what runs on a connection when it is dropped; does nothing if that has ended.
struct Interrupt(InterruptHandle);

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.interrupt();
    }
}

fn open(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(path, flags);
    let connection = opened.map_err(|error| Fault::Unreachable { detail: error.to_string() })?;
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS)).map_err(refused)?;
    connection.set_prepared_statement_cache_capacity(PLANS_KEPT);
    for (setting, wanted) in [("query_only", 1_i64), ("trusted_schema", 0)] {
        connection.pragma_update(None, setting, wanted).map_err(refused)?;
        let found: i64 =
            connection.pragma_query_value(None, setting, |row| row.get(0)).map_err(refused)?;
        if found != wanted {
            return Err(Fault::Setting {
                setting,
                wanted: wanted.to_string(),
                found: found.to_string(),
            });
        }
    }
    functions::register(&connection).map_err(refused)?;
    Ok(connection)
}

fn select(
    connection: &Connection,
    statement: &Statement,
    mut sink: Sink,
) -> Result<Outcome, Fault> {
    let mut prepared = connection.prepare_cached(&statement.command).map_err(refused)?;
    let binds = statement.binds.iter().map(parameter);
    let mut rows = prepared.query(rusqlite::params_from_iter(binds)).map_err(refused)?;
    while let Some(row) = rows.next().map_err(refused)? {
        if !sink.begin_row() {
            break;
        }
        decode::row(row, statement, &mut sink)?;
        sink.end_row();
        if sink.is_full() {
            sink.flush_blocking()?;
        }
    }
    sink.flush_blocking()?;
    Ok(sink.outcome())
}

fn refused(error: rusqlite::Error) -> Fault {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted) {
        return Fault::Cancelled;
    }
    let code = error.sqlite_error().map_or(0, |error| error.extended_code);
    Fault::Refused { code: code.to_string(), detail: error.to_string() }
}

/// A bind as SQLite keeps its type.
struct Parameter(Sql);

impl ToSql for Parameter {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(self.0.clone()))
    }
}

fn parameter(bind: &Bind) -> Parameter {
    Parameter(match &bind.value {
        Bound::One(value) => sql(value, bind.ty),
        Bound::Many(values) => Sql::Text(list(values, bind.ty)),
    })
}

fn sql(value: &Value, ty: Type) -> Sql {
    match value {
        Value::Null => Sql::Null,
        Value::Bool(flag) => Sql::Integer(i64::from(*flag)),
        Value::Whole(whole) => decimal((*whole).into(), ty),
        Value::Decimal(number) => decimal(*number, ty),
        Value::Float(float) => Sql::Real(float.get()),
        Value::Text(text) => Sql::Text(text.to_string()),
        // The minor units; an asset is a bind of its own.
        Value::Money(money) => Sql::Text(money.minor.to_string()),
        Value::Id(id) => Sql::Blob(id.bits().to_be_bytes().to_vec()),
        Value::Timestamp(at) => Sql::Integer(at.micros()),
        Value::Date(date) => Sql::Text(date.to_string()),
        Value::Duration(duration) => Sql::Integer(duration.micros()),
        Value::Array(items) => Sql::Text(serde_json::json!(items).to_string()),
        Value::Map(entries) => Sql::Text(serde_json::json!(entries).to_string()),
    }
}

/// A number as a column keeps it: all its digits as an INTEGER while they fit, else as TEXT.
fn decimal(number: pql::value::Decimal, ty: Type) -> Sql {
    let Some(digits) = number.at_scale(ty.scale()) else { return Sql::Null };
    let digits = digits.to_string();
    digits.parse().map_or(Sql::Text(digits), Sql::Integer)
}

/// A list as JSON, for `json_each`.
fn list(values: &[Value], ty: Type) -> String {
    let item = |value: &Value| match sql(value, ty) {
        Sql::Null => serde_json::Value::Null,
        Sql::Integer(integer) => integer.into(),
        Sql::Real(real) => real.into(),
        Sql::Text(text) => text.into(),
        Sql::Blob(blob) => blob.iter().map(|byte| format!("{byte:02X}")).collect::<String>().into(),
    };
    serde_json::Value::Array(values.iter().map(item).collect()).to_string()
}
