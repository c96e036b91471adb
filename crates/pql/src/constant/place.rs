//! A constant where it stands: it takes the type of the other side, exactly or not at all.
//!
//! Order comparisons with something finer move the bind and nothing else: `a > 1.5` of whole
//! numbers asks for `a > 1`, `a >= 1.5` for `a >= 2`. Everything else that is finer is refused.

use serde_json::Value as Json;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{Known, KnownKind, params};
use crate::ast::Param;
use crate::catalogue::Catalogue;
use crate::datatype::Type;
use crate::typed::Comparison;
use crate::value::{Decimal, Duration, Id, Money, Timestamp, Value, Wide};
use crate::{Code, Diagnostic, Params, Span};

/// How a constant must fit its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// Exactly.
    Exact,
    /// For an order comparison with the constant on its right: it may be finer.
    Ordered(Comparison),
}

/// What a constant is to become.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) ty: Type,
    /// Digits of money's minor units; else unused.
    pub(crate) digits: u8,
    /// Whether text is stored as NFC.
    pub(crate) nfc: bool,
}

impl Target {
    pub(crate) const fn of(ty: Type) -> Self {
        Self { ty, digits: 0, nfc: false }
    }
}

/// What constants are placed with.
#[derive(Clone, Copy)]
pub(crate) struct Placer<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) params: Params<'a>,
    pub(crate) text: &'a str,
}

type Placed = Result<Value, Box<Diagnostic>>;

impl<'a> Placer<'a> {
    /// The constant as a value of the type: NULL only for an optional parameter, or where folding
    /// gave it.
    pub(crate) fn place(self, known: Known, target: Target, fit: Fit) -> Placed {
        let span = known.span;
        match known.kind {
            KnownKind::Value(value) => self.fit(value, target, fit, span),
            KnownKind::Missing(_) => Ok(Value::Null),
            KnownKind::Finer(at) => finer(at, target, fit, span),
            KnownKind::Unread(param, shift) => self.param(param, shift, target, fit),
        }
    }

