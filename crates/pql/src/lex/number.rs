//! Numbers and durations, and everything that people write instead.

use crate::diagnostic::{Code, Diagnostic};
use crate::lex::{Lexer, TokenKind, is_word_byte};

/// How many digits a number may have: more than any type of the language holds.
const DIGITS_MAX: usize = 100;

impl Lexer<'_> {
    /// A number, a duration, or what looks like one.
    pub(super) fn number(&mut self) {
        let mut end = self.end_of_digits(self.at);
        let mut kind = TokenKind::Whole;
        if self.byte(end) == b'.' {
            let fraction = self.end_of_digits(end + 1);
            if fraction == end + 1 {
                return self.point_without_digits(end);
            }
            (end, kind) = (fraction, TokenKind::Decimal);
        }
        let digits = end - self.at;
        if let Some(after) = self.end_of_exponent(end) {
            (end, kind) = (after, TokenKind::Float);
        }
        if !is_word_byte(self.byte(end)) && self.byte(end) != b'.' {
            if digits > DIGITS_MAX {
                self.too_many_digits(end);
            } else if kind == TokenKind::Float && !float_is_finite(&self.text[self.at..end]) {
                self.beyond_float(end);
            }
            return self.push_to(kind, end);
        }
        if kind == TokenKind::Whole && self.is_duration(end) {
            return self.push_to(TokenKind::Duration, end + 1);
        }
        self.wrong_number(end, kind);
    }

    /// Where an exponent that begins at `at` ends, if there is one.
    fn end_of_exponent(&self, at: usize) -> Option<usize> {
        if !matches!(self.byte(at), b'e' | b'E') {
            return None;
        }
        let signed = usize::from(matches!(self.byte(at + 1), b'+' | b'-'));
        let digits = at + 1 + signed;
        let end = self.end_of_digits(digits);
        (end > digits).then_some(end)
    }

    fn is_duration(&self, unit: usize) -> bool {
        matches!(self.byte(unit), b's' | b'm' | b'h' | b'd' | b'w')
            && !is_word_byte(self.byte(unit + 1))
    }

    /// `5.` and what may follow.
    fn point_without_digits(&mut self, point: usize) {
        let span = self.span_to(point + 1);
        let digits = &self.text[self.at..point];
        let diagnostic = Diagnostic::new(Code::Number, span, "A number does not end with a point.")
            .hint(format!("Write {digits} or {digits}.0."))
            .replace(span, format!("{digits}.0"));
        self.report(diagnostic);
        self.push_to(TokenKind::Decimal, point + 1);
    }

    /// A number that goes on with what does not belong to one.
    fn wrong_number(&mut self, end: usize, kind: TokenKind) {
        let tail_end = self.end_of_number_like(end);
        let (number, tail) = (&self.text[self.at..end], &self.text[end..tail_end]);
        let span = self.span_to(tail_end);
        let (kind, diagnostic) = if let Some(money) = glued_asset(number, tail) {
            let message = "Between an amount and its asset is a blank.";
            let diagnostic = Diagnostic::new(Code::Number, span, message);
            (kind, diagnostic.hint(format!("Write {money}.")).replace(span, money))
        } else if let Some((duration, hint)) = duration_like(number, tail) {
            let message =
                "A duration is a whole number and one of the units s, m, h, d, w, without a blank.";
            let diagnostic = Diagnostic::new(Code::Time, span, message).hint(hint);
            let diagnostic = match duration {
                Some(duration) => diagnostic.replace(span, duration),
                None => diagnostic,
            };
            (TokenKind::Duration, diagnostic)
        } else if tail.bytes().all(|byte| byte == b'_' || byte.is_ascii_digit()) {
            let plain = self.text[self.at..tail_end].replace('_', "");
            let message = "A number has no separators between its digits.";
            let diagnostic = Diagnostic::new(Code::Number, span, message);
            (kind, diagnostic.hint(format!("Write {plain}.")).replace(span, plain))
        } else {
            let message = "This is not a number.";
            let hint = "Numbers are written 12, 1.50 or 1.5e0, amounts 12.50 GBP, durations 7d; a name that begins \
                        with a digit stands in double quotes.";
            (kind, Diagnostic::new(Code::Number, span, message).hint(hint))
        };
        self.report(diagnostic);
        self.push_to(kind, tail_end);
    }

    /// Word bytes, and points that digits follow: `1.2.3`.
    fn end_of_number_like(&self, from: usize) -> usize {
        let mut end = self.end_of_word(from);
        while self.byte(end) == b'.' && is_word_byte(self.byte(end + 1)) {
            end = self.end_of_word(end + 1);
        }
        end
    }

    fn too_many_digits(&mut self, end: usize) {
        let message = format!("A number has at most {DIGITS_MAX} digits.");
        let diagnostic = Diagnostic::new(Code::Range, self.span_to(end), message);
        self.report(diagnostic);
    }

    fn beyond_float(&mut self, end: usize) {
        let message = "No float is as large as this number.";
        self.report(Diagnostic::new(Code::Range, self.span_to(end), message));
    }
}

