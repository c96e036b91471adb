//! Everything that goes wrong in a simulation: its kinds, how often each seed draws them, and what
//! happened of it.

use std::collections::BTreeMap;

use testkit::chance::Chance;

/// Where a kind of fault can strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// A statement that reads the truth.
    Lookup,
    /// The statement that saves a batch.
    Save,
    /// A save in a file: what only SQLite can suffer.
    SaveInFile,
    /// Between two steps: the process as a whole.
    Process,
    /// An answer on its way to a caller, or a request on its way from one.
    Client,
    /// The server's clock.
    Clock,
    /// Between the worker and the bank.
    Rail,
    /// Inside the bank, which draws by itself; only counted here.
    Bank,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal on $on:ident,)+) => {
        /// A kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Kind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl Kind {
            /// Every kind.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),+];

            /// Its name in reports.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// Where it strikes.
            pub(crate) const fn on(self) -> On {
                match self {
                    $(Self::$kind => On::$on,)+
                }
            }
        }
    };
}

kinds! {
    /// A lookup fails before it is done.
    LookupFails = "lookup_fails" on Lookup,
    /// A lookup is done, and its answer lost.
    LookupLost = "lookup_answer_lost" on Lookup,
    /// A row cannot be read.
    LookupCorrupt = "lookup_corrupt" on Lookup,
    /// The code below panics.
    LookupPanics = "lookup_panics" on Lookup,
    /// A lookup takes so long that the clock moves on.
    LookupDelayed = "lookup_delayed" on Lookup,
    /// The process ends before a lookup.
    CrashBeforeLookup = "crash_before_lookup" on Lookup,
    /// The process ends after a lookup.
    CrashAfterLookup = "crash_after_lookup" on Lookup,
    /// A save fails before anything is written.
    SaveFails = "save_fails" on Save,
    /// A save finds the disk full.
    DiskFull = "disk_full" on Save,
    /// COMMIT fails, and nothing is durable.
    CommitLost = "commit_lost" on Save,
    /// COMMIT fails, and everything is durable: its answer was lost.
    CommitAnswerLost = "commit_answer_lost" on Save,
    /// A save takes so long that the clock moves on.
    SaveDelayed = "save_delayed" on Save,
    /// The process ends before a save.
    CrashBeforeSave = "crash_before_save" on Save,
    /// The process ends after COMMIT, before anybody is answered.
    CrashAfterCommit = "crash_after_commit" on Save,
    /// A statement inside a save fails, COMMIT too.
    SaveInterrupted = "save_interrupted" on SaveInFile,
    /// COMMIT itself fails.
    CommitFails = "commit_fails" on SaveInFile,
    /// The process ends at a statement inside a save.
    CrashInsideSave = "crash_inside_save" on SaveInFile,
    /// The log ends somewhere inside what COMMIT wrote.
    LogTorn = "log_torn" on SaveInFile,
    /// The log lacks the last pages that COMMIT wrote.
    LogShort = "log_short" on SaveInFile,
    /// One bit of what COMMIT wrote is another.
    LogFlipped = "log_flipped" on SaveInFile,
    /// The process ends as it should, and starts again.
    Restart = "clean_restart" on Process,
    /// The process ends while it does nothing.
    CrashIdle = "crash_idle" on Process,
    /// The process ends while a page is brought from the log into the file.
    PageTorn = "page_torn" on Process,
    /// An answer does not reach its caller, who asks again.
    Unheard = "answer_unheard" on Client,
    /// A request comes twice at once.
    SentTwice = "request_sent_twice" on Client,
    /// A caller without an answer does not ask again.
    GivenUp = "caller_gave_up" on Client,
    /// The clock jumps ahead.
    ClockAhead = "clock_ahead" on Clock,
    /// The clock jumps back.
    ClockBack = "clock_back" on Clock,
    /// The bank is not reached.
    RailUnreached = "rail_unreached" on Rail,
    /// The bank's answer is lost.
    RailAnswerLost = "rail_answer_lost" on Rail,
    /// The bank is told twice.
    RailSentTwice = "rail_sent_twice" on Rail,
    /// The bank's events are read again.
    RailToldAgain = "rail_told_again" on Rail,
    /// The bank's events come in another order.
    RailOutOfOrder = "rail_out_of_order" on Rail,
    /// The bank's events come later.
    RailLate = "rail_late" on Rail,
    /// The bank ends inside a write of its file.
    RailFileTorn = "rail_file_torn" on Rail,
    /// The bank settles late.
    BankLate = "bank_late" on Bank,
    /// The bank never settles by itself.
    BankNever = "bank_never" on Bank,
    /// The bank tells everything twice.
    BankTwice = "bank_twice" on Bank,
    /// The bank books before it settles.
    BankOutOfOrder = "bank_out_of_order" on Bank,
    /// The bank sends money back.
    BankReturned = "bank_returned" on Bank,
    /// The bank refuses.
    BankRejected = "bank_rejected" on Bank,
    /// The bank accepts and does not say so.
    BankNoAnswer = "bank_no_answer" on Bank,
}

/// How often each kind happens, in ten thousandths of its occasions.
#[derive(Debug)]
pub(crate) struct Mix(Vec<(Kind, usize)>);

impl Mix {
    /// Draws the mix of a seed: about half of all kinds, each rare, usual or frequent.
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        let mut rate = |kind: &Kind| {
            let usual = match kind.on() {
                On::Lookup => 16,
                On::Save | On::SaveInFile => 120,
                On::Process => 60,
                On::Client | On::Clock => 300,
                On::Rail => 900,
                On::Bank => 0,
            };
            let often = chance.percent(50);
            let rate = *chance.one(&[usual / 4, usual, usual * 3]);
            (*kind, if often { rate } else { 0 })
        };
        Self(Kind::ALL.iter().map(&mut rate).collect())
    }

    /// What happens at one occasion, if anything does.
    pub(crate) fn strike(&self, chance: &mut Chance, places: &[On]) -> Option<Kind> {
        let mut left = chance.below(10_000);
        for (kind, rate) in self.0.iter().filter(|(kind, _)| places.contains(&kind.on())) {
            if left < *rate {
                return Some(*kind);
            }
            left -= rate;
        }
        None
    }

    /// Whether a kind happens at an occasion of its own.
    pub(crate) fn strikes(&self, chance: &mut Chance, kind: Kind) -> bool {
        let rate = self.0.iter().find(|(of, _)| *of == kind).map_or(0, |(_, rate)| *rate);
        chance.below(10_000) < rate
    }
}

/// How often each kind happened.
pub(crate) type Tally = BTreeMap<Kind, u64>;
