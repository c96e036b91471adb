//! The tree of what was parsed.

use crate::ast::{
    Arguments, Arithmetic, Ast, Call, Comparison, Condition, ConditionId, Direction, Key, Letters,
    Limit, Literal, Name, Nulls, Param, Path, Pattern, Period, Query, Statement, Truth, Value,
    ValueId,
};
use crate::parse::Parsed;
use crate::span::Span;
use crate::tree::{
    ArgumentsTree, ArithmeticTree, CallTree, ComparisonTree, ConditionTree, ItemTree, KeyTree,
    NullsTree, OperandTree, ParamTree, PatternTree, PeriodTree, QueryTree, Tree, TruthTree,
    VERSION, ValueTree,
};

impl Parsed {
    /// Its tree, without spans.
    #[must_use]
    pub fn tree(&self) -> Tree {
        self.ast.tree()
    }
}

impl Ast {
    /// Its tree, without spans.
    #[must_use]
    pub fn tree(&self) -> Tree {
        let reader = Reader { ast: self };
        let (query, condition) = match self.statement() {
            Statement::Query(query) => (Some(reader.query(query)), None),
            Statement::Condition(condition) => (None, Some(reader.condition(*condition))),
        };
        Tree { version: VERSION, explain: self.explain(), query, condition }
    }
}

/// Reads nodes of the arena; recursion is bounded by the depth that the parser allows.
struct Reader<'a> {
    ast: &'a Ast,
}

