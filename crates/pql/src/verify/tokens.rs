//! The tokens of a command, read anew from its text.

use crate::catalogue::StoreKind;

/// A token, as far as verification tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `?1`, `$1`, `?`, `{p0:Int64}`
    Placeholder,
    /// A name in quotes, with them.
    Quoted(&'t str),
    /// `t0`
    Alias(u32),
    /// `=`
    Equals,
    /// `.`
    Dot,
    /// A text in quotes, without them.
    Text(&'t str),
    /// A word.
    Word(&'t str),
    /// Brackets, operators, numbers.
    Other,
    /// What no emitter writes: quotes that do not end, semicolons, comments, control characters.
    Foreign,
}

pub(super) struct Tokens<'t> {
    text: &'t str,
    place: usize,
    kind: StoreKind,
}

impl<'t> Tokens<'t> {
    pub(super) const fn of(text: &'t str, kind: StoreKind) -> Self {
        Self { text, place: 0, kind }
    }

    fn quoted(&mut self, quote: u8) -> Option<&'t str> {
        let start = self.place;
        let rest = self.text.as_bytes().get(start + 1..)?;
        let length = rest.iter().position(|byte| *byte == quote)?;
        self.place = start + length + 2;
        self.text.get(start..self.place)
    }

    fn word(&mut self) -> &'t str {
        let start = self.place;
        let bytes = self.text.as_bytes();
        while bytes
            .get(self.place)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        {
            self.place += 1;
        }
        self.text.get(start..self.place).unwrap_or_default()
    }

    fn digits(&mut self) {
        while self.text.as_bytes().get(self.place).is_some_and(u8::is_ascii_digit) {
            self.place += 1;
        }
    }

    /// `{p0:Type}`: a parameter of ClickHouse, to its end.
    fn parameter(&mut self) -> Token<'t> {
        let rest = self.text.get(self.place..).unwrap_or_default();
        let Some(length) = rest.find('}').filter(|_| rest.starts_with("{p")) else {
            self.place += 1;
            return Token::Foreign;
        };
        self.place += length + 1;
        Token::Placeholder
    }

    fn alias(word: &'t str) -> Token<'t> {
        let number = word.strip_prefix('t').filter(|digits| !digits.is_empty());
        match number.and_then(|digits| digits.parse().ok()) {
            Some(number) => Token::Alias(number),
            None => Token::Word(word),
        }
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.place) == Some(&b' ') {
            self.place += 1;
        }
        let byte = *bytes.get(self.place)?;
        let token = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => return Some(Self::alias(self.word())),
            b'0'..=b'9' => {
                self.word();
                return Some(Token::Other);
            }
            b'"' | b'`' => {
                let name = self.quoted(byte);
                return Some(name.map_or_else(|| self.end(), Token::Quoted));
            }
            b'\'' => {
                let text = self.quoted(byte).and_then(|text| text.get(1..text.len() - 1));
                return Some(text.map_or_else(|| self.end(), Token::Text));
            }
            b'?' | b'$' => {
                self.place += 1;
                self.digits();
                return Some(Token::Placeholder);
            }
            b'{' if self.kind == StoreKind::Clickhouse => return Some(self.parameter()),
            b'=' => Token::Equals,
            b'.' => Token::Dot,
            b'-' if bytes.get(self.place + 1) == Some(&b'-') => Token::Foreign,
            b'/' if bytes.get(self.place + 1) == Some(&b'*') => Token::Foreign,
            b'(' | b')' | b'[' | b']' | b',' | b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>'
            | b'|' | b':' | b'#' => Token::Other,
            _ => Token::Foreign,
        };
        self.place += 1;
        Some(token)
    }
}

impl Tokens<'_> {
    /// Nothing more can be read.
    fn end<'t>(&mut self) -> Token<'t> {
        self.place = self.text.len();
        Token::Foreign
    }
}
