//! The tree of a query as data: owned, without spans, and with a JSON form that is versioned.
//!
//! Two texts have the same tree where they differ in blanks, comments, the case of words and needless
//! parentheses only. The form is documented in `docs/pql/reference.md`; a change of it is a change of
//! [`VERSION`]. A tree from outside is not trusted: [`Tree::parse`] writes it as text, reads that text, and
//! refuses the tree if another one comes out.

mod of_ast;
mod print;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Warnings};
use crate::lex::Origin;
use crate::parse::{Parsed, parse};
use crate::span::Span;

/// The version of the JSON form.
pub const VERSION: u32 = 1;

/// A statement.
///
/// ```
/// use pql::lex::Origin;
///
/// let (parsed, _) = pql::parse("NOT paid", Origin::Api)?;
/// let json = serde_json::to_string(&parsed.tree()).expect("a tree is JSON");
/// assert_eq!(json, r#"{"version":1,"condition":{"not":{"value":{"field":["paid"]}}}}"#);
/// # Ok::<(), pql::Diagnostics>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// [`VERSION`].
    pub version: u32,
    /// Whether EXPLAIN stands before it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub explain: bool,
    /// A full query; else there is a condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<QueryTree>,
    /// A bare condition; else there is a query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<ConditionTree>,
}

/// A full query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryTree {
    /// The selected values.
    pub select: Vec<ItemTree>,
    /// The data set.
    pub from: String,
    /// WHERE.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub condition: Option<ConditionTree>,
    /// GROUP BY.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<ValueTree>,
    /// HAVING.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub having: Option<ConditionTree>,
    /// ORDER BY.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_by: Vec<KeyTree>,
    /// LIMIT: a whole number or a parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<ValueTree>,
    /// AFTER: a text or a parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<ValueTree>,
}

/// A selected value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemTree {
    /// The value.
    pub value: ValueTree,
    /// Its alias.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

/// A key of ORDER BY.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyTree {
    /// The value.
    pub value: ValueTree,
    /// Whether the highest comes first.
    #[serde(default, skip_serializing_if = "is_false")]
    pub descending: bool,
    /// Where rows without a value stand, if that is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<NullsTree>,
}

/// Where rows without a value stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NullsTree {
    /// Before all others.
    First,
    /// After all others.
    Last,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ConditionTree {
    /// Two or more.
    Or(Vec<ConditionTree>),
    /// Two or more.
    And(Vec<ConditionTree>),
    /// The opposite.
    Not(Box<ConditionTree>),
    /// `(c) IS [NOT] TRUE | FALSE | UNKNOWN`
    Is {
        /// What is asked about.
        condition: Box<ConditionTree>,
        /// Whether NOT is there.
        #[serde(default, skip_serializing_if = "is_false")]
        negated: bool,
        /// What it is held against.
        truth: TruthTree,
    },
    /// `left = right`
    Compare {
        /// The left side.
        left: ValueTree,
        /// `=`, `<>`, `<`, `<=`, `>` or `>=`.
        operator: ComparisonTree,
        /// The right side.
        right: ValueTree,
    },
    /// `value IS [NOT] NULL`
    IsNull {
        /// What is asked about.
        value: ValueTree,
        /// Whether NOT is there.
        #[serde(default, skip_serializing_if = "is_false")]
        negated: bool,
    },
    /// `left IS [NOT] DISTINCT FROM right`
    IsDistinct {
        /// The left side.
        left: ValueTree,
        /// The right side.
        right: ValueTree,
        /// Whether NOT is there.
        #[serde(default, skip_serializing_if = "is_false")]
        negated: bool,
    },
    /// `value [NOT] pattern`
    Matches {
        /// What is held against the pattern.
        value: ValueTree,
        /// Whether NOT is there.
        #[serde(default, skip_serializing_if = "is_false")]
        negated: bool,
        /// The pattern.
        pattern: PatternTree,
    },
    /// `value ON period date TZ zone`
    On {
        /// What is asked about.
        value: ValueTree,
        /// The length of the period.
        period: PeriodTree,
        /// Any day of it.
        date: ValueTree,
        /// The zone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<ValueTree>,
    },
    /// `EXISTS relation (condition)`
    Exists {
        /// The names of the path to the relation.
        relation: Vec<String>,
        /// What a related row must fulfil.
        #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
        condition: Option<Box<ConditionTree>>,
    },
    /// `ANY array = right`
    AnyCompare {
        /// The names of the path to the array.
        array: Vec<String>,
        /// The operator.
        operator: ComparisonTree,
        /// What an element is compared with.
        right: ValueTree,
    },
    /// `ANY array [NOT] pattern`
    AnyMatches {
        /// The names of the path to the array.
        array: Vec<String>,
        /// Whether NOT is there.
        #[serde(default, skip_serializing_if = "is_false")]
        negated: bool,
        /// The pattern.
        pattern: PatternTree,
    },
    /// A boolean value alone.
    Value(ValueTree),
}

/// What a condition is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthTree {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Some value is missing.
    Unknown,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ComparisonTree {
    /// `=`
    #[serde(rename = "=")]
    Equal,
    /// `<>`
    #[serde(rename = "<>")]
    NotEqual,
    /// `<`
    #[serde(rename = "<")]
    Less,
    /// `<=`
    #[serde(rename = "<=")]
    LessOrEqual,
    /// `>`
    #[serde(rename = ">")]
    Greater,
    /// `>=`
    #[serde(rename = ">=")]
    GreaterOrEqual,
}

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodTree {
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
}

