//! MariaDB: text is compared by code point through a collation on what is bound, or on the column
//! where an order is asked for; numbers are DECIMAL(65) when computed.
//!
//! The session is pinned and asserted by what connects: sql_mode, time zone, character set,
//! `div_precision_increment` is of no matter here.

use super::sql::{Dialect, Nullable, Sql, TextUse};
use super::{BindType, Command, Letters, Lowering};
use crate::catalogue::{Identifier, JsonPath, Quoting};
use crate::datatype::Type;
use crate::typed::{
    AggregateKind, Function, Operator, Run, ScanId, Search, SlotId, ValueId, ValueKind,
};
use crate::value::Case;

#[derive(Clone, Copy)]
pub(super) struct Mariadb;

type Maria<'a> = Sql<'a, Mariadb>;

impl Dialect for Mariadb {
    const QUOTING: Quoting = Quoting::Backtick;
    const BINARY_BOUND: &'static str = " COLLATE utf8mb4_nopad_bin";
    const BINARY_COLUMN: &'static str = " COLLATE utf8mb4_nopad_bin";
    const ELEMENT: &'static str = "e.v";
    const NULLS_CLAUSE: bool = false;
    const GROUP_TEXT: TextUse = TextUse::Order;

    fn placeholder(self, out: &mut Command, _: u32, _: BindType, _: Nullable) {
        out.word("?");
    }

    fn json(sql: &mut Maria<'_>, scan: ScanId, (column, path): (&Identifier, &JsonPath), ty: Type) {
        let at = |sql: &mut Maria<'_>, open: &'static str| {
            sql.word(open);
            sql.column(scan, column);
            sql.word(", '");
            sql.out.path(path);
            sql.word("')");
        };
        sql.word("CASE WHEN JSON_TYPE(");
        at(sql, "JSON_EXTRACT(");
        sql.word(match ty {
            Type::Whole => ") = 'INTEGER' THEN CAST(",
            Type::Bool => ") = 'BOOLEAN' THEN ",
            Type::Float => ") IN ('DOUBLE', 'INTEGER') THEN ",
            Type::Decimal { .. }
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => ") = 'STRING' THEN ",
        });
        match ty {
            Type::Bool => {
                sql.word("(");
                at(sql, "JSON_EXTRACT(");
                sql.word(" = TRUE)");
            }
            Type::Float => {
                at(sql, "JSON_VALUE(");
                sql.word(" + 0e0");
            }
            Type::Whole
            | Type::Decimal { .. }
            | Type::Text
            | Type::Enum(_)
            | Type::Id(_)
            | Type::Timestamp { .. }
            | Type::Date
            | Type::Money
            | Type::Duration
            | Type::TextArray
            | Type::TextMap => at(sql, "JSON_VALUE("),
        }
        sql.word(if ty == Type::Whole { " AS SIGNED) END" } else { " END" });
    }

    fn entry(sql: &mut Maria<'_>, map: ValueId, key: SlotId) {
        sql.word("JSON_VALUE(");
        sql.value(map);
        sql.word(", CONCAT('$.', JSON_QUOTE(");
        sql.slot(key, Lowering::Value);
        sql.word(")))");
    }

    fn wide(sql: &mut Maria<'_>, value: ValueId, _: u8) {
        if sql.is_wide(value) {
            sql.value(value);
            return;
        }
        let scale = sql.source.shape.value(value).ty.scale();
        sql.word("CAST(");
        sql.value(value);
        sql.word(" AS DECIMAL(65,");
        sql.out.number(scale.into());
        sql.word("))");
    }

    fn arithmetic(
        sql: &mut Maria<'_>,
        operator: Operator,
        (left, right): (ValueId, ValueId),
        _: ValueId,
    ) {
        match operator {
            Operator::Add | Operator::Subtract | Operator::Multiply => {
                Self::computed(sql, operator, &|sql| Self::wide(sql, left, 0), &|sql| {
                    Self::wide(sql, right, 0)
                })
            }
            Operator::Divide => {
                quotient(sql, 12, &|sql| Self::wide(sql, left, 0), &|sql| Self::wide(sql, right, 0))
            }
            Operator::WholeDivide => {
                sql.word("TRUNCATE((");
                Self::wide(sql, left, 0);
                sql.word(" - ");
                remainder(sql, left, right);
                sql.word(") / NULLIF(");
                Self::wide(sql, right, 0);
                sql.word(", 0), 0)");
            }
            Operator::Modulo => remainder(sql, left, right),
        }
    }

    fn number_function(sql: &mut Maria<'_>, function: Function, run: Run, id: ValueId) {
        let shape = sql.source.shape;
        let mut ids = shape.value_run(run);
        let (Some(of), places) = (ids.next(), ids.next()) else {
            return;
        };
        sql.word(match function {
            Function::Floor => "FLOOR(",
            Function::Ceil => "CEILING(",
            Function::Round => "CAST(ROUND(",
            Function::Abs
            | Function::Coalesce
            | Function::NullIf
            | Function::Length
            | Function::Lower
            | Function::Upper
            | Function::Concat => "ABS(",
        });
        Self::wide(sql, of, 0);
        if let Some(places) = places {
            sql.word(", ");
            sql.value(places);
            sql.word(") AS DECIMAL(65,");
            sql.out.number(shape.value(id).ty.scale().into());
            sql.word(")");
        }
        sql.word(")");
    }

