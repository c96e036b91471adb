//! Every deliberate alteration is found, under its invariant, and the row is named.
//!
//! Each alteration is made to a fresh copy of the same history and answers how its row must be named.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use ledger::{Chart, GENESIS, Layer, Rail, Timestamp};
use money::{Amount, Asset};
use payments::Resource;
use payments::resources::{InstructionState, TransactionKind};
use payments::states::{HoldStatus, RefundStatus, TransactionStatus};
use store::verify::{DIFFERENCES_MAX, verify};
use store::{MemoryStore, ReadRows};

use super::altered::Rows;
use super::story::{Story, gbp};

/// The same honest rows for all.
static HONEST: LazyLock<Rows> = LazyLock::new(|| Rows::of(Story::whole().store));

/// Alters the truth; exactly `invariants` must be broken, the first at the row that `alter` names.
#[track_caller]
fn check(invariants: &[u8], alter: impl FnOnce(&mut Rows) -> String) {
    let mut rows = HONEST.clone();
    let row = alter(&mut rows);
    judge(&mut rows, None, invariants, &row);
}

/// Alters the read model alone.
#[track_caller]
fn check_read_model(invariants: &[u8], alter: impl FnOnce(&mut Rows) -> String) {
    let mut rows = HONEST.clone();
    let row = format!("read model: {}", alter(&mut rows));
    let reads = rows.into_store();
    judge(&mut HONEST.clone(), Some(&reads), invariants, &row);
}

#[track_caller]
fn judge(rows: &mut Rows, reads: Option<&MemoryStore>, invariants: &[u8], row: &str) {
    let reads = reads.map(|reads| reads as &dyn ReadRows);
    let report = verify(rows, reads, &mut |_| {}).unwrap();
    assert!(!report.ok, "nothing was found");
    let broken: BTreeSet<u8> = report.differences.iter().map(|it| it.invariant.number()).collect();
    let expected: BTreeSet<u8> = invariants.iter().copied().collect();
    assert_eq!(broken, expected, "{:#?}", report.differences);
    let first = invariants.first().copied().unwrap();
    let named = report.differences.iter().any(|it| {
        it.invariant.number() == first && it.row.contains(row) && it.expected != it.found
    });
    assert!(named, "no {row} under {first}: {:#?}", report.differences);
    assert!(report.differences.len() < 20, "{:#?}", report.differences);
}

/// Whether an entry is a split payment with its fee.
fn is_payment(entry: &ledger::Entry) -> bool {
    entry.legs.len() == 4 && entry.legs.iter().all(|it| it.leg.layer == Layer::Posted)
}

/// Goal: money altered in the journal is found in its entry, leg or account.
/// Method: amounts, legs, counters and assets, one at a time.
#[test]
fn altered_entries() {
    check(&[1, 2, 3, 12], |rows| {
        let entry = rows.entry(is_payment);
        entry.legs[0].leg.amount = gbp(1);
        entry.id.to_string()
    });
    check(&[1, 2, 3], |rows| {
        let entry = rows.entry(is_payment);
        entry.legs.pop();
        entry.id.to_string()
    });
    check(&[2], |rows| {
        let entry = rows.entry(is_payment);
        entry.legs.swap(0, 1);
        entry.id.to_string()
    });
    check(&[3, 2], |rows| {
        let entry = rows.entry(is_payment);
        entry.legs[2].after.credits_posted += 1;
        entry.legs[2].leg.account.to_string()
    });
    check(&[10, 2, 1], |rows| {
        let entry = rows.entry(is_payment);
        let other = Asset::new("GBP", 3, money::Kind::Fiat).unwrap();
        entry.legs[0].leg.amount = Amount::new(entry.legs[0].leg.amount.minor(), other).unwrap();
        entry.id.to_string()
    });
    check(&[2], |rows| {
        let entry = rows.entry(is_payment);
        entry.effective_at = Timestamp::from_micros(1);
        entry.id.to_string()
    });
}

