//! A quick hash of 128 bits, the same in every run; against accidents, not against a forger.
//!
//! Sixteen bytes at a time are mixed in by a multiplication whose two halves are folded together.
//! Start at [`Print`], which is a [`Hasher`].

use std::hash::{BuildHasherDefault, Hasher};

/// Builds hashers for maps whose keys nobody outside chooses.
pub(super) type Quick = BuildHasherDefault<Print>;

/// Odd numbers without a pattern: the first digits of pi.
const MIX: [u64; 4] =
    [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0xa409_3822_299f_31d1, 0x082e_fa98_ec4e_6c89];

/// A hash in the making.
#[derive(Debug, Clone)]
pub(super) struct Print(u64);

impl Default for Print {
    fn default() -> Self {
        Self(MIX[2])
    }
}

impl Print {
    /// 128 bits of what 64 bits of state say.
    pub(super) const fn both(&self) -> u128 {
        let (left, right) = (folded(self.0, MIX[3]), folded(self.0 ^ MIX[0], MIX[1]));
        ((left as u128) << 64) | right as u128
    }

    const fn mix(&mut self, left: u64, right: u64) {
        self.0 = folded(left ^ MIX[0], right ^ self.0);
    }
}

impl Hasher for Print {
    fn finish(&self) -> u64 {
        folded(self.0, MIX[3])
    }

    fn write(&mut self, bytes: &[u8]) {
        let (pairs, rest) = bytes.as_chunks::<16>();
        for pair in pairs {
            self.write_u128(u128::from_le_bytes(*pair));
        }
        if !rest.is_empty() {
            let mut last = [0; 16];
            last[..rest.len()].copy_from_slice(rest);
            // How long the rest is, too, so that zeros at its end count.
            let [length, ..] = rest.len().to_le_bytes();
            last[15] = length;
            self.write_u128(u128::from_le_bytes(last));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.write_u64(u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number, MIX[1]);
    }

    fn write_u128(&mut self, number: u128) {
        self.mix(number as u64, (number >> 64) as u64);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

const fn folded(left: u64, right: u64) -> u64 {
    let product = (left as u128).wrapping_mul(right as u128);
    (product as u64) ^ ((product >> 64) as u64)
}
