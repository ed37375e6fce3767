//! A message as the API shows it.

use metering::Sides;
use serde::Serialize;
use store::session::{MarkItem, MessageItem};
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

/// How far one side has received and read: ids of the other side's messages, in which every earlier one is included.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, ToSchema)]
#[schema(as = MessageMark)]
pub struct Mark {
    /// The last message that reached this side's browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_up_to: Option<String>,
    /// The last message that was shown to this side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_up_to: Option<String>,
}

/// The marks of both sides: a message is *sent* when it is in the list, *delivered* or *read* when the other side's mark
/// is not before it.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, ToSchema)]
#[schema(as = MessageMarks)]
pub struct Marks {
    /// How far the member is.
    pub member: Mark,
    /// How far the host is.
    pub host: Mark,
}

impl From<MarkItem> for Mark {
    fn from(item: MarkItem) -> Self {
        Self { delivered_up_to: item.delivered_up_to, read_up_to: item.read_up_to }
    }
}

impl From<Sides<MarkItem>> for Marks {
    fn from(marks: Sides<MarkItem>) -> Self {
        Self { member: marks.member.into(), host: marks.host.into() }
    }
}
