//! Stub.
use crate::Diagnostics;
use crate::catalogue::Catalogue;
use crate::check::Plan;
use crate::emit::Emission;

pub(crate) fn verify(_: &Emission, _: &Plan, _: &Catalogue) -> Result<(), Diagnostics> {
    Ok(())
}
