//! A filter over hashes: says "not here" for almost everything that is not there, never wrongly.
//!
//! Each hash sets five bits of one 64-bit word; with [`BITS_PER_KEY`] that lets one in forty through.

/// How many bits of the filter there are for each key.
const BITS_PER_KEY: usize = 12;

/// The words of the filter of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    words: Vec<u64>,
}

impl Filter {
    /// An empty filter for `count` hashes.
    pub(super) fn new(count: usize) -> Self {
        Self { words: vec![0; (count * BITS_PER_KEY).div_ceil(64).max(1)] }
    }

    pub(super) fn of(words: Vec<u64>) -> Option<Self> {
        if words.is_empty() { None } else { Some(Self { words }) }
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(super) fn add(&mut self, hash: u64) {
        let (place, bits) = self.place(hash);
        if let Some(word) = self.words.get_mut(place) {
            *word |= bits;
        }
    }

    pub(super) fn may_have(&self, hash: u64) -> bool {
        let (place, bits) = self.place(hash);
        self.words.get(place).is_some_and(|word| word & bits == bits)
    }

    /// The word by the upper half of the hash, so that sorted hashes go through the words in order;
    /// the bits by the lower half.
    fn place(&self, hash: u64) -> (usize, u64) {
        let words = u64::try_from(self.words.len()).unwrap_or(u64::MAX);
        let place = ((hash >> 32) * words.min(u64::from(u32::MAX))) >> 32;
        let bits = (0..5).fold(0, |bits, step| bits | 1 << ((hash >> (6 * step)) & 63));
        (usize::try_from(place).unwrap_or(0), bits)
    }
}
