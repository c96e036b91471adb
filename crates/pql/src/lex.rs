//! From text to tokens: a lexer over bytes, written by hand.
//!
//! Every byte of the text is in a token, in a comment or is white space, so that nothing is lost. What is
//! wrong is told with its correction, and then read as what was meant, so that one mistake gives one
//! message. Knows no grammar: a word is told apart from a name by the parser. Start at [`tokens`].

mod comment;
mod foreign;
mod number;
mod quoted;
mod symbol;
mod time;
mod token;
mod word;

pub(crate) use number::{duration_of_words, whole};
pub(crate) use quoted::quote;
pub(crate) use time::{date, duration_seconds, instant};
pub use token::{Comment, Role, Token, TokenKind};
pub use word::Word;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::limits::{ERRORS_MAX, TEXT_BYTES_MAX};
use crate::span::Span;

/// Where a text comes from, and so what may be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A request of the API, or a program: one statement, no comments, no semicolons.
    Api,
    /// A file or the console: comments, and a semicolon at the end.
    File,
}

/// What a text consists of.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// All tokens; the last one is [`TokenKind::End`].
    pub tokens: Vec<Token>,
    /// All comments, in order.
    pub comments: Vec<Comment>,
}

/// The tokens of a text, and what is wrong with them: for highlighting and completion, which show what is
/// written whether it follows the grammar or not.
///
/// ```
/// use pql::lex::{Origin, TokenKind, tokens};
///
/// let (tokens, errors) = tokens("status == 'settled'", Origin::Api);
/// let kinds: Vec<TokenKind> = tokens.tokens.iter().map(|token| token.kind).collect();
/// assert_eq!(kinds, [TokenKind::Name, TokenKind::Equal, TokenKind::Text, TokenKind::End]);
/// assert_eq!(errors.len(), 1);
/// ```
#[must_use]
pub fn tokens(text: &str, origin: Origin) -> (Tokens, Vec<Diagnostic>) {
    let lexed = lex(text, origin);
    (lexed.tokens, lexed.errors)
}

/// Reads a text into tokens; also returns what is wrong with it, and whether it was read to its end.
pub(crate) fn lex(text: &str, origin: Origin) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        origin,
        tokens: Tokens { tokens: Vec::with_capacity(text.len() / 4 + 8), comments: Vec::new() },
        errors: Vec::new(),
        unclosed: false,
    };
    if text.len() > TEXT_BYTES_MAX {
        lexer.errors.push(too_long(text));
        return Lexed { tokens: lexer.tokens, errors: lexer.errors, complete: false };
    }
    lexer.hidden_characters();
    let complete = lexer.run();
    Lexed { tokens: lexer.tokens, errors: lexer.errors, complete }
}

/// A text as tokens, with what is wrong.
pub(crate) struct Lexed {
    pub(crate) tokens: Tokens,
    pub(crate) errors: Vec<Diagnostic>,
    /// Whether the whole text was read; it is not if it is too long, has too many mistakes or an open quote.
    pub(crate) complete: bool,
}

/// Bytes as text: for callers that have no Rust string.
///
/// # Errors
///
/// Where they are not UTF-8: a lone surrogate, say.
pub fn utf8(bytes: &[u8]) -> Result<&str, Diagnostics> {
    std::str::from_utf8(bytes).map_err(|error| {
        let start = error.valid_up_to();
        let surrogate = matches!(bytes.get(start..), Some([0xED, 0xA0..=0xBF, ..]));
        let message = if surrogate {
            "Half of a character stands here alone (a lone surrogate)."
        } else {
            "The text is not valid UTF-8 here."
        };
        let span = Span::new(place(start), place(start + error.error_len().unwrap_or(1)));
        Diagnostic::new(Code::Character, span, message).hint("Send the text as UTF-8.").into()
    })
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    origin: Origin,
    tokens: Tokens,
    errors: Vec<Diagnostic>,
    /// Whether a text or a quoted name goes on to the end: its words are nobody's grammar.
    unclosed: bool,
}

impl Lexer<'_> {
    /// Reads all tokens; tells whether it came to the end.
    fn run(&mut self) -> bool {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
                b'0'..=b'9' => self.number(),
                b'\'' => self.text_literal(),
                b'"' => self.quoted_name(),
                b'@' => self.time(),
                0x80..=0xFF => self.foreign(),
                _ => self.symbol(),
            }
            if self.errors.len() >= ERRORS_MAX {
                return false;
            }
        }
        self.push_to(TokenKind::End, self.at);
        !self.unclosed
    }

    fn word(&mut self) {
        let end = self.end_of_word(self.at);
        let kind = Word::of(&self.bytes[self.at..end]).map_or(TokenKind::Name, TokenKind::Word);
        self.push_to(kind, end);
    }

    /// Where the word, or what is left of one, that goes on at `from` ends.
    fn end_of_word(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        from + rest.iter().position(|byte| !is_word_byte(*byte)).unwrap_or(rest.len())
    }

    fn end_of_digits(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        from + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
    }

    /// The byte `ahead` of the present one; 0 past the end, which is no byte of any token.
    fn peek(&self, ahead: usize) -> u8 {
        self.byte(self.at + ahead)
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// A token from the present place to `end`, which becomes the present place.
    fn push_to(&mut self, kind: TokenKind, end: usize) {
        self.tokens.tokens.push(Token::new(kind, Span::new(place(self.at), place(end))));
        self.at = end;
    }

    /// From the present place to `end`.
    fn span_to(&self, end: usize) -> Span {
        Span::new(place(self.at), place(end))
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// An offset of a text that is no longer than the limit.
fn place(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn too_long(text: &str) -> Diagnostic {
    let message = format!(
        "The text has {} bytes; a query has at most {TEXT_BYTES_MAX} (64 KiB).",
        text.len()
    );
    Diagnostic::new(Code::TooLong, Span::new(0, place(text.len())), message)
        .hint("Send long lists as a parameter: status IN :statuses.")
}
