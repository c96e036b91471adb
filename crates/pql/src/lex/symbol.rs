//! Operators and brackets of ASCII, and those of other languages with what to write instead.

use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Lexer, Origin, TokenKind, Word};

/// A sign of another language.
struct Habit {
    sign: &'static str,
    message: &'static str,
    hint: &'static str,
    /// What to write, if it can simply be put in its place.
    fix: Option<&'static str>,
    /// What it is read as, so that reading can go on.
    means: TokenKind,
}

const fn habit(
    sign: &'static str,
    texts: [&'static str; 2],
    fix: Option<&'static str>,
    means: TokenKind,
) -> Habit {
    Habit { sign, message: texts[0], hint: texts[1], fix, means }
}

const AND: TokenKind = TokenKind::Word(Word::And);
const OR: TokenKind = TokenKind::Word(Word::Or);
const NOT: TokenKind = TokenKind::Word(Word::Not);
const LIKE: TokenKind = TokenKind::Word(Word::Like);
const MOD: TokenKind = TokenKind::Word(Word::Mod);

/// Longer signs before those that they begin with.
const HABITS: &[Habit] = &[
    habit(
        "===",
        ["PQL compares with a single =.", "Write = instead of ===."],
        Some("="),
        TokenKind::Equal,
    ),
    habit("!==", ["PQL has no !==.", "Write <> or !=."], Some("<>"), TokenKind::NotEqual),
    habit(
        "==",
        ["PQL compares with a single =.", "Write = instead of ==."],
        Some("="),
        TokenKind::Equal,
    ),
    habit(
        "=>",
        ["This is not an operator.", "Greater or equal is written >=."],
        Some(">="),
        TokenKind::GreaterOrEqual,
    ),
    habit(
        "=<",
        ["This is not an operator.", "Less or equal is written <=."],
        Some("<="),
        TokenKind::LessOrEqual,
    ),
    habit(
        "=~",
        ["PQL has no regular expressions.", "Use LIKE, STARTS WITH, ENDS WITH or CONTAINS."],
        None,
        LIKE,
    ),
    habit(
        "<=>",
        ["PQL has no <=>.", "Write IS NOT DISTINCT FROM: it holds for two NULLs too."],
        Some("IS NOT DISTINCT FROM"),
        TokenKind::Equal,
    ),
    habit(
        "><",
        ["This is not an operator.", "Not equal is written <>."],
        Some("<>"),
        TokenKind::NotEqual,
    ),
    habit("&&", ["PQL has no &&.", "Write AND."], Some("AND"), AND),
    habit("&", ["PQL has no &.", "For both of two conditions write AND."], None, AND),
    habit(
        "||",
        ["PQL has no ||.", "Write OR between conditions, CONCAT(a, b) to join texts."],
        Some("OR"),
        OR,
    ),
    habit(
        "|",
        [
            "PQL has no |.",
            "For either of two conditions write OR, for one of several values IN ('new', 'settled').",
        ],
        None,
        OR,
    ),
    habit(
        "!~",
        ["PQL has no regular expressions.", "Use NOT LIKE, or NOT before CONTAINS."],
        None,
        LIKE,
    ),
    habit("!", ["PQL has no !.", "Write NOT before the condition."], Some("NOT"), NOT),
    habit(
        "~",
        ["PQL has no regular expressions.", "Use LIKE, STARTS WITH, ENDS WITH or CONTAINS."],
        None,
        LIKE,
    ),
    habit("%", ["PQL has no %.", "The remainder of a division is written MOD."], Some("MOD"), MOD),
    habit("**", ["PQL has no powers.", "Multiply: x * x."], None, TokenKind::Star),
    habit("^", ["PQL has no powers.", "Multiply: x * x."], None, TokenKind::Star),
    habit(
        "->>",
        ["Entries of a map are not read with ->>.", "Write annotations['key']."],
        None,
        TokenKind::Point,
    ),
    habit(
        "->",
        ["Entries of a map are not read with ->.", "Write annotations['key']."],
        None,
        TokenKind::Point,
    ),
];

impl Lexer<'_> {
    /// Anything of ASCII that is neither word, number, quote, time nor white space.
    pub(super) fn symbol(&mut self) {
        let (first, second) = (self.peek(0), self.peek(1));
        let (kind, length) = match (first, second) {
            (b'(', _) => (TokenKind::Open, 1),
            (b')', _) => (TokenKind::Close, 1),
            (b',', _) => (TokenKind::Comma, 1),
            (b'=', second) if !matches!(second, b'=' | b'>' | b'<' | b'~') => (TokenKind::Equal, 1),
            (b'<', b'>') => (TokenKind::NotEqual, 2),
            (b'!', b'=') if self.peek(2) != b'=' => (TokenKind::NotEqual, 2),
            (b'<', b'=') if self.peek(2) != b'>' => (TokenKind::LessOrEqual, 2),
            (b'<', second) if second != b'=' => (TokenKind::Less, 1),
            (b'>', b'=') => (TokenKind::GreaterOrEqual, 2),
            (b'>', second) if second != b'<' => (TokenKind::Greater, 1),
            (b'+', _) => (TokenKind::Plus, 1),
            (b'*', second) if second != b'*' => (TokenKind::Star, 1),
            (b'.', second) if !second.is_ascii_digit() || self.follows_name() => {
                (TokenKind::Point, 1)
            }
            (b'[', _) => (TokenKind::OpenBracket, 1),
            (b']', _) => (TokenKind::CloseBracket, 1),
            (b'/', b'*') => return self.block_comment(),
            (b'/', b'/') => return self.line_comment_of_others(2),
            (b'/', _) => (TokenKind::Slash, 1),
            (b'#', _) => return self.line_comment_of_others(1),
            (b'-', b'-') => return self.dashes(),
            (b'-', second) if second != b'>' => (TokenKind::Minus, 1),
            (b':', _) => return self.param(),
            (b';', _) => return self.semicolon(),
            _ => return self.habit(),
        };
        self.push_to(kind, self.at + length);
    }

    /// Whether the token before ends right here and is a name: the point belongs to a path.
    fn follows_name(&self) -> bool {
        self.tokens.tokens.last().is_some_and(|token| {
            let name =
                matches!(token.kind, TokenKind::Name | TokenKind::QuotedName | TokenKind::Word(_));
            name && token.span.end as usize == self.at
        })
    }

    /// `:name` or `:name?`
    fn param(&mut self) {
        let first = self.peek(1);
        if !(first.is_ascii_alphabetic() || first == b'_') {
            return self.no_param(first);
        }
        let end = self.end_of_word(self.at + 1);
        if self.byte(end) == b'?' {
            self.push_to(TokenKind::OptionalParam, end + 1);
        } else {
            self.push_to(TokenKind::Param, end);
        }
    }

    fn no_param(&mut self, second: u8) {
        if second == b':' {
            let end = self.end_of_word(self.at + 2);
            let span = self.span_to(end);
            let diagnostic = Diagnostic::new(Code::LeftOut, span, "PQL has no casts.")
                .hint("Types are known from the catalogue; take the cast out.")
                .replace(span, "");
            self.report(diagnostic);
            self.at = end;
            return;
        }
        let end = self.end_of_word(self.at + 1);
        let diagnostic = Diagnostic::new(
            Code::Character,
            self.span_to(end),
            "A name follows the colon of a parameter.",
        )
        .hint("Write :since; a parameter's name begins with a letter.");
        self.report(diagnostic);
        self.push_to(TokenKind::Param, end);
    }

    fn semicolon(&mut self) {
        if self.origin == Origin::Api {
            let span = self.span_to(self.at + 1);
            let last = self.text[self.at + 1..].trim().is_empty();
            let diagnostic = Diagnostic::new(Code::Statement, span, "Semicolons are refused here.");
            let diagnostic = if last {
                diagnostic.hint("Take it out; a query ends where its text ends.").replace(span, "")
            } else {
                diagnostic.hint("Send one statement at a time.")
            };
            self.report(diagnostic);
        }
        self.push_to(TokenKind::Semicolon, self.at + 1);
    }

    /// A sign of another language, or one that means nothing.
    fn habit(&mut self) {
        let rest = &self.text[self.at..];
        if let Some(habit) = HABITS.iter().find(|habit| rest.starts_with(habit.sign)) {
            let end = self.at + habit.sign.len();
            let span = self.span_to(end);
            let mut diagnostic =
                Diagnostic::new(Code::Operator, span, habit.message).hint(habit.hint);
            if let Some(fix) = habit.fix {
                diagnostic = diagnostic.replace(span, self.spaced(fix, end));
            }
            self.report(diagnostic);
            return self.push_to(habit.means, end);
        }
        match self.peek(0) {
            b'.' => self.point_before_digits(),
            b'`' => self.backticks(),
            b'$' | b'?' => self.placeholder(),
            _ => self.meaningless(),
        }
    }

    /// A word in the place of a sign, with blanks where it would touch what stands beside.
    fn spaced(&self, fix: &str, end: usize) -> String {
        let word = fix.starts_with(|first: char| first.is_ascii_alphabetic());
        let touches = |byte: u8| word && (byte > b' ') && byte != b'(' && byte != b')';
        let before = self.at.checked_sub(1).is_some_and(|before| touches(self.byte(before)));
        let after = word && self.byte(end) > b' ';
        format!("{}{fix}{}", if before { " " } else { "" }, if after { " " } else { "" })
    }

    /// `.5`
    fn point_before_digits(&mut self) {
        let end = self.end_of_digits(self.at + 1);
        let span = self.span_to(end);
        let meant = format!("0{}", span.of(self.text));
        let diagnostic =
            Diagnostic::new(Code::Number, span, "A number does not begin with a point.")
                .hint(format!("Write {meant}."))
                .replace(span, meant);
        self.report(diagnostic);
        self.push_to(TokenKind::Decimal, end);
    }

    /// `` `name` ``
    fn backticks(&mut self) {
        let rest = &self.text[self.at + 1..];
        let length = rest.find('`').unwrap_or(rest.len());
        let end = (self.at + length + 2).min(self.bytes.len());
        let mut name = String::new();
        super::quote(&rest[..length], '"', &mut name);
        let span = self.span_to(end);
        let diagnostic = Diagnostic::new(Code::Quote, span, "Backticks do not quote names.")
            .hint("Write the name as it is, or in double quotes.")
            .replace(span, name);
        self.report(diagnostic);
        self.push_to(TokenKind::QuotedName, end);
    }

    /// `$1`, `$name`, `?`, `$12.50`
    fn placeholder(&mut self) {
        let end = self.end_of_word(self.at + 1);
        let (sign, name) = (self.peek(0), &self.text[self.at + 1..end]);
        let span = self.span_to(end);
        let named = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let amount = sign == b'$' && name.len() > 1 || self.byte(end) == b'.';
        let diagnostic = if named {
            Diagnostic::new(Code::Operator, span, "Parameters begin with a colon.")
                .hint(format!("Write :{name}."))
                .replace(span, format!(":{name}"))
        } else if amount && !name.is_empty() {
            Diagnostic::new(
                Code::Asset,
                self.span_to(self.at + 1),
                "An amount has its asset's code after it.",
            )
            .hint("Write 12.50 USD.")
        } else {
            Diagnostic::new(Code::Operator, span, "Parameters have names.")
                .hint("Write :since, and send its value by that name.")
        };
        self.report(diagnostic);
        if amount && !named && !name.is_empty() {
            self.at += 1;
            return;
        }
        self.push_to(TokenKind::Param, end);
    }

    fn meaningless(&mut self) {
        let byte = self.peek(0);
        let span = self.span_to(self.at + 1);
        let diagnostic = match byte {
            // NUL is told of already.
            0 => None,
            b'{' | b'}' => {
                let hint = "Parameters are written :name, lists (1, 2, 3).";
                Some(Diagnostic::new(Code::Character, span, "PQL has no braces.").hint(hint))
            }
            b'\\' => {
                let hint =
                    "In texts a backslash is a character like any other; a quote is written twice.";
                Some(
                    Diagnostic::new(Code::Character, span, "A backslash stands outside of a text.")
                        .hint(hint),
                )
            }
            b'!'..=b'~' => {
                let message = format!("The character {} means nothing here.", char::from(byte));
                Some(
                    Diagnostic::new(Code::Character, span, message)
                        .hint("Take it out.")
                        .replace(span, ""),
                )
            }
            _ => {
                let message = format!("An invisible character (number {byte}) stands here.");
                Some(
                    Diagnostic::new(Code::Character, span, message)
                        .hint("Take it out.")
                        .replace(span, " "),
                )
            }
        };
        self.errors.extend(diagnostic);
        self.at += 1;
    }
}
