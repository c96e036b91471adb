//! Values in SQL: fields as they are kept, numbers that are computed wide.

use super::{Dialect, Level, Sql, TextUse};
use crate::catalogue::{FieldId, Storage};
use crate::datatype::Type;
use crate::emit::Lowering;
use crate::typed::{AggregateKind, Function, Run, ScanId, ValueId, ValueKind};

impl<D: Dialect> Sql<'_, D> {
    /// A value that is no money, as it is kept or computed.
    pub(in crate::emit) fn value(&mut self, id: ValueId) {
        let node = *self.source.shape.value(id);
        match node.kind {
            ValueKind::Field(scan, field) => self.field(scan, field, TextUse::Any),
            ValueKind::Slot(slot) => self.slot(slot, Lowering::Value),
            ValueKind::Masked => self.word(D::MASKED),
            ValueKind::Key(key) => self.key(key),
            ValueKind::Aggregate(aggregate) => self.aggregate(aggregate, id),
            ValueKind::Element => self.word(D::ELEMENT),
            ValueKind::MoneyValue(money) => D::money_value(self, money, node.ty.scale()),
            ValueKind::MoneyAsset(money) => self.asset(money),
            ValueKind::MapEntry(map, key) => D::entry(self, map, key),
            ValueKind::Negate(of) => {
                D::negate(self, &|sql| D::wide(sql, of, node.ty.scale()));
            }
            ValueKind::Arithmetic(operator, left, right) => {
                D::arithmetic(self, operator, (left, right), id);
            }
            ValueKind::Call(function, run) => self.call(function, run, id),
            ValueKind::Bucket { of, starts, .. } => D::bucket(self, of, starts),
        }
    }

    fn call(&mut self, function: Function, run: Run, id: ValueId) {
        let ty = self.source.shape.value(id).ty;
        match function {
            Function::Abs | Function::Round | Function::Floor | Function::Ceil => {
                D::number_function(self, function, run, id);
            }
            Function::Length | Function::Lower | Function::Upper | Function::Concat => {
                D::text_function(self, function, run);
            }
            Function::Coalesce => {
                self.word("COALESCE(");
                self.arguments(run, ty);
                self.word(")");
            }
            Function::NullIf => {
                self.word("NULLIF(");
                self.arguments(run, ty);
                self.word(")");
            }
        }
    }

    /// Arguments of one type: numbers wide and of one scale, texts by code point.
    fn arguments(&mut self, run: Run, ty: Type) {
        let shape = self.source.shape;
        let scale = shape.value_run(run).map(|id| shape.value(id).ty.scale()).max().unwrap_or(0);
        for (place, id) in shape.value_run(run).enumerate() {
            if place > 0 {
                self.word(", ");
            }
            match ty {
                Type::Whole | Type::Decimal { .. } => D::wide(self, id, scale),
                Type::Text | Type::Enum(_) => {
                    self.value(id);
                    self.word(D::BINARY_BOUND);
                }
                Type::Float
                | Type::Bool
                | Type::Id(_)
                | Type::Timestamp { .. }
                | Type::Date
                | Type::Money
                | Type::Duration
                | Type::TextArray
                | Type::TextMap => self.value(id),
            }
        }
    }

    /// A value where it is answered.
    pub(super) fn value_out(&mut self, id: ValueId) {
        D::answered(self, id);
    }

    /// A field of a scan that is no money.
    pub(in crate::emit) fn field(&mut self, scan: ScanId, id: FieldId, text_use: TextUse) {
        let field = self.source.field(scan, id);
        match &field.storage {
            Storage::Column(column) => D::plain(self, scan, column, field.ty),
            Storage::Json(column, path) => D::json(self, scan, (column, path), field.ty),
            Storage::Money { asset, .. } | Storage::Limbs { asset, .. } => {
                self.column(scan, asset);
            }
        }
        if matches!(field.ty, Type::Text | Type::Enum(_)) {
            self.collate(field.binary.into(), text_use);
        }
    }

    /// A group key.
    pub(super) fn key(&mut self, key: u32) {
        match self.level {
            Level::Groups => {
                self.word("g.k");
                self.out.number(key);
            }
            Level::Rows => {
                let keys = self.source.shape.grouping().map(|grouping| &grouping.keys);
                if let Some(id) = keys.and_then(|keys| keys.get(key as usize)) {
                    self.value(*id);
                }
            }
        }
    }

    /// Whether a number is computed, and therefore wide.
    pub(in crate::emit) fn is_wide(&self, id: ValueId) -> bool {
        let shape = self.source.shape;
        let node = shape.value(id);
        if !node.ty.is_number() {
            return false;
        }
        match node.kind {
            ValueKind::MoneyValue(_) | ValueKind::Negate(_) | ValueKind::Arithmetic(..) => true,
            ValueKind::Call(function, _) => function != Function::Length,
            ValueKind::Key(key) => {
                let keys = shape.grouping().map(|grouping| &grouping.keys);
                keys.and_then(|keys| keys.get(key as usize)).is_some_and(|key| self.is_wide(*key))
            }
            ValueKind::Aggregate(aggregate) => {
                let aggregates = shape.grouping().map(|grouping| &grouping.aggregates);
                match aggregates.and_then(|list| list.get(aggregate.index())).map(|a| a.kind) {
                    Some(AggregateKind::Sum(_) | AggregateKind::Average(_)) => true,
                    Some(AggregateKind::Min(of) | AggregateKind::Max(of)) => self.is_wide(of),
                    Some(
                        AggregateKind::Rows
                        | AggregateKind::Count(_)
                        | AggregateKind::CountDistinct(_),
                    )
                    | None => false,
                }
            }
            ValueKind::Field(..)
            | ValueKind::Slot(_)
            | ValueKind::Masked
            | ValueKind::Element
            | ValueKind::MoneyAsset(_)
            | ValueKind::MapEntry(..)
            | ValueKind::Bucket { .. } => false,
        }
    }
}
