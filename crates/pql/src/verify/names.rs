//! The names and the texts that may stand in a command: those of the catalogue's data sets that
//! the plan reads, and a closed list of the emitters' own texts.

use crate::catalogue::{Catalogue, Field, Quoting, Storage, StoreKind};
use crate::check::Plan;

pub(super) struct Names<'a> {
    plan: &'a Plan,
    catalogue: &'a Catalogue,
}

impl<'a> Names<'a> {
    pub(super) const fn of(plan: &'a Plan, catalogue: &'a Catalogue) -> Self {
        Self { plan, catalogue }
    }

    /// Whether a quoted name is a table or a column of a data set that is read.
    pub(super) fn holds(&self, quoted: &str) -> bool {
        if quoted == "\"C\"" {
            return true;
        }
        self.plan.scoped().shape().scans().iter().any(|scan| {
            let dataset = self.catalogue.dataset(scan.dataset);
            dataset.fields.iter().any(|field| is_column(field, quoted))
                || dataset.source.iter().any(|part| {
                    part.quoted(Quoting::Double) == quoted
                        || part.quoted(Quoting::Backtick) == quoted
                })
        })
    }

    /// Whether a text in quotes is one that emitters write: of the closed list, an asset, a place
    /// in JSON, or digits.
    pub(super) fn is_text(&self, text: &str) -> bool {
        const TEXTS: [&str; 24] = [
            "[masked]",
            "!",
            "NaN",
            "Infinity",
            "-Infinity",
            "UTC",
            "$[*]",
            "$",
            "$.",
            "text",
            "string",
            "number",
            "boolean",
            "integer",
            "real",
            "true",
            "false",
            "STRING",
            "INTEGER",
            "BOOLEAN",
            "DOUBLE",
            "String",
            "Bool",
            "Double",
        ];
        const MORE: [&str; 6] = [
            "Int64",
            "UInt64",
            "Nullable(Int64)",
            "Nullable(Float64)",
            "Nullable(Bool)",
            "Nullable(String)",
        ];
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        // MariaDB folds ASCII by REPLACE, a letter at a time.
        let folds = self.plan.kind() == StoreKind::Mariadb;
        let is_letter =
            folds && text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_asset = self.catalogue.asset_decimals(text).is_some();
        TEXTS.contains(&text)
            || MORE.contains(&text)
            || is_number
            || is_letter
            || is_asset
            || self.is_path(text)
    }

    fn is_path(&self, text: &str) -> bool {
        let inner = text.trim_start_matches('{').trim_end_matches('}');
        self.plan.scoped().shape().scans().iter().any(|scan| {
            let fields = &self.catalogue.dataset(scan.dataset).fields;
            fields.iter().any(|field| match &field.storage {
                Storage::Json(_, path) => {
                    path.text() == text
                        || path.keys().any(|key| key == text)
                        || path.keys().eq(inner.split(','))
                }
                Storage::Column(_) | Storage::Money { .. } | Storage::Limbs { .. } => false,
            })
        })
    }
}

/// Whether a quoted name is a column of a field.
pub(super) fn is_column(field: &Field, quoted: &str) -> bool {
    let is = |identifier: &crate::catalogue::Identifier| {
        identifier.quoted(Quoting::Double) == quoted
            || identifier.quoted(Quoting::Backtick) == quoted
    };
    match &field.storage {
        Storage::Column(column) | Storage::Json(column, _) => is(column),
        Storage::Money { minor, asset } => is(minor) || is(asset),
        Storage::Limbs { high, low, asset } => is(high) || is(low) || is(asset),
    }
}