    fn text_function(sql: &mut Maria<'_>, function: Function, run: Run) {
        let ids: Vec<ValueId> = sql.source.shape.value_run(run).collect();
        match function {
            Function::Lower => folded(sql, ids[0], Fold::Lower),
            Function::Upper => folded(sql, ids[0], Fold::Upper),
            Function::Length => {
                sql.word("CHAR_LENGTH(");
                sql.value(ids[0]);
                sql.word(")");
            }
            Function::Abs
            | Function::Coalesce
            | Function::NullIf
            | Function::Round
            | Function::Floor
            | Function::Ceil
            | Function::Concat => {
                sql.word("CONCAT(");
                for (place, id) in ids.iter().enumerate() {
                    if place > 0 {
                        sql.word(", ");
                    }
                    sql.value(*id);
                }
                sql.word(")");
            }
        }
    }

    fn like(sql: &mut Maria<'_>, value: ValueId, pattern: SlotId, case: Case) {
        sql.word("(");
        match case {
            Case::Sensitive => {
                sql.value(value);
                sql.word(" LIKE ");
                sql.slot(pattern, Lowering::Like(Letters::Kept));
            }
            Case::AsciiInsensitive => {
                folded(sql, value, Fold::Lower);
                sql.word(" LIKE ");
                sql.slot(pattern, Lowering::Like(Letters::Lowered));
            }
        }
        sql.word(" COLLATE utf8mb4_nopad_bin ESCAPE '!')");
    }

    fn search(sql: &mut Maria<'_>, search: Search, value: ValueId, part: ValueId) {
        sql.word("(");
        if let ValueKind::Slot(slot) = sql.source.shape.value(part).kind {
            sql.value(value);
            sql.word(" LIKE ");
            sql.slot(slot, Lowering::LikeSearch(search));
            sql.word(" COLLATE utf8mb4_nopad_bin ESCAPE '!')");
            return;
        }
        match search {
            Search::Contains => {
                sql.word("LOCATE(");
                sql.value(part);
                sql.word(", ");
                sql.value(value);
                sql.word(" COLLATE utf8mb4_nopad_bin) > 0)");
                return;
            }
            Search::Starts => sql.word("LEFT("),
            Search::Ends => sql.word("RIGHT("),
        }
        sql.value(value);
        sql.word(", CHAR_LENGTH(");
        sql.value(part);
        sql.word(")) = ");
        sql.value(part);
        sql.word(" COLLATE utf8mb4_nopad_bin)");
    }

