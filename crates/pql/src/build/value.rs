//! Values of a built query.

use crate::build::condition::{Condition, matches};
use crate::build::select::Key;
use crate::limits::DEPTH_MAX;
use crate::tree::{
    ArgumentsTree, ArithmeticTree, CallTree, ComparisonTree, ConditionTree, OperandTree, ParamTree,
    PatternTree, PeriodTree, ValueTree,
};

/// A value. Texts and whole numbers are values by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub(super) tree: ValueTree,
    pub(super) depth: u32,
}

/// A selected value, perhaps with an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub(super) value: Value,
    pub(super) alias: Option<String>,
}

/// What a value may be one of: values, or a parameter that is a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyOf {
    /// Values.
    Values(Vec<Value>),
    /// The name of a parameter.
    Param(String),
}

/// A field of the data set.
#[must_use]
pub fn field(name: &str) -> Value {
    leaf(ValueTree::Field(vec![name.to_owned()]))
}

/// A field over relations: `path(["customer", "name"])`.
#[must_use]
pub fn path<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    leaf(ValueTree::Field(names.into_iter().map(str::to_owned).collect()))
}

/// A parameter.
#[must_use]
pub fn param(name: &str) -> Value {
    leaf(ValueTree::Param(ParamTree { name: name.to_owned(), optional: false }))
}

/// A parameter that may be absent.
#[must_use]
pub fn optional_param(name: &str) -> Value {
    leaf(ValueTree::Param(ParamTree { name: name.to_owned(), optional: true }))
}

/// A text.
#[must_use]
pub fn text(text: &str) -> Value {
    leaf(ValueTree::Text(text.to_owned()))
}

/// A whole number.
#[must_use]
pub fn whole(number: i64) -> Value {
    leaf(ValueTree::Whole(number.to_string()))
}

/// A decimal, as digits with a point: `decimal("1.50")`.
#[must_use]
pub fn decimal(digits: &str) -> Value {
    leaf(ValueTree::Decimal(digits.to_owned()))
}

/// An amount of an asset: `money("12.50", "GBP")`.
#[must_use]
pub fn money(value: &str, asset: &str) -> Value {
    leaf(ValueTree::Money { value: value.to_owned(), asset: asset.to_owned() })
}

/// A date: `date("2026-01-31")`.
#[must_use]
pub fn date(date: &str) -> Value {
    leaf(ValueTree::Date(date.to_owned()))
}

/// An instant: `instant("2026-01-31T00:00:00Z")`.
#[must_use]
pub fn instant(instant: &str) -> Value {
    leaf(ValueTree::Instant(instant.to_owned()))
}

/// A duration: `duration("7d")`.
#[must_use]
pub fn duration(duration: &str) -> Value {
    leaf(ValueTree::Duration(duration.to_owned()))
}

/// `NOW()`
#[must_use]
pub fn now() -> Value {
    call("NOW", [])
}

/// `TODAY(zone)`
#[must_use]
pub fn today(zone: impl Into<Value>) -> Value {
    call("TODAY", [zone.into()])
}

/// `COALESCE(…)`
#[must_use]
pub fn coalesce(values: impl IntoIterator<Item = Value>) -> Value {
    call("COALESCE", values)
}

/// `ROUND(value, digits)`
#[must_use]
pub fn round(value: Value, digits: i64) -> Value {
    call("ROUND", [value, whole(digits)])
}

/// `COUNT(*)`
#[must_use]
pub fn count() -> Value {
    leaf(call_tree("COUNT", ArgumentsTree::Star, None))
}

/// `COUNT(DISTINCT value)`
#[must_use]
pub fn count_distinct(value: Value) -> Value {
    value.inside(|tree| call_tree("COUNT", ArgumentsTree::Distinct(tree), None))
}

