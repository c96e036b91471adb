//! `/v1/trial-balance`: the books in one table.

use api::trial_balance::TrialBalance;
use axum::extract::State;
use store::{AsOf, Reads};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Answer, ok};
use crate::render;
use crate::requests::Get;
use crate::service::Shared;

/// The routes of this resource.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_trial_balance))
}

/// Read the trial balance
///
/// Of the platform, or of all platforms for an operator that names none; now, or as of an instant.
#[utoipa::path(get, path = "/v1/trial-balance", operation_id = "getTrialBalance", tag = "Books",
    responses((status = 200, body = TrialBalance)))]
async fn get_trial_balance(State(service): State<Shared>, mut get: Get) -> Answer {
    let platform = get.caller.platform;
    let time = get.params.instant("as_of")?;
    get.params.finish()?;
    if let Some(time) = time {
        super::accounts::close(&service, time).await?;
    }
    let as_of = time.map(AsOf::Time);
    let ask = move |reads: &dyn Reads, at| reads.trial_balance(at, platform, as_of);
    let books = service.read(ask).await?;
    let (rows, totals) = render::trial_balance(&books);
    Ok(ok(&TrialBalance {
        platform: platform.map(|platform| platform.to_string().into()),
        as_of: time.map(render::time),
        position: books.position,
        rows,
        totals,
    }))
}
