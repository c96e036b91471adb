//! API keys: made and rotated. Secrets never come here, only their hashes.

use crate::command::KeyCreate;
use crate::draft::{Decision, Draft};
use crate::ids::KeyId;
use crate::limits::{DAY_MICROS, NAME_BYTES_MAX, SCOPES_MAX};
use crate::meta::{Labels, text};
use crate::rejected::Rejected;
use crate::resources::ApiKey;
use crate::states::{KeyStatus, Machine};
use crate::view::{Key, Stop};

/// The longest that an old key works beside its replacement: 30 days.
const OVERLAP_MICROS_MAX: i64 = 30 * DAY_MICROS;

/// Decides [`KeyCreate`].
pub(super) fn create(mut draft: Draft<'_>, command: &KeyCreate) -> Result<Decision, Stop> {
    text("/name", &command.name, NAME_BYTES_MAX)?;
    if command.scopes.is_empty() || command.scopes.len() > SCOPES_MAX {
        return Err(Rejected::invalid("/scopes", format!("1 to {SCOPES_MAX} scopes")).into());
    }
    if command.expires_at.is_some_and(|expires_at| expires_at <= draft.at()) {
        return Err(Rejected::invalid("/expires_at", "must be in the future".to_owned()).into());
    }
    let id = KeyId::from_bytes(draft.mint());
    draft.put(ApiKey {
        id,
        meta: draft.meta(Labels::default()),
        name: command.name.clone(),
        secret_hash: command.secret_hash,
        scopes: command.scopes.clone(),
        expires_at: command.expires_at,
        replaced_by: None,
        status: KeyStatus::Active,
    })?;
    draft.finish(Key::ApiKey(id))
}

/// Makes a key that takes another's place; the old one goes on for `overlap_micros`.
pub(super) fn rotate(
    mut draft: Draft<'_>,
    key: KeyId,
    secret_hash: [u8; 32],
    overlap_micros: i64,
) -> Result<Decision, Stop> {
    if !(0..=OVERLAP_MICROS_MAX).contains(&overlap_micros) {
        let detail = "0 seconds to 30 days".to_owned();
        return Err(Rejected::invalid("/overlap_seconds", detail).into());
    }
    let mut old: ApiKey = draft.fetch(key)?;
    if !old.works_at(draft.at()) || old.replaced_by.is_some() {
        let status = if old.replaced_by.is_some() { "replaced" } else { old.status.code() };
        return Err(Rejected::Unchangeable { kind: "key", status }.into());
    }
    let id = KeyId::from_bytes(draft.mint());
    let ends = draft.at().checked_add_micros(overlap_micros).unwrap_or(draft.at());
    let new = ApiKey {
        id,
        meta: draft.meta(Labels::default()),
        secret_hash,
        replaced_by: None,
        ..old.clone()
    };
    old.expires_at = Some(old.expires_at.map_or(ends, |sooner| sooner.min(ends)));
    old.replaced_by = Some(id);
    old.meta.touch(draft.at());
    draft.put(new)?;
    draft.put(old)?;
    draft.finish(Key::ApiKey(id))
}
