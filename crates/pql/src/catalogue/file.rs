//! catalogue.toml as it is written, before anything is checked: unknown keys are errors, and what
//! the file calls in an order keeps it.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::limits::FileLimits;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) version: u32,
    #[serde(default)]
    pub(crate) assets: Ordered<u8>,
    pub(crate) stores: Ordered<FileStore>,
    pub(crate) datasets: Ordered<FileDataset>,
    #[serde(default)]
    pub(crate) roles: Ordered<Ordered<FileGrant>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileStore {
    pub(crate) kind: String,
    pub(crate) url: Option<String>,
    pub(crate) url_file: Option<String>,
    #[serde(default)]
    pub(crate) require_read_only: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileDataset {
    pub(crate) store: String,
    pub(crate) source: String,
    pub(crate) key: Vec<String>,
    pub(crate) scope: String,
    pub(crate) rows_default: Option<u32>,
    pub(crate) rows_max: Option<u32>,
    #[serde(default)]
    pub(crate) large: bool,
    #[serde(default)]
    pub(crate) limits: FileLimits,
    pub(crate) fields: Ordered<FileField>,
    #[serde(default)]
    pub(crate) relations: Ordered<FileRelation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileField {
    #[serde(rename = "type")]
    pub(crate) ty: String,
    #[serde(default)]
    pub(crate) nullable: bool,
    pub(crate) column: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) values: Option<Vec<String>>,
    pub(crate) minor: Option<Minor>,
    pub(crate) asset: Option<String>,
    pub(crate) digits: Option<u8>,
    #[serde(default)]
    pub(crate) binary: bool,
    pub(crate) stored: Option<String>,
}

/// The column of money's minor units, or the two that share them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Minor {
    One(String),
    Two([String; 2]),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileRelation {
    pub(crate) to: String,
    pub(crate) many: bool,
    pub(crate) on: Ordered<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileGrant {
    pub(crate) fields: FileFields,
    #[serde(default)]
    pub(crate) mask: Vec<String>,
    #[serde(default)]
    pub(crate) limits: FileLimits,
}

/// The fields that a role may read: a list, or `"*"`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum FileFields {
    Word(String),
    List(Vec<String>),
}

/// A table of the file, in its order.
#[derive(Debug)]
pub(crate) struct Ordered<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = Ordered<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Ordered(entries))
    }
}
