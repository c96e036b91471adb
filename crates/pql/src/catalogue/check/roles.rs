//! Roles: what each may read, and its limits.

use super::Checker;
use crate::catalogue::file::{FileFields, FileGrant, Ordered};
use crate::catalogue::{Access, Catalogue, Dataset, Grant, Role};

impl Checker {
    pub(super) fn role(
        &mut self,
        catalogue: &Catalogue,
        name: &str,
        file: &Ordered<FileGrant>,
    ) -> Role {
        let mut grants: Vec<Option<Grant>> = vec![None; catalogue.datasets.len()];
        let place = format!("roles.{name}");
        for (dataset, written) in &file.0 {
            let place = format!("{place}.{dataset}");
            let Some(id) = catalogue.dataset_named(dataset) else {
                self.error(&place, "is no data set");
                continue;
            };
            if grants[id.index()].is_some() {
                self.error(&place, "stands twice");
            }
            let grant = self.grant(&place, catalogue.dataset(id), written);
            grants[id.index()] = Some(grant);
        }
        Role { name: name.into(), grants }
    }

    fn grant(&mut self, place: &str, dataset: &Dataset, file: &FileGrant) -> Grant {
        let mut access = vec![Access::None; dataset.fields.len()];
        match &file.fields {
            FileFields::Word(word) if word == "*" => access.fill(Access::Read),
            FileFields::Word(_) => self.error(place, "fields is a list of names, or \"*\""),
            FileFields::List(names) => {
                for name in names {
                    match dataset.field_named(name) {
                        Some(field) => access[field.index()] = Access::Read,
                        None => self.error(place, format!("{name} is no field")),
                    }
                }
            }
        }
        for name in &file.mask {
            match dataset.field_named(name) {
                Some(field) if access[field.index()] != Access::None => {
                    access[field.index()] = Access::Masked;
                }
                Some(_) | None => {
                    self.error(place, format!("{name} is masked, but not among the fields"));
                }
            }
        }
        Grant { access, limits: dataset.limits.smaller(&file.limits) }
    }
}
