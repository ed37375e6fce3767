//! The hosted page of an account link: finish, stop half way, or be asked for more.

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use serde::Deserialize;

use crate::html::{escape, page};
use crate::state::Sandbox;
use crate::stripe::accounts::{self, Account, AccountLink};

/// The routes of the page.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new().route("/connect/{link}", get(show).post(finish))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FinishForm {
    outcome: Outcome,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    /// Everything is there and right.
    Ready,
    /// The form is finished; Stripe wants a document.
    Document,
    /// The form is not finished.
    Later,
}

/// A link that still opens.
fn open(sandbox: &Sandbox, id: &str) -> Result<(AccountLink, Account), Box<Response>> {
    let now = sandbox.clock().now_unix();
    let found = sandbox.read(|data| {
        let link = data.stripe.account_links.get(id)?.clone();
        let account = data.stripe.accounts.get(&link.account)?.clone();
        Some((link, account))
    });
    match found {
        None => {
            let text = "<p>This link does not exist.</p>";
            Err(Box::new(page(StatusCode::NOT_FOUND, "No such page", text)))
        }
        Some((link, _)) if link.used || link.expires_at <= now => {
            Err(Box::new(Redirect::to(&link.refresh_url).into_response()))
        }
        Some(found) => Ok(found),
    }
}

async fn show(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    let account = match open(&sandbox, &id) {
        Ok((_, account)) => account,
        Err(reply) => return *reply,
    };
    let email = escape(account.email.as_deref().unwrap_or("somebody"));
    let main = format!(
        "<p class=\"soft\">{email}</p>\
         <p>Stripe would ask for a name, a date of birth and a bank account here.</p>\
         <form method=\"post\">\
         <button class=\"go\" name=\"outcome\" value=\"ready\">Submit details</button>\
         <button name=\"outcome\" value=\"document\">Submit, but a document is missing</button>\
         <button name=\"outcome\" value=\"later\">Come back later</button></form>"
    );
    page(StatusCode::OK, "Get paid", &main)
}

async fn finish(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Form(form): Form<FinishForm>,
) -> Response {
    let link = match open(&sandbox, &id) {
        Ok((link, _)) => link,
        Err(reply) => return *reply,
    };
    sandbox.write(|data| {
        if let Some(link) = data.stripe.account_links.get_mut(&id) {
            link.used = true;
        }
    });
    let changed = accounts::change(&sandbox, &link.account, |account| match form.outcome {
        Outcome::Ready => {
            account.details_submitted = true;
            account.payouts_enabled = true;
            account.currently_due.clear();
            account.disabled_reason = None;
        }
        Outcome::Document => {
            account.details_submitted = true;
            account.payouts_enabled = false;
            account.currently_due = vec!["individual.verification.document".to_owned()];
            account.disabled_reason = Some("requirements.past_due".to_owned());
        }
        Outcome::Later => {}
    });
    match changed {
        Ok(_) => Redirect::to(&link.return_url).into_response(),
        Err(problem) => problem.into_response(),
    }
}
