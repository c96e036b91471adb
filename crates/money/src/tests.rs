//! What money accepts, refuses and prints: examples, line by line. Properties are in a file each.

use expect_test::{Expect, expect};

use crate::{
    AMOUNT_MAX, Amount, AmountError, Asset, Kind, PartsPerMillion, Ratio, RatioError, Rounding,
    Signed,
};

#[expect(clippy::arithmetic_side_effects, reason = "the model counts in big integers")]
mod model;
mod serial;
mod total;

/// A known asset, by its code.
fn asset(code: &str) -> Asset {
    Asset::known(code).unwrap()
}

/// Minor units of GBP.
fn pence(minor: u128) -> Amount {
    Amount::new(minor, asset("GBP")).unwrap()
}

/// Renders what came of a call: the value, or the code and the message.
fn show(result: Result<impl ToString, AmountError>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(error) => format!("{}: {error}", error.code()),
    }
}

#[track_caller]
fn check(result: Result<impl ToString, AmountError>, expected: Expect) {
    expected.assert_eq(&show(result));
}

#[track_caller]
fn check_parse(code: &str, texts: &[&str], expected: Expect) {
    let lines = texts
        .iter()
        .map(|text| format!("{text:?} -> {}\n", show(Amount::parse(text, asset(code)))));
    expected.assert_eq(&lines.collect::<String>());
}

#[track_caller]
fn check_asset(code: &str, scale: u8, expected: Expect) {
    let actual = match Asset::new(code, scale, Kind::Points) {
        Ok(asset) => format!("{asset}, {} decimals", asset.scale()),
        Err(error) => format!("{}: {error}", error.code()),
    };
    expected.assert_eq(&actual);
}

#[track_caller]
fn check_allocate(minor: u128, weights: &[u128], expected: Expect) {
    let minors =
        |parts: Vec<Amount>| format!("{:?}", Vec::from_iter(parts.iter().map(Amount::minor)));
    expected.assert_eq(&show(pence(minor).allocate(weights).map(minors)));
}

/// Goal: which codes and scales make an asset, and which refusal comes first.
#[test]
fn assets_have_plain_codes_and_bounded_scales() {
    check_asset("PTS", 0, expect!["PTS, 0 decimals"]);
    check_asset("MILES2POINTS", 30, expect!["MILES2POINTS, 30 decimals"]);
    let malformed = "asset_code_malformed: an asset code is 2 to 12 characters out of A-Z and 0-9";
    for code in ["", "P", "pts", "P S", "P\0", "PÉ", "MILES2POINTS3"] {
        let error = Asset::new(code, 31, Kind::Points).unwrap_err();
        assert_eq!(format!("{}: {error}", error.code()), malformed, "{code:?}");
    }
    check_asset(
        "PTS",
        31,
        expect!["asset_scale_too_large: an asset has at most 30 decimals, not 31"],
    );
}

