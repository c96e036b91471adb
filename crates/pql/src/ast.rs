//! What a query says, as a tree in an arena: two kinds of nodes, conditions and values, with `u32` ids.
//!
//! Names are not looked up here and types are not known; that is the work of resolving. Chains are flat:
//! `a AND b AND c` is one node with three children, and so is `x + y - z`, so that the depth of the tree is
//! bounded by [`DEPTH_MAX`](crate::limits::DEPTH_MAX) and recursion over it is safe. Parentheses are not
//! nodes: the tree's shape says what they say. Every node has its span; a parenthesised node's span covers
//! its parentheses, but for literals, whose span is what is written. Start at [`Ast::statement`].

mod arena;
mod name;

use crate::span::Span;

pub(crate) use arena::AstBuilder;
pub use arena::{Ast, ConditionId, Many, ValueId};
pub use name::{Function, FunctionKind, Name, Path};

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `SELECT … FROM …`
    Query(Query),
    /// A bare condition: it selects all permitted fields of a data set that is known from elsewhere.
    Condition(ConditionId),
}

/// A full query, clause by clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// After SELECT; at least one.
    pub items: Many<Item>,
    /// After FROM: the data set.
    pub from: Name,
    /// After WHERE.
    pub condition: Option<ConditionId>,
    /// After GROUP BY; empty without.
    pub group: Many<ValueId>,
    /// After HAVING.
    pub having: Option<ConditionId>,
    /// After ORDER BY; empty without.
    pub order: Many<Key>,
    /// After LIMIT.
    pub limit: Option<Limit>,
    /// After AFTER: a cursor, as a text or a parameter.
    pub after: Option<ValueId>,
}

/// A selected value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The value.
    pub value: ValueId,
    /// Its name in the answer and in ORDER BY.
    pub alias: Option<Name>,
    /// Value and alias.
    pub span: Span,
}

/// A key of ORDER BY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// The value; a single name may be an alias.
    pub value: ValueId,
    /// ASC unless written otherwise.
    pub direction: Direction,
    /// As written; NULLS LAST is meant where nothing is written.
    pub nulls: Option<Nulls>,
    /// The whole key.
    pub span: Span,
}

/// Which end of the order comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The lowest first.
    Ascending,
    /// The highest first.
    Descending,
}

/// Where rows without a value stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nulls {
    /// Before all others.
    First,
    /// After all others.
    Last,
}

/// How many rows at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// As written.
    Rows {
        /// The number, 0 or above.
        rows: i64,
        /// Where it stands.
        span: Span,
    },
    /// From a parameter.
    Param(Param),
}

/// A condition: TRUE, FALSE or UNKNOWN of each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Two or more, any of which suffices. A child is an OR only where it is parenthesised.
    Or(Many<ConditionId>),
    /// Two or more, all of which are needed. A child is an AND only where it is parenthesised.
    And(Many<ConditionId>),
    /// The opposite.
    Not(ConditionId),
    /// `(c) IS [NOT] TRUE | FALSE | UNKNOWN`
    Truth {
        /// What is asked about.
        condition: ConditionId,
        /// Whether NOT is there.
        negated: bool,
        /// What it is held against.
        truth: Truth,
    },
    /// `a = b` and its like.
    Compare {
        /// The left side.
        left: ValueId,
        /// The operator.
        operator: Comparison,
        /// The right side.
        right: ValueId,
    },
    /// `a IS [NOT] NULL`
    IsNull {
        /// What is asked about.
        value: ValueId,
        /// Whether NOT is there.
        negated: bool,
    },
    /// `a IS [NOT] DISTINCT FROM b`
    IsDistinct {
        /// The left side.
        left: ValueId,
        /// The right side.
        right: ValueId,
        /// Whether NOT is there.
        negated: bool,
    },
    /// `a [NOT] BETWEEN …` and the other patterns.
    Matches {
        /// What is held against the pattern.
        value: ValueId,
        /// Whether NOT is there.
        negated: bool,
        /// The pattern.
        pattern: Pattern,
    },
    /// `at ON DAY @2026-01-31 TZ 'Europe/London'`
    On {
        /// What is asked about.
        value: ValueId,
        /// The length of the period.
        period: Period,
        /// Any day of the period.
        date: ValueId,
        /// The zone, where written; UTC is meant otherwise.
        zone: Option<ValueId>,
    },
    /// `EXISTS refunds (…)`
    Exists {
        /// The relation.
        path: Path,
        /// What a related row must fulfil; any will do without.
        condition: Option<ConditionId>,
    },
    /// `ANY tags = 'vip'`
    AnyCompare {
        /// The array.
        path: Path,
        /// The operator.
        operator: Comparison,
        /// What an element is compared with.
        right: ValueId,
    },
    /// `ANY tags [NOT] LIKE …`
    AnyMatches {
        /// The array.
        path: Path,
        /// Whether NOT is there.
        negated: bool,
        /// The pattern that an element is held against.
        pattern: Pattern,
    },
    /// A value alone; resolving checks that it is boolean.
    Value(ValueId),
}

