//! Values of expressions: fields, constants, arithmetic, functions.
//!
//! NULL in, NULL out, but for COALESCE and NULLIF. Nothing overflows: widths were checked.

use crate::typed::{Function, Operator, ScanId, SlotId, ValueId, ValueKind};
use crate::value::{
    Bucket, Decimal, Money, Value, Wide, Zone, bucket_start, compare, length, lower, upper,
};

use super::Evaluator;
use super::row::Moment;

/// What stands in place of a value that the caller may not see.
const MASKED: &str = "[masked]";

impl Evaluator<'_> {
    pub(super) fn value(&self, id: ValueId, moment: &Moment<'_>) -> Value {
        match self.shape.value(id).kind {
            ValueKind::Field(scan, field) => self.field(scan, field.index(), moment),
            ValueKind::Slot(slot) => self.constant(slot).clone(),
            ValueKind::Masked => Value::text(MASKED),
            ValueKind::Key(place) => group(moment).keys[place as usize].clone(),
            ValueKind::Aggregate(place) => group(moment).aggregates[place.index()].clone(),
            ValueKind::Element => match &moment.element {
                Some(element) => Value::Text(element.clone()),
                None => unreachable!("an element stands inside ANY"),
            },
            ValueKind::MoneyValue(money) => self.money_value(&self.value(money, moment)),
            ValueKind::MoneyAsset(money) => {
                let money = self.value(money, moment);
                money.as_money().map_or(Value::Null, |money| Value::Text(money.asset.clone()))
            }
            ValueKind::MapEntry(map, key) => self.entry(&self.value(map, moment), key),
            ValueKind::Negate(operand) => negate(&self.value(operand, moment)),
            ValueKind::Arithmetic(operator, left, right) => {
                arithmetic(operator, self.value(left, moment), self.value(right, moment))
            }
            ValueKind::Call(function, arguments) => {
                let arguments = self.shape.value_run(arguments);
                call(function, arguments.map(|argument| self.value(argument, moment)).collect())
            }
            ValueKind::Bucket { unit, of, zone, starts: _ } => {
                self.bucket(unit, &self.value(of, moment), zone)
            }
        }
    }

    fn field(&self, scan: ScanId, field: usize, moment: &Moment<'_>) -> Value {
        self.row(scan, moment).map_or(Value::Null, |row| row[field].clone())
    }

    /// An amount in whole units of its asset.
    fn money_value(&self, money: &Value) -> Value {
        let Some(Money { minor, asset }) = money.as_money() else { return Value::Null };
        let decimals = self.world.catalogue.asset_decimals(asset);
        decimals.map_or(Value::Null, |decimals| Value::Decimal(Decimal::new(*minor, decimals)))
    }

    fn entry(&self, map: &Value, key: SlotId) -> Value {
        match (map, self.constant(key)) {
            (Value::Map(entries), Value::Text(key)) => {
                entries.get(key).map_or(Value::Null, |entry| Value::Text(entry.clone()))
            }
            _ => Value::Null,
        }
    }

    fn bucket(&self, unit: Bucket, at: &Value, zone: SlotId) -> Value {
        match (at, self.constant(zone)) {
            (Value::Timestamp(at), Value::Text(zone)) => {
                let zone = Zone::named(zone);
                let start = zone.and_then(|zone| bucket_start(unit, *at, &zone));
                start.map_or(Value::Null, Value::Timestamp)
            }
            _ => Value::Null,
        }
    }
}

fn group<'r>(moment: &Moment<'r>) -> &'r super::group::Group {
    match moment.group {
        Some(group) => group,
        None => unreachable!("keys and aggregates are read once rows are grouped"),
    }
}

/// A result whose width the compiler has checked.
pub(super) fn fitting<T>(result: Option<T>) -> T {
    match result {
        Some(result) => result,
        None => unreachable!("a number is wider than the compiler allows"),
    }
}

fn negate(operand: &Value) -> Value {
    match operand.as_money() {
        Some(money) => money_of(money.minor.negated(), &money.asset),
        None => operand.number().map_or(Value::Null, |number| Value::Decimal(number.negated())),
    }
}

fn money_of(minor: Wide, asset: &str) -> Value {
    Value::Money(Money { minor, asset: asset.into() })
}

