//! Histories that are taken in: the same as in the store they come from, and all of it or nothing.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{PlatformId, Timestamp};
use payments::{Key, Kind, OPERATOR, Resource};
use store::export::{Export, write};
use store::{Committed, Filter, Journal, ListQuery, MemoryStore, Reads, Truth};
use testkit::conformance::{Ports, agree};

use super::Folder;
use crate::{ImportFault, Mode, SqliteStore};

const ALL: usize = 100_000;

/// A store of several platforms, made by chance.
fn source(seed: u64, steps: usize) -> MemoryStore {
    let (mut model, mut other) = (MemoryStore::new(Mode::Test), MemoryStore::new(Mode::Test));
    let (model_reads, mut model_journal) = (model.clone(), model.clone());
    let (other_reads, mut other_journal) = (other.clone(), other.clone());
    let mut first = Ports { truth: &mut model, reads: &model_reads, journal: &mut model_journal };
    let mut second = Ports { truth: &mut other, reads: &other_reads, journal: &mut other_journal };
    agree(&mut first, &mut second, seed, steps).unwrap();
    model
}

fn export(source: &mut MemoryStore, platform: PlatformId, folder: &Folder) -> Export {
    let mut lines = Vec::new();
    write(source, (platform, Mode::Test), &mut lines, &mut |_| {}).unwrap();
    std::fs::create_dir_all(folder.path()).unwrap();
    let file = folder.path().join(platform.to_string());
    std::fs::write(&file, lines).unwrap();
    Export::open(&file).unwrap()
}

fn commands(journal: &mut dyn Journal, platform: PlatformId) -> Vec<Committed> {
    let commands = journal.commands_after(0, ALL).unwrap().into_iter();
    let own = commands.filter(|it| it.command.platform == platform);
    own.map(|it| Committed { position: 0, ..it }).collect()
}

fn resources(journal: &mut dyn Journal, platform: PlatformId) -> BTreeMap<Key, Resource> {
    let resources = journal.resources_after(None, ALL).unwrap().into_iter();
    let own = resources.filter(|(of, _)| *of == platform);
    own.map(|(_, resource)| (resource.key(), resource)).collect()
}

/// What waits for a rail, in the order of keys.
fn to_send(reads: &dyn Reads, at: u64, platform: PlatformId) -> BTreeMap<[u8; 16], String> {
    let found = reads.instructions(at, ALL).unwrap().into_iter();
    let own = found.filter(|(of, _)| *of == platform);
    own.map(|(_, it)| (it.id, format!("{it:?}"))).collect()
}

#[track_caller]
fn check_same(source: &mut MemoryStore, store: &mut SqliteStore, platform: PlatformId) {
    let (mut truth, mut journal, reads) =
        (store.truth().unwrap(), store.journal().unwrap(), store.reads());
    let at = journal.last_position().unwrap();
    let source_reads = source.clone();
    let source_at = source.last_position().unwrap();
    let history = commands(source, platform);
    assert_eq!(commands(&mut journal, platform), history);
    assert_eq!(truth.head(platform).unwrap(), source.head(platform).unwrap());
    let all = resources(source, platform);
    assert_eq!(resources(&mut journal, platform), all);
    for caller in history.iter().filter_map(|it| it.command.idempotency.as_ref()) {
        let found = truth.command_by_key(caller.scope, &caller.key).unwrap();
        assert_eq!(found, source.command_by_key(caller.scope, &caller.key).unwrap());
    }
    let keys: Vec<(PlatformId, Key)> = all.keys().map(|key| (platform, key.clone())).collect();
    assert_eq!(truth.load(&keys).unwrap(), source.load(&keys).unwrap());
    let due = |truth: &mut dyn Truth| {
        let mut due = truth.due(Timestamp::from_micros(i64::MAX / 2), ALL).unwrap();
        due.retain(|due| due.platform == platform);
        due
    };
    assert_eq!(due(&mut truth), due(source));
    // Histories by chance change things that no event tells of; those of the processor do not.
    let events = history.iter().flat_map(|it| &it.audit.touched).map(|touched| touched.id);
    let is_internal =
        |it: &&Resource| matches!(it, Resource::Account(account) if account.customer.is_none());
    let internal = all.values().filter(is_internal).filter_map(|it| Some(it.visible()?.id));
    let told: BTreeSet<[u8; 16]> = events.chain(internal).collect();
    for kind in Kind::ALL {
        let (filter, kind) = (Filter::default(), *kind);
        let query = ListQuery { platform: Some(platform), kind, filter, before: None, limit: ALL };
        let told = |reads: &dyn Reads, at: u64| {
            let mut items = reads.list(at, &query).unwrap().items;
            items.retain(|it| told.contains(&it.visible().unwrap().id));
            items
        };
        assert_eq!(told(&*reads, at), told(&source_reads, source_at), "{kind:?}");
    }
    assert_eq!(to_send(&*reads, at, platform), to_send(&source_reads, source_at, platform));
}

