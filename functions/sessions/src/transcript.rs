//! Reading what was said, oldest first.

use live::message::Message;
use std::collections::BTreeMap;
use store::session::{MessageItem, message_key};
use store::{Key, Query, Store, StoreError, Table};
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
    let mut start = after.map(|after| place(message_key(session_id, &after.to_string())));
    let mut messages = Vec::new();
    loop {
        let left = max.saturating_sub(messages.len());
        let query = said(session_id).limit(left.min(QUERY)).after(start.take());
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

/// Up to `count` messages before the one at a key, and as many after it; both oldest first, without that one.
///
/// # Errors
/// [`StoreError`].
pub async fn around(
    store: &Store,
    session_id: &str,
    key: &Key,
    count: usize,
) -> Result<(Vec<Message>, Vec<Message>), StoreError> {
    let next_to = || said(session_id).limit(count).after(Some(place(key.clone())));
    let before = store.query::<MessageItem>(next_to().descending()).await?;
    let after = store.query::<MessageItem>(next_to()).await?;
    let before = before.items.into_iter().rev().map(Message::from).collect();
    Ok((before, after.items.into_iter().map(Message::from).collect()))
}

/// What was said in a session.
fn said(session_id: &str) -> Query {
    Query::new(Table::App, message_key(session_id, "").pk).begins_with("MESSAGE#")
}

/// Where a query goes on: after the item of this key.
fn place(key: Key) -> BTreeMap<String, String> {
    BTreeMap::from([("pk".to_owned(), key.pk), ("sk".to_owned(), key.sk)])
}
