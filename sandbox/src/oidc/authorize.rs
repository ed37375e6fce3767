//! The authorization endpoint: checks the request, lets one pick a person, returns a code.

use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::people::{self, Person, Who};
use super::{KEPT_MAX, issuer};
use crate::config::OidcClient;
use crate::html::{escape, page};
use crate::state::{Sandbox, random_text};

/// How long a code can be exchanged, in seconds.
const CODE_SECONDS: i64 = 60;

/// An authorization request. Unknown parameters are ignored, as OpenID Connect Core 3.1.2.1 demands.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuthorizeRequest {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    scope: String,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    prompt: Option<String>,
    login_hint: Option<String>,
}

/// What a code stands for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    pub client_id: String,
    pub redirect_uri: String,
    pub nonce: Option<String>,
    pub code_challenge: String,
    pub sub: String,
    pub expires_at: i64,
    pub used: bool,
}

/// The choice on the page, with the request it belongs to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Choice {
    #[serde(flatten)]
    request: AuthorizeRequest,
    sub: Option<String>,
    email: Option<String>,
    name: Option<String>,
    email_verified: Option<String>,
    refuse: Option<String>,
}

/// Why a request is not answered with a code.
pub(crate) enum Refusal {
    /// The client or its address is unknown: a page, and never a redirect.
    Page(&'static str),
    /// An error for the client, by redirect (RFC 6749 section 4.1.2.1).
    Redirect(&'static str, &'static str),
}

pub(crate) async fn show(
    State(sandbox): State<Sandbox>,
    Query(request): Query<AuthorizeRequest>,
) -> Response {
    if let Err(refusal) = check(&sandbox, &request) {
        return refused(&sandbox, &request, refusal);
    }
    if request.prompt.as_deref() == Some("none") {
        let refusal = Refusal::Redirect("login_required", "Nobody is signed in here.");
        return refused(&sandbox, &request, refusal);
    }
    picker(&sandbox, &request, None)
}

pub(crate) async fn choose(State(sandbox): State<Sandbox>, Form(choice): Form<Choice>) -> Response {
    let request = choice.request;
    if let Err(refusal) = check(&sandbox, &request) {
        return refused(&sandbox, &request, refusal);
    }
    if choice.refuse.is_some() {
        let refusal = Refusal::Redirect("access_denied", "The person refused.");
        return refused(&sandbox, &request, refusal);
    }
    let who = Who {
        sub: choice.sub,
        email_verified: choice.email.as_ref().map(|_| choice.email_verified.is_some()),
        email: choice.email,
        name: choice.name,
    };
    match sandbox.write(|data| people::find_or_make(&mut data.oidc, who)) {
        Some(person) => Redirect::to(&grant(&sandbox, &request, &person)).into_response(),
        None => picker(&sandbox, &request, Some("Enter an e-mail address.")),
    }
}

/// Checks a request; the client and its address first.
pub(crate) fn check(sandbox: &Sandbox, request: &AuthorizeRequest) -> Result<(), Refusal> {
    let client = client(sandbox, &request.client_id)
        .ok_or(Refusal::Page("This client is not registered."))?;
    if !client.redirect_uris.contains(&request.redirect_uri) {
        return Err(Refusal::Page("This redirect_uri is not registered for the client."));
    }
    if request.response_type != "code" {
        return Err(Refusal::Redirect(
            "unsupported_response_type",
            "Only response_type=code is supported.",
        ));
    }
    if !request.scope.split(' ').any(|scope| scope == "openid") {
        return Err(Refusal::Redirect("invalid_scope", "The scope must contain openid."));
    }
    if request.code_challenge_method.as_deref() != Some("S256") {
        return Err(Refusal::Redirect(
            "invalid_request",
            "PKCE with code_challenge_method=S256 is required.",
        ));
    }
    if !request.code_challenge.as_deref().is_some_and(is_challenge) {
        return Err(Refusal::Redirect(
            "invalid_request",
            "code_challenge must be a SHA-256 in base64url.",
        ));
    }
    let too_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > 1000);
    if too_long(&request.state) || too_long(&request.nonce) {
        return Err(Refusal::Redirect(
            "invalid_request",
            "state and nonce have at most 1000 bytes.",
        ));
    }
    Ok(())
}

