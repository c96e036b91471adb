//! Small batches by hand, for tests that need no chance.

use ledger::{PlatformId, Timestamp};
use payments::audit::AuditRecord;
use payments::ids::{AuditId, CustomerId, RoleId};
use payments::meta::{Labels, Meta};
use payments::resources::{Customer, CustomerKind};
use payments::states::CustomerStatus;
use payments::{Actor, Idempotency, Key, Resource, mint_at};
use store::{Batch, Committed, Head, StoredCommand};

pub(super) const PLATFORM: PlatformId = PlatformId::from_bytes([1; 16]);

/// A batch of one command at `position` that makes one customer, under the key `key {position}`.
pub(super) fn customer_batch(position: u64) -> Batch {
    let created_at =
        Timestamp::from_micros(1_800_000_000_000_000 + i64::try_from(position).unwrap());
    let command = StoredCommand {
        platform: PLATFORM,
        seq: position,
        created_at,
        idempotency: Some(Idempotency {
            scope: PLATFORM,
            key: format!("key {position}"),
            fingerprint: [3; 32],
        }),
        status: 201,
        body: b"{}".to_vec(),
    };
    let audit = AuditRecord {
        id: AuditId::from_bytes(mint_at(PLATFORM, created_at, 1)),
        platform: PLATFORM,
        seq: position,
        created_at,
        actor: Actor::Writer,
        address: String::new(),
        request_id: String::new(),
        command: "customer.create".to_owned(),
        outcome: "applied".to_owned(),
        touched: Vec::new(),
        before_hash: [0; 32],
        after_hash: [0; 32],
        answer_hash: [0; 32],
        prev_hash: [0; 32],
        hash: hash(position),
    };
    let head = Head {
        platform: PLATFORM,
        seq: position,
        created_at,
        audit_hash: hash(position),
        entry_hash: [0; 32],
        clock_offset_micros: 0,
    };
    let customer = Customer {
        id: customer_id(position),
        meta: Meta::new(Labels::default(), created_at),
        kind: CustomerKind::Individual,
        name: format!("customer {position}"),
        email: None,
        role: RoleId::from_bytes([4; 16]),
        status: CustomerStatus::Active,
        persons: Vec::new(),
        accounts_open: 0,
        is_platform: false,
    };
    Batch {
        commands: vec![Committed { position, command, audit, entry: None }],
        resources: vec![(PLATFORM, Resource::Customer(customer))],
        heads: vec![(head, position - 1)],
    }
}

/// The key of the customer that the batch at `position` makes.
pub(super) fn customer_key(position: u64) -> Key {
    Key::Customer(customer_id(position))
}

fn customer_id(position: u64) -> CustomerId {
    let at = Timestamp::from_micros(1_800_000_000_000_000 + i64::try_from(position).unwrap());
    CustomerId::from_bytes(mint_at(PLATFORM, at, 0))
}

fn hash(position: u64) -> [u8; 32] {
    let mut hash = [5; 32];
    hash[..8].copy_from_slice(&position.to_be_bytes());
    hash
}