/// Goal: a lost or doubled entry is found by its chain and its transaction.
/// Method: entries taken off commands, an entry told twice, a number changed.
#[test]
fn lost_and_doubled_entries() {
    check(&[6, 3, 9, 12], |rows| {
        let place = rows.place(|it| it.entry.as_ref().is_some_and(is_payment));
        let entry = rows.commands[place].entry.take().unwrap();
        entry.transaction.to_string()
    });
    check(&[6, 2], |rows| {
        let entry = rows.entry(|entry| entry.transition_no == 1);
        entry.transition_no = 2;
        let entry = rows.entry(|entry| entry.transition_no == 2);
        entry.transaction.to_string()
    });
}

/// Goal: the order of a platform's commands and both chains are checked link by link.
/// Method: commands swapped, lost, moved in time; links and hashes cut; heads moved.
#[test]
fn altered_order_and_chains() {
    check(&[8, 9, 3], |rows| {
        let place = rows.place(|it| it.entry.is_some());
        rows.commands.swap(place, place + 1);
        format!("seq {}", rows.commands[place].command.seq)
    });
    check(&[8, 9], |rows| {
        let place = rows.place(|it| it.audit.outcome != "applied");
        rows.commands.remove(place);
        format!("command seq {}", rows.commands[place].command.seq)
    });
    check(&[8, 9, 15], |rows| {
        rows.commands.pop();
        "the last command".to_owned()
    });
    check(&[9, 15], |rows| {
        rows.position -= 1;
        format!("head of {}", rows.commands.pop().unwrap().command.platform)
    });
    check(&[8], |rows| {
        rows.commands[9].command.created_at = Timestamp::from_micros(1);
        format!("command seq {}", rows.commands[9].command.seq)
    });
    check(&[9], |rows| {
        rows.commands[9].audit.prev_hash = GENESIS;
        format!("audit {}", rows.commands[9].audit.id)
    });
    check(&[9], |rows| {
        rows.commands[9].audit.address = "elsewhere".to_owned();
        format!("audit {}", rows.commands[9].audit.id)
    });
    check(&[9], |rows| {
        rows.commands[9].command.body.push(b' ');
        format!("command seq {}: its answer", rows.commands[9].command.seq)
    });
    check(&[9], |rows| {
        let entry = rows.entry(|_| true);
        entry.prev_hash = [1; 32];
        *entry = entry.clone().sealed();
        entry.id.to_string()
    });
    for alter in [
        |head: &mut store::Head| head.seq += 1,
        |head: &mut store::Head| head.entry_hash = [9; 32],
        |head: &mut store::Head| head.audit_hash = [9; 32],
        |head: &mut store::Head| head.clock_offset_micros += 1,
    ] {
        check(&[9], |rows| {
            alter(&mut rows.heads[1]);
            format!("head of {}", rows.heads[1].platform)
        });
    }
    check(&[9], |rows| format!("head of {}", rows.heads.remove(1).platform));
}

/// Goal: a refusal that left something behind is found. Method: an entry and an event given to one.
#[test]
fn refusals_that_changed_something() {
    let refused = |rows: &Rows| rows.place(|it| it.audit.outcome != "applied");
    check(&[7, 3, 6, 8, 9, 14], |rows| {
        let place = refused(rows);
        let platform = rows.commands[place].command.platform;
        let entry = rows.entry(|entry| entry.platform == platform).clone();
        rows.commands[place].entry = Some(entry);
        format!("command seq {}", rows.commands[place].command.seq)
    });
    check(&[7, 9, 15], |rows| {
        let place = refused(rows);
        let platform = rows.commands[place].command.platform;
        let of = rows.place(|it| it.command.platform == platform && it.audit.touched.len() == 1);
        rows.commands[place].audit.touched = rows.commands[of].audit.touched.clone();
        format!("command seq {}", rows.commands[place].command.seq)
    });
    check(&[7], |rows| {
        let place = refused(rows);
        rows.commands[place].command.status = 201;
        format!("command seq {}", rows.commands[place].command.seq)
    });
}

