//! What the fault layer and the simulation know together: the clock, what strikes next, and what a
//! store has promised.
//!
//! The layer writes down what it did to every save, so that after a crash the place where the
//! history must end is known exactly.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use testkit::chance::Chance;

use crate::faults::{Kind, Mix, On, Tally};
use crate::medium::Harm;

/// What must have become of a save that nobody heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is there, whole.
    Kept,
    /// Nothing of it is there.
    Lost,
    /// Either.
    Open,
}

/// The weather of one simulation.
#[derive(Debug)]
pub(crate) struct Weather {
    /// The server's clock, in microseconds since 1970.
    pub(crate) clock: i64,
    /// Draws of the fault layer.
    pub(crate) chance: Chance,
    pub(crate) mix: Mix,
    /// Nothing goes wrong.
    pub(crate) calm: bool,
    /// The process has ended: nothing reaches the store any more.
    pub(crate) dead: bool,
    /// A batch is being decided.
    pub(crate) deciding: bool,
    /// What went wrong in this step.
    pub(crate) struck: Vec<Kind>,
    /// A fault of the store that nobody injected.
    pub(crate) unexplained: Option<String>,
    pub(crate) tally: Tally,
    /// The last position that the store said to be durable.
    pub(crate) promised: u64,
    /// A save without a promise: its last position, and what must have become of it.
    pub(crate) in_flight: Option<(u64, Fate)>,
    /// What a crash does to the files.
    pub(crate) harm: Option<Harm>,
}

/// The weather, shared.
#[derive(Debug, Clone)]
pub(crate) struct Sky(Arc<Mutex<Weather>>);

impl Sky {
    pub(crate) fn new(seed: u64, clock: i64) -> Self {
        let mut chance = Chance::new(seed ^ 0x5eed_0fa1_7500_0001);
        let mix = Mix::draw(&mut chance);
        Self(Arc::new(Mutex::new(Weather {
            clock,
            chance,
            mix,
            calm: true,
            dead: false,
            deciding: false,
            struck: Vec::new(),
            unexplained: None,
            tally: Tally::new(),
            promised: 0,
            in_flight: None,
            harm: None,
        })))
    }

    pub(crate) fn now(&self) -> MutexGuard<'_, Weather> {
        // A panic that the layer was to raise leaves nothing half written here.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What strikes at an occasion; whoever lets it happen counts it.
    pub(crate) fn strike(&self, places: &[On]) -> Option<Kind> {
        let mut weather = self.now();
        let Weather { calm, mix, chance, .. } = &mut *weather;
        if *calm { None } else { mix.strike(chance, places) }
    }

    /// Whether this kind strikes now; counted if so.
    pub(crate) fn strikes(&self, kind: Kind) -> bool {
        let mut weather = self.now();
        let Weather { calm, mix, chance, .. } = &mut *weather;
        let strikes = !*calm && mix.strikes(chance, kind);
        if strikes {
            weather.count(kind);
        }
        strikes
    }
}

impl Weather {
    /// Counts what happened.
    pub(crate) fn count(&mut self, kind: Kind) {
        self.struck.push(kind);
        *self.tally.entry(kind).or_default() += 1;
    }
}