    /// The items of a list parameter, each placed; `None` if it is optional and absent.
    pub(crate) fn list(
        self,
        param: Param,
        target: Target,
    ) -> Result<Option<Vec<Value>>, Box<Diagnostic>> {
        let name = param.name.of(self.text);
        let Some(json) = self.params.get(name) else {
            return if param.optional { Ok(None) } else { Err(missing(name, param.span)) };
        };
        let Json::Array(items) = json else {
            let message = format!("The parameter :{name} stands for a list, and is none.");
            let hint = format!("Give a list, or write IN (:{name}) for one value.");
            return Err(Box::new(wrong(name, param.span, message).hint(hint)));
        };
        let place = |item: &Json| {
            if item.is_null() {
                let message = format!("The list :{name} holds NULL, and nothing is equal to NULL.");
                return Err(Box::new(wrong(name, param.span, message)));
            }
            self.json(item, param, Duration::from_micros(0), (target, Fit::Exact))
        };
        items.iter().map(place).collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// A parameter without any type from where it stands, read as `ty`.
    pub(crate) fn param(self, param: Param, shift: Duration, target: Target, fit: Fit) -> Placed {
        let name = param.name.of(self.text);
        match self.params.get(name) {
            Some(json) => self.json(json, param, shift, (target, fit)),
            None if param.optional => Ok(Value::Null),
            None => Err(missing(name, param.span)),
        }
    }

    fn json(
        self,
        json: &Json,
        param: Param,
        shift: Duration,
        (target, fit): (Target, Fit),
    ) -> Placed {
        let name = param.name.of(self.text);
        if target.ty == Type::Money {
            let Some((number, asset)) = params::money(json) else {
                let message = format!("The parameter :{name} stands for money.");
                let hint = "Give {\"value\": \"12.50\", \"asset\": \"GBP\"}.";
                return Err(Box::new(wrong(name, param.span, message).hint(hint)));
            };
            let money = self.money(number, asset, param.span);
            return money
                .and_then(|money| self.fit(money, target, fit, param.span))
                .map_err(|error| Box::new((*error).param(name)));
        }
        let (value, is_finer) = params::read(json, target.ty).map_err(|form| {
            let noun = target.ty.noun();
            let message = format!("The parameter :{name} stands for {noun}: {form}.");
            Box::new(wrong(name, param.span, message))
        })?;
        let value = if shift.micros() == 0 {
            value
        } else {
            params::shifted(value, shift).ok_or_else(|| Box::new(beyond(param.span, target.ty)))?
        };
        let placed = match value {
            Value::Timestamp(at) if is_finer => finer(at, target, fit, param.span),
            value @ Value::Null
            | value @ Value::Bool(_)
            | value @ Value::Whole(_)
            | value @ Value::Decimal(_)
            | value @ Value::Float(_)
            | value @ Value::Text(_)
            | value @ Value::Money(_)
            | value @ Value::Id(_)
            | value @ Value::Timestamp(_)
            | value @ Value::Date(_)
            | value @ Value::Duration(_)
            | value @ Value::Array(_)
            | value @ Value::Map(_) => self.fit(value, target, fit, param.span),
        };
        placed.map_err(|error| Box::new((*error).param(name)))
    }

    /// An amount of an asset that the catalogue knows, at most as fine as its minor unit.
    pub(crate) fn money(self, number: Decimal, asset: &str, span: Span) -> Placed {
        let Some(decimals) = self.catalogue.asset_decimals(asset) else {
            let asset = asset.escape_debug();
            let message = format!("The catalogue has no asset {asset}.");
            let known: Vec<&str> =
                self.catalogue.assets().iter().map(|asset| &*asset.code).take(12).collect();
            let hint = format!("It has {}.", known.join(", "));
            return Err(Box::new(Diagnostic::new(Code::Asset, span, message).hint(hint)));
        };
        match number.at_scale(decimals) {
            Some(minor) => Ok(Value::Money(Money { minor, asset: asset.into() })),
            None => {
                let message = format!("{asset} has {decimals} decimals, and this amount has more.");
                Err(Box::new(Diagnostic::new(Code::Precision, span, message)))
            }
        }
    }

    fn fit(self, value: Value, target: Target, fit: Fit, span: Span) -> Placed {
        let ty = target.ty;
        match (ty, value) {
            (_, Value::Null) => Ok(Value::Null),
            (Type::Whole, Value::Whole(whole)) => Ok(Value::Whole(whole)),
            (Type::Whole, Value::Decimal(decimal)) => whole(decimal, fit, span),
            (Type::Decimal { precision, scale }, Value::Whole(whole)) => {
                decimal(whole.into(), (precision, scale), fit, span)
            }
            (Type::Decimal { precision, scale }, Value::Decimal(value)) => {
                decimal(value, (precision, scale), fit, span)
            }
            (Type::Float, Value::Float(float)) => Ok(Value::Float(float)),
            (Type::Bool, Value::Bool(truth)) => Ok(Value::Bool(truth)),
            (Type::Text, Value::Text(text)) if target.nfc => Ok(normal(text)),
            (Type::Text, Value::Text(text)) => Ok(Value::Text(text)),
            (Type::Enum(values), Value::Text(text)) => {
                let known = self.catalogue.enum_values(values);
                if known.contains(&text) {
                    return Ok(Value::Text(text));
                }
                Err(Box::new(not_a_value(&text, known, span)))
            }
            (Type::Id(prefix), Value::Text(text)) => {
                let id = Id::parse(&text, self.catalogue.id_prefix(prefix));
                id.map(Value::Id).map_err(|error| {
                    let message = sentence(&error.to_string());
                    Box::new(Diagnostic::new(Code::Id, span, message))
                })
            }
            (Type::Timestamp { precision }, Value::Timestamp(at)) => {
                timestamp(at, precision, fit, span)
            }
            (Type::Date, Value::Date(day)) => Ok(Value::Date(day)),
            (Type::Duration, Value::Duration(duration)) => Ok(Value::Duration(duration)),
            (Type::Money, Value::Money(money)) => {
                let fits = money.minor.digits() <= u32::from(target.digits.max(1));
                if fits { Ok(Value::Money(money)) } else { Err(Box::new(beyond(span, ty))) }
            }
            (ty, value) => Err(Box::new(self.misfit(&value, ty, span))),
        }
    }

    /// Why a constant of one type cannot stand where another is asked for.
    fn misfit(self, value: &Value, ty: Type, span: Span) -> Diagnostic {
        let found = type_of(value);
        let expected = ty.noun();
        match (ty, value) {
            (Type::Money, Value::Whole(_) | Value::Decimal(_)) => {
                let message = "A number is compared with money: an amount has an asset.";
                let asset = self.catalogue.assets().first().map_or("GBP", |asset| &asset.code);
                let written = span.of(self.text);
                let error = Diagnostic::new(Code::Asset, span, message)
                    .hint(format!("Write the asset behind it: {written} {asset}."));
                if self.catalogue.assets().len() == 1 {
                    error.replace(span, format!("{written} {asset}"))
                } else {
                    error
                }
            }
            (Type::Whole | Type::Decimal { .. }, Value::Money(_)) => {
                let message = "Money is compared with a number: numbers have no asset.";
                Diagnostic::new(Code::Asset, span, message)
            }
            (Type::Timestamp { .. }, Value::Date(_)) => {
                let message = "A timestamp is compared with a date: a day is a range of time.";
                let hint = "Write ON DAY and the date, with TZ for a zone that is not UTC.";
                Diagnostic::new(Code::Type, span, message).hint(hint)
            }
            (Type::Timestamp { .. } | Type::Date, Value::Text(text)) => {
                let message = format!("Here stands text, and {expected} is needed.");
                let error = Diagnostic::new(Code::Type, span, message);
                time_fix(error, text, ty, span)
            }
            (Type::Float, Value::Whole(_) | Value::Decimal(_)) => {
                let message = "A float is compared with a number that is no float.";
                let float = format!("{}e0", span.of(self.text));
                Diagnostic::new(Code::Type, span, message)
                    .hint(format!("Write {float}."))
                    .replace(span, float)
            }
            (Type::Whole | Type::Decimal { .. }, Value::Text(text))
                if text.parse::<Decimal>().is_ok() =>
            {
                let message = format!("Here stands text, and {expected} is needed.");
                Diagnostic::new(Code::Type, span, message)
                    .hint("Write the number without quotes.")
                    .replace(span, text.to_string())
            }
            (Type::Text | Type::Enum(_) | Type::Id(_), Value::Whole(_) | Value::Decimal(_)) => {
                let quoted = format!("'{}'", span.of(self.text));
                let message = format!("Here stands {found}, and {expected} is needed.");
                Diagnostic::new(Code::Type, span, message)
                    .hint(format!("Text stands in quotes: {quoted}."))
                    .replace(span, quoted)
            }
            (Type::TextArray, Value::Text(_)) => {
                let message = "An array is not compared as a whole; it is searched.";
                let written = span.of(self.text);
                Diagnostic::new(Code::Type, span, message)
                    .hint(format!("Write ANY before it: ANY tags = {written}."))
            }
            (Type::TextMap, Value::Text(_)) => {
                let message = "A map is not compared as a whole; it is read by its keys.";
                let written = span.of(self.text);
                Diagnostic::new(Code::Type, span, message)
                    .hint(format!("Write the key behind it: notes['key'] = {written}."))
            }
            _ => {
                let message = format!("Here stands {found}, and {expected} is needed.");
                Diagnostic::new(Code::Type, span, message)
            }
        }
    }
}

fn time_fix(error: Diagnostic, text: &str, ty: Type, span: Span) -> Diagnostic {
    let is_time = match ty {
        Type::Date => crate::value::Date::parse(text).is_ok(),
        Type::Whole
        | Type::Decimal { .. }
        | Type::Float
        | Type::Bool
        | Type::Text
        | Type::Enum(_)
        | Type::Id(_)
        | Type::Timestamp { .. }
        | Type::Money
        | Type::Duration
        | Type::TextArray
        | Type::TextMap => Timestamp::parse(text).is_ok(),
    };
    if is_time {
        let literal = format!("@{text}");
        return error.hint(format!("Write {literal}, without quotes.")).replace(span, literal);
    }
    error.hint("Write @2026-01-31 or @2026-01-31T00:00:00Z, without quotes.")
}

/// What a constant is called in a message.
pub(crate) const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "a boolean",
        Value::Whole(_) => "a whole number",
        Value::Decimal(_) => "a decimal",
        Value::Float(_) => "a float",
        Value::Text(_) => "text",
        Value::Money(_) => "money",
        Value::Id(_) => "an id",
        Value::Timestamp(_) => "a timestamp",
        Value::Date(_) => "a date",
        Value::Duration(_) => "a duration",
        Value::Array(_) => "an array",
        Value::Map(_) => "a map",
    }
}

