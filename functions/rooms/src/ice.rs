//! ICE servers of a room between two browsers, with time-limited credentials where a relay asks for them.
//!
//! The scheme is TURN REST (draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`): the username begins with the
//! Unix second at which it lapses, the password is its HMAC-SHA1 under a secret that we share with the relay. Nobody is
//! asked, and a credential that leaks is worth nothing soon.

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

/// Servers that help two browsers to find a way to each other, as `RTCPeerConnection` takes them.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct IceServer {
    /// `stun:`, `turn:` or `turns:` addresses.
    pub urls: Vec<String>,
    /// For TURN: `<Unix second of expiry>:<user>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For TURN: the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// Whether any of the servers is a relay, which needs the shared secret.
pub fn needs_secret(urls: &[String]) -> bool {
    urls.iter().any(|url| is_relay(url))
}

/// The servers at `urls` for one user until `expires_s` (Unix seconds). Relays are left out without a secret.
pub fn servers(
    urls: &[String],
    secret: Option<&str>,
    user: &str,
    expires_s: i64,
) -> Vec<IceServer> {
    let (relays, helpers): (Vec<_>, Vec<_>) = urls.iter().cloned().partition(|url| is_relay(url));
    let mut servers = Vec::new();
    if !helpers.is_empty() {
        servers.push(IceServer { urls: helpers, username: None, credential: None });
    }
    if let Some(secret) = secret.filter(|_| !relays.is_empty()) {
        let username = format!("{expires_s}:{user}");
        let credential = Some(password(secret, &username));
        servers.push(IceServer { urls: relays, username: Some(username), credential });
    }
    servers
}

fn is_relay(url: &str) -> bool {
    url.starts_with("turn")
}

fn password(secret: &str, username: &str) -> String {
    let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    STANDARD.encode(sign(&key, username.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{IceServer, servers};

    fn urls() -> Vec<String> {
        ["stun:a", "turn:b?transport=udp", "turns:b"].map(str::to_owned).to_vec()
    }

    /// The password as `openssl` computes it: `printf 1795187800:ada | openssl dgst -sha1 -hmac north -binary | base64`.
    #[test]
    fn a_relay_gets_a_credential_that_lapses_and_a_helper_needs_none() {
        let expected = [
            IceServer { urls: vec!["stun:a".into()], username: None, credential: None },
            IceServer {
                urls: vec!["turn:b?transport=udp".into(), "turns:b".into()],
                username: Some("1795187800:ada".into()),
                credential: Some("5zqhdoyNiX1L/a4V7uvBYogyzIM=".into()),
            },
        ];
        assert_eq!(servers(&urls(), Some("north"), "ada", 1_795_187_800), expected);
    }

    #[test]
    fn without_a_secret_there_is_no_relay_and_without_addresses_nothing() {
        assert_eq!(servers(&urls(), None, "ada", 0).len(), 1);
        assert!(servers(&[], Some("north"), "ada", 0).is_empty());
    }
}
