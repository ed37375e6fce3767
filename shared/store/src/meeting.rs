//! Meetings: the room at a vendor that a session uses while its clock runs. One partition holds all of them, so whoever
//! closes what is not needed any more finds them; there are no more than sessions that run.

use serde::{Deserialize, Serialize};

use crate::{Condition, Key, Page, Query, Store, StoreError, Table, Transaction};

const PARTITION: &str = "MEETINGS";

/// A session's meeting at Whereby.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct MeetingItem {
    /// Whose.
    pub session_id: String,
    /// Its member.
    pub member_id: String,
    /// The vendor's id of it.
    pub meeting_id: String,
    /// The guest's way in.
    pub room_url: String,
    /// The host's way in.
    pub host_room_url: String,
    /// The end of its window, Unix milliseconds: the vendor removes it then, whatever happens here.
    pub ends_ms: i64,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

/// The key of a session's meeting.
fn key(session_id: &str) -> Key {
    Key::new(PARTITION, session_id)
}

/// Keeps a session's meeting in place of the one that was read, if any. Label `meeting`: somebody else was faster.
#[must_use]
pub fn keep(tx: Transaction, read: Option<&MeetingItem>, item: &MeetingItem) -> Transaction {
    let condition = read.map_or_else(Condition::absent, same);
    tx.replace("meeting", Table::App, &key(&item.session_id), item, Some(condition))
}

/// Forgets a meeting. Label `meeting`: the session has another one by now, or none.
#[must_use]
pub fn forget(tx: Transaction, item: &MeetingItem) -> Transaction {
    tx.delete("meeting", Table::App, &key(&item.session_id), same(item))
}

fn same(item: &MeetingItem) -> Condition {
    Condition::that("meeting_id = :meeting").value(":meeting", &item.meeting_id)
}

impl Store {
    /// A session's meeting.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn meeting(&self, session_id: &str) -> Result<Option<MeetingItem>, StoreError> {
        self.get(Table::App, &key(session_id)).await
    }

    /// All meetings, a hundred a page.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn meetings(
        &self,
        after: Option<std::collections::BTreeMap<String, String>>,
    ) -> Result<Page<MeetingItem>, StoreError> {
        self.query(Query { after, ..Query::new(Table::App, PARTITION) }).await
    }
}