/// Goal: events and statuses agree. Method: an event lost, doubled, misled; a status changed.
#[test]
fn altered_events_and_statuses() {
    let touches_one =
        |it: &store::Committed| it.audit.touched.len() == 1 && it.audit.touched[0].from.is_some();
    check(&[15, 9], |rows| {
        let place = rows.place(touches_one);
        let lost = rows.commands[place].audit.touched.remove(0);
        payments::id_text(lost.kind, lost.id)
    });
    check(&[15, 9], |rows| {
        let place = rows.place(touches_one);
        let audit = &mut rows.commands[place].audit;
        let twice = audit.touched[0].clone();
        audit.touched.push(twice.clone());
        payments::id_text(twice.kind, twice.id)
    });
    check(&[15], |rows| {
        let customer = rows.resource(|it| match it {
            Resource::Customer(it) => Some(it),
            _ => None,
        });
        customer.status = payments::states::CustomerStatus::Suspended;
        customer.id.to_string()
    });
    check(&[15], |rows| {
        let account = rows.resource(|it| match it {
            Resource::Account(it) if it.customer.is_some() => Some(it),
            _ => None,
        });
        account.meta.version += 1;
        account.ledger.id.to_string()
    });
    check(&[15], |rows| {
        let place = rows.resources.iter().position(|(_, it)| matches!(it, Resource::Customer(_)));
        match rows.resources.remove(place.unwrap()).1 {
            Resource::Customer(it) => it.id.to_string(),
            other => panic!("{other:?}"),
        }
    });
}

/// Goal: an account's row is the fold of its legs. Method: each counter, the version, the row itself.
#[test]
fn altered_accounts() {
    let customers = |it: &mut Resource| match it {
        Resource::Account(it) if it.ledger.counters.credits_posted > 0 => Some(it.ledger.id),
        _ => None,
    };
    for alter in [
        |it: &mut ledger::Account| it.counters.debits_pending += 1,
        |it: &mut ledger::Account| it.counters.debits_posted += 1,
        |it: &mut ledger::Account| it.counters.credits_pending += 1,
        |it: &mut ledger::Account| it.counters.credits_posted -= 1,
        |it: &mut ledger::Account| it.version += 1,
    ] {
        check(&[3], |rows| {
            let account = rows.resource(|it| match it {
                Resource::Account(it) if it.ledger.counters.credits_posted > 0 => Some(it),
                _ => None,
            });
            alter(&mut account.ledger);
            account.ledger.id.to_string()
        });
    }
    check(&[3, 13], |rows| {
        let internal = |(_, it): &(_, Resource)| matches!(it, Resource::Account(it) if it.ledger.chart == Chart::Clearing(Rail::Bank));
        let place = rows.resources.iter().position(internal).unwrap();
        let id = customers(&mut rows.resources[place].1).unwrap();
        rows.resources.remove(place);
        id.to_string()
    });
    check(&[4, 3], |rows| {
        let account = rows.resource(|it| match it {
            Resource::Account(it) if it.ledger.chart == Chart::Customer => Some(it),
            _ => None,
        });
        account.ledger.counters.debits_posted = account.ledger.counters.credits_posted + 1;
        account.ledger.id.to_string()
    });
    check(&[13], |rows| {
        let account = rows.resource(|it| match it {
            Resource::Account(it) if it.ledger.chart == Chart::Fees => Some(it),
            _ => None,
        });
        account.ledger.chart = Chart::OperatorEquity;
        account.ledger.id.to_string()
    });
}

