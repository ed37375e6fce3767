//! How a side's browser gets into the media of its session, for each adapter.

use jiff::Timestamp;
use live::room::Room;
use metering::Side;
use serde::Serialize;
use store::site::RoomAdapter;
use utoipa::ToSchema;
use web::{At, Kind, Problem};

use crate::App;
use crate::ice::{self, IceServer};

/// No access counts for longer, in seconds (SoulSeer specification 3.14).
pub const ACCESS_SECONDS_MAX: i64 = 1_200;

/// What a browser needs to carry sound and picture of its session.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "adapter", rename_all = "snake_case")]
pub enum MediaAccess {
    /// Straight between the two browsers.
    Peer {
        /// STUN and TURN servers; none where a local network is enough.
        ice_servers: Vec<IceServer>,
        /// Until when credentials of TURN count; absent when there are none.
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_at: Option<At>,
        /// How long after this the browser asks again; absent when nothing lapses.
        #[serde(skip_serializing_if = "Option::is_none")]
        renew_after_ms: Option<i64>,
    },
}

/// A side of a session whose clock runs on paid time.
pub struct Paid<'a> {
    /// The session as of `now`.
    pub room: &'a Room,
    /// The side that asks.
    pub side: Side,
    /// When it asks.
    pub now: Timestamp,
    /// Unix seconds, rounded down: the end of the paid time, and never later than [`ACCESS_SECONDS_MAX`] from now.
    pub until_s: i64,
}

impl<'a> Paid<'a> {
    /// The side of a session, if its clock runs and at least a second of it is paid. An access that would lapse at once is
    /// none; and to Agora a lifetime of 0 would mean for ever.
    ///
    /// # Errors
    /// 409 `wrong-state`.
    pub fn of(room: &'a Room, side: Side, now: Timestamp) -> Result<Self, Problem> {
        let state = room.meter.state;
        let paid_until_ms = room.meter.paid_until_ms(room.facts.leased);
        let until_s = paid_until_ms.unwrap_or_default().div_euclid(1_000);
        let until_s = until_s.min(now.as_second().saturating_add(ACCESS_SECONDS_MAX));
        if state == metering::State::Active && until_s > now.as_second() {
            return Ok(Self { room, side, now, until_s });
        }
        Err(Problem::new(Kind::WrongState)
            .detail("Sound and picture flow only while the session runs on paid time.")
            .with("state", state.as_str()))
    }
}

/// What a side needs to get in.
///
/// # Errors
/// An internal problem when the keys cannot be read.
pub async fn access(app: &App, paid: &Paid<'_>) -> Result<MediaAccess, Problem> {
    match paid.room.session.room {
        RoomAdapter::Peer => peer(app, paid).await,
    }
}

/// A relay's credential outlives the paid minute: what must stop then is what the two browsers send, and they stop it
/// themselves; a new one each minute would only cost calls.
async fn peer(app: &App, paid: &Paid<'_>) -> Result<MediaAccess, Problem> {
    let urls = &app.ctx.config.ice_urls;
    if !ice::needs_secret(urls) {
        return Ok(MediaAccess::Peer {
            ice_servers: ice::servers(urls, None, "", 0),
            expires_at: None,
            renew_after_ms: None,
        });
    }
    let secret = app.keys.keys().await?.turn_secret.as_deref();
    let secret = secret.ok_or_else(|| Problem::internal("the room's secret has no turn_secret"))?;
    let expires_s = paid.now.as_second().saturating_add(ACCESS_SECONDS_MAX);
    let user = &paid.room.session.participant(paid.side).id;
    Ok(MediaAccess::Peer {
        ice_servers: ice::servers(urls, Some(secret), user, expires_s),
        expires_at: Some(at(expires_s)?),
        renew_after_ms: Some(renew_after_ms(paid.now, expires_s)),
    })
}

/// At four fifths of its life an access is renewed: by then the next minute has been leased (at three quarters), and there is
/// time to ask again. Never less than half a second, so that a lease that is late makes no stream of calls.
fn renew_after_ms(now: Timestamp, until_s: i64) -> i64 {
    let life_ms = until_s.saturating_mul(1_000).saturating_sub(now.as_millisecond());
    (life_ms / 5 * 4).max(500)
}

/// Unix seconds as the API writes them.
fn at(seconds: i64) -> Result<At, Problem> {
    Timestamp::from_second(seconds).map(At).map_err(Problem::internal)
}
