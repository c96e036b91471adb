//! One command after the other: order, both hash chains, and that a refusal left nothing behind.
//!
//! After a difference the check goes on from what the row says, so that one wrong row is one or two
//! differences, not all that follow.

use ledger::{Entry, PlatformId};
use payments::audit::AuditRecord;
use sha2::{Digest, Sha256};

use super::histories::{Histories, History};
use super::report::{Difference, Findings, Invariant, Row};
use crate::hex::hex;
use crate::rows::{Committed, StoredCommand};

/// The hashes of a command as they should be.
#[derive(Debug, Clone)]
pub(super) struct Digests {
    audit: [u8; 32],
    entry: Option<[u8; 32]>,
    answer: [u8; 32],
}

impl Digests {
    pub(super) fn of(committed: &Committed) -> Self {
        Self {
            audit: committed.audit.digest(),
            entry: committed.entry.as_ref().map(Entry::digest),
            answer: Sha256::digest(&committed.command.body).into(),
        }
    }
}

/// Checks one command against its platform's history, and moves the history on.
pub(super) fn check(
    (committed, digests): (&Committed, &Digests),
    histories: &mut Histories,
    findings: &mut Findings,
) {
    let Committed { command, audit, entry, .. } = committed;
    let history = histories.at(command.platform);
    order(command, history, findings);
    let audit_row = || format!("audit {} (seq {})", audit.id, audit.seq);
    let row = Row { platform: command.platform, name: &audit_row };
    same_command(committed, &row, findings);
    audit_chain((audit, &digests.audit), history, (&row, findings));
    let hashes = (&audit.answer_hash, &digests.answer);
    let row = Row {
        platform: command.platform,
        name: &|| format!("command seq {}: its answer", command.seq),
    };
    findings.same(Invariant::Chains, &row, hashes, hex);
    if let (Some(entry), Some(digest)) = (entry, &digests.entry) {
        entry_chain((entry, digest), command.platform, history, findings);
    }
    if audit.outcome != "applied" {
        refusal(committed, findings);
    }
}

/// Invariant 8.
fn order(command: &StoredCommand, history: &mut History, findings: &mut Findings) {
    let name = || format!("command seq {}", command.seq);
    let row = Row { platform: command.platform, name: &name };
    let next = history.seq.saturating_add(1);
    findings.same(Invariant::Order, &row, (&next, &command.seq), |seq| format!("seq {seq}"));
    if command.created_at <= history.created_at {
        findings.add(Difference::new(
            (Invariant::Order, command.platform),
            name(),
            format!("created after {} µs", history.created_at.micros()),
            format!("created at {} µs", command.created_at.micros()),
        ));
    }
    (history.seq, history.created_at) = (command.seq, command.created_at);
}

/// Command, audit record and entry of one commit name the same platform, seq and instant.
fn same_command(committed: &Committed, row: &Row<'_>, findings: &mut Findings) {
    let Committed { command, audit, entry, .. } = committed;
    let words = |of: &(PlatformId, u64, i64)| format!("{}, seq {}, {} µs", of.0, of.1, of.2);
    let of_command = (command.platform, command.seq, command.created_at.micros());
    let of_audit = (audit.platform, audit.seq, audit.created_at.micros());
    findings.same(Invariant::Order, row, (&of_command, &of_audit), words);
    if let Some(entry) = entry {
        let of_entry = (entry.platform, entry.seq, entry.created_at.micros());
        let row = Row { platform: command.platform, name: &|| entry_row(entry) };
        findings.same(Invariant::Order, &row, (&of_command, &of_entry), words);
    }
}

/// Invariant 9, of the audit records.
fn audit_chain(
    (audit, digest): (&AuditRecord, &[u8; 32]),
    history: &mut History,
    (row, findings): (&Row<'_>, &mut Findings),
) {
    let linked = (&history.audit_hash, &audit.prev_hash);
    findings.same(Invariant::Chains, row, linked, |hash| format!("follows {}", hex(hash)));
    let hashed = (digest, &audit.hash);
    findings.same(Invariant::Chains, row, hashed, |hash| format!("hash {}", hex(hash)));
    history.audit_hash = audit.hash;
}

/// Invariants 2 and 9, of the entries: a row whose hash is not its own was changed.
fn entry_chain(
    (entry, digest): (&Entry, &[u8; 32]),
    platform: PlatformId,
    history: &mut History,
    findings: &mut Findings,
) {
    let row = Row { platform, name: &|| entry_row(entry) };
    let linked = (&history.entry_hash, &entry.prev_hash);
    findings.same(Invariant::Chains, &row, linked, |hash| format!("follows {}", hex(hash)));
    let hashed = (digest, &entry.hash);
    findings.same(Invariant::JournalUnchanged, &row, hashed, |hash| format!("hash {}", hex(hash)));
    history.entry_hash = entry.hash;
}

/// Invariant 7.
fn refusal(committed: &Committed, findings: &mut Findings) {
    let Committed { command, audit, entry, .. } = committed;
    let name = || format!("command seq {}: refused, {}", command.seq, audit.outcome);
    let row = Row { platform: command.platform, name: &name };
    let invariant = Invariant::RefusalsChangeNothing;
    let written = entry.as_ref().map(|entry| entry.id);
    findings.same(invariant, &row, (&None, &written), |entry| match entry {
        Some(entry) => format!("entry {entry}"),
        None => "no entry".to_owned(),
    });
    let events = (&0, &audit.touched.len());
    findings.same(invariant, &row, events, |events| format!("{events} changed resources"));
    let nothing: [u8; 32] = Sha256::digest([]).into();
    for hash in [&audit.before_hash, &audit.after_hash] {
        findings.same(invariant, &row, (&nothing, hash), |hash| format!("state {}", hex(hash)));
    }
    let answered_as_applied = command.status < 400;
    findings.same(invariant, &row, (&false, &answered_as_applied), |as_applied| {
        let answered = if *as_applied { "as if applied" } else { "as refused" };
        format!("answered {answered}")
    });
}

/// The words for an entry.
pub(super) fn entry_row(entry: &Entry) -> String {
    format!("entry {} (seq {}) of {}", entry.id, entry.seq, entry.transaction)
}
