//! Ids: their text form, their bytes, and the order in which they sort.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::{
    AccountId, EntryId, PlatformId, Timestamp, TransactionId,
    ids::{COUNTER_MAX, derived, mint},
};

#[track_caller]
fn check(text: &str, expected: Expect) {
    let actual = match text.parse::<AccountId>() {
        Ok(id) => id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(error) => format!("{}: {error}", error.code()),
    };
    expected.assert_eq(&actual);
}

/// Goal: exactly the TypeID form is an id. Method: the specification's own samples, then texts
/// wrong in one way and the next.
#[test]
fn parses_the_typeid_form_only() {
    check("acc_00000000000000000000000000", expect!["00000000000000000000000000000000"]);
    check("acc_0000000000000000000000000g", expect!["00000000000000000000000000000010"]);
    check("acc_00000000000000000000000010", expect!["00000000000000000000000000000020"]);
    check("acc_01h455vb4pex5vsknk084sn02q", expect!["01890a5dac96774bbcceb302099a8057"]);
    check("acc_7zzzzzzzzzzzzzzzzzzzzzzzzz", expect!["ffffffffffffffffffffffffffffffff"]);

    check("", expect!["id_wrong_prefix: an id of this type starts with acc_"]);
    check("txn_01H455VB4PEX", expect!["id_wrong_prefix: an id of this type starts with acc_"]);
    check(
        "ACC_01h455vb4pex5vsknk084sn02q",
        expect!["id_wrong_prefix: an id of this type starts with acc_"],
    );
    check(
        "acc01h455vb4pex5vsknk084sn02q",
        expect!["id_wrong_prefix: an id of this type starts with acc_"],
    );
    check(
        " acc_01h455vb4pex5vsknk084sn02q",
        expect!["id_wrong_prefix: an id of this type starts with acc_"],
    );
    check(
        "acc_01H455VB4PEX",
        expect!["id_wrong_length: an id has 26 characters after its prefix, this one has 12"],
    );
    check(
        "acc_01h455vb4pex5vsknk084sn02q ",
        expect!["id_wrong_length: an id has 26 characters after its prefix, this one has 27"],
    );
    check(
        "acc_01H455VB4PEX5VSKNK084SN02Q",
        expect!["id_bad_character: character 3 after the prefix of the id is not allowed there"],
    );
    check(
        "acc_01h455vb4pex5vsknk084sn02u",
        expect!["id_bad_character: character 26 after the prefix of the id is not allowed there"],
    );
    check(
        "acc_01h455vb4pex5vsknk084sn0é",
        expect!["id_bad_character: character 25 after the prefix of the id is not allowed there"],
    );
    check(
        "acc_8zzzzzzzzzzzzzzzzzzzzzzzzz",
        expect!["id_bad_character: character 1 after the prefix of the id is not allowed there"],
    );
}

/// Goal: ids of one platform are told apart from the same bytes of another type by their text.
#[test]
fn each_type_has_its_own_prefix() {
    let bytes = [7; 16];
    let texts = [
        PlatformId::from_bytes(bytes).to_string(),
        AccountId::from_bytes(bytes).to_string(),
        TransactionId::from_bytes(bytes).to_string(),
        EntryId::from_bytes(bytes).to_string(),
    ];
    expect![[r#"
        plt_070w3ge1r70w3ge1r70w3ge1r7
        acc_070w3ge1r70w3ge1r70w3ge1r7
        txn_070w3ge1r70w3ge1r70w3ge1r7
        ent_070w3ge1r70w3ge1r70w3ge1r7"#]]
    .assert_eq(&texts.join("\n"));
}

/// Goal: the bits of a minted and a derived id stand where documented. Method: samples.
#[test]
fn minted_and_derived_ids_are_uuids() {
    let hex = |bytes: [u8; 16]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let at = Timestamp::from_micros(0x0123_4567_89ab * 1_000 + 999);
    expect!["0123456789ab73e7bfffdeadbeef0001"].assert_eq(&hex(mint(
        at,
        COUNTER_MAX,
        [0xde, 0xad, 0xbe, 0xef, 0, 1],
    )));
    expect!["00000000000070008000000000000000"].assert_eq(&hex(mint(
        Timestamp::from_micros(0),
        0,
        [0; 6],
    )));
    let platform = PlatformId::from_bytes([1; 16]);
    expect!["7afc0770d8ce8910b8ab1540fe352010"]
        .assert_eq(&hex(derived(platform, "income:fees GBP")));
}

/// Goal: what cannot be minted is a bug of the caller. Method: panics are caught.
#[test]
fn mint_takes_what_fits_only() {
    let panics = |micros, counter| {
        std::panic::catch_unwind(|| mint(Timestamp::from_micros(micros), counter, [0; 6])).is_err()
    };
    let last = (1 << 48) * 1_000 - 1;
    assert!(!panics(last, COUNTER_MAX));
    assert!(panics(last + 1, 0));
    assert!(panics(-1, 0));
    assert!(panics(0, COUNTER_MAX + 1));
}

proptest! {
    /// Goal: an id survives its text and both of its serial forms. Method: any bytes.
    #[test]
    fn ids_survive_their_forms(bytes in any::<[u8; 16]>()) {
        let id = AccountId::from_bytes(bytes);
        prop_assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(&json, &format!("\"{id}\""));
        prop_assert_eq!(serde_json::from_str::<AccountId>(&json).unwrap(), id);
        let binary = postcard::to_allocvec(&id).unwrap();
        prop_assert_eq!(binary.split_first(), Some((&16, &bytes[..])));
        prop_assert_eq!(postcard::from_bytes::<AccountId>(&binary).unwrap(), id);
    }

    /// Goal: nothing a caller sends makes the parser panic, and what it takes it shows again.
    #[test]
    fn parsing_is_strict_and_never_panics(text in prop_oneof![".*", "acc_[0-9a-z]{26}"]) {
        if let Ok(id) = text.parse::<AccountId>() {
            prop_assert_eq!(id.to_string(), text);
        }
    }

    /// Goal: ids sort, as bytes and as text, by time and then by counter. Method: any two.
    #[test]
    fn minted_ids_sort_as_the_journal(
        one in (0..5_000_i64, 0..=COUNTER_MAX),
        other in (0..5_000_i64, 0..=COUNTER_MAX),
        tail in any::<[u8; 6]>(),
    ) {
        let make = |(micros, counter)| {
            EntryId::from_bytes(mint(Timestamp::from_micros(micros), counter, tail))
        };
        prop_assert_eq!(make(one).cmp(&make(other)), one.cmp(&other));
        prop_assert_eq!(make(one).to_string().cmp(&make(other).to_string()), one.cmp(&other));
    }

    /// Goal: platform and label both decide a derived id. Method: change either.
    #[test]
    fn derived_ids_differ(platform in any::<[u8; 16]>(), label in ".{0,40}", more in ".") {
        let own = derived(PlatformId::from_bytes(platform), &label);
        let other = PlatformId::from_bytes(platform.map(|byte| byte ^ 1));
        prop_assert_eq!(own, derived(PlatformId::from_bytes(platform), &label));
        prop_assert_ne!(own, derived(other, &label));
        prop_assert_ne!(own, derived(PlatformId::from_bytes(platform), &(label + &more)));
    }
}
