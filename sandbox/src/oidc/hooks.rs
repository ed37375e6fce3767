//! Controls of the issuer for tests: people, a sign-in without the page, wrong tokens, new keys.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::authorize::{self, AuthorizeRequest, Refusal};
use super::id_token::{self, Fault};
use super::people::{self, Person, Who};
use super::{keys, server_error};
use crate::state::Sandbox;

/// The routes of the hooks.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox/oidc/people", get(list_people).post(put_person))
        .route("/_sandbox/oidc/sign-in", post(sign_in))
        .route("/_sandbox/oidc/tokens", post(make_token))
        .route("/_sandbox/oidc/fault", post(set_fault))
        .route("/_sandbox/oidc/rotate", post(rotate))
}

async fn list_people(State(sandbox): State<Sandbox>) -> Json<Value> {
    let people: Vec<Person> = sandbox.read(|data| data.oidc.people.values().cloned().collect());
    Json(json!({ "items": people }))
}

/// Makes or changes a person.
async fn put_person(State(sandbox): State<Sandbox>, Json(who): Json<Who>) -> Response {
    match sandbox.write(|data| people::find_or_make(&mut data.oidc, who)) {
        Some(person) => Json(person).into_response(),
        None => refused("an e-mail address is needed"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    authorize_url: String,
    person: Who,
}

/// What the page would do: takes the authorize URL a client made, answers where the browser would be sent.
async fn sign_in(State(sandbox): State<Sandbox>, Json(sign_in): Json<SignIn>) -> Response {
    let query = sign_in.authorize_url.split_once('?').map_or("", |(_, query)| query);
    let Ok(request) = serde_urlencoded::from_str::<AuthorizeRequest>(query) else {
        return refused("the authorize URL cannot be read");
    };
    match authorize::check(&sandbox, &request) {
        Ok(()) => {}
        Err(Refusal::Page(reason) | Refusal::Redirect(_, reason)) => return refused(reason),
    }
    match sandbox.write(|data| people::find_or_make(&mut data.oidc, sign_in.person)) {
        Some(person) => {
            Json(json!({ "redirect_to": authorize::grant(&sandbox, &request, &person) }))
                .into_response()
        }
        None => refused("no such person"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MakeToken {
    client_id: String,
    nonce: Option<String>,
    person: Who,
    fault: Option<Fault>,
}

/// An ID token, right or wrong, without any flow.
async fn make_token(State(sandbox): State<Sandbox>, Json(make): Json<MakeToken>) -> Response {
    let Some(person) = sandbox.write(|data| people::find_or_make(&mut data.oidc, make.person))
    else {
        return refused("no such person");
    };
    match id_token::issue(&sandbox, &make.client_id, make.nonce.as_deref(), &person, make.fault) {
        Ok(id_token) => Json(json!({ "id_token": id_token })).into_response(),
        Err(error) => server_error(&error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetFault {
    fault: Option<Fault>,
    #[serde(default = "one")]
    times: u32,
}

fn one() -> u32 {
    1
}

/// The next tokens of the token endpoint are wrong.
async fn set_fault(State(sandbox): State<Sandbox>, Json(set): Json<SetFault>) -> StatusCode {
    sandbox.write(|data| {
        data.oidc.fault = set.fault;
        data.oidc.fault_left = set.times;
    });
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Rotate {
    drop_old: bool,
}

/// A new signing key.
async fn rotate(State(sandbox): State<Sandbox>, Json(rotate): Json<Rotate>) -> Response {
    match keys::rotate(&sandbox, rotate.drop_old) {
        Ok(key) => Json(json!({ "kid": key.kid })).into_response(),
        Err(error) => server_error(&error),
    }
}

fn refused(reason: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": reason }))).into_response()
}
