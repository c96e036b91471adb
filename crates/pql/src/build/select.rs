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

/// A query that selects these values.
#[must_use]
pub fn select<I: Into<Item>>(items: impl IntoIterator<Item = I>) -> Select {
    let mut depth = 0;
    let item = |item: I| {
        let Item { value, alias } = item.into();
        depth = depth.max(value.depth);
        ItemTree { value: value.tree, alias }
    };
    let select = items.into_iter().map(item).collect();
    let tree = QueryTree {
        select,
        from: String::new(),
        condition: None,
        group_by: Vec::new(),
        having: None,
        order_by: Vec::new(),
        limit: None,
        after: None,
    };
    Select { tree, depth }
}

impl Select {
    /// The data set; a query needs one.
    #[must_use]
    pub fn from(mut self, dataset: &str) -> Self {
        dataset.clone_into(&mut self.tree.from);
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
    /// Where a name, a number or a time is none, a data set is missing, or a limit of the language is passed.
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