fn arithmetic(operator: Operator, left: Value, right: Value) -> Value {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => Value::Null,
        (Value::Money(left), Value::Money(right)) => add_money(operator, &left, &right),
        (Value::Money(money), factor) | (factor, Value::Money(money)) => {
            multiply_money(operator, &money, &factor)
        }
        (left, right) => match (left.number(), right.number()) {
            (Some(left), Some(right)) => calculate(operator, left, right),
            _ => unreachable!("arithmetic is on numbers and money"),
        },
    }
}

/// Amounts of different assets add to NULL.
fn add_money(operator: Operator, left: &Money, right: &Money) -> Value {
    if left.asset != right.asset {
        return Value::Null;
    }
    let minor = match operator {
        Operator::Add => left.minor.checked_add(right.minor),
        Operator::Subtract => left.minor.checked_sub(right.minor),
        Operator::Multiply | Operator::Divide | Operator::WholeDivide | Operator::Modulo => {
            unreachable!("amounts are added and subtracted only")
        }
    };
    money_of(fitting(minor), &left.asset)
}

fn multiply_money(operator: Operator, money: &Money, factor: &Value) -> Value {
    let factor = factor.number().and_then(|factor| factor.at_scale(0));
    match (operator, factor) {
        (Operator::Multiply, Some(factor)) => {
            money_of(fitting(money.minor.checked_mul(factor)), &money.asset)
        }
        _ => unreachable!("an amount is multiplied by a whole number only"),
    }
}

fn calculate(operator: Operator, left: Decimal, right: Decimal) -> Value {
    let by_zero = right.is_zero();
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide | Operator::WholeDivide | Operator::Modulo if by_zero => {
            return Value::Null;
        }
        Operator::Divide => left.quotient(right),
        Operator::WholeDivide => left.whole_quotient(right),
        Operator::Modulo => left.remainder(right),
    };
    Value::Decimal(fitting(result))
}

fn call(function: Function, arguments: Vec<Value>) -> Value {
    match function {
        Function::Coalesce => {
            arguments.into_iter().find(|argument| !argument.is_null()).unwrap_or(Value::Null)
        }
        Function::NullIf => match <[Value; 2]>::try_from(arguments) {
            Ok([value, other]) => {
                let are_equal = compare(&value, &other).is_some_and(std::cmp::Ordering::is_eq);
                if are_equal { Value::Null } else { value }
            }
            Err(_) => unreachable!("NULLIF has two arguments"),
        },
        Function::Concat => concat(&arguments),
        Function::Abs
        | Function::Round
        | Function::Floor
        | Function::Ceil
        | Function::Length
        | Function::Lower
        | Function::Upper => match arguments.as_slice() {
            arguments if arguments.iter().any(Value::is_null) => Value::Null,
            [Value::Text(text)] => of_text(function, text),
            [Value::Money(money)] if function == Function::Abs => {
                money_of(money.minor.abs(), &money.asset)
            }
            [number, rest @ ..] => match number.number() {
                Some(number) => of_number(function, number, rest),
                None => unreachable!("a function has an argument of the wrong type"),
            },
            [] => unreachable!("a function has an argument"),
        },
    }
}

fn of_text(function: Function, text: &str) -> Value {
    match function {
        // The longest text has far fewer characters than an i64 counts.
        Function::Length => Value::Whole(length(text) as i64),
        Function::Lower => Value::text(&lower(text)),
        Function::Upper => Value::text(&upper(text)),
        Function::Abs
        | Function::Coalesce
        | Function::NullIf
        | Function::Round
        | Function::Floor
        | Function::Ceil
        | Function::Concat => unreachable!("a function of numbers has a text"),
    }
}

fn of_number(function: Function, number: Decimal, rest: &[Value]) -> Value {
    let result = match (function, rest) {
        (Function::Abs, []) => Some(number.abs()),
        (Function::Floor, []) => number.floor(),
        (Function::Ceil, []) => number.ceil(),
        (Function::Round, []) => number.rounded_at(0),
        (Function::Round, [Value::Whole(places)]) => number.rounded_at(*places),
        _ => unreachable!("a function of texts has a number"),
    };
    Value::Decimal(fitting(result))
}

fn concat(parts: &[Value]) -> Value {
    let parts: Option<Vec<&str>> = parts.iter().map(Value::as_text).collect();
    parts.map_or(Value::Null, |parts| Value::text(&parts.concat()))
}
