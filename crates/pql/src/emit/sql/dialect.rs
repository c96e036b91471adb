//! What differs between the stores that speak SQL.

use super::Sql;
use crate::catalogue::{Identifier, JsonPath, Quoting};
use crate::datatype::Type;
use crate::emit::{BindType, Command, Lowering};
use crate::typed::{
    AggregateKind, Function, Nulls, Operator, Run, ScanId, Search, SlotId, ValueId,
};
use crate::value::Case;

/// What a text column is used for where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emit) enum TextUse {
    /// `=` and IN with something bound, which carries the collation if one is needed.
    Equality,
    /// The other side of a join, whose own column is binary or not.
    OtherSide(bool),
    /// Order, GROUP BY, MIN and MAX: by code point.
    Order,
    /// Anything that is the same under every collation.
    Any,
}

/// Whether a bind may be NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emit) enum Nullable {
    /// It may.
    Yes,
    /// It may not.
    No,
}

impl From<bool> for Nullable {
    fn from(nullable: bool) -> Self {
        if nullable { Self::Yes } else { Self::No }
    }
}

/// One of the stores that speak SQL.
pub(in crate::emit) trait Dialect: Copy {
    /// How it quotes names.
    const QUOTING: Quoting;
    /// What follows a text that is bound, where the column beside it is not binary.
    const BINARY_BOUND: &'static str;
    /// What follows a text column to compare it by code point.
    const BINARY_COLUMN: &'static str;
    /// What a masked field is answered with.
    const MASKED: &'static str = "'[masked]'";
    /// TRUE and FALSE.
    const TRUE: &'static str = "TRUE";
    /// TRUE and FALSE.
    const FALSE: &'static str = "FALSE";
    /// What follows the whole command.
    const SETTINGS: &'static str = "";
    /// The element that ANY looks at.
    const ELEMENT: &'static str;
    /// Whether decimals are kept as whole numbers scaled by a power of ten.
    const SCALED: bool = false;
    /// Whether numbers of different types and scales compare exactly as they are.
    const COMPARES_NUMBERS: bool = true;
    /// Whether `NULLS FIRST` and `NULLS LAST` exist.
    const NULLS_CLAUSE: bool = true;
    /// Whether row values keep an index usable in `(a, b) > (?, ?)`.
    const ROW_VALUES: bool = false;
    /// How a text is grouped by.
    const GROUP_TEXT: TextUse = TextUse::Any;
    /// Whether `x IN (…)` keeps three-valued logic for a nullable `x`.
    const NULLABLE_IN: bool = true;

    /// A placeholder; numbers count from 0.
    fn placeholder(self, out: &mut Command, number: u32, ty: BindType, nullable: Nullable);

    /// A plain column, as a value of its type.
    fn plain(sql: &mut Sql<'_, Self>, scan: ScanId, column: &Identifier, ty: Type) {
        let _ = ty;
        sql.column(scan, column);
    }

