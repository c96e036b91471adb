//! ClickHouse: typed parameters, settings pinned behind the command, numbers as Decimal256 when
//! computed.
//!
//! Every setting that changes a result stands in the command's own SETTINGS and is asserted at
//! connect. IN is used only for what cannot be NULL, with constants of the very type.

use super::sql::{Dialect, Nullable, Sql};
use super::{BindType, Command, Letters, Lowering};
use crate::catalogue::{Identifier, JsonPath, Quoting};
use crate::datatype::Type;
use crate::typed::{
    AggregateKind, Function, Operator, Run, ScanId, Search, SlotId, Truth, ValueId,
};
use crate::value::Case;

#[derive(Clone, Copy)]
pub(super) struct Clickhouse;

type House<'a> = Sql<'a, Clickhouse>;

impl Dialect for Clickhouse {
    const QUOTING: Quoting = Quoting::Backtick;
    const BINARY_BOUND: &'static str = "";
    const BINARY_COLUMN: &'static str = "";
    const TRUE: &'static str = "true";
    const FALSE: &'static str = "false";
    const SETTINGS: &'static str = " SETTINGS transform_null_in = 0, join_use_nulls = 1, \
        aggregate_functions_null_for_empty = 0, prefer_column_name_to_alias = 1";
    const ELEMENT: &'static str = "e";
    const COMPARES_NUMBERS: bool = false;
    const NULLABLE_IN: bool = false;

    fn placeholder(self, out: &mut Command, number: u32, ty: BindType, nullable: Nullable) {
        out.word("{p");
        out.number(number);
        out.word(":");
        let list = matches!(ty, BindType::List(_));
        let open = list || nullable == Nullable::Yes;
        if open {
            out.word(if list { "Array(" } else { "Nullable(" });
        }
        match ty.ty() {
            Type::Whole => out.word("Int64"),
            Type::Decimal { precision, scale } => {
                out.word("Decimal(");
                out.number(precision.into());
                out.word(",");
                out.number(scale.into());
                out.word(")");
            }
            Type::Float => out.word("Float64"),
            Type::Bool => out.word("Bool"),
            Type::Id(_) => out.word("UUID"),
            Type::Timestamp { .. } => out.word("DateTime64(6,'UTC')"),
            Type::Date => out.word("Date32"),
            Type::TextArray => out.word("Array(String)"),
            Type::TextMap => out.word("Map(String,String)"),
            Type::Text | Type::Enum(_) | Type::Money | Type::Duration => out.word("String"),
        }
        out.word(if open { ")}" } else { "}" });
    }

    fn plain(sql: &mut House<'_>, scan: ScanId, column: &Identifier, ty: Type) {
        if ty != Type::Float {
            sql.column(scan, column);
            return;
        }
        sql.word("if(isFinite(");
        sql.column(scan, column);
        sql.word("), ");
        sql.column(scan, column);
        sql.word(", NULL)");
    }

