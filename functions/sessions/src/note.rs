//! A side's private note as the API shows it.

use serde::Serialize;
use store::session::NoteItem;
use utoipa::ToSchema;
use web::At;

use live::view::instant;

/// The caller's own note; nobody else can read it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Note {
    /// Empty before the first.
    pub text: String,
    /// When it was last changed; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<At>,
}

impl From<Option<NoteItem>> for Note {
    fn from(item: Option<NoteItem>) -> Self {
        match item {
            Some(item) => Self { text: item.text, updated_at: Some(instant(item.updated_ms)) },
            None => Self { text: String::new(), updated_at: None },
        }
    }
}
