//! The loop of a consumer: one event in, one reply out.

use std::fmt::Display;
use std::future::Future;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};

/// Runs a consumer until Lambda stops the process. An error is logged here once and given back to
/// Lambda, which retries as the event source says.
///
/// # Errors
/// When the Lambda runtime itself cannot be reached.
pub async fn run_events<E, R, F, Fut, Failed>(handle: F) -> Result<(), crate::Error>
where
    E: DeserializeOwned,
    R: Serialize,
    F: Fn(E) -> Fut,
    Fut: Future<Output = Result<R, Failed>>,
    Failed: Display,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<E>| async move {
        let request_id = event.context.request_id;
        handle(event.payload).await.map_err(|error| {
            tracing::error!(request_id, %error, "the event was not handled");
            crate::Error::from(error.to_string())
        })
    }))
    .await
}
