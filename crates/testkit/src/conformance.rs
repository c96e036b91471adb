//! The suite that every store must pass: the same batches into the in-memory store and into another,
//! the same answers of every method of `Truth`, `Reads` and `Journal`, step by step.
//!
//! Batches are made by chance from a seed, mostly sound, some broken in one way; a broken one must be
//! refused by both and change nothing. The batches look like the processor's, without its decisions:
//! what a store keeps, not what commands mean, is tested here.
//!
//! Start at [`agree`].

mod batches;
mod broken;
mod chance;
mod entries;
mod questions;
mod resources;
mod world;

use store::{Batch, Journal, Reads, SaveFault, Truth};

use chance::Chance;
use questions::ask;
use world::World;

/// The three ports of one store.
pub struct Ports<'a> {
    /// The writer.
    pub truth: &'a mut dyn Truth,
    /// The read model.
    pub reads: &'a dyn Reads,
    /// The walk.
    pub journal: &'a mut dyn Journal,
}

/// Where two stores did not agree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("seed {seed}, step {step}: {what}")]
pub struct Disagreement {
    /// The seed to run again.
    pub seed: u64,
    /// The step at which it showed.
    pub step: usize,
    /// What was asked, and both answers.
    pub what: String,
}

/// Runs `steps` steps of chance from `seed` on `model` and on `other`, both empty.
///
/// # Errors
///
/// The first [`Disagreement`].
pub fn agree(
    model: &mut Ports<'_>,
    other: &mut Ports<'_>,
    seed: u64,
    steps: usize,
) -> Result<(), Disagreement> {
    let mut world = World::new(Chance::new(seed));
    for step in 0..steps {
        let done = run_step(&mut world, model, other);
        done.map_err(|what| Disagreement { seed, step, what })?;
    }
    let all = questions::walk(model, other);
    all.map_err(|what| Disagreement { seed, step: steps, what })
}

fn run_step(world: &mut World, model: &mut Ports<'_>, other: &mut Ports<'_>) -> Result<(), String> {
    if world.chance.one_in(4)
        && let Some((how, batch)) = broken::batch(world)
    {
        refuse(model, how, &batch)?;
        refuse(other, how, &batch)?;
    } else {
        let draft = batches::sound(world);
        save(model, &draft.batch)?;
        save(other, &draft.batch)?;
        world.keep(draft);
    }
    ask(world, model, other)
}

fn save(ports: &mut Ports<'_>, batch: &Batch) -> Result<(), String> {
    ports.truth.save(batch).map_err(|why| format!("a sound batch was refused: {why:?} {batch:?}"))
}

fn refuse(ports: &mut Ports<'_>, how: &str, batch: &Batch) -> Result<(), String> {
    match ports.truth.save(batch) {
        Err(SaveFault::NotSaved(_)) => Ok(()),
        saved => Err(format!("a batch with {how} was answered {saved:?}: {batch:?}")),
    }
}
