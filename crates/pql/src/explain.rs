//! EXPLAIN: what became of a query at every stage, for people. Values are never shown, so that an
//! explanation may be kept and passed on.
//!
//! Not a plan of the database: what it makes of the command is asked of it, not of us.

use std::fmt::Write as _;

use crate::catalogue::{Catalogue, StoreKind};
use crate::compile::Compiled;
use crate::scope::Scope;
use crate::typed::{ColumnName, From, ScanKind, Shape};

/// What a query costs, in the terms of its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Data sets read, those of EXISTS and of paths too.
    pub datasets: usize,
    /// Conditions.
    pub terms: usize,
    /// Values bound.
    pub binds: usize,
    /// Bytes of the command.
    pub command_bytes: usize,
}

impl Compiled {
    /// What the query costs.
    pub fn cost(&self) -> Cost {
        let shape = self.scoped.shape();
        Cost {
            datasets: shape.scans().len(),
            terms: shape.conditions.len(),
            binds: self.binds.len(),
            command_bytes: self.emission.command.text().len(),
        }
    }

    /// Every stage of the query, as text of several lines.
    pub fn explain(&self, catalogue: &Catalogue) -> String {
        let shape = self.scoped.shape();
        let mut out = String::with_capacity(1_024);
        // Writing to a String does not fail.
        let _ = writeln!(out, "columns");
        for column in shape.columns() {
            let name = match &column.name {
                ColumnName::Field(dataset, field) => &catalogue.field(*dataset, *field).name,
                ColumnName::Text(text) => text,
            };
            let node = shape.value(column.value);
            let nullable = if node.nullable { ", nullable" } else { "" };
            let _ = writeln!(out, "  {name}: {}{nullable}", catalogue.type_name(node.ty));
        }
        self.explain_scans(shape, catalogue, &mut out);
        self.explain_binds(shape, catalogue, &mut out);
        let _ = writeln!(out, "command for {}", self.kind.title());
        let _ = writeln!(out, "  {}", self.emission.command.text());
        let cost = self.cost();
        let _ = writeln!(
            out,
            "cost\n  {} data sets, {} conditions, {} binds, {} bytes",
            cost.datasets, cost.terms, cost.binds, cost.command_bytes
        );
        for warning in &self.warnings {
            let _ = writeln!(out, "warning {}\n  {}", warning.code.name(), warning.message);
        }
        out
    }

    fn explain_scans(&self, shape: &Shape, catalogue: &Catalogue, out: &mut String) {
        let _ = writeln!(out, "data sets");
        for (place, scan) in shape.scans().iter().enumerate() {
            let dataset = catalogue.dataset(scan.dataset);
            let how = match scan.kind {
                ScanKind::Root => "the query's own",
                ScanKind::One(..) => "to one row, by a path",
                ScanKind::Many(..) => "to many rows, by EXISTS",
            };
            let scope = match self.scoped.scopes().get(place) {
                Some(Scope::Field(field, _)) => {
                    format!("only where {} is the caller's scope", dataset.field(*field).name)
                }
                Some(Scope::Shared) | None => "shared by all".to_owned(),
            };
            let _ = writeln!(out, "  t{place} {}: {how}; {scope}", dataset.name);
        }
    }

    fn explain_binds(&self, shape: &Shape, catalogue: &Catalogue, out: &mut String) {
        let _ = writeln!(out, "binds, values hidden");
        for (place, placed) in self.emission.placed.iter().enumerate() {
            let from = match shape.slot(placed.slot).from {
                From::Literal(_) => "a literal",
                From::Parameter(_) => "a parameter",
                From::Scope => "the scope",
                From::Now => "the clock",
                From::Limit => "the limit",
                From::Cursor => "the cursor",
                From::Derived => "computed",
            };
            let name = match self.kind {
                StoreKind::Mariadb => format!("? {}", place + 1),
                StoreKind::Sqlite
                | StoreKind::Postgres
                | StoreKind::Clickhouse
                | StoreKind::Mongodb => self.placeholder(place),
            };
            let ty = placed.bind_type(shape).name(catalogue);
            let _ = writeln!(out, "  {name} {ty}, from {from}");
        }
    }
}
