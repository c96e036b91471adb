//! The typed query: what `resolve` makes of a tree, the catalogue and the caller, what `eval`
//! evaluates and the emitters walk.
//!
//! Not syntax: names are ids of the catalogue, every value has its type, sugar is gone (BETWEEN is
//! two comparisons, ON a half-open range, COUNT(x) an entry of the grouping).
//!
//! Invariants:
//! - `shape_apart`: a [`Shape`] holds no value of a user: each stands in [`Typed::constants`],
//!   under the [`SlotId`] that the shape names. A command is a function of the shape alone.
//! - `type_checked`: each node's operands have types that fit; evaluation cannot fail.
//!
//! Start at [`Typed`]. Three-valued logic is meant everywhere: a condition is TRUE, FALSE, UNKNOWN.

use crate::catalogue::{DatasetId, FieldId, RelationId};
use crate::datatype::Type;
use crate::span::Span;
use crate::value::{Bucket, Case, Value};

/// A query whose names and types are right; it carries no scope yet.
#[derive(Debug, Clone)]
pub struct Typed {
    pub(crate) shape: Shape,
    pub(crate) constants: Vec<Constant>,
}

impl Typed {
    /// What is asked, without any value.
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The values, in the order of [`Shape::slots`].
    pub fn constants(&self) -> &[Constant] {
        &self.constants
    }

    /// The value of a slot.
    pub fn constant(&self, slot: SlotId) -> &Constant {
        &self.constants[slot.index()]
    }
}

/// The value of a slot: outside the shape, never in a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// One value, already of the slot's type; NULL only where the slot is optional, folded
    /// (`1 / 0`), or a key of a cursor.
    One(Value),
    /// Several: the starts of buckets, ascending.
    Many(Vec<Value>),
    /// A pattern of LIKE or ILIKE, whose escape is already resolved.
    Pattern(crate::value::Pattern),
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The place in its list.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A node of [`Shape::values`].
    ValueId;
    /// A node of [`Shape::conditions`].
    ConditionId;
    /// A place for a value: an entry of [`Shape::slots`].
    SlotId;
    /// A data set as this query reads it: an entry of [`Shape::scans`].
    ScanId;
    /// An entry of [`Grouping::aggregates`].
    AggregateId;
}

/// A run of ids in [`Shape::lists`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Run {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

impl Run {
    /// How many ids it holds.
    pub const fn len(self) -> usize {
        self.length as usize
    }

    /// Whether it holds none.
    pub const fn is_empty(self) -> bool {
        self.length == 0
    }
}

/// What a query asks, without the values: two queries of one shape are one command.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    pub(crate) values: Vec<ValueNode>,
    pub(crate) conditions: Vec<ConditionNode>,
    pub(crate) lists: Vec<u32>,
    pub(crate) slots: Vec<Slot>,
    /// The first is the query's own data set.
    pub(crate) scans: Vec<Scan>,
    pub(crate) columns: Vec<Column>,
    pub(crate) filter: Option<ConditionId>,
    pub(crate) grouping: Option<Grouping>,
    pub(crate) order: Vec<OrderKey>,
    pub(crate) limit: Option<SlotId>,
    pub(crate) after: Option<After>,
}

impl Shape {
    /// A value node.
    pub fn value(&self, id: ValueId) -> &ValueNode {
        &self.values[id.index()]
    }

    /// A condition node.
    pub fn condition(&self, id: ConditionId) -> &ConditionNode {
        &self.conditions[id.index()]
    }

    /// The value nodes of a run.
    pub fn value_run(&self, run: Run) -> impl ExactSizeIterator<Item = ValueId> + '_ {
        self.raw(run).iter().map(|id| ValueId(*id))
    }

    /// The slots of a run.
    pub fn slot_run(&self, run: Run) -> impl ExactSizeIterator<Item = SlotId> + '_ {
        self.raw(run).iter().map(|id| SlotId(*id))
    }

    /// The condition nodes of a run.
    pub fn condition_run(&self, run: Run) -> impl ExactSizeIterator<Item = ConditionId> + '_ {
        self.raw(run).iter().map(|id| ConditionId(*id))
    }

    fn raw(&self, run: Run) -> &[u32] {
        &self.lists[run.start as usize..][..run.len()]
    }

    /// The places for values.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// One place for a value.
    pub fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[id.index()]
    }

    /// Every data set that is read, the query's own first.
    pub fn scans(&self) -> &[Scan] {
        &self.scans
    }

    /// One of them.
    pub fn scan(&self, id: ScanId) -> &Scan {
        &self.scans[id.index()]
    }

    /// What is selected, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// WHERE: rows for which it is TRUE stay.
    pub const fn filter(&self) -> Option<ConditionId> {
        self.filter
    }

    /// GROUP BY, aggregates and HAVING; also without GROUP BY if aggregates or HAVING stand.
    pub const fn grouping(&self) -> Option<&Grouping> {
        self.grouping.as_ref()
    }

    /// ORDER BY with the tie-break appended: the primary key, or the group keys. Empty only for a
    /// grouping without keys, which is one row.
    pub fn order(&self) -> &[OrderKey] {
        &self.order
    }

    /// How many rows at most: the query's LIMIT or the data set's default. Always there in a
    /// finished query.
    pub const fn limit(&self) -> Option<SlotId> {
        self.limit
    }

    /// The page begins after this place in the order.
    pub const fn after(&self) -> Option<&After> {
        self.after.as_ref()
    }
}

