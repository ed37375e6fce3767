//! `POST /v1/sessions/{session_id}/end`: either side ends the session.
//!
//! `{summary?}` (up to 1,000 characters) -> `Session`: ended, and normally settled already; before it began this withdraws
//! the request. Participants (404 for strangers), suspended ones too. Ending again changes nothing, but a side that has
//! not said anything yet may still add its summary.

use axum::extract::State;
use metering::{Side, Sides};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Path, Problem, Route};

use crate::command::{MONEY_NEEDS, Order};
use crate::text::checked;
use live::view::Session;

/// The longest summary, in characters (specification 3.11).
const SUMMARY_CHARACTERS_MAX: usize = 1_000;

/// The route.
pub const ROUTE: Route = Route::post("end_session", "/v1/sessions/{session_id}/end")
    .auth(Auth::Member)
    .needs(MONEY_NEEDS);

/// What the caller says at the end.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSession {
    /// Shown to both sides.
    #[serde(default)]
    #[schema(max_length = 1000)]
    summary: Option<String>,
}

/// Either side ends the session.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/end",
    operation_id = "end_session",
    tag = "sessions",
    params(("session_id" = Uuid, Path)),
    request_body = EndSession,
    responses((status = 200, body = Session))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    Json(body): Json<EndSession>,
) -> Result<Json<Session>, Problem> {
    let said = match body.summary {
        Some(text) => Some(checked(&text, SUMMARY_CHARACTERS_MAX, "/summary")?),
        None => None,
    };
    let said = said.filter(|text| !text.is_empty());
    let user_id = caller.even_suspended().id;
    let order = Order { ctx: &ctx, user_id, session_id, now: ctx.now() };
    let room = order
        .carry_out(
            |room, side| room.meter.clone().finish(side, room.facts.now_ms),
            |session, side| keep(&mut session.summary, side, said.as_ref()),
        )
        .await?;
    order.show(&room)
}

/// Keeps what a side said first.
fn keep(summary: &mut Sides<Option<String>>, side: Side, said: Option<&String>) {
    let own = match side {
        Side::Member => &mut summary.member,
        Side::Host => &mut summary.host,
    };
    if own.is_none() {
        *own = said.cloned();
    }
}