/// The text in Unicode's form NFC.
fn normal(text: Box<str>) -> Value {
    if is_nfc(&text) {
        return Value::Text(text);
    }
    Value::Text(text.nfc().collect::<String>().into())
}

fn whole(decimal: Decimal, fit: Fit, span: Span) -> Placed {
    let coefficient = adjusted(decimal, 0, fit)
        .ok_or_else(|| Box::new(too_fine(span, "a whole number")))?
        .ok_or_else(|| Box::new(beyond(span, Type::Whole)))?;
    let whole = i64::try_from(coefficient).map_err(|_| Box::new(beyond(span, Type::Whole)))?;
    Ok(Value::Whole(whole))
}

fn decimal(value: Decimal, (precision, scale): (u8, u8), fit: Fit, span: Span) -> Placed {
    let ty = Type::Decimal { precision, scale };
    let coefficient = adjusted(value, scale, fit)
        .ok_or_else(|| {
            let message = format!("The value has more than {scale} digits behind its point.");
            Box::new(Diagnostic::new(Code::Precision, span, message))
        })?
        .ok_or_else(|| Box::new(beyond(span, ty)))?;
    if !coefficient.is_zero() && coefficient.digits() > u32::from(precision) {
        return Err(Box::new(beyond(span, ty)));
    }
    Ok(Value::Decimal(Decimal::new(coefficient, scale)))
}