/// A value with all that is known of it before any row is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueNode {
    /// What it is.
    pub kind: ValueKind,
    /// Its type.
    pub ty: Type,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// The width of a number or of money's minor units, in digits; 0 for all else.
    pub digits: u8,
    /// Where it stands in the text.
    pub span: Span,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueKind {
    /// A field of a scan; NULL if a to-one path found nothing in scope.
    Field(ScanId, FieldId),
    /// A constant: a literal, a parameter, or what was folded of them.
    Slot(SlotId),
    /// A field that is masked for this caller: the text `[masked]`, in a column only.
    Masked,
    /// A key of the grouping, by its place in [`Grouping::keys`].
    Key(u32),
    /// A result of the grouping.
    Aggregate(AggregateId),
    /// The element that the enclosing [`ConditionKind::Any`] looks at.
    Element,
    /// `amount.value` of a money value: a decimal with the largest scale of all assets.
    MoneyValue(ValueId),
    /// `amount.asset` of a money value: text.
    MoneyAsset(ValueId),
    /// An entry of a map of text: NULL if absent.
    MapEntry(ValueId, SlotId),
    /// Unary minus.
    Negate(ValueId),
    /// Arithmetic on numbers; `+` and `-` of money; `*` of money and a whole number.
    Arithmetic(Operator, ValueId, ValueId),
    /// A function of the closed list.
    Call(Function, Run),
    /// The start of the bucket that holds a timestamp, in a zone (a text slot, `UTC` if none was
    /// written). The last slot is derived: [`Constant::Many`] with the start of every bucket
    /// of the query's time range.
    Bucket {
        /// Hour, day, week or month.
        unit: Bucket,
        /// The timestamp.
        of: ValueId,
        /// The zone's name.
        zone: SlotId,
        /// The starts.
        starts: SlotId,
    },
}

/// An operator of arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`: a decimal of scale 12, half away from zero; NULL if the divisor is zero.
    Divide,
    /// `DIV`: truncates; NULL if the divisor is zero.
    WholeDivide,
    /// `MOD`: the sign of the dividend; NULL if the divisor is zero.
    Modulo,
}

/// A function of one row. NOW and TODAY are constants, buckets a kind of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// The value without its sign: numbers and money.
    Abs,
    /// The first that is not NULL.
    Coalesce,
    /// The first, or NULL if it equals the second.
    NullIf,
    /// A number rounded half away from zero; the second is a whole constant, negative for tens.
    Round,
    /// The whole number at or below.
    Floor,
    /// The whole number at or above.
    Ceil,
    /// The code points of a text.
    Length,
    /// ASCII letters lowered.
    Lower,
    /// ASCII letters raised.
    Upper,
    /// Texts one after the other; NULL if one is.
    Concat,
}

/// A condition: TRUE, FALSE or UNKNOWN.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConditionNode {
    /// What it is.
    pub kind: ConditionKind,
    /// Where it stands in the text.
    pub span: Span,
}

/// What a condition is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ConditionKind {
    /// AND of all; TRUE of none.
    All(Run),
    /// OR of all; FALSE of none: `x IN ()` is that.
    Any(Run),
    /// NOT.
    Not(ConditionId),
    /// `(c) IS TRUE | FALSE | UNKNOWN`; a NOT before it is a [`ConditionKind::Not`].
    Is(ConditionId, Truth),
    /// A boolean value: a field, or a constant (`TRUE`, `1 = 1` folded).
    Value(ValueId),
    /// A comparison; UNKNOWN if a side is NULL, or if assets differ.
    Compare(Comparison, ValueId, ValueId),
    /// `IS DISTINCT FROM`: never UNKNOWN.
    Distinct(ValueId, ValueId),
    /// `IS NULL`: never UNKNOWN.
    IsNull(ValueId),
    /// `IN` with at least one item, a run of slots of the value's type, none NULL.
    In(ValueId, Run),
    /// LIKE or ILIKE; the slot holds a [`Constant::Pattern`] (or NULL, if optional).
    Like(ValueId, SlotId, Case),
    /// STARTS WITH, ENDS WITH, CONTAINS.
    Search(Search, ValueId, ValueId),
    /// Whether a row of the scan fulfils the condition (if there is one); never UNKNOWN. The
    /// scan's parent and those before it are rows of the enclosing query.
    Exists(ScanId, Option<ConditionId>),
    /// Whether an element of an array of text fulfils the condition, which names it as
    /// [`ValueKind::Element`]: UNKNOWN for a NULL array, FALSE for an empty one, else OR.
    Element(ValueId, ConditionId),
}

/// What `IS` asks of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// TRUE.
    True,
    /// FALSE.
    False,
    /// UNKNOWN.
    Unknown,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
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

