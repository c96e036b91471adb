//! What a folder gets when it is served for the first time: an operator key, and a platform to try.
//!
//! Each part is made by ordinary commands, and made only where it is missing, so a start that was cut
//! short is finished by the next one. Invariant: a key's secret is shown or kept once, never stored.
//!
//! Start at [`operator_key`] and [`sandbox`].

use api::amount::Amount;
use api::key::{CreateKey, Key};
use api::platform::{CreatePlatform, Platform};
use api::role::FeeRule;
use api::transaction::TransactionKind;
use payments::command::{Command, KeyCreate, Transition};
use payments::ids::KeyId;
use payments::states::KeyStatus;
use payments::{Key as ResourceKey, Kind, OPERATOR, Resource};
use store::{Filter, ListQuery};
use unit::secret::Secret;
use unit_api::NewSecret;

use super::Server;
use super::folder::DataFolder;
use crate::client::Client;
use crate::commands::keys::every_key;
use crate::failure::Failure;

/// What the key in the folder is called, to tell it from other operators' keys.
const KEY_NAME: &str = "operator-key file";
/// Operator keys that are looked through; nobody has more.
const KEYS_MAX: usize = 1_000;
/// What the sandbox platform is called.
const SANDBOX: &str = "Sandbox";
/// The assets of the sandbox platform.
const ASSETS: [&str; 3] = ["GBP", "EUR", "USD"];

/// A platform to try Florin with.
#[derive(Debug)]
pub(crate) struct Sandbox {
    /// Its id.
    pub(crate) platform: String,
    /// Its key, the only time that it is known.
    pub(crate) key: Secret<String>,
}

/// Keeps an operator key in the folder of a store that has none.
///
/// A store with platforms whose file is missing is left alone: `florin keys create --operator`
/// replaces a lost key.
///
/// # Errors
///
/// [`Failure`] if a key cannot be made or kept.
pub(crate) fn operator_key(server: &Server, folder: &DataFolder) -> Result<(), Failure> {
    if folder.has_operator_key() || !list(server, None, Kind::Platform)?.is_empty() {
        return Ok(());
    }
    replace_operator_key(server, folder)
}

/// Makes a new operator key, keeps it in the folder, and revokes the ones kept there before.
///
/// # Errors
///
/// [`Failure`] if a key cannot be made, kept or revoked.
pub(crate) fn replace_operator_key(server: &Server, folder: &DataFolder) -> Result<(), Failure> {
    let mut earlier = Vec::new();
    for resource in list(server, Some(OPERATOR), Kind::ApiKey)? {
        if let Resource::ApiKey(key) = resource
            && key.name == KEY_NAME
            && key.status == KeyStatus::Active
        {
            earlier.push(key.id);
        }
    }
    let secret = NewSecret::mint().map_err(|fault| Failure::plain(&fault))?;
    let made = server.command(Command::KeyCreate(KeyCreate {
        name: KEY_NAME.to_owned(),
        secret_hash: secret.hash(),
        scopes: vec!["*".to_owned()],
        expires_at: None,
    }))?;
    let made: Key = serde_json::from_slice(&made)
        .map_err(|error| Failure::of("the new operator key is not understood", &error))?;
    let id: KeyId = made
        .id
        .0
        .parse()
        .map_err(|error| Failure::of("the new operator key is not understood", &error))?;
    folder.keep_operator_key(&Secret::new(secret.token(server.mode(), id)))?;
    for key in earlier {
        server.command(revocation(key))?;
    }
    // A reader that waits for the position of the new key has it: the first request may come now.
    list(server, Some(OPERATOR), Kind::ApiKey)?;
    Ok(())
}

/// Makes the platform to try Florin with and its key, where there is no platform yet; `None` where
/// there is one with a key.
///
/// # Errors
///
/// [`Failure`] if the server refuses.
pub(crate) fn sandbox(operator: &Client) -> Result<Option<Sandbox>, Failure> {
    let platforms = operator.platforms()?;
    let platform = match platforms.as_slice() {
        [] => {
            let made: Platform = operator.post("/v1/platforms", &sandbox_platform())?;
            made.id.0
        }
        [only] if only.name == SANDBOX => only.id.0.clone(),
        _ => return Ok(None),
    };
    let on_platform = operator.for_platform(&platform);
    if !every_key(&on_platform)?.is_empty() {
        return Ok(None);
    }
    let body =
        CreateKey { name: "sandbox".to_owned(), scopes: vec!["*".to_owned()], expires_at: None };
    let key: Key = on_platform.post("/v1/keys", &body)?;
    let secret = key.secret.ok_or_else(|| {
        Failure::Unable(
            "the sandbox key was shown before: make another with `florin keys create`".to_owned(),
        )
    })?;
    Ok(Some(Sandbox { platform, key: Secret::new(secret) }))
}

/// The provider's fees that a platform is tried with: 0.20 and 1 % of a payment, 0.30 a payout.
pub(crate) fn usual_fees(asset: &str) -> [FeeRule; 2] {
    let rule = |kind, fixed: &str, parts_per_million| FeeRule {
        kind,
        fixed: Amount { value: fixed.to_owned(), asset: asset.to_owned() },
        parts_per_million,
        minimum: None,
        maximum: None,
    };
    [
        rule(TransactionKind::Internal, "0.20", 10_000),
        rule(TransactionKind::OutboundBank, "0.30", 0),
    ]
}

fn sandbox_platform() -> CreatePlatform {
    CreatePlatform {
        name: SANDBOX.to_owned(),
        assets: ASSETS.map(str::to_owned).to_vec(),
        fees: ASSETS.into_iter().flat_map(usual_fees).collect(),
        external_id: None,
        tags: None,
        annotations: None,
    }
}

fn revocation(key: KeyId) -> Command {
    Command::Transition(Transition {
        target: ResourceKey::ApiKey(key),
        to: "revoked".to_owned(),
        expected: None,
        reason_code: Some("replaced".to_owned()),
        note: None,
        account: None,
        amount: None,
    })
}

/// The resources of a kind, as the last commit left them.
fn list(
    server: &Server,
    platform: Option<ledger::PlatformId>,
    kind: Kind,
) -> Result<Vec<Resource>, Failure> {
    let (reads, position) = server.reads();
    let filter = Filter::default();
    let query = ListQuery { platform, kind, filter, before: None, limit: KEYS_MAX };
    let page = reads.list(position, &query);
    Ok(page.map_err(|fault| Failure::of("cannot read the store", &fault))?.items)
}
