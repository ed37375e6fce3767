//! `DELETE /v1/me/sign-ins/{sign_in_id}`: signs one browser of the caller out, wherever it is. Its access token lives on
//! for a quarter of an hour at most; signing out everywhere ends those too.

use axum::extract::State;
use http::StatusCode;
use store::Transaction;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Kind, Need, Path, Problem, Route};

use crate::family::is_over;

/// The route.
pub const ROUTE: Route = Route::delete("end_sign_in", "/v1/me/sign-ins/{sign_in_id}")
    .auth(Auth::Member)
    .needs(&[Need::APP_READ, Need::APP_UPDATE]);

/// Revokes one family of the caller.
#[utoipa::path(delete, path = "/v1/me/sign-ins/{sign_in_id}", operation_id = "end_sign_in", tag = "identity",
    params(("sign_in_id" = Uuid, Path)), responses((status = 204, description = "That browser is signed out")))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(sign_in_id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let user = caller.even_suspended();
    let family = store::sign_in::find_family(&ctx.store, user.id, sign_in_id).await?;
    let family = family.filter(|family| !is_over(family, user.token_generation, ctx.now()));
    let family = family.ok_or(Kind::NotFound)?;
    let tx = store::sign_in::revoke_family(Transaction::new(), user.id, family.id);
    ctx.store.commit(tx).await?;
    Ok(StatusCode::NO_CONTENT)
}
