//! Conditions as the rows where they are TRUE, or FALSE.

use super::{Mongo, Part, json_type};
use crate::datatype::Type;
use crate::emit::sql::Level;
use crate::emit::{Letters, Lowering};
use crate::typed::{
    Comparison, ConditionId, ConditionKind, Run, SlotId, Truth, ValueId, ValueKind,
};
use crate::value::Case;

/// Which rows a condition selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Polarity {
    /// Those where it is TRUE.
    True,
    /// Those where it is FALSE.
    False,
}

impl Polarity {
    const fn other(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
        }
    }
}

/// What a leaf asks of one field.
#[derive(Debug, Clone, Copy)]
enum Leaf {
    Compare(Comparison, SlotId, Lowering),
    In(Run),
    Regex(SlotId, Lowering),
}

impl Mongo<'_> {
    pub(super) fn condition(&mut self, id: ConditionId, polarity: Polarity) {
        let shape = self.source.shape;
        match shape.condition(id).kind {
            ConditionKind::All(run) => self.chain(run, polarity, Joined::And),
            ConditionKind::Any(run) => self.chain(run, polarity, Joined::Or),
            ConditionKind::Not(of) => self.condition(of, polarity.other()),
            ConditionKind::Is(of, truth) => self.is(of, truth, polarity),
            ConditionKind::Value(value) => self.boolean(value, polarity),
            ConditionKind::Compare(comparison, left, right) => {
                self.compare(comparison, left, right, polarity);
            }
            ConditionKind::Distinct(left, right) => self.distinct(left, right, polarity),
            ConditionKind::IsNull(value) => self.is_null(value, polarity),
            ConditionKind::In(value, run) => self.leaf(value, Leaf::In(run), polarity),
            ConditionKind::Like(value, slot, case) => {
                let letters = match case {
                    Case::Sensitive => Letters::Kept,
                    Case::AsciiInsensitive => Letters::Both,
                };
                self.leaf(value, Leaf::Regex(slot, Lowering::Pcre(letters)), polarity);
            }
            ConditionKind::Search(search, value, part) => {
                if let ValueKind::Slot(slot) = shape.value(part).kind {
                    self.leaf(value, Leaf::Regex(slot, Lowering::RegexSearch(search)), polarity);
                }
            }
            ConditionKind::Element(array, condition) => self.element(array, condition, polarity),
            // Refused by the table of capabilities.
            ConditionKind::Exists(..) => self.word(NEVER),
        }
    }

    fn chain(&mut self, run: Run, polarity: Polarity, written: Joined) {
        // NOT turns AND into OR, and OR into AND.
        let joined = match (written, polarity) {
            (Joined::And, Polarity::True) | (Joined::Or, Polarity::False) => Joined::And,
            (Joined::And, Polarity::False) | (Joined::Or, Polarity::True) => Joined::Or,
        };
        if run.is_empty() {
            self.word(if joined == Joined::And { ALWAYS } else { NEVER });
            return;
        }
        self.word(if joined == Joined::And { "{\"$and\":[" } else { "{\"$or\":[" });
        for (place, id) in self.source.shape.condition_run(run).enumerate() {
            if place > 0 {
                self.word(",");
            }
            self.condition(id, polarity);
        }
        self.word("]}");
    }

    fn is(&mut self, of: ConditionId, truth: Truth, polarity: Polarity) {
        let (open, polarities): (_, &[Polarity]) = match (truth, polarity) {
            (Truth::True, Polarity::True) => ("{\"$or\":[", &[Polarity::True]),
            (Truth::True, Polarity::False) => ("{\"$nor\":[", &[Polarity::True]),
            (Truth::False, Polarity::True) => ("{\"$or\":[", &[Polarity::False]),
            (Truth::False, Polarity::False) => ("{\"$nor\":[", &[Polarity::False]),
            (Truth::Unknown, Polarity::True) => ("{\"$nor\":[", &[Polarity::True, Polarity::False]),
            (Truth::Unknown, Polarity::False) => ("{\"$or\":[", &[Polarity::True, Polarity::False]),
        };
        self.word(open);
        for (place, polarity) in polarities.iter().enumerate() {
            if place > 0 {
                self.word(",");
            }
            self.condition(of, *polarity);
        }
        self.word("]}");
    }

    fn boolean(&mut self, value: ValueId, polarity: Polarity) {
        let truth = if polarity == Polarity::True { "true" } else { "false" };
        if let ValueKind::Slot(slot) = self.source.shape.value(value).kind {
            self.word("{\"$expr\":{\"$eq\":[");
            self.literal(slot, Lowering::Value);
            self.word(",");
            self.word(truth);
            self.word("]}}");
            return;
        }
        self.word("{\"");
        self.reference(value, Part::Whole);
        self.word("\":{\"$eq\":");
        self.word(truth);
        self.word("}}");
    }

    fn compare(
        &mut self,
        comparison: Comparison,
        left: ValueId,
        right: ValueId,
        polarity: Polarity,
    ) {
        let shape = self.source.shape;
        let asked = match polarity {
            Polarity::True => comparison,
            Polarity::False => comparison.negated(),
        };
        let money = shape.value(left).ty == Type::Money;
        let (ValueKind::Slot(slot), false) = (shape.value(right).kind, money) else {
            self.compare_parts(asked, left, right);
            return;
        };
        self.leaf(left, Leaf::Compare(asked, slot, Lowering::Value), Polarity::True);
    }

    /// Money, and a field against a field.
    fn compare_parts(&mut self, comparison: Comparison, left: ValueId, right: ValueId) {
        let shape = self.source.shape;
        let money = shape.value(left).ty == Type::Money;
        if let (ValueKind::Slot(slot), true) = (shape.value(right).kind, money) {
            self.word("{\"$and\":[");
            self.part_leaf(
                left,
                Part::Asset,
                Leaf::Compare(Comparison::Equal, slot, Lowering::Asset),
            );
            self.word(",");
            self.part_leaf(left, Part::Minor, Leaf::Compare(comparison, slot, Lowering::Minor(34)));
            self.word("]}");
            return;
        }
        let parts: &[(Part, Comparison)] = if money {
            &[(Part::Asset, Comparison::Equal), (Part::Minor, comparison)]
        } else {
            &[(Part::Whole, comparison)]
        };
        self.word("{\"$expr\":{\"$and\":[");
        for (place, (part, comparison)) in parts.iter().enumerate() {
            if place > 0 {
                self.word(",");
            }
            for side in [left, right] {
                self.word("{\"$gt\":[");
                self.expression(side, *part);
                self.word(",null]},");
            }
            self.word("{\"");
            self.word(operator(*comparison));
            self.word("\":[");
            self.expression(left, *part);
            self.word(",");
            self.expression(right, *part);
            self.word("]}");
        }
        self.word("]}}");
    }

    fn distinct(&mut self, left: ValueId, right: ValueId, polarity: Polarity) {
        let shape = self.source.shape;
        let json = self.source.field_of(left).and_then(json_type).is_some();
        let plain = shape.value(left).ty != Type::Money && !json && !self.is_expression(left);
        if let (ValueKind::Slot(slot), true) = (shape.value(right).kind, plain) {
            self.word("{\"");
            self.reference(left, Part::Whole);
            let different = polarity == Polarity::True;
            self.word(if different { "\":{\"$ne\":" } else { "\":{\"$eq\":" });
            self.bind(slot, Lowering::Value);
            self.word("}}");
            return;
        }
        let parts: &[Part] = if shape.value(left).ty == Type::Money {
            &[Part::Asset, Part::Minor]
        } else {
            &[Part::Whole]
        };
        let different = polarity == Polarity::True;
        self.word(if different { "{\"$expr\":{\"$or\":[" } else { "{\"$expr\":{\"$and\":[" });
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                self.word(",");
            }
            self.word(if different { "{\"$ne\":[" } else { "{\"$eq\":[" });
            self.expression(left, *part);
            self.word(",");
            self.expression(right, *part);
            self.word("]}");
        }
        self.word("]}}");
    }

    fn is_null(&mut self, value: ValueId, polarity: Polarity) {
        let money = self.source.shape.value(value).ty == Type::Money;
        let parts: &[Part] = if money { &[Part::Asset, Part::Minor] } else { &[Part::Whole] };
        let null = polarity == Polarity::True;
        self.word(if null { "{\"$or\":[" } else { "{\"$and\":[" });
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                self.word(",");
            }
            self.part_is_null(value, *part, polarity);
        }
        self.word("]}");
    }

    fn part_is_null(&mut self, value: ValueId, part: Part, polarity: Polarity) {
        let null = polarity == Polarity::True;
        if self.is_expression(value) {
            self.word(if null { "{\"$expr\":{\"$lte\":[" } else { "{\"$expr\":{\"$gt\":[" });
            self.expression(value, part);
            self.word(",null]}}");
            return;
        }
        self.word("{\"");
        self.reference(value, part);
        let types = self.source.field_of(value).and_then(json_type);
        match types.filter(|_| self.level == Level::Rows) {
            Some(types) => {
                self.word(if null { "\":{\"$not\":{\"$type\":" } else { "\":{\"$type\":" });
                self.word(types);
                self.word(if null { "}}}" } else { "}}" });
            }
            None => self.word(if null { "\":{\"$eq\":null}}" } else { "\":{\"$ne\":null}}" }),
        }
    }

    /// Whether a value is no path of a document.
    fn is_expression(&self, value: ValueId) -> bool {
        let kind = self.source.shape.value(value).kind;
        matches!(kind, ValueKind::MapEntry(..) | ValueKind::Bucket { .. } | ValueKind::Slot(_))
    }

    fn leaf(&mut self, value: ValueId, leaf: Leaf, polarity: Polarity) {
        if self.is_expression(value) {
            self.computed_leaf(value, leaf, polarity);
            return;
        }
        self.polar_leaf(value, Part::Whole, leaf, polarity);
    }

    fn part_leaf(&mut self, value: ValueId, part: Part, leaf: Leaf) {
        self.polar_leaf(value, part, leaf, Polarity::True);
    }

    /// `{field: {operator: bind, …}}`, guarded against NULL, arrays and other types.
    fn polar_leaf(&mut self, value: ValueId, part: Part, leaf: Leaf, polarity: Polarity) {
        let nullable = self.leaf_nullable(leaf);
        if let Some(slot) = nullable {
            self.word("{\"$and\":[{\"$expr\":{\"$eq\":[");
            self.literal(slot, Lowering::NullRank);
            self.word(",0]}},");
        }
        self.word("{\"");
        self.reference(value, part);
        self.word("\":{");
        self.operators(leaf, polarity);
        let guard = self.source.field_of(value).and_then(json_type);
        match guard.filter(|_| self.level == Level::Rows && part == Part::Whole) {
            Some(types) => {
                self.word(",\"$type\":");
                self.word(types);
            }
            None => self.word(",\"$ne\":null"),
        }
        // A second `$not` in one document would replace the first.
        let negated = matches!((leaf, polarity), (Leaf::Regex(..), Polarity::False));
        self.word(if negated { "}}" } else { ",\"$not\":{\"$type\":\"array\"}}}" });
        if nullable.is_some() {
            self.word("]}");
        }
    }

    /// The bind that must not be NULL, where the operator alone would not see to it: comparisons
    /// with NULL find nothing, but for `<>`; and NULL is no regular expression.
    fn leaf_nullable(&self, leaf: Leaf) -> Option<SlotId> {
        match leaf {
            Leaf::Compare(Comparison::NotEqual, slot, _) | Leaf::Regex(slot, _) => {
                self.source.shape.slot(slot).nullable.then_some(slot)
            }
            Leaf::Compare(..) | Leaf::In(_) => None,
        }
    }

    fn operators(&mut self, leaf: Leaf, polarity: Polarity) {
        match (leaf, polarity) {
            (Leaf::Compare(Comparison::NotEqual, slot, lowering), _) => {
                // A second `$ne` in one document would replace the first.
                self.word("\"$nin\":[");
                self.bind(slot, lowering);
                self.word("]");
            }
            (Leaf::Compare(comparison, slot, lowering), _) => {
                self.word("\"");
                self.word(operator(comparison));
                self.word("\":");
                self.bind(slot, lowering);
            }
            (Leaf::In(run), polarity) => {
                self.word(if polarity == Polarity::True { "\"$in\":[" } else { "\"$nin\":[" });
                self.items(run);
                self.word("]");
            }
            (Leaf::Regex(slot, lowering), Polarity::True) => {
                self.word("\"$regex\":");
                self.bind(slot, lowering);
            }
            (Leaf::Regex(slot, lowering), Polarity::False) => {
                self.word("\"$not\":{\"$regex\":");
                self.bind(slot, lowering);
                self.word("}");
            }
        }
    }

    fn items(&mut self, run: Run) {
        let slots = &self.source.shape.lists[run.start as usize..][..run.len()];
        for (place, slot) in slots.iter().enumerate() {
            if place > 0 {
                self.word(",");
            }
            self.bind(SlotId(*slot), Lowering::Value);
        }
    }

    /// A leaf about what is computed: an entry of a map, a bucket.
    fn computed_leaf(&mut self, value: ValueId, leaf: Leaf, polarity: Polarity) {
        self.word("{\"$expr\":{\"$and\":[{\"$gt\":[");
        self.expression(value, Part::Whole);
        self.word(",null]},");
        if let Leaf::Compare(_, slot, _) | Leaf::Regex(slot, _) = leaf
            && self.source.shape.slot(slot).nullable
        {
            self.word("{\"$eq\":[");
            self.literal(slot, Lowering::NullRank);
            self.word(",0]},");
        }
        let negated = polarity == Polarity::False && !matches!(leaf, Leaf::Compare(..));
        self.word(if negated { "{\"$not\":[" } else { "" });
        match leaf {
            Leaf::Compare(comparison, slot, lowering) => {
                self.word("{\"");
                self.word(operator(comparison));
                self.word("\":[");
                self.expression(value, Part::Whole);
                self.word(",");
                self.literal(slot, lowering);
                self.word("]}");
            }
            Leaf::In(run) => {
                self.word("{\"$in\":[");
                self.expression(value, Part::Whole);
                self.word(",{\"$literal\":[");
                self.items(run);
                self.word("]}]}");
            }
            Leaf::Regex(slot, lowering) => {
                self.word("{\"$regexMatch\":{\"input\":");
                self.expression(value, Part::Whole);
                self.word(",\"regex\":");
                self.literal(slot, lowering);
                self.word("}}");
            }
        }
        self.word(if negated { "]}" } else { "" });
        self.word("]}}");
    }

    /// ANY: an element fulfils the condition; FALSE where the array is there and none does.
    fn element(&mut self, array: ValueId, condition: ConditionId, polarity: Polarity) {
        self.word("{\"");
        self.reference(array, Part::Whole);
        if polarity == Polarity::True {
            self.word("\":{\"$elemMatch\":{");
            self.element_operators(condition);
            self.word("}}}");
        } else {
            self.word("\":{\"$type\":\"array\",\"$not\":{\"$elemMatch\":{");
            self.element_operators(condition);
            self.word("}}}}");
        }
    }

    fn element_operators(&mut self, condition: ConditionId) {
        let shape = self.source.shape;
        match shape.condition(condition).kind {
            ConditionKind::Compare(comparison, _, right) => {
                if let ValueKind::Slot(slot) = shape.value(right).kind {
                    self.operators(
                        Leaf::Compare(comparison, slot, Lowering::Value),
                        Polarity::True,
                    );
                }
            }
            ConditionKind::In(_, run) => self.operators(Leaf::In(run), Polarity::True),
            ConditionKind::Like(_, slot, case) => {
                let letters = match case {
                    Case::Sensitive => Letters::Kept,
                    Case::AsciiInsensitive => Letters::Both,
                };
                self.operators(Leaf::Regex(slot, Lowering::Pcre(letters)), Polarity::True);
            }
            ConditionKind::Search(search, _, part) => {
                if let ValueKind::Slot(slot) = shape.value(part).kind {
                    let lowering = Lowering::RegexSearch(search);
                    self.operators(Leaf::Regex(slot, lowering), Polarity::True);
                }
            }
            ConditionKind::Not(of) => {
                self.word("\"$not\":{");
                self.element_operators(of);
                self.word("}");
            }
            ConditionKind::All(run) => {
                for (place, id) in shape.condition_run(run).enumerate() {
                    if place > 0 {
                        self.word(",");
                    }
                    self.element_operators(id);
                }
            }
            // An empty list: no element is in it.
            ConditionKind::Any(_) => self.word("\"$in\":[]"),
            ConditionKind::Is(..)
            | ConditionKind::Value(_)
            | ConditionKind::Distinct(..)
            | ConditionKind::IsNull(_)
            | ConditionKind::Exists(..)
            | ConditionKind::Element(..) => {}
        }
    }
}

const ALWAYS: &str = "{}";
const NEVER: &str = "{\"$nor\":[{}]}";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joined {
    And,
    Or,
}

pub(super) const fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "$eq",
        Comparison::NotEqual => "$ne",
        Comparison::Less => "$lt",
        Comparison::LessOrEqual => "$lte",
        Comparison::Greater => "$gt",
        Comparison::GreaterOrEqual => "$gte",
    }
}
