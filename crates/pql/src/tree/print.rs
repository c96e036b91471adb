//! A tree as text: with the parentheses that it needs, and no thought of lines.
//!
//! What cannot be written is written wrongly; [`Tree::parse`](crate::tree::Tree::parse) finds that out.

use crate::lex::{Word, quote};
use crate::tree::{
    ArgumentsTree, ArithmeticTree, CallTree, ComparisonTree, ConditionTree, KeyTree, NullsTree,
    OperandTree, ParamTree, PatternTree, PeriodTree, QueryTree, TruthTree, ValueTree,
};

pub(super) fn query(query: &QueryTree, out: &mut String) {
    out.push_str("SELECT ");
    for (index, item) in query.select.iter().enumerate() {
        comma(index, out);
        value(&item.value, out);
        if let Some(alias) = &item.alias {
            out.push_str(" AS ");
            name(alias, out);
        }
    }
    out.push_str(" FROM ");
    name(&query.from, out);
    if let Some(wanted) = &query.condition {
        out.push_str(" WHERE ");
        condition(wanted, out);
    }
    if !query.group_by.is_empty() {
        out.push_str(" GROUP BY ");
        values(&query.group_by, out);
    }
    if let Some(having) = &query.having {
        out.push_str(" HAVING ");
        condition(having, out);
    }
    for (index, key) in query.order_by.iter().enumerate() {
        out.push_str(if index == 0 { " ORDER BY " } else { ", " });
        order(key, out);
    }
    if let Some(limit) = &query.limit {
        out.push_str(" LIMIT ");
        value(limit, out);
    }
    if let Some(after) = &query.after {
        out.push_str(" AFTER ");
        value(after, out);
    }
}

fn order(key: &KeyTree, out: &mut String) {
    value(&key.value, out);
    out.push_str(if key.descending { " DESC" } else { "" });
    out.push_str(match key.nulls {
        Some(NullsTree::First) => " NULLS FIRST",
        Some(NullsTree::Last) => " NULLS LAST",
        None => "",
    });
}

pub(super) fn condition(tree: &ConditionTree, out: &mut String) {
    match tree {
        ConditionTree::Or(children) => joined(children, " OR ", out),
        ConditionTree::And(children) => joined(children, " AND ", out),
        ConditionTree::Not(child) => {
            out.push_str("NOT ");
            operand(child, out);
        }
        ConditionTree::Is { condition: inner, negated, truth } => {
            out.push('(');
            condition(inner, out);
            out.push_str(") IS ");
            out.push_str(if *negated { "NOT " } else { "" });
            out.push_str(match truth {
                TruthTree::True => "TRUE",
                TruthTree::False => "FALSE",
                TruthTree::Unknown => "UNKNOWN",
            });
        }
        ConditionTree::Compare { left, operator, right } => {
            value(left, out);
            out.push_str(comparison(*operator));
            value(right, out);
        }
        ConditionTree::IsNull { value: inner, negated } => {
            value(inner, out);
            out.push_str(" IS ");
            out.push_str(if *negated { "NOT " } else { "" });
            out.push_str("NULL");
        }
        ConditionTree::IsDistinct { left, right, negated } => {
            value(left, out);
            out.push_str(" IS ");
            out.push_str(if *negated { "NOT " } else { "" });
            out.push_str("DISTINCT FROM ");
            value(right, out);
        }
        ConditionTree::Matches { value: inner, negated, pattern: held } => {
            value(inner, out);
            out.push_str(if *negated { " NOT " } else { " " });
            pattern(held, out);
        }
        ConditionTree::On { value: inner, period, date, zone } => {
            value(inner, out);
            on(*period, date, zone.as_ref(), out);
        }
        ConditionTree::Exists { relation, condition: inner } => {
            out.push_str("EXISTS ");
            path(relation, out);
            if let Some(inner) = inner {
                out.push_str(" (");
                condition(inner, out);
                out.push(')');
            }
        }
        ConditionTree::AnyCompare { array, operator, right } => {
            out.push_str("ANY ");
            path(array, out);
            out.push_str(comparison(*operator));
            value(right, out);
        }
        ConditionTree::AnyMatches { array, negated, pattern: held } => {
            out.push_str("ANY ");
            path(array, out);
            out.push_str(if *negated { " NOT " } else { " " });
            pattern(held, out);
        }
        ConditionTree::Value(inner) => value(inner, out),
    }
}

fn joined(children: &[ConditionTree], word: &str, out: &mut String) {
    for (index, child) in children.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { word });
        operand(child, out);
    }
}

/// A condition beside AND, OR or NOT. An AND inside of an OR would need no parentheses, but people do.
fn operand(tree: &ConditionTree, out: &mut String) {
    let parentheses = matches!(tree, ConditionTree::Or(_) | ConditionTree::And(_));
    out.push_str(if parentheses { "(" } else { "" });
    condition(tree, out);
    out.push_str(if parentheses { ")" } else { "" });
}

fn on(period: PeriodTree, date: &ValueTree, zone: Option<&ValueTree>, out: &mut String) {
    out.push_str(match period {
        PeriodTree::Day => " ON DAY ",
        PeriodTree::Week => " ON WEEK ",
        PeriodTree::Month => " ON MONTH ",
        PeriodTree::Year => " ON YEAR ",
    });
    value(date, out);
    if let Some(zone) = zone {
        out.push_str(" TZ ");
        value(zone, out);
    }
}

