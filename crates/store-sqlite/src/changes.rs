//! Which resources a commit changed, as far as its journal rows do not name them.
//!
//! An audit record names what callers can see, an entry the accounts it moves. What else a commit
//! changes (an instruction, an account that only its status changed …) stands in the column
//! `changed` of its last command, so that whoever follows the journal misses nothing. Windows and
//! names are left out: the read model reads those from the truth.

use ledger::PlatformId;
use payments::{Key, Kind, Resource};
use store::{Batch, Committed, Fault, codec, facts};

use crate::journal_rows::touched_keys;

/// The place of a resource: its kind (`None` is an instruction) and id.
type Place = (Option<Kind>, [u8; 16]);

/// What the rows of `batch` do not name, as the bytes of the column; `None` if that is nothing.
pub(crate) fn unnamed(batch: &Batch) -> Result<Option<Vec<u8>>, Fault> {
    let mut named: Vec<(PlatformId, Place)> = Vec::with_capacity(batch.resources.len());
    for Committed { audit, entry, .. } in &batch.commands {
        let touched = audit.touched.iter().map(|it| (Some(it.kind), it.id));
        named.extend(touched.map(|place| (audit.platform, place)));
        if let Some(entry) = entry {
            let accounts = entry.legs.iter().map(|leg| *leg.leg.account.as_bytes());
            named.extend(accounts.map(|id| (entry.platform, (Some(Kind::Account), id))));
        }
    }
    // Sorted, because there are tens of thousands in a large batch, and to hash each takes longer.
    named.sort_unstable();
    let resources = batch.resources.iter().map(|(platform, resource)| (*platform, resource));
    let places = resources.filter_map(|(platform, it)| Some((platform, place(it)?)));
    encode(places.filter(|place| named.binary_search(place).is_err()))
}

/// Where these resources stand, as the bytes of the column; `None` if that is nowhere.
pub(crate) fn places<'r>(
    resources: impl Iterator<Item = (PlatformId, &'r Resource)>,
) -> Result<Option<Vec<u8>>, Fault> {
    encode(resources.filter_map(|(platform, it)| Some((platform, place(it)?))))
}

fn encode(places: impl Iterator<Item = (PlatformId, Place)>) -> Result<Option<Vec<u8>>, Fault> {
    let places: Vec<(PlatformId, Place)> = places.collect();
    if places.is_empty() { Ok(None) } else { codec::encode("commands", &places).map(Some) }
}

/// What the journal rows of a command name.
pub(crate) fn named(committed: &Committed) -> Vec<(PlatformId, Key)> {
    let entry = committed.entry.iter();
    let legs = entry.flat_map(|entry| entry.legs.iter().map(|leg| (entry.platform, leg)));
    let accounts = legs.map(|(platform, leg)| (platform, Key::Account(leg.leg.account)));
    touched_keys(&committed.audit).chain(accounts).collect()
}

/// What the bytes of the column name.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<(PlatformId, Key)>, Fault> {
    let places: Vec<(PlatformId, Place)> = codec::decode("commands", bytes)?;
    let key = |(kind, id): Place| match kind {
        Some(kind) => facts::key_of(kind, id),
        None => Key::Instruction(id),
    };
    Ok(places.into_iter().map(|(platform, place)| (platform, key(place))).collect())
}

fn place(resource: &Resource) -> Option<Place> {
    match resource {
        Resource::Instruction(it) => Some((None, it.id)),
        Resource::Window(_) | Resource::Name(_) => None,
        Resource::Platform(_)
        | Resource::ApiKey(_)
        | Resource::Role(_)
        | Resource::Customer(_)
        | Resource::Person(_)
        | Resource::Account(_)
        | Resource::BankAccount(_)
        | Resource::Transaction(_)
        | Resource::Hold(_)
        | Resource::Refund(_) => resource.visible().map(|it| (Some(it.kind), it.id)),
    }
}
