//! GROUP BY: which rows are one group, and what the aggregates of it are.

use std::collections::HashMap;

use crate::typed::Grouping;
use crate::value::Value;

use super::Evaluator;
use super::row::Moment;

/// A group: its keys and the results of its aggregates.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) keys: Vec<Value>,
    pub(super) aggregates: Vec<Value>,
}

impl Evaluator<'_> {
    /// The groups of the rows; without keys all rows are one, even if there are none.
    pub(super) fn groups(&self, grouping: &Grouping, rows: &[Moment<'_>]) -> Vec<Group> {
        let mut members: Vec<(Vec<Value>, Vec<&Moment<'_>>)> = Vec::new();
        let mut places: HashMap<Vec<Value>, usize> = HashMap::new();
        if grouping.keys.is_empty() {
            members.push((Vec::new(), Vec::new()));
            places.insert(Vec::new(), 0);
        }
        for row in rows {
            let keys: Vec<Value> = grouping.keys.iter().map(|key| self.value(*key, row)).collect();
            let same = keys.iter().map(comparable).collect();
            let place = *places.entry(same).or_insert(members.len());
            if place == members.len() {
                members.push((keys, Vec::new()));
            }
            members[place].1.push(row);
        }
        let aggregates = |rows: &[&Moment<'_>]| {
            grouping.aggregates.iter().map(|each| self.aggregate(each, rows)).collect()
        };
        let groups = members.into_iter();
        groups.map(|(keys, rows)| Group { aggregates: aggregates(&rows), keys }).collect()
    }
}

/// The value such that what is equal in a query is equal here: whole numbers as decimals.
pub(super) fn comparable(value: &Value) -> Value {
    value.number().map_or_else(|| value.clone(), Value::Decimal)
}
