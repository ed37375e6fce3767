//! The keys of servers and vendors: one secret in Secrets Manager, read once a process, and only by who needs one.

use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::OnceCell;
use web::Problem;

/// The secret's JSON. What is not used may be absent.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Shared with the TURN server (coturn: `static-auth-secret`).
    #[serde(default)]
    pub turn_secret: Option<String>,
}

/// Where the keys come from. Cloning shares what was read.
#[derive(Clone)]
pub struct RoomKeys {
    client: aws_sdk_secretsmanager::Client,
    secret_id: Option<String>,
    read: Arc<OnceCell<Keys>>,
}

impl RoomKeys {
    /// Keys in a secret.
    pub fn new(client: aws_sdk_secretsmanager::Client, secret_id: Option<String>) -> Self {
        Self { client, secret_id, read: Arc::default() }
    }

    /// The keys, read at the first call that succeeds.
    ///
    /// # Errors
    /// An internal problem when the secret cannot be read or has another shape; its text is never in it.
    pub async fn keys(&self) -> Result<&Keys, Problem> {
        self.read.get_or_try_init(|| self.load()).await
    }

    async fn load(&self) -> Result<Keys, Problem> {
        let id = self.secret_id.as_deref();
        let id = id.ok_or_else(|| Problem::internal("ROOM_SECRET_ID is not set"))?;
        let secret = self.client.get_secret_value().secret_id(id).send().await;
        let secret = secret.map_err(|_| Problem::internal("the room's secret cannot be read"))?;
        serde_json::from_str(secret.secret_string().unwrap_or_default())
            .map_err(|_| Problem::internal("the room's secret has another shape"))
    }
}
