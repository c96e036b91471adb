//! Cursors: where the next page starts, sealed so that nobody makes one up.
//!
//! A cursor is bound to its list, its platform and its filters: another list's is refused, as is a
//! forged one. It holds no secret. Start at [`CursorKey::seal`].

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use unit::secret::Secret;

use crate::failure::Failure;
use crate::problems::problem;

const SEAL_BYTES: usize = 16;
const PLACE_BYTES_MAX: usize = 16;

/// What cursors are sealed with.
#[derive(Debug, Clone)]
pub struct CursorKey(Secret<[u8; 32]>);

impl CursorKey {
    /// Seals with `key`, which must stay the same for cursors to live on.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        Self(Secret::new(key))
    }

    /// The cursor for a place in the list that `list` describes.
    pub(crate) fn seal(&self, list: &str, place: &[u8]) -> String {
        let mut bytes = place.to_vec();
        bytes.extend_from_slice(&self.tag(list, place));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that a cursor of the same list names.
    pub(crate) fn open(&self, list: &str, cursor: &str) -> Result<Vec<u8>, Failure> {
        let invalid = || Failure::from(problem("cursor_invalid"));
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let place_length = bytes.len().checked_sub(SEAL_BYTES).ok_or_else(invalid)?;
        if place_length > PLACE_BYTES_MAX {
            return Err(invalid());
        }
        let (place, seal) = bytes.split_at(place_length);
        if !bool::from(self.tag(list, place).ct_eq(seal)) {
            return Err(invalid());
        }
        Ok(place.to_vec())
    }

    /// Hashed twice with the key before each, so that no text can be lengthened under a known tag.
    fn tag(&self, list: &str, place: &[u8]) -> [u8; SEAL_BYTES] {
        let length = u64::try_from(list.len()).unwrap_or(u64::MAX);
        let inner = Sha256::new()
            .chain_update(self.0.expose())
            .chain_update([0x36])
            .chain_update(length.to_be_bytes())
            .chain_update(list)
            .chain_update(place)
            .finalize();
        let outer =
            Sha256::new().chain_update(self.0.expose()).chain_update([0x5c]).chain_update(inner);
        let digest: [u8; 32] = outer.finalize().into();
        let mut tag = [0; SEAL_BYTES];
        tag.copy_from_slice(&digest[..SEAL_BYTES]);
        tag
    }
}
