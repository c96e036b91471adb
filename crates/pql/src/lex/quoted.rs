//! Texts and quoted names, and the characters that may stand nowhere in a query.

use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Lexer, TokenKind, is_word_byte, place};
use crate::span::Span;

impl Lexer<'_> {
    /// `'text'`, with `''` for a quote.
    pub(super) fn text_literal(&mut self) {
        match self.end_of_quoted(b'\'') {
            Some(end) => self.push_to(TokenKind::Text, end),
            None => self.text_without_end(),
        }
    }

    /// `"name"`, with `""` for a quote.
    pub(super) fn quoted_name(&mut self) {
        match self.end_of_quoted(b'"') {
            Some(end) if end == self.at + 2 => self.empty_name(end),
            Some(end) => self.push_to(TokenKind::QuotedName, end),
            None => {
                let end = self.text.len();
                let diagnostic = Diagnostic::new(
                    Code::Quote,
                    self.span_to(end),
                    "A quoted name does not end.",
                )
                .hint("Close it with a double quote. Texts stand in single quotes: 'settled'.");
                self.report(diagnostic);
                self.unclosed = true;
                self.push_to(TokenKind::QuotedName, end);
            }
        }
    }

    /// One past the closing quote of what begins at the present place.
    fn end_of_quoted(&self, quote: u8) -> Option<usize> {
        let mut at = self.at + 1;
        loop {
            at += self.bytes.get(at..)?.iter().position(|byte| *byte == quote)? + 1;
            if self.byte(at) != quote {
                return Some(at);
            }
            at += 1;
        }
    }

    fn empty_name(&mut self, end: usize) {
        let span = self.span_to(end);
        let diagnostic = Diagnostic::new(Code::Quote, span, "A name has at least one character.")
            .hint("The empty text is written with single quotes: ''.")
            .replace(span, "''");
        self.report(diagnostic);
        self.push_to(TokenKind::Text, end);
    }

    /// A quote that nothing closes. Often it is an earlier apostrophe that closed the text too soon.
    fn text_without_end(&mut self) {
        let end = self.text.len();
        let span = self.span_to(end);
        let diagnostic = Diagnostic::new(Code::Quote, span, "A text does not end.");
        let diagnostic = match self.apostrophe() {
            Some(apostrophe) => diagnostic
                .hint("A quote inside a text is written twice: 'O''Brien'; a backslash means nothing.")
                .replace(apostrophe, "''"),
            None => diagnostic.hint("Close it with a single quote; a quote inside is written twice: 'O''Brien'."),
        };
        self.report(diagnostic);
        self.unclosed = true;
        self.push_to(TokenKind::Text, end);
    }

    /// The quote, with a backslash before it, that ended a text right before a word: `'it's'`.
    fn apostrophe(&self) -> Option<Span> {
        let text = self.tokens.tokens.iter().rfind(|token| token.kind == TokenKind::Text)?;
        let end = text.span.end as usize;
        let last = self.tokens.tokens.iter().rfind(|token| token.kind != TokenKind::Text)?;
        // A text in curly quotes, which has been told of, ends with another character.
        if self.byte(end.checked_sub(1)?) != b'\''
            || !is_word_byte(self.byte(end))
            || last.span.end as usize > self.at
        {
            return None;
        }
        let backslash = self.byte(end.checked_sub(2)?) == b'\\';
        Some(Span::new(place(end - 1 - usize::from(backslash)), place(end)))
    }

    /// Tells of characters that are refused everywhere, inside of texts and comments too: NUL, and marks
    /// that would show the query in another order than it is read.
    pub(super) fn hidden_characters(&mut self) {
        let suspect =
            self.bytes.iter().fold(false, |found, byte| found | (*byte == 0) | (*byte == 0xE2));
        if !suspect {
            return;
        }
        let hidden = |(_, character): &(usize, char)| matches!(character, '\0' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        for (at, character) in
            self.text.char_indices().filter(hidden).take(crate::limits::ERRORS_MAX)
        {
            let span = Span::new(place(at), place(at + character.len_utf8()));
            let message = if character == '\0' {
                "The character NUL stands here; query text has none.".to_owned()
            } else {
                let code = u32::from(character);
                format!(
                    "The invisible character U+{code:04X} stands here; it changes the order in which text is shown."
                )
            };
            let diagnostic = Diagnostic::new(Code::Character, span, message)
                .hint("Take it out. To look for text that has it, send the text as a parameter.")
                .replace(span, "");
            self.errors.push(diagnostic);
        }
    }
}

/// A text as a literal: in quotes, with quotes inside doubled.
pub(crate) fn quote(text: &str, quote: char, out: &mut String) {
    out.push(quote);
    for part in text.split_inclusive(quote) {
        out.push_str(part);
        if part.ends_with(quote) {
            out.push(quote);
        }
    }
    out.push(quote);
}
