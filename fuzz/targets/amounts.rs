//! Amounts: whatever text comes, it is an amount that is written as it was read, or a refusal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use money::{Amount, Asset};

fuzz_target!(|said: (u8, &str)| {
    let (which, text) = said;
    let codes = ["GBP", "JPY", "BHD", "BTC", "ETH"];
    let asset = Asset::known(codes[usize::from(which) % codes.len()]).expect("it is known");
    if let Ok(amount) = Amount::parse(text, asset) {
        let again = Amount::parse(&amount.decimal(), asset).expect("what is written can be read");
        assert_eq!(again, amount);
    }
});