fn pattern(tree: &PatternTree, out: &mut String) {
    match tree {
        PatternTree::Between { low, high } => {
            out.push_str("BETWEEN ");
            value(low, out);
            out.push_str(" AND ");
            value(high, out);
        }
        PatternTree::In(list) => {
            out.push_str("IN (");
            values(list, out);
            out.push(')');
        }
        PatternTree::InParam(list) => {
            out.push_str("IN ");
            param(list, out);
        }
        PatternTree::Like { pattern, escape } => like("LIKE ", pattern, escape.as_ref(), out),
        PatternTree::Ilike { pattern, escape } => like("ILIKE ", pattern, escape.as_ref(), out),
        PatternTree::StartsWith(inner) => {
            out.push_str("STARTS WITH ");
            value(inner, out);
        }
        PatternTree::EndsWith(inner) => {
            out.push_str("ENDS WITH ");
            value(inner, out);
        }
        PatternTree::Contains(inner) => {
            out.push_str("CONTAINS ");
            value(inner, out);
        }
    }
}

fn like(word: &str, pattern: &ValueTree, escape: Option<&ValueTree>, out: &mut String) {
    out.push_str(word);
    value(pattern, out);
    if let Some(escape) = escape {
        out.push_str(" ESCAPE ");
        value(escape, out);
    }
}

fn value(tree: &ValueTree, out: &mut String) {
    match tree {
        ValueTree::Text(text) => quote(text, '\'', out),
        ValueTree::Whole(number) | ValueTree::Decimal(number) | ValueTree::Float(number) => {
            out.push_str(number)
        }
        ValueTree::Money { value, asset } => {
            out.push_str(value);
            out.push(' ');
            out.push_str(asset);
        }
        ValueTree::Date(time) | ValueTree::Instant(time) => {
            out.push('@');
            out.push_str(time);
        }
        ValueTree::Duration(length) => out.push_str(length),
        ValueTree::Bool(holds) => out.push_str(if *holds { "TRUE" } else { "FALSE" }),
        ValueTree::Param(tree) => param(tree, out),
        ValueTree::Field(names) => path(names, out),
        ValueTree::Entry { map, key } => {
            path(map, out);
            out.push('[');
            value(key, out);
            out.push(']');
        }
        ValueTree::Call(tree) => call(tree, out),
        ValueTree::Negated(inner) => {
            // A blank keeps the sign apart from a number, which it would belong to, and from another sign.
            let chain = matches!(**inner, ValueTree::Chain { .. });
            out.push_str(if chain { "-(" } else { "- " });
            value(inner, out);
            out.push_str(if chain { ")" } else { "" });
        }
        ValueTree::Chain { first, rest } => {
            let product = rest.first().is_some_and(|operand| is_product(operand.operator));
            let outer = if product { ArithmeticTree::Multiply } else { ArithmeticTree::Add };
            chained(first, outer, out);
            for operand in rest {
                out.push_str(arithmetic(operand.operator));
                chained(&operand.value, outer, out);
            }
        }
    }
}

/// An operand of a chain with such operators. Products stand in sums without parentheses.
fn chained(tree: &ValueTree, outer: ArithmeticTree, out: &mut String) {
    let product = |operands: &[OperandTree]| {
        operands.first().is_some_and(|operand| is_product(operand.operator))
    };
    let parentheses =
        matches!(tree, ValueTree::Chain { rest, .. } if is_product(outer) || !product(rest));
    out.push_str(if parentheses { "(" } else { "" });
    value(tree, out);
    out.push_str(if parentheses { ")" } else { "" });
}

fn call(tree: &CallTree, out: &mut String) {
    out.push_str(&tree.function);
    out.push('(');
    match &tree.arguments {
        ArgumentsTree::Star => out.push('*'),
        ArgumentsTree::Distinct(inner) => {
            out.push_str("DISTINCT ");
            value(inner, out);
        }
        ArgumentsTree::Values(inner) => values(inner, out),
    }
    if let Some(zone) = &tree.zone {
        out.push_str(" TZ ");
        value(zone, out);
    }
    out.push(')');
    if let Some(filter) = &tree.filter {
        out.push_str(" FILTER (WHERE ");
        condition(filter, out);
        out.push(')');
    }
}

fn values(list: &[ValueTree], out: &mut String) {
    for (index, item) in list.iter().enumerate() {
        comma(index, out);
        value(item, out);
    }
}

fn comma(index: usize, out: &mut String) {
    out.push_str(if index == 0 { "" } else { ", " });
}

fn param(tree: &ParamTree, out: &mut String) {
    out.push(':');
    out.push_str(&tree.name);
    out.push_str(if tree.optional { "?" } else { "" });
}

fn path(names: &[String], out: &mut String) {
    for (index, part) in names.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "." });
        name(part, out);
    }
}

/// A name, in quotes unless it can be nothing else.
fn name(text: &str, out: &mut String) {
    let mut bytes = text.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if first
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !Word::is_word(text)
    {
        out.push_str(text);
    } else {
        quote(text, '"', out);
    }
}

const fn comparison(operator: ComparisonTree) -> &'static str {
    match operator {
        ComparisonTree::Equal => " = ",
        ComparisonTree::NotEqual => " <> ",
        ComparisonTree::Less => " < ",
        ComparisonTree::LessOrEqual => " <= ",
        ComparisonTree::Greater => " > ",
        ComparisonTree::GreaterOrEqual => " >= ",
    }
}

const fn arithmetic(operator: ArithmeticTree) -> &'static str {
    match operator {
        ArithmeticTree::Add => " + ",
        ArithmeticTree::Subtract => " - ",
        ArithmeticTree::Multiply => " * ",
        ArithmeticTree::Divide => " / ",
        ArithmeticTree::Div => " DIV ",
        ArithmeticTree::Mod => " MOD ",
    }
}

const fn is_product(operator: ArithmeticTree) -> bool {
    !matches!(operator, ArithmeticTree::Add | ArithmeticTree::Subtract)
}
