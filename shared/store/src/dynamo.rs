//! DynamoDB through its SDK.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, KeysAndAttributes, Put,
    ReturnValue, ReturnValuesOnConditionCheckFailure as OnFail, TransactWriteItem,
    Update as UpdateItem,
};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::engine::{Batch, Engine, Work};
use crate::{
    CommitError, Item, Key, Page, Query, Refused, StoreError, Table, Until, Update, Write,
    WriteKind,
};

/// The two tables behind one client.
#[derive(Clone, Debug)]
pub(crate) struct Dynamo {
    client: aws_sdk_dynamodb::Client,
    app_table: String,
    ledger_table: String,
}

impl Dynamo {
    pub(crate) fn new(
        client: aws_sdk_dynamodb::Client,
        app_table: String,
        ledger_table: String,
    ) -> Self {
        Self { client, app_table, ledger_table }
    }

    fn name(&self, table: Table) -> &str {
        match table {
            Table::App => &self.app_table,
            Table::Ledger => &self.ledger_table,
        }
    }

    async fn get_one(&self, table: Table, key: &Key) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(self.name(table));
        let request = request.set_key(Some(key.attributes())).consistent_read(true);
        let reply = request.send().await.map_err(|error| read_error(&error))?;
        Ok(reply.item)
    }

    async fn batch(
        &self,
        table: Table,
        keys: Vec<Key>,
        consistent: bool,
    ) -> Result<Batch, StoreError> {
        let name = self.name(table);
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(Key::attributes).collect()))
            .consistent_read(consistent)
            .build()
            .map_err(bad)?;
        let request = self.client.batch_get_item().request_items(name, request);
        let mut reply = request.send().await.map_err(|error| read_error(&error))?;
        let found = reply.responses.as_mut().and_then(|tables| tables.remove(name));
        let rest = reply.unprocessed_keys.and_then(|mut tables| tables.remove(name));
        let rest = rest.map(|keys| keys.keys).unwrap_or_default();
        let rest = rest.into_iter().map(crate::from_item).collect::<Result<_, _>>()?;
        Ok((found.unwrap_or_default(), rest))
    }

    async fn page(&self, query: &Query) -> Result<Page<Item>, StoreError> {
        let (expression, names, values) = query.key_condition();
        let start = query.after.as_ref().map(|after| {
            let text = |(name, value): (&String, &String)| {
                (name.clone(), AttributeValue::S(value.clone()))
            };
            after.iter().map(text).collect::<Item>()
        });
        let reply = self
            .client
            .query()
            .table_name(self.name(query.table))
            .set_index_name(query.index.map(str::to_owned))
            .key_condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .scan_index_forward(!query.descending)
            .consistent_read(query.index.is_none())
            .limit(query.limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| read_error(&error))?;
        Ok(Page {
            items: reply.items.unwrap_or_default(),
            next: reply.last_evaluated_key.map(string_key),
        })
    }

    async fn write(&self, writes: &[Write], until: Option<&Until>) -> Result<(), CommitError> {
        let items = writes.iter().map(|write| self.request(write)).collect::<Result<_, _>>()?;
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        let outcome = match until {
            Some(until) if until.passed() => return Err(CommitError::too_late()),
            Some(until) => request.customize().interceptor(InTime(until.clone())).send().await,
            None => request.send().await,
        };
        let Err(error) = outcome else { return Ok(()) };
        if let SdkError::ServiceError(service) = &error {
            if let TransactWriteItemsError::TransactionCanceledException(cancelled) = service.err()
            {
                return Err(cancellation(writes, cancelled.cancellation_reasons()));
            }
            if service.err().code().is_some_and(transient)
                && !service.raw().status().is_server_error()
            {
                return Err(CommitError::Busy);
            }
        }
        Err(CommitError::Store(read_error(&error)))
    }

    fn request(&self, write: &Write) -> Result<TransactWriteItem, StoreError> {
        let table = self.name(write.table).to_owned();
        let key = write.key.attributes();
        let builder = TransactWriteItem::builder();
        Ok(match write.kind.clone() {
            WriteKind::Put(item, condition) => {
                let mut put = Put::builder().table_name(table).set_item(Some(item));
                if let Some(condition) = condition {
                    put = put
                        .condition_expression(condition.expression)
                        .set_expression_attribute_names(some_if_any(condition.names))
                        .set_expression_attribute_values(some_if_any(condition.values))
                        .return_values_on_condition_check_failure(OnFail::AllOld);
                }
                builder.put(put.build().map_err(bad)?).build()
            }
            WriteKind::Update(update) => {
                let condition = update.condition;
                let request = UpdateItem::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression(update.expression)
                    .set_condition_expression(some_if_text(condition.expression))
                    .set_expression_attribute_names(some_if_any(condition.names))
                    .set_expression_attribute_values(some_if_any(condition.values))
                    .return_values_on_condition_check_failure(OnFail::AllOld);
                builder.update(request.build().map_err(bad)?).build()
            }
            WriteKind::Delete(condition) => {
                let request = Delete::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .condition_expression(condition.expression)
                    .set_expression_attribute_names(some_if_any(condition.names))
                    .set_expression_attribute_values(some_if_any(condition.values))
                    .return_values_on_condition_check_failure(OnFail::AllOld);
                builder.delete(request.build().map_err(bad)?).build()
            }
            WriteKind::Require(condition) => {
                let request = ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .condition_expression(condition.expression)
                    .set_expression_attribute_names(some_if_any(condition.names))
                    .set_expression_attribute_values(some_if_any(condition.values))
                    .return_values_on_condition_check_failure(OnFail::AllOld);
                builder.condition_check(request.build().map_err(bad)?).build()
            }
        })
    }

    async fn change(
        &self,
        table: Table,
        key: &Key,
        update: &Update,
    ) -> Result<Option<Item>, StoreError> {
        let condition = update.condition.clone();
        let outcome = self
            .client
            .update_item()
            .table_name(self.name(table))
            .set_key(Some(key.attributes()))
            .update_expression(&update.expression)
            .set_condition_expression(some_if_text(condition.expression))
            .set_expression_attribute_names(some_if_any(condition.names))
            .set_expression_attribute_values(some_if_any(condition.values))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match outcome {
            Ok(reply) => Ok(reply.attributes),
            Err(error) => match error.as_service_error() {
                Some(service) if service.is_conditional_check_failed_exception() => Ok(None),
                _ => Err(read_error(&error)),
            },
        }
    }
}