/// What a value is held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PatternTree {
    /// `BETWEEN low AND high`
    Between {
        /// The lower bound.
        low: ValueTree,
        /// The upper bound.
        high: ValueTree,
    },
    /// `IN (…)`
    In(Vec<ValueTree>),
    /// `IN :list`
    InParam(ParamTree),
    /// `LIKE pattern ESCAPE escape`
    Like {
        /// A text or a parameter.
        pattern: ValueTree,
        /// A text of one character.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        escape: Option<ValueTree>,
    },
    /// `ILIKE pattern ESCAPE escape`
    Ilike {
        /// A text or a parameter.
        pattern: ValueTree,
        /// A text of one character.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        escape: Option<ValueTree>,
    },
    /// `STARTS WITH`
    StartsWith(ValueTree),
    /// `ENDS WITH`
    EndsWith(ValueTree),
    /// `CONTAINS`
    Contains(ValueTree),
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ValueTree {
    /// `'text'`
    Text(String),
    /// A whole number, as text: JSON readers round large ones.
    Whole(String),
    /// A decimal, as it is written.
    Decimal(String),
    /// A float, as it is written.
    Float(String),
    /// An amount of an asset.
    Money {
        /// The number, as it is written.
        value: String,
        /// The code of the asset.
        asset: String,
    },
    /// `2026-01-31`
    Date(String),
    /// `2026-01-31T00:00:00Z`, as it is written.
    Instant(String),
    /// `7d`
    Duration(String),
    /// TRUE or FALSE.
    Bool(bool),
    /// A parameter.
    Param(ParamTree),
    /// The names of the path to a field, or one alias.
    Field(Vec<String>),
    /// An entry of a map.
    Entry {
        /// The names of the path to the map.
        map: Vec<String>,
        /// A text or a parameter.
        key: Box<ValueTree>,
    },
    /// A call.
    Call(Box<CallTree>),
    /// The opposite of a number.
    Negated(Box<ValueTree>),
    /// Operators of one precedence, from left to right.
    Chain {
        /// The leftmost operand.
        first: Box<ValueTree>,
        /// The others; at least one.
        rest: Vec<OperandTree>,
    },
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamTree {
    /// Without colon and question mark.
    pub name: String,
    /// Whether it may be absent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallTree {
    /// The function, in upper case.
    pub function: String,
    /// Its arguments.
    pub arguments: ArgumentsTree,
    /// The zone after TZ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ValueTree>,
    /// The condition of FILTER.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<ConditionTree>,
}

/// The arguments of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ArgumentsTree {
    /// `COUNT(*)`
    Star,
    /// `COUNT(DISTINCT x)`
    Distinct(ValueTree),
    /// All others.
    Values(Vec<ValueTree>),
}

/// An operator with the operand after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperandTree {
    /// `+`, `-`, `*`, `/`, `DIV` or `MOD`.
    pub operator: ArithmeticTree,
    /// What stands after it.
    pub value: ValueTree,
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArithmeticTree {
    /// `+`
    #[serde(rename = "+")]
    Add,
    /// `-`
    #[serde(rename = "-")]
    Subtract,
    /// `*`
    #[serde(rename = "*")]
    Multiply,
    /// `/`
    #[serde(rename = "/")]
    Divide,
    /// `DIV`
    #[serde(rename = "DIV")]
    Div,
    /// `MOD`
    #[serde(rename = "MOD")]
    Mod,
}

impl Tree {
    /// A tree of a query.
    #[must_use]
    pub const fn of_query(query: QueryTree) -> Self {
        Self { version: VERSION, explain: false, query: Some(query), condition: None }
    }

    /// A tree of a bare condition.
    #[must_use]
    pub const fn of_condition(condition: ConditionTree) -> Self {
        Self { version: VERSION, explain: false, query: None, condition: Some(condition) }
    }

    /// The statement that has this tree, formatted.
    ///
    /// # Errors
    ///
    /// Where no statement has it: a name is empty, a number is no number, a limit of the language is passed.
    pub fn parse(&self) -> Result<(Parsed, Warnings), Diagnostics> {
        let text = self.text()?;
        let (parsed, _) = parse(&text, Origin::Api)?;
        let (parsed, warnings) = parse(&parsed.format(), Origin::Api)?;
        if parsed.tree() == *self {
            return Ok((parsed, warnings));
        }
        let diagnostic = Diagnostic::new(Code::Syntax, Span::default(), "No statement has this tree.")
            .hint("AND and OR have two children or more, chains have operators of one precedence, numbers are numbers.");
        Err(diagnostic.into())
    }

    /// The tree as text; nothing is checked but that it is of this version and is one statement.
    fn text(&self) -> Result<String, Diagnostics> {
        if self.version != VERSION {
            let message =
                format!("The tree has version {}; this is version {VERSION}.", self.version);
            return Err(Diagnostic::new(Code::Syntax, Span::default(), message).into());
        }
        let mut text = String::from(if self.explain { "EXPLAIN " } else { "" });
        match (&self.query, &self.condition) {
            (Some(query), None) => print::query(query, &mut text),
            (None, Some(condition)) => print::condition(condition, &mut text),
            (Some(_), Some(_)) | (None, None) => {
                let message = "A tree has either a query or a condition.";
                return Err(Diagnostic::new(Code::Syntax, Span::default(), message).into());
            }
        }
        Ok(text)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
const fn is_false(value: &bool) -> bool {
    !*value
}
