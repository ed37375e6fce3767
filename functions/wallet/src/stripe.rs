//! The processor's keys: one secret in Secrets Manager. The key of our requests is read once a process; the one that signs
//! events is read again when it does not fit, so that a rotation needs no deployment.

use jiff::Timestamp;
use payments::Payments;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OnceCell};
use web::Problem;

/// Longest wait for one request to the processor; the function's own limit is above three of them.
const TIMEOUT: Duration = Duration::from_secs(6);

/// A secret that does not fit is read again no sooner than this after the last time: whoever sends us rubbish cannot make
/// us ask all the time.
const AGAIN_AFTER_MS: i64 = 5_000;

/// The secret's JSON.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    /// Authorizes our requests.
    secret_key: String,
    /// Signs the processor's events.
    webhook_secret: String,
}

/// The secret of events, and when it was read.
struct Webhook {
    secret: Arc<str>,
    read_at_ms: i64,
}

/// Where the keys come from. Cloning shares what was read.
#[derive(Clone)]
pub struct StripeKeys {
    client: aws_sdk_secretsmanager::Client,
    secret_id: Option<String>,
    base_url: Option<String>,
    webhook: Arc<Mutex<Option<Webhook>>>,
    made: Arc<OnceCell<Payments>>,
}

impl StripeKeys {
    /// Keys in a secret; without a secret's name, top-ups are refused as unavailable.
    pub fn new(
        client: aws_sdk_secretsmanager::Client,
        secret_id: Option<String>,
        base_url: Option<String>,
    ) -> Self {
        Self { client, secret_id, base_url, webhook: Arc::default(), made: Arc::default() }
    }

    /// The same keys with requests over this client: a test's.
    #[must_use]
    pub fn with_payments(self, payments: Payments) -> Self {
        Self { made: Arc::new(OnceCell::new_with(Some(payments))), ..self }
    }

    /// What signs the processor's events, read at the first call that succeeds.
    ///
    /// # Errors
    /// An internal problem when the secret cannot be read or has another shape; its text is never in it.
    pub async fn webhook_secret(&self, now: Timestamp) -> Result<Arc<str>, Problem> {
        let mut webhook = self.webhook.lock().await;
        if let Some(known) = &*webhook {
            return Ok(known.secret.clone());
        }
        let secret = self.load().await?.webhook_secret.into();
        Ok(webhook.insert(Webhook { secret, read_at_ms: now.as_millisecond() }).secret.clone())
    }

    /// What signs events by now, if that is another secret than `known` and was not read within the last seconds.
    ///
    /// # Errors
    /// As [`StripeKeys::webhook_secret`].
    pub async fn rotated_webhook_secret(
        &self,
        known: &Arc<str>,
        now: Timestamp,
    ) -> Result<Option<Arc<str>>, Problem> {
        let now_ms = now.as_millisecond();
        let mut webhook = self.webhook.lock().await;
        let fresh = match &*webhook {
            // Somebody else has read it meanwhile.
            Some(read) if read.secret != *known => return Ok(Some(read.secret.clone())),
            Some(read) => now_ms.saturating_sub(read.read_at_ms) < AGAIN_AFTER_MS,
            None => false,
        };
        if fresh {
            return Ok(None);
        }
        let secret: Arc<str> = self.load().await?.webhook_secret.into();
        *webhook = Some(Webhook { secret: secret.clone(), read_at_ms: now_ms });
        Ok((secret != *known).then_some(secret))
    }

    /// The client for requests, made at the first call.
    ///
    /// # Errors
    /// As [`StripeKeys::webhook_secret`].
    pub async fn payments(&self) -> Result<&Payments, Problem> {
        self.made
            .get_or_try_init(|| async {
                let keys = self.load().await?;
                Payments::new(&keys.secret_key, self.base_url.as_deref(), TIMEOUT)
                    .map_err(Problem::internal)
            })
            .await
    }

    async fn load(&self) -> Result<Keys, Problem> {
        let id = self.secret_id.as_deref();
        let id = id.ok_or_else(|| Problem::internal("STRIPE_SECRET_ID is not set"))?;
        let secret = self.client.get_secret_value().secret_id(id).send().await;
        let secret =
            secret.map_err(|_| Problem::internal("the processor's secret cannot be read"))?;
        serde_json::from_str(secret.secret_string().unwrap_or_default())
            .map_err(|_| Problem::internal("the processor's secret has another shape"))
    }
}