impl Engine for Dynamo {
    fn get<'a>(&'a self, table: Table, key: &'a Key) -> Work<'a, Result<Option<Item>, StoreError>> {
        Box::pin(self.get_one(table, key))
    }

    fn get_many<'a>(
        &'a self,
        table: Table,
        keys: Vec<Key>,
        consistent: bool,
    ) -> Work<'a, Result<Batch, StoreError>> {
        Box::pin(self.batch(table, keys, consistent))
    }

    fn query<'a>(&'a self, query: &'a Query) -> Work<'a, Result<Page<Item>, StoreError>> {
        Box::pin(self.page(query))
    }

    fn transact<'a>(
        &'a self,
        writes: &'a [Write],
        until: Option<&'a Until>,
    ) -> Work<'a, Result<(), CommitError>> {
        Box::pin(self.write(writes, until))
    }

    fn update<'a>(
        &'a self,
        table: Table,
        key: &'a Key,
        update: &'a Update,
    ) -> Work<'a, Result<Option<Item>, StoreError>> {
        Box::pin(self.change(table, key, update))
    }

    fn pause(&self, attempt: u32) -> Work<'_, ()> {
        // Each `RandomState` has keys of its own, drawn at random.
        let random = RandomState::new().hash_one(attempt);
        Box::pin(tokio::time::sleep(pause_for(attempt, random)))
    }
}

