//! The fault layer: a truth that fails, delays or loses the answer of any statement, and that is cut
//! off when the process is to have ended.
//!
//! Not a store. What it does is drawn by the weather; what became of each save it writes down there.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger::{PlatformId, Timestamp};
use payments::{Key, Resource};
use store::{Batch, Due, Fault, Head, SaveFault, StoredCommand, Truth};

use crate::faults::{Kind, On};
use crate::medium::{Backend, Harm};
use crate::weather::{Fate, Sky};

/// The payload of a panic that was asked for.
pub(crate) struct AskedFor;

/// A truth below the weather; clones are handles to the same one.
#[derive(Clone)]
pub(crate) struct Layer {
    backend: Arc<Mutex<Backend>>,
    sky: Sky,
}

fn failed() -> Fault {
    Fault::Failed { action: "answer", source: "as the simulation asks".into() }
}

fn unknown() -> SaveFault {
    SaveFault::OutcomeUnknown { source: "as the simulation asks".into() }
}

impl Layer {
    pub(crate) fn new(backend: Backend, sky: Sky) -> Self {
        Self { backend: Arc::new(Mutex::new(backend)), sky }
    }

    /// The store itself, without weather.
    pub(crate) fn backend(&self) -> MutexGuard<'_, Backend> {
        self.backend.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lookup<R>(&self, run: impl FnOnce(&mut Backend) -> Result<R, Fault>) -> Result<R, Fault> {
        if self.sky.now().dead {
            return Err(failed());
        }
        let mut kind = self.sky.strike(&[On::Lookup]);
        // Only a batch is taken back when it panics; elsewhere that ends the process.
        if kind == Some(Kind::LookupPanics) && !self.sky.now().deciding {
            kind = Some(Kind::CrashBeforeLookup);
        }
        if let Some(kind) = kind {
            self.sky.now().count(kind);
        }
        match kind {
            Some(Kind::LookupFails) => Err(failed()),
            Some(Kind::LookupLost) => run(&mut self.backend()).and(Err(failed())),
            Some(Kind::LookupCorrupt) => {
                let detail = "as the simulation asks".to_owned();
                Err(Fault::Corrupt { table: "commands", detail })
            }
            Some(Kind::LookupPanics) => std::panic::panic_any(AskedFor),
            Some(Kind::CrashBeforeLookup) => {
                self.sky.now().dead = true;
                Err(failed())
            }
            Some(Kind::CrashAfterLookup) => {
                self.sky.now().dead = true;
                run(&mut self.backend()).and(Err(failed()))
            }
            other => {
                if other == Some(Kind::LookupDelayed) {
                    self.delay();
                }
                let found = run(&mut self.backend());
                if let Err(fault) = &found {
                    self.sky.now().unexplained = Some(format!("a lookup: {fault:?}"));
                }
                found
            }
        }
    }

    fn delay(&self) {
        let mut weather = self.sky.now();
        let micros = weather.chance.between(1_000, 5_000_000);
        weather.clock += i64::try_from(micros).unwrap();
    }

    fn save_below(&self, batch: &Batch, kind: Option<Kind>) -> Result<(), SaveFault> {
        match kind {
            Some(Kind::SaveFails) => Err(failed().into()),
            Some(Kind::DiskFull) => Err(Fault::Full.into()),
            Some(Kind::CommitLost) => {
                self.fly(batch, Fate::Lost);
                Err(unknown())
            }
            Some(Kind::CommitAnswerLost) => {
                self.write(batch)?;
                self.fly(batch, Fate::Kept);
                Err(unknown())
            }
            Some(Kind::CrashBeforeSave) => self.die(),
            Some(Kind::CrashAfterCommit) => {
                self.write(batch)?;
                self.fly(batch, Fate::Kept);
                self.die()
            }
            Some(kind @ (Kind::SaveInterrupted | Kind::CrashInsideSave)) => {
                self.interrupted(batch, kind)
            }
            Some(Kind::CommitFails) => self.commit_fails(batch),
            Some(kind @ (Kind::LogTorn | Kind::LogShort | Kind::LogFlipped)) => {
                self.harmed(batch, kind)
            }
            other => {
                if other == Some(Kind::SaveDelayed) {
                    self.delay();
                }
                self.write(batch)?;
                self.promise(batch);
                Ok(())
            }
        }
    }

    /// Saves as the store does; a fault of its own is nobody's wish.
    fn write(&self, batch: &Batch) -> Result<(), SaveFault> {
        let saved = self.backend().save(batch);
        if let Err(fault) = &saved {
            self.sky.now().unexplained = Some(format!("a save: {fault:?}"));
        }
        saved
    }

