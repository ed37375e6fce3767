//! What a browser calls itself, so that people tell their sign-ins apart.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::USER_AGENT;
use http::request::Parts;

/// The longest name that is kept, characters. Browsers' own have some 120.
const NAME_MAX: usize = 256;

/// The `User-Agent` of a request, cut to 256 characters; nothing when it is empty or no text. It decides nothing.
#[derive(Clone, Debug)]
pub struct Browser(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let text = parts.headers.get(USER_AGENT).and_then(|name| name.to_str().ok());
        let visible = text.unwrap_or_default().chars().filter(|letter| !letter.is_control());
        let name: String = visible.take(NAME_MAX).collect();
        Ok(Self(Some(name).filter(|name| !name.is_empty())))
    }
}