/// Makes a code for a person and gives the address that carries it to the client.
pub(crate) fn grant(sandbox: &Sandbox, request: &AuthorizeRequest, person: &Person) -> String {
    let code = random_text();
    let now = sandbox.clock().now_unix();
    let grant = Grant {
        client_id: request.client_id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone().unwrap_or_default(),
        sub: person.sub.clone(),
        expires_at: now + CODE_SECONDS,
        used: false,
    };
    sandbox.write(|data| {
        let codes = &mut data.oidc.codes;
        // Used ones are remembered for a while, so that using one twice can be answered to.
        codes.retain(|_, kept| kept.expires_at + 10 * CODE_SECONDS > now);
        while codes.len() >= KEPT_MAX {
            codes.pop_first();
        }
        codes.insert(code.clone(), grant);
    });
    let issuer = issuer(sandbox);
    answer(request, &[("code", &code), ("iss", &issuer)])
}

/// A registered client.
pub(crate) fn client<'a>(sandbox: &'a Sandbox, client_id: &str) -> Option<&'a OidcClient> {
    sandbox.config().oidc_clients.iter().find(|client| client.client_id == client_id)
}

fn is_challenge(challenge: &str) -> bool {
    challenge.len() == 43
        && challenge
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn refused(sandbox: &Sandbox, request: &AuthorizeRequest, refusal: Refusal) -> Response {
    match refusal {
        Refusal::Page(reason) => page(
            StatusCode::BAD_REQUEST,
            "Sign-in refused",
            &format!("<p class=\"problem\" role=\"alert\">{reason}</p>"),
        ),
        Refusal::Redirect(error, description) => {
            let issuer = issuer(sandbox);
            let fields = [("error", error), ("error_description", description), ("iss", &issuer)];
            Redirect::to(&answer(request, &fields)).into_response()
        }
    }
}

/// The client's address with the answer and its own state in the query.
fn answer(request: &AuthorizeRequest, fields: &[(&str, &str)]) -> String {
    let mut fields = fields.to_vec();
    if let Some(state) = &request.state {
        fields.push(("state", state));
    }
    let query = serde_urlencoded::to_string(fields).unwrap_or_default();
    let joint = if request.redirect_uri.contains('?') { '&' } else { '?' };
    format!("{}{joint}{query}", request.redirect_uri)
}

fn picker(sandbox: &Sandbox, request: &AuthorizeRequest, problem: Option<&str>) -> Response {
    let hidden = hidden_fields(request);
    let problem = problem.map_or_else(String::new, |problem| {
        format!("<p class=\"problem\" role=\"alert\">{}</p>", escape(problem))
    });
    let people: String = sandbox.read(|data| {
        data.oidc
            .people
            .values()
            .take(20)
            .map(|person| {
                format!(
                    "<li><button class=\"row\" name=\"sub\" value=\"{}\">{} <span class=\"soft\">{}</span></button></li>",
                    escape(&person.sub),
                    escape(&person.name),
                    escape(&person.email)
                )
            })
            .collect()
    });
    let hint = escape(request.login_hint.as_deref().unwrap_or_default());
    let client = escape(&request.client_id);
    let main = format!(
        "{problem}<p>Who signs in to <strong>{client}</strong>?</p>\
         <form method=\"post\" action=\"/oidc/authorize\">{hidden}\
         <ul style=\"list-style:none;padding:0\">{people}</ul></form>\
         <h2>Someone else</h2><form method=\"post\" action=\"/oidc/authorize\">{hidden}\
         <label for=\"email\">E-mail</label>\
         <input id=\"email\" name=\"email\" type=\"email\" required maxlength=\"254\" value=\"{hint}\">\
         <label for=\"name\">Name</label><input id=\"name\" name=\"name\" maxlength=\"200\">\
         <label><input type=\"checkbox\" name=\"email_verified\" value=\"yes\" checked>The address is verified</label>\
         <button class=\"go\">Sign in</button></form>\
         <form method=\"post\" action=\"/oidc/authorize\">{hidden}\
         <button name=\"refuse\" value=\"yes\">Refuse</button></form>"
    );
    page(StatusCode::OK, "Choose who you are", &main)
}

fn hidden_fields(request: &AuthorizeRequest) -> String {
    let always = [
        ("client_id", Some(&request.client_id)),
        ("redirect_uri", Some(&request.redirect_uri)),
        ("response_type", Some(&request.response_type)),
        ("scope", Some(&request.scope)),
        ("state", request.state.as_ref()),
        ("nonce", request.nonce.as_ref()),
        ("code_challenge", request.code_challenge.as_ref()),
        ("code_challenge_method", request.code_challenge_method.as_ref()),
    ];
    always
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .map(|(name, value)| {
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
        })
        .collect()
}
