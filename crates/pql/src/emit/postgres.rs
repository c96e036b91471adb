//! PostgreSQL: numbers are numeric when computed, binds have declared types, order is by code
//! point (`COLLATE "C"`) unless the catalogue says that a column is so anyway.

use super::sql::{Dialect, Nullable, Sql};
use super::{BindType, Command, Letters, Lowering};
use crate::catalogue::{Identifier, JsonPath, Quoting};
use crate::datatype::Type;
use crate::typed::{AggregateKind, Function, Operator, Run, ScanId, Search, SlotId, ValueId};
use crate::value::Case;

#[derive(Clone, Copy)]
pub(super) struct Postgres;

type Pg<'a> = Sql<'a, Postgres>;

impl Dialect for Postgres {
    const QUOTING: Quoting = Quoting::Double;
    const BINARY_BOUND: &'static str = "";
    const BINARY_COLUMN: &'static str = " COLLATE \"C\"";
    const ELEMENT: &'static str = "e.value";
    const ROW_VALUES: bool = true;

    fn placeholder(self, out: &mut Command, number: u32, ty: BindType, _: Nullable) {
        out.word("$");
        out.number(number + 1);
        out.word(match ty.ty() {
            Type::Whole => "::bigint",
            Type::Decimal { .. } => "::numeric",
            Type::Float => "::float8",
            Type::Bool => "::boolean",
            Type::Text | Type::Enum(_) | Type::Money | Type::Duration => "::text",
            Type::Id(_) => "::uuid",
            Type::Timestamp { .. } => "::timestamptz",
            Type::Date => "::date",
            Type::TextArray => "::text[]",
            Type::TextMap => "::jsonb",
        });
        if let BindType::List(_) = ty {
            out.word("[]");
        }
    }

    fn plain(sql: &mut Pg<'_>, scan: ScanId, column: &Identifier, ty: Type) {
        if ty != Type::Float {
            sql.column(scan, column);
            return;
        }
        sql.word("NULLIF(NULLIF(NULLIF(");
        sql.column(scan, column);
        sql.word(", 'NaN'::float8), 'Infinity'::float8), '-Infinity'::float8)");
    }

    fn json(sql: &mut Pg<'_>, scan: ScanId, (column, path): (&Identifier, &JsonPath), ty: Type) {
        let place = |sql: &mut Pg<'_>, arrow: &'static str| {
            sql.word("(");
            sql.column(scan, column);
            sql.word(arrow);
            for key in 0..path.keys().len() {
                if key > 0 {
                    sql.word(",");
                }
                sql.out.key(path, key);
            }
            sql.word("}')");
        };
        sql.word("CASE WHEN jsonb_typeof");
        place(sql, "::jsonb #> '{");
        sql.word(match ty {
            Type::Whole | Type::Float => " = 'number'",
            Type::Bool => " = 'boolean'",
            Type::Decimal { .. }
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => " = 'string'",
        });
        sql.word(" THEN ");
        if ty == Type::Whole {
            sql.word("CASE WHEN ");
            place(sql, "::jsonb #>> '{");
            sql.word("::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 AND mod(");
            place(sql, "::jsonb #>> '{");
            sql.word("::numeric, 1) = 0 THEN ");
        }
        place(sql, "::jsonb #>> '{");
        sql.word(match ty {
            Type::Whole => "::numeric::bigint END END",
            Type::Float => "::float8 END",
            Type::Bool => "::boolean END",
            Type::Decimal { .. }
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => " END",
        });
    }

    fn entry(sql: &mut Pg<'_>, map: ValueId, key: SlotId) {
        sql.word("(");
        sql.value(map);
        sql.word(" ->> ");
        sql.slot(key, Lowering::Value);
        sql.word(")");
    }

    fn wide(sql: &mut Pg<'_>, value: ValueId, _: u8) {
        sql.value(value);
        if !sql.is_wide(value) {
            sql.word("::numeric");
        }
    }

    fn arithmetic(
        sql: &mut Pg<'_>,
        operator: Operator,
        (left, right): (ValueId, ValueId),
        _: ValueId,
    ) {
        let (open, between, close) = match operator {
            Operator::Add => ("(", " + ", ")"),
            Operator::Subtract => ("(", " - ", ")"),
            Operator::Multiply => ("(", " * ", ")"),
            Operator::Divide => ("round(round(", ", 60) / NULLIF(", ", 0), 12)"),
            Operator::WholeDivide => ("div(", ", NULLIF(", ", 0))"),
            Operator::Modulo => ("mod(", ", NULLIF(", ", 0))"),
        };
        sql.word(open);
        Self::wide(sql, left, 0);
        sql.word(between);
        Self::wide(sql, right, 0);
        sql.word(close);
    }

    fn number_function(sql: &mut Pg<'_>, function: Function, run: Run, _: ValueId) {
        let mut ids = sql.source.shape.value_run(run);
        let (Some(of), places) = (ids.next(), ids.next()) else {
            return;
        };
        sql.word(match function {
            Function::Floor => "floor(",
            Function::Ceil => "ceil(",
            Function::Round => "round(",
            Function::Abs
            | Function::Coalesce
            | Function::NullIf
            | Function::Length
            | Function::Lower
            | Function::Upper
            | Function::Concat => "abs(",
        });
        Self::wide(sql, of, 0);
        if let Some(places) = places {
            sql.word(", ");
            sql.value(places);
            sql.word("::int");
        }
        sql.word(")");
    }

