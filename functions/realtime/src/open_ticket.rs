//! `POST /v1/realtime/tickets`: a signed-in person may open a socket.
//!
//! `{}` -> 201 `{ticket, url, expires_at, reconnect_after_seconds, ping_seconds}`. The socket is opened at `url?ticket=...`
//! within a minute, once. The ticket is 256 random bits; its hash is stored with the person and their token generation, so
//! the access token is never in an address. 60 tickets a minute.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::SignedDuration;
use metering::HEARTBEAT_MS;
use serde::{Deserialize, Serialize};
use store::Transaction;
use store::live::{TicketItem, create_ticket};
use utoipa::ToSchema;
use web::{
    At, Auth, Caller, Ctx, Json, Kind, Need, Problem, Route, limit, random_secret, secret_hash,
};

/// How long a ticket counts.
const TICKET_SECONDS: i64 = 60;
/// Tickets of a person in a minute.
const TICKETS_PER_MINUTE: u64 = 60;
/// API Gateway closes a socket after two hours; ten minutes before is time enough to open the next one first.
const RECONNECT_AFTER_SECONDS: i64 = 110 * 60;

/// The route.
pub const ROUTE: Route = Route::post("open_ticket", "/v1/realtime/tickets")
    .auth(Auth::Member)
    .refuses(&[Kind::TooManyRequests])
    .needs(&[Need::APP_PUT, Need::APP_UPDATE]);

/// An empty JSON object.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenTicket {}

/// How to open a socket.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ticket {
    /// Goes into the address once, as `ticket`.
    pub ticket: String,
    /// Where: `wss://...`, without a query.
    pub url: String,
    /// Until when the ticket counts.
    pub expires_at: At,
    /// How long after opening a socket the client opens the next one and then closes this one.
    pub reconnect_after_seconds: i64,
    /// How often the client sends `ping`.
    pub ping_seconds: i64,
}

/// A signed-in person may open a socket.
#[utoipa::path(
    post,
    path = "/v1/realtime/tickets",
    operation_id = "open_ticket",
    tag = "realtime",
    request_body = OpenTicket,
    responses((status = 201, body = Ticket))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(OpenTicket {}): Json<OpenTicket>,
) -> Result<Response, Problem> {
    let user = caller.member()?;
    let now = ctx.now();
    limit(&ctx, "tickets", &user.id.to_string(), TICKETS_PER_MINUTE, 60, now).await?;
    let secret = random_secret()?;
    let expires = now + SignedDuration::from_secs(TICKET_SECONDS);
    let item = TicketItem {
        user_id: user.id,
        generation: user.token_generation,
        expires_ms: expires.as_millisecond(),
        expires_at_s: expires.as_second().saturating_add(60),
    };
    let tx = create_ticket(Transaction::new(), &secret_hash(&secret), &item);
    ctx.store.commit(tx).await?;
    let reply = Ticket {
        ticket: secret,
        url: ctx.config.realtime_url.clone(),
        expires_at: expires.into(),
        reconnect_after_seconds: RECONNECT_AFTER_SECONDS,
        ping_seconds: HEARTBEAT_MS / 1_000,
    };
    Ok((StatusCode::CREATED, Json(reply)).into_response())
}
