//! What mail the outbox may ask for. Who asks is any domain; the identity domain writes and sends it.
//!
//! An event names people and says what happened; addresses of people with an account, and what must stay secret, are
//! read when the mail is written.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The outbox event that asks for a mail.
pub const MAIL_REQUESTED: &str = "mail.requested";

/// A mail that was asked for.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(tag = "mail", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mail {
    /// A code and a link to sign in.
    SignIn {
        /// The address.
        to: String,
        /// The challenge that code and link are derived from.
        challenge_id: Uuid,
    },
    /// What became of somebody's second factor.
    SecondFactor {
        /// The person.
        user_id: Uuid,
        /// What happened.
        news: SecondFactorNews,
    },
    /// What an admin decided about somebody who hosts, or asked to.
    HostDecision {
        /// The person.
        user_id: Uuid,
        /// What was decided.
        decision: HostDecision,
    },
}

/// What an admin decided about somebody who hosts, or asked to.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostDecision {
    /// The application was accepted.
    Verified,
    /// The application was turned down.
    Rejected,
    /// A verified host was taken off the list.
    Removed,
}

/// What became of somebody's second factor.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorNews {
    /// The person turned it on.
    TurnedOn,
    /// The person turned it off.
    TurnedOff,
    /// An admin removed it, and ended every sign-in.
    Removed,
    /// A recovery code signed in.
    RecoveryCodeUsed {
        /// How many are left.
        left: usize,
    },
    /// New recovery codes took the place of those before.
    RecoveryCodesRenewed,
}
