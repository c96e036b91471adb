//! From tokens to the tree: a Pratt parser that recovers at clauses and tells several errors at once.
//!
//! Knows no catalogue: names and types are the work of resolving. Recursion is bounded by
//! [`DEPTH_MAX`](crate::limits::DEPTH_MAX), so that no text overflows the stack. Start at [`parse`].

mod call;
mod condition;
mod cursor;
mod expression;
mod habits;
mod pattern;
mod primary;
mod query;
mod unexpected;

use crate::ast::{Ast, AstBuilder, ConditionId, Item, Key, Operand, Statement, ValueId};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Warnings};
use crate::lex::{self, Lexed, Origin, TokenKind, Tokens, Word};
use crate::limits::ERRORS_MAX;
use crate::span::Span;

/// A statement that follows the grammar: its tree, and the tokens that the tree was made from.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// What it says.
    pub ast: Ast,
    /// All of its text, comments included.
    pub tokens: Tokens,
}

/// Reads one statement: a query that begins with SELECT, or a bare condition.
///
/// ```
/// use pql::lex::Origin;
///
/// let (parsed, warnings) = pql::parse("status = 'settled' AND amount > 100.00 GBP", Origin::Api)?;
/// assert!(warnings.is_empty());
/// assert!(matches!(parsed.ast.statement(), pql::ast::Statement::Condition(_)));
/// # Ok::<(), pql::Diagnostics>(())
/// ```
///
/// # Errors
///
/// Everything that is wrong with the text, as far as one mistake does not hide another; at most
/// [`ERRORS_MAX`].
pub fn parse(text: &str, origin: Origin) -> Result<(Parsed, Warnings), Diagnostics> {
    let Lexed { tokens, errors, complete } = lex::lex(text, origin);
    if !complete {
        return Err(errors.into());
    }
    let mut parser = Parser::new(text, tokens, errors);
    let statement = parser.statement();
    parser.optional_params_misplaced();
    match statement {
        Ok(statement) if parser.errors.is_empty() => {
            let ast = parser.tree.finish(text, statement);
            Ok((Parsed { ast, tokens: parser.tokens }, parser.warnings))
        }
        Ok(_) | Err(Failed) => {
            parser.errors.truncate(ERRORS_MAX);
            Err(parser.errors.into())
        }
    }
}

/// What could not be read; the error has been told.
#[derive(Clone, Copy, Debug)]
struct Failed;

type Reading<T> = Result<T, Failed>;

struct Parser<'t> {
    text: &'t str,
    tokens: Tokens,
    /// The index of the present token.
    at: usize,
    tree: AstBuilder,
    scratch: Scratch,
    counts: Counts,
    errors: Vec<Diagnostic>,
    warnings: Warnings,
    /// Optional parameters that have not been seen in a place that is theirs.
    optional_params: Vec<ValueId>,
}

/// Children that wait for their parent, so that each list of the arena is in one piece.
#[derive(Default)]
struct Scratch {
    conditions: Vec<ConditionId>,
    values: Vec<ValueId>,
    operands: Vec<Operand>,
    items: Vec<Item>,
    keys: Vec<Key>,
}

/// What is counted against the limits.
#[derive(Default)]
struct Counts {
    depth: u32,
    exists_depth: u32,
    terms: u32,
    /// Whether the limit of terms has been told.
    terms_told: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, tokens: Tokens, errors: Vec<Diagnostic>) -> Self {
        let tree = AstBuilder::with_tokens(tokens.tokens.len());
        Self {
            text,
            tokens,
            at: 0,
            tree,
            scratch: Scratch::default(),
            counts: Counts::default(),
            errors,
            warnings: Warnings::new(),
            optional_params: Vec::new(),
        }
    }

    /// The whole text.
    fn statement(&mut self) -> Reading<Statement> {
        if self.is_explain() {
            self.tree.explained();
            self.take_word();
        }
        let statement = if self.is_word(Word::Select) {
            Statement::Query(self.query()?)
        } else if self.kind() == TokenKind::End {
            return self.empty();
        } else {
            Statement::Condition(self.bare_condition()?)
        };
        self.end_of_statement()?;
        Ok(statement)
    }

    /// EXPLAIN is a word where a statement begins after it, else the name of a field.
    fn is_explain(&self) -> bool {
        if self.kind() != TokenKind::Word(Word::Explain) {
            return false;
        }
        let after = self.kind_ahead(1);
        if let TokenKind::Word(word) = after {
            return match word.is_reserved() {
                true => {
                    matches!(word, Word::Select | Word::Exists | Word::True | Word::False)
                        || word == Word::Not && !self.is_pattern(2)
                }
                false => !self.is_contextual_operator(1),
            };
        }
        matches!(
            after,
            TokenKind::Name
                | TokenKind::QuotedName
                | TokenKind::Text
                | TokenKind::Whole
                | TokenKind::Decimal
                | TokenKind::Float
                | TokenKind::Date
                | TokenKind::Instant
                | TokenKind::Duration
                | TokenKind::Param
                | TokenKind::OptionalParam
                | TokenKind::Open
                | TokenKind::Minus
        )
    }

    fn bare_condition(&mut self) -> Reading<ConditionId> {
        self.habits_at_start()?;
        self.condition()
    }

    fn empty<T>(&mut self) -> Reading<T> {
        let diagnostic = Diagnostic::new(Code::Syntax, self.span(), "There is no query here.")
            .hint("Write a condition, such as status = 'settled', or a query that begins with SELECT.");
        self.fail(diagnostic)
    }

    fn end_of_statement(&mut self) -> Reading<()> {
        while self.kind() == TokenKind::Semicolon {
            self.next();
        }
        if self.kind() == TokenKind::End {
            return Ok(());
        }
        self.text_after_statement()
    }

    /// An optional parameter may be one side of a comparison or the operand of a pattern, nothing else.
    fn optional_params_misplaced(&mut self) {
        for value in std::mem::take(&mut self.optional_params) {
            let span = self.tree.value_span(value);
            let message = "An optional parameter cannot stand here.";
            let hint = "It may be one whole side of = <> < <= > >=, or stand after BETWEEN, IN, LIKE, STARTS WITH, \
                        ENDS WITH or CONTAINS; elsewhere take the question mark away.";
            let mark = Span::new(span.end.saturating_sub(1), span.end);
            let diagnostic =
                Diagnostic::new(Code::Param, span, message).hint(hint).replace(mark, "");
            self.errors.push(diagnostic);
        }
    }
}
