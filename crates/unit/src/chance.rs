//! Random bytes of the operating system: the one place of randomness.
//!
//! Not a generator to seed: simulations and tests have their own. Start at [`random_bytes`].

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct Fault(#[source] getrandom::Error);

impl Fault {
    /// Whether trying again may help: the source may still be filling up after a boot.
    pub const fn is_retryable(&self) -> bool {
        true
    }
}

/// `N` bytes that nobody can predict, fit for keys and tokens.
///
/// # Errors
///
/// [`Fault`] if the operating system cannot deliver.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Fault)?;
    Ok(bytes)
}
