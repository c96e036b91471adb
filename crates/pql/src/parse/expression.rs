//! The Pratt parser: conditions and values by binding power, with chains in one node.

use crate::ast::{Arithmetic, Comparison, Condition, ConditionId, Operand, Value, ValueId};
use crate::lex::{Role, TokenKind, Word};
use crate::parse::{Parser, Reading};
use crate::span::Span;

/// How tightly an operator binds what stands beside it, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Power {
    Or,
    And,
    Not,
    Test,
    Sum,
    Product,
    Sign,
}

/// A condition or a value: which of both only shows while reading.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    Condition(ConditionId),
    Value(ValueId),
}

impl Parser<'_> {
    /// A condition, from OR down.
    pub(super) fn condition(&mut self) -> Reading<ConditionId> {
        let node = self.expression(Power::Or)?;
        self.as_condition(node)
    }

    /// A value, from + and - down.
    pub(super) fn value(&mut self) -> Reading<ValueId> {
        let node = self.expression(Power::Sum)?;
        self.as_value(node)
    }

    /// A value that is not part of a condition: an item, a key, an argument; a term by itself.
    pub(super) fn lone_value(&mut self) -> Reading<ValueId> {
        let value = self.value()?;
        self.term()?;
        if self.infix().is_some() {
            return self.condition_for_value(self.tree.value_span(value));
        }
        Ok(value)
    }

    /// What binds at least as tightly as `least`.
    pub(super) fn expression(&mut self, least: Power) -> Reading<Node> {
        let mut left = self.prefix(least)?;
        while let Some(power) = self.infix() {
            if power < least {
                break;
            }
            left = match power {
                Power::Or | Power::And => Node::Condition(self.logical(left, power)?),
                Power::Test => Node::Condition(self.test(left)?),
                Power::Sum | Power::Product => Node::Value(self.chain(left, power)?),
                // Neither is infix.
                Power::Not | Power::Sign => break,
            };
        }
        Ok(left)
    }

    /// The power of the operator here, if one stands here.
    fn infix(&self) -> Option<Power> {
        let kind = self.kind();
        if matches!(kind, TokenKind::Word(Word::Or)) {
            return Some(Power::Or);
        }
        if matches!(kind, TokenKind::Word(Word::And)) {
            return Some(Power::And);
        }
        if self.comparison().is_some() || self.is_test_word() {
            return Some(Power::Test);
        }
        self.arithmetic().map(|(_, power)| power)
    }

    fn is_test_word(&self) -> bool {
        matches!(self.kind(), TokenKind::Word(Word::Is | Word::On)) || self.is_negatable_pattern(0)
    }

    /// Whether a pattern, or NOT and a pattern, stands so many tokens ahead.
    pub(super) fn is_negatable_pattern(&self, ahead: usize) -> bool {
        let negated = self.kind_ahead(ahead) == TokenKind::Word(Word::Not);
        self.is_pattern(ahead + usize::from(negated))
    }

    /// Whether the word of a pattern stands so many tokens ahead.
    pub(super) fn is_pattern(&self, ahead: usize) -> bool {
        matches!(
            self.kind_ahead(ahead),
            TokenKind::Word(
                Word::Between
                    | Word::In
                    | Word::Like
                    | Word::Ilike
                    | Word::Starts
                    | Word::Ends
                    | Word::Contains
            )
        )
    }

    /// Whether a word that could be a name is an operator so many tokens ahead: what follows it decides.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of many kinds of tokens, a few")]
    pub(super) fn is_contextual_operator(&self, ahead: usize) -> bool {
        let after = self.kind_ahead(ahead + 1);
        match self.kind_ahead(ahead) {
            TokenKind::Word(Word::Starts | Word::Ends) => after == TokenKind::Word(Word::With),
            TokenKind::Word(Word::On) => {
                matches!(after, TokenKind::Word(Word::Day | Word::Week | Word::Month | Word::Year))
            }
            TokenKind::Word(Word::Contains) => {
                let text =
                    matches!(after, TokenKind::Text | TokenKind::Param | TokenKind::OptionalParam);
                text || Self::can_be_name(after)
            }
            _ => false,
        }
    }

    pub(super) fn comparison(&self) -> Option<Comparison> {
        comparison_of(self.kind())
    }

    /// The arithmetic operator here, with its power.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of many kinds of tokens, a few")]
    fn arithmetic(&self) -> Option<(Arithmetic, Power)> {
        let found = match self.kind() {
            TokenKind::Plus => (Arithmetic::Add, Power::Sum),
            TokenKind::Minus => (Arithmetic::Subtract, Power::Sum),
            TokenKind::Star => (Arithmetic::Multiply, Power::Product),
            TokenKind::Slash => (Arithmetic::Divide, Power::Product),
            TokenKind::Word(Word::Div) => (Arithmetic::Div, Power::Product),
            TokenKind::Word(Word::Mod) => (Arithmetic::Mod, Power::Product),
            _ => return None,
        };
        Some(found)
    }

    /// `left AND …` or `left OR …`, as long as the same word goes on.
    fn logical(&mut self, left: Node, power: Power) -> Reading<ConditionId> {
        let or = power == Power::Or;
        let (word, tighter) = if or { (Word::Or, Power::And) } else { (Word::And, Power::Not) };
        let first = self.as_condition(left)?;
        let base = self.scratch.conditions.len();
        self.scratch.conditions.push(first);
        while self.is_word(word) {
            self.take_as(Role::Logical);
            self.logical_doubled(word)?;
            let node = self.expression(tighter)?;
            let next = self.as_condition(node)?;
            self.scratch.conditions.push(next);
        }
        let last = self.scratch.conditions.last().copied().unwrap_or(first);
        let span = self.tree.condition_span(first).to(self.tree.condition_span(last));
        let many = self.tree.condition_ids(self.scratch.conditions.drain(base..));
        let condition = if word == Word::Or { Condition::Or(many) } else { Condition::And(many) };
        let id = self.tree.condition(condition, span);
        if word == Word::Or {
            self.warn_of_mixed(id);
        }
        Ok(id)
    }

    /// `left + …` or `left * …`, as long as operators of the same power go on.
    fn chain(&mut self, left: Node, power: Power) -> Reading<ValueId> {
        let first = self.as_value(left)?;
        let base = self.scratch.operands.len();
        let tighter = if power == Power::Sum { Power::Product } else { Power::Sign };
        let mut span = self.tree.value_span(first);
        while let Some((operator, _)) = self.arithmetic().filter(|(_, found)| *found == power) {
            if matches!(operator, Arithmetic::Div | Arithmetic::Mod) {
                self.take_word();
            } else {
                self.next();
            }
            self.term()?;
            let node = self.expression(tighter)?;
            let value = self.as_value(node)?;
            span = span.to(self.tree.value_span(value));
            self.scratch.operands.push(Operand { operator, value });
        }
        let rest = self.tree.operands(self.scratch.operands.drain(base..));
        Ok(self.tree.value(Value::Chain { first, rest }, span))
    }

    /// What can stand without anything to its left.
    fn prefix(&mut self, least: Power) -> Reading<Node> {
        let kind = self.kind();
        if kind == TokenKind::Open {
            return self.parentheses(least);
        }
        if kind == TokenKind::Word(Word::Not) {
            return self.not(least).map(Node::Condition);
        }
        if kind == TokenKind::Word(Word::Exists) {
            let exists = self.exists()?;
            return self.condition_at(least, exists);
        }
        if kind == TokenKind::Word(Word::Any) && least <= Power::Test && self.is_any() {
            return self.any().map(Node::Condition);
        }
        self.factor().map(Node::Value)
    }

    /// A condition that was just read, where at least `least` was wanted.
    fn condition_at(&mut self, least: Power, id: ConditionId) -> Reading<Node> {
        if least > Power::Test {
            return self.condition_for_value(self.tree.condition_span(id));
        }
        Ok(Node::Condition(id))
    }

    fn not(&mut self, least: Power) -> Reading<ConditionId> {
        let not = self.span();
        if least > Power::Not {
            return self.not_for_value();
        }
        self.take_word();
        let condition = self.deeper(not, |parser| {
            let node = parser.expression(Power::Not)?;
            parser.as_condition(node)
        })?;
        let span = not.to(self.tree.condition_span(condition));
        Ok(self.tree.condition(Condition::Not(condition), span))
    }

    /// A bracket, and what it makes of what is inside: a condition or a value.
    fn parentheses(&mut self, least: Power) -> Reading<Node> {
        let open = self.span();
        self.next();
        self.habits_in_parentheses(open)?;
        let node = self.deeper(open, |parser| parser.expression(Power::Or))?;
        self.close(open)?;
        let span = open.to(self.span_before());
        let node = match node {
            Node::Value(value) => {
                // A literal keeps its own span: what it is stands there.
                if !matches!(self.tree.value_node(value), Value::Literal(_)) {
                    *self.tree.value_spans_mut(value) = span;
                }
                node
            }
            Node::Condition(condition) => {
                *self.tree.condition_spans_mut(condition) = span;
                node
            }
        };
        if least <= Power::Test && self.is_truth() {
            return self.truth(node).map(Node::Condition);
        }
        match node {
            Node::Condition(_) if least > Power::Test => self.condition_for_value(span),
            Node::Condition(_) | Node::Value(_) => Ok(node),
        }
    }

    /// A node as a condition: a value alone is one, and resolving checks that it is boolean.
    pub(super) fn as_condition(&mut self, node: Node) -> Reading<ConditionId> {
        match node {
            Node::Condition(condition) => Ok(condition),
            Node::Value(value) => {
                self.term()?;
                let span = self.tree.value_span(value);
                Ok(self.tree.condition(Condition::Value(value), span))
            }
        }
    }

    /// A node as a value, which a condition is not.
    pub(super) fn as_value(&mut self, node: Node) -> Reading<ValueId> {
        match node {
            Node::Value(value) => Ok(value),
            Node::Condition(condition) => {
                self.condition_for_value(self.tree.condition_span(condition))
            }
        }
    }

    /// The bracket that closes the one at `open`.
    pub(super) fn close(&mut self, open: Span) -> Reading<()> {
        if self.eat(TokenKind::Close) {
            return Ok(());
        }
        self.not_closed(open)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "of many kinds of tokens, a few")]
pub(super) const fn comparison_of(kind: TokenKind) -> Option<Comparison> {
    Some(match kind {
        TokenKind::Equal => Comparison::Equal,
        TokenKind::NotEqual => Comparison::NotEqual,
        TokenKind::Less => Comparison::Less,
        TokenKind::LessOrEqual => Comparison::LessOrEqual,
        TokenKind::Greater => Comparison::Greater,
        TokenKind::GreaterOrEqual => Comparison::GreaterOrEqual,
        _ => return None,
    })
}
