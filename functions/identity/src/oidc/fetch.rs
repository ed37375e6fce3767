//! Asking an issuer: five seconds, no redirects, 256 KiB.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use runtime::OidcIssuer;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use web::{Kind, Problem};

use super::{Exchange, Metadata};

/// The largest reply that is read.
const REPLY_BYTES_MAX: usize = 256 * 1024;

const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) fn client() -> Result<Client, reqwest::Error> {
    Client::builder().timeout(TIMEOUT).redirect(Policy::none()).no_proxy().build()
}

/// Reads a JSON document.
pub(super) async fn json<T: DeserializeOwned>(http: &Client, address: &str) -> Result<T, Problem> {
    let reply = http.get(address).send().await.map_err(|error| down(&error))?;
    if !reply.status().is_success() {
        return Err(
            Problem::new(Kind::UpstreamDown).cause(format!("{address}: {}", reply.status()))
        );
    }
    serde_json::from_slice(&bounded(reply).await?).map_err(|error| down(&error))
}

/// Sends the code to the token endpoint and gives the ID token.
pub(super) async fn id_token(
    http: &Client,
    issuer: &OidcIssuer,
    metadata: &Metadata,
    exchange: &Exchange<'_>,
    secret: Option<String>,
) -> Result<String, Problem> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", exchange.code),
        ("redirect_uri", exchange.callback),
        ("client_id", &issuer.client_id),
        ("code_verifier", &exchange.flow.code_verifier),
    ];
    let mut request = http.post(&metadata.token_endpoint);
    // OpenID Connect Core section 9: `client_secret_basic` unless the issuer only names the other way.
    let methods = &metadata.token_endpoint_auth_methods_supported;
    let post_only = methods.iter().any(|method| method == "client_secret_post")
        && !methods.iter().any(|method| method == "client_secret_basic");
    match &secret {
        Some(secret) if post_only => form.push(("client_secret", secret)),
        Some(secret) => request = request.basic_auth(&issuer.client_id, Some(secret)),
        None => {}
    }
    let reply = request.form(&form).send().await.map_err(|error| down(&error))?;
    let status = reply.status();
    let body = bounded(reply).await?;
    if status.is_client_error() {
        return Err(Problem::new(Kind::SignInFailed)
            .detail(
                "The service you signed in with did not accept this sign-in. Please begin again.",
            )
            .cause(format!("the token endpoint answered {status}")));
    }
    if !status.is_success() {
        return Err(
            Problem::new(Kind::UpstreamDown).cause(format!("the token endpoint answered {status}"))
        );
    }
    serde_json::from_slice::<TokenReply>(&body).map(|reply| reply.id_token).map_err(|error| {
        Problem::new(Kind::ProofRefused)
            .detail("The service you signed in with gave no proof of who you are.")
            .cause(error)
    })
}

/// The reply of a token endpoint, as far as it is needed.
#[derive(Deserialize)]
struct TokenReply {
    id_token: String,
}

async fn bounded(mut reply: Response) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(|error| down(&error))? {
        if body.len() + chunk.len() > REPLY_BYTES_MAX {
            return Err(Problem::new(Kind::UpstreamDown).cause("the issuer's reply is too large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn down(error: &dyn std::error::Error) -> Problem {
    Problem::new(Kind::UpstreamDown)
        .detail("The service you signed in with does not answer. Please try again.")
        .cause(error)
}
