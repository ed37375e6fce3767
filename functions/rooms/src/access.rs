//! How a side's browser gets into the media of its session, for each adapter.

use agora::{Issue, Privilege, Service};
use jiff::Timestamp;
use live::room::Room;
use metering::Side;
use serde::Serialize;
use store::site::RoomAdapter;
use utoipa::ToSchema;
use web::{At, Kind, Problem};

use crate::App;
use crate::ice::{self, IceServer};
use crate::keys::Keys;
use crate::meetings;

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
    /// Over Agora's network.
    Agora {
        /// Our app there.
        app_id: String,
        /// The session's channel.
        channel: String,
        /// The caller in the channel: 1 is the member, 2 the host.
        uid: u32,
        /// Lets the caller join the channel and publish in it.
        rtc_token: String,
        /// The caller in Agora's signalling.
        rtm_user_id: String,
        /// Lets the caller log into it.
        rtm_token: String,
        /// Until when the tokens count: never beyond the paid time.
        expires_at: At,
        /// How long after this the browser asks again.
        renew_after_ms: i64,
    },
    /// In a room at Whereby.
    Whereby {
        /// The caller's own link.
        room_url: String,
        /// Until when the browser may stay in the room without asking again: never beyond the paid time.
        expires_at: At,
        /// How long after this the browser asks again.
        renew_after_ms: i64,
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
    /// 409 `wrong-state`; 409 `modality-off` for a session by text, which has no media.
    pub fn of(room: &'a Room, side: Side, now: Timestamp) -> Result<Self, Problem> {
        if room.session.modality == "text" {
            return Err(Problem::new(Kind::ModalityOff)
                .detail("A session by text has neither sound nor picture."));
        }
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
        RoomAdapter::Agora => agora(app, paid).await,
        RoomAdapter::Whereby => whereby(app, paid).await,
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
    let secret = Keys::need(&app.keys.keys().await?.turn_secret, "turn_secret")?;
    let expires_s = paid.now.as_second().saturating_add(ACCESS_SECONDS_MAX);
    let user = &paid.room.session.participant(paid.side).id;
    Ok(MediaAccess::Peer {
        ice_servers: ice::servers(urls, Some(secret), user, expires_s),
        expires_at: Some(at(expires_s)?),
        renew_after_ms: Some(renew_after_ms(paid.now, expires_s)),
    })
}

/// Tokens that lapse with the paid time: who does not pay is put out by Agora itself.
async fn agora(app: &App, paid: &Paid<'_>) -> Result<MediaAccess, Problem> {
    let keys = app.keys.keys().await?;
    let app_id = Keys::need(&keys.agora_app_id, "agora_app_id")?;
    let certificate = Keys::need(&keys.agora_app_certificate, "agora_app_certificate")?;
    let session_id = &paid.room.session.session_id;
    let (uid, name) = match paid.side {
        Side::Member => (1, "member"),
        Side::Host => (2, "host"),
    };
    // A name in signalling is one in the whole app, so it is the session's too.
    let rtm_user_id = format!("{session_id}:{name}");
    let make = |service| {
        let app = agora::App { id: app_id, certificate };
        agora::token(app, issue(paid)?, &[service]).map_err(Problem::internal)
    };
    Ok(MediaAccess::Agora {
        rtc_token: make(Service::Rtc {
            channel: session_id,
            uid,
            privileges: privileges(&paid.room.session.modality),
        })?,
        rtm_token: make(Service::Rtm { user_id: &rtm_user_id })?,
        app_id: app_id.to_owned(),
        channel: session_id.clone(),
        uid,
        rtm_user_id,
        expires_at: at(paid.until_s)?,
        renew_after_ms: renew_after_ms(paid.now, paid.until_s),
    })
}

/// Who pays for a voice publishes no picture.
fn privileges(modality: &str) -> &'static [Privilege] {
    match modality {
        "video" => &[Privilege::Join, Privilege::PublishAudio, Privilege::PublishVideo],
        _ => &[Privilege::Join, Privilege::PublishAudio],
    }
}

/// From this second to the end of the paid time, with a salt of its own.
fn issue(paid: &Paid<'_>) -> Result<Issue, Problem> {
    let seconds = |seconds: i64| u32::try_from(seconds).map_err(Problem::internal);
    let mut random = [0_u8; 4];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| Problem::internal("no randomness"))?;
    let at_s = paid.now.as_second();
    Ok(Issue {
        at_s: seconds(at_s)?,
        lifetime_s: seconds(paid.until_s.saturating_sub(at_s))?,
        salt: u32::from_le_bytes(random) % agora::SALT_MAX + 1,
    })
}

/// The host's link lets its bearer throw others out, so it goes to the host alone.
async fn whereby(app: &App, paid: &Paid<'_>) -> Result<MediaAccess, Problem> {
    let meeting = meetings::of(app, paid).await?;
    let room_url = match paid.side {
        Side::Member => meeting.room_url,
        Side::Host => meeting.host_room_url,
    };
    Ok(MediaAccess::Whereby {
        room_url,
        expires_at: at(paid.until_s)?,
        renew_after_ms: renew_after_ms(paid.now, paid.until_s),
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

#[cfg(test)]
mod tests {
    use super::privileges;
    use agora::Privilege;

    #[test]
    fn only_a_video_session_publishes_a_picture_and_none_publishes_data() {
        assert!(privileges("video").contains(&Privilege::PublishVideo));
        assert!(!privileges("voice").contains(&Privilege::PublishVideo));
        for modality in ["voice", "video"] {
            assert!(privileges(modality).contains(&Privilege::PublishAudio));
            assert!(!privileges(modality).contains(&Privilege::PublishData));
        }
    }
}
