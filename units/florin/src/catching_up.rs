//! Waiting for a read model that is being made anew, with progress: before a start, before a proof.
//!
//! People see a bar; where nobody looks, the logs of a server say it.
//! Callers over HTTP wait a second at most; whoever starts a process waits until it is there.
//! Start at [`caught_up`].

use indicatif::{ProgressBar, ProgressStyle};
use payments::ids::KeyId;
use store::{Fault, Journal, Reads};

use crate::failure::Failure;

/// Waits until the read model holds all that the truth holds now.
///
/// # Errors
///
/// [`Failure::Unable`] when the truth cannot be read, or the read model cannot be made.
pub(crate) fn caught_up(journal: &mut dyn Journal, reads: &dyn Reads) -> Result<(), Failure> {
    let failed = |fault: &Fault| Failure::of("the read model cannot be made anew", fault);
    let needed = journal.last_position().map_err(|fault| failed(&fault))?;
    let missing = needed.saturating_sub(reads.position());
    if missing > 0 {
        tracing::info!(commands = missing, "making the read model: nothing is served until then");
    }
    let bar = ProgressBar::new(needed);
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {human_pos}/{human_len}") {
        bar.set_style(style);
    }
    bar.set_message("making the read model");
    let mut last = None;
    loop {
        // Any read will do: it waits until the read model is there, or for a second.
        match reads.api_key(needed, KeyId::from_bytes([0; 16])) {
            Ok(_) => break,
            Err(Fault::Behind { at, .. }) if last != Some(at) => {
                last = Some(at);
                bar.set_position(at);
            }
            Err(fault) => return Err(failed(&fault)),
        }
    }
    bar.finish_and_clear();
    if missing > 0 {
        tracing::info!("the read model is there");
    }
    Ok(())
}
