//! The schema of the truth: one folder a version, run in order, each once.
//!
//! A folder has `up.sql`, which ends by setting `user_version` to its number; `before.sql` and
//! `after.sql`, which a test runs around it; and `why.md`. The read model has no migrations: an
//! older one is deleted and made again.

use refinery::{Migration, Runner};
use rusqlite::Connection;

/// One version of the schema.
pub(crate) struct Version {
    /// The folder's name.
    pub(crate) name: &'static str,
    /// What makes it of the version before.
    pub(crate) up: &'static str,
    /// Sample rows and what holds of them, before.
    #[cfg(test)]
    pub(crate) before: &'static str,
    /// What must hold of them after.
    #[cfg(test)]
    pub(crate) after: &'static str,
}

macro_rules! version {
    ($name:literal) => {
        Version {
            name: $name,
            up: include_str!(concat!("../migrations/", $name, "/up.sql")),
            #[cfg(test)]
            before: include_str!(concat!("../migrations/", $name, "/before.sql")),
            #[cfg(test)]
            after: include_str!(concat!("../migrations/", $name, "/after.sql")),
        }
    };
}

/// Every version, in order.
pub(crate) const VERSIONS: &[Version] = &[version!("V1__truth")];

/// The newest version that this program knows.
pub(crate) fn newest() -> i64 {
    i64::try_from(VERSIONS.len()).unwrap_or(i64::MAX)
}

/// Brings the schema to the newest version, each version in a transaction of its own.
pub(crate) fn run(connection: &mut Connection) -> Result<(), refinery::Error> {
    up_to(connection, VERSIONS)
}

/// Brings the schema to the last of `versions`, which start at the first.
pub(crate) fn up_to(
    connection: &mut Connection,
    versions: &[Version],
) -> Result<(), refinery::Error> {
    let migrations: Result<Vec<Migration>, refinery::Error> =
        versions.iter().map(|version| Migration::unapplied(version.name, version.up)).collect();
    Runner::new(&migrations?).run(connection)?;
    Ok(())
}
