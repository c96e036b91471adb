//! What is asked of both stores after each step, and how answers are compared.

use std::collections::BTreeSet;
use std::fmt::Debug;

use ledger::{AccountId, PlatformId, Timestamp, TransactionId};
use payments::ids::{AuditId, EventId, KeyId};
use payments::states::{Machine, TransactionStatus};
use payments::{Key, Kind, NameKind, Resource};
use store::{AsOf, AuditQuery, EventQuery, Fault, Filter, ListQuery};

use super::Ports;
use super::world::World;

/// Asks every method something by chance.
pub(super) fn ask(
    world: &mut World,
    model: &mut Ports<'_>,
    other: &mut Ports<'_>,
) -> Result<(), String> {
    ask_truth(world, model, other)?;
    for _ in 0..3 {
        ask_resources(world, model, other)?;
        ask_list(world, model, other)?;
        ask_history(world, model, other)?;
        ask_books(world, model, other)?;
    }
    Ok(())
}

/// Equal answers, or faults of the same kind.
fn same<T: PartialEq + Debug>(
    question: &str,
    model: Result<T, Fault>,
    other: Result<T, Fault>,
) -> Result<(), String> {
    let agree = match (&model, &other) {
        (Ok(model), Ok(other)) => model == other,
        (Err(model), Err(other)) => std::mem::discriminant(model) == std::mem::discriminant(other),
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
    };
    if agree { Ok(()) } else { Err(format!("{question}\nmodel: {model:?}\nother: {other:?}")) }
}

macro_rules! compare {
    ($question:expr, $model:expr, $other:expr, |$ports:ident| $call:expr) => {{
        let of_model = {
            let $ports = &mut *$model;
            $call
        };
        let of_other = {
            let $ports = &mut *$other;
            $call
        };
        same(&format!("{:?}", $question), of_model, of_other)
    }};
}

fn ask_truth(
    world: &mut World,
    model: &mut Ports<'_>,
    other: &mut Ports<'_>,
) -> Result<(), String> {
    compare!("position", model, other, |it| it.truth.position())?;
    compare!("last position", model, other, |it| it.journal.last_position())?;
    let platform = world.platform();
    compare!(("head", platform), model, other, |it| it.truth.head(platform))?;
    compare!("heads", model, other, |it| it.journal.heads())?;
    compare!("latest", model, other, |it| it.truth.latest())?;
    let keys: Vec<(PlatformId, Key)> = (0..5).map(|_| some_key(world)).collect();
    compare!(("load", &keys), model, other, |it| it.truth.load(&keys))?;
    let (scope, key) = some_caller(world);
    compare!(("key", scope, &key), model, other, |it| it.truth.command_by_key(scope, &key))?;
    let (now, limit) = (some_time(world), world.chance.below(10));
    compare!(("due", now, limit), model, other, |it| it.truth.due(now, limit))?;
    let (from, limit) = (some_number(world, world.position), world.chance.below(5));
    compare!(("commands", from), model, other, |it| it.journal.commands_after(from, limit))?;
    same("test or live", Ok(model.truth.is_sandbox()), Ok(other.truth.is_sandbox()))
}

fn ask_resources(
    world: &mut World,
    model: &mut Ports<'_>,
    other: &mut Ports<'_>,
) -> Result<(), String> {
    let at = world.position;
    let (platform, key) = some_key(world);
    compare!((platform, &key), model, other, |it| it.reads.resource(at, platform, &key))?;
    let key = if let Key::ApiKey(id) = key { id } else { KeyId::from_bytes([9; 16]) };
    compare!(key, model, other, |it| it.reads.api_key(at, key))?;
    if world.chance.one_in(2) {
        let used = some_time(world);
        model.reads.key_used(key, used);
        other.reads.key_used(key, used);
    }
    compare!(("last use", key), model, other, |it| it.reads.key_last_use(key))?;
    let (scope, key) = some_caller(world);
    compare!(("key", &key), model, other, |it| it.reads.command_by_key(at, scope, &key))?;
    let limit = world.chance.below(6);
    compare!(("instructions", limit), model, other, |it| it.reads.instructions(at, limit))?;
    let platform = world.chance.one_in(2).then_some(platform);
    compare!(("attention", platform), model, other, |it| it.reads.attention(at, platform, limit))
}

