//! Parameters of the path and of the query.

use axum::extract::{FromRequestParts, Path as AxumPath};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::json::explain;
use crate::{Kind, Problem};

/// Parameters of the path. One that cannot be read (an id that is no id) names nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match AxumPath::<T>::from_request_parts(parts, state).await {
            Ok(AxumPath(value)) => Ok(Self(value)),
            Err(error) => Err(Problem::new(Kind::NotFound).cause(error)),
        }
    }
}

/// Parameters of the query, at most 2,000 characters in all. Types must say `deny_unknown_fields`.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// No list needs more.
const QUERY_CHARACTERS_MAX: usize = 2_000;

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        if query.len() > QUERY_CHARACTERS_MAX {
            return Err(Problem::field("", "The query is too long."));
        }
        serde_urlencoded::from_str(query).map(Self).map_err(|error| {
            let (name, detail) = explain(&error.to_string());
            Problem::field(name.map_or_else(String::new, |name| format!("/{name}")), detail)
        })
    }
}
