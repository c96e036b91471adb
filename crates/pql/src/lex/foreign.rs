//! Characters beyond ASCII outside of texts: mostly what word processors and web pages put into queries.

use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Lexer, TokenKind, Word, place};
use crate::span::Span;

impl Lexer<'_> {
    /// A character beyond ASCII that is in no text, quoted name or comment.
    pub(super) fn foreign(&mut self) {
        let rest = &self.text[self.at..];
        let Some(character) = rest.chars().next() else { return };
        let end = self.at + character.len_utf8();
        match character {
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => self.at = end,
            '\u{A0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200A}'
            | '\u{202F}'
            | '\u{205F}'
            | '\u{3000}' => {
                self.blank(
                    end,
                    " ",
                    "A no-break space stands here; it looks like a blank and is none.",
                );
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' => {
                self.blank(end, "\n", "A line separator stands here that PQL does not know.");
            }
            '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' => {
                self.blank(end, "", "An invisible character stands here.");
            }
            '‘' | '’' | '‚' | '‛' | '“' | '”' | '„' | '‟' | '′' | '″' | '«' | '»' | '‹' | '›'
            | '´' => {
                self.curly_quote(end);
            }
            '–' | '—' | '−' | '‐' | '‑' => self.sign(end, "-", TokenKind::Minus),
            '≤' => self.sign(end, "<=", TokenKind::LessOrEqual),
            '≥' => self.sign(end, ">=", TokenKind::GreaterOrEqual),
            '≠' => self.sign(end, "<>", TokenKind::NotEqual),
            '×' | '·' => self.sign(end, "*", TokenKind::Star),
            '÷' => self.sign(end, "/", TokenKind::Slash),
            '＝' => self.sign(end, "=", TokenKind::Equal),
            '（' => self.sign(end, "(", TokenKind::Open),
            '）' => self.sign(end, ")", TokenKind::Close),
            '，' | '、' => self.sign(end, ",", TokenKind::Comma),
            '∧' => self.sign(end, "AND", TokenKind::Word(Word::And)),
            '∨' => self.sign(end, "OR", TokenKind::Word(Word::Or)),
            '¬' => self.sign(end, "NOT", TokenKind::Word(Word::Not)),
            '£' => self.currency(end, "GBP"),
            '€' => self.currency(end, "EUR"),
            '¥' => self.currency(end, "JPY"),
            '₿' => self.currency(end, "BTC"),
            _ if character.is_alphabetic() => self.foreign_name(),
            _ => {
                let span = self.span_to(end);
                let message =
                    format!("The character U+{:04X} means nothing here.", u32::from(character));
                let diagnostic = Diagnostic::new(Code::Character, span, message)
                    .hint("Take it out.")
                    .replace(span, "");
                self.report(diagnostic);
                self.at = end;
            }
        }
    }

    fn blank(&mut self, end: usize, instead: &'static str, message: &'static str) {
        let span = self.span_to(end);
        let hint = if instead.is_empty() { "Take it out." } else { "Write an ordinary blank." };
        let diagnostic =
            Diagnostic::new(Code::Character, span, message).hint(hint).replace(span, instead);
        self.report(diagnostic);
        self.at = end;
    }

    fn sign(&mut self, end: usize, instead: &'static str, means: TokenKind) {
        let span = self.span_to(end);
        let message =
            format!("The character U+{:04X} is not one of PQL's signs.", self.code_point());
        let diagnostic = Diagnostic::new(Code::Character, span, message)
            .hint(format!("Write {instead}."))
            .replace(span, instead);
        self.report(diagnostic);
        self.push_to(means, end);
    }

    fn code_point(&self) -> u32 {
        self.text[self.at..].chars().next().map_or(0, u32::from)
    }

    /// A text in quotes that are curly, or a name in them: a text is meant by far more often.
    fn curly_quote(&mut self, end: usize) {
        let rest = &self.text[end..];
        let closing = |character: char| "’‘“”„‟″′«»‹›´'\"".contains(character);
        let line = rest.find('\n').unwrap_or(rest.len());
        let diagnostic =
            Diagnostic::new(Code::Quote, self.span_to(end), "Curly quotes do not quote.");
        let Some(length) = rest[..line].find(closing) else {
            let diagnostic = diagnostic.hint("Texts stand in straight single quotes: 'settled'.");
            self.report(diagnostic);
            self.at = end;
            return;
        };
        let inner = &rest[..length];
        let close = end + length + rest[length..].chars().next().map_or(0, char::len_utf8);
        let mut meant = String::new();
        super::quote(inner, '\'', &mut meant);
        let span = self.span_to(close);
        let diagnostic = Diagnostic { span, ..diagnostic }
            .hint("Texts stand in straight single quotes: 'settled'.")
            .replace(span, meant);
        self.report(diagnostic);
        self.push_to(TokenKind::Text, close);
    }

    /// `£12.50`
    fn currency(&mut self, end: usize, code: &'static str) {
        let span = self.span_to(end);
        let number_end = {
            let whole = self.end_of_digits(end);
            let fraction =
                if self.byte(whole) == b'.' { self.end_of_digits(whole + 1) } else { whole };
            if fraction > whole + 1 { fraction } else { whole }
        };
        let diagnostic = Diagnostic::new(
            Code::Asset,
            span,
            "An amount has its asset's code after it, not a sign before it.",
        );
        let diagnostic = if number_end > end {
            let number = &self.text[end..number_end];
            diagnostic
                .hint(format!("Write {number} {code}."))
                .replace(span, "")
                .replace(Span::at(place(number_end)), format!(" {code}"))
        } else {
            diagnostic.hint(format!("Write 12.50 {code}."))
        };
        self.report(diagnostic);
        self.at = end;
    }

    /// A word with letters beyond ASCII.
    fn foreign_name(&mut self) {
        let rest = &self.text[self.at..];
        let part = |character: char| character.is_alphanumeric() || character == '_';
        let end = self.at + rest.find(|character| !part(character)).unwrap_or(rest.len());
        // A word that began with ASCII letters goes on here.
        let before = self.tokens.tokens.last().filter(|token| token.span.end as usize == self.at);
        let begins =
            before.filter(|token| matches!(token.kind, TokenKind::Name | TokenKind::Word(_)));
        let start = begins.map_or(self.at, |token| token.span.start as usize);
        if begins.is_some() {
            self.tokens.tokens.pop();
        }
        self.at = start;
        let span = self.span_to(end);
        let name = span.of(self.text);
        let diagnostic =
            Diagnostic::new(Code::Character, span, "A name without quotes has ASCII letters only.")
                .hint("Put the name in double quotes; texts stand in single quotes.")
                .replace(span, format!("\"{name}\""));
        self.report(diagnostic);
        self.push_to(TokenKind::QuotedName, end);
    }
}
