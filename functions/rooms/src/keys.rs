//! The keys of servers and vendors: one secret in Secrets Manager, read once a process, and only by who needs one.

use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::OnceCell;
use web::Problem;
use whereby::Whereby;

/// The secret's JSON. What is not used may be absent.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Shared with the TURN server (coturn: `static-auth-secret`).
    #[serde(default)]
    pub turn_secret: Option<String>,
    /// Of our app at Agora: 32 hex digits. No secret by itself.
    #[serde(default)]
    pub agora_app_id: Option<String>,
    /// Signs Agora's tokens: 32 hex digits.
    #[serde(default)]
    pub agora_app_certificate: Option<String>,
    /// Authorizes our requests to Whereby.
    #[serde(default)]
    pub whereby_api_key: Option<String>,
}

impl Keys {
    /// A key that must be there.
    ///
    /// # Errors
    /// An internal problem that names what is missing.
    pub fn need<'a>(key: &'a Option<String>, name: &'static str) -> Result<&'a str, Problem> {
        let key = key.as_deref().filter(|key| !key.is_empty());
        key.ok_or_else(|| Problem::internal(format!("the room's secret has no {name}")))
    }
}

/// Where the keys come from. Cloning shares what was read.
#[derive(Clone)]
pub struct RoomKeys {
    client: aws_sdk_secretsmanager::Client,
    secret_id: Option<String>,
    whereby_base_url: Option<String>,
    read: Arc<OnceCell<Keys>>,
    whereby: Arc<OnceCell<Whereby>>,
}

impl RoomKeys {
    /// Keys in a secret; `whereby_base_url` replaces Whereby's own address.
    pub fn new(
        client: aws_sdk_secretsmanager::Client,
        secret_id: Option<String>,
        whereby_base_url: Option<String>,
    ) -> Self {
        Self { client, secret_id, whereby_base_url, read: Arc::default(), whereby: Arc::default() }
    }

    /// The client for Whereby, made at the first call.
    ///
    /// # Errors
    /// As [`RoomKeys::keys`], or the secret has no key for Whereby.
    pub async fn whereby(&self) -> Result<&Whereby, Problem> {
        self.whereby
            .get_or_try_init(|| async {
                let key = Keys::need(&self.keys().await?.whereby_api_key, "whereby_api_key")?;
                Whereby::new(key, self.whereby_base_url.as_deref()).map_err(Problem::internal)
            })
            .await
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
