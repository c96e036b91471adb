//! What the writer asks of itself: commands for what the clock made due.

use payments::{Actor, Command, Envelope, Key};
use store::Due;

use crate::step::{Mode, Request};

/// The command for something due; `None` if its kind has none.
pub(crate) fn request(due: &Due) -> Option<Request> {
    let Key::Hold(hold) = due.key else { return None };
    let envelope = Envelope {
        platform: due.platform,
        actor: Actor::Writer,
        address: String::new(),
        request_id: format!("due_{hold}"),
        idempotency: None,
        command: Command::HoldExpire { hold },
    };
    Some(Request { envelope, mode: Mode::Apply })
}
