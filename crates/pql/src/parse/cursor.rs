//! Walking over the tokens: looking, taking, counting, failing, and going on at the next clause.

use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Role, TokenKind, Word};
use crate::limits::{DEPTH_MAX, TERMS_MAX};
use crate::parse::{Failed, Parser, Reading};
use crate::span::Span;

impl Parser<'_> {
    /// The kind of the present token. There is always one: the last one, the end, is never passed.
    pub(super) fn kind(&self) -> TokenKind {
        self.tokens.tokens[self.at].kind
    }

    pub(super) fn span(&self) -> Span {
        self.tokens.tokens[self.at].span
    }

    /// The kind of the token so many after the present one; the end past the end.
    pub(super) fn kind_ahead(&self, ahead: usize) -> TokenKind {
        self.tokens.tokens.get(self.at + ahead).map_or(TokenKind::End, |token| token.kind)
    }

    pub(super) fn span_ahead(&self, ahead: usize) -> Span {
        self.tokens.tokens.get(self.at + ahead).map_or_else(|| self.span(), |token| token.span)
    }

    /// The span of the token before the present one.
    pub(super) fn span_before(&self) -> Span {
        self.at.checked_sub(1).map_or(Span::at(0), |before| self.tokens.tokens[before].span)
    }

    pub(super) fn slice(&self, span: Span) -> &str {
        span.of(self.text)
    }

    pub(super) fn next(&mut self) {
        if self.at + 1 < self.tokens.tokens.len() {
            self.at += 1;
        }
    }

    /// Takes the present token as a word of the language.
    pub(super) fn take_word(&mut self) {
        self.take_as(Role::Word);
    }

    pub(super) fn take_as(&mut self, role: Role) {
        self.tokens.tokens[self.at].role = role;
        self.next();
    }

    pub(super) fn is_word(&self, word: Word) -> bool {
        self.kind() == TokenKind::Word(word)
    }

    /// Takes the word if it is there.
    pub(super) fn eat_word(&mut self, word: Word) -> bool {
        let there = self.is_word(word);
        if there {
            self.take_word();
        }
        there
    }

    /// Takes the token if it is there.
    pub(super) fn eat(&mut self, kind: TokenKind) -> bool {
        let there = self.kind() == kind;
        if there {
            self.next();
        }
        there
    }

    /// Whether the token can be a name: any word that is not reserved can.
    pub(super) const fn can_be_name(kind: TokenKind) -> bool {
        matches!(kind, TokenKind::Name | TokenKind::QuotedName)
            || matches!(kind, TokenKind::Word(word) if !word.is_reserved())
    }

    pub(super) fn fail<T>(&mut self, diagnostic: Diagnostic) -> Reading<T> {
        self.errors.push(diagnostic);
        Err(Failed)
    }

    /// Goes on with the error told: what was read can still be used to read on.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    /// Reads something that is one level deeper: what begins at `span`.
    pub(super) fn deeper<T>(
        &mut self,
        span: Span,
        read: impl FnOnce(&mut Self) -> Reading<T>,
    ) -> Reading<T> {
        if self.counts.depth >= DEPTH_MAX {
            let message = format!("The query is nested more than {DEPTH_MAX} levels deep.");
            let diagnostic = Diagnostic::new(Code::Depth, span, message)
                .hint("Brackets, NOT, calls and EXISTS count; chains of AND or OR are one level.");
            return self.fail(diagnostic);
        }
        self.counts.depth += 1;
        let read = read(self);
        self.counts.depth -= 1;
        read
    }

    /// Counts a term that ends at the token before.
    pub(super) fn term(&mut self) -> Reading<()> {
        self.counts.terms += 1;
        if self.counts.terms <= TERMS_MAX {
            return Ok(());
        }
        if self.counts.terms_told {
            return Err(Failed);
        }
        self.counts.terms_told = true;
        let message = format!("The query has more than {TERMS_MAX} terms.");
        let diagnostic = Diagnostic::new(Code::Terms, self.span_before(), message)
            .hint("Long lists go after IN, best as a parameter: status IN :statuses.");
        self.fail(diagnostic)
    }

    /// Goes to the next word that begins a clause, or to the end.
    pub(super) fn recover(&mut self) {
        let mut open = 0_u32;
        loop {
            let kind = self.kind();
            let over = matches!(kind, TokenKind::End | TokenKind::Semicolon);
            if over || open == 0 && self.begins_clause() {
                return;
            }
            if kind == TokenKind::Open {
                open += 1;
            } else if kind == TokenKind::Close {
                open = open.saturating_sub(1);
            }
            self.next();
        }
    }

    /// Whether a clause begins here, other than the first one.
    pub(super) fn begins_clause(&self) -> bool {
        let kind = self.kind();
        if kind == TokenKind::Word(Word::After) {
            return matches!(
                self.kind_ahead(1),
                TokenKind::Text | TokenKind::Param | TokenKind::OptionalParam
            );
        }
        matches!(
            kind,
            TokenKind::Word(
                Word::From | Word::Where | Word::Group | Word::Having | Word::Order | Word::Limit
            )
        )
    }
}
