//! Conditions in SQL: three-valued logic is the store's own; where a store's differs, the dialect
//! says so. NOT always has brackets; where only TRUE counts, comparisons of money stay usable by
//! an index.

use super::{Dialect, Level, Sql, TextUse, Truth};
use crate::datatype::Type;
use crate::emit::Lowering;
use crate::typed::{Comparison, ConditionId, ConditionKind, Run, ValueId, ValueKind};

impl<D: Dialect> Sql<'_, D> {
    /// A condition beside AND: an OR gets brackets, an AND needs none.
    pub(in crate::emit) fn condition_term(&mut self, id: ConditionId, truth: Truth) {
        match self.source.shape.condition(id).kind {
            ConditionKind::All(run) if run.len() > 1 => self.chain(run, " AND ", truth),
            ConditionKind::All(_)
            | ConditionKind::Any(_)
            | ConditionKind::Not(_)
            | ConditionKind::Is(..)
            | ConditionKind::Value(_)
            | ConditionKind::Compare(..)
            | ConditionKind::Distinct(..)
            | ConditionKind::IsNull(_)
            | ConditionKind::In(..)
            | ConditionKind::Like(..)
            | ConditionKind::Search(..)
            | ConditionKind::Exists(..)
            | ConditionKind::Element(..) => self.condition(id, truth),
        }
    }

    /// A condition that can stand anywhere.
    pub(in crate::emit) fn condition(&mut self, id: ConditionId, truth: Truth) {
        match self.source.shape.condition(id).kind {
            ConditionKind::All(run) => self.all(run, " AND ", D::TRUE, truth),
            ConditionKind::Any(run) => self.all(run, " OR ", D::FALSE, truth),
            ConditionKind::Not(of) => {
                self.word("(NOT ");
                self.condition(of, Truth::All);
                self.word(")");
            }
            ConditionKind::Is(of, is) => {
                D::is(self, &|sql| sql.condition(of, Truth::All), is);
            }
            ConditionKind::Value(value) => D::boolean(self, value),
            ConditionKind::Compare(comparison, left, right) => {
                self.compare(comparison, left, right, truth);
            }
            ConditionKind::Distinct(left, right) => self.distinct(left, right),
            ConditionKind::IsNull(value) => self.is_null(value),
            ConditionKind::In(value, run) => self.in_list(value, run),
            ConditionKind::Like(value, pattern, case) => D::like(self, value, pattern, case),
            ConditionKind::Search(search, value, part) => D::search(self, search, value, part),
            ConditionKind::Exists(scan, condition) => self.exists(scan, condition),
            ConditionKind::Element(array, condition) => {
                let unknown = self.may_be_unknown(condition).into();
                D::any(self, array, unknown, &|sql| sql.condition(condition, Truth::All));
            }
        }
    }

    /// Whether a condition on an element may be UNKNOWN: a parameter may be left out.
    fn may_be_unknown(&self, id: ConditionId) -> bool {
        let shape = self.source.shape;
        let nullable = |value: ValueId| shape.value(value).nullable;
        match shape.condition(id).kind {
            ConditionKind::All(run) | ConditionKind::Any(run) => {
                shape.condition_run(run).any(|id| self.may_be_unknown(id))
            }
            ConditionKind::Not(of) => self.may_be_unknown(of),
            ConditionKind::Value(value) => nullable(value),
            ConditionKind::Compare(_, left, right) | ConditionKind::Search(_, left, right) => {
                nullable(left) || nullable(right)
            }
            ConditionKind::Like(value, slot, _) => nullable(value) || shape.slot(slot).nullable,
            ConditionKind::In(value, _) => nullable(value),
            ConditionKind::Is(..)
            | ConditionKind::Distinct(..)
            | ConditionKind::IsNull(_)
            | ConditionKind::Exists(..)
            | ConditionKind::Element(..) => false,
        }
    }

    fn all(&mut self, run: Run, between: &'static str, empty: &'static str, truth: Truth) {
        if run.is_empty() {
            self.word(empty);
            return;
        }
        self.word("(");
        self.chain(run, between, truth);
        self.word(")");
    }

    fn chain(&mut self, run: Run, between: &'static str, truth: Truth) {
        for (place, id) in self.source.shape.condition_run(run).enumerate() {
            if place > 0 {
                self.word(between);
            }
            self.condition(id, truth);
        }
    }

    fn compare(&mut self, comparison: Comparison, left: ValueId, right: ValueId, truth: Truth) {
        let ty = self.source.shape.value(left).ty;
        if ty == Type::Money {
            self.compare_money(comparison, left, right, truth);
            return;
        }
        let order = comparison.is_order();
        self.side(left, right, order);
        self.word(operator(comparison));
        self.side(right, left, order);
    }

    /// One side of a comparison.
    pub(super) fn side(&mut self, this: ValueId, other: ValueId, order: impl Into<Order>) {
        let order = order.into();
        let shape = self.source.shape;
        let (ty, other_ty) = (shape.value(this).ty, shape.value(other).ty);
        if ty.is_number() {
            self.number_side(this, other);
            return;
        }
        if !matches!(ty, Type::Text | Type::Enum(_)) {
            let _ = other_ty;
            self.value(this);
            return;
        }
        let other_field = self.source.field_of(other);
        let is_slot = matches!(shape.value(this).kind, ValueKind::Slot(_));
        if is_slot {
            self.value(this);
            let bound = other_field.is_none_or(|field| !field.binary);
            if bound && order == Order::No {
                self.word(D::BINARY_BOUND);
            }
            return;
        }
        let other_is_slot = matches!(shape.value(other).kind, ValueKind::Slot(_));
        let text_use = match order {
            Order::Yes => TextUse::Order,
            Order::No if other_is_slot => TextUse::Equality,
            Order::No => TextUse::OtherSide(other_field.is_some_and(|field| field.binary)),
        };
        self.text(this, text_use);
    }

    fn number_side(&mut self, this: ValueId, other: ValueId) {
        let (scale, narrow) = self.number_form(this, other);
        if narrow { self.value(this) } else { D::wide(self, this, scale) }
    }

    /// The scale at which two numbers meet, and whether both can be taken as they are kept.
    fn number_form(&self, this: ValueId, other: ValueId) -> (u8, bool) {
        let shape = self.source.shape;
        let (a, b) = (shape.value(this), shape.value(other));
        let scale = a.ty.scale().max(b.ty.scale());
        let same = a.ty.scale() == b.ty.scale();
        let same = same && (a.ty == b.ty || D::SCALED || D::COMPARES_NUMBERS);
        let kept = !self.is_wide(this) && !self.is_wide(other);
        (scale, kept && (same || (D::COMPARES_NUMBERS && !D::SCALED)))
    }

    fn distinct(&mut self, left: ValueId, right: ValueId) {
        if self.source.shape.value(left).ty == Type::Money {
            self.distinct_money(left, right);
            return;
        }
        D::distinct(self, &|sql| sql.side(left, right, Order::No), &|sql| {
            sql.side(right, left, Order::No)
        });
    }

    fn is_null(&mut self, value: ValueId) {
        self.word("(");
        if self.source.shape.value(value).ty == Type::Money {
            self.minor(value);
            self.word(" IS NULL OR ");
            self.asset(value);
        } else {
            self.value(value);
        }
        self.word(" IS NULL)");
    }

    fn in_list(&mut self, value: ValueId, run: Run) {
        let shape = self.source.shape;
        let node = *shape.value(value);
        let slots = shape.lists[run.start as usize..][..run.len()].iter();
        let slots = slots.map(|slot| crate::typed::SlotId(*slot));
        let plain = !self.is_wide(value) && (D::NULLABLE_IN || !node.nullable);
        if !plain {
            self.word("(");
            for (place, slot) in slots.enumerate() {
                if place > 0 {
                    self.word(" OR ");
                }
                self.item_side(value, node.ty);
                self.word(" = ");
                self.item(value, slot);
            }
            self.word(")");
            return;
        }
        let is_text = matches!(node.ty, Type::Text | Type::Enum(_));
        if is_text {
            self.text(value, TextUse::Equality)
        } else {
            self.value(value)
        }
        self.word(" IN (");
        for (place, slot) in slots.enumerate() {
            if place > 0 {
                self.word(", ");
            }
            self.item(value, slot);
        }
        self.word(")");
    }

    fn item_side(&mut self, value: ValueId, ty: Type) {
        if ty.is_number() && self.is_wide(value) {
            D::wide(self, value, ty.scale());
        } else if matches!(ty, Type::Text | Type::Enum(_)) {
            self.text(value, TextUse::Equality);
        } else {
            self.value(value);
        }
    }

    fn item(&mut self, value: ValueId, slot: crate::typed::SlotId) {
        let ty = self.source.shape.value(value).ty;
        if self.is_wide(value) && ty.is_number() {
            D::wide_minor(self, &|sql| sql.slot(slot, Lowering::Value));
            return;
        }
        self.slot(slot, Lowering::Value);
        let is_text = matches!(ty, Type::Text | Type::Enum(_));
        let binary = self.source.field_of(value).is_some_and(|field| field.binary);
        if is_text && !binary {
            self.word(D::BINARY_BOUND);
        }
    }

    /// A text, with the collation that its use asks for.
    pub(in crate::emit) fn text(&mut self, value: ValueId, text_use: TextUse) {
        if let ValueKind::Field(scan, field) = self.source.shape.value(value).kind
            && self.level == Level::Rows
        {
            self.field(scan, field, text_use);
            return;
        }
        let binary = self.source.field_of(value).is_some_and(|field| field.binary);
        self.value(value);
        self.collate(binary.into(), text_use);
    }

    pub(super) fn collate(&mut self, column: Collation, text_use: TextUse) {
        if column == Collation::Binary {
            return;
        }
        match text_use {
            TextUse::Order => self.word(D::BINARY_COLUMN),
            // A binary column on the other side settles the comparison.
            TextUse::OtherSide(false) => self.word(D::BINARY_BOUND),
            TextUse::OtherSide(true) | TextUse::Equality | TextUse::Any => {}
        }
    }
}

/// How a text column compares, by the catalogue's claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emit) enum Collation {
    /// By its bytes.
    Binary,
    /// As it may.
    Unknown,
}

impl From<bool> for Collation {
    fn from(binary: bool) -> Self {
        if binary { Self::Binary } else { Self::Unknown }
    }
}

/// Whether a comparison asks for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emit) enum Order {
    /// It does.
    Yes,
    /// It asks for equality.
    No,
}

impl From<bool> for Order {
    fn from(order: bool) -> Self {
        if order { Self::Yes } else { Self::No }
    }
}

/// A comparison, with blanks around it.
pub(in crate::emit) const fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => " = ",
        Comparison::NotEqual => " <> ",
        Comparison::Less => " < ",
        Comparison::LessOrEqual => " <= ",
        Comparison::Greater => " > ",
        Comparison::GreaterOrEqual => " >= ",
    }
}
