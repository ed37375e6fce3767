//! The configuration: read from the environment once, checked as a whole, then passed by reference.
//!
//! `template.yaml` sets the same variables for every function, so that each has one shape of
//! configuration. A missing or bad variable stops the bootstrap with a sentence that names it.

use http::uri::Authority;
use rust_decimal::Decimal;
use serde::Deserialize;

/// Everything that differs between deployments. No secret is here: only the names of secrets.
#[derive(Clone, Debug)]
pub struct Config {
    /// `APP_TABLE`: the DynamoDB table of everything but money.
    pub app_table: String,
    /// `LEDGER_TABLE`: the DynamoDB table of money.
    pub ledger_table: String,
    /// `MEDIA_BUCKET`: the S3 bucket of uploaded photos.
    pub media_bucket: String,
    /// `BILLING_QUEUE_URL`: the SQS queue that feeds `billing_charge`.
    pub billing_queue_url: String,
    /// `EVENT_BUS`: the EventBridge bus that carries the outbox.
    pub event_bus: String,
    /// `SIGNING_KEY_ID`: the RSA key in KMS that signs access tokens.
    pub signing_key_id: String,
    /// `PROOF_KEY_ID`: the RSA key in KMS that signs the roots of the hours.
    pub proof_key_id: String,
    /// `PROOFS_BUCKET`: the S3 bucket of the published roots.
    pub proofs_bucket: String,
    /// `SITE_URL`: scheme, host and port of the site, no slash at the end. It is the issuer of access tokens.
    pub site_url: String,
    /// `REALTIME_URL`: where sockets are opened, `wss://...` (or `ws://` on loopback), no slash at the end. With `http` for
    /// `ws` it is where the server speaks to them.
    pub realtime_url: String,
    /// `BRAND`: the brand that is shown until an admin switches it.
    pub brand: String,
    /// `CURRENCY`: ISO 4217 code of every account of this deployment.
    pub currency: String,
    /// `FEE_PERCENT`: the platform's share of a session in percent, 0 to 100.
    pub fee_percent: Decimal,
    /// `LEASE_MINUTES` (default 1): session minutes leased at a time, 1 to 5.
    pub lease_minutes: u32,
    /// `MINUTE_SECONDS` (default 60): length of a session minute; below 60 only on a developer's machine.
    pub minute_seconds: u32,
    /// `MAIL_FROM`: the sender's address of mails.
    pub mail_from: String,
    /// `OIDC_ISSUERS` (default none): JSON list of the issuers that people may sign in with.
    pub oidc_issuers: Vec<OidcIssuer>,
    /// `STRIPE_BASE_URL`: another address than Stripe's own.
    pub stripe_base_url: Option<String>,
    /// `STRIPE_SECRET_ID`: the secret in Secrets Manager with Stripe's keys.
    pub stripe_secret_id: Option<String>,
    /// `ICE_URLS` (comma separated, default none): STUN and TURN servers of rooms between two browsers, `stun:`, `turn:` or
    /// `turns:`. TURN needs `turn_secret` in the room's secret.
    pub ice_urls: Vec<String>,
    /// `ROOM_SECRET_ID`: the secret in Secrets Manager with the keys of what carries rooms.
    pub room_secret_id: Option<String>,
    /// `WHEREBY_BASE_URL`: another address than Whereby's own.
    pub whereby_base_url: Option<String>,
    /// `ADMIN_EMAILS` (comma separated): who becomes an admin at sign-in. Lower case.
    pub admin_emails: Vec<String>,
    /// `SECOND_FACTOR_FOR` (comma separated roles, or `nobody`, the default): who must sign in with a second factor. Others
    /// may.
    pub second_factor_for: Vec<String>,
    /// `EDGE_KEY`: what our CDN shows in `x-parlor-edge`, so that its word on the viewer's address is taken.
    pub edge_key: Option<String>,
    /// `HANDLER` (default `http`): which consumer this process is, or `http` for the routes.
    pub handler: String,
}

