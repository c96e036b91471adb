//! Names of fields and the paths that lead to them: to-one relations are joined, `.value` and
//! `.asset` are parts of money.

use super::{Frame, Part, Reads, Refused, Resolved, Resolver, width};
use crate::ast::{Name, Path};
use crate::catalogue::{Access, DatasetId, FieldId, RelationId};
use crate::datatype::Type;
use crate::typed::{Scan, ScanId, ScanKind, ValueId, ValueKind, ValueNode};
use crate::{Code, Diagnostic, Span};

/// Where the names of a path lead before the last one.
struct Place {
    scan: ScanId,
    dataset: DatasetId,
    /// Whether a to-one relation stands between: it may lead nowhere.
    joined: Joined,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joined {
    No,
    Yes,
}

impl Resolver<'_> {
    /// The value that a path names.
    pub(super) fn path(&mut self, path: Path, span: Span) -> Resolved<Part> {
        let names = self.ast.names(path);
        let (frame, names) = self.start(names);
        let mut place = Place { scan: frame.scan, dataset: frame.dataset, joined: Joined::No };
        let mut rest = names;
        while let Some((name, after)) = rest.split_first() {
            if after.is_empty() {
                return self.field(&place, *name, span).map(Part::Node);
            }
            if let Some(part) = self.money_part(&place, rest, span)? {
                return Ok(Part::Node(part));
            }
            let relation = self.one_relation(&place, *name)?;
            place = self.join(&place, relation, name.span)?;
            rest = after;
        }
        Err(Refused)
    }

