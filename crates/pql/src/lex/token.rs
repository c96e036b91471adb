//! What tokens there are. Not what they mean: see the parser.

use crate::lex::Word;
use crate::span::Span;

/// A token: its kind, where it stands, and what the parser took it for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it looks like.
    pub kind: TokenKind,
    /// What it was taken for.
    pub role: Role,
    /// Where it stands.
    pub span: Span,
}

impl Token {
    pub(crate) const fn new(kind: TokenKind, span: Span) -> Self {
        Self { kind, role: Role::Plain, span }
    }
}

/// What a token looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A word of the language; a name unless it is reserved or the grammar expects it.
    Word(Word),
    /// Any other name.
    Name,
    /// `"name"`
    QuotedName,
    /// `'text'`
    Text,
    /// `12`
    Whole,
    /// `1.50`
    Decimal,
    /// `1.5e0`
    Float,
    /// `@2026-01-31`
    Date,
    /// `@2026-01-31T00:00:00Z`
    Instant,
    /// `7d`
    Duration,
    /// `:name`
    Param,
    /// `:name?`
    OptionalParam,
    /// `=`
    Equal,
    /// `<>` or `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `,`
    Comma,
    /// `.`
    Point,
    /// `;`
    Semicolon,
    /// The end of the text.
    End,
}

/// What the parser took a token for, as far as its looks do not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// What it looks like.
    #[default]
    Plain,
    /// A word where the grammar expects it.
    Word,
    /// The first word of a clause of the outermost query.
    Clause,
    /// AND or OR between conditions.
    Logical,
    /// A sign, not a subtraction.
    Sign,
    /// The bracket after the name of a function.
    Call,
}

/// A comment, from its dashes to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands, without the end of the line.
    pub span: Span,
    /// How many tokens stand before it.
    pub tokens_before: u32,
}