/// What a condition can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Some value is missing.
    Unknown,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`, also written `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// What a value is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `BETWEEN low AND high`, both included.
    Between {
        /// The lower bound.
        low: ValueId,
        /// The upper bound.
        high: ValueId,
    },
    /// `IN (a, b, …)`; may be empty.
    In(Many<ValueId>),
    /// `IN :list`
    InParam(Param),
    /// `LIKE` or `ILIKE`
    Like {
        /// A text or a parameter.
        pattern: ValueId,
        /// Whether letters must be the same in case (LIKE) or not (ILIKE).
        letters: Letters,
        /// The text after ESCAPE.
        escape: Option<ValueId>,
    },
    /// `STARTS WITH`
    StartsWith(ValueId),
    /// `ENDS WITH`
    EndsWith(ValueId),
    /// `CONTAINS`
    Contains(ValueId),
}

/// Whether upper and lower case are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Letters {
    /// They are: LIKE.
    Exact,
    /// ASCII letters are folded: ILIKE.
    Folded,
}

/// A period of the calendar, after ON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Written out.
    Literal(Literal),
    /// `:name` or `:name?`
    Param(Param),
    /// A field, an alias (in ORDER BY), or a part of a value: `amount`, `customer.name`, `amount.asset`.
    Path(Path),
    /// `annotations['k']`
    Entry {
        /// The map.
        path: Path,
        /// A text or a parameter.
        key: ValueId,
    },
    /// A function or an aggregate.
    Call(Call),
    /// `-a`; a minus sign that belongs to a number is in the number.
    Negated(ValueId),
    /// `a + b - c` or `a * b / c`: operators of one precedence, from left to right.
    Chain {
        /// The leftmost operand.
        first: ValueId,
        /// The others, each with the operator before it; at least one.
        rest: Many<Operand>,
    },
}

/// An operator of a chain with the operand after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The operator.
    pub operator: Arithmetic,
    /// What stands after it.
    pub value: ValueId,
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`: decimal division.
    Divide,
    /// `DIV`: whole division, truncated.
    Div,
    /// `MOD`: its remainder.
    Mod,
}

/// A value written out. Spans here are those of the literal itself, without parentheses around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `'text'`; [`Ast::text_of`] gives its characters.
    Text(Span),
    /// `123`, `-123`
    Whole(i64),
    /// `1.50`; [`Ast::slice`] gives sign, digits and point.
    Decimal(Span),
    /// `1.5e0`; [`Ast::slice`] gives what a float parser reads. It is finite.
    Float(Span),
    /// `12.50 GBP`
    Money {
        /// Sign, digits and perhaps a point.
        number: Span,
        /// The code of the asset.
        code: Span,
    },
    /// `@2026-01-31`, a date that exists.
    Date(Date),
    /// `@2026-01-31T00:00:00Z`, an instant that exists.
    Instant(Instant),
    /// `7d`
    Duration {
        /// Its length; negative with a minus sign.
        seconds: i64,
    },
    /// TRUE or FALSE
    Bool(bool),
}

/// A day of the Gregorian calendar, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// 1 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// A point in time, as seconds and nanoseconds since 1970-01-01T00:00:00Z; the offset is taken into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// Whole seconds, rounded down.
    pub seconds: i64,
    /// 0 to 999,999,999.
    pub nanoseconds: u32,
}

/// A parameter where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name, without colon and question mark.
    pub name: Span,
    /// The whole of it: `:name?`.
    pub span: Span,
    /// Whether it ends with a question mark: its comparison is UNKNOWN where it is absent or NULL.
    pub optional: bool,
}

/// A function called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which.
    pub function: Function,
    /// What it is called with.
    pub arguments: Arguments,
    /// The zone after TZ.
    pub zone: Option<ValueId>,
    /// The condition of FILTER (WHERE …), of aggregates only.
    pub filter: Option<ConditionId>,
}

/// What a function is called with. The parser checks how many there are, not of what type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// `COUNT(*)`
    Star,
    /// `COUNT(DISTINCT x)`
    Distinct(ValueId),
    /// All others; may be empty.
    Values(Many<ValueId>),
}
