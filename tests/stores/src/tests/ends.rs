//! How statements end: at their last row, at the limit, at the deadline, with the reader, and as a refusal.

use std::sync::Arc;
use std::time::{Duration, Instant};

use datasets::{Fault, Form, run};
use pql::catalogue::StoreKind;

use super::{answer, on};
use crate::place::Place;
use crate::table::{catalogue, statement, statements};

/// A store that has not ended a statement by then does not end it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A statement that would take minutes, and can be found by `mark`.
fn slow(kind: StoreKind, mark: &str) -> String {
    match kind {
        StoreKind::Sqlite => {
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
                .to_owned()
        }
        StoreKind::Postgres => format!(
            "SELECT count(*) FROM generate_series(1, 100000000) WHERE '{mark}' <> '' AND pg_sleep(60) IS NOT NULL"
        ),
        StoreKind::Mariadb => format!("SELECT SLEEP(60) AS {mark}"),
        StoreKind::Clickhouse => format!(
            "SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1 AND '{mark}' != ''"
        ),
        StoreKind::Mongodb => String::new(),
    }
}

async fn wait_until_running(place: &Place, mark: &str, wanted: i64) {
    let started = Instant::now();
    while place.running(mark).await != wanted {
        assert!(
            started.elapsed() < PATIENCE,
            "{}: not {wanted} statements with {mark}",
            place.kind
        );
    }
}

/// Goal: a deadline that passes ends the statement in the store.
async fn deadline(place: Place) {
    place.prepare(&statements(place.kind, "deadline")).await;
    let catalogue = catalogue(&place, "deadline");
    let mut slow = statement(&catalogue, slow(place.kind, "mark_deadline"), &["id"]);
    slow.deadline = Duration::from_millis(400);
    let ended = answer(&place.executor(), &slow, Form::Arrays).await;
    assert_eq!(ended.unwrap_err(), Fault::Deadline { deadline: slow.deadline });
    wait_until_running(&place, "mark_deadline", 0).await;
}

#[test]
fn a_deadline_ends_the_statement_in_the_store() {
    for kind in [StoreKind::Postgres, StoreKind::Mariadb, StoreKind::Clickhouse] {
        on(kind, "deadline", deadline);
    }
}

/// Goal: a reader that goes away ends the statement in the store, long before its deadline.
async fn reader(place: Place) {
    place.prepare(&statements(place.kind, "reader")).await;
    let catalogue = catalogue(&place, "reader");
    let slow = statement(&catalogue, slow(place.kind, "mark_reader"), &["id"]);
    let running = run(place.executor(), Arc::new(slow), Form::Arrays);
    wait_until_running(&place, "mark_reader", 1).await;
    drop(running);
    wait_until_running(&place, "mark_reader", 0).await;
}

#[test]
fn a_reader_that_goes_away_ends_the_statement_in_the_store() {
    for kind in [StoreKind::Postgres, StoreKind::Mariadb, StoreKind::Clickhouse] {
        on(kind, "reader", reader);
    }
}

/// Goal: SQLite's threads end too. Method: more statements than there are connections, then one that needs one.
#[test]
fn a_deadline_ends_the_statement_in_sqlite() {
    on(StoreKind::Sqlite, "threads", async |place| {
        place.prepare(&statements(place.kind, "threads")).await;
        let catalogue = catalogue(&place, "threads");
        let executor = place.executor();
        let mut slow = statement(&catalogue, slow(place.kind, ""), &["id"]);
        slow.deadline = Duration::from_millis(50);
        for _ in 0..10 {
            let ended = answer(&executor, &slow, Form::Arrays).await;
            assert_eq!(ended.unwrap_err(), Fault::Deadline { deadline: slow.deadline });
        }
        let quick = statement(&catalogue, "SELECT 1".to_owned(), &["id"]);
        assert_eq!(answer(&executor, &quick, Form::Arrays).await.unwrap().0, "[\"1\"]");
    });
}

