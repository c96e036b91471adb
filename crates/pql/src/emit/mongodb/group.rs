//! `$group`, with what SQL says of no rows: SUM of none is NULL, so each sum has its count.

use super::condition::Polarity;
use super::{Mongo, Part};
use crate::datatype::Type;
use crate::emit::sql::Level;
use crate::typed::{AggregateKind, Grouping, ValueId};

impl Mongo<'_> {
    pub(super) fn grouped(&mut self) {
        let Some(grouping) = self.source.shape.grouping() else {
            return;
        };
        let whole = grouping.keys.is_empty();
        self.word(if whole { ",{\"$facet\":{\"g\":[" } else { "," });
        self.word("{\"$group\":{\"_id\":{");
        self.keys(grouping);
        self.word("}");
        self.aggregates(grouping);
        self.word("}}");
        if whole {
            self.whole(grouping);
        }
        self.results(grouping);
        self.level = Level::Groups;
        if let Some(having) = grouping.having {
            self.word(",{\"$match\":");
            self.condition(having, Polarity::True);
            self.word("}");
        }
    }

    /// The one group of all rows, also if there are no rows.
    fn whole(&mut self, grouping: &Grouping) {
        self.word(
            "]}},{\"$project\":{\"g\":{\"$ifNull\":[{\"$arrayElemAt\":[\"$g\",0]},{\"_id\":{}",
        );
        for (place, aggregate) in (0u32..).zip(&grouping.aggregates) {
            match aggregate.kind {
                AggregateKind::Rows | AggregateKind::Count(_) => self.named(",\"x", place, "\":0"),
                AggregateKind::CountDistinct(_) => self.named(",\"x", place, "\":[]"),
                AggregateKind::Sum(_) | AggregateKind::Average(_) => {
                    self.named(",\"n", place, "\":0");
                    self.named(",\"x", place, "\":null");
                }
                AggregateKind::Min(_) | AggregateKind::Max(_) => {
                    self.named(",\"x", place, "\":null");
                }
            }
        }
        self.word("}]}}},{\"$replaceRoot\":{\"newRoot\":\"$g\"}}");
    }

    fn keys(&mut self, grouping: &Grouping) {
        let mut between = "";
        for (place, key) in (0u32..).zip(&grouping.keys) {
            for part in self.parts(*key) {
                self.word(between);
                between = ",";
                self.word("\"k");
                self.out.number(place);
                self.word(part.suffix());
                self.word("\":");
                self.expression(*key, *part);
            }
        }
    }

    fn parts(&self, value: ValueId) -> &'static [Part] {
        if self.source.shape.value(value).ty == Type::Money {
            &[Part::Minor, Part::Asset]
        } else {
            &[Part::Whole]
        }
    }

    fn aggregates(&mut self, grouping: &Grouping) {
        for (place, aggregate) in (0u32..).zip(&grouping.aggregates) {
            let Some(of) = aggregate.kind.argument() else {
                self.named(",\"x", place, "\":{\"$sum\":1}");
                continue;
            };
            let part = self.parts(of)[0];
            match aggregate.kind {
                AggregateKind::Rows => {}
                AggregateKind::Count(_) => self.counted(",\"x", place, of),
                AggregateKind::CountDistinct(_) => {
                    self.named(",\"x", place, "\":{\"$addToSet\":");
                    self.expression(of, part);
                    self.word("}");
                }
                AggregateKind::Sum(_) | AggregateKind::Average(_) => {
                    self.counted(",\"n", place, of);
                    self.named(",\"x", place, "\":{\"$sum\":{\"$multiply\":[");
                    self.expression(of, part);
                    self.word(",{\"$numberDecimal\":\"1\"}]}}");
                }
                AggregateKind::Min(_) => self.extreme(place, "\":{\"$min\":", of, part),
                AggregateKind::Max(_) => self.extreme(place, "\":{\"$max\":", of, part),
            }
            if part == Part::Minor {
                self.named(",\"x", place, "a\":{\"$min\":");
                self.expression(of, Part::Asset);
                self.word("}");
            }
        }
    }

    fn extreme(&mut self, place: u32, operator: &'static str, of: ValueId, part: Part) {
        self.named(",\"x", place, operator);
        self.expression(of, part);
        self.word("}");
    }

    fn counted(&mut self, name: &'static str, place: u32, of: ValueId) {
        let part = self.parts(of)[0];
        self.named(name, place, "\":{\"$sum\":{\"$cond\":[{\"$gt\":[");
        self.expression(of, part);
        self.word(",null]},1,0]}}");
    }

    /// The keys and results by their names, sums of nothing as NULL.
    fn results(&mut self, grouping: &Grouping) {
        self.word(",{\"$project\":{\"_id\":0");
        for (place, key) in (0u32..).zip(&grouping.keys) {
            for part in self.parts(*key) {
                self.named(",\"k", place, part.suffix());
                self.named("\":\"$_id.k", place, part.suffix());
                self.word("\"");
            }
        }
        for (place, aggregate) in (0u32..).zip(&grouping.aggregates) {
            match aggregate.kind {
                AggregateKind::Sum(_) | AggregateKind::Average(_) => {
                    self.named(",\"x", place, "\":{\"$cond\":[{\"$gt\":[");
                    self.named("\"$n", place, "\",0]},");
                    self.named("\"$x", place, "\",null]}");
                }
                AggregateKind::CountDistinct(_) => {
                    self.named(",\"x", place, "\":{\"$size\":{\"$setDifference\":[");
                    self.named("\"$x", place, "\",[null]]}}");
                }
                AggregateKind::Rows
                | AggregateKind::Count(_)
                | AggregateKind::Min(_)
                | AggregateKind::Max(_) => self.named(",\"x", place, "\":1"),
            }
            let of = aggregate.kind.argument();
            if of.is_some_and(|of| self.parts(of)[0] == Part::Minor) {
                self.named(",\"x", place, "a\":1");
            }
        }
        self.word("}}");
    }

    fn named(&mut self, before: &'static str, place: u32, behind: &'static str) {
        self.word(before);
        self.out.number(place);
        self.word(behind);
    }
}
