//! Where a request comes from, for rate limits.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use runtime::Peer;

/// The network address that API Gateway saw, or `unknown`. Headers are not believed: whoever calls
/// the API's own address can write what they like into them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub String);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>();
        Ok(Self(peer.map_or_else(|| "unknown".to_owned(), |peer| peer.0.to_string())))
    }
}