    /// Where lookup starts, and with which names: an outer data set's name is taken off.
    fn start<'n>(&self, names: &'n [Name]) -> (Frame, &'n [Name]) {
        let current = self.frame();
        let [first, rest @ ..] = names else {
            return (current, names);
        };
        if rest.is_empty() {
            return (current, names);
        }
        let Some(dataset) = self.catalogue().dataset_named(&self.ast.name(*first)) else {
            return (current, names);
        };
        let outer = self.frames.iter().rev().skip(1).find(|frame| frame.dataset == dataset);
        match outer.or(self.frames.last().filter(|frame| frame.dataset == dataset)) {
            Some(frame) => (*frame, rest),
            None => (current, names),
        }
    }

    /// `amount.value` and `amount.asset`, if the first of the two names is a field of money.
    fn money_part(
        &mut self,
        place: &Place,
        names: &[Name],
        span: Span,
    ) -> Resolved<Option<ValueId>> {
        let [name, part] = names else {
            return Ok(None);
        };
        let written = self.ast.name(*name);
        let Some(field) = self.dataset(place.dataset).field_named(&written) else {
            return Ok(None);
        };
        if self.dataset(place.dataset).field(field).ty != Type::Money {
            return Ok(None);
        }
        let money = self.field(place, *name, span)?;
        let part_name = self.ast.name(*part);
        if part_name.eq_ignore_ascii_case("asset") {
            return self.asset_of(money, span).map(Some);
        }
        if part_name.eq_ignore_ascii_case("value") {
            return self.value_of(money, span).map(Some);
        }
        let error =
            self.unknown(part.span, &part_name, "part of money called", &["value", "asset"]);
        self.fail(error)
    }

    fn asset_of(&mut self, money: ValueId, span: Span) -> Resolved<ValueId> {
        let nullable = self.shape.value(money).nullable;
        let kind = ValueKind::MoneyAsset(money);
        Ok(self.push(ValueNode { kind, ty: Type::Text, nullable, digits: 0, span }))
    }

    fn value_of(&mut self, money: ValueId, span: Span) -> Resolved<ValueId> {
        let node = *self.shape.value(money);
        let (least, scale) = self.catalogue().asset_decimals_range();
        let digits = u32::from(node.digits) + u32::from(scale - least);
        let precision = self.checked_width(digits, span)?.max(scale);
        let ty = Type::Decimal { precision, scale };
        let kind = ValueKind::MoneyValue(money);
        Ok(self.push(ValueNode { kind, ty, nullable: node.nullable, digits: precision, span }))
    }

    /// A field that the caller may read.
    fn field(&mut self, place: &Place, name: Name, span: Span) -> Resolved<ValueId> {
        let dataset = self.dataset(place.dataset);
        let written = self.ast.name(name);
        let found = dataset.field_named(&written);
        let grant = self.grant(place.dataset);
        let access = found.and_then(|id| Some((id, grant?.access(id))));
        match access {
            Some((id, Access::Read)) => self.field_node(place, id, span),
            Some((_, Access::Masked)) => {
                let message = format!("{} is masked for you.", dataset.name_of(found));
                let error = Diagnostic::new(Code::Name, name.span, message)
                    .hint("It can be selected by itself, and nothing else.");
                self.fail(error)
            }
            Some((_, Access::None)) | None => {
                let error = self.unknown_field(place.dataset, name, &written);
                self.fail(error)
            }
        }
    }

    fn unknown_field(&self, dataset: DatasetId, name: Name, written: &str) -> Diagnostic {
        let of = self.dataset(dataset);
        if let Some(relation) = self.relation_of(dataset, written) {
            let many = of.relation(relation).many;
            let message = format!("{written} is a relation, not a field.");
            let hint = if many {
                format!("Write EXISTS {written} (…).")
            } else {
                format!("Write one of its fields behind a point: {written}.….")
            };
            return Diagnostic::new(Code::Name, name.span, message).hint(hint);
        }
        let names = self.permitted_fields(dataset);
        self.unknown(name.span, written, "field", &names)
    }

    /// The names of the fields that the caller may read.
    pub(super) fn permitted_fields(&self, dataset: DatasetId) -> Vec<&str> {
        let Some(grant) = self.grant(dataset) else {
            return Vec::new();
        };
        let fields = self.dataset(dataset).field_ids();
        let readable = fields.filter(|(id, _)| grant.access(*id) == Access::Read);
        readable.map(|(_, field)| &*field.name).collect()
    }

    fn field_node(&mut self, place: &Place, id: FieldId, span: Span) -> Resolved<ValueId> {
        let field = self.dataset(place.dataset).field(id);
        let node = ValueNode {
            kind: ValueKind::Field(place.scan, id),
            ty: field.ty,
            nullable: field.nullable || place.joined == Joined::Yes,
            digits: width::field_digits(field, self.request.kind),
            span,
        };
        let value = self.push(node);
        if self.reads == Reads::Rows { Ok(value) } else { self.key_of(value, span) }
    }

    /// A field of the query's own data set, for the tie-break and for bare conditions.
    pub(super) fn own_field(&mut self, id: FieldId, span: Span) -> Resolved<ValueId> {
        let Frame { scan, dataset } = self.frame();
        self.field_node(&Place { scan, dataset, joined: Joined::No }, id, span)
    }

    /// A relation that leads to a data set which the caller may read.
    fn relation_of(&self, dataset: DatasetId, written: &str) -> Option<RelationId> {
        let id = self.dataset(dataset).relation_named(written)?;
        let to = self.dataset(dataset).relation(id).to;
        self.grant(to).map(|_| id)
    }

    fn one_relation(&mut self, place: &Place, name: Name) -> Resolved<RelationId> {
        let written = self.ast.name(name);
        match self.relation_of(place.dataset, &written) {
            Some(id) if !self.dataset(place.dataset).relation(id).many => Ok(id),
            Some(_) => {
                let message = format!("{written} leads to many rows, so it has no single value.");
                let error = Diagnostic::new(Code::Name, name.span, message)
                    .hint(format!("Write EXISTS {written} (…)."));
                self.fail(error)
            }
            None => {
                let names = self.relation_names(place.dataset);
                let error = self.unknown(name.span, &written, "relation", &names);
                self.fail(error)
            }
        }
    }

    fn relation_names(&self, dataset: DatasetId) -> Vec<&str> {
        let relations = self.dataset(dataset).relations.iter();
        let permitted = relations.filter(|relation| self.grant(relation.to).is_some());
        permitted.map(|relation| &*relation.name).collect()
    }

    fn join(&mut self, place: &Place, relation: RelationId, span: Span) -> Resolved<Place> {
        let dataset = self.dataset(place.dataset).relation(relation).to;
        let kind = ScanKind::One(place.scan, relation);
        let known = self.shape.scans.iter().position(|scan| scan.kind == kind);
        let scan = match known {
            Some(known) => ScanId(super::count(known)),
            None => {
                let home = self.shape.scan(place.scan).home;
                self.scan(Scan { dataset, kind, home, span })?
            }
        };
        Ok(Place { scan, dataset, joined: Joined::Yes })
    }

    /// One more data set to read, if the limit allows.
    fn scan(&mut self, scan: Scan) -> Resolved<ScanId> {
        let id = ScanId(super::count(self.shape.scans.len()));
        let most = self.limits.datasets;
        if id.0 >= most {
            let message =
                format!("The query reads more than {most} data sets, the limit here (datasets).");
            return self.refuse(Code::Limit, scan.span, message);
        }
        self.shape.scans.push(scan);
        Ok(id)
    }

    /// The to-many relation of an EXISTS, as a scan of its own.
    pub(super) fn many_relation(&mut self, path: Path) -> Resolved<(ScanId, DatasetId)> {
        let (frame, names) = self.start(self.ast.names(path));
        let mut place = Place { scan: frame.scan, dataset: frame.dataset, joined: Joined::No };
        let Some((last, before)) = names.split_last() else {
            return Err(Refused);
        };
        for name in before {
            let relation = self.one_relation(&place, *name)?;
            place = self.join(&place, relation, name.span)?;
        }
        let written = self.ast.name(*last);
        let Some(id) = self.relation_of(place.dataset, &written) else {
            let names = self.relation_names(place.dataset);
            let error = self.unknown(last.span, &written, "relation", &names);
            return self.fail(error);
        };
        let relation = self.dataset(place.dataset).relation(id);
        if !relation.many {
            let message = format!("{written} leads to one row at most.");
            let error = Diagnostic::new(Code::Name, last.span, message)
                .hint(format!("Write one of its fields: {written}.… IS NOT NULL."));
            return self.fail(error);
        }
        let home = ScanId(super::count(self.shape.scans.len()));
        let kind = ScanKind::Many(place.scan, id);
        let scan = self.scan(Scan { dataset: relation.to, kind, home, span: last.span })?;
        Ok((scan, relation.to))
    }

    /// Whether a path is a field that is masked for the caller: it may be selected by itself.
    pub(super) fn is_masked(&self, path: Path) -> Option<(FieldId, Span)> {
        let names = self.ast.names(path);
        let (frame, names) = self.start(names);
        let [name] = names else {
            return None;
        };
        let id = self.dataset(frame.dataset).field_named(&self.ast.name(*name))?;
        let masked = self.grant(frame.dataset)?.access(id) == Access::Masked;
        masked.then_some((id, name.span))
    }
}

impl crate::catalogue::Dataset {
    fn name_of(&self, field: Option<FieldId>) -> &str {
        field.map_or("it", |id| &*self.field(id).name)
    }
}