/// Goal: an account that was overdrawn between two entries is found, by its lowest point.
/// Method: a posted debit on a customer's account made so large that it is below zero after it.
#[test]
fn overdrawn_in_between() {
    check(&[4, 1, 2, 3, 12], |rows| {
        let entry = rows.entry(is_payment);
        let written = &mut entry.legs[0];
        written.leg.amount = gbp(900_000_000);
        written.after.debits_posted += 900_000_000;
        written.leg.account.to_string()
    });
}

/// Goal: holds, payouts and refunds hold just what the journal reserved for them, and resolve once.
/// Method: rows that say they ended, or that they did not; more posted than held.
#[test]
fn altered_holds() {
    check(&[5, 15], |rows| {
        let hold = rows.resource(|it| match it {
            Resource::Hold(it) if it.status == HoldStatus::Voided => Some(it),
            _ => None,
        });
        hold.status = HoldStatus::Active;
        hold.transaction.to_string()
    });
    check(&[5], |rows| {
        let hold = rows.resource(|it| match it {
            Resource::Hold(it) if it.status == HoldStatus::Active => Some(it),
            _ => None,
        });
        hold.reserved[0].minor += 1;
        hold.transaction.to_string()
    });
    check(&[5], |rows| {
        let hold = rows.resource(|it| match it {
            Resource::Hold(it) if it.status == HoldStatus::Posted => Some(it),
            _ => None,
        });
        hold.posted = hold.amount.minor() + 1;
        hold.id.to_string()
    });
    check(&[5, 9, 15], |rows| {
        let posted = rows.place(|it| it.audit.touched.iter().any(|it| it.to == "posted"));
        let audit = &mut rows.commands[posted].audit;
        let touched = audit.touched.iter_mut().find(|it| it.to == "posted").unwrap();
        touched.from = Some("voided".to_owned());
        payments::id_text(touched.kind, touched.id)
    });
    check(&[5, 2, 3], |rows| {
        let released = |it: &ledger::LegAfter| it.leg.layer == Layer::Released;
        let entry = rows.entry(|entry| entry.legs.iter().all(released));
        for written in &mut entry.legs {
            written.leg.layer = Layer::Pending;
        }
        entry.transaction.to_string()
    });
}

/// Goal: what went back is what the refunds say, and stays within what the journal captured.
/// Method: amounts of refunds and transactions, a refund lost and one doubled.
#[test]
fn altered_refunds() {
    let settled = |it: &RefundStatus| *it == RefundStatus::Settled;
    check(&[12], |rows| {
        let transaction = rows.resource(|it| match it {
            Resource::Transaction(it) if it.refunded > 0 && it.refunded == it.captured => Some(it),
            _ => None,
        });
        transaction.refunded -= 1;
        transaction.id.to_string()
    });
    check(&[12], |rows| {
        let transaction = rows.resource(|it| match it {
            Resource::Transaction(it) if it.kind == TransactionKind::InboundBank => {
                (it.captured > 0).then_some(it)
            }
            _ => None,
        });
        transaction.captured += 1;
        transaction.id.to_string()
    });
    check(&[12], |rows| {
        let refund = rows.resource(|it| match it {
            Resource::Refund(it) if it.rail.is_none() && settled(&it.status) => Some(it),
            _ => None,
        });
        refund.amount = gbp(refund.amount.minor() * 2);
        refund.transaction.to_string()
    });
    check(&[12, 15], |rows| {
        let (place, mut twice) = rows
            .resources
            .iter()
            .enumerate()
            .find_map(|(place, (platform, it))| match it {
                Resource::Refund(it) if it.rail.is_none() => Some((place, (*platform, it.clone()))),
                _ => None,
            })
            .unwrap();
        twice.1.id = payments::ids::RefundId::from_bytes([9; 16]);
        let transaction = twice.1.transaction.to_string();
        rows.resources.insert(place + 1, (twice.0, Resource::Refund(twice.1)));
        transaction
    });
    check(&[12, 15], |rows| {
        let refund = |(_, it): &(_, Resource)| matches!(it, Resource::Refund(it) if it.rail.is_none() && settled(&it.status));
        let place = rows.resources.iter().position(refund).unwrap();
        match rows.resources.remove(place).1 {
            Resource::Refund(it) => it.transaction.to_string(),
            other => panic!("{other:?}"),
        }
    });
}

