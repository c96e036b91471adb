//! Relations: both sides exist, are of one type and one store; a to-one relation leads to a key.

use super::Checker;
use crate::catalogue::file::{FileDataset, FileRelation};
use crate::catalogue::{Catalogue, Dataset, DatasetId, FieldId, Relation};
use crate::datatype::Type;

impl Checker {
    /// The relations of a data set; fills in their names too.
    pub(super) fn relations(
        &mut self,
        catalogue: &mut Catalogue,
        index: usize,
        name: &str,
        file: &FileDataset,
    ) -> Vec<Relation> {
        let place = format!("datasets.{name}.relations");
        let names = self.names(&place, file.relations.0.iter().map(|(name, _)| &**name));
        catalogue.datasets[index].relation_names = names;
        let mut relations = Vec::new();
        for (name, written) in &file.relations.0 {
            self.not_a_dataset(catalogue, &place, name);
            let here = &catalogue.datasets[index];
            let place = format!("{place}.{name}");
            if here.field_named(name).is_some() {
                self.error(&place, "is also the name of a field");
            }
            relations.extend(self.relation(catalogue, here, (&place, name), written));
        }
        if relations.len() != file.relations.0.len() {
            relations.clear();
        }
        relations
    }

    fn relation(
        &mut self,
        catalogue: &Catalogue,
        here: &Dataset,
        (place, name): (&str, &str),
        file: &FileRelation,
    ) -> Option<Relation> {
        let Some(to) = catalogue.dataset_named(&file.to) else {
            self.error(place, format!("{} is no data set", file.to));
            return None;
        };
        let there = catalogue.dataset(to);
        if there.store != here.store {
            self.error(place, "leads to another store; a query reads one");
        }
        let mut on = Vec::new();
        for (left, right) in &file.on.0 {
            on.extend(self.pair(place, (here, left), (there, right)));
        }
        if file.on.0.is_empty() {
            self.error(place, "says on which fields: on = { here = \"there\" }");
        }
        if !file.many && !is_key(there, &on) {
            let message = "is to-one, so its fields there are the other data set's key";
            self.error(place, message);
        }
        Some(Relation { name: name.into(), to: DatasetId(to.0), many: file.many, on })
    }

    fn pair(
        &mut self,
        place: &str,
        (here, left): (&Dataset, &str),
        (there, right): (&Dataset, &str),
    ) -> Option<(FieldId, FieldId)> {
        let (Some(left_id), Some(right_id)) = (here.field_named(left), there.field_named(right))
        else {
            self.error(place, format!("{left} or {right} is no field"));
            return None;
        };
        let (left_type, right_type) = (here.field(left_id).ty, there.field(right_id).ty);
        let joins = matches!(
            left_type,
            Type::Whole | Type::Text | Type::Enum(_) | Type::Id(_) | Type::Date
        );
        if left_type != right_type || !joins {
            self.error(place, format!("{left} and {right} have different types, or no equality"));
        }
        Some((left_id, right_id))
    }
}

fn is_key(there: &Dataset, on: &[(FieldId, FieldId)]) -> bool {
    let has = |key: &FieldId| on.iter().any(|(_, right)| right == key);
    on.len() == there.key.len() && there.key.iter().all(has)
}
