//! A report of a message as the API shows it.

use live::view::instant;
use serde::Serialize;
use store::report::{ReportItem, Status};
use utoipa::ToSchema;
use web::At;

/// A report of a message, for admins.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[schema(as = MessageReport)]
pub struct Report {
    /// UUID v7.
    pub id: String,
    /// Where it stands.
    pub status: Status,
    /// In which session.
    pub session_id: String,
    /// Which message.
    pub message_id: String,
    /// What was said.
    pub text: String,
    /// When it was said.
    pub sent_at: At,
    /// Who said it.
    pub author: Named,
    /// Who reports it.
    pub reporter: Named,
    /// Why.
    pub reason: String,
    /// When it was reported.
    pub reported_at: At,
    /// The admin's words, once decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<At>,
}

/// A person by name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[schema(as = MessageReportPerson)]
pub struct Named {
    /// The user's id.
    pub id: String,
    /// The name at the time of the session.
    pub name: String,
}

impl From<ReportItem> for Report {
    fn from(item: ReportItem) -> Self {
        Self {
            id: item.report_id,
            status: item.status,
            session_id: item.session_id,
            message_id: item.message_id,
            text: item.text,
            sent_at: instant(item.sent_ms),
            author: Named { id: item.author_id, name: item.author_name },
            reporter: Named { id: item.reporter_id, name: item.reporter_name },
            reason: item.reason,
            reported_at: instant(item.reported_ms),
            note: item.note,
            decided_at: item.decided_ms.map(instant),
        }
    }
}
