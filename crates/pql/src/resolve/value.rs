//! Values: literals, parameters, paths, arithmetic. What rows do not enter is folded.

use super::{Part, Reads, Resolved, Resolver};
use crate::ast::{self, Arithmetic, Literal, Many, Operand, Path, Value as Tree};
use crate::constant::{self, Fit, Known, KnownKind, Target, Trouble};
use crate::datatype::{CONSTANT_DECIMAL, QUOTIENT_OPERAND_DIGITS, Type};
use crate::typed::{From, Operator, ValueId, ValueKind, ValueNode};
use crate::value::{Date, Decimal, Duration, Float, QUOTIENT_SCALE, Timestamp, Value};
use crate::{Code, Diagnostic, Span};

impl Resolver<'_> {
    /// A value of any kind.
    pub(super) fn value(&mut self, id: ast::ValueId) -> Resolved<Part> {
        let span = self.ast.value_span(id);
        if self.reads == Reads::Groups
            && let Some(key) = self.whole_key(id, span)?
        {
            return Ok(Part::Node(key));
        }
        match *self.ast.value(id) {
            Tree::Literal(literal) => self.literal(literal, span).map(Part::Known),
            Tree::Param(param) => {
                let kind = KnownKind::Unread(param, Duration::from_micros(0));
                Ok(Part::Known(Known { kind, from: From::Parameter(param.span), span: param.span }))
            }
            Tree::Path(path) => self.path(path, span),
            Tree::Entry { path, key } => self.entry(path, key, span).map(Part::Node),
            Tree::Call(call) => self.call(&call, span),
            Tree::Negated(of) => self.negated(of, span),
            Tree::Chain { first, rest } => self.chain(first, rest),
        }
    }

    /// A value of rows; a constant takes the type that it is written in.
    pub(super) fn node(&mut self, part: Part) -> Resolved<ValueId> {
        match part {
            Part::Node(id) => Ok(id),
            Part::Known(known) => {
                let known = self.read_as(known, None)?;
                let target = own_type(&known);
                self.placed_node(known, target, Fit::Exact)
            }
        }
    }

    fn literal(&mut self, literal: Literal, span: Span) -> Resolved<Known> {
        let from = From::Literal(span);
        let value = match literal {
            Literal::Text(text) => Value::Text(self.ast.text_of(text).into()),
            Literal::Whole(whole) => Value::Whole(whole),
            Literal::Decimal(number) => self.decimal(number)?.map_or(Value::Null, Value::Decimal),
            Literal::Float(number) => self.float(number)?,
            Literal::Money { number, code } => return self.money(number, code, span),
            Literal::Date(date) => Value::Date(self.date(date, span)?),
            Literal::Instant(instant) => return self.instant(instant, span),
            Literal::Duration { seconds } => {
                let micros = seconds.checked_mul(1_000_000);
                match micros {
                    Some(micros) => Value::Duration(Duration::from_micros(micros)),
                    None => return self.refuse(Code::Range, span, "The duration is too long."),
                }
            }
            Literal::Bool(truth) => Value::Bool(truth),
        };
        Ok(Known::value(value, from, span))
    }

    fn decimal(&mut self, span: Span) -> Resolved<Option<Decimal>> {
        match self.ast.slice(span).parse::<Decimal>() {
            Ok(decimal) if fits_widest(decimal) => Ok(Some(decimal)),
            Ok(_) | Err(_) => self.refuse(Code::Range, span, "The number has more than 65 digits."),
        }
    }

    fn float(&mut self, span: Span) -> Resolved<Value> {
        let float = self.ast.slice(span).parse().ok().and_then(Float::new);
        match float {
            Some(float) => Ok(Value::Float(float)),
            None => self.refuse(Code::Range, span, "The float is beyond what a double holds."),
        }
    }

    fn money(&mut self, number: Span, code: Span, span: Span) -> Resolved<Known> {
        let Some(decimal) = self.decimal(number)? else {
            return Err(super::Refused);
        };
        match self.placer.money(decimal, self.ast.slice(code), span) {
            Ok(money) => Ok(Known::value(money, From::Literal(span), span)),
            Err(error) => self.fail(*error),
        }
    }

    fn date(&mut self, date: ast::Date, span: Span) -> Resolved<Date> {
        let text = format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
        match Date::parse(&text) {
            Ok(date) => Ok(date),
            Err(error) => self.refuse(Code::Time, span, error.to_string()),
        }
    }

    fn instant(&mut self, instant: ast::Instant, span: Span) -> Resolved<Known> {
        let micros = instant.seconds.checked_mul(1_000_000);
        let micros = micros.and_then(|m| m.checked_add(i64::from(instant.nanoseconds / 1_000)));
        let Some(at) = micros.and_then(Timestamp::from_micros) else {
            return self.refuse(Code::Range, span, "Times are in the years 0001 to 9999.");
        };
        let kind = if instant.nanoseconds.is_multiple_of(1_000) {
            KnownKind::Value(Value::Timestamp(at))
        } else {
            KnownKind::Finer(at)
        };
        Ok(Known { kind, from: From::Literal(span), span })
    }

    fn entry(&mut self, path: Path, key: ast::ValueId, span: Span) -> Resolved<ValueId> {
        let map = self.path(path, span)?;
        let key = self.value(key)?;
        let (Part::Node(map), Part::Known(key)) = (map, key) else {
            return self.refuse(Code::Type, span, "A key of a map is a text or a parameter.");
        };
        if self.shape.value(map).ty != Type::TextMap {
            let message = "Only a map of text has entries; this field is none.";
            return self.refuse(Code::Type, span, message);
        }
        if let Some(param) = key.param().filter(|param| param.optional) {
            return self.optional_here(param.span);
        }
        let slot = self.placed(key, Target::of(Type::Text), Fit::Exact)?;
        let kind = ValueKind::MapEntry(map, slot);
        Ok(self.push(ValueNode { kind, ty: Type::Text, nullable: true, digits: 0, span }))
    }

    pub(super) fn optional_here<T>(&mut self, span: Span) -> Resolved<T> {
        let message = "An optional parameter is one whole side of a comparison, nothing else.";
        let error = Diagnostic::new(Code::Param, span, message).hint("Write it without ?.");
        self.fail(error)
    }

    fn negated(&mut self, of: ast::ValueId, span: Span) -> Resolved<Part> {
        match self.value(of)? {
            Part::Known(known) => {
                let known = self.read_as(known, None)?;
                match constant::negated(&known, span) {
                    Ok(known) => Ok(Part::Known(known)),
                    Err(trouble) => self.trouble(&trouble, span),
                }
            }
            Part::Node(id) => {
                let node = *self.shape.value(id);
                if !node.ty.is_number() && node.ty != Type::Money {
                    let message = format!("A minus sign stands before {}.", node.ty.noun());
                    return self.refuse(Code::Type, span, message);
                }
                let kind = ValueKind::Negate(id);
                Ok(Part::Node(self.push(ValueNode { kind, span, ..node })))
            }
        }
    }

    fn chain(&mut self, first: ast::ValueId, rest: Many<Operand>) -> Resolved<Part> {
        let start = self.ast.value_span(first);
        let mut left = self.value(first);
        for operand in self.ast.operands(rest) {
            let right = self.value(operand.value);
            let span = start.to(self.ast.value_span(operand.value));
            left = match (left, right) {
                (Ok(left), Ok(right)) => {
                    self.arithmetic(operator(operand.operator), left, right, span)
                }
                (Err(refused), _) | (_, Err(refused)) => Err(refused),
            };
        }
        left
    }

    fn arithmetic(
        &mut self,
        operator: Operator,
        left: Part,
        right: Part,
        span: Span,
    ) -> Resolved<Part> {
        let (left, right) = match (left, right) {
            (Part::Known(left), Part::Known(right)) => {
                return self.folded(operator, left, right, span).map(Part::Known);
            }
            (Part::Node(left), Part::Known(right)) => {
                let right = self.operand(operator, right, left, span)?;
                (left, right)
            }
            (Part::Known(left), Part::Node(right)) => {
                let left = self.operand(operator, left, right, span)?;
                (left, right)
            }
            (Part::Node(left), Part::Node(right)) => (left, right),
        };
        let (ty, digits) = self.result(operator, left, right, span)?;
        let nodes = (self.shape.value(left), self.shape.value(right));
        let by_zero = !matches!(operator, Operator::Add | Operator::Subtract | Operator::Multiply);
        let money = ty == Type::Money;
        let nullable = nodes.0.nullable || nodes.1.nullable || by_zero || money;
        let kind = ValueKind::Arithmetic(operator, left, right);
        Ok(Part::Node(self.push(ValueNode { kind, ty, nullable, digits, span })))
    }

    fn folded(
        &mut self,
        operator: Operator,
        left: Known,
        right: Known,
        span: Span,
    ) -> Resolved<Known> {
        let is_duration =
            |known: &Known| matches!(known.kind, KnownKind::Value(Value::Duration(_)));
        let left = if is_duration(&right) { left } else { self.read_as(left, Some(&right))? };
        let right = if is_duration(&left) { right } else { self.read_as(right, Some(&left))? };
        match constant::fold(operator, &left, &right, span) {
            Ok(known) => Ok(known),
            Err(trouble) => self.trouble(&trouble, span),
        }
    }

    /// A parameter in arithmetic, read: as a duration beside a time, as money beside money, else
    /// as a decimal.
    pub(super) fn read_as(&mut self, known: Known, beside: Option<&Known>) -> Resolved<Known> {
        let KnownKind::Unread(param, shift) = known.kind else {
            return Ok(known);
        };
        if param.optional {
            return self.optional_here(param.span);
        }
        let ty = match beside.map(|known| &known.kind) {
            Some(KnownKind::Value(Value::Timestamp(_) | Value::Date(_)) | KnownKind::Finer(_)) => {
                Type::Duration
            }
            Some(KnownKind::Value(Value::Money(_))) => Type::Money,
            Some(KnownKind::Missing(Type::Money)) => Type::Money,
            Some(KnownKind::Value(_) | KnownKind::Missing(_) | KnownKind::Unread(..)) | None => {
                let (precision, scale) = CONSTANT_DECIMAL;
                Type::Decimal { precision, scale }
            }
        };
        let target = Target { digits: crate::datatype::DIGITS_MAX, ..Target::of(ty) };
        match self.placer.param(param, shift, target, Fit::Exact) {
            Ok(value) => Ok(Known { kind: KnownKind::Value(value), ..known }),
            Err(error) => self.fail(*error),
        }
    }

    pub(super) fn trouble<T>(&mut self, trouble: &Trouble, span: Span) -> Resolved<T> {
        match trouble {
            Trouble::Types => {
                self.refuse(Code::Type, span, "These types do not compute with one another.")
            }
            Trouble::Range => {
                self.refuse(Code::Range, span, "The result is beyond what its type holds.")
            }
            Trouble::Assets => self.refuse(
                Code::Asset,
                span,
                "Amounts of different assets, or an amount and a number, do not add up.",
            ),
        }
    }

    /// A constant operand beside a value of rows: a number of static width, or money.
    fn operand(
        &mut self,
        operator: Operator,
        known: Known,
        beside: ValueId,
        span: Span,
    ) -> Resolved<ValueId> {
        if let Some(param) = known.param().filter(|param| param.optional) {
            return self.optional_here(param.span);
        }
        let node = *self.shape.value(beside);
        if let KnownKind::Value(Value::Duration(_)) = known.kind {
            let error = Diagnostic::new(Code::Type, span, "A duration is added to a field.")
                .hint("Move it to the other side: a field stands alone, NOW() - 7d beside it.");
            return self.fail(error);
        }
        let additive = matches!(operator, Operator::Add | Operator::Subtract);
        let whole = matches!(operator, Operator::WholeDivide | Operator::Modulo);
        let ty = match (node.ty, &known.kind) {
            (Type::Money, _) if additive => Type::Money,
            (Type::Money, _) => Type::Whole,
            (_, KnownKind::Value(Value::Money(_)) | KnownKind::Missing(Type::Money)) => Type::Money,
            (_, KnownKind::Value(Value::Whole(_)) | KnownKind::Missing(Type::Whole)) => Type::Whole,
            _ if whole => Type::Whole,
            _ => {
                let (precision, scale) = CONSTANT_DECIMAL;
                Type::Decimal { precision, scale }
            }
        };
        let digits = if node.ty == Type::Money { node.digits } else { 36 };
        self.placed_node(known, Target { ty, digits, nfc: false }, Fit::Exact)
    }

    /// The type and width of what two values compute to.
    fn result(
        &mut self,
        operator: Operator,
        left: ValueId,
        right: ValueId,
        span: Span,
    ) -> Resolved<(Type, u8)> {
        let (a, b) = (*self.shape.value(left), *self.shape.value(right));
        let (integer_a, integer_b) = (integer(&a), integer(&b));
        let scale = a.ty.scale().max(b.ty.scale());
        match (operator, a.ty, b.ty) {
            (Operator::Add | Operator::Subtract, Type::Money, Type::Money) => {
                let digits = u32::from(a.digits.max(b.digits)) + 1;
                Ok((Type::Money, self.checked_width(digits, span)?))
            }
            (Operator::Multiply, Type::Money, Type::Whole)
            | (Operator::Multiply, Type::Whole, Type::Money) => {
                let digits = u32::from(a.digits) + u32::from(b.digits);
                Ok((Type::Money, self.checked_width(digits, span)?))
            }
            (_, Type::Money, _) | (_, _, Type::Money) => self.money_misfit(&a, &b, span),
            (_, a_type, b_type) if !a_type.is_number() || !b_type.is_number() => {
                self.no_numbers(&a, &b, span)
            }
            (Operator::Add | Operator::Subtract, ..) => {
                let digits = integer_a.max(integer_b) + u32::from(scale) + 1;
                let digits = self.checked_width(digits, span)?;
                Ok((number(&a, &b, digits, scale), digits))
            }
            (Operator::Multiply, ..) => {
                let digits = u32::from(a.digits) + u32::from(b.digits);
                let digits = self.checked_width(digits, span)?;
                Ok((number(&a, &b, digits, a.ty.scale() + b.ty.scale()), digits))
            }
            (Operator::Divide, ..) => self.quotient(&a, &b, span),
            (Operator::WholeDivide | Operator::Modulo, Type::Whole, Type::Whole) => {
                let divide = operator == Operator::WholeDivide;
                let digits = if divide { a.digits } else { a.digits.min(b.digits) };
                Ok((Type::Whole, digits))
            }
            (Operator::WholeDivide | Operator::Modulo, ..) => {
                let message = "DIV and MOD are for whole numbers.";
                let error = Diagnostic::new(Code::Type, span, message)
                    .hint("Use / for decimals, or FLOOR(x) to make a whole number of one.");
                self.fail(error)
            }
        }
    }

    fn quotient(&mut self, a: &ValueNode, b: &ValueNode, span: Span) -> Resolved<(Type, u8)> {
        let widest = a.digits.max(b.digits);
        if widest > QUOTIENT_OPERAND_DIGITS {
            let message = format!(
                "An operand of / may have {widest} digits; {QUOTIENT_OPERAND_DIGITS} divide exactly."
            );
            return self.refuse(Code::Width, span, message);
        }
        let integer = integer(a) + u32::from(b.ty.scale());
        let digits = self.checked_width(integer + u32::from(QUOTIENT_SCALE), span)?;
        Ok((Type::Decimal { precision: digits, scale: QUOTIENT_SCALE }, digits))
    }

    fn money_misfit<T>(&mut self, a: &ValueNode, b: &ValueNode, span: Span) -> Resolved<T> {
        let message = if a.ty == b.ty {
            "Amounts are added and subtracted; nothing else is done with two of them."
        } else {
            "An amount and a number do not compute: the number has no asset."
        };
        let error = Diagnostic::new(Code::Asset, span, message)
            .hint("The value without its asset is written with .value, as in amount.value / 2.");
        self.fail(error)
    }

    fn no_numbers<T>(&mut self, a: &ValueNode, b: &ValueNode, span: Span) -> Resolved<T> {
        let not = if a.ty.is_number() { b } else { a };
        let message = format!("Arithmetic is for numbers; here stands {}.", not.ty.noun());
        let error = Diagnostic::new(Code::Type, span, message);
        let error = match not.ty {
            Type::Text | Type::Enum(_) => error.hint("Texts are joined by CONCAT(a, b)."),
            Type::Float => {
                error.hint("Floats are compared, never computed with: sums would differ.")
            }
            Type::Timestamp { .. } | Type::Date => {
                error.hint("Durations apply to NOW(), literals and parameters, never to fields.")
            }
            Type::Whole
            | Type::Decimal { .. }
            | Type::Bool
            | Type::Id(_)
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => error,
        };
        self.fail(error)
    }
}

