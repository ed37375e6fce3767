//! The words of the API for states, sides and reasons. A `match` each, so that a new state cannot be forgotten here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a session is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SessionState)]
pub enum State {
    /// Asked for.
    Created,
    /// The host has been told.
    Waiting,
    /// The clock runs.
    Active,
    /// The clock is stopped.
    Paused,
    /// One side is back, the other is awaited.
    Reconnecting,
    /// Over; not settled yet.
    Ended,
    /// Settled.
    Finalized,
}

impl From<metering::State> for State {
    fn from(state: metering::State) -> Self {
        match state {
            metering::State::Created => Self::Created,
            metering::State::Waiting => Self::Waiting,
            metering::State::Active => Self::Active,
            metering::State::Paused => Self::Paused,
            metering::State::Reconnecting => Self::Reconnecting,
            metering::State::Ended => Self::Ended,
            metering::State::Finalized => Self::Finalized,
        }
    }
}

/// Which participant.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Who pays.
    Member,
    /// Who is paid.
    Host,
}

impl From<metering::Side> for Side {
    fn from(side: metering::Side) -> Self {
        match side {
            metering::Side::Member => Self::Member,
            metering::Side::Host => Self::Host,
        }
    }
}

/// As whom the caller sees a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum You {
    /// Its member.
    Member,
    /// Its host.
    Host,
    /// Neither: an admin.
    Admin,
}

impl From<metering::Side> for You {
    fn from(side: metering::Side) -> Self {
        match side {
            metering::Side::Member => Self::Member,
            metering::Side::Host => Self::Host,
        }
    }
}

/// Why the clock stopped.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// A participant left.
    Left,
    /// A participant was not heard of any more.
    Lost,
    /// The next minute could not be paid.
    Funds,
    /// Nobody renewed the lease.
    Unrenewed,
}

impl From<metering::PauseReason> for PauseReason {
    fn from(reason: metering::PauseReason) -> Self {
        match reason {
            metering::PauseReason::Left => Self::Left,
            metering::PauseReason::Lost => Self::Lost,
            metering::PauseReason::Funds => Self::Funds,
            metering::PauseReason::Unrenewed => Self::Unrenewed,
        }
    }
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// A participant ended it after it had begun.
    Completed,
    /// The host declined.
    Declined,
    /// The member withdrew.
    Cancelled,
    /// Nobody answered or joined in time.
    Expired,
    /// The grace of a pause passed.
    GraceOver,
    /// It paused once too often.
    PauseCap,
}

impl From<metering::EndReason> for EndReason {
    fn from(reason: metering::EndReason) -> Self {
        match reason {
            metering::EndReason::Completed => Self::Completed,
            metering::EndReason::Declined => Self::Declined,
            metering::EndReason::Cancelled => Self::Cancelled,
            metering::EndReason::Expired => Self::Expired,
            metering::EndReason::GraceOver => Self::GraceOver,
            metering::EndReason::PauseCap => Self::PauseCap,
        }
    }
}

/// How the two talk.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Modality {
    /// Written messages.
    Text,
    /// Voices.
    Voice,
    /// Voices and pictures.
    Video,
}

impl Modality {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Voice => "voice",
            Self::Video => "video",
        }
    }
}

impl From<Modality> for store::host::Modality {
    fn from(modality: Modality) -> Self {
        match modality {
            Modality::Text => Self::Text,
            Modality::Voice => Self::Voice,
            Modality::Video => Self::Video,
        }
    }
}
