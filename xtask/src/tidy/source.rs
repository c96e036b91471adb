//! A Rust file as a flat list of tokens: what the rules that read code look at.
//!
//! Not a parser. Tokens see into macros, where a syntax tree ends; comments are gone, and so are
//! documentation comments, which are text for people.
//!
//! Start at [`Source::read`].

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Finding, Repository};

/// The tokens of one file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone)]
struct Token {
    /// The line it starts on, counted from 1.
    line: usize,
    /// The line it ends on.
    last_line: usize,
    lexeme: Lexeme,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Lexeme {
    Word(String),
    Mark(char),
    Open(Delimiter),
    Close(Delimiter),
    /// What a string literal says, its escapes as written.
    Text(String),
    Other,
}

/// A word or a path found in code, such as `std::time::Instant`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// A function with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    /// The line of `fn`, counted from 1.
    pub(crate) line: usize,
    pub(crate) name: String,
    /// Lines of its body that bear code.
    pub(crate) lines: usize,
}

/// The files that are not Rust, as findings: no other rule can look into them.
pub(crate) fn unreadable(repository: &Repository) -> Vec<Finding> {
    let complaint = |(path, source): (&String, &Result<Source, (usize, String)>)| {
        let (line, text) = source.as_ref().err()?;
        Some(Finding::new(path, *line, 0, format!("cannot be read as Rust: {text}")))
    };
    repository.sources.iter().filter_map(complaint).collect()
}

