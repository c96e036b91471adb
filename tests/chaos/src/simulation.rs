//! One simulation: a processor driven step by step under the weather of its seed, first for safety,
//! then for liveness.
//!
//! No threads and no clock but the virtual one: the same seed and the same number of steps give the
//! same trace, to the byte. Start at [`Simulation::run`].

use std::cell::Cell;

use ledger::Timestamp;
use payments::resources::{Instruction, InstructionState};
use payments::states::HoldStatus;
use payments::{Command, Resource};
use processor::{Answer, Failure, Processor, Request};
use sha2::Digest;
use store::{Journal, MemoryStore, Mode, Reads};
use testkit::chance::Chance;
use testkit::desk::{Desk, Plain};
use testkit::generator::{Generator, START, Scope, TICK};
use testkit::operation::{Action, Operation, Says, Who};

use crate::faults::{Kind, Tally};
use crate::layer::Layer;
use crate::medium::{Folder, Harm, Medium};
use crate::oracle::{Asked, Oracle, Sent, classify};
use crate::rail::{Bank, instructed};
use crate::weather::Sky;

/// One simulation in so many has its store in files.
const IN_FILES: usize = 6;
/// Looks at every balance and state, and proofs, in one simulation: each takes as long as there is
/// history.
const LOOKS: u64 = 10;
const PROOFS: u64 = 3;
/// What the liveness phase may take: rounds over everything that is open.
const ROUNDS_MAX: usize = 200;
/// A hold is at most 90 days.
const BEYOND_HOLDS: i64 = 91 * 86_400 * 1_000_000;

thread_local! {
    /// The step that is being run, for whoever tells of a failure.
    pub(crate) static STEP: Cell<u64> = const { Cell::new(0) };
}

/// What a simulation came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) faults: Tally,
    pub(crate) crashes: u64,
    pub(crate) commands: u64,
    pub(crate) in_files: bool,
    /// A hash over everything that was stored and answered.
    pub(crate) trace: [u8; 32],
}

/// An operation that nobody has heard the outcome of.
#[derive(Debug, Clone)]
struct Pending {
    operation: Operation,
    /// Asked by the worker, whose memory ends with the process.
    by_worker: bool,
}

pub(crate) struct Simulation {
    chance: Chance,
    sky: Sky,
    medium: Medium,
    layer: Layer,
    processor: Option<Processor<Layer, Plain, ()>>,
    oracle: Oracle,
    /// In half of all simulations rails say anything at any time; in the others there is a bank.
    bank: Option<Bank>,
    pending: Vec<Pending>,
    batch_max: usize,
    sent: u64,
    crashes: u64,
}