/// Goal: clearing holds what is in flight, and every payout in flight has its instruction.
/// Method: bookings forgotten and made up, instructions lost and ended.
#[test]
fn altered_clearing() {
    check(&[14], |rows| {
        let transaction = rows.resource(|it| match it {
            Resource::Transaction(it) if it.kind == TransactionKind::InboundBank => {
                it.rail.as_ref().is_some_and(|rail| rail.booked).then_some(it)
            }
            _ => None,
        });
        transaction.rail.as_mut().unwrap().booked = false;
        transaction.id.to_string()
    });
    check(&[14], |rows| {
        let instruction = rows.resource(|it| match it {
            Resource::Instruction(it) if it.booked => Some(it),
            _ => None,
        });
        instruction.booked = false;
        instruction.serves.id_text()
    });
    check(&[14], |rows| {
        let instruction = rows.resource(|it| match it {
            Resource::Instruction(it) if it.earlier.iter().any(|it| it.booked) => Some(it),
            _ => None,
        });
        instruction.earlier.iter_mut().for_each(|it| it.booked = false);
        instruction.serves.id_text()
    });
    check(&[14], |rows| {
        let instruction = rows.resource(|it| match it {
            Resource::Instruction(it) if it.state == InstructionState::Written => Some(it),
            _ => None,
        });
        instruction.state = InstructionState::Done;
        instruction.serves.id_text()
    });
    check(&[14], |rows| {
        let waiting = |(_, it): &(_, Resource)| matches!(it, Resource::Instruction(it) if it.state == InstructionState::Accepted);
        let place = rows.resources.iter().position(waiting).unwrap();
        match rows.resources.remove(place).1 {
            Resource::Instruction(it) => it.serves.id_text(),
            other => panic!("{other:?}"),
        }
    });
    check(&[14, 5, 12, 15], |rows| {
        let payout = rows.resource(|it| match it {
            Resource::Transaction(it) if it.kind == TransactionKind::OutboundBank => {
                (it.status == TransactionStatus::Settled).then_some(it)
            }
            _ => None,
        });
        payout.status = TransactionStatus::Submitted;
        payout.id.to_string()
    });
}

/// Goal: one key has one command. Method: a key given to a second command.
#[test]
fn a_key_used_twice() {
    check(&[16], |rows| {
        rows.commands[20].command.idempotency = rows.commands[10].command.idempotency.clone();
        format!("key {:?}", rows.commands[10].command.idempotency.as_ref().unwrap().key)
    });
}

