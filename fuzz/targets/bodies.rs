//! Bodies: whatever bytes come, they are a request or a refusal with its code, on every route that
//! takes one.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for status in unit_api::fuzzed::bodies(bytes) {
        assert!((400..500).contains(&status), "a body was answered {status}");
    }
});
