//! Every migration on sample rows: `before.sql`, `up.sql`, `after.sql`.

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection};

use crate::migrate::{VERSIONS, up_to};

/// Runs a script whose every SELECT must answer 1 in each row; a comment may say why not.
#[track_caller]
fn check(connection: &Connection, name: &str, script: &str) {
    let mut statements = Batch::new(connection, script);
    while let Some(mut statement) = statements.next().unwrap() {
        let sql = statement.expanded_sql().unwrap();
        if statement.readonly() && statement.column_count() > 0 {
            let mut rows = statement.query([]).unwrap();
            let row = rows.next().unwrap().expect("an assertion has a row");
            assert_eq!(row.get::<_, i64>(0).unwrap(), 1, "{name}: {sql}");
        } else {
            statement.raw_execute().unwrap();
        }
    }
}

/// Goal: each version makes of the one before what its `why.md` says. Method: its own assertions,
/// each version on the sample rows that the versions before left.
#[test]
fn every_migration_keeps_its_assertions() {
    let mut connection = Connection::open_in_memory().unwrap();
    for count in 1..=VERSIONS.len() {
        let version = &VERSIONS[count - 1];
        check(&connection, version.name, version.before);
        up_to(&mut connection, &VERSIONS[..count]).unwrap();
        check(&connection, version.name, version.after);
        let sql = "SELECT user_version FROM pragma_user_version";
        let user_version: usize = connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(user_version, count, "{} sets user_version", version.name);
    }
}

/// Goal: the schema is STRICT throughout, and every table carries the platform in its key or row, or
/// refers to the row that does. Method: the catalogue of a new truth.
#[test]
fn tables_are_strict_and_of_a_platform() {
    let mut connection = Connection::open_in_memory().unwrap();
    up_to(&mut connection, VERSIONS).unwrap();
    let sql = "SELECT l.name, l.strict, EXISTS (SELECT 1 FROM pragma_table_info(l.name) c \
                 WHERE c.name = 'platform_id') \
                 OR EXISTS (SELECT 1 FROM pragma_foreign_key_list(l.name) f, \
                   pragma_table_info(f.\"table\") c WHERE c.name = 'platform_id') \
               FROM pragma_table_list l WHERE l.schema = 'main' AND l.type = 'table' \
                 AND l.name NOT LIKE 'sqlite%' AND l.name NOT LIKE 'refinery%'";
    let mut statement = connection.prepare(sql).unwrap();
    let tables =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    for table in tables {
        let (name, strict, of_platform): (String, bool, bool) = table.unwrap();
        assert!(strict, "{name} is STRICT");
        assert!(of_platform || name == "store", "{name} has platform_id");
    }
}