/// Goal: a wrong row of the read model is named. Method: each kind of row, wrong or missing.
#[test]
fn altered_read_model() {
    check_read_model(&[15], |rows| {
        let customer = rows.resource(|it| match it {
            Resource::Customer(it) => Some(it),
            _ => None,
        });
        customer.name.push('x');
        format!("customer {}", customer.id)
    });
    check_read_model(&[15], |rows| {
        let place = rows.resources.iter().position(|(_, it)| matches!(it, Resource::Hold(_)));
        match rows.resources.remove(place.unwrap()).1 {
            Resource::Hold(it) => format!("hold {}", it.id),
            other => panic!("{other:?}"),
        }
    });
    check_read_model(&[3, 15], |rows| {
        let account = rows.resource(|it| match it {
            Resource::Account(it) if it.ledger.counters.credits_posted > 0 => Some(it),
            _ => None,
        });
        account.ledger.counters.credits_posted += 1;
        format!("trial balance of {}", account.ledger.chart)
    });
    check_read_model(&[3], |rows| {
        let id = rows.entry(|_| true).legs[0].leg.account;
        rows.last_leg(id).after.credits_posted += 1;
        format!("legs of account {id}")
    });
    check_read_model(&[3], |rows| {
        let entry = rows.entry(is_payment);
        let lost = entry.legs.remove(2);
        format!("legs of account {}", lost.leg.account)
    });
    check_read_model(&[15, 9], |rows| {
        let place = rows.place(|it| it.audit.touched.len() == 1);
        let audit = &mut rows.commands[place].audit;
        let lost = audit.touched.remove(0);
        let id = payments::id_text(lost.kind, lost.id);
        format!("event 0 of command {}, of {} {id}", audit.seq, lost.kind.code())
    });
    check_read_model(&[9], |rows| {
        let audit = &mut rows.commands[20].audit;
        audit.request_id.push('x');
        format!("request of command {}", audit.seq)
    });
    check_read_model(&[3], |rows| {
        let entry = rows.entry(is_payment);
        entry.effective_at = Timestamp::from_micros(1);
        format!("legs of account {}", entry.legs[0].leg.account)
    });
    check_read_model(&[14], |rows| {
        let instruction = rows.resource(|it| match it {
            Resource::Instruction(it) if it.state == InstructionState::Accepted => Some(it),
            _ => None,
        });
        instruction.reference.push('x');
        let id = ledger::TransactionId::from_bytes(instruction.id);
        format!("instruction of {id}")
    });
}

/// Goal: a row that cannot be read at all is a difference, not the end of the verification.
/// Method: a command and a resource in the middle that only give a fault.
#[test]
fn unreadable_rows() {
    let refused = HONEST.place(|it| it.audit.outcome != "applied");
    let position = HONEST.commands[refused].position;
    check(&[2, 8, 9], |rows| {
        rows.unreadable_command = Some(position);
        format!("entries: the row at position {position}")
    });
    check(&[15], |rows| {
        let place = rows.resources.len() / 2;
        rows.unreadable_resource = Some(place);
        format!("transactions: the row after {:?}", {
            let (platform, before) = &rows.resources[place - 1];
            (*platform, before.key())
        })
    });
}

/// Goal: a store that is wrong everywhere gives a bounded report that says so.
/// Method: the address and the answer of every command altered: two differences each.
#[test]
fn differences_are_bounded() {
    let mut rows = HONEST.clone();
    for committed in &mut rows.commands {
        committed.audit.address = "elsewhere".to_owned();
        committed.command.body.push(b' ');
    }
    let of = 2 * rows.commands.len();
    let report = verify(&mut rows, None, &mut |_| {}).unwrap();
    assert_eq!(report.differences.len(), DIFFERENCES_MAX + 1);
    let note = report.differences.last().unwrap();
    assert_eq!(note.row, "differences not listed");
    assert_eq!(note.found, (of - DIFFERENCES_MAX).to_string());
}

/// Goal: no place is exempt. Method: legs, events and answers all over the history, one at a time.
#[test]
fn any_row_that_is_altered_is_named() {
    let commands = HONEST.commands.len();
    for place in (0..commands).step_by(7) {
        let mut rows = HONEST.clone();
        let committed = &mut rows.commands[place];
        let row = match &mut committed.entry {
            Some(entry) => {
                let leg = &mut entry.legs[place % 2].leg;
                leg.amount = gbp(leg.amount.minor() + 1);
                entry.id.to_string()
            }
            None if committed.audit.touched.is_empty() => {
                committed.audit.answer_hash = [3; 32];
                committed.audit.id.to_string()
            }
            None => {
                committed.audit.touched[0].version += 1;
                committed.audit.id.to_string()
            }
        };
        let report = verify(&mut rows, None, &mut |_| {}).unwrap();
        let named = report.differences.iter().any(|it| it.row.contains(&row));
        assert!(named, "command {place}, {row}: {:#?}", report.differences);
    }
}