impl Simulation {
    /// Runs the simulation of a seed.
    ///
    /// # Panics
    ///
    /// Where the product does what the oracle does not allow.
    pub(crate) fn run(seed: u64, steps: u64) -> Outcome {
        STEP.set(0);
        let mut simulation = Self::new(seed);
        for step in 1..=steps {
            STEP.set(step);
            simulation.step();
            if step % (steps / LOOKS).max(1) == 0 {
                simulation.look();
            }
            if step % (steps / PROOFS).max(1) == 0 {
                simulation.prove();
            }
        }
        simulation.come_to_rest();
        simulation.end()
    }

    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let medium = match chance.below(IN_FILES) {
            0 => Medium::Folder(Folder::new()),
            _ => Medium::Memory(MemoryStore::new(Mode::Test)),
        };
        let has_bank = chance.percent(50);
        let batch_max = *chance.one(&[1, 4, 4, 12]);
        let sky = Sky::new(seed, START);
        let layer = Layer::new(medium.open(), sky.clone());
        let mut processor = Processor::new(layer.clone(), Plain, ()).unwrap();
        let mut before = START - 1_000 * TICK;
        let desk = Desk::set_up(&mut processor, &mut layer.clone(), &mut before);
        let scope = if has_bank { Scope::Http } else { Scope::Processor };
        let generator = Generator::new(chance.bits(), scope);
        let bank = has_bank.then(|| Bank::new(&desk, sky.clone(), &mut chance));
        let oracle = Oracle::new(generator, desk, &mut medium.journal());
        let mut simulation = Self {
            chance,
            sky,
            medium,
            layer,
            processor: Some(processor),
            oracle,
            bank,
            pending: Vec::new(),
            batch_max,
            sent: 0,
            crashes: 0,
        };
        for operation in simulation.oracle.scene() {
            simulation.pending.push(Pending { operation, by_worker: false });
            simulation.ask_pending();
        }
        simulation.sky.now().calm = false;
        simulation
    }

    fn step(&mut self) {
        self.move_clock();
        if self.sky.strikes(Kind::Restart) {
            self.restart();
        } else if self.sky.strikes(Kind::CrashIdle) {
            self.crash();
        } else {
            self.tear_page();
        }
        let batch = self.compose();
        self.ask(batch);
        if self.chance.percent(60) {
            self.tick();
        }
        if self.chance.percent(30) {
            self.visit_bank();
        }
    }

    /// Lets the process end while the log is brought into the file.
    fn tear_page(&mut self) {
        let log_end = self.layer.backend().log_end().filter(|end| *end > 0);
        let Some(to) = log_end.filter(|_| self.sky.strikes(Kind::PageTorn)) else { return };
        let (kind, from, place) = (Kind::PageTorn, 0, self.chance.bits());
        self.sky.now().harm = Some(Harm { kind, from, to, place });
        self.crash();
    }

    fn move_clock(&mut self) {
        self.sky.now().clock += TICK;
        let ahead = self.sky.strikes(Kind::ClockAhead);
        let back = self.sky.strikes(Kind::ClockBack);
        let mut by =
            |hours: u128| i64::try_from(self.chance.between(1, hours * 3_600_000_007)).unwrap();
        if ahead {
            self.sky.now().clock += by(72);
        }
        if back {
            self.sky.now().clock -= by(48);
        }
    }

    /// A batch of new operations, and of some that nobody has heard the outcome of.
    fn compose(&mut self) -> Vec<Pending> {
        let mut batch: Vec<Pending> = Vec::new();
        let wanted = 1 + self.chance.below(self.batch_max);
        while batch.len() < wanted {
            let next = if !self.pending.is_empty() && self.chance.percent(40) {
                let place = self.chance.below(self.pending.len());
                self.pending.swap_remove(place)
            } else {
                let operation = self.oracle.generator.draw();
                if let Some(bank) = &mut self.bank
                    && operation.who == Who::Rail
                {
                    bank.credit(&self.oracle.desk, &operation.action);
                    break;
                }
                Pending { operation, by_worker: false }
            };
            if self.is_absurd(&next.operation, &batch) {
                continue;
            }
            // When a hold ends is worked out before the clock is moved.
            let is_last = matches!(next.operation.action, Action::AdvanceClock { .. });
            if self.sky.strikes(Kind::SentTwice) {
                batch.push(next.clone());
            }
            batch.push(next);
            if is_last {
                break;
            }
        }
        batch
    }

    /// A bank that books what it said it did not send is not wrong about us, but about itself.
    fn is_absurd(&self, operation: &Operation, batch: &[Pending]) -> bool {
        let Action::RailSays { of, says: Says::Booked } = operation.action else { return false };
        let fails = |says| Action::RailSays { of, says };
        self.oracle.generator.model.has_failed(of)
            || [Says::Failed, Says::Rejected]
                .map(fails)
                .iter()
                .any(|failed| batch.iter().any(|one| one.operation.action == *failed))
    }

    /// Asks for a batch, and lets everybody hear what can be heard.
    fn ask(&mut self, batch: Vec<Pending>) {
        let now = self.sky.now().clock;
        let offset = self.oracle.desk.shown(&mut *self.layer.backend()).clock_offset_micros;
        let business = self.oracle.at(now) + offset;
        let sent: Vec<Sent> = batch
            .iter()
            .map(|one| {
                let request = self.oracle.desk.request(&one.operation, business);
                self.send(Asked::Operation(one.operation.clone()), request)
            })
            .collect();
        let answers = self.run_batch(&sent, now);
        let ended = answers.is_none();
        for (place, one) in batch.into_iter().enumerate() {
            let answer = answers.as_ref().map(|answers| &answers[place]);
            self.hear(one, answer);
        }
        if ended {
            self.begin_anew();
        }
    }

    fn send(&mut self, asked: Asked, mut request: Request) -> Sent {
        self.sent += 1;
        request.envelope.request_id = format!("request-{}", self.sent);
        Sent { asked, request }
    }

    /// Runs one batch and follows what came of it; nothing is answered if the process ended.
    fn run_batch(&mut self, sent: &[Sent], now: i64) -> Option<Vec<Answer>> {
        if sent.is_empty() {
            return Some(Vec::new());
        }
        self.sky.now().struck.clear();
        let requests: Vec<Request> = sent.iter().map(|one| one.request.clone()).collect();
        let processor = self.processor.as_mut().unwrap();
        self.sky.now().deciding = true;
        let answers = processor.step(&requests, Timestamp::from_micros(now));
        self.sky.now().deciding = false;
        let broken = processor.is_broken();
        let dead = self.sky.now().dead;
        if dead {
            self.end_process();
            self.oracle.follow(&mut self.medium.journal(), sent, None, now);
            return None;
        }
        classify(&answers, &self.sky.now());
        if broken {
            self.end_process();
        }
        self.oracle.follow(&mut self.medium.journal(), sent, Some(&answers), now);
        if broken {
            self.begin_anew();
        }
        Some(answers)
    }

    /// Lets whoever asked hear; without an answer the process has ended, and the worker with it, who is
    /// told again what it had not kept.
    fn hear(&mut self, one: Pending, answer: Option<&Answer>) {
        if one.by_worker {
            if let Some(Answer::Failed(Failure::Internal | Failure::StorageFull)) = answer {
                self.pending.push(one);
            }
            return;
        }
        let failed = matches!(answer, None | Some(Answer::Failed(_)));
        let unheard = !failed && self.sky.strikes(Kind::Unheard);
        if (failed || unheard) && !self.sky.strikes(Kind::GivenUp) {
            self.pending.push(one);
        }
    }

    /// The process ends without a word; what it leaves is opened, and must end where it may.
    fn end_process(&mut self) {
        self.crashes += 1;
        self.processor = None;
        let harm = self.sky.now().harm.take();
        self.medium.crash(harm);
        self.layer = Layer::new(self.medium.open(), self.sky.clone());
        self.medium.forget_before();
        let mut weather = self.sky.now();
        self.oracle.check_end(&mut self.medium.journal(), &weather);
        weather.promised = self.medium.journal().last_position().unwrap();
        weather.in_flight = None;
        weather.dead = false;
    }

    /// A process starts on what is there.
    fn begin_anew(&mut self) {
        self.pending.retain(|one| !one.by_worker);
        if let Some(bank) = &mut self.bank {
            bank.restart();
        }
        let tries = (0..100).find_map(|_| {
            let processor = Processor::new(self.layer.clone(), Plain, ()).ok();
            if self.sky.now().dead {
                // It ended while it started: nothing was in flight.
                self.sky.now().dead = false;
            }
            processor
        });
        self.processor = Some(tries.unwrap());
    }

    fn crash(&mut self) {
        self.end_process();
        self.begin_anew();
    }

    /// The process ends as it should; where the store is in files, they are proven meanwhile.
    fn restart(&mut self) {
        self.processor = None;
        self.layer = Layer::new(crate::medium::closed(), self.sky.clone());
        self.medium.prove();
        self.layer = Layer::new(self.medium.open(), self.sky.clone());
        self.oracle.check_end(&mut self.medium.journal(), &self.sky.now());
        self.begin_anew();
    }

    /// Lets the writer do what is due.
    fn tick(&mut self) -> usize {
        let now = self.sky.now().clock;
        self.sky.now().struck.clear();
        let due = self.processor.as_mut().unwrap().due(Timestamp::from_micros(now));
        if self.sky.now().dead {
            self.crash();
            return 0;
        }
        let Ok(due) = due else {
            let weather = self.sky.now();
            assert!(!weather.struck.is_empty(), "what is due cannot be known: {due:?}");
            return 0;
        };
        let sent: Vec<Sent> = due.into_iter().map(|request| self.due(request)).collect();
        let count = sent.len();
        if self.run_batch(&sent, now).is_none() {
            self.begin_anew();
        }
        count
    }

    fn due(&mut self, request: Request) -> Sent {
        let Command::HoldExpire { hold } = request.envelope.command else {
            panic!("due is {request:?}")
        };
        let holds = &self.oracle.desk.ids.holds;
        let slot = holds.iter().position(|known| *known == hold.to_string()).unwrap();
        self.send(Asked::Due(slot), request)
    }

    /// One pass of the worker: instructions go to the bank, and what it tells comes back.
    fn visit_bank(&mut self) {
        let Some(mut bank) = self.bank.take() else { return };
        let by_worker = |operation| Pending { operation, by_worker: true };
        if !self.pending.iter().any(|one| one.by_worker) {
            bank.keep();
        }
        for instruction in self.waiting() {
            if self.chance.percent(70) {
                let told = bank.submit(&self.oracle.desk, &instruction);
                self.pending.extend(told.map(by_worker));
            }
        }
        let offset = self.oracle.desk.shown(&mut *self.layer.backend()).clock_offset_micros;
        let business = self.sky.now().clock + offset;
        let told = bank.events(&self.oracle.desk, business);
        self.pending.extend(told.into_iter().map(by_worker));
        self.bank = Some(bank);
    }

    fn resources(&self) -> Vec<Resource> {
        let all = self.medium.journal().resources_after(None, usize::MAX).unwrap();
        all.into_iter().map(|(_, resource)| resource).collect()
    }

    /// The instructions that the bank must be told.
    fn waiting(&self) -> Vec<Instruction> {
        let mut waiting = match &self.medium {
            Medium::Memory(store) => {
                let found = store.instructions(0, usize::MAX).unwrap();
                found.into_iter().map(|(_, instruction)| instruction).collect()
            }
            Medium::Folder(_) => self.instructions(),
        };
        waiting.retain(|instruction| match instruction.state {
            InstructionState::Written | InstructionState::Unknown => true,
            InstructionState::Accepted | InstructionState::Done => false,
        });
        waiting.sort_by_key(|instruction| instruction.id);
        waiting
    }

    /// Every instruction, in the order of what it serves, so that no order of the store's matters.
    fn instructions(&self) -> Vec<Instruction> {
        let mut found: Vec<Instruction> = Vec::new();
        for resource in self.resources() {
            if let Resource::Instruction(instruction) = resource {
                found.push(instruction);
            }
        }
        found.sort_by_key(|instruction| instruction.id);
        found
    }

    fn look(&mut self) {
        let when = format!("at step {}", STEP.get());
        let mut journal = self.medium.journal();
        self.oracle.look(&mut *self.layer.backend(), &mut journal, &when);
    }

    /// Proves a store in memory; one in files is proven when it is closed.
    fn prove(&self) {
        match &self.medium {
            Medium::Memory(_) => self.medium.prove(),
            Medium::Folder(_) => {}
        }
    }

    fn ask_pending(&mut self) {
        while !self.pending.is_empty() {
            let one = self.pending.remove(0);
            self.sky.now().clock += TICK;
            self.ask(vec![one]);
        }
    }

    /// Nothing goes wrong any more: everything that is open comes to its end in so many rounds.
    fn come_to_rest(&mut self) {
        self.sky.now().calm = true;
        let tries = self.pending.len();
        for _ in 0..tries {
            let one = self.pending.remove(0);
            self.sky.now().clock += TICK;
            self.ask(vec![one]);
        }
        assert!(self.pending.is_empty(), "asked in calm, and not answered: {:?}", self.pending);
        let rested = (0..ROUNDS_MAX).any(|_| self.round() == 0);
        let open = self.open();
        let stand: Vec<_> = open.iter().map(|it| (it.serves, it.state, it.booked)).collect();
        assert!(rested, "open after {ROUNDS_MAX} rounds: {stand:?}");
        self.sky.now().clock += 3 * 86_400 * 1_000_000;
        let latest = self.oracle.last.max(self.sky.now().clock);
        self.sky.now().clock = latest + BEYOND_HOLDS;
        let ended = (0..ROUNDS_MAX).any(|_| self.tick() == 0);
        let is_active =
            |it: &Resource| matches!(it, Resource::Hold(it) if it.status == HoldStatus::Active);
        let active = self.resources().iter().filter(|it| is_active(it)).count();
        assert!(ended && active == 0, "{active} holds are active long after their end");
    }

    /// One round of the rail; how many instructions are open after it.
    fn round(&mut self) -> usize {
        if let Some(bank) = &mut self.bank {
            bank.settle_all(&self.oracle.desk);
            self.visit_bank();
        } else {
            for instruction in self.open() {
                let of = instructed(&self.oracle.desk, &instruction);
                let action = Action::RailSays { of, says: Says::Settled };
                let operation = Operation { who: Who::Rail, key: None, action };
                self.pending.push(Pending { operation, by_worker: true });
            }
        }
        self.ask_pending();
        self.open().len()
    }

    /// The instructions that have not come to their end, and could: streams move amounts so large that
    /// no counter has room for a second one, and then nothing that a rail says is taken.
    fn open(&self) -> Vec<Instruction> {
        let mut all = self.instructions();
        all.retain(|instruction| {
            let of = instructed(&self.oracle.desk, instruction);
            instruction.state != InstructionState::Done && self.oracle.could_settle(of)
        });
        all
    }

    fn end(mut self) -> Outcome {
        self.look();
        let commands = self.medium.journal().last_position().unwrap();
        self.restart();
        let in_files = matches!(self.medium, Medium::Folder(_));
        let trace = self.oracle.trace.finalize().into();
        let faults = std::mem::take(&mut self.sky.now().tally);
        Outcome { faults, crashes: self.crashes, commands, in_files, trace }
    }
}
