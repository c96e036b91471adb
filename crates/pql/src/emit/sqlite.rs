//! SQLite: STRICT tables, text compared by its bytes as it stands, numbers that are computed as
//! wide ones.
//!
//! SQLite has no exact arithmetic beyond i64, so what opens the database registers these functions.
//! A wide number is a BLOB of 32 bytes, big endian, two's complement with the sign bit turned, so
//! that BLOBs compare as the numbers do; each function also takes INTEGER and TEXT of digits, and
//! gives NULL if an argument is NULL:
//! `pql_wide(x)`, `pql_limbs(high, low)` (base 10^18), `pql_add`, `pql_sub`, `pql_mul`, `pql_neg`,
//! `pql_abs`, `pql_scale(x, n)` (times 10^n), `pql_quotient(a, b, n)` (a times 10^n over b, half
//! away from zero, NULL if b is 0), `pql_div`, `pql_mod` (truncating, NULL if b is 0),
//! `pql_floor(x, s)`, `pql_ceil(x, s)` (of scale s, giving scale 0), `pql_round(x, s, n)` (of
//! scale s, rounded to n places, giving scale s), and the aggregate `pql_sum(x)`.
//!
//! A decimal is bound as its scaled whole number: an INTEGER up to 18 digits, above them TEXT of
//! digits, which then always stands inside `pql_wide`. Lists are bound as a JSON array of INTEGERs.

use super::sql::{Dialect, Nullable, Sql};
use super::{BindType, Command, Letters, Lowering};
use crate::catalogue::{Identifier, JsonPath, Quoting};
use crate::datatype::Type;
use crate::typed::{
    AggregateKind, Function, Operator, Run, ScanId, Search, SlotId, ValueId, ValueKind,
};
use crate::value::{Case, QUOTIENT_SCALE};

#[derive(Clone, Copy)]
pub(super) struct Sqlite;

type Lite<'a> = Sql<'a, Sqlite>;

impl Dialect for Sqlite {
    const QUOTING: Quoting = Quoting::Double;
    const BINARY_BOUND: &'static str = "";
    const BINARY_COLUMN: &'static str = "";
    const ELEMENT: &'static str = "e.value";
    const SCALED: bool = true;
    const COMPARES_NUMBERS: bool = false;
    const ROW_VALUES: bool = true;

    fn placeholder(self, out: &mut Command, number: u32, _: BindType, _: Nullable) {
        out.word("?");
        out.number(number + 1);
    }

    fn plain(sql: &mut Lite<'_>, scan: ScanId, column: &Identifier, ty: Type) {
        if ty != Type::Float {
            sql.column(scan, column);
            return;
        }
        sql.word("CASE WHEN abs(");
        sql.column(scan, column);
        sql.word(") <= 1.7976931348623157e308 THEN ");
        sql.column(scan, column);
        sql.word(" END");
    }

    fn json(sql: &mut Lite<'_>, scan: ScanId, (column, path): (&Identifier, &JsonPath), ty: Type) {
        sql.word("CASE WHEN json_valid(");
        sql.column(scan, column);
        sql.word(") AND json_type(");
        sql.column(scan, column);
        sql.word(", '");
        sql.out.path(path);
        sql.word(match ty {
            Type::Whole => "') = 'integer' THEN json_extract(",
            Type::Bool => "') IN ('true', 'false') THEN json_extract(",
            Type::Float => "') IN ('real', 'integer') THEN json_extract(",
            Type::Decimal { .. }
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => "') = 'text' THEN json_extract(",
        });
        sql.column(scan, column);
        sql.word(", '");
        sql.out.path(path);
        sql.word("') END");
    }

    fn entry(sql: &mut Lite<'_>, map: ValueId, key: SlotId) {
        sql.word("(SELECT m.value FROM json_each(CASE WHEN json_valid(");
        sql.value(map);
        sql.word(") THEN ");
        sql.value(map);
        sql.word(" END) AS m WHERE m.type = 'text' AND m.key = ");
        sql.slot(key, Lowering::Value);
        sql.word(")");
    }

    fn wide(sql: &mut Lite<'_>, value: ValueId, scale: u8) {
        let more = scale - sql.source.shape.value(value).ty.scale();
        if more > 0 {
            sql.word("pql_scale(");
            sql.value(value);
            sql.word(", ");
            sql.out.number(more.into());
            sql.word(")");
        } else if sql.is_wide(value) {
            sql.value(value);
        } else {
            Self::wide_minor(sql, &|sql| sql.value(value));
        }
    }

