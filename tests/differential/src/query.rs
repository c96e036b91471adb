//! Queries made by chance over data sets made by chance: mostly right, and often about NULL.
//!
//! Some are refused, by their widths, say; the caller draws again.

use serde_json::{Map, Value as Json};
use testkit::chance::Chance;

use crate::schema::{Field, Kind, Schema};

mod condition;
mod literal;
mod value;

/// A query and its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) pql: String,
    /// The data set, of a bare condition.
    pub(crate) dataset: Option<&'static str>,
    pub(crate) params: Map<String, Json>,
    /// Another value for each parameter.
    pub(crate) others: Map<String, Json>,
    /// The query without its LIMIT; empty if it is a bare condition.
    pub(crate) unlimited: String,
}

/// A query in the making.
pub(crate) struct Writer<'a> {
    schema: &'a Schema,
    chance: &'a mut Chance,
    params: Map<String, Json>,
    others: Map<String, Json>,
    /// The data sets around, the innermost last.
    frames: Vec<usize>,
}

/// A field, as it is written where the query is being made.
pub(crate) struct Place {
    text: String,
    kind: Kind,
    nullable: bool,
}

/// A query over `schema`.
pub(crate) fn by_chance(schema: &Schema, chance: &mut Chance) -> Query {
    let root = chance.below(schema.datasets.len());
    let mut writer =
        Writer { schema, chance, params: Map::new(), others: Map::new(), frames: vec![root] };
    let (unlimited, bare) = match writer.chance.below(10) {
        0..2 => (writer.condition(3), true),
        2..7 => (writer.rows(), false),
        _ => (writer.groups(), false),
    };
    let dataset = bare.then_some(schema.datasets[root].name);
    let limit = if bare { String::new() } else { writer.limit() };
    let pql = format!("{unlimited}{limit}");
    let unlimited = if bare { String::new() } else { unlimited };
    Query { pql, dataset, params: writer.params, others: writer.others, unlimited }
}

