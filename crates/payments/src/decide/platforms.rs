//! Platforms: made whole, with a first role, their own customer and its accounts; and the sandbox clock.

use crate::command::{PlatformCreate, RoleTerms, SandboxAnswer};
use crate::draft::{Decision, Draft};
use crate::ids::{CustomerId, RoleId};
use crate::limits::{
    CLOCK_ADVANCE_MICROS_MAX, CLOCK_OFFSET_MICROS_MAX, NAME_BYTES_MAX, PLATFORM_ASSETS_MAX,
};
use crate::meta::{Labels, text};
use crate::rejected::Rejected;
use crate::resources::{Capability, Customer, CustomerKind, Platform, Role};
use crate::states::{AccountStatus, CustomerStatus, PlatformStatus, RoleStatus};
use crate::view::{Key, NameKind, Stop};

use super::accounts::{Opening, open};
use super::roles::{check_terms, set_terms};

/// The name of the role that every platform starts with.
const FIRST_ROLE: &str = "Standard";

/// Decides [`PlatformCreate`]. The command is the first of the new platform's own history.
pub(super) fn create(mut draft: Draft<'_>, command: &PlatformCreate) -> Result<Decision, Stop> {
    text("/name", &command.name, NAME_BYTES_MAX)?;
    command.labels.check()?;
    let assets = &command.assets;
    let distinct: std::collections::BTreeSet<_> = assets.iter().collect();
    if assets.is_empty() || assets.len() > PLATFORM_ASSETS_MAX || distinct.len() < assets.len() {
        let detail = format!("1 to {PLATFORM_ASSETS_MAX} assets, each once");
        return Err(Rejected::invalid("/assets", detail).into());
    }
    if !draft.by_operator() {
        let (kind, to) = ("platform", "active".to_owned());
        return Err(Rejected::OperatorRequired { kind, to }.into());
    }
    let id = draft.platform();
    let role = first_role(&mut draft, command)?;
    let mut customer = own_customer(&mut draft, command, role);
    let mut accounts = Vec::with_capacity(assets.len());
    for asset in assets {
        let name = format!("{} {asset}", command.name);
        let status = AccountStatus::Open;
        let opening = Opening { customer: &mut customer, asset: *asset, name: &name, status };
        accounts.push((*asset, open(&mut draft, opening, &Labels::default())?));
    }
    draft.put(Platform {
        id,
        meta: draft.meta(command.labels.clone()),
        name: command.name.clone(),
        status: PlatformStatus::Active,
        customer: customer.id,
        default_role: role,
        accounts,
        clock_offset_micros: 0,
    })?;
    draft.put(customer)?;
    draft.finish(Key::Platform(id))
}

fn first_role(draft: &mut Draft<'_>, command: &PlatformCreate) -> Result<RoleId, Stop> {
    let terms = RoleTerms {
        kinds: CustomerKind::ALL.to_vec(),
        capabilities: Capability::ALL.to_vec(),
        fees: command.fees.clone(),
        limits: Vec::new(),
        review_required: false,
    };
    check_terms(&terms)?;
    let id = RoleId::from_bytes(draft.mint());
    draft.set_name(NameKind::RoleName, FIRST_ROLE, *id.as_bytes())?;
    let mut role = Role {
        id,
        meta: draft.meta(Labels::default()),
        name: FIRST_ROLE.to_owned(),
        revision: 1,
        kinds: Vec::new(),
        capabilities: Vec::new(),
        fees: Vec::new(),
        limits: Vec::new(),
        review_required: false,
        status: RoleStatus::Published,
    };
    set_terms(&mut role, terms);
    draft.put(role)?;
    Ok(id)
}

fn own_customer(draft: &mut Draft<'_>, command: &PlatformCreate, role: RoleId) -> Customer {
    Customer {
        id: CustomerId::from_bytes(draft.mint()),
        meta: draft.meta(Labels::default()),
        kind: CustomerKind::IncorporatedBusiness,
        name: command.name.clone(),
        email: None,
        role,
        status: CustomerStatus::Active,
        persons: Vec::new(),
        accounts_open: 0,
        is_platform: true,
    }
}

/// Moves the sandbox clock ahead; it never goes back.
pub(super) fn clock_advance(mut draft: Draft<'_>, micros: i64) -> Result<Decision, Stop> {
    if !(1..=CLOCK_ADVANCE_MICROS_MAX).contains(&micros) {
        let detail = "1 second to 366 days".to_owned();
        return Err(Rejected::invalid("/advance_seconds", detail).into());
    }
    let id = draft.platform();
    let mut platform: Platform = draft.fetch(id)?;
    if !draft.is_sandbox() {
        return Err(Rejected::NotASandbox.into());
    }
    let offset = platform.clock_offset_micros.saturating_add(micros);
    if offset > CLOCK_OFFSET_MICROS_MAX {
        let detail = "the clock would be more than 20 years ahead".to_owned();
        return Err(Rejected::invalid("/advance_seconds", detail).into());
    }
    platform.clock_offset_micros = offset;
    platform.meta.touch(draft.at());
    draft.put(platform)?;
    draft.finish(Key::Platform(id))
}

/// Keeps what the sandbox bank answered.
pub(super) fn sandbox_answer(draft: Draft<'_>, answer: &SandboxAnswer) -> Result<Decision, Stop> {
    if !draft.is_sandbox() {
        return Err(Rejected::NotASandbox.into());
    }
    if let Err(refused) = &answer.said {
        return Err(refused.clone().into());
    }
    let id = draft.platform();
    draft.finish(Key::Platform(id))
}

/// A request of many: the platform is there and may ask; what it asks for comes after.
pub(super) fn bulk(draft: Draft<'_>) -> Result<Decision, Stop> {
    let id = draft.platform();
    draft.finish(Key::Platform(id))
}
