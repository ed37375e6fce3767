//! What a sandbox is started with.

use std::path::PathBuf;
use std::time::Duration;

/// A client registered with the OIDC issuer.
#[derive(Debug, Clone)]
pub struct OidcClient {
    /// The `client_id`, and the audience of its ID tokens.
    pub client_id: String,
    /// Absent for a public client, which then has PKCE alone.
    pub client_secret: Option<String>,
    /// Redirect URIs that are accepted, compared as whole strings (RFC 9700 section 4.1).
    pub redirect_uris: Vec<String>,
}

/// Everything about a sandbox that can be chosen.
#[derive(Debug, Clone)]
pub struct Config {
    /// Loopback port; 0 lets the system choose.
    pub port: u16,
    /// How browsers and the product reach the sandbox; defaults to the address it listens on.
    pub public_url: Option<String>,
    /// The one Stripe key that is accepted; without it any `sk_test_` key is.
    pub stripe_key: Option<String>,
    /// Where Stripe events are sent; without it they are only recorded.
    pub webhook_url: Option<String>,
    /// Secret of the webhook signatures.
    pub webhook_secret: String,
    /// Wait before the first repetition of a failed delivery; doubled each time.
    pub retry_backoff: Duration,
    /// Attempts to deliver an event before giving up.
    pub attempts_max: u32,
    /// Longest wait for the answer to a delivery.
    pub delivery_timeout: Duration,
    /// Clients of the OIDC issuer.
    pub oidc_clients: Vec<OidcClient>,
    /// Where the state is kept between runs; without it in memory only.
    pub state_file: Option<PathBuf>,
}

impl Default for Config {
    /// A sandbox for tests: any port, no webhook address, a random secret, no clients, nothing kept.
    fn default() -> Self {
        Self {
            port: 0,
            public_url: None,
            stripe_key: None,
            webhook_url: None,
            webhook_secret: random_webhook_secret(),
            retry_backoff: Duration::from_secs(1),
            attempts_max: 8,
            delivery_timeout: Duration::from_secs(10),
            oidc_clients: Vec::new(),
            state_file: None,
        }
    }
}

/// A fresh secret in the shape of Stripe's.
#[must_use]
pub fn random_webhook_secret() -> String {
    format!("whsec_{}", crate::state::random_text())
}