/// An OpenID Connect issuer that people may sign in with.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct OidcIssuer {
    /// Short name in the API, such as `auth0`.
    pub id: String,
    /// Name on the button.
    pub name: String,
    /// The issuer's identifier, a URL: `iss` of its tokens and the base of its discovery document.
    pub issuer: String,
    /// Our client id there: `aud` of its ID tokens.
    pub client_id: String,
    /// The secret in Secrets Manager that holds our client secret; absent for a public client (PKCE alone).
    #[serde(default)]
    pub client_secret_id: Option<String>,
    /// Hosts beside the issuer's own that its discovery document may name, such as `oauth2.googleapis.com`; with a port if
    /// they have one. No other is asked.
    #[serde(default)]
    pub hosts: Vec<String>,
}

/// Why the process cannot start.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("environment variable {name}: {problem}")]
pub struct ConfigError {
    /// The variable.
    pub name: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl Config {
    /// Reads the environment of the process.
    ///
    /// # Errors
    /// The first variable that is missing or bad.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads the configuration from any lookup. An empty value counts as absent.
    ///
    /// # Errors
    /// The first variable that is missing or bad.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name: &'static str| lookup(name).filter(|value| !value.trim().is_empty());
        let required = |name: &'static str| optional(name).ok_or_else(|| bad(name, "is missing"));
        Ok(Self {
            app_table: required("APP_TABLE")?,
            ledger_table: required("LEDGER_TABLE")?,
            media_bucket: required("MEDIA_BUCKET")?,
            billing_queue_url: url("BILLING_QUEUE_URL", required("BILLING_QUEUE_URL")?)?,
            event_bus: required("EVENT_BUS")?,
            signing_key_id: required("SIGNING_KEY_ID")?,
            proof_key_id: required("PROOF_KEY_ID")?,
            proofs_bucket: required("PROOFS_BUCKET")?,
            site_url: origin("SITE_URL", required("SITE_URL")?)?,
            realtime_url: socket_url("REALTIME_URL", required("REALTIME_URL")?)?,
            brand: required("BRAND")?,
            currency: currency("CURRENCY", required("CURRENCY")?)?,
            fee_percent: percent("FEE_PERCENT", &required("FEE_PERCENT")?)?,
            lease_minutes: within("LEASE_MINUTES", optional("LEASE_MINUTES"), 1, 1..=5)?,
            minute_seconds: within("MINUTE_SECONDS", optional("MINUTE_SECONDS"), 60, 1..=60)?,
            mail_from: address("MAIL_FROM", required("MAIL_FROM")?)?,
            oidc_issuers: issuers("OIDC_ISSUERS", optional("OIDC_ISSUERS"))?,
            stripe_base_url: optional("STRIPE_BASE_URL")
                .map(|value| url("STRIPE_BASE_URL", value))
                .transpose()?,
            stripe_secret_id: optional("STRIPE_SECRET_ID"),
            ice_urls: ice_urls("ICE_URLS", optional("ICE_URLS"))?,
            room_secret_id: optional("ROOM_SECRET_ID"),
            whereby_base_url: optional("WHEREBY_BASE_URL")
                .map(|value| url("WHEREBY_BASE_URL", value))
                .transpose()?,
            admin_emails: optional("ADMIN_EMAILS").map_or_else(Vec::new, |list| addresses(&list)),
            second_factor_for: roles("SECOND_FACTOR_FOR", optional("SECOND_FACTOR_FOR"))?,
            edge_key: optional("EDGE_KEY"),
            handler: optional("HANDLER").unwrap_or_else(|| "http".to_owned()),
        })
    }
}

fn bad(name: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError { name, problem: problem.into() }
}

fn url(name: &'static str, value: String) -> Result<String, ConfigError> {
    let uri: http::Uri = value.parse().map_err(|_| bad(name, "is not a URL"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(value),
        _ => Err(bad(name, "must be a URL that begins with http:// or https://")),
    }
}

fn socket_url(name: &'static str, value: String) -> Result<String, ConfigError> {
    let uri: http::Uri = value.parse().map_err(|_| bad(name, "is not a URL"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("ws" | "wss"), Some(_)) if !value.ends_with('/') && uri.query().is_none() => {
            Ok(value)
        }
        _ => Err(bad(
            name,
            "must be a URL that begins with wss:// or ws:// and has no slash at the end",
        )),
    }
}

fn origin(name: &'static str, value: String) -> Result<String, ConfigError> {
    let value = url(name, value)?;
    let path_start = value.find("://").map_or(0, |at| at + 3);
    if value[path_start..].contains(['/', '?', '#']) {
        return Err(bad(name, "must be scheme, host and port alone, without a slash at the end"));
    }
    Ok(value)
}

fn currency(name: &'static str, value: String) -> Result<String, ConfigError> {
    if value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(value);
    }
    Err(bad(name, "must be an ISO 4217 code of three capital letters"))
}