    fn json(sql: &mut House<'_>, scan: ScanId, (column, path): (&Identifier, &JsonPath), ty: Type) {
        let keys = |sql: &mut House<'_>| {
            sql.column(scan, column);
            for key in 0..path.keys().len() {
                sql.word(", '");
                sql.out.key(path, key);
                sql.word("'");
            }
        };
        sql.word("if(JSONType(");
        keys(sql);
        sql.word(match ty {
            Type::Whole => ") IN ('Int64', 'UInt64'), JSONExtract(",
            Type::Float => ") IN ('Double', 'Int64', 'UInt64'), JSONExtract(",
            Type::Bool => ") = 'Bool', JSONExtract(",
            Type::Decimal { .. }
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => ") = 'String', JSONExtract(",
        });
        keys(sql);
        sql.word(match ty {
            Type::Whole => ", 'Nullable(Int64)'), NULL)",
            Type::Float => ", 'Nullable(Float64)'), NULL)",
            Type::Bool => ", 'Nullable(Bool)'), NULL)",
            Type::Decimal { .. }
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => ", 'Nullable(String)'), NULL)",
        });
    }

    fn entry(sql: &mut House<'_>, map: ValueId, key: SlotId) {
        sql.word("if(mapContains(");
        sql.value(map);
        sql.word(", ");
        sql.slot(key, Lowering::Value);
        sql.word("), ");
        sql.value(map);
        sql.word("[");
        sql.slot(key, Lowering::Value);
        sql.word("], NULL)");
    }

    fn wide(sql: &mut House<'_>, value: ValueId, scale: u8) {
        sql.word("toDecimal256(");
        sql.value(value);
        sql.word(", ");
        sql.out.number(scale.into());
        sql.word(")");
    }

    fn arithmetic(
        sql: &mut House<'_>,
        operator: Operator,
        (left, right): (ValueId, ValueId),
        id: ValueId,
    ) {
        let shape = sql.source.shape;
        let scale = shape.value(id).ty.scale();
        let (a, b) = (shape.value(left).ty.scale(), shape.value(right).ty.scale());
        match operator {
            Operator::Add | Operator::Subtract => {
                Self::computed(sql, operator, &|sql| Self::wide(sql, left, scale), &|sql| {
                    Self::wide(sql, right, scale)
                })
            }
            Operator::Multiply => {
                Self::computed(sql, operator, &|sql| Self::wide(sql, left, a), &|sql| {
                    Self::wide(sql, right, b)
                })
            }
            Operator::Divide => {
                quotient(sql, 12, &|sql| Self::wide(sql, left, a), &|sql| Self::wide(sql, right, b))
            }
            Operator::WholeDivide | Operator::Modulo => {
                let divide = operator == Operator::WholeDivide;
                sql.word(if divide {
                    "toDecimal256(intDiv(toInt256("
                } else {
                    "toDecimal256(modulo(toInt256("
                });
                sql.value(left);
                sql.word("), nullIf(toInt256(");
                sql.value(right);
                sql.word("), 0)), 0)");
            }
        }
    }

    fn number_function(sql: &mut House<'_>, function: Function, run: Run, _: ValueId) {
        let mut ids = sql.source.shape.value_run(run);
        let (Some(of), places) = (ids.next(), ids.next()) else {
            return;
        };
        let scale = sql.source.shape.value(of).ty.scale();
        sql.word(match function {
            Function::Floor => "toDecimal256(floor(",
            Function::Ceil => "toDecimal256(ceil(",
            Function::Round => "round(",
            Function::Abs
            | Function::Coalesce
            | Function::NullIf
            | Function::Length
            | Function::Lower
            | Function::Upper
            | Function::Concat => "abs(",
        });
        Self::wide(sql, of, scale);
        if let Some(places) = places {
            sql.word(", ");
            sql.value(places);
        }
        let whole = matches!(function, Function::Floor | Function::Ceil);
        sql.word(if whole { "), 0)" } else { ")" });
    }

    fn text_function(sql: &mut House<'_>, function: Function, run: Run) {
        let (open, between, close) = match function {
            Function::Length => ("toInt64(lengthUTF8(", "", "))"),
            Function::Lower => ("lower(", "", ")"),
            Function::Upper => ("upper(", "", ")"),
            Function::Abs
            | Function::Coalesce
            | Function::NullIf
            | Function::Round
            | Function::Floor
            | Function::Ceil
            | Function::Concat => ("(", " || ", ")"),
        };
        sql.word(open);
        for (place, id) in sql.source.shape.value_run(run).enumerate() {
            if place > 0 {
                sql.word(between);
            }
            sql.value(id);
        }
        sql.word(close);
    }

    fn like(sql: &mut House<'_>, value: ValueId, pattern: SlotId, case: Case) {
        sql.word("match(");
        match case {
            Case::Sensitive => {
                sql.value(value);
                sql.word(", ");
                sql.slot(pattern, Lowering::Regex(Letters::Kept));
            }
            Case::AsciiInsensitive => {
                sql.word("lower(");
                sql.value(value);
                sql.word("), ");
                sql.slot(pattern, Lowering::Regex(Letters::Lowered));
            }
        }
        sql.word(")");
    }

    fn search(sql: &mut House<'_>, search: Search, value: ValueId, part: ValueId) {
        sql.word(match search {
            Search::Starts => "startsWith(",
            Search::Ends => "endsWith(",
            Search::Contains => "(position(",
        });
        sql.value(value);
        sql.word(", ");
        sql.value(part);
        sql.word(if search == Search::Contains { ") > 0)" } else { ")" });
    }

    fn distinct(
        sql: &mut House<'_>,
        left: &dyn Fn(&mut House<'_>),
        right: &dyn Fn(&mut House<'_>),
    ) {
        sql.word("ifNull(");
        left(sql);
        sql.word(" <> ");
        right(sql);
        sql.word(", isNull(");
        left(sql);
        sql.word(") <> isNull(");
        right(sql);
        sql.word("))");
    }

    fn any(
        sql: &mut House<'_>,
        array: ValueId,
        unknown: Nullable,
        condition: &dyn Fn(&mut House<'_>),
    ) {
        sql.word("multiIf(arrayExists(e -> ifNull(");
        condition(sql);
        sql.word(", false), ");
        sql.value(array);
        sql.word("), true");
        if unknown == Nullable::Yes {
            sql.word(", arrayExists(e -> isNull(");
            condition(sql);
            sql.word("), ");
            sql.value(array);
            sql.word("), NULL");
        }
        sql.word(", false)");
    }

    fn bucket(sql: &mut House<'_>, of: ValueId, starts: SlotId) {
        let nullable = sql.source.shape.value(of).nullable;
        if nullable {
            sql.word("if(isNull(");
            sql.value(of);
            sql.word("), NULL, ");
        }
        sql.word("arrayLast(s -> s <= assumeNotNull(");
        sql.value(of);
        sql.word("), ");
        sql.slot(starts, Lowering::Value);
        sql.word(if nullable { "))" } else { ")" });
    }

    fn aggregate(
        sql: &mut House<'_>,
        kind: AggregateKind,
        _: ValueId,
        column: &dyn Fn(&mut House<'_>),
    ) {
        match kind {
            AggregateKind::Rows | AggregateKind::Count(_) => sql.word("toInt64(count("),
            AggregateKind::CountDistinct(_) => sql.word("toInt64(uniqExact("),
            AggregateKind::Min(_) => sql.word("(minOrNull("),
            AggregateKind::Max(_) => sql.word("(maxOrNull("),
            AggregateKind::Sum(of) => {
                sum(sql, of, column);
                return;
            }
            AggregateKind::Average(of) => {
                let money = sql.source.shape.value(of).ty == Type::Money;
                quotient(sql, if money { 0 } else { 12 }, &|sql| sum(sql, of, column), &|sql| {
                    sql.word("toDecimal256(count(");
                    column(sql);
                    sql.word("), 0)");
                });
                return;
            }
        }
        column(sql);
        sql.word("))");
    }

    fn wide_minor(sql: &mut House<'_>, minor: &dyn Fn(&mut House<'_>)) {
        sql.word("toDecimal256(");
        minor(sql);
        sql.word(", 0)");
    }

    fn money_value(sql: &mut House<'_>, money: ValueId, scale: u8) {
        sql.word("(");
        sql.wide_minor(money);
        sql.word(" * toDecimal256OrNull(transform(");
        sql.asset(money);
        sql.word(", [");
        for (place, asset) in sql.source.catalogue.assets().iter().enumerate() {
            if place > 0 {
                sql.word(", ");
            }
            sql.out.asset(asset);
        }
        sql.word("], [");
        for (place, asset) in sql.source.catalogue.assets().iter().enumerate() {
            sql.word(if place > 0 { ", '" } else { "'" });
            if asset.decimals == 0 {
                sql.word("1");
            } else {
                sql.word("0.");
                sql.out.fraction(asset.decimals);
            }
            sql.word("'");
        }
        sql.word("], ''), ");
        sql.out.number(scale.into());
        sql.word("))");
    }

    fn boolean(sql: &mut House<'_>, value: ValueId) {
        sql.value(value);
    }

    fn is(sql: &mut House<'_>, condition: &dyn Fn(&mut House<'_>), truth: Truth) {
        sql.word(match truth {
            Truth::True => "ifNull(",
            Truth::False => "NOT ifNull(",
            Truth::Unknown => "isNull(",
        });
        condition(sql);
        sql.word(match truth {
            Truth::True => ", false)",
            Truth::False => ", true)",
            Truth::Unknown => ")",
        });
    }

    /// UUIDs order by their second half there; as numbers they order by their bytes.
    fn ordered(sql: &mut House<'_>, value: ValueId) {
        if matches!(sql.source.shape.value(value).ty, Type::Id(_)) {
            sql.word("toUInt128(");
            sql.value(value);
            sql.word(")");
        } else {
            sql.value(value);
        }
    }

    fn ordered_slot(sql: &mut House<'_>, slot: SlotId, ty: Type) {
        if matches!(ty, Type::Id(_)) {
            sql.word("toUInt128(");
            sql.slot(slot, Lowering::Value);
            sql.word(")");
        } else {
            sql.slot(slot, Lowering::Value);
        }
    }
}

fn sum(sql: &mut House<'_>, of: ValueId, column: &dyn Fn(&mut House<'_>)) {
    let scale = sql.source.shape.value(of).ty.scale();
    sql.word("sumOrNull(toDecimal256(");
    column(sql);
    sql.word(", ");
    sql.out.number(scale.into());
    sql.word("))");
}

/// The quotient at a scale, half away from zero: cut one digit further, which alone decides.
fn quotient(
    sql: &mut House<'_>,
    scale: u32,
    dividend: &dyn Fn(&mut House<'_>),
    divisor: &dyn Fn(&mut House<'_>),
) {
    sql.word("round(divideDecimal(");
    dividend(sql);
    sql.word(", nullIf(");
    divisor(sql);
    sql.word(", toDecimal256(0, 0)), ");
    sql.out.number(scale + 1);
    sql.word("), ");
    sql.out.number(scale);
    sql.word(")");
}