/// `12.50GBP` as money; letters in lower case may be meant as a unit, so they must be three or more.
fn glued_asset(number: &str, tail: &str) -> Option<String> {
    let letters = tail.len() >= 3 && tail.bytes().all(|byte| byte.is_ascii_alphabetic());
    let code = tail.to_ascii_uppercase();
    let hexadecimal = number == "0" && code.starts_with('X');
    let unit = unit(tail).is_some() || hexadecimal;
    (letters && !unit && !crate::lex::Word::is_word(&code)).then(|| format!("{number} {code}"))
}

/// A duration as people write it: the one that is meant, where it can be said exactly, and a hint.
fn duration_like(number: &str, tail: &str) -> Option<(Option<String>, String)> {
    let unit = unit(tail)?;
    let whole: Option<u64> = number.parse().ok();
    let meant = match unit {
        Unit::Exact(unit) => whole.map(|whole| format!("{whole}{unit}")),
        Unit::Months | Unit::Years => None,
    };
    let hint = match (&unit, &meant) {
        (Unit::Exact(_), Some(meant)) => format!("Write {meant}."),
        (Unit::Exact(_), None) => "Write it in the next smaller unit: 36h instead of 1.5d.".to_owned(),
        (Unit::Years | Unit::Months, _) => {
            "Months and years have no fixed length: count days (30d), or ask with ON MONTH or ON YEAR.".to_owned()
        }
    };
    Some((meant, hint))
}

enum Unit {
    Exact(char),
    Months,
    Years,
}

fn unit(text: &str) -> Option<Unit> {
    Some(match text.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => Unit::Exact('s'),
        "m" | "min" | "mins" | "minute" | "minutes" => Unit::Exact('m'),
        "h" | "hr" | "hrs" | "hour" | "hours" => Unit::Exact('h'),
        "d" | "day" | "days" => Unit::Exact('d'),
        "w" | "wk" | "wks" | "week" | "weeks" => Unit::Exact('w'),
        "mo" | "mon" | "month" | "months" => Unit::Months,
        "y" | "yr" | "yrs" | "year" | "years" => Unit::Years,
        _ => return None,
    })
}

/// `7 days` as `7d`, where there is such a duration.
pub(crate) fn duration_of_words(text: &str) -> Option<String> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number: u64 = number.parse().ok()?;
    match self::unit(unit.trim())? {
        Unit::Exact(unit) => Some(format!("{number}{unit}")),
        Unit::Months | Unit::Years => None,
    }
}

/// A whole number, where 64 bits hold it.
pub(crate) fn whole(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// Whether a float literal is a number that a float can be near.
#[expect(
    clippy::disallowed_types,
    reason = "the language has floats, for data that comes as floats"
)]
fn float_is_finite(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}
