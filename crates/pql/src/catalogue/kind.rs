//! The databases that PQL is compiled for.
//!
//! Not what each can do: that is in `check`.

use std::fmt;

/// Which database a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreKind {
    /// SQLite, STRICT tables.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    Mariadb,
    /// ClickHouse.
    Clickhouse,
    /// MongoDB.
    Mongodb,
}

impl StoreKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Sqlite, Self::Postgres, Self::Mariadb, Self::Clickhouse, Self::Mongodb];

    /// As catalogue.toml and the command line write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mariadb => "mariadb",
            Self::Clickhouse => "clickhouse",
            Self::Mongodb => "mongodb",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As its makers write it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mariadb => "MariaDB",
            Self::Clickhouse => "ClickHouse",
            Self::Mongodb => "MongoDB",
        }
    }

    /// The widest number it computes exactly, in digits.
    pub const fn digits_max(self) -> u8 {
        match self {
            Self::Sqlite | Self::Postgres | Self::Mariadb | Self::Clickhouse => {
                crate::datatype::DIGITS_MAX
            }
            Self::Mongodb => 34,
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
