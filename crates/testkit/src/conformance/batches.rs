//! Sound batches by chance: a few commands of several platforms, with heads, hashes and records.

use ledger::PlatformId;
use payments::audit::AuditRecord;
use payments::ids::{AuditId, KeyId};
use payments::{Actor, Idempotency, OPERATOR};
use sha2::{Digest, Sha256};
use store::{Batch, Committed, Head, StoredCommand};

use super::world::{Draft, World};

/// A batch that may follow what `world` holds.
pub(super) fn sound(world: &mut World) -> Draft {
    // The world's own chance moves on too, so that a batch that is thrown away is not made again.
    world.chance.number();
    let mut draft = Draft { after: world.clone(), batch: Batch::default(), minted: 0 };
    for _ in 0..=draft.after.chance.below(5) {
        let platform = draft.after.platform();
        draft.command(platform);
    }
    for head in draft.after.heads.values() {
        let before = world.heads.get(&head.platform).map_or(0, |before| before.seq);
        if head.seq > before {
            draft.batch.heads.push((head.clone(), before));
        }
    }
    draft
}

impl Draft {
    fn command(&mut self, platform: PlatformId) {
        let passes = i64::try_from(self.after.chance.below(2_000_000) + 1).unwrap_or(1);
        self.after.now = self.after.now.checked_add_micros(passes).unwrap_or(self.after.now);
        self.minted = 0;
        self.after.position += 1;
        let mut head =
            self.after.heads.get(&platform).cloned().unwrap_or_else(|| Head::genesis(platform));
        head.seq += 1;
        head.created_at = self.after.now;
        if self.after.chance.one_in(10) {
            head.clock_offset_micros += 3_000_000;
        }

        let (mut touched, mut entry) = (Vec::new(), None);
        let applied = !self.after.chance.one_in(5);
        if applied {
            for _ in 0..=self.after.chance.below(3) {
                self.act(platform, &mut touched);
            }
            entry = self.entry(platform, head.seq);
        }
        let command = self.stored(platform, &head);
        let answer_hash = Sha256::digest(&command.body).into();
        let mut audit = AuditRecord {
            id: AuditId::from_bytes(self.mint(platform)),
            platform,
            seq: head.seq,
            created_at: head.created_at,
            actor: Actor::Platform(KeyId::from_bytes([1; 16])),
            address: "127.0.0.1".to_owned(),
            request_id: self.after.chance.word(),
            command: "payment.create".to_owned(),
            outcome: if applied { "applied" } else { "insufficient_funds" }.to_owned(),
            touched,
            before_hash: self.after.chance.bytes(),
            after_hash: self.after.chance.bytes(),
            answer_hash,
            prev_hash: head.audit_hash,
            hash: [0; 32],
        };
        audit.hash = audit.digest();

        head.audit_hash = audit.hash;
        head.entry_hash = entry.as_ref().map_or(head.entry_hash, |entry| entry.hash);
        self.after.heads.insert(platform, head);
        self.after.audits.push((platform, audit.id));
        self.after.events.extend(audit.touched.iter().map(|it| (platform, it.event)));
        let position = self.after.position;
        self.batch.commands.push(Committed { position, command, audit, entry });
    }

    fn stored(&mut self, platform: PlatformId, head: &Head) -> StoredCommand {
        let idempotency = (!self.after.chance.one_in(4)).then(|| {
            let scope = if self.after.chance.one_in(3) { OPERATOR } else { platform };
            let key = format!("{} {}", self.after.chance.word(), self.after.position);
            self.after.keys.push((scope, key.clone()));
            Idempotency { scope, key, fingerprint: self.after.chance.bytes() }
        });
        let body = self.after.chance.word().into_bytes();
        let status = if self.after.chance.one_in(2) { 201 } else { 422 };
        let (seq, created_at) = (head.seq, head.created_at);
        StoredCommand { platform, seq, created_at, idempotency, status, body }
    }
}
