//! `POST /v1/sessions`: a member asks a host for a session.
//!
//! `{host_id, modality}` -> 201 `Session`, waiting for two minutes; nothing is charged. With an idempotency key. The rate,
//! the fee rule, the lengths of minute and lease and the room's adapter are fixed now. 404 unless the host is verified; 403 `own-session`,
//! `suspended`, `spending-locked`; 409 `host-offline`, `modality-off`, `session-open` with the caller's `session_id`,
//! `host-busy`; 402 `funds-too-low` if the balance does not cover one minute; 10 requests in five minutes.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use ledger::{FeeRule, Money};
use metering::{Meter, Side, Terms};
use runtime::new_id;
use serde::Deserialize;
use store::host::{HostItem, Status};
use store::session::{Participant, PresenceItem, SessionItem, create_session, touch};
use store::site::Site;
use store::user::User;
use store::wallet::WalletItem;
use store::{CommitError, Transaction};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Keyed, Kind, Need, Once, Problem, Recorder, Route, limit, once};

use crate::command::funds_too_low;
use crate::locks::{free_if_over, session_of};
use live::room::Room;
use live::view::Session;
use live::words::{Modality, You};

/// The route.
pub const ROUTE: Route = Route::post("request_session", "/v1/sessions")
    .auth(Auth::Member)
    .keyed()
    .refuses(&[
        Kind::NotFound,
        Kind::OwnSession,
        Kind::SpendingLocked,
        Kind::HostOffline,
        Kind::ModalityOff,
        Kind::SessionOpen,
        Kind::HostBusy,
        Kind::FundsTooLow,
        Kind::TooManyRequests,
    ])
    .needs(&[
        Need::APP_READ,
        Need::APP_PUT,
        Need::APP_UPDATE,
        Need::APP_DELETE,
        Need::LEDGER_READ,
        Need::LEDGER_PUT,
        Need::LEDGER_UPDATE,
    ]);

/// With whom, and how.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestSession {
    /// The host's id.
    host_id: Uuid,
    /// How the two will talk.
    modality: Modality,
}

/// A member asks a host for a session.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    operation_id = "request_session",
    tag = "sessions",
    params(("Idempotency-Key" = String, Header)),
    request_body = RequestSession,
    responses((status = 201, body = Session))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    request: Keyed<RequestSession>,
) -> Result<Response, Problem> {
    let user = caller.member()?;
    let now = ctx.now();
    let recorder = match once(&ctx, &ROUTE, user.id, &request, now).await? {
        Once::Replay(reply) => return Ok(reply),
        Once::First(recorder) => recorder,
    };
    limit(&ctx, "session_requests", &user.id.to_string(), 10, 300, now).await?;
    let room = prepare(&ctx, user, request.body, now).await?;
    let now_ms = now.as_millisecond();
    let reply = Session::of(&room, You::Member);
    let mut outcome = commit(&ctx, &recorder, &room, &reply).await;
    // A session that is over by time alone may still hold its sides, and must not block them: one for each side here.
    for _ in 0..2 {
        match outcome {
            Err(Blocked::By(other, _)) if free_if_over(&ctx.store, &other, now_ms).await? => {
                outcome = commit(&ctx, &recorder, &room, &reply).await;
            }
            _ => break,
        }
    }
    outcome.map_err(Blocked::problem)
}

/// Why a request could not be stored.
enum Blocked {
    /// A side is in this session.
    By(String, Problem),
    /// Anything else.
    Otherwise(Problem),
}

impl Blocked {
    fn problem(self) -> Problem {
        match self {
            Self::By(_, problem) | Self::Otherwise(problem) => problem,
        }
    }
}

