//! Conditions of a built query.

use crate::build::value::Value;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Warnings};
use crate::limits::DEPTH_MAX;
use crate::parse::Parsed;
use crate::span::Span;
use crate::tree::{ComparisonTree, ConditionTree, PatternTree, Tree, TruthTree};

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub(super) tree: ConditionTree,
    pub(super) depth: u32,
}

/// All of them: AND. None at all is TRUE, one is itself.
#[must_use]
pub fn all(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    joined(conditions, ConditionTree::And, true)
}

/// Any of them: OR. None at all is FALSE, one is itself.
#[must_use]
pub fn any_of(conditions: impl IntoIterator<Item = Condition>) -> Condition {
    joined(conditions, ConditionTree::Or, false)
}

/// `NOT condition`
#[must_use]
pub fn not(condition: Condition) -> Condition {
    condition.inside(|tree| ConditionTree::Not(Box::new(tree)))
}

/// `EXISTS relation (condition)`
#[must_use]
pub fn exists(relation: &str, condition: Condition) -> Condition {
    let relation = vec![relation.to_owned()];
    condition.inside(|tree| ConditionTree::Exists { relation, condition: Some(Box::new(tree)) })
}

/// `ANY array = value`
#[must_use]
pub fn any_element(array: &str, value: impl Into<Value>) -> Condition {
    let value = value.into();
    let (array, operator) = (vec![array.to_owned()], ComparisonTree::Equal);
    Condition::of(ConditionTree::AnyCompare { array, operator, right: value.tree }, value.depth)
}

impl Condition {
    pub(super) const fn of(tree: ConditionTree, depth: u32) -> Self {
        Self { tree, depth }
    }

    /// `(condition) IS truth`
    #[must_use]
    pub fn is(self, truth: TruthTree) -> Self {
        self.inside(|tree| ConditionTree::Is { condition: Box::new(tree), negated: false, truth })
    }

    /// The statement that is this condition alone.
    ///
    /// # Errors
    ///
    /// Where a name, a number or a time is none, or a limit of the language is passed.
    pub fn parse(self) -> Result<(Parsed, Warnings), Diagnostics> {
        check_depth(self.depth)?;
        Tree::of_condition(self.tree).parse()
    }

    /// One level deeper, unless it is too deep already.
    fn inside(self, wrap: impl FnOnce(ConditionTree) -> ConditionTree) -> Self {
        let depth = self.depth + 1;
        if depth > DEPTH_MAX {
            return Self { tree: self.tree, depth };
        }
        Self { tree: wrap(self.tree), depth }
    }
}

fn joined(
    conditions: impl IntoIterator<Item = Condition>,
    join: impl FnOnce(Vec<ConditionTree>) -> ConditionTree,
    of_none: impl Into<Value>,
) -> Condition {
    let mut conditions: Vec<Condition> = conditions.into_iter().collect();
    match conditions.len() {
        0 => of_none.into().holds(),
        1 => conditions.remove(0),
        _ => {
            let depth = conditions.iter().map(|condition| condition.depth).max().unwrap_or(0) + 1;
            if depth > DEPTH_MAX {
                return Condition { tree: conditions.remove(0).tree, depth };
            }
            Condition::of(
                join(conditions.into_iter().map(|condition| condition.tree).collect()),
                depth,
            )
        }
    }
}

/// `value pattern`, where the pattern is so deep.
pub(super) fn matches(value: Value, pattern: PatternTree, depth: u32) -> Condition {
    let depth = depth.max(value.depth);
    Condition::of(ConditionTree::Matches { value: value.tree, negated: false, pattern }, depth)
}

/// Refuses what is deeper than any text may be.
pub(super) fn check_depth(depth: u32) -> Result<(), Diagnostics> {
    if depth <= DEPTH_MAX {
        return Ok(());
    }
    let message = format!(
        "The query is nested more than {DEPTH_MAX} levels deep, or a part of it is no part of a query."
    );
    Err(Diagnostic::new(Code::Depth, Span::default(), message).into())
}
