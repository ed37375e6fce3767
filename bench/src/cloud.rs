//! AWS without sockets for the benches: the SDK's requests are answered in process by dynoxide on files and by a list of
//! messages. Leaner than `testkit::Aws`, which may fail on purpose and keeps what it saw: a body is read once, straight
//! into the database's own types, outside the database's lock.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use dynoxide::actions::batch_get_item::BatchGetItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::query::QueryRequest;
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::errors::DynoxideError;
use dynoxide::types::ConsumedCapacity;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aws::{Messages, operation, respond, sdk_config};
use crate::partitions::Partitions;
use crate::processor;

/// What the calls so far were and what they cost.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// Calls that succeeded, by operation.
    pub calls: BTreeMap<String, u64>,
    /// Capacity units as the database reported them, by operation.
    pub units: BTreeMap<String, f64>,
    /// Calls that were refused or failed.
    pub failed: u64,
    /// Transactions that were in more than one partition, and therefore not one.
    pub torn: u64,
    /// Processor time of the database itself.
    pub database: Duration,
}

impl Usage {
    /// Calls of one operation.
    #[must_use]
    pub fn calls_of(&self, operation: &str) -> u64 {
        self.calls.get(operation).copied().unwrap_or_default()
    }

    /// Units of the operations that `which` picks.
    pub fn units_of(&self, which: impl Fn(&str) -> bool) -> f64 {
        self.units.iter().filter(|(name, _)| which(name)).map(|(_, units)| units).sum()
    }
}

/// The services. Cloning shares them.
#[derive(Clone)]
pub struct Cloud {
    /// The tables.
    pub tables: Partitions,
    usage: Arc<Mutex<Usage>>,
    /// The queue.
    pub messages: Arc<Messages>,
    _folder: Arc<Folder>,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} stays behind: {error}", self.0.display());
        }
    }
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Cloud")
    }
}

impl Cloud {
    /// Empty tables in so many new files below `parent`.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn on_files(parent: &Path, partitions: u32) -> Result<Self> {
        let folder =
            parent.join(format!("parlor-bench-{}", runtime::new_id(jiff::Timestamp::UNIX_EPOCH)));
        std::fs::create_dir_all(&folder)?;
        let tables = Partitions::on_files(&folder, partitions)?;
        Ok(Self {
            tables,
            usage: Arc::default(),
            messages: Arc::default(),
            _folder: Arc::new(Folder(folder)),
        })
    }

    /// The configuration to build clients from.
    #[must_use]
    pub fn config(&self) -> SdkConfig {
        sdk_config(self.clone())
    }

    /// What the calls since the last call of this cost.
    #[must_use]
    pub fn take_usage(&self) -> Usage {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let operation = operation(request);
        if operation == "SendMessageBatch" {
            *self.lock().calls.entry(operation.to_owned()).or_default() += 1;
            return self.messages.send(request);
        }
        match self.run(operation, request.body().bytes().unwrap_or_default()) {
            Ok((text, units)) => {
                let mut usage = self.lock();
                *usage.calls.entry(operation.to_owned()).or_default() += 1;
                *usage.units.entry(operation.to_owned()).or_default() += units;
                drop(usage);
                respond(200, text)
            }
            Err(error) => {
                self.lock().failed += 1;
                respond(error.status_code(), error.to_json().into_bytes())
            }
        }
    }

    fn run(&self, operation: &str, body: &[u8]) -> Result<(Vec<u8>, f64), DynoxideError> {
        let total = || Some("TOTAL".to_owned());
        match operation {
            "TransactWriteItems" => {
                let mut request: TransactWriteItemsRequest = read(body)?;
                request.return_consumed_capacity = total();
                let (reply, partitions) = self.tables.transact(request)?;
                self.lock().torn += u64::from(partitions > 1);
                let units = several(reply.consumed_capacity.as_deref());
                written(&reply, units)
            }
            "BatchGetItem" => {
                let mut request: BatchGetItemRequest = read(body)?;
                request.return_consumed_capacity = total();
                let reply = self.tables.batch_get(request)?;
                let units = several(reply.consumed_capacity.as_deref());
                written(&reply, units)
            }
            "Query" => {
                let mut request: QueryRequest = read(body)?;
                request.return_consumed_capacity = total();
                let reply = self.tables.query(request)?;
                let units = reply.consumed_capacity.as_ref().map_or(0.0, |one| one.capacity_units);
                written(&reply, units)
            }
            "GetItem" => {
                let mut request: GetItemRequest = read(body)?;
                request.return_consumed_capacity = total();
                let reply = self.tables.get(request)?;
                let units = reply.consumed_capacity.as_ref().map_or(0.0, |one| one.capacity_units);
                written(&reply, units)
            }
            other => {
                Err(DynoxideError::ValidationException(format!("the benches do not use {other}")))
            }
        }
    }
}

fn read<Q: DeserializeOwned>(body: &[u8]) -> Result<Q, DynoxideError> {
    serde_json::from_slice(body)
        .map_err(|error| DynoxideError::ValidationException(error.to_string()))
}

fn written(reply: &impl Serialize, units: f64) -> Result<(Vec<u8>, f64), DynoxideError> {
    let text = serde_json::to_vec(reply)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
    Ok((text, units))
}

fn several(tables: Option<&[ConsumedCapacity]>) -> f64 {
    tables.unwrap_or_default().iter().map(|table| table.capacity_units).sum()
}

impl HttpConnector for Cloud {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let begin = processor::time().unwrap_or_default();
        let answer = self.answer(&request);
        self.lock().database += processor::time().unwrap_or_default().saturating_sub(begin);
        HttpConnectorFuture::ready(answer)
    }
}
