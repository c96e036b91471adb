//! Binds: which slot each of them takes its value from, and how that is lowered for the store.
//!
//! Lowering is settled by the shape, its result by the value: the command never sees it.

use std::fmt::Write as _;

use crate::catalogue::Catalogue;
use crate::datatype::Type;
use crate::typed::{Arity, Constant, From, Shape, SlotId};
use crate::value::json::{self, Form};
use crate::value::{Decimal, Part, Pattern, Value, Wide};

/// The base of SQLite's two limbs, as a power of ten.
const LIMB_DIGITS: u8 = 18;

/// A placeholder of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Whose value stands there.
    pub slot: SlotId,
    /// How it is lowered.
    pub lowering: Lowering,
}

/// How the value of a slot is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lowering {
    /// Not at all.
    Value,
    /// Money: its minor units, as a decimal of so many digits.
    Minor(u8),
    /// Money: its asset.
    Asset,
    /// Money: the part of its minor units above 10^18.
    HighLimb,
    /// Money: the rest of them.
    LowLimb,
    /// A pattern, as GLOB.
    Glob(Letters),
    /// A pattern, as LIKE with `!` as escape.
    Like(Letters),
    /// A pattern, as a regular expression from the beginning to the end of the text.
    Regex(Letters),
    /// The same where NULL is no regular expression: an empty one, beside a [`Lowering::NullRank`].
    Pcre(Letters),
    /// A text that is searched for, as GLOB.
    GlobSearch(crate::typed::Search),
    /// A text that is searched for, as LIKE with `!` as escape.
    LikeSearch(crate::typed::Search),
    /// A text that is searched for, as a regular expression.
    RegexSearch(crate::typed::Search),
    /// A key of a cursor: 1 if it is NULL, else 0.
    NullRank,
    /// A number as a decimal of this scale.
    Scaled(u8),
}

/// What becomes of ASCII letters in a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// They stay.
    Kept,
    /// Each stands for both of its forms.
    Both,
    /// They are lowered, for the text that is held against it is lowered too.
    Lowered,
}

/// A value bound to a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub struct Bind {
    /// Its type.
    pub ty: BindType,
    /// The value.
    pub value: BindValue,
    /// Where it comes from.
    pub from: From,
}

/// The type of a bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindType {
    /// One value.
    One(Type),
    /// A list of values.
    List(Type),
}

/// The value of a bind.
#[derive(Debug, Clone, PartialEq)]
pub enum BindValue {
    /// One value.
    One(Value),
    /// A list of values.
    List(Vec<Value>),
}

impl BindType {
    /// The type of the value, or of each of the list.
    pub const fn ty(self) -> Type {
        match self {
            Self::One(ty) | Self::List(ty) => ty,
        }
    }

    /// The name in machine formats.
    pub fn name(self, catalogue: &Catalogue) -> String {
        match self {
            Self::One(ty) => catalogue.type_name(ty),
            Self::List(ty) => format!("list<{}>", catalogue.type_name(ty)),
        }
    }
}

impl Placed {
    /// The type of what is bound: a function of the shape.
    pub fn bind_type(self, shape: &Shape) -> BindType {
        let slot = shape.slot(self.slot);
        let ty = match self.lowering {
            Lowering::Value => slot.ty,
            Lowering::Minor(digits) => Type::Decimal { precision: digits, scale: 0 },
            Lowering::Scaled(scale) => {
                Type::Decimal { precision: crate::datatype::DIGITS_MAX, scale }
            }
            Lowering::HighLimb | Lowering::LowLimb | Lowering::NullRank => Type::Whole,
            Lowering::Asset
            | Lowering::Glob(_)
            | Lowering::Like(_)
            | Lowering::Regex(_)
            | Lowering::Pcre(_)
            | Lowering::GlobSearch(_)
            | Lowering::LikeSearch(_)
            | Lowering::RegexSearch(_) => Type::Text,
        };
        match slot.arity {
            Arity::One => BindType::One(ty),
            Arity::Many => BindType::List(ty),
        }
    }

    /// The bind, with the value of its slot.
    pub fn bind(self, shape: &Shape, constants: &[Constant]) -> Bind {
        let value = match &constants[self.slot.index()] {
            Constant::One(value) => BindValue::One(self.lowered(value)),
            Constant::Many(values) => BindValue::List(values.clone()),
            Constant::Pattern(pattern) => BindValue::One(self.pattern(pattern)),
        };
        Bind { ty: self.bind_type(shape), value, from: shape.slot(self.slot).from }
    }

    fn lowered(self, value: &Value) -> Value {
        match (self.lowering, value) {
            (Lowering::NullRank, value) => Value::Whole(value.is_null().into()),
            (Lowering::Pcre(_) | Lowering::RegexSearch(_), Value::Null) => Value::text(""),
            (_, Value::Null) => Value::Null,
            (Lowering::Minor(_), Value::Money(money)) => Value::Decimal(money.minor.into()),
            (Lowering::Asset, Value::Money(money)) => Value::Text(money.asset.clone()),
            (Lowering::HighLimb, Value::Money(money)) => limbs(money.minor).0,
            (Lowering::LowLimb, Value::Money(money)) => limbs(money.minor).1,
            (Lowering::Scaled(scale), value) => {
                let number = value.number().and_then(|number| number.at_scale(scale));
                number.map_or(Value::Null, |number| Value::Decimal(Decimal::new(number, scale)))
            }
            (Lowering::GlobSearch(search), Value::Text(text)) => {
                searched(search, text, "*", glob_letter)
            }
            (Lowering::LikeSearch(search), Value::Text(text)) => {
                searched(search, text, "%", like_letter)
            }
            (Lowering::RegexSearch(search), Value::Text(text)) => regex_search(search, text),
            (_, value) => value.clone(),
        }
    }