impl Writer<'_> {
    /// A query that selects rows.
    fn rows(&mut self) -> String {
        let count = 1 + self.chance.below(3);
        let mut items = Vec::new();
        for place in 0..count {
            let is_field = self.chance.percent(60);
            let value = if is_field { self.any_field().text } else { self.value(2) };
            items.push(format!("{value} AS column_{place}"));
        }
        let mut pql = format!("SELECT {} FROM {}", items.join(", "), self.root());
        if self.chance.percent(85) {
            pql += &format!(" WHERE {}", self.condition(3));
        }
        let mut keys = Vec::new();
        for _ in 0..self.chance.below(3) {
            let key = match self.chance.below(3) {
                0 => format!("column_{}", self.chance.below(count)),
                1 => self.value(1),
                _ => self.scalar_field().text,
            };
            keys.push(key);
        }
        pql + &self.order(&keys)
    }

    /// A query that groups rows.
    fn groups(&mut self) -> String {
        let mut keys = Vec::new();
        let mut terms = Vec::new();
        for _ in 0..self.chance.below(3) {
            if self.chance.percent(25)
                && let Some(at) = self.field(|kind| matches!(kind, Kind::Timestamp { .. }))
            {
                let bucket = *self.chance.one(&["HOUR", "DAY", "WEEK", "MONTH"]);
                let zone = self.zone();
                let range = "{} >= @2026-03-27T00:00:00Z AND {} < @2026-04-02T00:00:00.5Z";
                let range = if bucket == "HOUR" {
                    range.to_owned()
                } else {
                    range.replace("2026-03", "2025-12").replace("2026-04", "2026-11")
                };
                terms.push(range.replace("{}", &at.text));
                keys.push(format!("{bucket}({}{zone})", at.text));
            } else {
                let is_field = self.chance.percent(75);
                keys.push(if is_field { self.scalar_field().text } else { self.value(1) });
            }
        }
        let mut items: Vec<String> = keys.clone();
        for _ in 0..1 + self.chance.below(3) {
            items.push(self.aggregate(&mut keys, &mut terms));
        }
        let named =
            items.iter().enumerate().map(|(place, item)| format!("{item} AS column_{place}"));
        let named: Vec<String> = named.collect();
        if self.chance.percent(50) {
            terms.push(format!("({})", self.condition(2)));
        }
        let mut pql = format!("SELECT {} FROM {}", named.join(", "), self.root());
        if !terms.is_empty() {
            pql += &format!(" WHERE {}", terms.join(" AND "));
        }
        if !keys.is_empty() {
            pql += &format!(" GROUP BY {}", keys.join(", "));
        }
        if self.chance.percent(30) {
            let count = self.chance.below(4);
            pql += &format!(" HAVING COUNT(*) > {count}");
        }
        let mut order = Vec::new();
        for _ in 0..self.chance.below(3) {
            order.push(format!("column_{}", self.chance.below(items.len())));
        }
        pql + &self.order(&order)
    }

    /// An aggregate, with what it asks of the rest of the query.
    fn aggregate(&mut self, keys: &mut Vec<String>, terms: &mut Vec<String>) -> String {
        let name =
            *self.chance.one(&["COUNT", "SUM", "MIN", "MAX", "AVG", "COUNT(DISTINCT", "COUNT(*)"]);
        let aggregate = match name {
            "COUNT(*)" => name.to_owned(),
            "COUNT(DISTINCT" => format!("{name} {})", self.scalar_field().text),
            "COUNT" => format!("{name}({})", self.any_field().text),
            "MIN" | "MAX" if self.chance.percent(60) => {
                let orders = |kind: &Kind| {
                    matches!(
                        kind,
                        Kind::Text
                            | Kind::Date
                            | Kind::Timestamp { .. }
                            | Kind::Float
                            | Kind::Whole
                            | Kind::Decimal { .. }
                    )
                };
                let field = self.field(orders);
                field.map_or_else(
                    || "COUNT(*)".to_owned(),
                    |field| format!("{name}({})", field.text),
                )
            }
            _ if self.chance.percent(30) => {
                match self.field(|kind| matches!(kind, Kind::Money { .. })) {
                    None => "COUNT(*)".to_owned(),
                    Some(money) => {
                        if self.chance.percent(50) {
                            keys.push(format!("{}.asset", money.text));
                        } else {
                            terms.push(format!("{}.asset = 'GBP'", money.text));
                        }
                        format!("{name}({})", money.text)
                    }
                }
            }
            _ => format!("{name}({})", self.number(1)),
        };
        if self.chance.percent(25) {
            format!("{aggregate} FILTER (WHERE {})", self.condition(1))
        } else {
            aggregate
        }
    }

    fn order(&mut self, keys: &[String]) -> String {
        let mut written: Vec<String> = Vec::new();
        for key in keys {
            let direction = *self.chance.one(&["", " ASC", " DESC"]);
            let nulls = *self.chance.one(&["", "", " NULLS FIRST", " NULLS LAST"]);
            written.push(format!("{key}{direction}{nulls}"));
        }
        if written.is_empty() { String::new() } else { format!(" ORDER BY {}", written.join(", ")) }
    }

    fn limit(&mut self) -> String {
        match self.chance.below(4) {
            0 => format!(" LIMIT {}", 1 + self.chance.below(5)),
            1 => {
                let count = 1 + self.chance.below(5);
                let other = 1 + self.chance.below(9);
                let name = self.param_or(count.to_string().into(), other.into());
                format!(" LIMIT {name}")
            }
            _ => String::new(),
        }
    }

    fn zone(&mut self) -> String {
        let zones = [
            "",
            " TZ 'Europe/London'",
            " TZ 'America/St_Johns'",
            " TZ 'Asia/Kolkata'",
            " TZ 'UTC'",
        ];
        (*self.chance.one(&zones)).to_owned()
    }

    /// A new parameter of this value, as it is written.
    fn param(&mut self, value: Json) -> String {
        self.param_or(value.clone(), value)
    }

    /// A new parameter of this value, which might as well be the other.
    fn param_or(&mut self, value: Json, other: Json) -> String {
        let name = format!("p{}", self.params.len());
        self.others.insert(name.clone(), other);
        self.params.insert(name.clone(), value);
        format!(":{name}")
    }

    fn root(&self) -> &'static str {
        self.schema.datasets[self.frames[0]].name
    }

    /// The innermost data set.
    fn here(&self) -> usize {
        self.frames[self.frames.len() - 1]
    }

    /// A field of some kind: of the innermost data set, along a to-one relation, or of one outside.
    fn field(&mut self, fits: impl Fn(&Kind) -> bool) -> Option<Place> {
        let here = self.here();
        let outer = self.frames[..self.frames.len() - 1].last().copied();
        let (mut before, mut dataset, mut nullable) = (String::new(), here, false);
        match self.chance.below(10) {
            // The nearest data set of a name is meant: here, that is the inner one.
            0 if outer.is_some_and(|outer| outer != here) => {
                dataset = outer.unwrap_or(here);
                before = format!("{}.", self.schema.datasets[dataset].name);
            }
            1 | 2 => {
                (before, dataset, nullable) = ("up.".to_owned(), 1 - here, true);
                if self.chance.percent(20) {
                    (before, dataset) = ("up.up.".to_owned(), here);
                }
            }
            _ => {}
        }
        let schema = self.schema;
        let fields = schema.datasets[dataset].fields.iter();
        let fields: Vec<&Field> = fields.filter(|field| fits(&field.kind)).collect();
        if fields.is_empty() {
            return None;
        }
        let field = *self.chance.one(&fields);
        let text = format!("{before}{}", field.written());
        Some(Place { text, kind: field.kind.clone(), nullable: nullable || field.nullable })
    }

    fn any_field(&mut self) -> Place {
        match self.field(|_| true) {
            Some(field) => field,
            None => unreachable!("every data set has a key"),
        }
    }

    /// A field that is grouped, ordered and counted.
    fn scalar_field(&mut self) -> Place {
        match self.field(|kind| !matches!(kind, Kind::Array | Kind::Map | Kind::Float)) {
            Some(field) => field,
            None => unreachable!("every data set has a key"),
        }
    }
}
