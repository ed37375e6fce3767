//! How long the SDK's calls take, seen by their caller: serializing, signing, the service and reading the reply.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_types::config_bag::{Storable, StoreReplace};

/// Measures the calls of one operation. Cloning shares the measurements.
#[derive(Clone, Debug)]
pub struct Latencies {
    operation: &'static str,
    taken: Arc<Mutex<Vec<Duration>>>,
}

#[derive(Debug)]
struct Begin(Instant);

impl Storable for Begin {
    type Storer = StoreReplace<Self>;
}

impl Latencies {
    /// Of calls of `operation`, such as `TransactWriteItems`.
    #[must_use]
    pub fn of(operation: &'static str) -> Self {
        Self { operation, taken: Arc::default() }
    }

    /// The measurements since the last call of this, sorted.
    #[must_use]
    pub fn take(&self) -> Vec<Duration> {
        let mut taken =
            std::mem::take(&mut *self.taken.lock().unwrap_or_else(PoisonError::into_inner));
        taken.sort_unstable();
        taken
    }
}

/// The measurement that `percent` of all do not exceed, in milliseconds; zero if there are none.
#[must_use]
pub fn percentile_ms(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).map_or(0.0, |taken| taken.as_secs_f64() * 1_000.0)
}

impl Intercept for Latencies {
    fn name(&self) -> &'static str {
        "Latencies"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(Begin(Instant::now()));
        Ok(())
    }

    fn read_after_execution(
        &self,
        _context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let asked = config.load::<Metadata>().is_some_and(|call| call.name() == self.operation);
        if let (true, Some(Begin(begin))) = (asked, config.load::<Begin>()) {
            let taken = begin.elapsed();
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(taken);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::percentile_ms;
    use std::time::Duration;

    #[test]
    fn a_percentile_is_a_measurement_that_was_taken() {
        let sorted: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert!((percentile_ms(&sorted, 50) - 100.0).abs() < 1e-9);
        assert!((percentile_ms(&sorted, 99) - 198.0).abs() < 1e-9);
        assert!(percentile_ms(&[], 99).abs() < 1e-9);
    }
}