    fn distinct(
        sql: &mut Maria<'_>,
        left: &dyn Fn(&mut Maria<'_>),
        right: &dyn Fn(&mut Maria<'_>),
    ) {
        sql.word("(NOT (");
        left(sql);
        sql.word(" <=> ");
        right(sql);
        sql.word("))");
    }

    fn any(
        sql: &mut Maria<'_>,
        array: ValueId,
        unknown: Nullable,
        condition: &dyn Fn(&mut Maria<'_>),
    ) {
        let elements = |sql: &mut Maria<'_>| {
            sql.word("EXISTS (SELECT 1 FROM JSON_TABLE(");
            sql.value(array);
            sql.word(", '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS e WHERE ");
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

    fn bucket(sql: &mut Maria<'_>, of: ValueId, starts: SlotId) {
        sql.word("(SELECT MAX(b.v) FROM JSON_TABLE(");
        sql.slot(starts, Lowering::Value);
        sql.word(", '$[*]' COLUMNS (v DATETIME(6) PATH '$')) AS b WHERE b.v <= ");
        sql.value(of);
        sql.word(")");
    }

    fn aggregate(
        sql: &mut Maria<'_>,
        kind: AggregateKind,
        _: ValueId,
        column: &dyn Fn(&mut Maria<'_>),
    ) {
        match kind {
            AggregateKind::Rows | AggregateKind::Count(_) => sql.word("COUNT("),
            AggregateKind::CountDistinct(_) => sql.word("COUNT(DISTINCT "),
            AggregateKind::Min(_) => sql.word("MIN("),
            AggregateKind::Max(_) => sql.word("MAX("),
            AggregateKind::Sum(of) => {
                sum(sql, of, column);
                return;
            }
            AggregateKind::Average(of) => {
                let money = sql.source.shape.value(of).ty == Type::Money;
                quotient(sql, if money { 0 } else { 12 }, &|sql| sum(sql, of, column), &|sql| {
                    sql.word("CAST(COUNT(");
                    column(sql);
                    sql.word(") AS DECIMAL(65,0))");
                });
                return;
            }
        }
        column(sql);
        sql.word(")");
    }

    fn wide_minor(sql: &mut Maria<'_>, minor: &dyn Fn(&mut Maria<'_>)) {
        sql.word("CAST(");
        minor(sql);
        sql.word(" AS DECIMAL(65,0))");
    }

    fn money_value(sql: &mut Maria<'_>, money: ValueId, scale: u8) {
        sql.word("CAST(");
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
        sql.word(" END AS DECIMAL(65,");
        sql.out.number(scale.into());
        sql.word("))");
    }

    fn boolean(sql: &mut Maria<'_>, value: ValueId) {
        if matches!(sql.source.shape.value(value).kind, ValueKind::Slot(_)) {
            sql.value(value);
            return;
        }
        sql.word("(");
        sql.value(value);
        sql.word(" <> 0)");
    }

    fn is(sql: &mut Maria<'_>, condition: &dyn Fn(&mut Maria<'_>), truth: crate::typed::Truth) {
        sql.word("((");
        condition(sql);
        sql.word(match truth {
            crate::typed::Truth::True => ") IS TRUE)",
            crate::typed::Truth::False => ") IS FALSE)",
            crate::typed::Truth::Unknown => ") IS UNKNOWN)",
        });
    }
}

fn sum(sql: &mut Maria<'_>, of: ValueId, column: &dyn Fn(&mut Maria<'_>)) {
    let scale = sql.source.shape.value(of).ty.scale();
    sql.word("SUM(CAST(");
    column(sql);
    sql.word(" AS DECIMAL(65,");
    sql.out.number(scale.into());
    sql.word(")))");
}

/// The quotient at a scale, half away from zero. Its dividend is raised to a scale of 30, so that
/// the division has 34 digits behind the point: no quotient of two operands of 19 digits is
/// nearer to a half of the last digit kept without being one.
fn quotient(
    sql: &mut Maria<'_>,
    scale: u32,
    dividend: &dyn Fn(&mut Maria<'_>),
    divisor: &dyn Fn(&mut Maria<'_>),
) {
    sql.word("ROUND(CAST(");
    dividend(sql);
    sql.word(" AS DECIMAL(65,30)) / NULLIF(");
    divisor(sql);
    sql.word(", 0), ");
    sql.out.number(scale);
    sql.word(")");
}

fn remainder(sql: &mut Maria<'_>, left: ValueId, right: ValueId) {
    sql.word("MOD(");
    Mariadb::wide(sql, left, 0);
    sql.word(", NULLIF(");
    Mariadb::wide(sql, right, 0);
    sql.word(", 0))");
}

#[derive(Clone, Copy)]
enum Fold {
    Lower,
    Upper,
}

/// ASCII letters folded, and no others: MariaDB's own functions fold more.
fn folded(sql: &mut Maria<'_>, value: ValueId, fold: Fold) {
    for _ in 0..26 {
        sql.word("REPLACE(");
    }
    sql.value(value);
    sql.word(" COLLATE utf8mb4_nopad_bin");
    let pairs = match fold {
        Fold::Lower => LOWERED,
        Fold::Upper => RAISED,
    };
    for pair in pairs {
        sql.word(pair);
    }
}

const LOWERED: [&str; 26] = [
    ", 'A', 'a')",
    ", 'B', 'b')",
    ", 'C', 'c')",
    ", 'D', 'd')",
    ", 'E', 'e')",
    ", 'F', 'f')",
    ", 'G', 'g')",
    ", 'H', 'h')",
    ", 'I', 'i')",
    ", 'J', 'j')",
    ", 'K', 'k')",
    ", 'L', 'l')",
    ", 'M', 'm')",
    ", 'N', 'n')",
    ", 'O', 'o')",
    ", 'P', 'p')",
    ", 'Q', 'q')",
    ", 'R', 'r')",
    ", 'S', 's')",
    ", 'T', 't')",
    ", 'U', 'u')",
    ", 'V', 'v')",
    ", 'W', 'w')",
    ", 'X', 'x')",
    ", 'Y', 'y')",
    ", 'Z', 'z')",
];

const RAISED: [&str; 26] = [
    ", 'a', 'A')",
    ", 'b', 'B')",
    ", 'c', 'C')",
    ", 'd', 'D')",
    ", 'e', 'E')",
    ", 'f', 'F')",
    ", 'g', 'G')",
    ", 'h', 'H')",
    ", 'i', 'I')",
    ", 'j', 'J')",
    ", 'k', 'K')",
    ", 'l', 'L')",
    ", 'm', 'M')",
    ", 'n', 'N')",
    ", 'o', 'O')",
    ", 'p', 'P')",
    ", 'q', 'Q')",
    ", 'r', 'R')",
    ", 's', 'S')",
    ", 't', 'T')",
    ", 'u', 'U')",
    ", 'v', 'V')",
    ", 'w', 'W')",
    ", 'x', 'X')",
    ", 'y', 'Y')",
    ", 'z', 'Z')",
];