    fn negate(sql: &mut Lite<'_>, of: &dyn Fn(&mut Lite<'_>)) {
        sql.word("pql_neg(");
        of(sql);
        sql.word(")");
    }

    fn absolute(sql: &mut Lite<'_>, of: &dyn Fn(&mut Lite<'_>)) {
        sql.word("pql_abs(");
        of(sql);
        sql.word(")");
    }

    fn computed(
        sql: &mut Lite<'_>,
        operator: Operator,
        left: &dyn Fn(&mut Lite<'_>),
        right: &dyn Fn(&mut Lite<'_>),
    ) {
        sql.word(match operator {
            Operator::Add => "pql_add(",
            Operator::Subtract => "pql_sub(",
            Operator::Multiply => "pql_mul(",
            Operator::Divide | Operator::WholeDivide => "pql_div(",
            Operator::Modulo => "pql_mod(",
        });
        left(sql);
        sql.word(", ");
        right(sql);
        sql.word(")");
    }

    fn arithmetic(
        sql: &mut Lite<'_>,
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
            Operator::Multiply | Operator::WholeDivide | Operator::Modulo => {
                Self::computed(sql, operator, &|sql| Self::wide(sql, left, a), &|sql| {
                    Self::wide(sql, right, b)
                })
            }
            Operator::Divide => {
                let up = QUOTIENT_SCALE + b;
                sql.word("pql_quotient(");
                Self::wide(sql, left, a);
                sql.word(", ");
                Self::wide(sql, right, b + a.saturating_sub(up));
                sql.word(", ");
                sql.out.number(up.saturating_sub(a).into());
                sql.word(")");
            }
        }
    }

    fn number_function(sql: &mut Lite<'_>, function: Function, run: Run, _: ValueId) {
        let shape = sql.source.shape;
        let mut ids = shape.value_run(run);
        let (Some(of), places) = (ids.next(), ids.next()) else {
            return;
        };
        let scale = shape.value(of).ty.scale();
        sql.word(match function {
            Function::Floor => "pql_floor(",
            Function::Ceil => "pql_ceil(",
            Function::Round => "pql_round(",
            Function::Abs
            | Function::Coalesce
            | Function::NullIf
            | Function::Length
            | Function::Lower
            | Function::Upper
            | Function::Concat => "pql_abs(",
        });
        Self::wide(sql, of, scale);
        if function != Function::Abs {
            sql.word(", ");
            sql.out.number(scale.into());
        }
        if let Some(places) = places {
            sql.word(", ");
            sql.value(places);
        }
        sql.word(")");
    }

    fn text_function(sql: &mut Lite<'_>, function: Function, run: Run) {
        let (open, between) = match function {
            Function::Length => ("length(", ""),
            Function::Lower => ("lower(", ""),
            Function::Upper => ("upper(", ""),
            Function::Abs
            | Function::Coalesce
            | Function::NullIf
            | Function::Round
            | Function::Floor
            | Function::Ceil
            | Function::Concat => ("(", " || "),
        };
        sql.word(open);
        for (place, id) in sql.source.shape.value_run(run).enumerate() {
            if place > 0 {
                sql.word(between);
            }
            sql.value(id);
        }
        sql.word(")");
    }

    fn like(sql: &mut Lite<'_>, value: ValueId, pattern: SlotId, case: Case) {
        match case {
            Case::Sensitive => {
                sql.value(value);
                sql.word(" GLOB ");
                sql.slot(pattern, Lowering::Glob(Letters::Kept));
            }
            Case::AsciiInsensitive => {
                sql.word("lower(");
                sql.value(value);
                sql.word(") GLOB ");
                sql.slot(pattern, Lowering::Glob(Letters::Lowered));
            }
        }
    }

    fn search(sql: &mut Lite<'_>, search: Search, value: ValueId, part: ValueId) {
        if let ValueKind::Slot(slot) = sql.source.shape.value(part).kind {
            sql.value(value);
            sql.word(" GLOB ");
            sql.slot(slot, Lowering::GlobSearch(search));
            return;
        }
        let (open, close) = match search {
            Search::Contains => ("(instr(", ") > 0)"),
            Search::Starts => ("(substr(", ""),
            Search::Ends => ("(substr(", ""),
        };
        sql.word(open);
        sql.value(value);
        match search {
            Search::Contains => {
                sql.word(", ");
                sql.value(part);
                sql.word(close);
                return;
            }
            Search::Starts => sql.word(", 1, length("),
            Search::Ends => {
                sql.word(", length(");
                sql.value(value);
                sql.word(") + 1 - length(");
            }
        }
        sql.value(part);
        sql.word(")) = ");
        sql.value(part);
        sql.word(")");
    }

    fn distinct(sql: &mut Lite<'_>, left: &dyn Fn(&mut Lite<'_>), right: &dyn Fn(&mut Lite<'_>)) {
        sql.word("(");
        left(sql);
        sql.word(" IS NOT ");
        right(sql);
        sql.word(")");
    }

    fn any(
        sql: &mut Lite<'_>,
        array: ValueId,
        unknown: Nullable,
        condition: &dyn Fn(&mut Lite<'_>),
    ) {
        let elements = |sql: &mut Lite<'_>| {
            sql.word("EXISTS (SELECT 1 FROM json_each(CASE WHEN json_valid(");
            sql.value(array);
            sql.word(") THEN ");
            sql.value(array);
            sql.word(" END) AS e WHERE ");
        };
        sql.word("CASE WHEN ");
        sql.value(array);
        sql.word(" IS NULL THEN NULL WHEN ");
        elements(sql);
        condition(sql);
        sql.word(") THEN TRUE ");
        if unknown == Nullable::Yes {
            sql.word("WHEN ");
            elements(sql);
            sql.word("(");
            condition(sql);
            sql.word(") IS NULL) THEN NULL ");
        }
        sql.word("ELSE FALSE END");
    }

    fn bucket(sql: &mut Lite<'_>, of: ValueId, starts: SlotId) {
        sql.word("(SELECT MAX(j.value) FROM json_each(");
        sql.slot(starts, Lowering::Value);
        sql.word(") AS j WHERE j.value <= ");
        sql.value(of);
        sql.word(")");
    }

    fn aggregate(
        sql: &mut Lite<'_>,
        kind: AggregateKind,
        _: ValueId,
        column: &dyn Fn(&mut Lite<'_>),
    ) {
        sql.word(match kind {
            AggregateKind::Rows | AggregateKind::Count(_) => "COUNT(",
            AggregateKind::CountDistinct(_) => "COUNT(DISTINCT ",
            AggregateKind::Sum(_) => "pql_sum(",
            AggregateKind::Min(_) => "MIN(",
            AggregateKind::Max(_) => "MAX(",
            AggregateKind::Average(_) => "pql_quotient(pql_sum(",
        });
        column(sql);
        sql.word(")");
        if let AggregateKind::Average(of) = kind {
            let node = sql.source.shape.value(of);
            let (scale, wanted) = match node.ty {
                Type::Money => (0, 0),
                ty @ Type::Whole
                | ty @ Type::Decimal { .. }
                | ty @ Type::Float
                | ty @ Type::Bool
                | ty @ Type::Text
                | ty @ Type::Enum(_)
                | ty @ Type::Id(_)
                | ty @ Type::Timestamp { .. }
                | ty @ Type::Date
                | ty @ Type::Duration
                | ty @ Type::TextArray
                | ty @ Type::TextMap => (ty.scale(), QUOTIENT_SCALE),
            };
            sql.word(", pql_scale(COUNT(");
            column(sql);
            sql.word("), ");
            sql.out.number(scale.saturating_sub(wanted).into());
            sql.word("), ");
            sql.out.number(wanted.saturating_sub(scale).into());
            sql.word(")");
        }
    }

    fn limbs(sql: &mut Lite<'_>, high: &dyn Fn(&mut Lite<'_>), low: &dyn Fn(&mut Lite<'_>)) {
        sql.word("pql_limbs(");
        high(sql);
        sql.word(", ");
        low(sql);
        sql.word(")");
    }

    fn wide_minor(sql: &mut Lite<'_>, minor: &dyn Fn(&mut Lite<'_>)) {
        sql.word("pql_wide(");
        minor(sql);
        sql.word(")");
    }

    fn money_value(sql: &mut Lite<'_>, money: ValueId, scale: u8) {
        sql.word("pql_scale(");
        sql.wide_minor(money);
        sql.word(", CASE ");
        sql.asset(money);
        for asset in sql.source.catalogue.assets() {
            sql.word(" WHEN ");
            sql.out.asset(asset);
            sql.word(" THEN ");
            sql.out.number(scale.saturating_sub(asset.decimals).into());
        }
        sql.word(" END)");
    }

    fn boolean(sql: &mut Lite<'_>, value: ValueId) {
        if matches!(sql.source.shape.value(value).kind, ValueKind::Slot(_)) {
            sql.value(value);
            return;
        }
        sql.word("(");
        sql.value(value);
        sql.word(" <> 0)");
    }
}
