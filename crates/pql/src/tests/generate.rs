//! Trees and texts by chance, for the property tests of syntax. What they mean is nobody's business here.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::tree::{
    ArgumentsTree, ArithmeticTree, CallTree, ComparisonTree, ConditionTree, ItemTree, KeyTree,
    NullsTree, OperandTree, ParamTree, PatternTree, PeriodTree, QueryTree, Tree, TruthTree,
    ValueTree,
};

/// Names: plain ones, words of the language, and what only quotes make a name.
fn name() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[a-z_][a-z0-9_]{0,6}",
        1 => prop::sample::select(vec!["any", "explain", "starts", "order", "Count", "tz", "DAY", "mod", "UNION", "date"])
            .prop_map(str::to_owned),
        1 => "[a-z\"' é.]{1,4}",
    ].boxed()
}

fn names() -> BoxedStrategy<Vec<String>> {
    vec(name(), 1..3).boxed()
}

fn param() -> BoxedStrategy<ParamTree> {
    "[a-z_][a-z0-9_]{0,4}".prop_map(|name| ParamTree { name, optional: false }).boxed()
}

fn optional_param() -> BoxedStrategy<ParamTree> {
    param().prop_map(|param| ParamTree { optional: true, ..param }).boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof!["[a-zA-Z' ]{0,6}", "[\\\\\"'\\-/*;\n\t é日]{0,6}"].boxed()
}

fn text_or_param() -> BoxedStrategy<ValueTree> {
    prop_oneof![text().prop_map(ValueTree::Text), param().prop_map(ValueTree::Param)].boxed()
}

fn literal() -> BoxedStrategy<ValueTree> {
    prop_oneof![
        text().prop_map(ValueTree::Text),
        any::<i64>().prop_map(|whole| ValueTree::Whole(whole.to_string())),
        "-?[0-9]{1,5}\\.[0-9]{1,3}".prop_map(ValueTree::Decimal),
        "-?[0-9]{1,3}(\\.[0-9]{1,3})?[eE][+-]?[0-9]{1,2}".prop_map(ValueTree::Float),
        ("-?[0-9]{1,5}(\\.[0-9]{1,2})?", "[A-Z]{3}")
            .prop_filter("no word", |(_, asset)| !crate::lex::Word::is_word(asset))
            .prop_map(|(value, asset)| ValueTree::Money { value, asset }),
        "2[0-9]{3}-0[1-9]-[12][0-8]".prop_map(ValueTree::Date),
        "2[0-9]{3}-0[1-9]-[12][0-8]T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]0[0-9]:[0-5][0-9])"
            .prop_map(ValueTree::Instant),
        "-?[0-9]{1,4}[smhdw]".prop_map(ValueTree::Duration),
        any::<bool>().prop_map(ValueTree::Bool),
    ].boxed()
}

fn leaf() -> BoxedStrategy<ValueTree> {
    prop_oneof![
        literal(),
        param().prop_map(ValueTree::Param),
        names().prop_map(ValueTree::Field),
        (names(), text_or_param())
            .prop_map(|(map, key)| ValueTree::Entry { map, key: Box::new(key) }),
    ]
    .boxed()
}

fn operators() -> BoxedStrategy<Vec<ArithmeticTree>> {
    let sum = prop::sample::select(vec![ArithmeticTree::Add, ArithmeticTree::Subtract]);
    let product = prop::sample::select(vec![
        ArithmeticTree::Multiply,
        ArithmeticTree::Divide,
        ArithmeticTree::Div,
        ArithmeticTree::Mod,
    ]);
    prop_oneof![vec(sum, 1..3), vec(product, 1..3)].boxed()
}

