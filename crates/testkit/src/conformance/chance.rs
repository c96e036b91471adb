//! Chance from a seed: the same seed, the same run, on every machine.

/// A generator of numbers (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Chance {
    state: u64,
}

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(super) const fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is above zero.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(1);
        usize::try_from(self.number() % end).unwrap_or(0)
    }

    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `all`, if there is any.
    pub(super) fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len())).cloned()
    }

    /// One of `all`, or `default`.
    pub(super) fn pick_or<T: Clone>(&mut self, all: &[T], default: T) -> T {
        self.pick(all).unwrap_or(default)
    }

    /// An amount of minor units: small, around the halves of its columns, or as large as it may be.
    pub(super) fn minor(&mut self) -> u128 {
        const BASE: u128 = 1_000_000_000_000_000_000;
        let some = u128::from(self.number() % 1_000) + 1;
        match self.below(5) {
            0 => BASE - 500 + some,
            1 => BASE * some + some,
            2 => money::AMOUNT_MAX - some,
            _ => some,
        }
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| u8::try_from(self.number() % 256).unwrap_or(0))
    }

    /// A short text, of few that come again.
    pub(super) fn word(&mut self) -> String {
        const WORDS: &[&str] = &["ann", "bob", "ça", "x' OR 1=1 --", "%", "日本", "Ann", "a b"];
        self.pick_or(WORDS, "ann").to_owned()
    }

    /// A short text or none.
    pub(super) fn maybe_word(&mut self) -> Option<String> {
        self.one_in(2).then(|| self.word())
    }
}