impl Reader<'_> {
    fn query(&self, query: &Query) -> QueryTree {
        let item = |item: &crate::ast::Item| ItemTree {
            value: self.value(item.value),
            alias: item.alias.map(|alias| self.name(alias)),
        };
        QueryTree {
            select: self.ast.items(query.items).iter().map(item).collect(),
            from: self.name(query.from),
            condition: query.condition.map(|condition| self.condition(condition)),
            group_by: self.values(self.ast.values(query.group)),
            having: query.having.map(|condition| self.condition(condition)),
            order_by: self.ast.keys(query.order).iter().map(|key| self.key(key)).collect(),
            limit: query.limit.map(|limit| match limit {
                Limit::Rows { rows, .. } => ValueTree::Whole(rows.to_string()),
                Limit::Param(param) => ValueTree::Param(self.param(param)),
            }),
            after: query.after.map(|after| self.value(after)),
        }
    }

    fn key(&self, key: &Key) -> KeyTree {
        KeyTree {
            value: self.value(key.value),
            descending: key.direction == Direction::Descending,
            nulls: key.nulls.map(|nulls| match nulls {
                Nulls::First => NullsTree::First,
                Nulls::Last => NullsTree::Last,
            }),
        }
    }

    fn name(&self, name: Name) -> String {
        self.ast.name(name).into_owned()
    }

    fn path(&self, path: Path) -> Vec<String> {
        self.ast.names(path).iter().map(|name| self.name(*name)).collect()
    }

    fn param(&self, param: Param) -> ParamTree {
        ParamTree { name: self.ast.param_name(param).to_owned(), optional: param.optional }
    }

    fn conditions(&self, ids: &[ConditionId]) -> Vec<ConditionTree> {
        ids.iter().map(|id| self.condition(*id)).collect()
    }

    fn values(&self, ids: &[ValueId]) -> Vec<ValueTree> {
        ids.iter().map(|id| self.value(*id)).collect()
    }

    fn condition(&self, id: ConditionId) -> ConditionTree {
        match *self.ast.condition(id) {
            Condition::Or(many) => ConditionTree::Or(self.conditions(self.ast.conditions(many))),
            Condition::And(many) => ConditionTree::And(self.conditions(self.ast.conditions(many))),
            Condition::Not(condition) => ConditionTree::Not(Box::new(self.condition(condition))),
            Condition::Truth { condition, negated, truth } => {
                let truth = match truth {
                    Truth::True => TruthTree::True,
                    Truth::False => TruthTree::False,
                    Truth::Unknown => TruthTree::Unknown,
                };
                ConditionTree::Is { condition: Box::new(self.condition(condition)), negated, truth }
            }
            Condition::Compare { left, operator, right } => ConditionTree::Compare {
                left: self.value(left),
                operator: comparison(operator),
                right: self.value(right),
            },
            Condition::IsNull { value, negated } => {
                ConditionTree::IsNull { value: self.value(value), negated }
            }
            Condition::IsDistinct { left, right, negated } => ConditionTree::IsDistinct {
                left: self.value(left),
                right: self.value(right),
                negated,
            },
            Condition::Matches { value, negated, pattern } => ConditionTree::Matches {
                value: self.value(value),
                negated,
                pattern: self.pattern(pattern),
            },
            Condition::On { value, period, date, zone } => ConditionTree::On {
                value: self.value(value),
                period: match period {
                    Period::Day => PeriodTree::Day,
                    Period::Week => PeriodTree::Week,
                    Period::Month => PeriodTree::Month,
                    Period::Year => PeriodTree::Year,
                },
                date: self.value(date),
                zone: zone.map(|zone| self.value(zone)),
            },
            Condition::Exists { path, condition } => ConditionTree::Exists {
                relation: self.path(path),
                condition: condition.map(|condition| Box::new(self.condition(condition))),
            },
            Condition::AnyCompare { path, operator, right } => ConditionTree::AnyCompare {
                array: self.path(path),
                operator: comparison(operator),
                right: self.value(right),
            },
            Condition::AnyMatches { path, negated, pattern } => ConditionTree::AnyMatches {
                array: self.path(path),
                negated,
                pattern: self.pattern(pattern),
            },
            Condition::Value(value) => ConditionTree::Value(self.value(value)),
        }
    }

    fn pattern(&self, pattern: Pattern) -> PatternTree {
        match pattern {
            Pattern::Between { low, high } => {
                PatternTree::Between { low: self.value(low), high: self.value(high) }
            }
            Pattern::In(many) => PatternTree::In(self.values(self.ast.values(many))),
            Pattern::InParam(param) => PatternTree::InParam(self.param(param)),
            Pattern::Like { pattern, letters, escape } => {
                let pattern = self.value(pattern);
                let escape = escape.map(|escape| self.value(escape));
                match letters {
                    Letters::Exact => PatternTree::Like { pattern, escape },
                    Letters::Folded => PatternTree::Ilike { pattern, escape },
                }
            }
            Pattern::StartsWith(value) => PatternTree::StartsWith(self.value(value)),
            Pattern::EndsWith(value) => PatternTree::EndsWith(self.value(value)),
            Pattern::Contains(value) => PatternTree::Contains(self.value(value)),
        }
    }

    fn value(&self, id: ValueId) -> ValueTree {
        match *self.ast.value(id) {
            Value::Literal(literal) => self.literal(literal, self.ast.value_span(id)),
            Value::Param(param) => ValueTree::Param(self.param(param)),
            Value::Path(path) => ValueTree::Field(self.path(path)),
            Value::Entry { path, key } => {
                ValueTree::Entry { map: self.path(path), key: Box::new(self.value(key)) }
            }
            Value::Call(call) => ValueTree::Call(Box::new(self.call(call))),
            Value::Negated(value) => ValueTree::Negated(Box::new(self.value(value))),
            Value::Chain { first, rest } => {
                let operand = |operand: &crate::ast::Operand| OperandTree {
                    operator: arithmetic(operand.operator),
                    value: self.value(operand.value),
                };
                ValueTree::Chain {
                    first: Box::new(self.value(first)),
                    rest: self.ast.operands(rest).iter().map(operand).collect(),
                }
            }
        }
    }

    fn literal(&self, literal: Literal, span: Span) -> ValueTree {
        let written = self.ast.slice(span);
        let slice = |span: Span| self.ast.slice(span).to_owned();
        match literal {
            Literal::Text(span) => ValueTree::Text(self.ast.text_of(span).into_owned()),
            Literal::Whole(whole) => ValueTree::Whole(whole.to_string()),
            Literal::Decimal(span) => ValueTree::Decimal(slice(span)),
            Literal::Float(span) => ValueTree::Float(slice(span)),
            Literal::Money { number, code } => {
                ValueTree::Money { value: slice(number), asset: slice(code) }
            }
            Literal::Date(_) => ValueTree::Date(written.trim_start_matches('@').to_owned()),
            Literal::Instant(_) => ValueTree::Instant(written.trim_start_matches('@').to_owned()),
            Literal::Duration { .. } => ValueTree::Duration(written.to_owned()),
            Literal::Bool(holds) => ValueTree::Bool(holds),
        }
    }

    fn call(&self, call: Call) -> CallTree {
        CallTree {
            function: call.function.name().to_owned(),
            arguments: match call.arguments {
                Arguments::Star => ArgumentsTree::Star,
                Arguments::Distinct(value) => ArgumentsTree::Distinct(self.value(value)),
                Arguments::Values(values) => {
                    ArgumentsTree::Values(self.values(self.ast.values(values)))
                }
            },
            zone: call.zone.map(|zone| self.value(zone)),
            filter: call.filter.map(|filter| self.condition(filter)),
        }
    }
}

const fn comparison(operator: Comparison) -> ComparisonTree {
    match operator {
        Comparison::Equal => ComparisonTree::Equal,
        Comparison::NotEqual => ComparisonTree::NotEqual,
        Comparison::Less => ComparisonTree::Less,
        Comparison::LessOrEqual => ComparisonTree::LessOrEqual,
        Comparison::Greater => ComparisonTree::Greater,
        Comparison::GreaterOrEqual => ComparisonTree::GreaterOrEqual,
    }
}

const fn arithmetic(operator: Arithmetic) -> ArithmeticTree {
    match operator {
        Arithmetic::Add => ArithmeticTree::Add,
        Arithmetic::Subtract => ArithmeticTree::Subtract,
        Arithmetic::Multiply => ArithmeticTree::Multiply,
        Arithmetic::Divide => ArithmeticTree::Divide,
        Arithmetic::Div => ArithmeticTree::Div,
        Arithmetic::Mod => ArithmeticTree::Mod,
    }
}
