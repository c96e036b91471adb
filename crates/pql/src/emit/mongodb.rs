//! MongoDB: an aggregation, in two polarities.
//!
//! Its own `$not`, `$ne`, `$nin` and `$nor` return rows where a field is NULL or missing, so NOT is
//! never emitted: a condition is written as the rows where it is TRUE, or as those where it is
//! FALSE, with NOT pushed to the leaves. `$nor` stands only around what is exact for every row.
//! A bind inside an expression is a `$literal`, so that no text is taken for a path.

mod condition;
mod group;
mod order;

use super::sql::Source;
use super::{Command, Emission, Kept, Lowering, Output, Placed};
use crate::catalogue::{Field, Storage};
use crate::datatype::Type;
use crate::scope::Scope;
use crate::typed::{ScanId, SlotId, ValueId, ValueKind};

pub(super) struct Mongo<'a> {
    source: Source<'a>,
    out: Command,
    placed: Vec<Placed>,
    /// Whether group keys and aggregates are read, not fields.
    level: super::sql::Level,
    outputs: Vec<Output>,
    columns: u32,
}

pub(super) fn emit(source: Source<'_>) -> Emission {
    let mut mongo = Mongo {
        source,
        out: Command::with_capacity(1_024),
        placed: Vec::new(),
        level: super::sql::Level::Rows,
        outputs: Vec::new(),
        columns: 0,
    };
    mongo.word("{\"aggregate\":\"");
    let dataset = source.dataset(ScanId(0));
    for (place, part) in dataset.source.iter().enumerate() {
        if place > 0 {
            mongo.word(".");
        }
        mongo.out.bare(part);
    }
    mongo.word("\",\"pipeline\":[");
    mongo.pipeline();
    mongo.word("],\"collation\":{\"locale\":\"simple\"}}");
    let selected = source.shape.columns().len();
    Emission { command: mongo.out, placed: mongo.placed, outputs: mongo.outputs, selected }
}

