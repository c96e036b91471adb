//! The hash chain: what an entry's digest covers, and that its encoding never changes.

use std::collections::BTreeSet;

use expect_test::expect;
use money::{Amount, Asset, Kind};
use proptest::prelude::*;

use super::{amount, id};
use crate::{
    Counters, Direction, Entry, EntryId, GENESIS, Layer, Leg, LegAfter, PlatformId, Timestamp,
    TransactionId,
};

fn any_leg() -> impl Strategy<Value = LegAfter> {
    let minor = || prop_oneof![0_u128..300, any::<u128>()];
    let layer = prop::sample::select(vec![Layer::Pending, Layer::Released, Layer::Posted]);
    let direction = prop::sample::select(vec![Direction::Debit, Direction::Credit]);
    let after = (minor(), minor(), minor(), minor());
    (0..9_u8, direction, layer, 0..300_u128, after, 0..300_u64).prop_map(
        |(account, direction, layer, moved, after, version)| LegAfter {
            leg: Leg {
                account: id(&account.to_string()),
                direction,
                layer,
                amount: amount(moved, "GBP"),
            },
            after: Counters {
                debits_pending: after.0,
                debits_posted: after.1,
                credits_pending: after.2,
                credits_posted: after.3,
            },
            version,
        },
    )
}

prop_compose! {
    fn any_entry()(
        ids in any::<([u8; 16], [u8; 16], [u8; 16])>(),
        (seq, transition_no) in (0..70_000_u64, 0..300_u32),
        (created_at, effective_at) in any::<(i64, i64)>(),
        legs in prop::collection::vec(any_leg(), 1..5),
        prev_hash in any::<[u8; 32]>(),
    ) -> Entry {
        Entry {
            platform: PlatformId::from_bytes(ids.0),
            seq,
            id: EntryId::from_bytes(ids.1),
            transaction: TransactionId::from_bytes(ids.2),
            transition_no,
            created_at: Timestamp::from_micros(created_at),
            effective_at: Timestamp::from_micros(effective_at),
            legs,
            prev_hash,
            hash: [0; 32],
        }
        .sealed()
    }
}

/// The entry with one thing changed, in every way. Taken apart without `..`: a new field must be
/// added here too.
fn altered(entry: &Entry) -> Vec<Entry> {
    let Entry {
        platform,
        seq,
        id,
        transaction,
        transition_no,
        created_at,
        effective_at,
        legs,
        prev_hash,
        hash: _,
    } = entry.clone();
    let flip = |bytes: &[u8; 16]| bytes.map(|byte| byte ^ 1);
    let later = |time: Timestamp| Timestamp::from_micros(time.micros() ^ 1);
    let with = |change: &dyn Fn(&mut Entry)| {
        let mut entry = entry.clone();
        change(&mut entry);
        entry
    };
    let mut entries = vec![
        with(&|entry| entry.platform = PlatformId::from_bytes(flip(platform.as_bytes()))),
        with(&|entry| entry.seq = seq + 1),
        with(&|entry| entry.id = EntryId::from_bytes(flip(id.as_bytes()))),
        with(&|entry| entry.transaction = TransactionId::from_bytes(flip(transaction.as_bytes()))),
        with(&|entry| entry.transition_no = transition_no + 1),
        with(&|entry| entry.created_at = later(created_at)),
        with(&|entry| entry.effective_at = later(effective_at)),
        with(&|entry| entry.prev_hash = prev_hash.map(|byte| byte ^ 1)),
        with(&|entry| entry.legs.truncate(legs.len() - 1)),
        with(&|entry| entry.legs.push(legs[0])),
    ];
    for (at, leg) in legs.iter().enumerate() {
        let changed = altered_leg(leg);
        entries.extend(changed.into_iter().map(|leg| with(&|entry| entry.legs[at] = leg)));
    }
    entries
}

/// The leg with one thing changed, in every way; the asset of its amount in three.
fn altered_leg(written: &LegAfter) -> Vec<LegAfter> {
    let LegAfter { leg: Leg { account: _, direction, layer, amount }, after, version } = *written;
    let with_leg = |leg| LegAfter { leg, ..*written };
    let with_after = |after| LegAfter { after, ..*written };
    let with_asset = |code: &str, scale, kind| {
        let asset = Asset::new(code, scale, kind).unwrap();
        with_leg(Leg { amount: Amount::new(amount.minor(), asset).unwrap(), ..written.leg })
    };
    let more = Amount::new(amount.minor() + 1, amount.asset()).unwrap();
    let layers = [Layer::Pending, Layer::Released, Layer::Posted].into_iter();
    let other_layers = layers.filter(|other| *other != layer);
    let Counters { debits_pending, debits_posted, credits_pending, credits_posted } = after;
    let mut legs = vec![
        with_leg(Leg { account: id("else"), ..written.leg }),
        with_leg(Leg { direction: direction.opposite(), ..written.leg }),
        with_leg(Leg { amount: more, ..written.leg }),
        with_asset("GBX", 2, Kind::Fiat),
        with_asset("GBP", 3, Kind::Fiat),
        with_asset("GBP", 2, Kind::Crypto),
        with_asset("GBP", 2, Kind::Points),
        with_after(Counters { debits_pending: debits_pending ^ 1, ..after }),
        with_after(Counters { debits_posted: debits_posted ^ 1, ..after }),
        with_after(Counters { credits_pending: credits_pending ^ 1, ..after }),
        with_after(Counters { credits_posted: credits_posted ^ 1, ..after }),
        LegAfter { version: version + 1, ..*written },
    ];
    legs.extend(other_layers.map(|layer| with_leg(Leg { layer, ..written.leg })));
    legs
}

