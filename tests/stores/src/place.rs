//! A store under test: where it is, how it is prepared, and the executor to try on it.
//!
//! Preparing goes past the executor, with the store's own client.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use datasets::Executor;
use datasets::postgres::Postgres;
use datasets::sqlite::Sqlite;
use datasets_clickhouse::Clickhouse;
use datasets_mariadb::Mariadb;
use datasets_mongodb::Mongodb;
use mongodb::bson::Document;
use mysql_async::prelude::Queryable as _;
use pql::catalogue::StoreKind;
use tokio_postgres::NoTls;

/// Where the servers are: the line of JSON that `cargo xtask servers --json` prints.
const SERVERS: &str = "PQL_TEST_SERVERS";

/// Set by the gate, which skips nothing.
const GATE: &str = "SLOW_TESTS";

/// A store that can be reached.
#[derive(Debug)]
pub struct Place {
    /// Which database it is.
    pub kind: StoreKind,
    /// Its URL, with rights to do anything.
    pub url: String,
}

impl Place {
    /// The store of a kind; `None`, said loudly, if no server runs. SQLite needs none.
    ///
    /// # Panics
    ///
    /// In the gate, if no server runs.
    pub fn find(kind: StoreKind, test: &str) -> Option<Self> {
        if kind == StoreKind::Sqlite {
            let file = folder().join(format!("{test}.db"));
            let _ = std::fs::remove_file(&file);
            return Some(Self { kind, url: format!("sqlite:{}", file.display()) });
        }
        let servers = std::env::var_os(SERVERS).unwrap_or_default();
        let servers: serde_json::Value =
            serde_json::from_slice(servers.as_encoded_bytes()).unwrap_or_default();
        let url = servers.get(kind.name()).and_then(|url| url.as_str());
        if url.is_none() {
            assert!(std::env::var_os(GATE).is_none(), "{SERVERS} names no {}", kind.title());
            // Past the test runner, which hides what passing tests print.
            let hint =
                "run `cargo xtask ci --only tests`, or start `cargo xtask servers --json` and set";
            let title = kind.title();
            let line = format!("SKIPPED on {title}: {test}: no server; {hint} {SERVERS}\n");
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
        Some(Self { kind, url: url?.to_owned() })
    }

    /// The executor for the store.
    ///
    /// # Panics
    ///
    /// If the URL is none.
    pub fn executor(&self) -> Arc<dyn Executor> {
        match self.kind {
            StoreKind::Sqlite => Arc::new(Sqlite::new(&self.url)),
            StoreKind::Postgres => Arc::new(Postgres::new(&self.url).unwrap()),
            StoreKind::Mariadb => Arc::new(Mariadb::new(&self.url).unwrap()),
            StoreKind::Clickhouse => Arc::new(Clickhouse::new(&self.url).unwrap()),
            StoreKind::Mongodb => Arc::new(Mongodb::new(&self.url)),
        }
    }

    /// Runs statements with all rights: SQL, or MongoDB's commands as JSON.
    ///
    /// # Panics
    ///
    /// If the store refuses one.
    pub async fn prepare(&self, statements: &[String]) {
        match self.kind {
            StoreKind::Sqlite => {
                let connection =
                    rusqlite::Connection::open(self.url.strip_prefix("sqlite:").unwrap()).unwrap();
                statements
                    .iter()
                    .for_each(|statement| connection.execute_batch(statement).unwrap());
            }
            StoreKind::Postgres => {
                let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
                tokio::spawn(connection);
                for statement in statements {
                    client.batch_execute(statement).await.unwrap();
                }
            }
            StoreKind::Mariadb => {
                let mut connection = mysql_async::Conn::from_url(&self.url).await.unwrap();
                for statement in statements {
                    connection.query_drop(statement).await.unwrap();
                }
            }
            StoreKind::Clickhouse => {
                for statement in statements {
                    self.clickhouse(statement);
                }
            }
            StoreKind::Mongodb => {
                let client = mongodb::Client::with_uri_str(&self.url).await.unwrap();
                let database = client.default_database().unwrap();
                for statement in statements {
                    let command: Document = serde_json::from_str(statement).unwrap();
                    // Dropping what is not there is an error.
                    let outcome = database.run_command(command).await;
                    assert!(
                        outcome.is_ok() || statement.contains("drop"),
                        "{statement}: {outcome:?}"
                    );
                }
            }
        }
    }

    /// How many statements run that contain `mark`, as the store itself says.
    ///
    /// # Panics
    ///
    /// If the store refuses to say.
    pub async fn running(&self, mark: &str) -> i64 {
        match self.kind {
            StoreKind::Postgres => {
                let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
                tokio::spawn(connection);
                let command = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'";
                client.query_one(command, &[&mark]).await.unwrap().get(0)
            }
            StoreKind::Mariadb => {
                let mut connection = mysql_async::Conn::from_url(&self.url).await.unwrap();
                let command = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE CONCAT('%', ?, '%') AND ID <> CONNECTION_ID()";
                connection.exec_first(command, (mark,)).await.unwrap().unwrap()
            }
            StoreKind::Clickhouse => {
                let command = format!(
                    "SELECT count() FROM system.processes WHERE query LIKE '%{mark}%' AND query NOT LIKE '%processes%'"
                );
                self.clickhouse(&command).trim().parse().unwrap()
            }
            StoreKind::Sqlite | StoreKind::Mongodb => 0,
        }
    }

    fn clickhouse(&self, statement: &str) -> String {
        let mut answer = ureq::post(&self.url)
            .send(statement)
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
        answer.body_mut().read_to_string().unwrap()
    }
}

/// A folder for files of this run of the tests.
fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("florin-stores-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
