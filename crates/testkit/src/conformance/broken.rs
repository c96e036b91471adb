//! Batches that break one rule each: what no store may save.

use ledger::Chart;
use money::Asset;
use payments::resources::{Account, Hold, Transaction};
use payments::states::HoldStatus;
use payments::{Idempotency, Key, Resource};
use store::Batch;

use super::batches::sound;
use super::world::World;

/// What is wrong, and how a sound batch is made wrong; `None` where it has nothing to be wrong.
type Break = (&'static str, fn(&mut World, &mut Batch) -> Option<()>);

const BREAKS: &[Break] = &[
    ("nothing in it", |_, batch| {
        *batch = Batch::default();
        Some(())
    }),
    ("a gap in the positions", |_, batch| {
        batch.commands.last_mut()?.position += 1;
        Some(())
    }),
    ("a position that is taken", |world, batch| {
        batch.commands.first_mut()?.position = world.position;
        Some(())
    }),
    ("a gap in seq", |_, batch| {
        batch.commands.first_mut()?.command.seq += 1;
        Some(())
    }),
    ("a head that does not follow", |_, batch| {
        let (head, before) = batch.heads.first_mut()?;
        *before += 1;
        head.seq += 1;
        let platform = head.platform;
        let commands = batch.commands.iter_mut().map(|it| &mut it.command);
        commands.filter(|it| it.platform == platform).for_each(|it| it.seq += 1);
        Some(())
    }),
    ("a command without a head", |_, batch| batch.heads.pop().map(|_| ())),
    ("time that stands still", |world, batch| {
        batch.commands.truncate(1);
        let command = &mut batch.commands.first_mut()?.command;
        let saved = world.heads.get(&command.platform)?;
        command.created_at = saved.created_at;
        let (head, _) = batch.heads.iter_mut().find(|(it, _)| it.platform == command.platform)?;
        (head.seq, head.created_at) = (command.seq, command.created_at);
        let platform = command.platform;
        batch.heads.retain(|(it, _)| it.platform == platform);
        Some(())
    }),
    ("a key that is taken", |world, batch| {
        let (scope, key) = world.chance.pick(&world.keys.clone())?;
        let fingerprint = [0; 32];
        let command = &mut batch.commands.first_mut()?.command;
        command.idempotency = Some(Idempotency { scope, key, fingerprint });
        Some(())
    }),
    ("a transition that has an entry", |world, batch| {
        let (transaction, _) = world.transitions.first_key_value()?;
        let entry = batch.commands.iter_mut().find_map(|it| it.entry.as_mut())?;
        (entry.transaction, entry.transition_no) = (*transaction, 1);
        Some(())
    }),
    ("an overdrawn account", |_, batch| {
        let liability = |it: &&mut Account| it.ledger.chart == Chart::Customer;
        let account =
            batch.resources.iter_mut().filter_map(|(_, it)| as_account(it)).find(liability)?;
        let held =
            account.ledger.counters.credits_posted.checked_add(account.ledger.credit_limit)?;
        account.ledger.counters.debits_pending = 0;
        account.ledger.counters.debits_posted = held + 1;
        (held < money::AMOUNT_MAX).then_some(())
    }),
    ("an asset of another scale", |world, batch| {
        let new = |it: &&mut Account| {
            !world.resources.keys().any(|(_, key)| *key == Key::Account(it.ledger.id))
        };
        let counted = world.resources.iter().find_map(|((platform, _), it)| {
            if let Resource::Account(it) = it { Some((*platform, it.ledger.asset)) } else { None }
        });
        let (platform, asset) = counted?;
        let of_platform = batch.resources.iter_mut().filter(|(of, _)| *of == platform);
        let account = of_platform.filter_map(|(_, it)| as_account(it)).find(new)?;
        account.ledger.asset = Asset::new(asset.code(), asset.scale() ^ 1, asset.kind()).ok()?;
        Some(())
    }),
    ("a refund above what was captured", |_, batch| {
        let transaction = batch.resources.iter_mut().find_map(|(_, it)| as_transaction(it))?;
        transaction.refunded = transaction.captured + 1;
        (transaction.refunded <= money::AMOUNT_MAX).then_some(())
    }),
    ("a hold that posts too much", |_, batch| {
        let hold = batch.resources.iter_mut().find_map(|(_, it)| as_hold(it))?;
        hold.posted = hold.amount.minor() + 1;
        (hold.posted <= money::AMOUNT_MAX).then_some(())
    }),
    ("a hold that resolves twice", |world, batch| {
        let resolved = world.resources.iter().find_map(|((platform, _), it)| {
            let Resource::Hold(it) = it else { return None };
            (it.status == HoldStatus::Posted).then(|| (*platform, it.clone()))
        });
        let (platform, mut hold) = resolved?;
        hold.status = HoldStatus::Voided;
        batch.resources.retain(|(_, it)| it.key() != Key::Hold(hold.id));
        batch.resources.push((platform, Resource::Hold(hold)));
        Some(())
    }),
    ("a resource twice", |_, batch| {
        let twice = batch.resources.first()?.clone();
        batch.resources.push(twice);
        Some(())
    }),
];

/// A batch that both stores must refuse, and why.
pub(super) fn batch(world: &mut World) -> Option<(&'static str, Batch)> {
    let (how, break_it) = world.chance.pick(BREAKS)?;
    let mut batch = sound(world).batch;
    break_it(world, &mut batch)?;
    Some((how, batch))
}

fn as_account(resource: &mut Resource) -> Option<&mut Account> {
    if let Resource::Account(it) = resource { Some(it) } else { None }
}

fn as_transaction(resource: &mut Resource) -> Option<&mut Transaction> {
    if let Resource::Transaction(it) = resource { Some(it) } else { None }
}

fn as_hold(resource: &mut Resource) -> Option<&mut Hold> {
    if let Resource::Hold(it) = resource { Some(it) } else { None }
}
