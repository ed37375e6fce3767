//! `GET /v1/sessions/{session_id}/receipt`: what the session cost, minute by minute, recomputable from itself.
//!
//! -> `Receipt` with the proofs of its entries as far as their hours are published. Participants and admins (404 for everybody else); 409 `not-settled` before the settlement, and for a
//! request that never began.

use axum::extract::State;
use store::user::Role;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Need, Path, Problem, Route};

use crate::command::not_found;
use crate::proofs;
use crate::receipt::{Receipt, write};

/// The route.
pub const ROUTE: Route = Route::get("read_receipt", "/v1/sessions/{session_id}/receipt")
    .auth(Auth::Member)
    .refuses(&[Kind::NotSettled])
    .needs(&[Need::APP_READ, Need::APP_READ_MANY, Need::APP_QUERY, Need::LEDGER_QUERY]);

/// What the session cost, minute by minute, recomputable from itself.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session_id}/receipt",
    operation_id = "read_receipt",
    tag = "sessions",
    params(("session_id" = Uuid, Path)),
    responses((status = 200, body = Receipt))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
) -> Result<Json<Receipt>, Problem> {
    let user = caller.member()?;
    let session_id = session_id.to_string();
    let session = ctx.store.session(&session_id).await?.ok_or_else(not_found)?;
    if session.side_of(&user.id.to_string()).is_none() && !user.is(Role::Admin) {
        return Err(not_found());
    }
    let Some(settled) = &session.settlement else {
        return Err(Problem::new(Kind::NotSettled)
            .detail("A receipt is written when a session that has begun is over and settled."));
    };
    let entries = ctx.store.entries_of(&session.member.id, &session_id).await?;
    let document = write(&session, settled, &entries)?;
    let proofs = proofs::read(&ctx.store, &session_id, &entries).await?;
    Ok(Json(Receipt::new(document, proofs)))
}
