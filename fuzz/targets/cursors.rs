//! Cursors: whatever text comes, only what was sealed is opened, and as what it was sealed.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|said: (&str, &[u8], &str)| {
    let (list, place, text) = said;
    unit_api::fuzzed::cursors(list, place, text);
});
