//! Money in SQL: two columns, or three. Amounts of different assets compare UNKNOWN and add to
//! NULL.

use super::condition::{Order, operator};
use super::{Dialect, Level, Sql, TextUse, Truth};
use crate::catalogue::Storage;
use crate::datatype::Type;
use crate::emit::Lowering;
use crate::typed::{AggregateKind, Comparison, Function, Operator, Run, ValueId, ValueKind};

impl<D: Dialect> Sql<'_, D> {
    /// The minor units of an amount, as they are kept or computed.
    pub(in crate::emit) fn minor(&mut self, id: ValueId) {
        let node = *self.source.shape.value(id);
        match node.kind {
            ValueKind::Field(scan, field) => match &self.source.field(scan, field).storage {
                Storage::Money { minor, .. } => self.column(scan, minor),
                Storage::Limbs { high, low, .. } => {
                    D::limbs(self, &|sql| sql.column(scan, high), &|sql| sql.column(scan, low))
                }
                Storage::Column(column) | Storage::Json(column, _) => self.column(scan, column),
            },
            ValueKind::Slot(slot) => self.slot(slot, Lowering::Minor(node.digits)),
            ValueKind::Key(key) => self.key(key),
            ValueKind::Aggregate(aggregate) => self.aggregate(aggregate, id),
            ValueKind::Negate(of) => D::negate(self, &|sql| sql.wide_minor(of)),
            ValueKind::Arithmetic(operator, left, right) => {
                self.minor_arithmetic(operator, left, right);
            }
            ValueKind::Call(function, run) => self.minor_call(function, run),
            ValueKind::Masked
            | ValueKind::Element
            | ValueKind::MoneyValue(_)
            | ValueKind::MoneyAsset(_)
            | ValueKind::MapEntry(..)
            | ValueKind::Bucket { .. } => {}
        }
    }

    /// The minor units, wide.
    pub(in crate::emit) fn wide_minor(&mut self, id: ValueId) {
        if self.minor_is_wide(id) {
            self.minor(id);
        } else {
            D::wide_minor(self, &|sql| sql.minor(id));
        }
    }

    /// The minor units where they are answered.
    pub(super) fn minor_out(&mut self, id: ValueId) {
        self.minor(id);
    }

    pub(in crate::emit) fn minor_is_wide(&self, id: ValueId) -> bool {
        let shape = self.source.shape;
        match shape.value(id).kind {
            ValueKind::Field(scan, field) => {
                matches!(self.source.field(scan, field).storage, Storage::Limbs { .. })
            }
            ValueKind::Slot(_) => false,
            ValueKind::Key(key) => {
                let keys = shape.grouping().map(|grouping| &grouping.keys);
                let key = keys.and_then(|keys| keys.get(key as usize));
                key.is_some_and(|key| self.minor_is_wide(*key))
            }
            ValueKind::Aggregate(aggregate) => {
                let aggregates = shape.grouping().map(|grouping| &grouping.aggregates);
                match aggregates.and_then(|list| list.get(aggregate.index())).map(|a| a.kind) {
                    Some(AggregateKind::Min(of) | AggregateKind::Max(of)) => self.minor_is_wide(of),
                    _ => true,
                }
            }
            ValueKind::Masked
            | ValueKind::Element
            | ValueKind::MoneyValue(_)
            | ValueKind::MoneyAsset(_)
            | ValueKind::MapEntry(..)
            | ValueKind::Negate(_)
            | ValueKind::Arithmetic(..)
            | ValueKind::Call(..)
            | ValueKind::Bucket { .. } => true,
        }
    }

    /// The asset of an amount.
    pub(in crate::emit) fn asset(&mut self, id: ValueId) {
        let shape = self.source.shape;
        match shape.value(id).kind {
            ValueKind::Field(scan, field) => self.field(scan, field, TextUse::Any),
            ValueKind::Slot(slot) => self.slot(slot, Lowering::Asset),
            ValueKind::Key(key) => match self.level {
                Level::Groups => {
                    self.word("g.k");
                    self.out.number(key);
                    self.word("a");
                }
                Level::Rows => {
                    let keys = shape.grouping().map(|grouping| &grouping.keys);
                    if let Some(id) = keys.and_then(|keys| keys.get(key as usize)) {
                        self.asset(*id);
                    }
                }
            },
            ValueKind::Aggregate(aggregate) => {
                self.word("MIN(g.x");
                self.out.number(aggregate.0);
                self.word("a)");
            }
            ValueKind::Negate(of) => self.asset(of),
            // Where there is no amount there is no asset, or the order and the groups would show it.
            ValueKind::Arithmetic(Operator::Multiply, left, right) => {
                let is_left = shape.value(left).ty == Type::Money;
                let (money, factor) = if is_left { (left, right) } else { (right, left) };
                self.word("CASE WHEN ");
                self.value(factor);
                self.word(" IS NOT NULL THEN ");
                self.asset(money);
                self.word(" END");
            }
            ValueKind::Arithmetic(_, left, right) => {
                self.word("CASE WHEN ");
                self.same_asset(left, right);
                self.word(" THEN ");
                self.asset(left);
                self.word(" END");
            }
            ValueKind::Call(Function::Coalesce, run) => self.first_asset(run),
            ValueKind::Call(Function::NullIf, _) => {
                self.word("CASE WHEN ");
                self.minor(id);
                self.word(" IS NOT NULL THEN ");
                self.first_of_call(id);
                self.word(" END");
            }
            ValueKind::Call(..) => self.first_of_call(id),
            ValueKind::Masked
            | ValueKind::Element
            | ValueKind::MoneyValue(_)
            | ValueKind::MoneyAsset(_)
            | ValueKind::MapEntry(..)
            | ValueKind::Bucket { .. } => {}
        }
    }

    /// The asset of the first argument of a call.
    fn first_of_call(&mut self, id: ValueId) {
        let shape = self.source.shape;
        if let ValueKind::Call(_, run) = shape.value(id).kind
            && let Some(first) = shape.value_run(run).next()
        {
            self.asset(first);
        }
    }

    fn minor_arithmetic(&mut self, operator: Operator, left: ValueId, right: ValueId) {
        if operator == Operator::Multiply {
            D::computed(self, operator, &|sql| sql.factor(left), &|sql| sql.factor(right));
            return;
        }
        self.word("CASE WHEN ");
        self.same_asset(left, right);
        self.word(" THEN ");
        D::computed(self, operator, &|sql| sql.wide_minor(left), &|sql| sql.wide_minor(right));
        self.word(" END");
    }

    /// A side of a product: an amount, or the whole number that it is taken times.
    fn factor(&mut self, id: ValueId) {
        if self.source.shape.value(id).ty == Type::Money {
            self.wide_minor(id);
        } else {
            D::wide(self, id, 0);
        }
    }

    fn minor_call(&mut self, function: Function, run: Run) {
        let shape = self.source.shape;
        let mut ids = shape.value_run(run);
        let (Some(first), second) = (ids.next(), ids.next()) else {
            return;
        };
        match function {
            Function::Abs => D::absolute(self, &|sql| sql.wide_minor(first)),
            Function::Coalesce => {
                self.word("CASE");
                for id in shape.value_run(run) {
                    self.word(" WHEN ");
                    self.present(id);
                    self.word(" THEN ");
                    self.wide_minor(id);
                }
                self.word(" END");
            }
            Function::NullIf => {
                let Some(second) = second else {
                    return;
                };
                self.word("CASE WHEN ");
                self.same_asset(first, second);
                self.word(" AND ");
                self.wide_minor(first);
                self.word(" = ");
                self.wide_minor(second);
                self.word(" THEN NULL ELSE ");
                self.wide_minor(first);
                self.word(" END");
            }
            Function::Round
            | Function::Floor
            | Function::Ceil
            | Function::Length
            | Function::Lower
            | Function::Upper
            | Function::Concat => {}
        }
    }

    fn first_asset(&mut self, run: Run) {
        self.word("CASE");
        for id in self.source.shape.value_run(run) {
            self.word(" WHEN ");
            self.present(id);
            self.word(" THEN ");
            self.asset(id);
        }
        self.word(" END");
    }

    fn present(&mut self, id: ValueId) {
        self.minor(id);
        self.word(" IS NOT NULL AND ");
        self.asset(id);
        self.word(" IS NOT NULL");
    }

    fn same_asset(&mut self, left: ValueId, right: ValueId) {
        self.asset(left);
        self.word(" = ");
        self.asset(right);
        let bound = |id| matches!(self.source.shape.value(id).kind, ValueKind::Slot(_));
        let binary = |id| self.source.field_of(id).is_some_and(|field| field.binary);
        let _ = bound(left);
        if !binary(left) && !binary(right) {
            self.word(D::BINARY_BOUND);
        }
    }

    /// A comparison: where only TRUE counts, of two plain terms that an index can serve.
    pub(super) fn compare_money(
        &mut self,
        comparison: Comparison,
        left: ValueId,
        right: ValueId,
        truth: Truth,
    ) {
        self.word(if truth == Truth::Only { "(" } else { "CASE WHEN " });
        self.same_asset(left, right);
        self.word(if truth == Truth::Only { " AND " } else { " THEN " });
        self.compare_minor(comparison, left, right);
        self.word(if truth == Truth::Only { ")" } else { " END" });
    }

    fn compare_minor(&mut self, comparison: Comparison, left: ValueId, right: ValueId) {
        let shape = self.source.shape;
        if let (ValueKind::Field(scan, field), ValueKind::Slot(slot)) =
            (shape.value(left).kind, shape.value(right).kind)
            && let Storage::Limbs { high, low, .. } = &self.source.field(scan, field).storage
        {
            self.word("((");
            self.column(scan, high);
            self.word(", ");
            self.column(scan, low);
            self.word(")");
            self.word(operator(comparison));
            self.word("(");
            self.slot(slot, Lowering::HighLimb);
            self.word(", ");
            self.slot(slot, Lowering::LowLimb);
            self.word("))");
            return;
        }
        let narrow = !self.minor_is_wide(left) && !self.minor_is_wide(right);
        let side = |sql: &mut Self, id: ValueId| {
            if narrow { sql.minor(id) } else { sql.wide_minor(id) }
        };
        side(self, left);
        self.word(operator(comparison));
        side(self, right);
    }

    pub(super) fn distinct_money(&mut self, left: ValueId, right: ValueId) {
        self.word("(");
        D::distinct(self, &|sql| sql.wide_minor(left), &|sql| sql.wide_minor(right));
        self.word(" OR ");
        D::distinct(self, &|sql| sql.asset(left), &|sql| {
            sql.asset(right);
            sql.word(D::BINARY_BOUND);
        });
        self.word(")");
        let _ = Order::No;
    }
}
