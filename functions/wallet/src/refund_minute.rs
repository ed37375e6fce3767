//! `POST /v1/admin/refunds`: gives one settled minute back to its member, once.
//!
//! `shares` takes it back from the host and the platform as they got it; `platform` is goodwill, paid by the platform
//! alone. Never more than the minute cost (specification 5.9). Cost: one transaction of five items.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use ledger::{Account, Entry, MinuteRefund, RefundFunding, minute_refund};
use serde::{Deserialize, Serialize};
use store::session::SessionItem;
use store::user::User;
use store::wallet::{EntryNotes, change_earnings, change_spending, put_entry};
use store::{CommitError, Transaction};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    At, Auth, Caller, Deed, Faults, Keyed, Kind, Need, Once, Problem, Route, audit, once, trimmed,
};

use crate::App;

/// The route.
pub const ROUTE: Route = Route::post("refund_minute", "/v1/admin/refunds")
    .auth(Auth::Admin)
    .keyed()
    .refuses(&[Kind::NotFound, Kind::AlreadyRefunded, Kind::NotSettled, Kind::Conflict])
    .needs(&[Need::APP_READ, Need::APP_PUT, Need::LEDGER_PUT, Need::LEDGER_UPDATE]);

/// Who pays.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FundedBy {
    /// The host and the platform give back their parts.
    Shares,
    /// The platform pays all of it.
    Platform,
}

/// Which minute, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// Of which session.
    session_id: Uuid,
    /// Which minute, from 1.
    #[schema(minimum = 1)]
    minute: u32,
    /// How much, in minor units; the whole minute if absent.
    amount_minor: Option<i64>,
    /// Who pays.
    funded_by: FundedBy,
    /// Why: 3 to 500 characters, kept in the audit log and shown on the member's statement.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

/// What was given back, in minor units.
#[derive(Serialize, ToSchema)]
pub struct Refund {
    /// The entry.
    entry_id: String,
    /// Of which session.
    session_id: Uuid,
    /// Which minute.
    minute: u32,
    /// To the member.
    amount_minor: i64,
    /// Of it from the host.
    from_host_minor: i64,
    /// Of it from the platform.
    from_platform_minor: i64,
    /// When.
    at: At,
}

/// Refunds a minute.
///
/// # Errors
/// 400 above the minute's rate, 401, 403, 404, 409 before settlement or a second time, or when the host's earnings no
/// longer cover their part.
#[utoipa::path(post, path = "/v1/admin/refunds", operation_id = "refund_minute", tag = "wallet",
    request_body = RefundRequest, params(("Idempotency-Key" = String, Header, description = "8 to 200 visible ASCII characters, the same for each try.")),
    responses((status = 201, body = Refund)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    request: Keyed<RefundRequest>,
) -> Result<Response, Problem> {
    let admin = caller.admin()?;
    let now = app.ctx.now();
    let recorder = match once(&app.ctx, &ROUTE, admin.id, &request, now).await? {
        Once::Replay(reply) => return Ok(reply),
        Once::First(recorder) => recorder,
    };
    let body = &request.body;
    let session = app.ctx.store.session(&body.session_id.to_string()).await?;
    let session =
        session.ok_or_else(|| Problem::new(Kind::NotFound).detail("There is no such session."))?;
    let entry = decide(body, &session)?;
    let reply = Refund {
        entry_id: entry.key.id(),
        session_id: body.session_id,
        minute: body.minute,
        amount_minor: entry.effect_on(&Account::Spending(session.member.id.clone())),
        from_host_minor: -entry.effect_on(&Account::Earnings(session.host.id.clone())),
        from_platform_minor: -entry
            .effect_on(&Account::Fees)
            .saturating_add(entry.effect_on(&Account::WriteOffs)),
        at: now.into(),
    };
    let tx = writes(body, &session, &entry, admin, now);
    recorder.commit(&app.ctx, tx, StatusCode::CREATED, &reply, refusal).await
}

/// The entry that gives the minute back.
fn decide(body: &RefundRequest, session: &SessionItem) -> Result<Entry, Problem> {
    let settled = session.settlement.as_ref().ok_or_else(|| {
        Problem::new(Kind::NotSettled).detail("Only a settled minute can be refunded.")
    })?;
    let terms = &session.meter.terms;
    let amount_minor = body.amount_minor.unwrap_or(terms.rate.minor);
    let reason = trimmed(&body.reason, 500).chars().count();
    let mut faults = Faults::new();
    let paid = (1..=settled.figures.minutes).contains(&body.minute);
    faults.check(paid, "/minute", "This session has no such paid minute.");
    let fits = (1..=terms.rate.minor).contains(&amount_minor);
    faults.check(fits, "/amount_minor", "Must be above zero and at most what the minute cost.");
    faults.check((3..=500).contains(&reason), "/reason", "Must have 3 to 500 characters.");
    faults.done()?;
    let refund = MinuteRefund {
        member: &session.member.id,
        host: &session.host.id,
        session: &session.session_id,
        minute: body.minute,
        rate: terms.rate,
        amount_minor,
        funding: match body.funded_by {
            FundedBy::Shares => RefundFunding::Shares,
            FundedBy::Platform => RefundFunding::Platform,
        },
    };
    minute_refund(&refund, &terms.fee_rule).map_err(Problem::internal)
}

fn writes(
    body: &RefundRequest,
    session: &SessionItem,
    entry: &Entry,
    admin: &User,
    now: Timestamp,
) -> Transaction {
    let (member, host) = (session.member.id.as_str(), session.host.id.as_str());
    let notes = EntryNotes {
        session_id: Some(session.session_id.clone()),
        minute: Some(body.minute),
        other_name: Some(session.host.name.clone()),
        member_name: Some(session.member.name.clone()),
        note: Some(body.reason.trim().to_owned()),
        fee_version: Some(session.meter.terms.fee_rule.version.clone()),
        ..EntryNotes::default()
    };
    let amount = entry.effect_on(&Account::Spending(member.to_owned()));
    let clawed = entry.effect_on(&Account::Earnings(host.to_owned()));
    let tx = put_entry(Transaction::new(), member, entry, now.as_millisecond(), notes);
    let mut tx = change_spending(tx, member, amount, |update| update);
    if clawed != 0 {
        tx = change_earnings(tx, host, clawed);
    }
    let details = [
        ("minute".to_owned(), body.minute.to_string()),
        ("amount_minor".to_owned(), amount.to_string()),
        ("from_host_minor".to_owned(), (-clawed).to_string()),
        ("reason".to_owned(), body.reason.trim().to_owned()),
    ];
    let deed = Deed {
        action: ROUTE.id,
        object_type: "session",
        object_id: session.session_id.clone(),
        details: details.into(),
    };
    audit(tx, admin, deed, now)
}

fn refusal(error: CommitError) -> Problem {
    if error.refused("entry").is_some() {
        return Problem::new(Kind::AlreadyRefunded).detail("This minute was refunded before.");
    }
    if error.refused("earnings").is_some() {
        return Problem::new(Kind::Conflict).detail(
            "The host's earnings no longer cover their part. Refund it from the platform instead.",
        );
    }
    error.into()
}
