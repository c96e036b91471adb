//! The formatter: one way to write each query, with its comments, its parentheses and its tree kept.
//!
//! Works on the tokens, as the parser took them, so that nothing is lost. Short queries stand on one line;
//! longer ones have a line a clause, and lines break before AND and OR and after commas.
//!
//! Invariants, each with a property test of the same name:
//! - `keeps_the_tree`: the formatted text has the same tree and the same comments.
//! - `idempotent`: formatting what is formatted changes nothing.

mod layout;

use crate::diagnostic::Diagnostics;
use crate::lex::{Comment, Origin, Role, Token, TokenKind, Tokens};
use crate::parse::{Parsed, parse};
use crate::span::Span;

/// A text as the formatter writes it.
///
/// ```
/// let formatted = pql::format("select id from transactions where status='settled'-- ours")?;
/// assert_eq!(formatted, "SELECT id FROM transactions WHERE status = 'settled' -- ours");
/// # Ok::<(), pql::Diagnostics>(())
/// ```
///
/// # Errors
///
/// What is wrong with the text, if it is no statement.
pub fn format(text: &str) -> Result<String, Diagnostics> {
    parse(text, Origin::File).map(|(parsed, _)| parsed.format())
}

impl Parsed {
    /// Its text as the formatter writes it, without a line end after the last line.
    #[must_use]
    pub fn format(&self) -> String {
        let pieces = Pieces::of(self.ast.text(), &self.tokens);
        let breaks = layout::breaks(&pieces);
        Writer {
            pieces: &pieces,
            out: String::with_capacity(self.ast.text().len() + 16),
            indent: 0,
        }
        .write(&breaks)
    }
}

/// The tokens as they are written, with what stands between them.
struct Pieces<'t> {
    text: &'t str,
    tokens: &'t [Token],
    comments: &'t [Comment],
    /// How many columns the tokens before each token take on one line, blanks included.
    columns: Vec<usize>,
}

impl<'t> Pieces<'t> {
    fn of(text: &'t str, tokens: &'t Tokens) -> Self {
        let all = &tokens.tokens;
        let last = all.len().saturating_sub(1);
        let mut pieces =
            Self { text, tokens: &all[..last], comments: &tokens.comments, columns: Vec::new() };
        let mut columns = 0;
        pieces.columns = Vec::with_capacity(all.len());
        for index in 0..pieces.tokens.len() {
            columns += usize::from(pieces.blank_before(index));
            pieces.columns.push(columns);
            columns += pieces.written(index).chars().count();
        }
        pieces.columns.push(columns);
        pieces
    }

    /// A token as it is written: words in upper case, names as they are.
    fn written(&self, index: usize) -> &str {
        let token = self.tokens[index];
        if let TokenKind::Word(word) = token.kind
            && (word.is_reserved() || token.role == Role::Word)
        {
            return word.text();
        }
        if token.kind == TokenKind::NotEqual { "<>" } else { token.span.of(self.text) }
    }

    /// Whether a blank stands before the token, on a line with the one before.
    fn blank_before(&self, index: usize) -> bool {
        let Some(before) = index.checked_sub(1).map(|before| self.tokens[before]) else {
            return false;
        };
        let token = self.tokens[index];
        if before.role == Role::Sign {
            let number = matches!(
                token.kind,
                TokenKind::Whole | TokenKind::Decimal | TokenKind::Float | TokenKind::Duration
            );
            let apart = before.span.end < token.span.start;
            return token.kind == TokenKind::Minus || number && apart;
        }
        let opened =
            matches!(before.kind, TokenKind::Open | TokenKind::OpenBracket | TokenKind::Point);
        let closes = matches!(
            token.kind,
            TokenKind::Comma
                | TokenKind::Close
                | TokenKind::CloseBracket
                | TokenKind::OpenBracket
                | TokenKind::Point
                | TokenKind::Semicolon
        );
        !opened && !closes && token.role != Role::Call
    }

    /// The comments between the token before `index` and the one at `index`.
    fn comments_before(&self, index: usize) -> &'t [Comment] {
        let place = u32::try_from(index).unwrap_or(u32::MAX);
        let start = self.comments.partition_point(|comment| comment.tokens_before < place);
        let end = self.comments.partition_point(|comment| comment.tokens_before <= place);
        &self.comments[start..end]
    }

    /// Whether a comment stands on the line of the token before `index`.
    fn trails(&self, comment: &Comment, index: usize) -> bool {
        let Some(before) = index.checked_sub(1) else { return false };
        let gap = Span::new(self.tokens[before].span.end, comment.span.start);
        !gap.of(self.text).contains('\n')
    }

    /// Whether a comment stands between two tokens of `start..end`.
    fn has_comments(&self, start: usize, end: usize) -> bool {
        let place = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let first = self.comments.partition_point(|comment| comment.tokens_before <= place(start));
        self.comments.get(first).is_some_and(|comment| comment.tokens_before < place(end))
    }
}

struct Writer<'p, 't> {
    pieces: &'p Pieces<'t>,
    out: String,
    /// The columns before the line that is being written, as the layout has it.
    indent: usize,
}

impl Writer<'_, '_> {
    /// Writes all tokens; `breaks` says before which of them a line begins, and how far in.
    fn write(mut self, breaks: &[Option<usize>]) -> String {
        let pieces = self.pieces;
        for index in 0..=pieces.tokens.len() {
            let first = (index == 0).then_some(0);
            let planned = first.or_else(|| breaks.get(index).copied().flatten());
            let inner = planned.unwrap_or(self.indent + layout::INDENT);
            let mut broken = false;
            for comment in pieces.comments_before(index) {
                if !broken && pieces.trails(comment, index) {
                    self.out.push(' ');
                } else {
                    self.line(inner);
                }
                self.out.push_str(comment.span.of(pieces.text).trim_end());
                broken = true;
            }
            if index == pieces.tokens.len() {
                break;
            }
            if let Some(indent) = planned {
                self.line(indent);
                self.indent = indent;
            } else if broken {
                self.line(inner);
            } else if pieces.blank_before(index) {
                self.out.push(' ');
            }
            self.out.push_str(pieces.written(index));
        }
        self.out
    }

    /// Begins a line, unless the text has just begun.
    fn line(&mut self, indent: usize) {
        if !self.out.is_empty() {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent));
        }
    }
}