/// Goal: an answer ends at its limit and says that there is more. Method: three rows, two wanted; then the connection is used again.
async fn limit(place: Place) {
    place.prepare(&statements(place.kind, "limits")).await;
    let catalogue = catalogue(&place, "limits");
    let command = if place.kind == StoreKind::Mongodb {
        r#"{"aggregate":"limits","pipeline":[{"$sort":{"id":1}},{"$project":{"_id":0,"c0":"$id","c1":"$owner"}}]}"#
    } else {
        "SELECT id, owner FROM limits ORDER BY id"
    };
    let mut limited = statement(&catalogue, command.to_owned(), &["id", "owner"]);
    (limited.rows_max, limited.shown) = (2, 1);
    let executor = place.executor();
    for _ in 0..10 {
        let (rows, outcome) = answer(&executor, &limited, Form::Arrays).await.unwrap();
        assert_eq!(rows, "[\"1\"],[\"2\"]");
        assert_eq!((outcome.rows, outcome.more), (2, true));
        assert_eq!(outcome.next_page().map(<[_]>::len), Some(1));
    }
}

#[test]
fn an_answer_ends_at_its_limit() {
    for kind in StoreKind::ALL {
        on(kind, "limits", limit);
    }
}

/// Goal: nothing can be written, whatever the role may do. Method: a command that writes.
async fn write(place: Place) {
    place.prepare(&statements(place.kind, "writes")).await;
    let catalogue = catalogue(&place, "writes");
    let command = match place.kind {
        StoreKind::Sqlite | StoreKind::Postgres | StoreKind::Mariadb => "DELETE FROM writes",
        StoreKind::Clickhouse => "SELECT 1 SETTINGS readonly = 0; TRUNCATE TABLE writes",
        StoreKind::Mongodb => return,
    };
    let executor = place.executor();
    let refused =
        answer(&executor, &statement(&catalogue, command.to_owned(), &["id"]), Form::Arrays).await;
    assert!(matches!(refused, Err(Fault::Refused { .. })), "{refused:?}");
    let rows = statement(&catalogue, "SELECT id FROM writes ORDER BY id".to_owned(), &["id"]);
    assert_eq!(answer(&executor, &rows, Form::Arrays).await.unwrap().1.rows, 3);
}

#[test]
fn nothing_can_be_written() {
    for kind in StoreKind::ALL {
        on(kind, "writes", write);
    }
}

/// Goal: a million rows stream in batches. Method: count lines, and never hold more than one batch.
#[test]
fn a_large_answer_streams() {
    on(StoreKind::Postgres, "streams", async |place| {
        place.prepare(&statements(place.kind, "streams")).await;
        let catalogue = catalogue(&place, "streams");
        let command = "SELECT g::bigint, repeat('x', 100) FROM generate_series(1, 200000) g";
        let large = statement(&catalogue, command.to_owned(), &["id", "owner"]);
        let mut running = run(place.executor(), Arc::new(large), Form::Ndjson);
        let (mut lines, mut largest) = (0, 0);
        while let Some(batch) = running.batch().await {
            lines += batch.matches('\n').count();
            largest = largest.max(batch.len());
        }
        assert_eq!((lines, running.outcome().await.unwrap().rows), (200_000, 200_000));
        assert!(largest < 64 * 1024, "{largest}");
    });
}

/// Goal: a store that is not there is a fault, and soon. Method: a port on which nobody listens.
#[test]
fn a_store_that_is_not_there_is_a_fault() {
    for kind in StoreKind::ALL {
        let url = match kind {
            StoreKind::Sqlite => "sqlite:/nowhere/at/all.db",
            StoreKind::Postgres => "postgres://florin@127.0.0.1:9/postgres",
            StoreKind::Mariadb => "mysql://florin@127.0.0.1:9/florin",
            StoreKind::Clickhouse => "http://127.0.0.1:9/?database=default",
            StoreKind::Mongodb => "mongodb://127.0.0.1:9/florin",
        };
        let place = Place { kind, url: url.to_owned() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let catalogue = catalogue(&place, "t");
            let command = if kind == StoreKind::Mongodb {
                r#"{"aggregate":"t","pipeline":[]}"#
            } else {
                "SELECT 1"
            };
            let ended = answer(
                &place.executor(),
                &statement(&catalogue, command.to_owned(), &["id"]),
                Form::Arrays,
            )
            .await;
            assert!(matches!(ended, Err(Fault::Unreachable { .. })), "{kind}: {ended:?}");
        });
    }
}
