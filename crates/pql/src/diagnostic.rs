//! What is wrong with a query, or doubtful: a code, a place, a plain sentence, a hint, a corrected text.
//!
//! Written for the person who wrote the query, not for the person who wrote the compiler. Rendering is in
//! [`render`](Diagnostic::render) (terminals) and [`to_json`](Diagnostics::to_json) (machines). A message
//! never repeats a quoted name or text of the query beyond a short, escaped piece. Start at [`Diagnostic`].

mod code;
mod nearest;
mod render;

use std::borrow::Cow;

pub use code::{Code, Severity};
pub(crate) use nearest::distance;
pub use render::{DiagnosticJson, Style};

use crate::span::Span;

/// One thing that is wrong or doubtful.
///
/// ```
/// use pql::{Code, Diagnostic, Span};
///
/// let text = "status == 'settled'";
/// let operator = Span::new(7, 9);
/// let diagnostic = Diagnostic::new(Code::Operator, operator, "PQL compares with a single =.")
///     .hint("Write = instead of ==.")
///     .replace(operator, "=");
/// assert_eq!(diagnostic.fix(text).as_deref(), Some("status = 'settled'"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of thing it is; permanent, for programs.
    pub code: Code,
    /// Where it is.
    pub span: Span,
    /// A plain sentence.
    pub message: Cow<'static, str>,
    /// What to do about it.
    pub hint: Option<Cow<'static, str>>,
    /// The changes that mend the text, in no particular order; they do not overlap.
    pub edits: Vec<Edit>,
    /// The parameter whose value is wrong, without its colon; the span is where it is used.
    pub param: Option<String>,
}

/// A change of the text: `text` instead of what stands at `span`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty for an insertion.
    pub span: Span,
    /// What comes in its place.
    pub text: Cow<'static, str>,
}

impl Diagnostic {
    /// A diagnostic without hint or correction.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self { code, span, message, hint: None, edits: Vec::new(), param: None }
    }

    /// With a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With a correction: `text` instead of what stands at `span`. May be called several times.
    #[must_use]
    pub fn replace(mut self, span: Span, text: impl Into<Cow<'static, str>>) -> Self {
        self.edits.push(Edit { span, text: text.into() });
        self
    }

    /// About the value of a parameter.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>) -> Self {
        self.param = Some(name.into());
        self
    }

    /// Whether the query may run all the same.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The whole text as corrected by this diagnostic alone, if it knows how.
    #[must_use]
    pub fn fix(&self, text: &str) -> Option<String> {
        apply(text, &mut self.edits.iter().collect::<Vec<_>>())
    }
}

/// Why a query was refused: one diagnostic or more, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

/// What is doubtful about a query that may run.
pub type Warnings = Vec<Diagnostic>;

impl Diagnostics {
    /// All of them, in the order of the text.
    #[must_use]
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// All of them.
    #[must_use]
    pub fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}

impl From<Vec<Diagnostic>> for Diagnostics {
    fn from(mut list: Vec<Diagnostic>) -> Self {
        list.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
        Self { list }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { list: vec![diagnostic] }
    }
}

impl std::fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, diagnostic) in self.list.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", diagnostic.code.name(), diagnostic.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// The text with all edits made; nothing if there are none or they overlap.
fn apply(text: &str, edits: &mut [&Edit]) -> Option<String> {
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut fixed = String::with_capacity(text.len() + 16);
    let mut from = 0;
    for edit in edits {
        fixed.push_str(text.get(from..edit.span.start as usize)?);
        fixed.push_str(&edit.text);
        from = edit.span.end as usize;
    }
    fixed.push_str(text.get(from..)?);
    Some(fixed)
}