impl Mongo<'_> {
    fn pipeline(&mut self) {
        self.matched();
        if self.source.shape.grouping().is_some() {
            self.grouped();
        }
        self.sorted();
        if let Some(slot) = self.source.shape.limit() {
            self.word(",{\"$limit\":");
            self.bind(slot, Lowering::Value);
            self.word("}");
        }
        self.projected();
    }

    /// The rows of the scope that fulfil the condition and stand behind the cursor.
    fn matched(&mut self) {
        self.word("{\"$match\":{\"$and\":[");
        match self.source.scopes[0] {
            Scope::Field(field, slot) => {
                let field = self.source.field(ScanId(0), field);
                self.word("{\"");
                self.place(field, Part::Whole);
                self.word("\":{\"$eq\":");
                self.bind(slot, Lowering::Value);
                self.word("}}");
            }
            Scope::Shared => self.word("{}"),
        }
        if let Some(filter) = self.source.shape.filter() {
            self.word(",");
            self.condition(filter, condition::Polarity::True);
        }
        if self.source.shape.after().is_some() {
            self.word(",");
            self.after();
        }
        self.word("]}}");
    }

    fn projected(&mut self) {
        self.word(",{\"$project\":{\"_id\":0");
        let shape = self.source.shape;
        for column in shape.columns() {
            self.output(column.value);
        }
        if shape.grouping().is_none() {
            for key in shape.order() {
                self.output(key.value);
            }
        }
        self.word("}}");
    }

    fn output(&mut self, value: ValueId) {
        let node = *self.source.shape.value(value);
        let first = self.columns;
        let kept = match (node.kind, node.ty) {
            (ValueKind::Masked, _) => {
                self.column();
                self.word("{\"$literal\":\"[masked]\"}");
                Kept::Masked
            }
            (_, Type::Money) => {
                self.column();
                self.expression(value, Part::Minor);
                self.column();
                self.expression(value, Part::Asset);
                Kept::Money
            }
            (..) => {
                self.column();
                self.expression(value, Part::Whole);
                Kept::Field
            }
        };
        self.outputs.push(Output { ty: node.ty, kept, first });
    }

    fn column(&mut self) {
        self.word(",\"c");
        self.out.number(self.columns);
        self.word("\":");
        self.columns += 1;
    }

    /// A value as an expression: NULL for missing.
    fn expression(&mut self, value: ValueId, part: Part) {
        let shape = self.source.shape;
        match shape.value(value).kind {
            ValueKind::Slot(slot) => self.literal(slot, part.lowering()),
            ValueKind::MapEntry(map, key) => {
                self.word("{\"$ifNull\":[{\"$arrayElemAt\":[{\"$map\":{\"input\":{\"$filter\":{\"input\":{\"$objectToArray\":{\"$ifNull\":[\"$");
                self.reference(map, Part::Whole);
                self.word("\",{}]}},\"cond\":{\"$eq\":[\"$$this.k\",");
                self.literal(key, Lowering::Value);
                self.word("]}}},\"in\":\"$$this.v\"}},0]},null]}");
            }
            ValueKind::Bucket { of, starts, .. } => {
                self.word("{\"$max\":{\"$filter\":{\"input\":");
                self.literal(starts, Lowering::Value);
                self.word(",\"cond\":{\"$and\":[{\"$gt\":[\"$");
                self.reference(of, Part::Whole);
                self.word("\",null]},{\"$lte\":[\"$$this\",\"$");
                self.reference(of, Part::Whole);
                self.word("\"]}]}}}}");
            }
            ValueKind::Field(..)
            | ValueKind::Masked
            | ValueKind::Key(_)
            | ValueKind::Aggregate(_)
            | ValueKind::Element
            | ValueKind::MoneyValue(_)
            | ValueKind::MoneyAsset(_)
            | ValueKind::Negate(_)
            | ValueKind::Arithmetic(..)
            | ValueKind::Call(..) => {
                let guard = self.source.field_of(value).and_then(json_type);
                match guard.filter(|_| self.level == super::sql::Level::Rows) {
                    Some(guard) => {
                        self.word("{\"$cond\":[{\"$in\":[{\"$type\":\"$");
                        self.reference(value, part);
                        self.word("\"},");
                        self.word(guard);
                        self.word("]},\"$");
                        self.reference(value, part);
                        self.word("\",null]}");
                    }
                    None => {
                        self.word("{\"$ifNull\":[\"$");
                        self.reference(value, part);
                        self.word("\",null]}");
                    }
                }
            }
        }
    }

    /// The name of a field, a key or an aggregate, as a path.
    fn reference(&mut self, value: ValueId, part: Part) {
        let shape = self.source.shape;
        match shape.value(value).kind {
            ValueKind::Field(scan, field) => {
                let field = self.source.field(scan, field);
                self.place(field, part);
            }
            ValueKind::MoneyAsset(money) => self.reference(money, Part::Asset),
            ValueKind::Key(key) => {
                self.word("k");
                self.out.number(key);
                self.word(part.suffix());
            }
            ValueKind::Aggregate(aggregate) => {
                self.word("x");
                self.out.number(aggregate.0);
                self.word(part.suffix());
            }
            ValueKind::Slot(_)
            | ValueKind::Masked
            | ValueKind::Element
            | ValueKind::MoneyValue(_)
            | ValueKind::MapEntry(..)
            | ValueKind::Negate(_)
            | ValueKind::Arithmetic(..)
            | ValueKind::Call(..)
            | ValueKind::Bucket { .. } => {}
        }
    }

    /// Where a field is kept.
    fn place(&mut self, field: &Field, part: Part) {
        match &field.storage {
            Storage::Column(column) => self.out.bare(column),
            Storage::Json(column, path) => {
                self.out.bare(column);
                for key in 0..path.keys().len() {
                    self.word(".");
                    self.out.key(path, key);
                }
            }
            Storage::Money { minor, asset } => {
                self.out.bare(if part == Part::Asset { asset } else { minor });
            }
            Storage::Limbs { high, asset, .. } => {
                self.out.bare(if part == Part::Asset { asset } else { high });
            }
        }
    }

    fn word(&mut self, word: &'static str) {
        self.out.word(word);
    }

    /// A bind where values stand as they are.
    fn bind(&mut self, slot: SlotId, lowering: Lowering) {
        self.word("{\"$bind\":");
        self.out.number(u32::try_from(self.placed.len()).unwrap_or(u32::MAX));
        self.word("}");
        self.placed.push(Placed { slot, lowering });
    }

    /// A bind inside an expression.
    fn literal(&mut self, slot: SlotId, lowering: Lowering) {
        self.word("{\"$literal\":");
        self.bind(slot, lowering);
        self.word("}");
    }
}

/// A part of a value: money is two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Minor,
    Asset,
}

impl Part {
    const fn lowering(self) -> Lowering {
        match self {
            Self::Whole => Lowering::Value,
            Self::Minor => Lowering::Minor(34),
            Self::Asset => Lowering::Asset,
        }
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::Whole | Self::Minor => "",
            Self::Asset => "a",
        }
    }
}

/// The types that a value inside JSON must have, as a list; none for other fields.
const fn json_type(field: &Field) -> Option<&'static str> {
    if !matches!(field.storage, Storage::Json(..)) {
        return None;
    }
    Some(match field.ty {
        Type::Whole => "[\"int\",\"long\"]",
        Type::Float => "[\"double\",\"int\",\"long\"]",
        Type::Bool => "[\"bool\"]",
        Type::Decimal { .. }
        | Type::Text
        | Type::Enum(_)
        | Type::Id(_)
        | Type::Timestamp { .. }
        | Type::Date
        | Type::Money
        | Type::Duration
        | Type::TextArray
        | Type::TextMap => "[\"string\"]",
    })
}