/// Goal: the assets everybody knows have the scales of their standards; others are not guessed.
#[test]
fn known_assets_have_their_usual_scales() {
    let codes =
        ["GBP", "EUR", "JPY", "BHD", "CLF", "BTC", "ETH", "SOL", "XRP", "USDC", "NEAR", "XNO"];
    let lines = codes.map(|code| {
        let asset = asset(code);
        format!("{asset} {} {:?}\n", asset.scale(), asset.kind())
    });
    expect![[r#"
        GBP 2 Fiat
        EUR 2 Fiat
        JPY 0 Fiat
        BHD 3 Fiat
        CLF 4 Fiat
        BTC 8 Crypto
        ETH 18 Crypto
        SOL 9 Crypto
        XRP 6 Crypto
        USDC 6 Crypto
        NEAR 24 Crypto
        XNO 30 Crypto
    "#]]
    .assert_eq(&lines.concat());
    for code in ["gbp", "XAU", "XXX", "PTS", "", "GBPX"] {
        assert_eq!(Asset::known(code), None, "{code:?}");
    }
}

/// Goal: no coin or token hides behind a currency's code or stands twice in the table.
#[test]
fn each_coin_is_found_under_its_own_code() {
    for (code, scale) in crate::asset::CRYPTO {
        assert_eq!(Asset::known(code), Asset::new(code, scale, Kind::Crypto).ok());
    }
}

/// Goal: the grammar of a decimal. Method: for each rule, what it lets in and what it keeps out.
#[test]
fn parses_one_plain_spelling() {
    check_parse(
        "GBP",
        &["0", "0.0", "0.5", "0.05", "7", "10.5", "10.50", "1000000"],
        expect![[r#"
            "0" -> 0.00 GBP
            "0.0" -> 0.00 GBP
            "0.5" -> 0.50 GBP
            "0.05" -> 0.05 GBP
            "7" -> 7.00 GBP
            "10.5" -> 10.50 GBP
            "10.50" -> 10.50 GBP
            "1000000" -> 1000000.00 GBP
        "#]],
    );
    let malformed = [
        "", ".", "1.", ".5", "00", "01", "00.5", "+1", "-1", "1e3", "1,000", "1_000", " 1", "1 ",
        "1.2.3", "1.-5", "0x1", "١", "NaN", "1.\u{0}", "1.00x",
    ];
    for text in malformed {
        let parsed = Amount::parse(text, asset("GBP"));
        assert_eq!(parsed, Err(AmountError::NotADecimal), "{text:?}");
    }
    check(
        Amount::parse("1.", asset("GBP")),
        expect!["not_a_decimal: not a decimal: write digits and at most one point, as in 10.50"],
    );
}

/// Goal: the two limits of a number, its decimals and its size, each at the edge and just past it.
#[test]
fn parses_up_to_the_scale_and_the_maximum() {
    check_parse(
        "GBP",
        &["1.005", "1.000"],
        expect![[r#"
        "1.005" -> too_many_decimals: too many decimals: the asset has 2
        "1.000" -> too_many_decimals: too many decimals: the asset has 2
    "#]],
    );
    check_parse(
        "JPY",
        &["10", "10.0"],
        expect![[r#"
        "10" -> 10 JPY
        "10.0" -> too_many_decimals: too many decimals: the asset has 0
    "#]],
    );
    let (most, above) = (AMOUNT_MAX.to_string(), format!("1{}", "0".repeat(36)));
    let endless = "9".repeat(50);
    check_parse(
        "JPY",
        &[&most, &above, &endless],
        expect![[r#"
        "999999999999999999999999999999999999" -> 999999999999999999999999999999999999 JPY
        "1000000000000000000000000000000000000" -> amount_overflow: amount too large: at most 10^36 - 1 minor units
        "99999999999999999999999999999999999999999999999999" -> amount_overflow: amount too large: at most 10^36 - 1 minor units
    "#]],
    );
    check_parse(
        "XNO",
        &["999999.999999999999999999999999999999", "1000000"],
        expect![[r#"
            "999999.999999999999999999999999999999" -> 999999.999999999999999999999999999999 XNO
            "1000000" -> amount_overflow: amount too large: at most 10^36 - 1 minor units
        "#]],
    );
}

/// Goal: which refusal comes first. Method: each line is also wrong in the next way.
#[test]
fn refuses_text_in_declared_order() {
    let endless = "9".repeat(50);
    let texts = [format!("x{endless}.123"), format!("{endless}.123"), format!("{endless}.12")];
    let codes = texts.map(|text| Amount::parse(&text, asset("GBP")).unwrap_err().code());
    assert_eq!(codes, ["not_a_decimal", "too_many_decimals", "amount_overflow"]);
}

/// Goal: sums and differences, up to both ends and never past them.
#[test]
fn adds_and_subtracts_within_one_asset() {
    let euro = Amount::new(1, asset("EUR")).unwrap();
    check(pence(1_050).checked_add(pence(5)), expect!["10.55 GBP"]);
    check(
        pence(AMOUNT_MAX).checked_add(pence(1)),
        expect!["amount_overflow: amount too large: at most 10^36 - 1 minor units"],
    );
    check(
        pence(AMOUNT_MAX).checked_add(euro),
        expect!["asset_mismatch: asset is EUR, expected GBP"],
    );
    check(pence(1_050).checked_sub(pence(1_050)), expect!["0.00 GBP"]);
    check(
        pence(1_050).checked_sub(pence(1_051)),
        expect!["amount_below_zero: amount would fall below zero"],
    );
    check(pence(0).checked_sub(euro), expect!["asset_mismatch: asset is EUR, expected GBP"]);
    check(
        Amount::new(AMOUNT_MAX + 1, asset("GBP")),
        expect!["amount_overflow: amount too large: at most 10^36 - 1 minor units"],
    );
}

/// Goal: the four roundings around a half. Method: one minor unit times n/4.
#[test]
fn rounds_by_the_named_mode() {
    let modes = [Rounding::Down, Rounding::Up, Rounding::HalfEven, Rounding::HalfUp];
    let rows = (8..=14).map(|num| {
        let ratio = Ratio::new(num, 4).unwrap();
        let minors = modes.map(|mode| pence(1).scaled(ratio, mode).unwrap().minor());
        format!("{num}/4: {minors:?}\n")
    });
    expect![[r#"
        8/4: [2, 2, 2, 2]
        9/4: [2, 3, 2, 2]
        10/4: [2, 3, 2, 3]
        11/4: [2, 3, 3, 3]
        12/4: [3, 3, 3, 3]
        13/4: [3, 4, 3, 3]
        14/4: [3, 4, 4, 4]
    "#]]
    .assert_eq(&rows.collect::<String>());
    let twice = Ratio::new(2, 1).unwrap();
    check(
        pence(AMOUNT_MAX).scaled(twice, Rounding::Down),
        expect!["amount_overflow: amount too large: at most 10^36 - 1 minor units"],
    );
    let same = Ratio::new(u128::MAX, u128::MAX).unwrap();
    check(
        pence(AMOUNT_MAX).scaled(same, Rounding::Up),
        expect!["9999999999999999999999999999999999.99 GBP"],
    );
}

/// Goal: ratios and shares exist only where they mean something.
#[test]
fn ratios_and_shares_are_bounded() {
    assert_eq!(Ratio::new(1, 0), Err(RatioError::DenominatorZero));
    assert_eq!(
        PartsPerMillion::new(1_000_001),
        Err(RatioError::ShareAboveWhole { parts: 1_000_001 })
    );
    let fee = PartsPerMillion::new(14_000).unwrap();
    assert_eq!((fee.get(), fee.ratio().num(), fee.ratio().den()), (14_000, 14_000, 1_000_000));
    check(pence(1_999).scaled(fee.ratio(), Rounding::HalfUp), expect!["0.28 GBP"]);
    let all = PartsPerMillion::new(1_000_000).unwrap();
    check(
        pence(AMOUNT_MAX).scaled(all.ratio(), Rounding::Up),
        expect!["9999999999999999999999999999999999.99 GBP"],
    );
}

/// Goal: who gets the odd minor unit: the largest remainder, and among equals the first.
#[test]
fn allocates_by_largest_remainder() {
    check_allocate(100, &[1, 1, 1], expect!["[34, 33, 33]"]);
    check_allocate(101, &[1, 1, 1], expect!["[34, 34, 33]"]);
    check_allocate(100, &[1, 2, 3], expect!["[17, 33, 50]"]);
    check_allocate(1, &[0, 1, 2, 0], expect!["[0, 0, 1, 0]"]);
    check_allocate(0, &[3, 4], expect!["[0, 0]"]);
    check_allocate(7, &[5], expect!["[7]"]);
    check_allocate(
        AMOUNT_MAX,
        &[u128::MAX - 1, 1],
        expect!["[999999999999999999999999999999999999, 0]"],
    );
    check_allocate(
        100,
        &[u128::MAX, 1],
        expect!["amount_overflow: amount too large: at most 10^36 - 1 minor units"],
    );
    check_allocate(100, &[0, 0], expect!["no_weights: at least one weight must be above zero"]);
    check_allocate(100, &[], expect!["no_weights: at least one weight must be above zero"]);
}

/// Goal: a difference carries a minus only below zero, and may be above any amount.
#[test]
fn differences_may_carry_a_minus() {
    let shown = [(1_050, 0), (0, 1_050), (3, 3), (0, 5), (0, u128::MAX), (u128::MAX, 0)]
        .map(|(plus, minus)| format!("{}\n", Signed::difference(plus, minus, asset("GBP"))));
    expect![[r#"
        10.50 GBP
        -10.50 GBP
        0.00 GBP
        -0.05 GBP
        -3402823669209384634633746074317682114.55 GBP
        3402823669209384634633746074317682114.55 GBP
    "#]]
    .assert_eq(&shown.concat());
    check(Signed::difference(7, 2, asset("JPY")).amount(), expect!["5 JPY"]);
    check(
        Signed::difference(2, 7, asset("JPY")).amount(),
        expect!["amount_below_zero: amount would fall below zero"],
    );
    check(
        Signed::difference(u128::MAX, 0, asset("JPY")).amount(),
        expect!["amount_overflow: amount too large: at most 10^36 - 1 minor units"],
    );
}