proptest! {
    /// Invariant `every_field_changes_the_digest`: the entry and all its alterations have digests
    /// of their own.
    #[test]
    fn every_field_changes_the_digest(entry in any_entry()) {
        let mut entries = altered(&entry);
        prop_assert!(entries.iter().all(|altered| altered.digest() != entry.hash));
        // Alike legs may stand next to one another: some alterations then give the same entry.
        entries.push(entry);
        let distinct: BTreeSet<Vec<u8>> = entries.iter().map(Entry::encode).collect();
        let digests: BTreeSet<[u8; 32]> = entries.iter().map(Entry::digest).collect();
        prop_assert_eq!(distinct.len(), digests.len());
    }

    /// Goal: no two entries share their bytes. Method: the encoding is read back field by field,
    /// by the description in its documentation, and gives the entry.
    #[test]
    fn encoding_can_be_read_back(entry in any_entry()) {
        let bytes = entry.encode();
        let mut rest = &bytes[..];
        let mut next = || {
            let (length, after) = rest.split_first().unwrap();
            let (field, after) = after.split_at(usize::from(*length));
            rest = after;
            field.to_vec()
        };
        prop_assert_eq!(next(), b"florin:entry:1");
        prop_assert_eq!(next(), entry.platform.as_bytes());
        prop_assert_eq!(read(&next()), u128::from(entry.seq));
        prop_assert_eq!(next(), entry.id.as_bytes());
        prop_assert_eq!(next(), entry.transaction.as_bytes());
        prop_assert_eq!(read(&next()), u128::from(entry.transition_no));
        prop_assert_eq!(next(), entry.created_at.micros().to_be_bytes());
        prop_assert_eq!(next(), entry.effective_at.micros().to_be_bytes());
        prop_assert_eq!(usize::try_from(read(&next())).unwrap(), entry.legs.len());
        for LegAfter { leg, after, version } in &entry.legs {
            let asset = leg.amount.asset();
            prop_assert_eq!(next(), leg.account.as_bytes());
            prop_assert_eq!(read(&next()), if leg.direction == Direction::Debit { 1 } else { 2 });
            let layers = [Layer::Pending, Layer::Released, Layer::Posted];
            prop_assert_eq!(layers[usize::try_from(read(&next())).unwrap() - 1], leg.layer);
            prop_assert_eq!(next(), asset.code().as_bytes());
            prop_assert_eq!(read(&next()), u128::from(asset.scale()));
            prop_assert_eq!(read(&next()), 1);
            prop_assert_eq!(read(&next()), leg.amount.minor());
            prop_assert_eq!(read(&next()), after.debits_pending);
            prop_assert_eq!(read(&next()), after.debits_posted);
            prop_assert_eq!(read(&next()), after.credits_pending);
            prop_assert_eq!(read(&next()), after.credits_posted);
            prop_assert_eq!(read(&next()), u128::from(*version));
        }
        prop_assert_eq!(next(), entry.prev_hash);
        prop_assert!(rest.is_empty());
    }

    /// Goal: a chain breaks where it was touched. Method: alter one of three entries, seal it
    /// again or not, and look for the first that no longer follows.
    #[test]
    fn a_chain_breaks_where_it_was_touched(
        entries in prop::collection::vec(any_entry(), 3),
        touched in 0..3_usize,
        resealed in any::<bool>(),
    ) {
        let mut chain: Vec<Entry> = Vec::new();
        for entry in entries {
            let prev_hash = chain.last().map_or(GENESIS, |before| before.hash);
            chain.push(Entry { prev_hash, ..entry }.sealed());
        }
        prop_assert_eq!(first_break(&chain), None);
        chain[touched].legs[0].after.debits_posted ^= 1;
        if resealed {
            chain[touched] = chain[touched].clone().sealed();
        }
        let expected = touched + usize::from(resealed);
        prop_assert_eq!(first_break(&chain), (expected < 3).then_some(expected));
    }
}

fn read(big_endian: &[u8]) -> u128 {
    big_endian.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

fn first_break(chain: &[Entry]) -> Option<usize> {
    let mut before = GENESIS;
    chain.iter().position(|entry| {
        let is_whole = entry.prev_hash == before && entry.digest() == entry.hash;
        before = entry.hash;
        !is_whole
    })
}

/// Goal: stored chains stay whole over releases. Method: the digest of one entry, for ever.
#[test]
fn the_encoding_never_changes() {
    let leg = |name, direction, moved| LegAfter {
        leg: Leg {
            account: id(name),
            direction,
            layer: Layer::Posted,
            amount: amount(moved, "GBP"),
        },
        after: Counters { debits_posted: moved, credits_posted: 70_000, ..Counters::default() },
        version: 3,
    };
    let entry = Entry {
        platform: PlatformId::from_bytes([1; 16]),
        seq: 256,
        id: EntryId::from_bytes([2; 16]),
        transaction: TransactionId::from_bytes([3; 16]),
        transition_no: 0,
        created_at: Timestamp::from_micros(1_700_000_000_000_000),
        effective_at: Timestamp::from_micros(-1),
        legs: vec![leg("ann", Direction::Debit, 10_50), leg("bob", Direction::Credit, 10_50)],
        prev_hash: GENESIS,
        hash: GENESIS,
    };
    let hex: String = entry.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    expect!["7fa792928470684682791464e655ee1ed8983a55624b0d56277b724e7f00d4e3"].assert_eq(&hex);
}
