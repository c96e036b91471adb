//! What came since a clean verification: honest is clean, and what is wrong in it is named.

use payments::resources::{Bearer, Kind};
use payments::{Command, Key, Resource};
use store::verify::{Checkpoint, Report, verify, verify_since};
use store::{Journal, MemoryStore, ReadRows};

use super::altered::Rows;
use super::story::Story;

/// A store that was verified, and went on.
struct GoneOn {
    checkpoint: Checkpoint,
    from: u64,
    store: MemoryStore,
}

fn gone_on() -> GoneOn {
    let mut story = Story::new();
    story.open_platform("Only");
    let cast = story.cast();
    story.fund("in", cast.buyer);
    let hold = story.hold_key(&cast);
    let report = verify(&mut story.store, None, &mut |_| {}).unwrap();
    assert_eq!((report.since_position, &report.differences[..]), (0, &[][..]));
    story.fund("in-2", cast.seller);
    let pay = story.pay(&cast, Bearer::Payees);
    story.apply(Command::Pay(pay), Kind::Transaction);
    story.step(hold, "voided");
    story.pay_out(&cast, Bearer::Payer);
    story.step(Key::Account(cast.other), "frozen");
    story.step(Key::Account(cast.other), "open");
    let checkpoint = report.checkpoint.unwrap();
    GoneOn { checkpoint, from: report.as_of_position, store: story.store }
}

fn since(rows: &mut dyn Journal, reads: Option<&MemoryStore>, from: &Checkpoint) -> Report {
    let reads = reads.map(|reads| reads as &dyn ReadRows);
    verify_since(rows, reads, from.clone(), &mut |_| {}).unwrap()
}

/// Goal: what is honest is clean, and only what is new is counted; the next one goes on from there.
/// Method: with and without a read model, over a checkpoint that was kept as bytes.
#[test]
fn what_came_since_is_clean() {
    let GoneOn { checkpoint, from, mut store } = gone_on();
    let kept = Checkpoint::from_bytes(&checkpoint.to_bytes().unwrap()).unwrap();
    assert_eq!(kept, checkpoint);
    let reads = store.clone();
    for reads in [None, Some(&reads)] {
        let report = since(&mut store, reads, &kept);
        assert_eq!(report.differences, []);
        let now = store.last_position().unwrap();
        assert_eq!((report.since_position, report.as_of_position), (from, now));
        assert_eq!(report.checked.audit, now - from);
        let whole = verify(&mut store, None, &mut |_| {}).unwrap();
        assert_eq!(report.checkpoint, whole.checkpoint);
        let again = since(&mut store, reads, &report.checkpoint.unwrap());
        assert_eq!((again.ok, again.checked.audit), (true, 0));
    }
}

/// Alters the new part of the truth; the row that `alter` names must be named, under one invariant at least.
#[track_caller]
fn check(invariant: u8, alter: impl FnOnce(&mut Rows, usize) -> String) {
    let GoneOn { checkpoint, from, store } = gone_on();
    let mut rows = Rows::of(store);
    let row = alter(&mut rows, usize::try_from(from).unwrap());
    let report = since(&mut rows, None, &checkpoint);
    let named = report
        .differences
        .iter()
        .any(|it| it.invariant.number() == invariant && it.row.contains(&row));
    assert!(named && !report.ok, "no {row} under {invariant}: {:#?}", report.differences);
    assert_eq!(report.checkpoint, None);
}

