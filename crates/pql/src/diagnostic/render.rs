//! Diagnostics for people at a terminal and for programs. Whether colours are wanted is the caller's to say.

use std::fmt::Write as _;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity, apply};
use crate::lex::Origin;
use crate::span::Place;

/// How many columns of a line are shown around what is wrong.
const COLUMNS_SHOWN: usize = 100;

/// Corrected texts longer than this are not shown on a terminal, in characters.
const FIX_SHOWN_MAX: usize = 1_000;

/// How a terminal is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Letters only.
    Plain,
    /// With the colours that every terminal knows.
    Colour,
}

impl Style {
    const fn paint(self, colour: &'static str) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Colour => colour,
        }
    }
}

const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const BOLD: &str = "\x1b[1m";
const FAINT: &str = "\x1b[2m";
const END: &str = "\x1b[0m";

impl Diagnostic {
    /// For a terminal: the message, the line with carets below what is wrong, the hint, the corrected text.
    ///
    /// ```
    /// use pql::lex::Origin;
    /// use pql::Style;
    ///
    /// let text = "status == 'settled'";
    /// let errors = pql::parse(text, Origin::Api).unwrap_err();
    /// let shown = "\
    /// error E-OPERATOR: PQL compares with a single =.
    ///   1 | status == 'settled'
    ///     |        ^^
    ///   hint: Write = instead of ==.
    ///    fix: status = 'settled'
    /// ";
    /// assert_eq!(errors.list()[0].render(text, Style::Plain), shown);
    /// ```
    #[must_use]
    pub fn render(&self, text: &str, style: Style) -> String {
        let mut out = self.render_without_fix(text, style);
        render_fix(self.fix(text), style, &mut out);
        out
    }

    fn render_without_fix(&self, text: &str, style: Style) -> String {
        let mut out = String::new();
        let colour = match self.severity() {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
        };
        let (colour, bold) = (style.paint(colour), style.paint(BOLD));
        let (faint, end) = (style.paint(FAINT), style.paint(END));
        let severity = self.severity().name();
        let _ = writeln!(
            out,
            "{colour}{severity} {}{end}: {bold}{}{end}",
            self.code.name(),
            visible(&self.message)
        );
        let place = Place::of(text, self.span.start);
        let shown = Shown::of(text, self);
        let number = place.line.to_string();
        let blank = " ".repeat(number.len());
        let _ = writeln!(out, "  {faint}{number} |{end} {}", shown.line);
        let _ = writeln!(
            out,
            "  {faint}{blank} |{end} {}{colour}{}{end}",
            " ".repeat(shown.before),
            "^".repeat(shown.carets)
        );
        if let Some(hint) = &self.hint {
            let _ = writeln!(out, "  {faint}hint:{end} {}", visible(hint));
        }
        out
    }
}

/// The corrected text, unless it is too long to be read.
fn render_fix(fix: Option<String>, style: Style, out: &mut String) {
    let (faint, end) = (style.paint(FAINT), style.paint(END));
    let Some(fix) = fix.filter(|fix| fix.chars().count() <= FIX_SHOWN_MAX) else { return };
    for (index, line) in fix.lines().enumerate() {
        let label = if index == 0 { " fix:" } else { "     " };
        let _ = writeln!(out, "  {faint}{label}{end} {}", visible(line));
    }
}

/// A line of the text, cut to what a terminal shows.
struct Shown {
    line: String,
    before: usize,
    carets: usize,
}

impl Shown {
    fn of(text: &str, diagnostic: &Diagnostic) -> Self {
        let start = usize::min(diagnostic.span.start as usize, text.len());
        let start = (0..=start).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let line_start =
            text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let rest = text.get(line_start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let column = text.get(line_start..start).unwrap_or_default().chars().count();
        let length = diagnostic.span.of(text).lines().next().unwrap_or_default().chars().count();
        let skipped = if column > COLUMNS_SHOWN * 3 / 4 { column - COLUMNS_SHOWN / 2 } else { 0 };
        let mut shown: String = line.chars().skip(skipped).take(COLUMNS_SHOWN).collect();
        let mut before = column - skipped;
        if skipped > 0 {
            shown.insert(0, '…');
            before += 1;
        }
        if line.chars().count() > skipped + COLUMNS_SHOWN {
            shown.push('…');
        }
        let room = shown.chars().count().saturating_sub(before);
        Self { line: visible(&shown), before, carets: length.clamp(1, room.max(1)) }
    }
}

/// Each character that a terminal would act on, or that would change the order of others, as one that it
/// shows: text comes from strangers.
fn visible(text: &str) -> String {
    let shown = |character: char| match character {
        '\t' => ' ',
        '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            '\u{FFFD}'
        }
        character if character.is_control() => '\u{FFFD}',
        character => character,
    };
    text.chars().map(shown).collect()
}

/// A diagnostic as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiagnosticJson {
    /// The code.
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// Bytes of UTF-8, half open.
    pub span: [u32; 2],
    /// From 1.
    pub line: u32,
    /// From 1, in code points.
    pub column: u32,
    /// A plain sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The whole corrected text.
    pub fix: Option<String>,
    /// The parameter whose value is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
}

impl DiagnosticJson {
    /// A warning, or an error by itself: its correction is its own.
    #[must_use]
    pub fn of(diagnostic: &Diagnostic, text: &str) -> Self {
        let place = Place::of(text, diagnostic.span.start);
        Self {
            code: diagnostic.code.name(),
            severity: diagnostic.severity().name(),
            span: [diagnostic.span.start, diagnostic.span.end],
            line: place.line,
            column: place.column,
            message: diagnostic.message.clone().into_owned(),
            hint: diagnostic.hint.clone().map(std::borrow::Cow::into_owned),
            fix: diagnostic.fix(text),
            param: diagnostic.param.clone(),
        }
    }
}

impl Diagnostics {
    /// The text with all corrections made: only where every error has one, and what comes out is a statement.
    #[must_use]
    pub fn fix(&self, text: &str) -> Option<String> {
        if self.list.iter().any(|diagnostic| diagnostic.edits.is_empty()) {
            return None;
        }
        let mut edits: Vec<_> = self.list.iter().flat_map(|diagnostic| &diagnostic.edits).collect();
        apply(text, &mut edits).filter(|fixed| crate::parse(fixed, Origin::File).is_ok())
    }

    /// For programs. The correction of each error is that of all of them together.
    #[must_use]
    pub fn to_json(&self, text: &str) -> Vec<DiagnosticJson> {
        let fix = self.fix(text);
        let json = |diagnostic| DiagnosticJson {
            fix: fix.clone(),
            ..DiagnosticJson::of(diagnostic, text)
        };
        self.list.iter().map(json).collect()
    }

    /// For a terminal, one after the other; then the text with all corrections.
    #[must_use]
    pub fn render(&self, text: &str, style: Style) -> String {
        let render = |diagnostic: &Diagnostic| diagnostic.render_without_fix(text, style);
        let mut out: String = self.list.iter().map(render).collect();
        render_fix(self.fix(text), style, &mut out);
        out
    }
}