macro_rules! functions {
    ($($(#[$doc:meta])* $function:ident $name:literal)*) => { $(
        $(#[$doc])*
        #[must_use]
        pub fn $function(value: Value) -> Value {
            call($name, [value])
        }
    )* };
}

functions! {
    /// `SUM(value)`
    sum "SUM"
    /// `MIN(value)`
    min "MIN"
    /// `MAX(value)`
    max "MAX"
    /// `AVG(value)`
    avg "AVG"
}

macro_rules! buckets {
    ($($(#[$doc:meta])* $function:ident $name:literal)*) => { $(
        $(#[$doc])*
        #[must_use]
        pub fn $function(at: Value, zone: &str) -> Value {
            let zone = Some(ValueTree::Text(zone.to_owned()));
            at.inside(|tree| call_tree($name, ArgumentsTree::Values(vec![tree]), zone))
        }
    )* };
}

buckets! {
    /// `HOUR(at TZ zone)`
    hour "HOUR"
    /// `DAY(at TZ zone)`
    day "DAY"
    /// `WEEK(at TZ zone)`
    week "WEEK"
    /// `MONTH(at TZ zone)`
    month "MONTH"
}

impl Value {
    /// `= other`
    #[must_use]
    pub fn equals(self, other: impl Into<Self>) -> Condition {
        self.compare(ComparisonTree::Equal, other.into())
    }

    /// `<> other`
    #[must_use]
    pub fn differs_from(self, other: impl Into<Self>) -> Condition {
        self.compare(ComparisonTree::NotEqual, other.into())
    }

    /// `< other`
    #[must_use]
    pub fn below(self, other: impl Into<Self>) -> Condition {
        self.compare(ComparisonTree::Less, other.into())
    }

    /// `<= other`
    #[must_use]
    pub fn at_most(self, other: impl Into<Self>) -> Condition {
        self.compare(ComparisonTree::LessOrEqual, other.into())
    }

    /// `> other`
    #[must_use]
    pub fn above(self, other: impl Into<Self>) -> Condition {
        self.compare(ComparisonTree::Greater, other.into())
    }

    /// `>= other`
    #[must_use]
    pub fn at_least(self, other: impl Into<Self>) -> Condition {
        self.compare(ComparisonTree::GreaterOrEqual, other.into())
    }

    /// `IS NULL`
    #[must_use]
    pub fn is_null(self) -> Condition {
        Condition::of(ConditionTree::IsNull { value: self.tree, negated: false }, self.depth)
    }

    /// `IS NOT NULL`
    #[must_use]
    pub fn is_not_null(self) -> Condition {
        Condition::of(ConditionTree::IsNull { value: self.tree, negated: true }, self.depth)
    }

    /// `BETWEEN low AND high`
    #[must_use]
    pub fn between(self, low: impl Into<Self>, high: impl Into<Self>) -> Condition {
        let (low, high) = (low.into(), high.into());
        let depth = low.depth.max(high.depth);
        matches(self, PatternTree::Between { low: low.tree, high: high.tree }, depth)
    }

    /// `IN (…)`, or `IN :list`
    #[must_use]
    pub fn is_in(self, list: impl Into<AnyOf>) -> Condition {
        match list.into() {
            AnyOf::Values(values) => {
                let depth = values.iter().map(|value| value.depth).max().unwrap_or(0);
                matches(
                    self,
                    PatternTree::In(values.into_iter().map(|value| value.tree).collect()),
                    depth,
                )
            }
            AnyOf::Param(name) => {
                matches(self, PatternTree::InParam(ParamTree { name, optional: false }), 0)
            }
        }
    }

    /// `LIKE pattern`
    #[must_use]
    pub fn like(self, pattern: impl Into<Self>) -> Condition {
        let pattern = pattern.into();
        matches(self, PatternTree::Like { pattern: pattern.tree, escape: None }, pattern.depth)
    }

    /// `STARTS WITH start`
    #[must_use]
    pub fn starts_with(self, start: impl Into<Self>) -> Condition {
        let start = start.into();
        matches(self, PatternTree::StartsWith(start.tree), start.depth)
    }

    /// `ENDS WITH end`
    #[must_use]
    pub fn ends_with(self, end: impl Into<Self>) -> Condition {
        let end = end.into();
        matches(self, PatternTree::EndsWith(end.tree), end.depth)
    }

    /// `CONTAINS part`
    #[must_use]
    pub fn contains(self, part: impl Into<Self>) -> Condition {
        let part = part.into();
        matches(self, PatternTree::Contains(part.tree), part.depth)
    }

    /// `ON DAY date`, and with a zone `ON DAY date TZ zone`
    #[must_use]
    pub fn on(self, period: PeriodTree, date: impl Into<Self>, zone: Option<&str>) -> Condition {
        let date = date.into();
        let depth = self.depth.max(date.depth);
        let zone = zone.map(|zone| ValueTree::Text(zone.to_owned()));
        Condition::of(ConditionTree::On { value: self.tree, period, date: date.tree, zone }, depth)
    }

    /// The value as a condition: it is boolean.
    #[must_use]
    pub fn holds(self) -> Condition {
        Condition::of(ConditionTree::Value(self.tree), self.depth)
    }

    /// An entry of the map that this field is.
    #[must_use]
    pub fn entry(self, key: impl Into<Self>) -> Self {
        let depth = self.depth;
        if let ValueTree::Field(map) = self.tree {
            return Self { tree: ValueTree::Entry { map, key: Box::new(key.into().tree) }, depth };
        }
        Self { tree: self.tree, depth: DEPTH_MAX + 1 }
    }

    /// `FILTER (WHERE condition)`, after an aggregate.
    #[must_use]
    pub fn filter(self, condition: Condition) -> Self {
        let depth = self.depth.max(condition.depth + 1);
        if let ValueTree::Call(call) = self.tree {
            let call = CallTree { filter: Some(condition.tree), ..*call };
            return Self { tree: ValueTree::Call(Box::new(call)), depth };
        }
        Self { tree: self.tree, depth: DEPTH_MAX + 1 }
    }

    /// With an alias.
    #[must_use]
    pub fn named(self, alias: &str) -> Item {
        Item { value: self, alias: Some(alias.to_owned()) }
    }

    /// As a key of ORDER BY, the lowest first.
    #[must_use]
    pub fn ascending(self) -> Key {
        Key::of(self, crate::ast::Direction::Ascending)
    }

    /// As a key of ORDER BY, the highest first.
    #[must_use]
    pub fn descending(self) -> Key {
        Key::of(self, crate::ast::Direction::Descending)
    }

    fn compare(self, operator: ComparisonTree, right: Self) -> Condition {
        let depth = self.depth.max(right.depth);
        Condition::of(
            ConditionTree::Compare { left: self.tree, operator, right: right.tree },
            depth,
        )
    }

    /// One level deeper, unless it is too deep already: what is too deep stays as it is, to be refused.
    fn inside(self, wrap: impl FnOnce(ValueTree) -> ValueTree) -> Self {
        let depth = self.depth + 1;
        if depth > DEPTH_MAX {
            return Self { tree: self.tree, depth };
        }
        Self { tree: wrap(self.tree), depth }
    }

    fn chain(self, operator: ArithmeticTree, other: Self) -> Self {
        let depth = self.depth.max(other.depth) + 1;
        if depth > DEPTH_MAX {
            return Self { tree: self.tree, depth };
        }
        let rest = vec![OperandTree { operator, value: other.tree }];
        Self { tree: ValueTree::Chain { first: Box::new(self.tree), rest }, depth }
    }
}

macro_rules! operators {
    ($($operator:ident $method:ident $meaning:ident)*) => { $(
        impl std::ops::$operator for Value {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                self.chain(ArithmeticTree::$meaning, other)
            }
        }
    )* };
}

operators! {
    Add add Add
    Sub sub Subtract
    Mul mul Multiply
    Div div Divide
    Rem rem Mod
}

impl std::ops::Neg for Value {
    type Output = Self;

    fn neg(self) -> Self {
        self.inside(|tree| ValueTree::Negated(Box::new(tree)))
    }
}

impl From<&str> for Value {
    fn from(characters: &str) -> Self {
        text(characters)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        whole(number)
    }
}

impl From<bool> for Value {
    fn from(holds: bool) -> Self {
        leaf(ValueTree::Bool(holds))
    }
}

impl From<Value> for Item {
    fn from(value: Value) -> Self {
        Self { value, alias: None }
    }
}

impl<V: Into<Value>, const N: usize> From<[V; N]> for AnyOf {
    fn from(values: [V; N]) -> Self {
        Self::Values(values.into_iter().map(Into::into).collect())
    }
}

impl From<Vec<Value>> for AnyOf {
    fn from(values: Vec<Value>) -> Self {
        Self::Values(values)
    }
}

const fn leaf(tree: ValueTree) -> Value {
    Value { tree, depth: 0 }
}

fn call(name: &str, values: impl IntoIterator<Item = Value>) -> Value {
    let values: Vec<Value> = values.into_iter().collect();
    let depth = values.iter().map(|value| value.depth).max().unwrap_or(0) + 1;
    let arguments = ArgumentsTree::Values(values.into_iter().map(|value| value.tree).collect());
    if depth > DEPTH_MAX {
        return Value { tree: ValueTree::Bool(false), depth };
    }
    Value { tree: call_tree(name, arguments, None), depth }
}

fn call_tree(name: &str, arguments: ArgumentsTree, zone: Option<ValueTree>) -> ValueTree {
    ValueTree::Call(Box::new(CallTree { function: name.to_owned(), arguments, zone, filter: None }))
}
