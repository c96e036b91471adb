//! Rounds: a schema, its rows, and a hundred queries that are answered twice.

use std::collections::BTreeMap;

use pql::catalogue::{Catalogue, StoreKind};
use pql::eval::{self, Answer, Tables, World};
use pql::lex::Origin;
use pql::value::json::{self, Form};
use pql::value::{Timestamp, Value, is_distinct};
use pql::{Caller, Compiled, Diagnostics, Params, rows};
use testkit::chance::Chance;

use crate::query::{self, Query};
use crate::schema::Schema;
use crate::sqlite::Sqlite;
use crate::store::Store;
use crate::values;
use crate::{guarantee, pages};

/// Queries of a round: each catalogue serves so many.
pub const QUERIES: usize = 100;

/// What came of rounds.
#[derive(Debug, Default)]
pub struct Report {
    /// Queries that were answered alike.
    pub agreed: usize,
    /// Queries that were refused, by code, each with one of them.
    pub refused: BTreeMap<String, (usize, String)>,
    /// Queries that were not answered alike, each with all that is needed to see why.
    pub disagreements: Vec<String>,
    /// Rows that the evaluator gave.
    pub rows: usize,
}

/// What the queries of a round are asked of.
pub(crate) struct Round<'a> {
    pub(crate) seed: u64,
    pub(crate) world: World<'a>,
    pub(crate) store: Box<dyn Store + 'a>,
}

/// Runs a round of a seed.
///
/// # Panics
///
/// If the seed's catalogue or rows are refused: a bug of this test, or of what reads them.
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
    let world = World { catalogue: &catalogue, tables: &tables, scope: Some(values::OWNERS[0]) };
    let store: Box<dyn Store> = Box::new(Sqlite::new(&catalogue, &tables));
    let mut round = Round { seed, world, store };
    for _ in 0..QUERIES {
        let query = query::by_chance(&schema, &mut chance);
        let shown = Shown(&query);
        ask(&query, &mut round, &mut chance, report);
        std::mem::forget(shown);
    }
}

/// A query that is shown if what is done with it panics.
struct Shown<'a>(&'a Query);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        let Query { pql, params, dataset, .. } = self.0;
        eprintln!(
            "the query was: {pql}\nof {dataset:?}\nwith {}",
            serde_json::Value::from(params.clone())
        );
    }
}

fn ask(query: &Query, round: &mut Round<'_>, chance: &mut Chance, report: &mut Report) {
    let catalogue = round.world.catalogue;
    let caller = Caller {
        catalogue,
        role: catalogue.role_named("reader").unwrap(),
        scope: round.world.scope,
        dataset: query.dataset.and_then(|name| catalogue.dataset_named(name)),
        kind: None,
        params: Params::new(Some(&query.params)),
        now: Timestamp::parse("2026-03-29T01:30:00Z").unwrap(),
        cursor_key: None,
        origin: Origin::Api,
    };
    let compiled = match pql::compile(&query.pql, &caller) {
        Ok(compiled) => compiled,
        Err(diagnostics) => return report.refuse(query, &diagnostics),
    };
    let (shape, constants) = (compiled.scoped.shape(), compiled.scoped.constants());
    let expected = eval::evaluate(shape, constants, round.world);
    report.rows += expected.rows.len();
    let difference = compared(query, &compiled, &expected, round);
    let paged = difference.is_none() && !query.unlimited.is_empty() && chance.percent(20);
    let difference = if paged { pages::broken(query, &caller, round) } else { difference };
    let mut altered = guarantee::altered(query, chance).into_iter();
    let broken = || altered.find_map(|altered| guarantee::broken(query, &altered, &caller));
    match difference.or_else(broken) {
        None => report.agreed += 1,
        Some(what) => report.disagreements.push(what),
    }
}

/// What the store answers otherwise than the evaluator does.
pub(crate) fn compared(
    query: &Query,
    compiled: &Compiled,
    expected: &Answer,
    round: &mut Round<'_>,
) -> Option<String> {
    let catalogue = round.world.catalogue;
    let shape = compiled.scoped.shape();
    let forms: Vec<Form> =
        shape.columns().iter().map(|column| eval::column_form(shape, column.value)).collect();
    let wanted = lines(&expected.rows, &forms, catalogue);
    let given = round.store.run(compiled).map(|rows| {
        let last = rows.last().map(|row| row[forms.len()..].to_vec());
        // Groups have no pages, and so no keys.
        let is_last = shape.grouping().is_some() || same(last.as_ref(), expected.last.as_ref());
        let keys = if is_last { String::new() } else { format!("with the keys {last:?}\n") };
        lines(&rows, &forms, catalogue) + &keys
    });
    if given.as_ref() == Ok(&wanted) {
        return None;
    }
    let given = given.unwrap_or_else(|error| format!("{error}\n"));
    Some(format!(
        "seed {}\n{}\nwith {}\n{}\nbinds {:?}\nexpected, with the keys {:?}\n{wanted}actual\n{given}",
        round.seed,
        query.pql,
        serde_json::Value::from(query.params.clone()),
        compiled.emission.command.text(),
        compiled.binds.iter().map(|bind| &bind.value).collect::<Vec<_>>(),
        expected.last,
    ))
}

/// Whether two rows stand at one place in the order.
fn same(left: Option<&Vec<Value>>, right: Option<&Vec<Value>>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => {
            left.iter().zip(right).all(|(left, right)| !is_distinct(left, right))
        }
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Rows as lines of JSON.
fn lines(rows: &[Vec<Value>], forms: &[Form], catalogue: &Catalogue) -> String {
    let mut lines = String::new();
    for row in rows {
        for (value, form) in row.iter().zip(forms) {
            json::write(value, *form, catalogue, &mut lines);
            lines.push(' ');
        }
        lines.push('\n');
    }
    lines
}

impl Report {
    fn refuse(&mut self, query: &Query, diagnostics: &Diagnostics) {
        let first = &diagnostics.list()[0];
        let key = format!("{:?} {}", first.code, first.message);
        let text = format!("{} {:?}", query.pql, query.params);
        self.refused.entry(key).or_insert((0, text)).0 += 1;
    }
}
