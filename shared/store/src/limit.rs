//! Counters of rate limits: fixed windows, one write per hit.

use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};

use crate::user::hash;
use crate::{Key, Store, StoreError, Table, Update, from_item, read_error};

#[derive(Deserialize)]
struct Window {
    hits: u64,
}

/// Counts a hit on `key` in the window of `now` and gives the number of hits so far, this one included. What is in the
/// key (an address, a person) is stored as a hash. The item expires a minute after its window.
///
/// # Errors
/// [`StoreError`].
pub async fn hit(
    store: &Store,
    kind: &str,
    key: &str,
    window_seconds: u32,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let length = i64::from(window_seconds.max(1));
    let window = now.as_second().div_euclid(length);
    let key = Key::new(format!("LIMIT#{kind}#{}", hash(&[key])), format!("{window:020}"));
    let update = Update::new("SET expires_at_s = :expires ADD hits :one")
        .value(":expires", (window + 1) * length + 60)
        .value(":one", 1);
    let window: Option<Window> = update_and_read(store, &key, update).await?;
    Ok(window.map_or(0, |window| window.hits))
}

/// One conditional update of an item of `App`, and the item after it; `None` when its condition does not hold.
pub(crate) async fn update_and_read<T: DeserializeOwned>(
    store: &Store,
    key: &Key,
    update: Update,
) -> Result<Option<T>, StoreError> {
    crate::expression::checked(&update.condition)?;
    let condition = update.condition;
    let outcome = store
        .client()
        .update_item()
        .table_name(store.table_name(Table::App))
        .set_key(Some(key.attributes()))
        .update_expression(update.expression)
        .set_condition_expression(
            (!condition.expression.is_empty()).then_some(condition.expression),
        )
        .set_expression_attribute_names(crate::expression::some_if_any(condition.names))
        .set_expression_attribute_values(crate::expression::some_if_any(condition.values))
        .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew)
        .send()
        .await;
    match outcome {
        Ok(reply) => reply.attributes.map(from_item).transpose(),
        Err(error) => match error.as_service_error() {
            Some(service) if service.is_conditional_check_failed_exception() => Ok(None),
            _ => Err(read_error(&error)),
        },
    }
}
