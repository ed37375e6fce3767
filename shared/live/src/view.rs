//! A session as the API shows it: a pure function of the room at one instant and of who looks.

use jiff::Timestamp;
use metering::{HEARTBEAT_MS, Side};
use serde::Serialize;
use store::session::SessionItem;
use store::site::RoomAdapter;
use utoipa::ToSchema;
use web::At;

use crate::room::Room;
use crate::words::{EndReason, PauseReason, State, You};

/// A participant.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[schema(as = SessionPerson)]
pub struct Person {
    /// The user's id.
    pub id: String,
    /// The name at the time of the request.
    pub name: String,
    /// The host's slug; absent for a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// Heard of within the last fifty seconds.
    pub present: bool,
    /// In the room, as far as joining and leaving say.
    pub joined: bool,
}

/// What the sides said at the end.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[schema(as = SessionSummary)]
pub struct Summary {
    /// The member's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The host's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// The final figures.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[schema(as = SessionSettlement)]
pub struct Settlement {
    /// Minutes paid: every begun one.
    pub minutes: u32,
    /// What the member paid.
    pub gross_minor: i64,
    /// What the host earned.
    pub share_minor: i64,
    /// What the platform kept.
    pub fee_minor: i64,
    /// What came back to the member.
    pub released_minor: i64,
}

/// A session now.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Session {
    /// UUID v7.
    pub id: String,
    /// Under which brand.
    pub brand: String,
    /// `text`, `voice` or `video`.
    pub modality: String,
    /// What carries sound and picture, fixed at the request.
    pub room: RoomAdapter,
    /// The state at `now`.
    pub state: State,
    /// As whom the caller sees it.
    pub you: You,
    /// Who pays.
    pub member: Person,
    /// Who is paid.
    pub host: Person,
    /// Price of a minute, fixed at the request.
    pub rate_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Length of a billed minute in seconds.
    pub minute_seconds: i64,
    /// When it was requested.
    pub created_at: At,
    /// Until when it waits; absent once it has begun or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<At>,
    /// When the host accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<At>,
    /// When the clock started for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<At>,
    /// Since when it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_at: Option<At>,
    /// Why it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause_reason: Option<PauseReason>,
    /// Until when it may come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_until: Option<At>,
    /// How many more pauses it may have.
    pub pauses_left: u32,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<At>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// The server's clock.
    pub now: At,
    /// Active time up to `now`.
    pub active_ms: i64,
    /// The end of the last leased minute, while the clock runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_until: Option<At>,
    /// Minutes begun and paid.
    pub minutes_charged: u32,
    /// Minutes leased and not settled.
    pub minutes_held: u32,
    /// What is set aside for them.
    pub held_minor: i64,
    /// The member's own spendable balance; nobody else sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_minor: Option<i64>,
    /// Minutes that the balance pays beyond the leased ones; the member alone sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes_affordable: Option<u32>,
    /// Fewer than two minutes are left to a session that is not over.
    pub low_funds: bool,
    /// When the room should renew, while the clock runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renew_at: Option<At>,
    /// How often the room proves presence by renewing.
    pub heartbeat_seconds: i64,
    /// What the sides said at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// The final figures, once settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Settlement>,
}

impl Session {
    /// The session as `you` may see it.
    pub fn of(room: &Room, you: You) -> Self {
        let (item, meter, facts) = (&room.session, &room.meter, &room.facts);
        let settlement = item.settlement.as_ref().map(|settled| Settlement {
            minutes: settled.figures.minutes,
            gross_minor: settled.figures.gross_minor,
            share_minor: settled.figures.share_minor,
            fee_minor: settled.figures.fee_minor,
            released_minor: settled.figures.released_minor,
        });
        let minutes_held = if settlement.is_some() { 0 } else { facts.leased };
        let paid_until = meter.paid_until_ms(facts.leased);
        let funds = meter.funds(facts);
        let own = you == You::Member;
        Self {
            id: item.session_id.clone(),
            brand: item.brand.clone(),
            modality: item.modality.clone(),
            room: item.room,
            state: meter.state.into(),
            you,
            member: person(room, Side::Member),
            host: person(room, Side::Host),
            rate_minor: meter.terms.rate.minor,
            currency: meter.terms.rate.currency.to_string(),
            minute_seconds: meter.terms.minute_ms / 1_000,
            created_at: instant(meter.created_ms),
            expires_at: (meter.state == metering::State::Waiting)
                .then(|| instant(meter.expires_ms)),
            accepted_at: meter.accepted_ms.map(instant),
            started_at: meter.started_ms().map(instant),
            paused_at: meter.paused_ms.map(instant),
            pause_reason: meter.pause_reason.map(Into::into),
            grace_until: meter.grace_until_ms.map(instant),
            pauses_left: meter.pauses_left(),
            ended_at: meter.ended_ms.map(instant),
            end_reason: meter.end_reason.map(Into::into),
            now: instant(facts.now_ms),
            active_ms: meter.active_ms(facts.now_ms),
            paid_until: paid_until.map(instant),
            minutes_charged: meter.minutes_begun(facts.now_ms).min(facts.leased),
            minutes_held,
            held_minor: meter.terms.rate.minor.saturating_mul(i64::from(minutes_held)),
            balance_minor: own.then_some(room.wallet.available_minor),
            minutes_affordable: own.then_some(funds.minutes_affordable),
            low_funds: meter.state.is_open() && funds.low,
            renew_at: paid_until.map(|until| instant(until - meter.renew_margin_ms())),
            heartbeat_seconds: HEARTBEAT_MS / 1_000,
            summary: summary(item),
            settlement,
        }
    }
}

fn person(room: &Room, side: Side) -> Person {
    let participant = room.session.participant(side);
    Person {
        id: participant.id.clone(),
        name: participant.name.clone(),
        slug: participant.slug.clone(),
        present: room.meter.state.is_open() && room.facts.is_present(side),
        joined: room.meter.joined.of(side),
    }
}

fn summary(item: &SessionItem) -> Option<Summary> {
    let said = &item.summary;
    (said.member.is_some() || said.host.is_some())
        .then(|| Summary { member: said.member.clone(), host: said.host.clone() })
}

/// Unix milliseconds as the API writes them. What is beyond the calendar was never a time of ours.
pub fn instant(ms: i64) -> At {
    At(Timestamp::from_millisecond(ms).unwrap_or_default())
}