/// The coefficient at a scale; the outer `None`: it is finer and may not be, the inner: it does
/// not fit at all.
fn adjusted(value: Decimal, scale: u8, fit: Fit) -> Option<Option<Wide>> {
    let trimmed = if value.scale() > scale { value.trimmed() } else { value };
    if trimmed.scale() <= scale {
        return Some(trimmed.at_scale(scale));
    }
    let Fit::Ordered(comparison) = fit else {
        return None;
    };
    let whole = Decimal::new(trimmed.coefficient(), trimmed.scale() - scale);
    let moved = if rounds_up(comparison) { whole.ceil() } else { whole.floor() };
    Some(moved.map(Decimal::coefficient))
}

/// Whether the bind of this comparison moves up to the next step: `>=` and `<` do.
const fn rounds_up(comparison: Comparison) -> bool {
    match comparison {
        Comparison::Less | Comparison::GreaterOrEqual => true,
        Comparison::LessOrEqual
        | Comparison::Greater
        | Comparison::Equal
        | Comparison::NotEqual => false,
    }
}

fn timestamp(at: Timestamp, precision: u8, fit: Fit, span: Span) -> Placed {
    if at.floored(precision) == at {
        return Ok(Value::Timestamp(at));
    }
    finer(at, Target::of(Type::Timestamp { precision }), fit, span)
}

/// A point in time that the type cannot tell exactly.
fn finer(at: Timestamp, target: Target, fit: Fit, span: Span) -> Placed {
    let Type::Timestamp { precision } = target.ty else {
        let message = format!("Here stands a timestamp, and {} is needed.", target.ty.noun());
        return Err(Box::new(Diagnostic::new(Code::Type, span, message)));
    };
    let Fit::Ordered(comparison) = fit else {
        let message = format!("The value has more than {precision} digits of a second.");
        return Err(Box::new(Diagnostic::new(Code::Precision, span, message)));
    };
    let moved =
        if rounds_up(comparison) { at.stepped(precision) } else { Some(at.floored(precision)) };
    moved.map(Value::Timestamp).ok_or_else(|| Box::new(beyond(span, target.ty)))
}

fn too_fine(span: Span, noun: &str) -> Diagnostic {
    let message = format!("The value is finer than {noun}, so nothing can equal it.");
    Diagnostic::new(Code::Precision, span, message)
}

fn beyond(span: Span, ty: Type) -> Diagnostic {
    let message = match ty {
        Type::Decimal { precision, scale } => {
            let digits = precision.saturating_sub(scale);
            format!("The value has more than the {digits} digits before the point that fit here.")
        }
        Type::Whole => {
            "The value is beyond the whole numbers, -9223372036854775808 to 9223372036854775807."
                .to_owned()
        }
        Type::Timestamp { .. } | Type::Date => "Times are in the years 0001 to 9999.".to_owned(),
        Type::Float
        | Type::Bool
        | Type::Text
        | Type::Enum(_)
        | Type::Id(_)
        | Type::Money
        | Type::Duration
        | Type::TextArray
        | Type::TextMap => "The value is larger than what can stand here.".to_owned(),
    };
    Diagnostic::new(Code::Range, span, message)
}

fn not_a_value(text: &str, known: &[Box<str>], span: Span) -> Diagnostic {
    let shown: String = text.chars().take(40).collect();
    let message = format!("There is no value {:?} here.", shown);
    let error = Diagnostic::new(Code::Enum, span, message);
    let near = crate::resolve::nearest(text, known.iter().map(|value| &**value));
    let list: Vec<String> = known.iter().take(12).map(|value| format!("'{value}'")).collect();
    let error = error.hint(format!("The values are {}.", list.join(", ")));
    match near {
        Some(near) => error.replace(span, format!("'{}'", near.replace('\'', "''"))),
        None => error,
    }
}

fn missing(name: &str, span: Span) -> Box<Diagnostic> {
    let message = format!("The parameter :{name} is absent or NULL.");
    let hint = format!("Give it a value, or write :{name}? where it may be left out.");
    Box::new(wrong(name, span, message).hint(hint))
}

fn wrong(name: &str, span: Span, message: String) -> Diagnostic {
    Diagnostic::new(Code::Param, span, message).param(name)
}

/// An error's text as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
