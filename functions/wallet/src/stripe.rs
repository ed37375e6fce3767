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
#[derive(Clone, Debug, Deserialize)]
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
    source: Source,
    base_url: Option<String>,
    read: Arc<OnceCell<Keys>>,
}

#[derive(Clone)]
enum Source {
    Given(Keys),
    Secret { client: aws_sdk_secretsmanager::Client, id: String },
    None,
}

impl StripeKeys {
    /// Keys that are known already.
    pub fn given(keys: Keys, base_url: Option<String>) -> Self {
        Self { source: Source::Given(keys), base_url, read: Arc::default() }
    }

    /// Keys in a secret; without a secret's name, top-ups are refused as unavailable.
    pub fn secret(
        client: aws_sdk_secretsmanager::Client,
        id: Option<String>,
        base_url: Option<String>,
    ) -> Self {
        let source = id.map_or(Source::None, |id| Source::Secret { client, id });
        Self { source, base_url, read: Arc::default() }
    }

    /// The keys, read at the first call that succeeds.
    ///
    /// # Errors
    /// An internal problem when the secret cannot be read or has another shape; its text is never in it.
    pub async fn keys(&self) -> Result<&Keys, Problem> {
        self.read.get_or_try_init(|| self.load()).await
    }

    /// A client for requests.
    ///
    /// # Errors
    /// As [`StripeKeys::keys`].
    pub async fn payments(&self) -> Result<Payments, Problem> {
        let keys = self.keys().await?;
        Payments::new(&keys.secret_key, self.base_url.as_deref(), TIMEOUT)
            .map_err(Problem::internal)
    }

    async fn load(&self) -> Result<Keys, Problem> {
        match &self.source {
            Source::Given(keys) => Ok(keys.clone()),
            Source::None => Err(Problem::internal("STRIPE_SECRET_ID is not set")),
            Source::Secret { client, id } => {
                let secret = client.get_secret_value().secret_id(id).send().await;
                let secret = secret
                    .map_err(|_| Problem::internal("the processor's secret cannot be read"))?;
                serde_json::from_str(secret.secret_string().unwrap_or_default())
                    .map_err(|_| Problem::internal("the processor's secret has another shape"))
            }
        }
    }
}
