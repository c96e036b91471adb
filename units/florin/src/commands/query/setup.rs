//! What a query needs before it is asked: the catalogue, the caller, the stores, the clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use datasets::batch::Batch;
use datasets::postgres::Postgres;
use datasets::sqlite::Sqlite;
use datasets::{Executor, Fault, Finding, Severity, Stores};
use datasets_clickhouse::Clickhouse;
use datasets_mariadb::Mariadb;
use datasets_mongodb::Mongodb;
use pql::CursorKey;
use pql::catalogue::{Catalogue, Store, StoreKind};
use pql::value::Timestamp;
use serde_json::{Map, Value};
use unit::clock::{Clock as _, SystemClock};

use crate::failure::Failure;

/// Who asks.
#[derive(Debug, Args)]
pub(super) struct Caller {
    /// The catalogue of data sets
    #[arg(long, value_name = "FILE")]
    pub(super) catalogue: PathBuf,
    /// The role whose rights hold
    #[arg(long)]
    pub(super) role: String,
    /// Whose rows; a data set that is scoped is refused without it
    #[arg(long)]
    pub(super) scope: Option<String>,
}

impl Caller {
    /// Reads the catalogue.
    pub(super) fn batch(&self, cursor_key: Option<CursorKey>) -> Result<Batch, Failure> {
        let name = self.catalogue.display();
        let text = std::fs::read_to_string(&self.catalogue);
        let text = text.map_err(|error| Failure::of(&format!("cannot read {name}"), &error))?;
        let catalogue = Catalogue::read(&text).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(|error| format!("\n  {error}")).collect();
            Failure::Unable(format!("{name} is no catalogue:{}", lines.concat()))
        })?;
        let role = catalogue.role_named(&self.role);
        let role =
            role.ok_or_else(|| Failure::Unable(format!("{name} has no role {}", self.role)))?;
        Ok(Batch { catalogue: Arc::new(catalogue), role, scope: self.scope.clone(), cursor_key })
    }
}

/// The stores of a catalogue, or one of them in place of all.
pub(super) fn stores(catalogue: &Catalogue, instead: Option<&str>) -> Result<Stores, Failure> {
    let instead = match instead {
        None => None,
        Some(name) => {
            let found = catalogue.store_named(name);
            let found = found
                .ok_or_else(|| Failure::Unable(format!("the catalogue has no store {name}")))?;
            Some((found, catalogue.store(found).kind))
        }
    };
    Ok(Stores::new(Box::new(open), Box::new(tell), instead))
}

fn open(store: &Store) -> Result<Arc<dyn Executor>, Fault> {
    let url = url(store)?;
    Ok(match store.kind {
        StoreKind::Sqlite => Arc::new(Sqlite::new(&url)),
        StoreKind::Postgres => Arc::new(Postgres::new(&url)?),
        StoreKind::Mariadb => Arc::new(Mariadb::new(&url)?),
        StoreKind::Clickhouse => Arc::new(Clickhouse::new(&url)?),
        StoreKind::Mongodb => Arc::new(Mongodb::new(&url)),
    })
}

fn url(store: &Store) -> Result<String, Fault> {
    if let Some(url) = &store.url {
        return Ok(url.to_string());
    }
    let file = store.url_file.as_deref().unwrap_or_default();
    let read = std::fs::read_to_string(Path::new(file));
    let read =
        read.map_err(|error| Fault::Unreachable { detail: format!("url_file {file}: {error}") })?;
    Ok(read.trim().to_owned())
}

fn tell(finding: &Finding) {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    // Where standard error is closed, answers have to do.
    let _ = std::io::Write::write_fmt(
        &mut std::io::stderr(),
        format_args!("florin: {severity}: {finding}\n"),
    );
}

/// The key of a flag, or one of chance.
pub(super) fn cursor_key(digits: Option<&str>) -> Result<CursorKey, Failure> {
    let Some(digits) = digits else {
        let bytes = unit::chance::random_bytes();
        return bytes.map(CursorKey::new).map_err(|fault| Failure::plain(&fault));
    };
    let mut bytes = [0; 32];
    let wrong = || Failure::Unable("--cursor-key is 64 hexadecimal digits".to_owned());
    if digits.len() != 64 || !digits.is_ascii() {
        return Err(wrong());
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        let from = place.saturating_mul(2);
        let pair = digits.get(from..from.saturating_add(2)).unwrap_or_default();
        *byte = u8::from_str_radix(pair, 16).map_err(|_| wrong())?;
    }
    Ok(CursorKey::new(bytes))
}

/// What the clock says.
pub(super) fn now() -> Timestamp {
    Timestamp::from_micros(SystemClock.now_micros()).unwrap_or(Timestamp::MAX)
}

/// Parameters `name=value`: JSON, or else text as it stands.
pub(super) fn params(flags: &[String]) -> Result<Map<String, Value>, Failure> {
    let param = |flag: &String| {
        let wrong = || Failure::Unable(format!("--param {flag}: write name=value"));
        let (name, value) = flag.split_once('=').ok_or_else(wrong)?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        Ok((name.to_owned(), value))
    };
    flags.iter().map(param).collect()
}

/// What stores are asked on.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::of("cannot start threads", &error))
}