async fn commit(
    ctx: &Ctx,
    recorder: &Recorder,
    room: &Room,
    reply: &Session,
) -> Result<Response, Blocked> {
    let tx = create_session(Transaction::new(), &room.session);
    let tx = touch(tx, &room.session.session_id, Side::Member, room.facts.now_ms);
    let mut blocking = None;
    let refusal = |error: CommitError| {
        let own = session_of(&error, "member_lock");
        blocking = own.clone().or_else(|| session_of(&error, "host_lock"));
        match (own, &blocking) {
            (Some(session_id), _) => Problem::new(Kind::SessionOpen)
                .detail("You are in another session. End it first.")
                .with("session_id", session_id),
            (None, Some(_)) => Problem::new(Kind::HostBusy)
                .detail("The host is in another session. Please try again later."),
            (None, None) => error.into(),
        }
    };
    let outcome = recorder.commit(ctx, tx, StatusCode::CREATED, reply, refusal).await;
    outcome.map_err(|problem| match blocking {
        Some(other) => Blocked::By(other, problem),
        None => Blocked::Otherwise(problem),
    })
}

/// The session as it will be, if host and money allow it.
async fn prepare(
    ctx: &Ctx,
    user: &User,
    body: RequestSession,
    now: Timestamp,
) -> Result<Room, Problem> {
    if body.host_id == user.id {
        return Err(Problem::new(Kind::OwnSession).detail("You cannot request yourself."));
    }
    let host = ctx.store.host(body.host_id).await?;
    let host = host
        .filter(|host| host.status == Status::Verified)
        .ok_or_else(|| Problem::new(Kind::NotFound).detail("There is no such host."))?;
    let rate = offered(&host, body.modality)?;
    let wallet = ctx.store.wallet(&user.id.to_string()).await?;
    let wallet = wallet.ok_or_else(|| Problem::internal("the member has no wallet"))?;
    let wallet = solvent(wallet, rate)?;
    let site = store::site::active(&ctx.store, &ctx.config.brand).await?;
    let terms = Terms {
        rate,
        fee_rule: fee_rule(ctx, &site)?,
        minute_ms: i64::from(ctx.config.minute_seconds).saturating_mul(1_000),
        lease_minutes: ctx.config.lease_minutes,
    };
    let now_ms = now.as_millisecond();
    let member =
        Participant { id: user.id.to_string(), name: user.display_name.clone(), slug: None };
    let slug = Some(host.slug);
    let host = Participant { id: body.host_id.to_string(), name: host.name, slug };
    let session = SessionItem::request(
        new_id(now).to_string(),
        &site.brand,
        body.modality.as_str(),
        (member, host),
        Meter::request(terms, now_ms),
    );
    let session = session.carried_by(site.room);
    let presence = PresenceItem { member_ms: Some(now_ms), ..PresenceItem::default() };
    Ok(Room::observe(session, wallet, &presence, now_ms))
}

/// The rate of a host who is there and offers this.
fn offered(host: &HostItem, modality: Modality) -> Result<Money, Problem> {
    if !host.online {
        return Err(Problem::new(Kind::HostOffline).detail("The host is offline now."));
    }
    let rate_minor = host.rates.of(modality.into()).ok_or_else(|| {
        Problem::new(Kind::ModalityOff).detail("The host does not offer this kind of session.")
    })?;
    Ok(Money::new(rate_minor, host.currency))
}

/// The wallet, if it is open and pays one minute.
fn solvent(wallet: WalletItem, rate: Money) -> Result<WalletItem, Problem> {
    if wallet.locked.is_some() {
        return Err(Problem::new(Kind::SpendingLocked)
            .detail("Spending from your balance is locked. Please write to us."));
    }
    if wallet.currency != rate.currency {
        return Err(Problem::internal("wallet and rate differ in currency"));
    }
    if wallet.available_minor < rate.minor {
        return Err(funds_too_low(rate.minor, wallet.available_minor));
    }
    Ok(wallet)
}

/// A brand's fee rule: the deployment's own percentage for its own brand, else the brand's.
fn fee_rule(ctx: &Ctx, site: &Site) -> Result<FeeRule, Problem> {
    let percent = if site.brand == ctx.config.brand {
        ctx.config.fee_percent.to_string()
    } else {
        site.fee_percent.clone()
    };
    FeeRule::new(&site.brand, &percent).map_err(Problem::internal)
}
