//! Names that are unknown or forbidden: the same message for both, and suggestions among what the
//! caller may use.

use super::Resolver;
use crate::limits::ERRORS_MAX;
use crate::{Code, Diagnostic, Span};

/// The longest list of names in a hint.
const LISTED_MAX: usize = 12;

impl Resolver<'_> {
    /// A name that is not there for this caller.
    pub(super) fn unknown(
        &self,
        span: Span,
        written: &str,
        what: &str,
        permitted: &[&str],
    ) -> Diagnostic {
        let shown: String = written.chars().take(40).collect();
        let message = format!("There is no {what} {} here.", shown.escape_debug());
        let error = Diagnostic::new(Code::Name, span, message);
        if self.errors.len() >= ERRORS_MAX {
            // It will not be told, so nothing is searched for.
            return error;
        }
        if let Some(near) = nearest(written, permitted.iter().copied()) {
            let name = quoted(near);
            return error.hint(format!("Did you mean {name}?")).replace(span, name);
        }
        if permitted.is_empty() {
            return error;
        }
        let mut listed = permitted.iter().take(LISTED_MAX).copied().collect::<Vec<_>>().join(", ");
        if permitted.len() > LISTED_MAX {
            listed.push_str(", …");
        }
        error.hint(format!("Here are: {listed}."))
    }
}

/// A name as it is written in a query.
fn quoted(name: &str) -> String {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if first && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// The name that is most like the written one, if one is like it at all.
pub(crate) fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let written = written.to_ascii_lowercase();
    let most = 1 + written.chars().count() / 4;
    let near = names.map(|name| (distance(&written, &name.to_ascii_lowercase()), name));
    near.filter(|(edits, _)| *edits <= most).min_by_key(|(edits, _)| *edits).map(|(_, name)| name)
}

/// How many letters must be changed, added, left out or swapped.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 8 || a.len() > 128 {
        return usize::MAX;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, right) in b.iter().enumerate() {
            let changed = last[j] + usize::from(left != right);
            let mut least = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *right && b[j - 1] == *left {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
