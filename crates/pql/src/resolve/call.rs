//! Functions of one row, NOW, TODAY and the buckets.

use super::{Part, Resolved, Resolver};
use crate::ast::{Arguments, Call, Function as Written, FunctionKind};
use crate::constant::{Fit, Known, KnownKind, Target};
use crate::datatype::{CONSTANT_DECIMAL, Type};
use crate::typed::{From, Function, SlotId, ValueId, ValueKind, ValueNode};
use crate::value::{Bucket, Value, Zone};
use crate::{Code, Diagnostic, Span};

impl Resolver<'_> {
    pub(super) fn call(&mut self, call: &Call, span: Span) -> Resolved<Part> {
        match call.function.kind() {
            FunctionKind::Aggregate => self.aggregate(call, span).map(Part::Node),
            FunctionKind::Bucket => self.bucket(call, span).map(Part::Node),
            FunctionKind::Scalar => match call.function {
                Written::Now => Ok(Part::Known(self.now(span))),
                Written::Today => self.today(call, span).map(Part::Known),
                other @ Written::Abs
                | other @ Written::Coalesce
                | other @ Written::Nullif
                | other @ Written::Round
                | other @ Written::Floor
                | other @ Written::Ceil
                | other @ Written::Length
                | other @ Written::Lower
                | other @ Written::Upper
                | other @ Written::Concat
                | other @ Written::Hour
                | other @ Written::Day
                | other @ Written::Week
                | other @ Written::Month
                | other @ Written::Count
                | other @ Written::Sum
                | other @ Written::Min
                | other @ Written::Max
                | other @ Written::Avg => self.function(other, call, span),
            },
        }
    }

    /// The arguments that are not `*` and not DISTINCT.
    fn arguments(&mut self, call: &Call, span: Span) -> Resolved<Vec<Part>> {
        let Arguments::Values(values) = call.arguments else {
            let message = format!("{} takes neither * nor DISTINCT.", call.function.name());
            return self.refuse(Code::Function, span, message);
        };
        let parts: Vec<_> = self.ast.values(values).iter().map(|id| self.value(*id)).collect();
        parts.into_iter().collect()
    }

    fn now(&self, span: Span) -> Known {
        Known::value(Value::Timestamp(self.request.now), From::Now, span)
    }

    fn today(&mut self, call: &Call, span: Span) -> Resolved<Known> {
        let zone = match self.arguments(call, span)?.pop() {
            None => Zone::UTC,
            Some(Part::Known(zone)) => self.zone(zone)?.0,
            Some(Part::Node(_)) => {
                return self.refuse(Code::Zone, span, "A zone is a text or a parameter.");
            }
        };
        match zone.date(self.request.now) {
            Some(date) => Ok(Known::derived(Value::Date(date), span)),
            None => self.refuse(Code::Range, span, "Times are in the years 0001 to 9999."),
        }
    }

    /// A zone by its name.
    pub(super) fn zone(&mut self, known: Known) -> Resolved<(Zone, SlotId)> {
        let span = known.span;
        if let Some(param) = known.param().filter(|param| param.optional) {
            return self.optional_here(param.span);
        }
        let param = known.param().map(|param| self.ast.param_name(param).to_owned());
        let slot = self.placed(known, Target::of(Type::Text), Fit::Exact)?;
        let name = match &self.constants[slot.index()] {
            crate::typed::Constant::One(Value::Text(name)) => name.clone(),
            crate::typed::Constant::One(_)
            | crate::typed::Constant::Many(_)
            | crate::typed::Constant::Pattern(_) => Box::default(),
        };
        if let Some(zone) = Zone::named(&name) {
            return Ok((zone, slot));
        }
        let shown: String = name.chars().take(40).collect();
        let message = format!("There is no time zone {shown:?}.");
        let error = Diagnostic::new(Code::Zone, span, message)
            .hint("A zone is named as in 'Europe/London', or 'UTC'.");
        match param {
            Some(param) => self.fail(error.param(param)),
            None => self.fail(error),
        }
    }

    fn bucket(&mut self, call: &Call, span: Span) -> Resolved<ValueId> {
        let unit = match call.function {
            Written::Hour => Bucket::Hour,
            Written::Day => Bucket::Day,
            Written::Week => Bucket::Week,
            Written::Abs
            | Written::Coalesce
            | Written::Nullif
            | Written::Round
            | Written::Floor
            | Written::Ceil
            | Written::Length
            | Written::Lower
            | Written::Upper
            | Written::Concat
            | Written::Now
            | Written::Today
            | Written::Month
            | Written::Count
            | Written::Sum
            | Written::Min
            | Written::Max
            | Written::Avg => Bucket::Month,
        };
        let name = call.function.name();
        let mut parts = self.arguments(call, span)?;
        let (Some(Part::Node(of)), None) = (parts.pop(), parts.pop()) else {
            let message = format!("{name} takes a field that is a timestamp.");
            return self.refuse(Code::Function, span, message);
        };
        let node = *self.shape.value(of);
        let (Type::Timestamp { .. }, ValueKind::Field(..)) = (node.ty, node.kind) else {
            let message = format!("{name} takes a field that is a timestamp.");
            return self.refuse(Code::Type, span, message);
        };
        let zone = match call.zone.map(|zone| self.value(zone)).transpose()? {
            None => Known::derived(Value::text("UTC"), span),
            Some(Part::Known(zone)) => zone,
            Some(Part::Node(_)) => {
                return self.refuse(Code::Zone, span, "A zone is a text or a parameter.");
            }
        };
        let (zone, slot) = self.zone(zone)?;
        let starts = self.bucket_starts(unit, of, (&zone, slot), span)?;
        let kind = ValueKind::Bucket { unit, of, zone: slot, starts };
        Ok(self.push(ValueNode { kind, span, ..node }))
    }

    fn function(&mut self, written: Written, call: &Call, span: Span) -> Resolved<Part> {
        let parts = self.arguments(call, span)?;
        let name = written.name();
        match written {
            Written::Abs => self.abs(parts, span),
            Written::Floor => self.whole_of(Function::Floor, parts, span),
            Written::Ceil => self.whole_of(Function::Ceil, parts, span),
            Written::Round => self.round(parts, span),
            Written::Coalesce => self.first_of(Function::Coalesce, parts, span),
            Written::Nullif => self.first_of(Function::NullIf, parts, span),
            Written::Length => self.of_texts(Function::Length, parts, span),
            Written::Lower => self.of_texts(Function::Lower, parts, span),
            Written::Upper => self.of_texts(Function::Upper, parts, span),
            Written::Concat => self.of_texts(Function::Concat, parts, span),
            Written::Now
            | Written::Today
            | Written::Hour
            | Written::Day
            | Written::Week
            | Written::Month
            | Written::Count
            | Written::Sum
            | Written::Min
            | Written::Max
            | Written::Avg => {
                self.refuse(Code::Function, span, format!("{name} cannot stand here."))
            }
        }
    }

    /// The node of a call, or its value if all arguments are constants.
    fn called(&mut self, function: Function, arguments: &[ValueId], node: ValueNode) -> Part {
        let run = self.run(arguments.iter().map(|id| id.0));
        let kind = ValueKind::Call(function, run);
        Part::Node(self.push(ValueNode { kind, ..node }))
    }

    fn one_number(&mut self, parts: Vec<Part>, span: Span) -> Resolved<ValueId> {
        let mut parts = parts.into_iter();
        let (Some(part), None) = (parts.next(), parts.next()) else {
            return self.refuse(Code::Function, span, "This function takes one value.");
        };
        let id = self.node(part)?;
        let ty = self.shape.value(id).ty;
        if ty.is_number() || ty == Type::Money {
            return Ok(id);
        }
        let message = format!("This function takes a number; here stands {}.", ty.noun());
        self.refuse(Code::Type, span, message)
    }

    fn abs(&mut self, parts: Vec<Part>, span: Span) -> Resolved<Part> {
        let id = self.one_number(parts, span)?;
        let node = ValueNode { span, ..*self.shape.value(id) };
        Ok(self.called(Function::Abs, &[id], node))
    }

    fn whole_of(&mut self, function: Function, parts: Vec<Part>, span: Span) -> Resolved<Part> {
        let id = self.one_number(parts, span)?;
        let node = *self.shape.value(id);
        if node.ty == Type::Money {
            return self.refuse(Code::Type, span, "Use amount.value: money keeps its minor units.");
        }
        let digits = u32::from(node.digits.saturating_sub(node.ty.scale()));
        let more = u32::from(node.ty.scale() > 0);
        let digits = self.checked_width((digits + more).max(1), span)?;
        let node = ValueNode { ty: Type::Whole, digits, span, ..node };
        Ok(self.called(function, &[id], node))
    }

    fn round(&mut self, parts: Vec<Part>, span: Span) -> Resolved<Part> {
        let mut parts = parts.into_iter();
        let (Some(number), places) = (parts.next(), parts.next()) else {
            return self.refuse(Code::Function, span, "ROUND takes a number and its digits.");
        };
        let id = self.one_number(vec![number], span)?;
        let node = *self.shape.value(id);
        if node.ty == Type::Money {
            return self.refuse(Code::Type, span, "Use amount.value: money keeps its minor units.");
        }
        let places = match places {
            None => Known::derived(Value::Whole(0), span),
            Some(Part::Known(places)) => places,
            Some(Part::Node(_)) => {
                let message = "The digits that ROUND keeps are a number or a parameter.";
                return self.refuse(Code::Type, span, message);
            }
        };
        if let Some(param) = places.param().filter(|param| param.optional) {
            return self.optional_here(param.span);
        }
        let places = self.placed_node(places, Target::of(Type::Whole), Fit::Exact)?;
        self.places_in_range(places)?;
        let digits = self.checked_width(u32::from(node.digits) + 1, span)?;
        let ty = match node.ty {
            Type::Decimal { scale, .. } => Type::Decimal { precision: digits, scale },
            other @ Type::Whole
            | other @ Type::Float
            | other @ Type::Bool
            | other @ Type::Text
            | other @ Type::Enum(_)
            | other @ Type::Id(_)
            | other @ Type::Timestamp { .. }
            | other @ Type::Date
            | other @ Type::Money
            | other @ Type::Duration
            | other @ Type::TextArray
            | other @ Type::TextMap => other,
        };
        let node = ValueNode { ty, digits, span, ..node };
        Ok(self.called(Function::Round, &[id, places], node))
    }

    fn places_in_range(&mut self, places: ValueId) -> Resolved<()> {
        let node = *self.shape.value(places);
        let ValueKind::Slot(slot) = node.kind else {
            return Ok(());
        };
        match &self.constants[slot.index()] {
            crate::typed::Constant::One(Value::Whole(-65..=65)) => Ok(()),
            crate::typed::Constant::One(_)
            | crate::typed::Constant::Many(_)
            | crate::typed::Constant::Pattern(_) => self.refuse(
                Code::Range,
                node.span,
                "ROUND keeps -65 to 65 digits behind the point.",
            ),
        }
    }

    /// COALESCE and NULLIF: all of one type, or all numbers.
    fn first_of(&mut self, function: Function, parts: Vec<Part>, span: Span) -> Resolved<Part> {
        let typed = parts.iter().find_map(|part| match part {
            Part::Node(id) => Some(*self.shape.value(*id)),
            Part::Known(_) => None,
        });
        let mut ids = Vec::with_capacity(parts.len());
        for part in parts {
            ids.push(match (part, typed) {
                (Part::Known(known), Some(beside)) => self.argument(known, &beside)?,
                (part, _) => self.node(part)?,
            });
        }
        let Some((first, rest)) = ids.split_first() else {
            return self.refuse(Code::Function, span, "This function takes values.");
        };
        let mut node = *self.shape.value(*first);
        if matches!(node.ty, Type::TextArray | Type::TextMap | Type::Bool | Type::Duration) {
            let message = format!("This function does not take {}.", node.ty.noun());
            return self.refuse(Code::Type, span, message);
        }
        let mut nullable = node.nullable;
        for id in rest {
            let other = *self.shape.value(*id);
            nullable &= other.nullable;
            node = self.common(&node, &other, span)?;
        }
        node = match function {
            Function::NullIf => ValueNode { nullable: true, ..node },
            Function::Abs
            | Function::Coalesce
            | Function::Round
            | Function::Floor
            | Function::Ceil
            | Function::Length
            | Function::Lower
            | Function::Upper
            | Function::Concat => ValueNode { nullable, ..node },
        };
        Ok(self.called(function, &ids, ValueNode { span, ..node }))
    }

    /// A constant argument beside a value of rows.
    fn argument(&mut self, known: Known, beside: &ValueNode) -> Resolved<ValueId> {
        if let Some(param) = known.param().filter(|param| param.optional) {
            return self.optional_here(param.span);
        }
        let (precision, scale) = CONSTANT_DECIMAL;
        let ty = match (&known.kind, beside.ty) {
            (KnownKind::Value(Value::Whole(_)) | KnownKind::Missing(Type::Whole), ty)
                if ty.is_number() =>
            {
                Type::Whole
            }
            (_, ty) if ty.is_number() => Type::Decimal { precision, scale },
            (_, ty) => ty,
        };
        let target = Target { ty, digits: beside.digits, nfc: false };
        self.placed_node(known, target, Fit::Exact)
    }

    /// The type that two values have in common.
    fn common(&mut self, a: &ValueNode, b: &ValueNode, span: Span) -> Resolved<ValueNode> {
        if a.ty.is_number() && b.ty.is_number() {
            let scale = a.ty.scale().max(b.ty.scale());
            let integer = |node: &ValueNode| u32::from(node.digits.saturating_sub(node.ty.scale()));
            let digits = integer(a).max(integer(b)) + u32::from(scale);
            let digits = self.checked_width(digits, span)?;
            let whole = a.ty == Type::Whole && b.ty == Type::Whole;
            let decimal = Type::Decimal { precision: digits, scale };
            let ty = if whole { Type::Whole } else { decimal };
            return Ok(ValueNode { ty, digits, ..*a });
        }
        let digits = a.digits.max(b.digits);
        match (a.ty, b.ty) {
            (Type::Timestamp { precision: one }, Type::Timestamp { precision: other }) => {
                let ty = Type::Timestamp { precision: one.max(other) };
                Ok(ValueNode { ty, ..*a })
            }
            (one, other) if one == other => Ok(ValueNode { digits, ..*a }),
            (one, other) => {
                let message = format!(
                    "The values are of one type; here stand {} and {}.",
                    one.noun(),
                    other.noun()
                );
                self.refuse(Code::Type, span, message)
            }
        }
    }

    fn of_texts(&mut self, function: Function, parts: Vec<Part>, span: Span) -> Resolved<Part> {
        let mut ids = Vec::with_capacity(parts.len());
        for part in parts {
            let id = match part {
                Part::Known(known) => {
                    if let Some(param) = known.param().filter(|param| param.optional) {
                        return self.optional_here(param.span);
                    }
                    self.placed_node(known, Target::of(Type::Text), Fit::Exact)?
                }
                Part::Node(id) => id,
            };
            let ty = self.shape.value(id).ty;
            if ty != Type::Text {
                let message = format!("This function takes text; here stands {}.", ty.noun());
                return self.refuse(Code::Type, self.shape.value(id).span, message);
            }
            ids.push(id);
        }
        let nullable = ids.iter().any(|id| self.shape.value(*id).nullable);
        let (ty, digits) = match function {
            Function::Length => (Type::Whole, crate::datatype::WHOLE_DIGITS),
            Function::Abs
            | Function::Coalesce
            | Function::NullIf
            | Function::Round
            | Function::Floor
            | Function::Ceil
            | Function::Lower
            | Function::Upper
            | Function::Concat => (Type::Text, 0),
        };
        let kind = ValueKind::Masked;
        Ok(self.called(function, &ids, ValueNode { kind, ty, nullable, digits, span }))
    }
}
