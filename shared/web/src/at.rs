//! Instants in requests and replies.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Problem;

/// An instant as the API writes it: RFC 3339, UTC, milliseconds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
#[schema(value_type = String, format = DateTime, examples("2026-11-20T15:00:00.000Z"))]
#[serde(transparent)]
pub struct At(#[serde(with = "store::instant")] pub Timestamp);

impl At {
    /// An instant as it is stored, in Unix milliseconds.
    ///
    /// # Errors
    /// An internal problem for an instant that is none.
    pub fn from_millisecond(ms: i64) -> Result<Self, Problem> {
        Timestamp::from_millisecond(ms).map(Self).map_err(Problem::internal)
    }
}

impl From<Timestamp> for At {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}
