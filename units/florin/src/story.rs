//! A marketplace's day, driven through the real HTTP API: from nothing to proven books.
//!
//! Not a test of every case: the steps are those a marketplace lives by, with figures that add up by
//! hand. Every figure is stated beforehand and compared with what the server says.
//!
//! Start at [`play`]; who takes part is in [`cast`], what the money does in [`money_moves`].

mod books;
mod cast;
mod money_moves;
mod scene;

use std::time::{Duration, Instant};

use crate::client::Client;
use crate::failure::Failure;

pub(crate) use books::Books;
pub(crate) use scene::Teller;

/// How long the bank and the worker may take for a step.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often their progress is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Plays the whole day; returns the books at its end.
///
/// # Errors
///
/// [`Failure`] when a step cannot be taken at all; a figure that is off is the teller's to count.
pub(crate) fn play(operator: &Client, teller: &mut Teller<'_>) -> Result<Books, Failure> {
    let stage = cast::assemble(operator, teller)?;
    money_moves::play(&stage, teller)?;
    books::close(&stage, teller)
}

/// Asks again and again until `ask` has an answer.
fn until<T>(what: &str, mut ask: impl FnMut() -> Result<Option<T>, Failure>) -> Result<T, Failure> {
    let started = Instant::now();
    loop {
        if let Some(found) = ask()? {
            return Ok(found);
        }
        if started.elapsed() >= PATIENCE {
            let seconds = PATIENCE.as_secs();
            return Err(Failure::No(format!("waited {seconds} s in vain for {what}")));
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
