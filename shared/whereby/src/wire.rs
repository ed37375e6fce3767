//! The bodies that travel. What we send is exact, what we read is the part that is used.

use serde::{Deserialize, Serialize};

/// `POST /v1/meetings`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateMeeting<'a> {
    /// ISO 8601.
    pub end_date: String,
    /// Nobody has to let the other in: who has a link is a participant.
    pub is_locked: bool,
    /// Up to four people.
    pub room_mode: &'a str,
    /// 122 random bits in its name.
    pub room_name_pattern: &'a str,
    /// What the answer has beside the usual.
    pub fields: [&'a str; 1],
}

/// Its answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Created {
    pub meeting_id: String,
    pub room_url: String,
    pub host_room_url: String,
    pub end_date: jiff::Timestamp,
}