    fn promise(&self, batch: &Batch) {
        if let Some(last) = batch.commands.last() {
            self.sky.now().promised = last.position;
        }
    }

    fn fly(&self, batch: &Batch, fate: Fate) {
        if let Some(last) = batch.commands.last() {
            self.sky.now().in_flight = Some((last.position, fate));
        }
    }

    fn die(&self) -> Result<(), SaveFault> {
        self.sky.now().dead = true;
        Err(failed().into())
    }

    /// Lets a statement inside the save fail, wherever it is then; with `CrashInsideSave` nobody hears.
    fn interrupted(&self, batch: &Batch, kind: Kind) -> Result<(), SaveFault> {
        let place = {
            let chance = &mut self.sky.now().chance;
            // Those that begin a transaction as often as those far inside a large batch.
            let within = 5 << chance.below(12);
            u64::try_from(chance.below(within)).unwrap()
        };
        let (seen, fired) = (AtomicU64::new(0), Arc::new(AtomicBool::new(false)));
        let heard = Arc::clone(&fired);
        let is_now = move || {
            let now = seen.fetch_add(1, Ordering::Relaxed) == place;
            if now {
                heard.store(true, Ordering::Relaxed);
            }
            now
        };
        let saved = self.backend().save_interrupted(batch, is_now);
        let fired = fired.load(Ordering::Relaxed);
        if fired {
            self.sky.now().count(kind);
        }
        let crashes = kind == Kind::CrashInsideSave && fired;
        match &saved {
            Ok(()) if crashes => self.fly(batch, Fate::Kept),
            Ok(()) => self.promise(batch),
            Err(SaveFault::OutcomeUnknown { .. }) => self.fly(batch, Fate::Open),
            Err(SaveFault::NotSaved(_)) => {}
        }
        if !fired && let Err(fault) = &saved {
            self.sky.now().unexplained = Some(format!("a save: {fault:?}"));
        }
        if crashes { self.die() } else { saved }
    }

    /// Lets COMMIT itself fail: whatever a store knows of it, it must not say that it knows.
    fn commit_fails(&self, batch: &Batch) -> Result<(), SaveFault> {
        self.sky.now().count(Kind::CommitFails);
        let saved = self.backend().save_without_commit(batch);
        match &saved {
            Err(SaveFault::OutcomeUnknown { .. }) => self.fly(batch, Fate::Lost),
            Ok(()) | Err(SaveFault::NotSaved(_)) => {
                self.sky.now().unexplained = Some(format!("COMMIT failed: {saved:?}"));
            }
        }
        saved
    }

    /// Saves, and lets the process end in the middle of writing the log.
    fn harmed(&self, batch: &Batch, kind: Kind) -> Result<(), SaveFault> {
        let from = self.backend().log_end();
        self.write(batch)?;
        let to = self.backend().log_end();
        let (Some(from), Some(to)) = (from, to) else {
            self.promise(batch);
            return Ok(());
        };
        let mut weather = self.sky.now();
        weather.count(kind);
        let place = weather.chance.bits();
        weather.harm = Some(Harm { kind, from, to, place });
        drop(weather);
        self.fly(batch, Fate::Lost);
        self.die()
    }
}

impl Truth for Layer {
    fn is_sandbox(&self) -> bool {
        self.backend().is_sandbox()
    }

    fn position(&mut self) -> Result<u64, Fault> {
        self.lookup(Truth::position)
    }

    fn head(&mut self, platform: PlatformId) -> Result<Option<Head>, Fault> {
        self.lookup(|backend| backend.head(platform))
    }

    fn latest(&mut self) -> Result<Option<Timestamp>, Fault> {
        self.lookup(Truth::latest)
    }

    fn load(&mut self, keys: &[(PlatformId, Key)]) -> Result<Vec<Option<Resource>>, Fault> {
        self.lookup(|backend| backend.load(keys))
    }

    fn command_by_key(
        &mut self,
        scope: PlatformId,
        key: &str,
    ) -> Result<Option<StoredCommand>, Fault> {
        self.lookup(|backend| backend.command_by_key(scope, key))
    }

    fn due(&mut self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Fault> {
        self.lookup(|backend| backend.due(now, limit))
    }

    fn save(&mut self, batch: &Batch) -> Result<(), SaveFault> {
        if self.sky.now().dead {
            return Err(failed().into());
        }
        let in_file = self.backend().log_end().is_some();
        let places: &[On] = if in_file { &[On::Save, On::SaveInFile] } else { &[On::Save] };
        let kind = self.sky.strike(places);
        // Those inside a file are counted where they come to happen.
        if let Some(kind) = kind.filter(|kind| kind.on() == On::Save) {
            self.sky.now().count(kind);
        }
        self.save_below(batch, kind)
    }
}