/// Goal: a history is the same wherever it is. Method: histories by chance, each platform exported
/// and imported, one after the other, into one store; then every question about each.
#[test]
fn what_is_taken_in_is_what_was_there() {
    for seed in 0..8 {
        let (folder, files) = (Folder::new(), Folder::new());
        let mut source = source(seed, 60);
        let heads = source.heads().unwrap();
        let platforms: Vec<PlatformId> =
            heads.iter().map(|head| head.platform).filter(|it| *it != OPERATOR).collect();
        assert!(platforms.len() > 1);
        for platform in &platforms {
            let mut export = export(&mut source, *platform, &files);
            let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
            let truth = store.truth().unwrap();
            let position = truth.import(&mut export, &mut |_| {}).unwrap();
            assert_eq!(store.journal().unwrap().last_position().unwrap(), position);
            let log = std::fs::metadata(folder.path().join("truth.db-wal")).unwrap();
            assert_eq!(log.len(), 0);
        }
        for platform in platforms {
            let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
            check_same(&mut source, &mut store, platform);
        }
    }
}

/// Goal: what cannot be taken in leaves nothing. Method: a platform that is there, a history of two,
/// and one whose lines are damaged after they were looked at.
#[test]
fn what_is_refused_leaves_nothing() {
    let (folder, files) = (Folder::new(), Folder::new());
    let mut source = source(1, 60);
    let heads = source.heads().unwrap();
    let mut platforms = heads.iter().map(|head| head.platform).filter(|it| *it != OPERATOR);
    let (first, second) = (platforms.next().unwrap(), platforms.next().unwrap());
    let import = |history: &mut dyn Journal| {
        let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
        let truth = store.truth().unwrap();
        let imported = truth.import(history, &mut |_| {});
        (imported, store.journal().unwrap().last_position().unwrap())
    };
    let (imported, position) = import(&mut export(&mut source, first, &files));
    assert_eq!(imported.unwrap(), position);
    let (again, now) = import(&mut export(&mut source, first, &files));
    assert!(matches!(again, Err(ImportFault::PlatformExists { .. })), "{again:?}");
    assert_eq!(now, position);
    let (two, now) = import(&mut source.clone());
    assert!(matches!(two, Err(ImportFault::NotOnePlatform { .. })), "{two:?}");
    assert_eq!(now, position);

    let mut opened = export(&mut source, second, &files);
    let file = files.path().join(second.to_string());
    let text = std::fs::read_to_string(&file).unwrap();
    let seq = source.head(second).unwrap().unwrap().seq;
    let last = format!("\"command\":{{\"seq\":{seq},");
    std::fs::write(&file, text.replace(&last, &last.replace("seq", "Seq"))).unwrap();
    let (damaged, now) = import(&mut opened);
    assert!(matches!(damaged, Err(ImportFault::Store(_))), "{damaged:?}");
    assert_eq!(now, position);
    let mut store = SqliteStore::open(folder.path(), Mode::Test).unwrap();
    check_same(&mut source, &mut store, first);
    assert_eq!(resources(&mut store.journal().unwrap(), second), BTreeMap::new());
}
