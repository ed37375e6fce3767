//! The processor's keys: one secret in Secrets Manager, read once a process.

use payments::Payments;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use web::Problem;

/// Longest wait for one request to the processor; the function's own limit is above three of them.
const TIMEOUT: Duration = Duration::from_secs(6);

/// The secret's JSON.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Authorizes our requests.
    pub secret_key: String,
    /// Signs the processor's events.
    pub webhook_secret: String,
}

/// Where the keys come from. Cloning shares what was read.
#[derive(Clone)]
pub struct StripeKeys {
    client: aws_sdk_secretsmanager::Client,
    secret_id: Option<String>,
    base_url: Option<String>,
    read: Arc<OnceCell<Keys>>,
    made: Arc<OnceCell<Payments>>,
}

impl StripeKeys {
    /// Keys in a secret; without a secret's name, top-ups are refused as unavailable.
    pub fn new(
        client: aws_sdk_secretsmanager::Client,
        secret_id: Option<String>,
        base_url: Option<String>,
    ) -> Self {
        Self { client, secret_id, base_url, read: Arc::default(), made: Arc::default() }
    }

    /// The keys, read at the first call that succeeds.
    ///
    /// # Errors
    /// An internal problem when the secret cannot be read or has another shape; its text is never in it.
    pub async fn keys(&self) -> Result<&Keys, Problem> {
        self.read.get_or_try_init(|| self.load()).await
    }

    /// The client for requests, made at the first call.
    ///
    /// # Errors
    /// As [`StripeKeys::keys`].
    pub async fn payments(&self) -> Result<&Payments, Problem> {
        self.made
            .get_or_try_init(|| async {
                let keys = self.keys().await?;
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