    /// A value inside JSON; NULL where the type is another.
    fn json(sql: &mut Sql<'_, Self>, scan: ScanId, column: (&Identifier, &JsonPath), ty: Type);

    /// An entry of a map of text.
    fn entry(sql: &mut Sql<'_, Self>, map: ValueId, key: SlotId);

    /// A number as a wide one of a scale.
    fn wide(sql: &mut Sql<'_, Self>, value: ValueId, scale: u8);

    /// Arithmetic, wide.
    fn arithmetic(
        sql: &mut Sql<'_, Self>,
        operator: Operator,
        sides: (ValueId, ValueId),
        id: ValueId,
    );

    /// A wide number with the other sign.
    fn negate(sql: &mut Sql<'_, Self>, of: &dyn Fn(&mut Sql<'_, Self>)) {
        sql.word("(-");
        of(sql);
        sql.word(")");
    }

    /// A wide number without its sign.
    fn absolute(sql: &mut Sql<'_, Self>, of: &dyn Fn(&mut Sql<'_, Self>)) {
        sql.word("abs(");
        of(sql);
        sql.word(")");
    }

    /// The sum, difference or product of two wide numbers that are emitted.
    fn computed(
        sql: &mut Sql<'_, Self>,
        operator: Operator,
        left: &dyn Fn(&mut Sql<'_, Self>),
        right: &dyn Fn(&mut Sql<'_, Self>),
    ) {
        sql.word("(");
        left(sql);
        sql.word(match operator {
            Operator::Add => " + ",
            Operator::Subtract => " - ",
            Operator::Multiply => " * ",
            Operator::Divide | Operator::WholeDivide => " / ",
            Operator::Modulo => " % ",
        });
        right(sql);
        sql.word(")");
    }

    /// A function of numbers, wide.
    fn number_function(sql: &mut Sql<'_, Self>, function: Function, run: Run, id: ValueId);

    /// A function of texts.
    fn text_function(sql: &mut Sql<'_, Self>, function: Function, run: Run);

    /// LIKE and ILIKE.
    fn like(sql: &mut Sql<'_, Self>, value: ValueId, pattern: SlotId, case: Case);

    /// STARTS WITH, ENDS WITH, CONTAINS.
    fn search(sql: &mut Sql<'_, Self>, search: Search, value: ValueId, part: ValueId);

    /// `a IS DISTINCT FROM b`, of two sides that are emitted.
    fn distinct(
        sql: &mut Sql<'_, Self>,
        left: &dyn Fn(&mut Sql<'_, Self>),
        right: &dyn Fn(&mut Sql<'_, Self>),
    );

    /// What stands before, between and behind an array and the condition on its elements.
    fn any(
        sql: &mut Sql<'_, Self>,
        array: ValueId,
        unknown: Nullable,
        condition: &dyn Fn(&mut Sql<'_, Self>),
    );

    /// The start of the bucket that holds a timestamp.
    fn bucket(sql: &mut Sql<'_, Self>, of: ValueId, starts: SlotId);

    /// An aggregate over a column of the derived table.
    fn aggregate(
        sql: &mut Sql<'_, Self>,
        kind: AggregateKind,
        id: ValueId,
        column: &dyn Fn(&mut Sql<'_, Self>),
    );

    /// Money as two limbs, put together.
    fn limbs(
        sql: &mut Sql<'_, Self>,
        high: &dyn Fn(&mut Sql<'_, Self>),
        low: &dyn Fn(&mut Sql<'_, Self>),
    ) {
        high(sql);
        low(sql);
    }

    /// A number of minor units as a wide one.
    fn wide_minor(sql: &mut Sql<'_, Self>, minor: &dyn Fn(&mut Sql<'_, Self>));

    /// The decimal of minor units of an asset: times ten to what the asset lacks of the most decimals.
    fn money_value(sql: &mut Sql<'_, Self>, money: ValueId, scale: u8);

    /// A boolean as a condition.
    fn boolean(sql: &mut Sql<'_, Self>, value: ValueId);

    /// `(c) IS TRUE` and its like.
    fn is(
        sql: &mut Sql<'_, Self>,
        condition: &dyn Fn(&mut Sql<'_, Self>),
        truth: crate::typed::Truth,
    ) {
        sql.word("((");
        condition(sql);
        sql.word(match truth {
            crate::typed::Truth::True => ") IS TRUE)",
            crate::typed::Truth::False => ") IS FALSE)",
            crate::typed::Truth::Unknown => ") IS NULL)",
        });
    }

    /// A value where it is answered: converted to what the client reads, if need be.
    fn answered(sql: &mut Sql<'_, Self>, value: ValueId) {
        sql.value(value);
    }

    /// A value as a key of an order; text and money are not given here.
    fn ordered(sql: &mut Sql<'_, Self>, value: ValueId) {
        sql.value(value);
    }

    /// A bind that such a key is compared with.
    fn ordered_slot(sql: &mut Sql<'_, Self>, slot: SlotId, ty: Type) {
        let _ = ty;
        sql.slot(slot, Lowering::Value);
    }

    /// The clause that puts NULLs where they belong.
    fn nulls(sql: &mut Sql<'_, Self>, nulls: Nulls) {
        sql.word(match nulls {
            Nulls::First => " NULLS FIRST",
            Nulls::Last => " NULLS LAST",
        });
    }
}