/// Between half and all of 10, 20, 40, ... 640 milliseconds.
fn pause_for(attempt: u32, random: u64) -> Duration {
    let longest_us = 10_000_u64 << attempt.min(6);
    Duration::from_micros(longest_us / 2 + random % (longest_us / 2 + 1))
}

/// Asks the clock before each try of the SDK's own: a connection that hangs or a throttle may have taken seconds. A try
/// that is stopped leaves the outcome unknown, as the one before it may have arrived.
#[derive(Debug)]
struct InTime(Until);

impl Intercept for InTime {
    fn name(&self) -> &'static str {
        "InTime"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.0.passed() { Err("too late to be sent".into()) } else { Ok(()) }
    }
}

fn bad(error: BuildError) -> StoreError {
    StoreError::Rejected(error.to_string())
}

/// `None` for an empty map, as the SDK wants it.
fn some_if_any<V>(map: HashMap<String, V>) -> Option<HashMap<String, V>> {
    (!map.is_empty()).then_some(map)
}

fn some_if_text(expression: String) -> Option<String> {
    (!expression.is_empty()).then_some(expression)
}

/// Keys of both tables and all indexes are strings.
fn string_key(key: Item) -> BTreeMap<String, String> {
    key.into_iter()
        .filter_map(|(name, value)| match value {
            AttributeValue::S(text) => Some((name, text)),
            _ => None,
        })
        .collect()
}

/// Failed conditions win over conflicts: they are certain.
fn cancellation(writes: &[Write], reasons: &[CancellationReason]) -> CommitError {
    let refused: Vec<_> = writes
        .iter()
        .zip(reasons)
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(write, reason)| Refused { label: write.label, found: reason.item().cloned() })
        .collect();
    if !refused.is_empty() {
        return CommitError::Refused(refused);
    }
    let codes: Vec<_> = reasons.iter().filter_map(CancellationReason::code).collect();
    if codes.iter().any(|code| {
        matches!(*code, "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
    }) {
        return CommitError::Busy;
    }
    CommitError::Store(StoreError::Rejected(format!("cancelled: {}", codes.join(", "))))
}

/// What a failed read means: throttles, timeouts and 5xx are `Unavailable`, everything else a bug.
fn read_error<E>(error: &SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + std::fmt::Debug,
{
    let SdkError::ServiceError(service) = error else {
        return StoreError::Unavailable(match error {
            SdkError::TimeoutError(_) => "timeout".into(),
            SdkError::DispatchFailure(failure) => format!("{failure:?}"),
            _ => "no usable reply".into(),
        });
    };
    let code = service.err().code().unwrap_or("unknown");
    let message = service.err().message().unwrap_or_default();
    let text = format!("{code}: {message}");
    if service.raw().status().is_server_error() || transient(code) {
        StoreError::Unavailable(text)
    } else {
        StoreError::Rejected(text)
    }
}

/// Error codes after which the same request may succeed (DynamoDB developer guide, "Error handling").
fn transient(code: &str) -> bool {
    matches!(
        code,
        "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "InternalServerError"
            | "ServiceUnavailable"
            | "TransactionInProgressException"
            | "TransactionConflictException"
    )
}

#[cfg(test)]
mod tests {
    use super::pause_for;
    use std::time::Duration;

    #[test]
    fn a_pause_grows_has_a_bound_and_is_never_nothing() {
        for (attempt, longest_ms) in [(0, 10), (1, 20), (6, 640), (7, 640), (u32::MAX, 640)] {
            let longest = Duration::from_millis(longest_ms);
            let pauses: Vec<_> = (0..1_000_u64)
                .map(|number| pause_for(attempt, number.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
                .collect();
            assert!(pauses.iter().all(|pause| (longest / 2..=longest).contains(pause)));
            assert!(pauses.iter().any(|pause| *pause < longest * 6 / 10));
            assert!(pauses.iter().any(|pause| *pause > longest * 9 / 10));
        }
    }
}
