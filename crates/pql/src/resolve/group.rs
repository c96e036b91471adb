//! Group keys: what stands outside aggregates must be one of them, or made of them.

use super::same::{Same, Slots};
use super::{Reads, Resolved, Resolver};
use crate::ast::{self, Arguments, FunctionKind, Many, Value as Tree};
use crate::datatype::Type;
use crate::typed::{ValueId, ValueKind, ValueNode};
use crate::{Code, Diagnostic, Span};

/// How full the arenas were, to come back to.
pub(super) struct Mark {
    values: usize,
    conditions: usize,
    lists: usize,
    slots: usize,
    scans: usize,
    errors: usize,
}

impl Resolver<'_> {
    pub(super) fn group_keys(&mut self, keys: Many<ast::ValueId>) {
        for id in self.ast.values(keys) {
            let span = self.ast.value_span(*id);
            let Ok(key) = self.value(*id).and_then(|part| self.group_key(part, span)) else {
                self.keys_refused = true;
                continue;
            };
            self.grouping.keys.push(key);
        }
    }

    fn group_key(&mut self, part: super::Part, span: Span) -> Resolved<ValueId> {
        let super::Part::Node(id) = part else {
            let message = "A group key is made of fields; a constant groups nothing.";
            return self.refuse(Code::Group, span, message);
        };
        let ty = self.shape.value(id).ty;
        match ty {
            Type::TextArray | Type::TextMap | Type::Duration | Type::Float => {
                let message = format!("Rows are not grouped by {}.", ty.noun());
                self.refuse(Code::Group, span, message)
            }
            Type::Whole
            | Type::Decimal { .. }
            | Type::Bool
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money => Ok(id),
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            values: self.shape.values.len(),
            conditions: self.shape.conditions.len(),
            lists: self.shape.lists.len(),
            slots: self.shape.slots.len(),
            scans: self.shape.scans.len(),
            errors: self.errors.len(),
        }
    }

    pub(super) fn back_to(&mut self, mark: &Mark) {
        self.shape.values.truncate(mark.values);
        self.shape.conditions.truncate(mark.conditions);
        self.shape.lists.truncate(mark.lists);
        self.shape.slots.truncate(mark.slots);
        self.constants.truncate(mark.slots);
        self.shape.scans.truncate(mark.scans);
        self.errors.truncate(mark.errors);
    }

    /// The key that a whole written value equals, if it equals one. One that differs from a key in
    /// its constants alone is refused: whether it is the key may not depend on values, for the
    /// command would.
    pub(super) fn whole_key(&mut self, id: ast::ValueId, span: Span) -> Resolved<Option<ValueId>> {
        if matches!(self.ast.value(id), Tree::Literal(_) | Tree::Param(_)) || self.aggregates(id) {
            return Ok(None);
        }
        let mark = self.mark();
        self.reads = Reads::Rows;
        let part = self.value(id);
        self.reads = Reads::Groups;
        let (key, alike) = match part {
            Ok(super::Part::Node(value)) => {
                let same = Same { shape: &self.shape, slots: Slots::Ignored };
                let keys = self.grouping.keys.iter();
                let alike = keys.filter(|key| same.values(**key, value)).count();
                (self.matching_key(value), alike)
            }
            Ok(super::Part::Known(_)) | Err(_) => (None, 0),
        };
        self.back_to(&mark);
        if alike > 1 {
            let message = "Two group keys differ in their constants alone, and this may be either.";
            let error = Diagnostic::new(Code::Group, span, message)
                .hint("Group by one of them: which is meant may not depend on values.");
            return self.fail(error);
        }
        if alike == 1 && key.is_none() {
            let message = "This differs from a group key in its constants alone.";
            let error = Diagnostic::new(Code::Group, span, message)
                .hint("Write the same constants as in GROUP BY.");
            return self.fail(error);
        }
        Ok(key.map(|key| self.key_node(key, span)))
    }

    fn matching_key(&self, value: ValueId) -> Option<usize> {
        self.matching(value, Slots::Equal(&self.constants))
    }

    fn matching(&self, value: ValueId, slots: Slots<'_>) -> Option<usize> {
        let same = Same { shape: &self.shape, slots };
        self.grouping.keys.iter().position(|key| same.values(*key, value))
    }

    fn key_node(&mut self, key: usize, span: Span) -> ValueId {
        let node = *self.shape.value(self.grouping.keys[key]);
        let kind = ValueKind::Key(super::count(key));
        self.push(ValueNode { kind, span, ..node })
    }

    /// A field outside aggregates: a key, or an error.
    pub(super) fn key_of(&mut self, field: ValueId, span: Span) -> Resolved<ValueId> {
        if let Some(key) = self.matching_key(field) {
            return Ok(self.key_node(key, span));
        }
        if self.keys_refused {
            // It may be the key that is wrong, and that is told already.
            return Err(super::Refused);
        }
        let message = if self.grouping.keys.is_empty() {
            "Here all rows are one group, which has no single value of this field."
        } else {
            "This is no group key, so a group has no single value of it."
        };
        let error = Diagnostic::new(Code::Group, span, message)
            .hint("Put it into GROUP BY, or into an aggregate: MIN(x), MAX(x), SUM(x).");
        self.fail(error)
    }

    /// Whether an aggregate stands in a written value.
    pub(super) fn aggregates(&self, id: ast::ValueId) -> bool {
        match *self.ast.value(id) {
            Tree::Literal(_) | Tree::Param(_) | Tree::Path(_) | Tree::Entry { .. } => false,
            Tree::Negated(of) => self.aggregates(of),
            Tree::Chain { first, rest } => {
                self.aggregates(first)
                    || self.ast.operands(rest).iter().any(|operand| self.aggregates(operand.value))
            }
            Tree::Call(call) => {
                call.function.kind() == FunctionKind::Aggregate
                    || match call.arguments {
                        Arguments::Star | Arguments::Distinct(_) => false,
                        Arguments::Values(values) => {
                            self.ast.values(values).iter().any(|value| self.aggregates(*value))
                        }
                    }
            }
        }
    }
}