fn ask_list(world: &mut World, model: &mut Ports<'_>, other: &mut Ports<'_>) -> Result<(), String> {
    let at = world.position;
    let mut query = some_list(world);
    loop {
        compare!(&query, model, other, |it| it.reads.list(at, &query))?;
        let page = model.reads.list(at, &query).map_err(|why| why.to_string())?;
        if page.next.is_none() || world.chance.one_in(4) {
            return Ok(());
        }
        query.before = page.next;
    }
}

fn some_list(world: &mut World) -> ListQuery {
    let (of, key) = some_key(world);
    let resource = world.resources.get(&(of, key)).cloned();
    let visible = resource.as_ref().and_then(Resource::visible);
    let chance = &mut world.chance;
    let kind = visible.map_or(Kind::Transaction, |it| it.kind);
    let kind = if chance.one_in(2) { kind } else { chance.pick_or(Kind::ALL, kind) };
    let facts = resource.as_ref().map(store::facts::Facts::of).unwrap_or_default();
    let mut filter = Filter::default();
    if chance.one_in(4) {
        let word = chance.pick_or(TransactionStatus::ALL, TransactionStatus::Settled).code();
        filter.status = Some(visible.map_or(word, |it| it.status).to_owned());
    }
    if chance.one_in(8) {
        filter.external_id = visible.and_then(|it| it.meta.external_id.clone());
    }
    if chance.one_in(5) {
        filter.tag = Some(chance.word());
    }
    if chance.one_in(4) {
        filter.subtype = facts.subtype.map(str::to_owned);
    }
    if chance.one_in(3) {
        filter.account = facts.accounts.first().copied();
    }
    if chance.one_in(4) {
        filter.transaction = facts.transaction;
    }
    if chance.one_in(3) {
        let owner = facts.accounts.last().map(|account| (of, Key::Account(*account)));
        let owner = owner.and_then(|key| world.resources.get(&key));
        let owner = owner.and_then(|it| store::facts::Facts::of(it).customer);
        filter.customer = facts.customer.or(owner);
    }
    if world.chance.one_in(6) {
        filter.created_from = Some(some_time(world));
        filter.created_before = Some(some_time(world));
    }
    let platform = if world.chance.one_in(4) { None } else { Some(of) };
    ListQuery { platform, kind, filter, before: None, limit: world.chance.below(6) + 1 }
}

fn ask_history(
    world: &mut World,
    model: &mut Ports<'_>,
    other: &mut Ports<'_>,
) -> Result<(), String> {
    let (at, platform) = (world.position, world.platform());
    let limit = world.chance.below(6);
    let head = world.heads.get(&platform).map_or(0, |head| head.seq);
    let cursor = (some_number(world, head), u32::try_from(world.chance.below(3)).unwrap_or(0));
    compare!(("events after", platform, cursor, limit), model, other, |it| {
        it.reads.events_after(at, platform, cursor, limit)
    })?;
    let resource = some_visible(world, platform);
    let events = EventQuery {
        before: world.chance.one_in(2).then_some(cursor),
        resource,
        event_type: world.chance.one_in(3).then(|| "transaction.created".to_owned()),
        limit,
    };
    compare!((platform, &events), model, other, |it| it
        .reads
        .events_before(at, platform, &events))?;
    let records = AuditQuery {
        before: world.chance.one_in(2).then_some(cursor.0),
        resource,
        request_id: world.chance.maybe_word(),
        limit,
    };
    compare!((platform, &records), model, other, |it| it
        .reads
        .audit_before(at, platform, &records))?;
    let absent = (platform, EventId::from_bytes([9; 16]));
    let (of, id) = world.chance.pick_or(&world.events.clone(), absent);
    compare!(("event", of, id), model, other, |it| it.reads.event(at, of, id))?;
    let absent = (platform, AuditId::from_bytes([9; 16]));
    let (of, id) = world.chance.pick_or(&world.audits.clone(), absent);
    compare!(("record", of, id), model, other, |it| it.reads.audit_record(at, of, id))
}

