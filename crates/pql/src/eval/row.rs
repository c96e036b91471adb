//! Which rows there are: in scope, and along relations.
//!
//! The scope holds for every data set that is read, however it is reached.

use crate::catalogue::{DatasetId, RelationId};
use crate::typed::{ScanId, ScanKind};
use crate::value::json;
use crate::value::{Value, compare};

use super::group::Group;
use super::{Evaluator, Row};

/// What an expression is evaluated at: the rows being looked at, or the group.
#[derive(Debug, Clone, Default)]
pub(super) struct Moment<'r> {
    /// The rows of the query's own data set and of each EXISTS around.
    rows: Vec<(ScanId, &'r Row)>,
    /// The element that ANY looks at.
    pub(super) element: Option<Box<str>>,
    /// The group, once rows are grouped.
    pub(super) group: Option<&'r Group>,
}

impl<'r> Moment<'r> {
    pub(super) fn with_row(&self, scan: ScanId, row: &'r Row) -> Self {
        let mut rows = self.rows.clone();
        rows.push((scan, row));
        Self { rows, element: None, group: self.group }
    }

    pub(super) fn with_element(&self, element: &str) -> Self {
        Self { element: Some(element.into()), ..self.clone() }
    }

    pub(super) fn with_group(&self, group: &'r Group) -> Self {
        Self { group: Some(group), ..self.clone() }
    }
}

impl<'a> Evaluator<'a> {
    /// The rows of a data set that the caller may see.
    pub(super) fn in_scope(&self, dataset: DatasetId) -> impl Iterator<Item = &'a Row> + use<'a> {
        let catalogue = self.world.catalogue;
        let scope_field = catalogue.dataset(dataset).scope;
        let scope = scope_field.map(|field| {
            let text = self.world.scope.unwrap_or_default();
            let ty = catalogue.field(dataset, field).ty;
            // A scope that is no value of the field's type is nobody's.
            let value = json::read(&text.into(), ty, catalogue).unwrap_or(Value::Null);
            let value = if self.world.scope.is_some() { value } else { Value::Null };
            (field, value)
        });
        self.world.tables.rows(dataset).iter().filter(move |row| match &scope {
            None => true,
            Some((field, scope)) => {
                compare(&row[field.index()], scope).is_some_and(std::cmp::Ordering::is_eq)
            }
        })
    }

    /// The row that a scan stands at; none if a to-one relation leads nowhere in scope.
    pub(super) fn row<'r>(&self, scan: ScanId, moment: &Moment<'r>) -> Option<&'r Row>
    where
        'a: 'r,
    {
        match self.shape.scan(scan).kind {
            ScanKind::Root | ScanKind::Many(..) => {
                moment.rows.iter().find(|(at, _)| *at == scan).map(|(_, row)| *row)
            }
            ScanKind::One(parent, relation) => {
                self.related(parent, relation, moment).into_iter().next()
            }
        }
    }

    /// The rows in scope that a relation leads to from the row of a scan.
    pub(super) fn related<'r>(
        &self,
        from: ScanId,
        relation: RelationId,
        moment: &Moment<'r>,
    ) -> Vec<&'r Row>
    where
        'a: 'r,
    {
        let Some(here) = self.row(from, moment) else { return Vec::new() };
        let catalogue = self.world.catalogue;
        let relation = catalogue.dataset(self.shape.scan(from).dataset).relation(relation);
        let joins = |there: &Row| {
            relation.on.iter().all(|(left, right)| {
                let order = compare(&here[left.index()], &there[right.index()]);
                order.is_some_and(std::cmp::Ordering::is_eq)
            })
        };
        self.in_scope(relation.to).filter(|there| joins(there)).collect()
    }
}
