//! Reading what was said, oldest first.

use live::message::Message;
use std::collections::BTreeMap;
use store::session::{MessageItem, message_key};
use store::{Query, Store, StoreError, Table};
use uuid::Uuid;

/// Messages that one query may read: far below the 1 MB at which DynamoDB ends a page by itself.
const QUERY: usize = 500;

/// Up to `max` messages after one, and the last one's id if there are more.
///
/// # Errors
/// [`StoreError`].
pub async fn page_after(
    store: &Store,
    session_id: &str,
    after: Option<Uuid>,
    max: usize,
) -> Result<(Vec<Message>, Option<String>), StoreError> {
    let key = |id: String| {
        let key = message_key(session_id, &id);
        BTreeMap::from([("pk".to_owned(), key.pk), ("sk".to_owned(), key.sk)])
    };
    let partition = message_key(session_id, "").pk;
    let mut start = after.map(|after| key(after.to_string()));
    let mut messages = Vec::new();
    loop {
        let left = max.saturating_sub(messages.len());
        let query = Query::new(Table::App, partition.clone())
            .begins_with("MESSAGE#")
            .limit(left.min(QUERY))
            .after(start.take());
        let page = store.query::<MessageItem>(query).await?;
        messages.extend(page.items.into_iter().map(Message::from));
        match page.next {
            None => return Ok((messages, None)),
            Some(_) if messages.len() >= max => {
                let last = messages.last().map(|last| last.id.clone());
                return Ok((messages, last));
            }
            next => start = next,
        }
    }
}