fn ask_books(
    world: &mut World,
    model: &mut Ports<'_>,
    other: &mut Ports<'_>,
) -> Result<(), String> {
    let (at, platform) = (world.position, world.platform());
    let absent = AccountId::from_bytes([9; 16]);
    let account = world.some(platform, |it| {
        if let Resource::Account(it) = it { Some(it.ledger.id) } else { None }
    });
    let account = (platform, account.unwrap_or(absent));
    let (before, limit) = (world.chance.one_in(2).then_some(3), world.chance.below(5));
    compare!(("legs", account, before, limit), model, other, |it| {
        it.reads.legs_of(at, account, before, limit)
    })?;
    let head = world.heads.get(&platform).map_or(0, |head| head.seq);
    let as_of = if world.chance.one_in(2) {
        AsOf::Time(some_time(world))
    } else {
        AsOf::Seq(some_number(world, head))
    };
    compare!(("counters", account, as_of), model, other, |it| {
        it.reads.counters_as_of(at, account, as_of)
    })?;
    let (of, as_of) =
        (world.chance.one_in(2).then_some(platform), world.chance.one_in(2).then_some(as_of));
    compare!(("trial balance", of, as_of), model, other, |it| it
        .reads
        .trial_balance(at, of, as_of))?;
    let transactions: Vec<TransactionId> = world.transitions.keys().copied().collect();
    let transaction = world.chance.pick_or(&transactions, TransactionId::from_bytes([9; 16]));
    compare!(("entries", platform, transaction), model, other, |it| {
        it.reads.entries_of(at, platform, transaction)
    })
}

/// Walks through all commands and resources of both; resources in each store's own order.
pub(super) fn walk(model: &mut Ports<'_>, other: &mut Ports<'_>) -> Result<(), String> {
    compare!("all commands", model, other, |it| it.journal.commands_after(0, usize::MAX))?;
    let of_model = all_resources(model)?;
    let of_other = all_resources(other)?;
    same("all resources", Ok(of_model), Ok(of_other))
}

fn all_resources(ports: &mut Ports<'_>) -> Result<BTreeSet<String>, String> {
    let (mut all, mut after) = (BTreeSet::new(), None);
    loop {
        let found = ports.journal.resources_after(after.as_ref(), 3);
        let found = found.map_err(|why| why.to_string())?;
        let Some((platform, last)) = found.last() else { return Ok(all) };
        after = Some((*platform, last.key()));
        for resource in &found {
            if !all.insert(format!("{resource:?}")) {
                return Err(format!("walked over twice: {resource:?}"));
            }
        }
    }
}

fn some_key(world: &mut World) -> (PlatformId, Key) {
    if world.chance.one_in(8) {
        let name = NameKind::ExternalId(Kind::Transaction);
        return (world.platform(), Key::Name(name, world.chance.word()));
    }
    let keys: Vec<(PlatformId, Key)> = world.resources.keys().cloned().collect();
    let absent = (world.platform(), Key::Instruction([9; 16]));
    let (platform, key) = world.chance.pick_or(&keys, absent);
    if world.chance.one_in(8) { (world.platform(), key) } else { (platform, key) }
}

fn some_visible(world: &mut World, platform: PlatformId) -> Option<(Kind, [u8; 16])> {
    let found = world.some(platform, |it| it.visible().map(|it| (it.kind, it.id)));
    found.filter(|_| world.chance.one_in(2))
}

fn some_caller(world: &mut World) -> (PlatformId, String) {
    let absent = (world.platform(), "nobody's".to_owned());
    let keys = world.keys.clone();
    let (scope, key) = world.chance.pick_or(&keys, absent);
    if world.chance.one_in(6) { (world.platform(), key) } else { (scope, key) }
}

/// Some number up to a little more than `most`.
fn some_number(world: &mut World, most: u64) -> u64 {
    let end = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(2);
    u64::try_from(world.chance.below(end)).unwrap_or(0)
}

/// Some instant of a stored command, or a microsecond before it.
fn some_time(world: &mut World) -> Timestamp {
    let times: Vec<Timestamp> = world
        .resources
        .values()
        .filter_map(|it| it.visible().map(|it| it.meta.updated_at))
        .collect();
    let time = world.chance.pick_or(&times, world.now);
    let earlier = if world.chance.one_in(2) { 0 } else { -1 };
    time.checked_add_micros(earlier).unwrap_or(time)
}