/// Goal: new commands are checked as in a whole verification. Method: one alteration at a time, each of
/// the first command of its sort after the checkpoint, where the chains go on from what was kept.
#[test]
fn new_commands_are_checked() {
    let with_entry = |rows: &Rows, from: usize| {
        from + rows.commands[from..].iter().position(|it| it.entry.is_some()).unwrap()
    };
    check(2, |rows, from| {
        let place = with_entry(rows, from);
        let entry = rows.commands[place].entry.as_mut().unwrap();
        entry.legs[0].after.debits_posted += 1;
        entry.id.to_string()
    });
    check(1, |rows, from| {
        let place = with_entry(rows, from);
        let entry = rows.commands[place].entry.as_mut().unwrap();
        entry.legs.pop();
        entry.id.to_string()
    });
    check(3, |rows, from| {
        let place = with_entry(rows, from);
        let entry = rows.commands[place].entry.take().unwrap();
        entry.legs[0].leg.account.to_string()
    });
    check(9, |rows, from| {
        rows.commands[from].audit.prev_hash = ledger::GENESIS;
        rows.commands[from].audit.id.to_string()
    });
    check(8, |rows, from| {
        rows.commands.remove(from);
        format!("command seq {}", rows.commands[from].command.seq)
    });
    check(8, |rows, from| {
        rows.commands.truncate(from - 1);
        rows.position = u64::try_from(from).unwrap() - 1;
        "the last command".to_owned()
    });
}

/// Goal: the rows that new commands touched are where those led. Method: a status, a version, a counter
/// and a whole row.
#[test]
fn touched_rows_are_checked() {
    check(15, |rows, _| {
        let hold = rows.resource(|it| match it {
            Resource::Hold(it) => Some(it),
            _ => None,
        });
        hold.status = payments::states::HoldStatus::Active;
        hold.id.to_string()
    });
    check(15, |rows, _| {
        let is_payment = |(_, it): &(_, Resource)| matches!(it, Resource::Transaction(it) if it.kind == payments::resources::TransactionKind::Internal && it.hold.is_none());
        let place = rows.resources.iter().position(is_payment).unwrap();
        match rows.resources.remove(place).1 {
            Resource::Transaction(it) => it.id.to_string(),
            other => panic!("{other:?}"),
        }
    });
    check(3, |rows, _| {
        let account = rows.resource(|it| match it {
            Resource::Account(it) if it.ledger.counters.debits_posted > 0 => Some(it),
            _ => None,
        });
        account.ledger.counters.credits_posted += 1;
        account.ledger.id.to_string()
    });
    check(9, |rows, _| {
        rows.heads[0].entry_hash = [9; 32];
        format!("head of {}", rows.heads[0].platform)
    });
}

/// Goal: the read model's rows of new commands are checked. Method: each kind of row, wrong or missing.
#[test]
fn the_read_model_of_what_is_new_is_checked() {
    let check = |invariant: u8, alter: &dyn Fn(&mut Rows, usize) -> String| {
        let GoneOn { checkpoint, from, store } = gone_on();
        let (mut rows, mut altered) = (Rows::of(store.clone()), Rows::of(store));
        let row = format!("read model: {}", alter(&mut altered, usize::try_from(from).unwrap()));
        let report = since(&mut rows, Some(&altered.into_store()), &checkpoint);
        let named = report
            .differences
            .iter()
            .any(|it| it.invariant.number() == invariant && it.row.contains(&row));
        assert!(named, "no {row} under {invariant}: {:#?}", report.differences);
    };
    check(9, &|rows, from| {
        rows.commands[from].audit.address = "elsewhere".to_owned();
        format!("audit {}", rows.commands[from].audit.id)
    });
    check(15, &|rows, from| {
        let later = rows.commands[from..].iter_mut();
        let touched = later.flat_map(|it| &mut it.audit.touched).next().unwrap();
        touched.version += 1;
        format!("event {}", touched.event)
    });
    check(3, &|rows, from| {
        let later = rows.commands[from..].iter_mut();
        let entry = later.filter_map(|it| it.entry.as_mut()).next().unwrap();
        entry.legs[0].after.debits_posted += 1;
        format!("legs of account {}", entry.legs[0].leg.account)
    });
    check(15, &|rows, _| {
        let hold = rows.resource(|it| match it {
            Resource::Hold(it) => Some(it),
            _ => None,
        });
        hold.posted += 1;
        format!("hold {}", hold.id)
    });
}