    fn pattern(self, pattern: &Pattern) -> Value {
        let mut out = String::new();
        match self.lowering {
            Lowering::Glob(letters) => {
                parts(pattern, letters, &mut out, ["?", "*"], glob_letter);
            }
            Lowering::Like(letters) => {
                parts(pattern, letters, &mut out, ["_", "%"], like_letter);
            }
            Lowering::Regex(letters) | Lowering::Pcre(letters) => {
                out.push_str("\\A");
                parts(pattern, letters, &mut out, ["[\\s\\S]", "[\\s\\S]*"], regex_letter);
                out.push_str("\\z");
            }
            Lowering::Value
            | Lowering::Minor(_)
            | Lowering::Asset
            | Lowering::HighLimb
            | Lowering::LowLimb
            | Lowering::GlobSearch(_)
            | Lowering::LikeSearch(_)
            | Lowering::RegexSearch(_)
            | Lowering::NullRank
            | Lowering::Scaled(_) => return Value::Null,
        }
        Value::Text(out.into())
    }
}

impl Bind {
    /// The value as JSON, in the form of its type.
    pub fn write(&self, catalogue: &Catalogue, out: &mut String) {
        let form = Form::Declared(self.ty.ty());
        match &self.value {
            BindValue::One(value) => json::write(value, form, catalogue, out),
            BindValue::List(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    json::write(value, form, catalogue, out);
                }
                out.push(']');
            }
        }
    }
}

/// The two limbs of minor units: the lower one is never below zero.
fn limbs(minor: Wide) -> (Value, Value) {
    let cut = minor.scaled_down(LIMB_DIGITS);
    let whole = |wide: Wide| i64::try_from(wide).map_or(Value::Null, Value::Whole);
    let rest = cut.scaled_up(LIMB_DIGITS).and_then(|cut| minor.checked_sub(cut));
    let Some(rest) = rest else {
        return (Value::Null, Value::Null);
    };
    if !rest.is_negative() {
        return (whole(cut), whole(rest));
    }
    let base = Wide::power_of_ten(LIMB_DIGITS).and_then(|base| rest.checked_add(base));
    let high = cut.checked_sub(Wide::ONE);
    (high.map_or(Value::Null, whole), base.map_or(Value::Null, whole))
}

fn parts(
    pattern: &Pattern,
    letters: Letters,
    out: &mut String,
    [one, many]: [&str; 2],
    letter: impl Fn(char, &mut String),
) {
    for part in pattern.parts() {
        match part {
            Part::One => out.push_str(one),
            Part::Many => out.push_str(many),
            Part::Literal(literal) => match letters {
                Letters::Both if literal.is_ascii_alphabetic() => {
                    let (low, high) = (literal.to_ascii_lowercase(), literal.to_ascii_uppercase());
                    out.extend(['[', low, high, ']']);
                }
                Letters::Kept | Letters::Both => letter(*literal, out),
                Letters::Lowered => letter(literal.to_ascii_lowercase(), out),
            },
        }
    }
}

fn glob_letter(letter: char, out: &mut String) {
    if matches!(letter, '*' | '?' | '[') {
        out.extend(['[', letter, ']']);
    } else {
        out.push(letter);
    }
}

fn like_letter(letter: char, out: &mut String) {
    if matches!(letter, '!' | '%' | '_') {
        out.push('!');
    }
    out.push(letter);
}

fn regex_letter(letter: char, out: &mut String) {
    if letter.is_ascii_alphanumeric() || !letter.is_ascii() {
        out.push(letter);
    } else {
        let _ = write!(out, "\\x{{{:x}}}", u32::from(letter));
    }
}

fn searched(
    search: crate::typed::Search,
    text: &str,
    many: &str,
    letter: impl Fn(char, &mut String),
) -> Value {
    use crate::typed::Search;
    let mut out = String::with_capacity(text.len() + 2);
    if matches!(search, Search::Ends | Search::Contains) {
        out.push_str(many);
    }
    for character in text.chars() {
        letter(character, &mut out);
    }
    if matches!(search, Search::Starts | Search::Contains) {
        out.push_str(many);
    }
    Value::Text(out.into())
}

fn regex_search(search: crate::typed::Search, text: &str) -> Value {
    use crate::typed::Search;
    let mut out = String::with_capacity(text.len() + 4);
    if search == Search::Starts {
        out.push_str("\\A");
    }
    for character in text.chars() {
        regex_letter(character, &mut out);
    }
    if search == Search::Ends {
        out.push_str("\\z");
    }
    Value::Text(out.into())
}
