//! The seven states and the transitions between them (specification 3.2, 3.3, 3.10).

use serde::{Deserialize, Serialize};

/// Where a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Asked for; the host has not been told yet.
    Created,
    /// The host has been told; nobody is charged.
    Waiting,
    /// Both are present and the clock runs.
    Active,
    /// The clock is stopped: someone left or was lost, or the lease ran out.
    Paused,
    /// One side has asked to come back; the other is awaited.
    Reconnecting,
    /// Over; not settled yet.
    Ended,
    /// Settled. Terminal.
    Finalized,
}

impl State {
    /// All of them, for tests and tables.
    pub const ALL: [Self; 7] = [
        Self::Created,
        Self::Waiting,
        Self::Active,
        Self::Paused,
        Self::Reconnecting,
        Self::Ended,
        Self::Finalized,
    ];

    /// The transition table: specification 3.3 plus created -> ended, and nothing else.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Created, Self::Waiting | Self::Ended)
                | (Self::Waiting, Self::Active | Self::Ended)
                | (Self::Active, Self::Paused | Self::Ended)
                | (Self::Paused, Self::Active | Self::Reconnecting | Self::Ended)
                | (Self::Reconnecting, Self::Active | Self::Ended)
                | (Self::Ended, Self::Finalized)
        )
    }

    /// Whether the session still occupies its member and its host.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Ended | Self::Finalized)
    }

    /// The word that is stored and shown to programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Reconnecting => "reconnecting",
            Self::Ended => "ended",
            Self::Finalized => "finalized",
        }
    }
}

/// Which participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Who pays.
    Member,
    /// Who is paid.
    Host,
}

impl Side {
    /// The counterpart.
    pub const fn other(self) -> Self {
        match self {
            Self::Member => Self::Host,
            Self::Host => Self::Member,
        }
    }
}

/// Why the clock stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    /// A participant left.
    Left,
    /// A participant was not heard of any more.
    Lost,
    /// The next minute could not be paid.
    Funds,
    /// Nobody renewed the lease although it could be paid.
    Unrenewed,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// A participant ended it after it had begun.
    Completed,
    /// The host declined the request.
    Declined,
    /// The member withdrew the request.
    Cancelled,
    /// Nobody answered, or not both joined, in time.
    Expired,
    /// The grace of a pause passed.
    GraceOver,
    /// It paused once too often.
    PauseCap,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_transitions_are_legal() {
        let legal: Vec<_> = State::ALL
            .into_iter()
            .flat_map(|from| State::ALL.map(|to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        assert_eq!(legal.len(), 12);
        for (from, to) in [
            (State::Created, State::Active),
            (State::Waiting, State::Paused),
            (State::Ended, State::Active),
            (State::Ended, State::Paused),
            (State::Active, State::Finalized),
            (State::Active, State::Reconnecting),
            (State::Reconnecting, State::Paused),
        ] {
            assert!(!from.may_become(to), "{from:?} -> {to:?}");
        }
        assert!(State::ALL.iter().all(|to| !State::Finalized.may_become(*to)));
    }
}
