//! `$sort`, and what stands behind a cursor. NULL and missing come first there in both senses of
//! "first", so a key that may be NULL has a rank before it.

use super::{Mongo, Part};
use crate::datatype::Type;
use crate::emit::Lowering;
use crate::typed::{Direction, Nulls, OrderKey, SlotId};

/// A part of a key with the bind it is held against.
#[derive(Clone, Copy)]
struct Piece {
    key: OrderKey,
    part: Part,
    slot: Option<SlotId>,
    nullable: Nullable,
    place: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nullable {
    Yes,
    No,
}

impl Mongo<'_> {
    fn pieces(&self) -> Vec<Piece> {
        let shape = self.source.shape;
        let slots = shape.after().map(|after| &after.keys);
        let mut pieces = Vec::new();
        for (place, key) in shape.order().iter().enumerate() {
            let node = shape.value(key.value);
            let slot = slots.and_then(|slots| slots.get(place)).copied();
            let money = node.ty == Type::Money;
            let parts: &[Part] = if money { &[Part::Asset, Part::Minor] } else { &[Part::Whole] };
            for part in parts {
                let nullable = if node.nullable { Nullable::Yes } else { Nullable::No };
                let place = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
                pieces.push(Piece { key: *key, part: *part, slot, nullable, place });
            }
        }
        pieces
    }

    /// The keys as fields `s0`, `s1` …, with the ranks `n0` … of those that may be NULL, sorted by.
    pub(super) fn sorted(&mut self) {
        let pieces = self.pieces();
        if pieces.is_empty() {
            return;
        }
        let computed: Vec<&Piece> = pieces.iter().filter(|piece| self.is_computed(piece)).collect();
        let mut between = ",{\"$addFields\":{";
        for piece in &computed {
            self.word(between);
            between = ",";
            self.word("\"s");
            self.out.number(piece.place);
            self.word("\":");
            self.expression(piece.key.value, piece.part);
        }
        for piece in pieces.iter().filter(|piece| piece.nullable == Nullable::Yes) {
            self.word(between);
            between = ",";
            self.word("\"n");
            self.out.number(piece.place);
            self.word("\":{\"$cond\":[{\"$gt\":[");
            self.expression(piece.key.value, piece.part);
            self.word(",null]},0,1]}");
        }
        if between == "," {
            self.word("}}");
        }
        self.word(",{\"$sort\":{");
        for piece in &pieces {
            if piece.place > 0 {
                self.word(",");
            }
            if piece.nullable == Nullable::Yes {
                self.word("\"n");
                self.out.number(piece.place);
                self.word(match piece.key.nulls {
                    Nulls::First => "\":-1,",
                    Nulls::Last => "\":1,",
                });
            }
            self.word("\"");
            self.sort_name(piece);
            self.word(match piece.key.direction {
                Direction::Ascending => "\":1",
                Direction::Descending => "\":-1",
            });
        }
        self.word("}}");
    }

    fn is_computed(&self, piece: &Piece) -> bool {
        use crate::typed::ValueKind;
        matches!(
            self.source.shape.value(piece.key.value).kind,
            ValueKind::MapEntry(..) | ValueKind::Bucket { .. } | ValueKind::Slot(_)
        )
    }

    fn sort_name(&mut self, piece: &Piece) {
        if self.is_computed(piece) {
            self.word("s");
            self.out.number(piece.place);
        } else {
            self.reference(piece.key.value, piece.part);
        }
    }

    /// The rows strictly behind the cursor: an OR over the keys.
    pub(super) fn after(&mut self) {
        let pieces = self.pieces();
        self.word("{\"$expr\":");
        self.behind(&pieces);
        self.word("}");
    }

    fn behind(&mut self, pieces: &[Piece]) {
        let Some((piece, rest)) = pieces.split_first() else {
            self.word("false");
            return;
        };
        self.word("{\"$or\":[");
        self.strictly(piece);
        if !rest.is_empty() {
            self.word(",{\"$and\":[");
            self.equal(piece);
            self.word(",");
            self.behind(rest);
            self.word("]}");
        }
        self.word("]}");
    }

    fn strictly(&mut self, piece: &Piece) {
        let operator = match piece.key.direction {
            Direction::Ascending => "{\"$gt\":[",
            Direction::Descending => "{\"$lt\":[",
        };
        if piece.nullable == Nullable::No {
            self.held(piece, operator);
            return;
        }
        match piece.key.nulls {
            Nulls::Last => {
                self.word("{\"$and\":[");
                self.rank(piece, "0");
                self.word(",{\"$or\":[");
                self.null(piece, "{\"$lte\":[");
                self.word(",");
                self.held(piece, operator);
                self.word("]}]}");
            }
            Nulls::First => {
                self.word("{\"$and\":[");
                self.null(piece, "{\"$gt\":[");
                self.word(",{\"$or\":[");
                self.rank(piece, "1");
                self.word(",");
                self.held(piece, operator);
                self.word("]}]}");
            }
        }
    }

    fn equal(&mut self, piece: &Piece) {
        self.held(piece, "{\"$eq\":[");
    }

    fn held(&mut self, piece: &Piece, operator: &'static str) {
        self.word(operator);
        self.expression(piece.key.value, piece.part);
        self.word(",");
        if let Some(slot) = piece.slot {
            self.literal(slot, piece.part.lowering());
        }
        self.word("]}");
    }

    fn rank(&mut self, piece: &Piece, rank: &'static str) {
        self.word("{\"$eq\":[");
        if let Some(slot) = piece.slot {
            self.literal(slot, Lowering::NullRank);
        }
        self.word(",");
        self.word(rank);
        self.word("]}");
    }

    fn null(&mut self, piece: &Piece, operator: &'static str) {
        self.word(operator);
        self.expression(piece.key.value, piece.part);
        self.word(",null]}");
    }
}
