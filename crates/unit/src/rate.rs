//! How often one caller may ask: a token bucket a key, over a map that cannot grow without end.
//!
//! No clock inside and no HTTP: the time comes in, [`crate::problems::rate_limited`] makes the
//! answer. Invariants: `never_above_rate`: in any span of time a key that stays in the map takes
//! at most its burst plus what flowed in; `bounded`: the map never holds more than the keys it was
//! built for. Forgetting an idle key only ever fills its bucket. Start at [`RateLimiter::take`].

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One token in the unit of the buckets: a millionth, so that a microsecond at one token a second
/// is a whole number.
const TOKEN: u64 = 1_000_000;

/// How much one key may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests that may come at once after a pause; at least 1.
    pub burst: u32,
    /// Requests a second that flow in; at least 1.
    pub per_second: u32,
}

/// Token buckets by key.
#[derive(Debug)]
pub struct RateLimiter<K> {
    rate: Rate,
    generation_keys_max: usize,
    generations: Mutex<Generations<K>>,
}

/// Keys seen lately and keys seen before that: when the first is full, the second is forgotten.
/// So keys in use survive and eviction costs nothing a request.
#[derive(Debug)]
struct Generations<K> {
    young: HashMap<K, Bucket>,
    old: HashMap<K, Bucket>,
}

/// What a key has left, in millionths of a token, as of a time.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: u64,
    as_of_micros: i64,
}

impl<K: Eq + Hash> RateLimiter<K> {
    /// Buckets that start full, for at most `keys_max` keys at a time.
    ///
    /// # Panics
    ///
    /// If a figure of `rate` is zero, or `keys_max` is below 2.
    pub fn new(rate: Rate, keys_max: usize) -> Self {
        assert!(rate.burst > 0 && rate.per_second > 0, "a rate of zero lets nothing through");
        assert!(keys_max >= 2, "two generations of keys need room for one each");
        let generations = Generations { young: HashMap::new(), old: HashMap::new() };
        Self { rate, generation_keys_max: keys_max / 2, generations: Mutex::new(generations) }
    }

    /// Takes one token of `key` at `now_micros` since the epoch.
    ///
    /// # Errors
    ///
    /// How long to wait until there is a token, if there is none now; nothing is taken then.
    pub fn take(&self, key: K, now_micros: i64) -> Result<(), Duration> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let known = generations.young.get(&key).or_else(|| generations.old.get(&key)).copied();
        let full = Bucket { left: self.capacity(), as_of_micros: now_micros };
        let mut bucket = known.map_or(full, |bucket| self.refilled(bucket, now_micros));
        let answer = match bucket.left.checked_sub(TOKEN) {
            Some(rest) => {
                bucket.left = rest;
                Ok(())
            }
            None => {
                let missing = TOKEN - bucket.left;
                Err(Duration::from_micros(missing.div_ceil(u64::from(self.rate.per_second))))
            }
        };
        generations.remember(key, bucket, self.generation_keys_max);
        answer
    }

    /// The keys held at present.
    pub fn keys(&self) -> usize {
        let generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.len() + generations.old.len()
    }

    /// What a full bucket holds.
    fn capacity(&self) -> u64 {
        u64::from(self.rate.burst) * TOKEN
    }

    /// `bucket` with what flowed in until `now_micros`; a clock that went back adds nothing.
    fn refilled(&self, bucket: Bucket, now_micros: i64) -> Bucket {
        let elapsed = now_micros.saturating_sub(bucket.as_of_micros);
        let elapsed = u64::try_from(elapsed).unwrap_or(0);
        let inflow = elapsed.saturating_mul(u64::from(self.rate.per_second));
        let left = bucket.left.saturating_add(inflow).min(self.capacity());
        Bucket { left, as_of_micros: now_micros.max(bucket.as_of_micros) }
    }
}

impl<K: Eq + Hash> Generations<K> {
    /// Puts `bucket` among the young, which first become the old if there is no room.
    fn remember(&mut self, key: K, bucket: Bucket, keys_max: usize) {
        if self.young.len() >= keys_max && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, bucket);
    }
}