fn value() -> BoxedStrategy<ValueTree> {
    leaf()
        .prop_recursive(3, 12, 3, |inner| {
            let function = prop::sample::select(vec!["COALESCE", "CONCAT"]);
            let bucket = prop::sample::select(vec!["HOUR", "DAY", "WEEK", "MONTH"]);
            let zone = option::of(text_or_param());
            prop_oneof![
                inner.clone().prop_map(|value| ValueTree::Negated(Box::new(value))),
                (inner.clone(), operators(), vec(inner.clone(), 3)).prop_map(
                    |(first, operators, values)| {
                        let operand = |(operator, value)| OperandTree { operator, value };
                        ValueTree::Chain {
                            first: Box::new(first),
                            rest: operators.into_iter().zip(values).map(operand).collect(),
                        }
                    }
                ),
                (function, vec(inner.clone(), 1..3)).prop_map(|(name, values)| call(
                    name,
                    ArgumentsTree::Values(values),
                    None,
                    None
                )),
                (bucket, inner, zone).prop_map(|(name, value, zone)| call(
                    name,
                    ArgumentsTree::Values(vec![value]),
                    zone,
                    None
                )),
            ]
        })
        .boxed()
}

fn call(
    name: &str,
    arguments: ArgumentsTree,
    zone: Option<ValueTree>,
    filter: Option<ConditionTree>,
) -> ValueTree {
    ValueTree::Call(Box::new(CallTree { function: name.to_owned(), arguments, zone, filter }))
}

fn comparison() -> BoxedStrategy<ComparisonTree> {
    prop::sample::select(vec![
        ComparisonTree::Equal,
        ComparisonTree::NotEqual,
        ComparisonTree::Less,
        ComparisonTree::LessOrEqual,
        ComparisonTree::Greater,
        ComparisonTree::GreaterOrEqual,
    ])
    .boxed()
}

fn pattern() -> BoxedStrategy<PatternTree> {
    let escape = || option::of(text().prop_map(ValueTree::Text));
    prop_oneof![
        (value(), value()).prop_map(|(low, high)| PatternTree::Between { low, high }),
        vec(value(), 0..4).prop_map(PatternTree::In),
        prop_oneof![param(), optional_param()].prop_map(PatternTree::InParam),
        (text_or_param(), escape())
            .prop_map(|(pattern, escape)| PatternTree::Like { pattern, escape }),
        (text_or_param(), escape())
            .prop_map(|(pattern, escape)| PatternTree::Ilike { pattern, escape }),
        value().prop_map(PatternTree::StartsWith),
        value().prop_map(PatternTree::EndsWith),
        optional_param().prop_map(|param| PatternTree::Contains(ValueTree::Param(param))),
    ]
    .boxed()
}

fn test() -> BoxedStrategy<ConditionTree> {
    let period = prop::sample::select(vec![
        PeriodTree::Day,
        PeriodTree::Week,
        PeriodTree::Month,
        PeriodTree::Year,
    ]);
    let negated = any::<bool>;
    prop_oneof![
        (field_like(), comparison(), value())
            .prop_map(|(left, operator, right)| ConditionTree::Compare { left, operator, right }),
        (field_like(), comparison(), optional_param()).prop_map(|(left, operator, right)| {
            ConditionTree::Compare { left, operator, right: ValueTree::Param(right) }
        }),
        (value(), negated()).prop_map(|(value, negated)| ConditionTree::IsNull { value, negated }),
        (value(), value(), negated())
            .prop_map(|(left, right, negated)| ConditionTree::IsDistinct { left, right, negated }),
        (value(), negated(), pattern()).prop_map(|(value, negated, pattern)| {
            ConditionTree::Matches { value, negated, pattern }
        }),
        (value(), period, value(), option::of(text_or_param())).prop_map(
            |(value, period, date, zone)| ConditionTree::On { value, period, date, zone }
        ),
        (names(), comparison(), value()).prop_map(|(array, operator, right)| {
            ConditionTree::AnyCompare { array, operator, right }
        }),
        (names(), negated(), pattern()).prop_map(|(array, negated, pattern)| {
            ConditionTree::AnyMatches { array, negated, pattern }
        }),
        names().prop_map(|relation| ConditionTree::Exists { relation, condition: None }),
        value().prop_map(ConditionTree::Value),
    ]
    .boxed()
}

/// A value that is no parameter: two parameters are not compared with each other.
fn field_like() -> BoxedStrategy<ValueTree> {
    names().prop_map(ValueTree::Field).boxed()
}