/// The digits before the point.
fn integer(node: &ValueNode) -> u32 {
    u32::from(node.digits.saturating_sub(node.ty.scale()))
}

/// A whole number if both are, else a decimal.
fn number(a: &ValueNode, b: &ValueNode, digits: u8, scale: u8) -> Type {
    if a.ty == Type::Whole && b.ty == Type::Whole {
        Type::Whole
    } else {
        Type::Decimal { precision: digits, scale }
    }
}

const fn operator(written: Arithmetic) -> Operator {
    match written {
        Arithmetic::Add => Operator::Add,
        Arithmetic::Subtract => Operator::Subtract,
        Arithmetic::Multiply => Operator::Multiply,
        Arithmetic::Divide => Operator::Divide,
        Arithmetic::Div => Operator::WholeDivide,
        Arithmetic::Mod => Operator::Modulo,
    }
}

fn fits_widest(decimal: Decimal) -> bool {
    let digits = decimal.integer_digits() + u32::from(decimal.scale());
    digits <= u32::from(crate::datatype::DIGITS_MAX)
}

/// The type that a constant is sent as where nothing else asks for one: never of its digits.
pub(super) fn own_type(known: &Known) -> Target {
    let (precision, scale) = CONSTANT_DECIMAL;
    let ty = match &known.kind {
        KnownKind::Finer(_) | KnownKind::Value(Value::Timestamp(_)) => {
            Type::Timestamp { precision: 6 }
        }
        KnownKind::Value(value) => match value {
            Value::Bool(_) => Type::Bool,
            Value::Whole(_) => Type::Whole,
            Value::Null | Value::Decimal(_) => Type::Decimal { precision, scale },
            Value::Float(_) => Type::Float,
            Value::Text(_) | Value::Id(_) => Type::Text,
            Value::Money(_) => Type::Money,
            Value::Timestamp(_) => Type::Timestamp { precision: 6 },
            Value::Date(_) => Type::Date,
            Value::Duration(_) => Type::Duration,
            Value::Array(_) => Type::TextArray,
            Value::Map(_) => Type::TextMap,
        },
        KnownKind::Missing(ty) => *ty,
        KnownKind::Unread(..) => Type::Decimal { precision, scale },
    };
    Target { ty, digits: 36, nfc: false }
}