impl Source {
    /// Cuts `text` into tokens.
    ///
    /// # Errors
    ///
    /// The line and the complaint, when `text` is not Rust.
    pub(crate) fn read(text: &str) -> Result<Self, (usize, String)> {
        let stream: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| {
            (error.span().start().line, error.to_string())
        })?;
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        Ok(Self { tokens })
    }

    /// What the string literals say.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.tokens.iter().filter_map(|token| match &token.lexeme {
            Lexeme::Text(text) => Some((token.line, text.as_str())),
            Lexeme::Word(_) | Lexeme::Mark(_) | Lexeme::Open(_) => None,
            Lexeme::Close(_) | Lexeme::Other => None,
        })
    }

    /// Single words of code: names and keywords.
    pub(crate) fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        (0..self.tokens.len()).filter_map(|at| Some((self.tokens[at].line, self.word(at)?)))
    }

    /// The words that follow `keyword`: with `mod`, the modules this file declares.
    pub(crate) fn named_after(&self, keyword: &str) -> Vec<Found> {
        let follows = |at: usize| {
            let text = self.word(at.checked_add(1)?)?.to_owned();
            (self.word(at)? == keyword).then(|| Found { line: self.tokens[at].line, text })
        };
        (0..self.tokens.len()).filter_map(follows).collect()
    }

    /// Every path of two segments or more, a group in a `use` written out:
    /// `use std::{fs, time::Instant}` gives `std::fs` and `std::time::Instant`.
    pub(crate) fn paths(&self) -> Vec<Found> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let starts = self.word(at).is_some() && self.is_separator(at.saturating_add(1));
            at = if starts { self.path(at, "", &mut found) } else { at.saturating_add(1) };
        }
        found
    }

    /// What stands in `#[…]`, without spaces: `test`, `cfg(test)`, `ignore`.
    pub(crate) fn attributes(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for at in 0..self.tokens.len() {
            let inner = self.is(at.saturating_add(1), &Lexeme::Mark('!'));
            let open = at.saturating_add(if inner { 2 } else { 1 });
            if !self.is(at, &Lexeme::Mark('#')) || !self.is(open, &Lexeme::Open(Delimiter::Bracket))
            {
                continue;
            }
            let inside = &self.tokens[open.saturating_add(1)..self.close_of(open)];
            let text = inside.iter().map(|token| written(&token.lexeme)).collect();
            found.push(Found { line: self.tokens[at].line, text });
        }
        found
    }

    /// Every function that has a body.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        for name in self.named_indices("fn") {
            let Some(open) = self.body_of(name) else { continue };
            let body = &self.tokens[open.saturating_add(1)..self.close_of(open)];
            let lines: BTreeSet<usize> =
                body.iter().flat_map(|token| token.line..=token.last_line).collect();
            found.push(Function {
                line: self.tokens[name].line,
                name: self.word(name).unwrap_or_default().to_owned(),
                lines: lines.len(),
            });
        }
        found
    }

    fn named_indices(&self, keyword: &str) -> Vec<usize> {
        let is_name = |at: &usize| {
            let before = at.checked_sub(1).and_then(|before| self.word(before));
            before == Some(keyword) && self.word(*at).is_some()
        };
        (0..self.tokens.len()).filter(is_name).collect()
    }

    /// The brace that opens the body of the function named at `name`; none for a declaration.
    fn body_of(&self, name: usize) -> Option<usize> {
        let mut at = name;
        while at < self.tokens.len() {
            match &self.tokens[at].lexeme {
                Lexeme::Open(Delimiter::Brace) => return Some(at),
                Lexeme::Mark(';') | Lexeme::Close(_) => return None,
                Lexeme::Open(_) => at = self.close_of(at),
                Lexeme::Mark(_) | Lexeme::Word(_) | Lexeme::Text(_) | Lexeme::Other => {}
            }
            at = at.saturating_add(1);
        }
        None
    }

    /// The token that closes the group opened at `open`.
    fn close_of(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.lexeme {
                Lexeme::Open(_) => depth = depth.saturating_add(1),
                Lexeme::Close(_) => depth = depth.saturating_sub(1),
                Lexeme::Word(_) | Lexeme::Mark(_) | Lexeme::Text(_) | Lexeme::Other => {}
            }
            if depth == 0 {
                return at;
            }
        }
        self.tokens.len()
    }

    /// Reads the path whose next segment is at `at`, and returns where it ends.
    fn path(&self, mut at: usize, before: &str, found: &mut Vec<Found>) -> usize {
        let mut path = before.to_owned();
        let line = self.tokens[at].line;
        while let Some(word) = self.word(at) {
            let separator = if path.is_empty() { "" } else { "::" };
            path = format!("{path}{separator}{word}");
            at = at.saturating_add(1);
            if !self.is_separator(at) {
                break;
            }
            at = at.saturating_add(2);
        }
        if self.is(at, &Lexeme::Open(Delimiter::Brace)) && self.ends_separator(at) {
            return self.group(at, &path, found);
        }
        if self.is(at, &Lexeme::Mark('*')) && self.ends_separator(at) {
            path.push_str("::*");
            at = at.saturating_add(1);
        }
        let text = path.strip_suffix("::self").unwrap_or(&path).to_owned();
        found.push(Found { line, text });
        at
    }

    /// Reads the group of a `use` that opens at `open`.
    fn group(&self, open: usize, before: &str, found: &mut Vec<Found>) -> usize {
        let close = self.close_of(open);
        let mut at = open.saturating_add(1);
        while at < close {
            at = if self.word(at).is_some() {
                self.path(at, before, found)
            } else if self.is(at, &Lexeme::Mark('*')) {
                found.push(Found { line: self.tokens[at].line, text: format!("{before}::*") });
                at.saturating_add(1)
            } else {
                at.saturating_add(1)
            };
            let alias = self.word(at) == Some("as");
            at = at.saturating_add(if alias { 2 } else { 0 });
        }
        close.saturating_add(1)
    }

    fn word(&self, at: usize) -> Option<&str> {
        match &self.tokens.get(at)?.lexeme {
            Lexeme::Word(word) => Some(word),
            Lexeme::Mark(_) | Lexeme::Open(_) | Lexeme::Close(_) => None,
            Lexeme::Text(_) | Lexeme::Other => None,
        }
    }

    fn is(&self, at: usize, lexeme: &Lexeme) -> bool {
        self.tokens.get(at).is_some_and(|token| token.lexeme == *lexeme)
    }

    /// Whether `::` stands at `at`.
    fn is_separator(&self, at: usize) -> bool {
        self.is(at, &Lexeme::Mark(':')) && self.is(at.saturating_add(1), &Lexeme::Mark(':'))
    }

    /// Whether `::` stands right before `at`.
    fn ends_separator(&self, at: usize) -> bool {
        at.checked_sub(2).is_some_and(|before| self.is_separator(before))
    }
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        let span = tree.span();
        let (line, last_line) = (span.start().line, span.end().line);
        let lexeme = match tree {
            TokenTree::Group(group) => {
                let (open, close) = (group.span_open(), group.span_close());
                let at = |line: usize, lexeme| Token { line, last_line: line, lexeme };
                if is_documentation(&group) {
                    tokens.pop_if(|token| token.lexeme == Lexeme::Mark('!'));
                    tokens.pop_if(|token| token.lexeme == Lexeme::Mark('#'));
                    continue;
                }
                tokens.push(at(open.start().line, Lexeme::Open(group.delimiter())));
                flatten(group.stream(), tokens);
                tokens.push(at(close.start().line, Lexeme::Close(group.delimiter())));
                continue;
            }
            TokenTree::Ident(word) => Lexeme::Word(word.to_string()),
            TokenTree::Punct(mark) => Lexeme::Mark(mark.as_char()),
            TokenTree::Literal(literal) => literal_text(&literal.to_string()),
        };
        tokens.push(Token { line, last_line, lexeme });
    }
}

fn is_documentation(group: &proc_macro2::Group) -> bool {
    let mut inside = group.stream().into_iter();
    let word = inside.next().map(|tree| tree.to_string());
    let mark = inside.next().map(|tree| tree.to_string());
    let is_assigned = word.as_deref() == Some("doc") && mark.as_deref() == Some("=");
    group.delimiter() == Delimiter::Bracket && is_assigned
}

/// A string literal of any sort as its text; a number or a character as something else.
fn literal_text(written: &str) -> Lexeme {
    let (first, last) = (written.find('"'), written.rfind('"'));
    let quoted = first.zip(last).filter(|(first, last)| first < last && !written.starts_with('\''));
    let text = quoted.and_then(|(first, last)| written.get(first.saturating_add(1)..last));
    text.map_or(Lexeme::Other, |text| Lexeme::Text(text.to_owned()))
}

fn written(lexeme: &Lexeme) -> String {
    match lexeme {
        Lexeme::Word(word) => word.clone(),
        Lexeme::Mark(mark) => mark.to_string(),
        Lexeme::Open(Delimiter::Parenthesis) => "(".to_owned(),
        Lexeme::Close(Delimiter::Parenthesis) => ")".to_owned(),
        Lexeme::Text(text) => format!("\"{text}\""),
        Lexeme::Open(_) | Lexeme::Close(_) | Lexeme::Other => String::new(),
    }
}