fn percent(name: &'static str, value: &str) -> Result<Decimal, ConfigError> {
    let percent: Decimal = value.parse().map_err(|_| bad(name, "is not a decimal number"))?;
    if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
        return Err(bad(name, "must be between 0 and 100"));
    }
    Ok(percent)
}

fn within(
    name: &'static str,
    value: Option<String>,
    default: u32,
    range: std::ops::RangeInclusive<u32>,
) -> Result<u32, ConfigError> {
    let Some(value) = value else {
        return Ok(default);
    };
    let number: u32 = value.parse().map_err(|_| bad(name, "is not a whole number"))?;
    if !range.contains(&number) {
        return Err(bad(name, format!("must be between {} and {}", range.start(), range.end())));
    }
    Ok(number)
}

fn address(name: &'static str, value: String) -> Result<String, ConfigError> {
    match value.split_once('@') {
        Some((local, domain)) if !local.is_empty() && !domain.is_empty() => Ok(value),
        _ => Err(bad(name, "is not an e-mail address")),
    }
}

fn roles(name: &'static str, list: Option<String>) -> Result<Vec<String>, ConfigError> {
    let list = list.filter(|list| list != "nobody").unwrap_or_default();
    let roles = list.split(',').map(str::trim).filter(|role| !role.is_empty());
    let known = |role: &str| match role {
        "member" | "host" | "admin" => Ok(role.to_owned()),
        _ => Err(bad(name, "must be `nobody`, or a list of `member`, `host` and `admin`")),
    };
    roles.map(known).collect()
}

fn addresses(list: &str) -> Vec<String> {
    list.split(',')
        .map(|address| address.trim().to_lowercase())
        .filter(|address| !address.is_empty())
        .collect()
}

/// More servers than this slow the search for a way down, and browsers warn.
const ICE_URLS_MAX: usize = 8;

fn ice_urls(name: &'static str, value: Option<String>) -> Result<Vec<String>, ConfigError> {
    let urls: Vec<String> = value
        .iter()
        .flat_map(|list| list.split(','))
        .map(|one| one.trim().to_owned())
        .filter(|one| !one.is_empty())
        .collect();
    let known = |one: &String| {
        let rest = ["stun:", "turn:", "turns:"].iter().find_map(|scheme| one.strip_prefix(scheme));
        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', ' ', '@']))
    };
    if urls.len() > ICE_URLS_MAX || !urls.iter().all(known) {
        return Err(bad(name, "must be up to 8 addresses like stun:host:port or turn:host:port"));
    }
    Ok(urls)
}

fn issuers(name: &'static str, value: Option<String>) -> Result<Vec<OidcIssuer>, ConfigError> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    let issuers: Vec<OidcIssuer> = serde_json::from_str(&value)
        .map_err(|error| bad(name, format!("is not a list of issuers: {error}")))?;
    for issuer in &issuers {
        url(name, issuer.issuer.clone())?;
        let is_host = |host: &String| host.parse::<Authority>().is_ok() && !host.contains('@');
        if let Some(host) = issuer.hosts.iter().find(|host| !is_host(host)) {
            return Err(bad(name, format!("{host} is not a host")));
        }
    }
    Ok(issuers)
}

#[cfg(test)]
mod tests {
    use super::Config;

