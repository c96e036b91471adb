//! Where lines begin: from the tokens and comments alone, never from the blanks that were there.

use crate::format::Pieces;
use crate::lex::{Role, TokenKind};

/// How many columns a line may have, where it can be broken at all.
const COLUMNS_MAX: usize = 100;
/// How much further in a line stands that goes on with another.
pub(super) const INDENT: usize = 2;

/// For each token whether a line begins before it, and how far in.
pub(super) fn breaks(pieces: &Pieces<'_>) -> Vec<Option<usize>> {
    let mut layout = Layout { pieces, breaks: vec![None; pieces.tokens.len()] };
    let end = pieces.tokens.len();
    if !layout.fits(0, end, 0) {
        layout.clauses(end);
    }
    layout.breaks
}

struct Layout<'p, 't> {
    pieces: &'p Pieces<'t>,
    breaks: Vec<Option<usize>>,
}

impl Layout<'_, '_> {
    /// Whether `start..end` fits on a line that begins with so many blanks.
    fn fits(&self, start: usize, end: usize, indent: usize) -> bool {
        self.width(start, end) + indent <= COLUMNS_MAX && !self.pieces.has_comments(start, end)
    }

    fn width(&self, start: usize, end: usize) -> usize {
        self.pieces.columns[end].saturating_sub(self.pieces.columns[start])
    }

    /// A line a clause; a bare condition is laid out as a whole.
    fn clauses(&mut self, end: usize) {
        let is_clause = |index: &usize| self.pieces.tokens[*index].role == Role::Clause;
        let starts: Vec<usize> = (0..end).filter(is_clause).collect();
        if starts.is_empty() {
            return self.part(0, end, 0);
        }
        for (nth, start) in starts.iter().enumerate() {
            let end = starts.get(nth + 1).copied().unwrap_or(end);
            if nth > 0 {
                self.breaks[*start] = Some(0);
            }
            self.part(*start, end, INDENT);
        }
    }

    /// Lays out `start..end`, whose first line stands already and whose others stand `indent` in.
    fn part(&mut self, start: usize, end: usize, indent: usize) {
        if self.fits(start, end, indent) {
            return;
        }
        let logical = self
            .at_depth_zero(start, end, |pieces, index| pieces.tokens[index].role == Role::Logical);
        let mut starts = vec![start];
        for index in logical {
            self.breaks[index] = Some(indent);
            starts.push(index);
        }
        if starts.len() == 1 {
            starts.extend(self.filled(start, end, indent));
        }
        for (nth, start) in starts.iter().enumerate() {
            let end = starts.get(nth + 1).copied().unwrap_or(end);
            if !self.fits(*start, end, indent) {
                self.brackets(*start, end, indent);
            }
        }
    }

    /// Breaks after commas, as late as the columns allow; where lines begin.
    fn filled(&mut self, start: usize, end: usize, indent: usize) -> Vec<usize> {
        let after_comma = |pieces: &Pieces<'_>, index: usize| {
            // Where a comment stands before the comma, the comma begins a line already.
            index > start
                && pieces.tokens[index - 1].kind == TokenKind::Comma
                && pieces.comments_before(index - 1).is_empty()
        };
        let items = self.at_depth_zero(start, end, after_comma);
        let mut line = start;
        let mut lines = Vec::new();
        for (nth, item) in items.iter().enumerate() {
            let next = items.get(nth + 1).copied().unwrap_or(end);
            if !self.fits(line, next, indent) {
                self.breaks[*item] = Some(indent);
                line = *item;
                lines.push(*item);
            }
        }
        lines
    }

    /// The tokens of `start..end` that are in none of its brackets and that `wanted` wants.
    fn at_depth_zero(
        &self,
        start: usize,
        end: usize,
        wanted: impl Fn(&Pieces<'_>, usize) -> bool,
    ) -> Vec<usize> {
        let mut depth = 0_usize;
        let mut found = Vec::new();
        for index in start..end {
            let kind = self.pieces.tokens[index].kind;
            if kind == TokenKind::Close {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 && wanted(self.pieces, index) {
                found.push(index);
            }
            if kind == TokenKind::Open {
                depth += 1;
            }
        }
        found
    }

    /// Lays out what stands in the outermost brackets of `start..end`.
    fn brackets(&mut self, start: usize, end: usize, indent: usize) {
        let opens = self.at_depth_zero(start, end, |pieces, index| {
            pieces.tokens[index].kind == TokenKind::Open
        });
        for open in opens {
            let mut depth = 0_usize;
            let close = (open..end).find(|index| {
                let kind = self.pieces.tokens[*index].kind;
                depth += usize::from(kind == TokenKind::Open);
                depth -= usize::from(kind == TokenKind::Close);
                depth == 0
            });
            if let Some(close) = close {
                self.part(open + 1, close, indent + INDENT);
            }
        }
    }
}
