//! ORDER BY and what follows a cursor: keys with their NULLs, and predicates that an index serves.
//!
//! A key that cannot be NULL has no rank; one that can is told apart by a bind, for whether the
//! cursor's value is NULL must not show in the command.

use super::condition::Collation;
use super::{Dialect, Sql, TextUse};
use crate::datatype::Type;
use crate::emit::Lowering;
use crate::typed::{Direction, Nulls, OrderKey, SlotId, ValueId};

/// A part of a key: money is two, its asset and its minor units.
#[derive(Debug, Clone, Copy)]
struct Piece {
    value: ValueId,
    part: PiecePart,
    key: OrderKey,
    nullable: bool,
    slot: Option<SlotId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PiecePart {
    Whole,
    Asset,
    Minor,
}

impl<D: Dialect> Sql<'_, D> {
    pub(super) fn order_by(&mut self) {
        let pieces = self.pieces();
        let mut between = " ORDER BY ";
        for piece in &pieces {
            self.word(between);
            between = ", ";
            if piece.nullable && !D::NULLS_CLAUSE {
                self.word("(");
                self.piece(piece);
                self.word(match piece.key.nulls {
                    Nulls::First => " IS NOT NULL), ",
                    Nulls::Last => " IS NULL), ",
                });
            }
            self.piece(piece);
            if piece.key.direction == Direction::Descending {
                self.word(" DESC");
            }
            if piece.nullable && D::NULLS_CLAUSE {
                D::nulls(self, piece.key.nulls);
            }
        }
    }

    fn pieces(&self) -> Vec<Piece> {
        let shape = self.source.shape;
        let slots = shape.after().map(|after| &after.keys);
        let mut pieces = Vec::with_capacity(shape.order().len() + 1);
        for (place, key) in shape.order().iter().enumerate() {
            let node = shape.value(key.value);
            let slot = slots.and_then(|slots| slots.get(place)).copied();
            let whole = Piece {
                value: key.value,
                part: PiecePart::Whole,
                key: *key,
                nullable: node.nullable,
                slot,
            };
            if node.ty == Type::Money {
                pieces.push(Piece { part: PiecePart::Asset, ..whole });
                pieces.push(Piece { part: PiecePart::Minor, ..whole });
            } else {
                pieces.push(whole);
            }
        }
        pieces
    }

    fn piece(&mut self, piece: &Piece) {
        let ty = self.source.shape.value(piece.value).ty;
        match piece.part {
            PiecePart::Asset => {
                self.asset(piece.value);
                let binary = self.source.field_of(piece.value).is_some_and(|field| field.binary);
                self.collate(Collation::from(binary), TextUse::Order);
            }
            PiecePart::Minor => self.wide_key(piece.value),
            PiecePart::Whole if matches!(ty, Type::Text | Type::Enum(_)) => {
                self.text(piece.value, TextUse::Order);
            }
            PiecePart::Whole => D::ordered(self, piece.value),
        }
    }

    fn wide_key(&mut self, value: ValueId) {
        self.minor(value);
    }

    /// The rows strictly behind the cursor.
    pub(super) fn after(&mut self) {
        let pieces = self.pieces();
        let plain = pieces.iter().all(|piece| !piece.nullable && piece.part == PiecePart::Whole);
        let direction = pieces.first().map(|piece| piece.key.direction);
        let one_way = pieces.iter().all(|piece| Some(piece.key.direction) == direction);
        if D::ROW_VALUES && plain && one_way && pieces.len() > 1 {
            self.row_after(&pieces);
            return;
        }
        self.word("(");
        if let Some(first) = pieces.first().filter(|piece| !piece.nullable)
            && pieces.len() > 1
        {
            self.bound(first, Bound::Included);
            self.word(" AND (");
            self.behind(&pieces);
            self.word(")");
        } else {
            self.behind(&pieces);
        }
        self.word(")");
    }

    fn row_after(&mut self, pieces: &[Piece]) {
        self.word("(");
        for (place, piece) in pieces.iter().enumerate() {
            if place > 0 {
                self.word(", ");
            }
            self.piece(piece);
        }
        let up = pieces.first().is_some_and(|piece| piece.key.direction == Direction::Ascending);
        self.word(if up { ") > (" } else { ") < (" });
        for (place, piece) in pieces.iter().enumerate() {
            if place > 0 {
                self.word(", ");
            }
            self.bound_value(piece);
        }
        self.word(")");
    }

    /// `k1 behind v1 OR (k1 at v1 AND (k2 behind v2 OR …))`.
    fn behind(&mut self, pieces: &[Piece]) {
        let Some((piece, rest)) = pieces.split_first() else {
            self.word(D::FALSE);
            return;
        };
        self.strictly_behind(piece);
        if rest.is_empty() {
            return;
        }
        self.word(" OR (");
        self.at(piece);
        self.word(" AND (");
        self.behind(rest);
        self.word("))");
    }

    fn strictly_behind(&mut self, piece: &Piece) {
        if !piece.nullable {
            self.bound(piece, Bound::Excluded);
            return;
        }
        self.word("(");
        self.rank(piece);
        self.word(" = 0 AND (");
        self.bound(piece, Bound::Excluded);
        match piece.key.nulls {
            Nulls::Last => {
                self.word(" OR ");
                self.piece(piece);
                self.word(" IS NULL))");
            }
            Nulls::First => {
                self.word(") OR ");
                self.rank(piece);
                self.word(" = 1 AND ");
                self.piece(piece);
                self.word(" IS NOT NULL)");
            }
        }
    }

    fn at(&mut self, piece: &Piece) {
        if !piece.nullable {
            self.bound(piece, Bound::Equal);
            return;
        }
        self.word("(");
        self.bound(piece, Bound::Equal);
        self.word(" OR ");
        self.rank(piece);
        self.word(" = 1 AND ");
        self.piece(piece);
        self.word(" IS NULL)");
    }

    fn rank(&mut self, piece: &Piece) {
        if let Some(slot) = piece.slot {
            self.slot(slot, Lowering::NullRank);
        }
    }

    fn bound(&mut self, piece: &Piece, bound: Bound) {
        self.piece(piece);
        let up = piece.key.direction == Direction::Ascending;
        self.word(match (bound, up) {
            (Bound::Equal, _) => " = ",
            (Bound::Excluded, true) => " > ",
            (Bound::Excluded, false) => " < ",
            (Bound::Included, true) => " >= ",
            (Bound::Included, false) => " <= ",
        });
        self.bound_value(piece);
    }

    fn bound_value(&mut self, piece: &Piece) {
        let Some(slot) = piece.slot else {
            return;
        };
        let node = *self.source.shape.value(piece.value);
        match piece.part {
            PiecePart::Asset => self.slot(slot, Lowering::Asset),
            PiecePart::Minor if self.minor_is_wide(piece.value) => {
                D::wide_minor(self, &|sql| sql.slot(slot, Lowering::Minor(node.digits)));
            }
            PiecePart::Minor => self.slot(slot, Lowering::Minor(node.digits)),
            PiecePart::Whole if self.is_wide(piece.value) => {
                D::wide_minor(self, &|sql| sql.slot(slot, Lowering::Value));
            }
            PiecePart::Whole => D::ordered_slot(self, slot, node.ty),
        }
    }
}

/// How a key is held against the cursor's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Equal,
    Excluded,
    Included,
}
