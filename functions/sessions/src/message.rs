//! A message as the API shows it.

use serde::Serialize;
use store::session::MessageItem;
use utoipa::ToSchema;
use web::At;

use crate::view::instant;
use crate::words::Side;

/// A message.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Message {
    /// UUID v7: messages sort by the time they were sent.
    pub id: String,
    /// In which session.
    pub session_id: String,
    /// By which side.
    pub from: Side,
    /// What was said.
    pub text: String,
    /// When.
    pub sent_at: At,
}

impl From<MessageItem> for Message {
    fn from(item: MessageItem) -> Self {
        Self {
            id: item.message_id,
            session_id: item.session_id,
            from: item.from.into(),
            text: item.text,
            sent_at: instant(item.sent_ms),
        }
    }
}
