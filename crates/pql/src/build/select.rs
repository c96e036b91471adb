//! Full queries, clause by clause.

use crate::ast::Direction;
use crate::build::condition::{Condition, check_depth};
use crate::build::value::{Item, Value};
use crate::diagnostic::{Diagnostics, Warnings};
use crate::parse::Parsed;
use crate::tree::{ItemTree, KeyTree, NullsTree, ParamTree, QueryTree, Tree, ValueTree};

/// A query being built; its clauses may come in any order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    tree: QueryTree,
    depth: u32,
}

/// A key of ORDER BY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    tree: KeyTree,
    depth: u32,
}

/// A query over a data set; at least one value is to be selected.
#[must_use]
pub fn from(dataset: &str) -> Select {
    let tree = QueryTree {
        select: Vec::new(),
        from: dataset.to_owned(),
        condition: None,
        group_by: Vec::new(),
        having: None,
        order_by: Vec::new(),
        limit: None,
        after: None,
    };
    Select { tree, depth: 0 }
}

impl Select {
    /// One more selected value.
    #[must_use]
    pub fn select(mut self, item: impl Into<Item>) -> Self {
        let Item { value, alias } = item.into();
        self.depth = self.depth.max(value.depth);
        self.tree.select.push(ItemTree { value: value.tree, alias });
        self
    }

    /// WHERE
    #[must_use]
    pub fn filter(mut self, condition: Condition) -> Self {
        self.depth = self.depth.max(condition.depth);
        self.tree.condition = Some(condition.tree);
        self
    }

    /// GROUP BY
    #[must_use]
    pub fn group_by(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        for value in values {
            self.depth = self.depth.max(value.depth);
            self.tree.group_by.push(value.tree);
        }
        self
    }

    /// HAVING
    #[must_use]
    pub fn having(mut self, condition: Condition) -> Self {
        self.depth = self.depth.max(condition.depth);
        self.tree.having = Some(condition.tree);
        self
    }

    /// ORDER BY
    #[must_use]
    pub fn order_by(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        for key in keys {
            self.depth = self.depth.max(key.depth);
            self.tree.order_by.push(key.tree);
        }
        self
    }

    /// LIMIT
    #[must_use]
    pub fn limit(mut self, rows: u32) -> Self {
        self.tree.limit = Some(ValueTree::Whole(rows.to_string()));
        self
    }

    /// AFTER the cursor in a parameter.
    #[must_use]
    pub fn after(mut self, param: &str) -> Self {
        self.tree.after =
            Some(ValueTree::Param(ParamTree { name: param.to_owned(), optional: false }));
        self
    }

    /// The statement.
    ///
    /// # Errors
    ///
    /// Where a name, a number or a time is none, nothing is selected, or a limit of the language is passed.
    pub fn parse(self) -> Result<(Parsed, Warnings), Diagnostics> {
        check_depth(self.depth)?;
        Tree::of_query(self.tree).parse()
    }
}

impl Key {
    pub(super) fn of(value: Value, direction: Direction) -> Self {
        let descending = direction == Direction::Descending;
        Self { depth: value.depth, tree: KeyTree { value: value.tree, descending, nulls: None } }
    }

    /// NULLS FIRST
    #[must_use]
    pub const fn nulls_first(mut self) -> Self {
        self.tree.nulls = Some(NullsTree::First);
        self
    }
}