    fn complete(name: &str) -> Option<String> {
        let value = match name {
            "APP_TABLE" => "app",
            "LEDGER_TABLE" => "ledger",
            "MEDIA_BUCKET" => "media",
            "BILLING_QUEUE_URL" => "http://localhost:1/queue",
            "EVENT_BUS" => "bus",
            "SIGNING_KEY_ID" => "key",
            "PROOF_KEY_ID" => "proof-key",
            "PROOFS_BUCKET" => "proofs",
            "SITE_URL" => "http://localhost:5173",
            "REALTIME_URL" => "ws://localhost:5174/live",
            "BRAND" => "soulseer",
            "CURRENCY" => "USD",
            "FEE_PERCENT" => "30",
            "MAIL_FROM" => "hello@example.com",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn with(name: &'static str, value: &'static str) -> Result<Config, super::ConfigError> {
        Config::from_lookup(
            |asked| {
                if asked == name { Some(value.to_owned()) } else { complete(asked) }
            },
        )
    }

    #[test]
    fn what_is_optional_has_a_default() {
        let config = Config::from_lookup(complete).unwrap();
        assert_eq!(config.lease_minutes, 1);
        assert_eq!(config.minute_seconds, 60);
        assert_eq!(config.handler, "http");
        assert!(config.oidc_issuers.is_empty() && config.admin_emails.is_empty());
        assert!(config.ice_urls.is_empty() && config.room_secret_id.is_none());
        assert!(config.second_factor_for.is_empty());
    }

    #[test]
    fn each_bad_variable_is_named_with_what_is_wrong() {
        for (name, value, problem) in [
            ("APP_TABLE", "", "is missing"),
            ("SITE_URL", "localhost", "must be a URL"),
            ("SITE_URL", "https://example.com/", "without a slash"),
            ("REALTIME_URL", "https://example.com", "begins with wss://"),
            ("REALTIME_URL", "wss://example.com/live/", "no slash at the end"),
            ("REALTIME_URL", "wss://example.com/live?x=1", "begins with wss://"),
            ("CURRENCY", "usd", "three capital letters"),
            ("FEE_PERCENT", "101", "between 0 and 100"),
            ("FEE_PERCENT", "a third", "not a decimal"),
            ("LEASE_MINUTES", "6", "between 1 and 5"),
            ("MINUTE_SECONDS", "0", "between 1 and 60"),
            ("MAIL_FROM", "nobody", "not an e-mail address"),
            ("ICE_URLS", "https://turn.example.com", "up to 8 addresses"),
            ("ICE_URLS", "turn:", "up to 8 addresses"),
            (
                "ICE_URLS",
                "stun:a,stun:b,stun:c,stun:d,stun:e,stun:f,stun:g,stun:h,stun:i",
                "up to 8",
            ),
            ("SECOND_FACTOR_FOR", "admins", "`nobody`, or a list"),
            ("SECOND_FACTOR_FOR", "nobody,admin", "`nobody`, or a list"),
            ("WHEREBY_BASE_URL", "whereby", "must be a URL"),
            ("OIDC_ISSUERS", "[{}]", "missing field"),
            ("OIDC_ISSUERS", "{", "not a list of issuers"),
            (
                "OIDC_ISSUERS",
                r#"[{"id":"a","name":"A","issuer":"https://a.test","client_id":"c","hosts":["https://b.test"]}]"#,
                "https://b.test is not a host",
            ),
        ] {
            let error = with(name, value).unwrap_err();
            assert_eq!(error.name, name);
            assert!(error.to_string().contains(problem), "{error}");
        }
    }

    #[test]
    fn ice_servers_are_a_list_of_addresses() {
        let list = "stun:stun.example.com:3478, turn:turn.example.com:3478?transport=udp,";
        let config = with("ICE_URLS", list).unwrap();
        assert_eq!(config.ice_urls.len(), 2);
        assert_eq!(config.ice_urls[1], "turn:turn.example.com:3478?transport=udp");
    }

    #[test]
    fn a_second_factor_is_asked_of_the_roles_that_are_named() {
        assert_eq!(
            with("SECOND_FACTOR_FOR", "admin, host").unwrap().second_factor_for,
            ["admin", "host"]
        );
        assert!(with("SECOND_FACTOR_FOR", "nobody").unwrap().second_factor_for.is_empty());
    }

    #[test]
    fn addresses_of_admins_are_compared_in_lower_case() {
        let config = with("ADMIN_EMAILS", " Ada@Example.com, ,bo@example.com").unwrap();
        assert_eq!(config.admin_emails, ["ada@example.com", "bo@example.com"]);
    }
}
