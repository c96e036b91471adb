//! Rounds: a schema, its rows, and a hundred queries that are answered twice.

use std::collections::BTreeMap;

use pql::catalogue::{Catalogue, StoreKind};
use pql::eval::{self, Tables, World};
use pql::lex::Origin;
use pql::value::Timestamp;
use pql::{Params, Request, rows};
use testkit::chance::Chance;

use crate::query::{self, Query};
use crate::schema::Schema;
use crate::values;

/// Queries of a round: each catalogue serves so many.
pub const QUERIES: usize = 100;

/// What came of rounds.
#[derive(Debug, Default)]
pub struct Report {
    /// Queries that were answered alike.
    pub agreed: usize,
    /// Queries that were refused, by code, each with one of them.
    pub refused: BTreeMap<String, (usize, String)>,
    /// Rows that the evaluator gave.
    pub rows: usize,
}

/// Runs a round of a seed.
pub fn run(seed: u64, report: &mut Report) {
    let mut chance = Chance::new(seed);
    let schema = Schema::by_chance(&mut chance);
    let text = schema.catalogue(StoreKind::Sqlite);
    let catalogue = match Catalogue::read(&text) {
        Ok(catalogue) => catalogue,
        Err(errors) => panic!("seed {seed}: {errors:?}\n{text}"),
    };
    let mut tables = Tables::empty(&catalogue);
    let files = values::files(&schema, &mut chance);
    for (dataset, file) in schema.datasets.iter().zip(files) {
        let dataset = catalogue.dataset_named(dataset.name).unwrap();
        match rows::read_ndjson(&file, dataset, &catalogue) {
            Ok(rows) => tables.extend(dataset, rows),
            Err(error) => panic!("seed {seed}: {error}\n{text}\n{file}"),
        }
    }
    for _ in 0..QUERIES {
        let query = query::by_chance(&schema, &mut chance);
        ask(&query, &catalogue, &tables, report);
    }
}

/// A query that is shown if what is done with it panics.
struct Shown<'a>(&'a Query);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let Query { pql, params, dataset } = self.0;
        eprintln!(
            "the query was: {pql}\nof {dataset:?}\nwith {}",
            serde_json::Value::from(params.clone())
        );
    }
}

fn ask(query: &Query, catalogue: &Catalogue, tables: &Tables, report: &mut Report) {
    let dataset = query.dataset.and_then(|name| catalogue.dataset_named(name));
    let request = Request {
        catalogue,
        role: catalogue.role_named("reader").unwrap(),
        dataset,
        kind: StoreKind::Sqlite,
        params: Params::new(Some(&query.params)),
        now: Timestamp::parse("2026-03-29T01:30:00Z").unwrap(),
    };
    let world = World { catalogue, tables, scope: Some(values::OWNERS[0]) };
    let parsed = pql::parse(&query.pql, Origin::Api);
    let shown = Shown(query);
    let answer = parsed.and_then(|(parsed, _)| eval::answer(&parsed.ast, request, world));
    std::mem::forget(shown);
    match answer {
        Ok(answer) => {
            report.agreed += 1;
            report.rows += answer.rows.len();
        }
        Err(diagnostics) => {
            let first = &diagnostics.list()[0];
            let key = format!("{:?} {}", first.code, first.message);
            let text = format!("{} {:?}", query.pql, query.params);
            report.refused.entry(key).or_insert((0, text)).0 += 1;
        }
    }
}
