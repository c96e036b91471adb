//! Comments: two dashes before a blank, to the end of the line; and what other languages write.

use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Comment, Lexer, Origin, TokenKind, place};
use crate::span::Span;

impl Lexer<'_> {
    /// Two dashes: a comment before a blank or the end of a line, else a mistake.
    pub(super) fn dashes(&mut self) {
        match self.peek(2) {
            b' ' | b'\t' | b'\r' | b'\n' => self.comment(),
            0 if self.at + 2 == self.bytes.len() => self.comment(),
            _ => self.dashes_without_blank(),
        }
    }

    fn comment(&mut self) {
        let mut end = self.end_of_line();
        if self.byte(end - 1) == b'\r' {
            end -= 1;
        }
        let span = self.span_to(end);
        match self.origin {
            Origin::File => {
                let tokens_before = place(self.tokens.tokens.len());
                self.tokens.comments.push(Comment { span, tokens_before });
            }
            Origin::Api => self.comment_refused(span),
        }
        self.at = end;
    }

    fn comment_refused(&mut self, span: Span) {
        let diagnostic = Diagnostic::new(Code::Comment, span, "Comments are refused here.")
            .hint("Comments may stand in files and in the console only; take this one out.")
            .replace(span, "");
        self.report(diagnostic);
    }

    /// `5--3`: two minus signs, or a comment that lacks its blank.
    fn dashes_without_blank(&mut self) {
        let span = self.span_to(self.at + 2);
        let diagnostic = Diagnostic::new(
            Code::Comment,
            span,
            "Two dashes stand here without a blank after them.",
        );
        let number = matches!(self.peek(2), b'0'..=b'9' | b'.' | b'(' | b':');
        if number || self.origin == Origin::Api {
            let hint = "To subtract what has a sign, put a blank between the dashes: 5 - -3.";
            self.report(diagnostic.hint(hint).replace(span, "- -"));
            self.push_to(TokenKind::Minus, self.at + 1);
            self.push_to(TokenKind::Minus, self.at + 1);
        } else {
            self.report(
                diagnostic
                    .hint("A comment begins with two dashes and a blank.")
                    .replace(span, "-- "),
            );
            self.at = self.end_of_line();
        }
    }

    /// `/* … */`
    pub(super) fn block_comment(&mut self) {
        let inner = self.text.get(self.at + 2..).unwrap_or_default();
        let length = inner.find("*/").map_or(inner.len() + 2, |length| length + 4);
        let span = self.span_to((self.at + length).min(self.bytes.len()));
        let comment = span.of(self.text);
        let words = comment.trim_start_matches("/*").trim_end_matches("*/").trim();
        let line_ends = matches!(self.byte(span.end as usize), 0 | b'\n' | b'\r');
        let diagnostic =
            Diagnostic::new(Code::Comment, span, "PQL has no comments between /* and */.");
        let diagnostic = match self.origin {
            Origin::Api => {
                diagnostic.hint("Comments are refused here; take this one out.").replace(span, "")
            }
            Origin::File if line_ends && !words.contains('\n') => diagnostic
                .hint("A comment begins with two dashes and a blank, and ends with its line.")
                .replace(span, format!("-- {words}")),
            Origin::File => diagnostic
                .hint("A comment begins with two dashes and a blank, and ends with its line."),
        };
        self.report(diagnostic);
        self.at = span.end as usize;
    }

    /// `// …` or `# …`: a comment elsewhere. `length` is that of its sign.
    pub(super) fn line_comment_of_others(&mut self, length: usize) {
        let end = self.end_of_line();
        let span = self.span_to(end);
        let words = self.text.get(self.at + length..end).unwrap_or_default().trim();
        let diagnostic =
            Diagnostic::new(Code::Comment, span, "This does not begin a comment in PQL.");
        let diagnostic = match self.origin {
            Origin::Api => {
                diagnostic.hint("Comments are refused here; take this one out.").replace(span, "")
            }
            Origin::File => diagnostic
                .hint("A comment begins with two dashes and a blank.")
                .replace(span, format!("-- {words}")),
        };
        self.report(diagnostic);
        self.at = end;
    }

    fn end_of_line(&self) -> usize {
        let rest = &self.bytes[self.at..];
        self.at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
    }
}