impl Comparison {
    /// The comparison with its sides exchanged.
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::NotEqual => Self::NotEqual,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }

    /// What is TRUE exactly where this one is FALSE.
    pub const fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }

    /// Whether it asks for an order, not only for equality.
    pub const fn is_order(self) -> bool {
        match self {
            Self::Equal | Self::NotEqual => false,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => true,
        }
    }
}

/// A literal search in a text, by code point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// STARTS WITH
    Starts,
    /// ENDS WITH
    Ends,
    /// CONTAINS
    Contains,
}

/// A data set as one query reads it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scan {
    /// The data set.
    pub dataset: DatasetId,
    /// How its rows are reached.
    pub kind: ScanKind,
    /// The root of the query it belongs to: itself for [`ScanKind::Root`] and
    /// [`ScanKind::Many`], for [`ScanKind::One`] the scan in whose FROM it is joined.
    pub home: ScanId,
    /// Where it is first named.
    pub span: Span,
}

/// How the rows of a scan are reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScanKind {
    /// The query's own data set.
    Root,
    /// A to-one relation of a scan of the same query: at most one row in scope, else NULLs.
    One(ScanId, RelationId),
    /// The to-many relation of a scan of the enclosing query, inside EXISTS.
    Many(ScanId, RelationId),
}

/// A selected column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What it is called in the answer.
    pub name: ColumnName,
    /// What stands in it.
    pub value: ValueId,
}

/// The name of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnName {
    /// That of a field of the query's data set.
    Field(DatasetId, FieldId),
    /// An alias, a path, or the text of an expression.
    Text(Box<str>),
}

/// GROUP BY, aggregates, HAVING. Columns, HAVING and ORDER BY of a grouped query read rows only
/// through [`ValueKind::Key`] and [`ValueKind::Aggregate`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grouping {
    /// The keys; none: all rows are one group, also if there are no rows. NULLs are one group.
    pub keys: Vec<ValueId>,
    /// The aggregates, each once.
    pub aggregates: Vec<Aggregate>,
    /// Groups for which it is TRUE stay.
    pub having: Option<ConditionId>,
}

/// An aggregate over the rows of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aggregate {
    /// What is computed.
    pub kind: AggregateKind,
    /// Only rows for which it is TRUE are taken.
    pub filter: Option<ConditionId>,
}

/// What an aggregate computes. All but COUNT are NULL of no value; NULLs are left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AggregateKind {
    /// `COUNT(*)`
    Rows,
    /// `COUNT(x)`
    Count(ValueId),
    /// `COUNT(DISTINCT x)`
    CountDistinct(ValueId),
    /// `SUM(x)`: of numbers a decimal; of money one asset, which resolve has made sure of.
    Sum(ValueId),
    /// `MIN(x)`
    Min(ValueId),
    /// `MAX(x)`
    Max(ValueId),
    /// `AVG(x)`: a decimal of scale 12, SUM over COUNT half away from zero; of money, money
    /// rounded to the minor unit, half away from zero.
    Average(ValueId),
}

impl AggregateKind {
    /// What is aggregated; none for `COUNT(*)`.
    pub const fn argument(self) -> Option<ValueId> {
        match self {
            Self::Rows => None,
            Self::Count(value)
            | Self::CountDistinct(value)
            | Self::Sum(value)
            | Self::Min(value)
            | Self::Max(value)
            | Self::Average(value) => Some(value),
        }
    }
}

/// One key of the order. Money orders by asset, then by value; enums as text; ids by their bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderKey {
    /// What is ordered by.
    pub value: ValueId,
    /// Up or down.
    pub direction: Direction,
    /// Where NULLs stand.
    pub nulls: Nulls,
}

/// The direction of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// ASC
    Ascending,
    /// DESC
    Descending,
}

/// Where NULLs stand in an order; last unless written otherwise, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// NULLS FIRST
    First,
    /// NULLS LAST
    Last,
}

/// AFTER: the place where the page before ended.
#[derive(Debug, Clone, PartialEq)]
pub struct After {
    /// One slot for each key of [`Shape::order`]; its value may be NULL if the key is nullable.
    /// Only rows that stand strictly behind in the order are returned.
    pub keys: Vec<SlotId>,
}

/// A place for a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// The type of the value; of each value, for [`Constant::Many`].
    pub ty: Type,
    /// Whether it holds one value or many.
    pub arity: Arity,
    /// Whether an absent parameter may leave it NULL (`:name?`), which makes the condition that
    /// holds it UNKNOWN; folded constants and keys of cursors may be NULL too.
    pub nullable: bool,
    /// Where its value comes from.
    pub from: From,
}

/// How many values a slot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    /// One.
    One,
    /// A list, sent as one bind.
    Many,
}

/// Where the value of a slot comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// A literal of the text.
    Literal(Span),
    /// A parameter, by the span of its use (`:name` or `:name?`).
    Parameter(Span),
    /// The caller's scope.
    Scope,
    /// The query's one reading of the clock.
    Now,
    /// LIMIT, or the data set's default.
    Limit,
    /// A key of the cursor.
    Cursor,
    /// Computed of several of these.
    Derived,
}
