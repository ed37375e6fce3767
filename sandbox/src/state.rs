//! The state that all routes share, and how ids are made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::clock::Clock;
use crate::config::Config;
use crate::oidc::OidcData;
use crate::stripe::{Faults, StripeData};
use crate::webhooks::WebhookData;
use crate::whereby::WherebyData;

/// A handle on one sandbox; cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    public_url: OnceLock<String>,
    clock: Clock,
    data: Mutex<Data>,
    /// Wakes the webhook worker.
    work: Notify,
    /// Wakes the writer of the state file.
    changed: Notify,
    /// Wakes whoever waits for all deliveries to be over.
    settled: Notify,
}

/// What is kept in the state file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Data {
    pub stripe: StripeData,
    pub webhooks: WebhookData,
    pub oidc: OidcData,
    pub whereby: WherebyData,
    #[serde(skip)]
    pub faults: Faults,
}

impl Sandbox {
    /// A sandbox with the given state, or an empty one.
    pub(crate) fn new(config: Config, data: Data) -> Self {
        Self {
            inner: Arc::new(Inner {
                config,
                public_url: OnceLock::new(),
                clock: Clock::default(),
                data: Mutex::new(data),
                work: Notify::new(),
                changed: Notify::new(),
                settled: Notify::new(),
            }),
        }
    }

    /// How the sandbox was started.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Base URL without a trailing slash.
    #[must_use]
    pub fn public_url(&self) -> &str {
        self.inner
            .config
            .public_url
            .as_deref()
            .or_else(|| self.inner.public_url.get().map(String::as_str))
            .map_or("", |url| url.trim_end_matches('/'))
    }

    /// Says where the sandbox listens; the first call counts.
    pub(crate) fn listens_on(&self, url: String) {
        // A second address would only come from serving the same sandbox twice, which keeps the first.
        let _first_counts = self.inner.public_url.set(url);
    }

    /// The sandbox's time, Unix seconds: what a test sets its own clock to where the two must agree.
    #[must_use]
    pub fn now_unix(&self) -> i64 {
        self.inner.clock.now_unix()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Looks at the state without changing it.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Data) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state, and has it written and acted upon.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut Data) -> T) -> T {
        let result = change(&mut self.lock());
        self.inner.changed.notify_one();
        self.inner.work.notify_one();
        result
    }

    fn lock(&self) -> MutexGuard<'_, Data> {
        // A panic while the lock was held cannot leave a sandbox in a worse state than a restart would.
        self.inner.data.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn work(&self) -> &Notify {
        &self.inner.work
    }

    pub(crate) fn changed(&self) -> &Notify {
        &self.inner.changed
    }

    pub(crate) fn settled(&self) -> &Notify {
        &self.inner.settled
    }
}

/// 32 random characters for ids and secrets.
pub(crate) fn random_text() -> String {
    Uuid::new_v4().simple().to_string()
}

/// An id in the shape of Stripe's: `pi_...`, `cs_test_...`.
pub(crate) fn random_id(prefix: &str) -> String {
    format!("{prefix}_{}", &random_text()[..24])
}

/// Drops the oldest entries of a map whose keys begin with a sequence number, so that a long run stays bounded.
pub(crate) fn keep_newest<V>(map: &mut BTreeMap<u64, V>, keep: usize) {
    while map.len() > keep {
        map.pop_first();
    }
}