/// A condition.
pub(super) fn condition() -> BoxedStrategy<ConditionTree> {
    test()
        .prop_recursive(3, 12, 3, |inner| {
            let truth =
                prop::sample::select(vec![TruthTree::True, TruthTree::False, TruthTree::Unknown]);
            prop_oneof![
                vec(inner.clone(), 2..4).prop_map(ConditionTree::Or),
                vec(inner.clone(), 2..4).prop_map(ConditionTree::And),
                inner.clone().prop_map(|child| ConditionTree::Not(Box::new(child))),
                (inner.clone(), any::<bool>(), truth).prop_map(|(child, negated, truth)| {
                    ConditionTree::Is { condition: Box::new(child), negated, truth }
                }),
                (names(), inner).prop_map(|(relation, child)| ConditionTree::Exists {
                    relation,
                    condition: Some(Box::new(child))
                }),
            ]
        })
        .boxed()
}

fn item() -> BoxedStrategy<ItemTree> {
    let aggregate = prop_oneof![
        option::of(test()).prop_map(|filter| call("COUNT", ArgumentsTree::Star, None, filter)),
        (value(), option::of(test())).prop_map(|(value, filter)| call(
            "COUNT",
            ArgumentsTree::Distinct(value),
            None,
            filter
        )),
        value(),
    ];
    (aggregate, option::of(name())).prop_map(|(value, alias)| ItemTree { value, alias }).boxed()
}

fn key() -> BoxedStrategy<KeyTree> {
    let nulls = option::of(prop::sample::select(vec![NullsTree::First, NullsTree::Last]));
    (field_like(), any::<bool>(), nulls)
        .prop_map(|(value, descending, nulls)| KeyTree { value, descending, nulls })
        .boxed()
}

fn query() -> BoxedStrategy<QueryTree> {
    let clauses = (
        option::of(condition()),
        vec(field_like(), 0..3),
        option::of(condition()),
        vec(key(), 0..3),
    );
    let rows = prop_oneof![
        any::<u32>().prop_map(|rows| ValueTree::Whole(rows.to_string())),
        param().prop_map(ValueTree::Param)
    ];
    let ends = (option::of(rows), option::of(text_or_param()));
    (vec(item(), 1..4), name(), clauses, ends)
        .prop_map(|(select, from, (condition, group_by, having, order_by), (limit, after))| {
            QueryTree { select, from, condition, group_by, having, order_by, limit, after }
        })
        .boxed()
}

/// A statement of any kind.
pub(super) fn tree() -> BoxedStrategy<Tree> {
    let statement =
        prop_oneof![condition().prop_map(Tree::of_condition), query().prop_map(Tree::of_query)];
    (statement, any::<bool>()).prop_map(|(tree, explain)| Tree { explain, ..tree }).boxed()
}

/// Text that is nearly a query: words, signs and literals in any order.
pub(super) fn token_soup() -> BoxedStrategy<String> {
    let words: Vec<String> =
        crate::lex::Word::ALL.iter().map(|word| word.text().to_owned()).collect();
    let piece = prop_oneof![
        4 => prop::sample::select(words),
        3 => prop::sample::select(vec![
            "a", "b", "t.c", "5", "1.50", "1e5", "12.50 GBP", "'x'", "'it''s'", "\"q\"", ":p", ":p?", "7d", "@2026-01-31",
            "@2026-01-31T00:00:00Z",
        ]).prop_map(str::to_owned),
        4 => prop::sample::select(vec![
            "=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "(", ")", "[", "]", ",", ".", ";", "--", "-- c\n",
            "==", "&&", "||", "!", "%", "::", "$1", "?", "`", "\"", "'", "@", ":", "#", "/*", "*/", "“", "\u{A0}", "\0", "\u{202E}",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,3}",
    ];
    (vec(piece, 0..24), prop::sample::select(vec!["", " ", "\n"]))
        .prop_map(|(pieces, gap)| pieces.join(gap))
        .boxed()
}