    fn text_function(sql: &mut Pg<'_>, function: Function, run: Run) {
        let (open, between, close) = match function {
            Function::Length => ("char_length(", "", ")::bigint"),
            Function::Lower => ("lower(", "", " COLLATE \"C\")"),
            Function::Upper => ("upper(", "", " COLLATE \"C\")"),
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

    fn like(sql: &mut Pg<'_>, value: ValueId, pattern: SlotId, case: Case) {
        match case {
            Case::Sensitive => {
                sql.word("(");
                sql.value(value);
                sql.word(" LIKE ");
                sql.slot(pattern, Lowering::Like(Letters::Kept));
            }
            Case::AsciiInsensitive => {
                sql.word("(lower(");
                sql.value(value);
                sql.word(" COLLATE \"C\") LIKE ");
                sql.slot(pattern, Lowering::Like(Letters::Lowered));
            }
        }
        sql.word(" ESCAPE '!')");
    }

    fn search(sql: &mut Pg<'_>, search: Search, value: ValueId, part: ValueId) {
        match search {
            Search::Starts => sql.word("starts_with("),
            Search::Contains => sql.word("(strpos("),
            Search::Ends => sql.word("(right("),
        }
        sql.value(value);
        match search {
            Search::Starts => {
                sql.word(", ");
                sql.value(part);
                sql.word(")");
            }
            Search::Contains => {
                sql.word(", ");
                sql.value(part);
                sql.word(") > 0)");
            }
            Search::Ends => {
                sql.word(", char_length(");
                sql.value(part);
                sql.word(")) = ");
                sql.value(part);
                sql.word(")");
            }
        }
    }

    fn distinct(sql: &mut Pg<'_>, left: &dyn Fn(&mut Pg<'_>), right: &dyn Fn(&mut Pg<'_>)) {
        sql.word("(");
        left(sql);
        sql.word(" IS DISTINCT FROM ");
        right(sql);
        sql.word(")");
    }

    fn any(sql: &mut Pg<'_>, array: ValueId, unknown: Nullable, condition: &dyn Fn(&mut Pg<'_>)) {
        let elements = |sql: &mut Pg<'_>| {
            sql.word("EXISTS (SELECT 1 FROM unnest(");
            sql.value(array);
            sql.word(") AS e(value) WHERE ");
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

    fn bucket(sql: &mut Pg<'_>, of: ValueId, starts: SlotId) {
        sql.word("(");
        sql.slot(starts, Lowering::Value);
        sql.word(")[width_bucket(");
        sql.value(of);
        sql.word(", ");
        sql.slot(starts, Lowering::Value);
        sql.word(")]");
    }

    fn aggregate(sql: &mut Pg<'_>, kind: AggregateKind, _: ValueId, column: &dyn Fn(&mut Pg<'_>)) {
        let text = |of: ValueId| matches!(sql.source.shape.value(of).ty, Type::Text);
        let (open, close) = match kind {
            AggregateKind::Rows | AggregateKind::Count(_) => ("COUNT(", ")"),
            AggregateKind::CountDistinct(_) => ("COUNT(DISTINCT ", ")"),
            AggregateKind::Sum(_) => ("SUM(", "::numeric)"),
            AggregateKind::Min(of) if text(of) => ("MIN(", " COLLATE \"C\")"),
            AggregateKind::Max(of) if text(of) => ("MAX(", " COLLATE \"C\")"),
            AggregateKind::Min(_) => ("MIN(", ")"),
            AggregateKind::Max(_) => ("MAX(", ")"),
            AggregateKind::Average(_) => ("round(round(SUM(", "::numeric), 60) / NULLIF(COUNT("),
        };
        sql.word(open);
        column(sql);
        sql.word(close);
        if let AggregateKind::Average(of) = kind {
            let money = sql.source.shape.value(of).ty == Type::Money;
            column(sql);
            sql.word(if money { "), 0), 0)" } else { "), 0), 12)" });
        }
    }

    fn wide_minor(sql: &mut Pg<'_>, minor: &dyn Fn(&mut Pg<'_>)) {
        minor(sql);
        sql.word("::numeric");
    }

    fn money_value(sql: &mut Pg<'_>, money: ValueId, _: u8) {
        sql.word("(");
        sql.wide_minor(money);
        sql.word(" * CASE ");
        sql.asset(money);
        for asset in sql.source.catalogue.assets() {
            sql.word(" WHEN ");
            sql.out.asset(asset);
            sql.word(" THEN ");
            if asset.decimals == 0 {
                sql.word("1");
            } else {
                sql.word("0.");
                sql.out.fraction(asset.decimals);
            }
        }
        sql.word(" END)");
    }

    fn boolean(sql: &mut Pg<'_>, value: ValueId) {
        sql.value(value);
    }
}
