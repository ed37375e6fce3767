//! The hosted Checkout page: pay, be declined, or go back.

use axum::Router;
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use serde::Deserialize;

use crate::html::{amount, escape, page};
use crate::state::Sandbox;
use crate::stripe::checkout_sessions::{self, Attempt};
use crate::stripe::objects::{CheckoutSession, CheckoutStatus};

/// The card that is always accepted, as in Stripe's test mode.
const GOOD_CARD: &str = "4242 4242 4242 4242";

/// The routes of the page.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new().route("/checkout/{id}", get(show).post(pay))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayForm {
    email: String,
    card_number: String,
    outcome: Outcome,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Pay,
    Decline,
}

async fn show(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    match checkout_sessions::current(&sandbox, &id) {
        Some(session) => render(&session, StatusCode::OK, None, session.customer_email.as_deref()),
        None => unknown(),
    }
}

async fn pay(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Form(form): Form<PayForm>,
) -> Response {
    let Some(session) = checkout_sessions::current(&sandbox, &id) else {
        return unknown();
    };
    let email = form.email.trim();
    let refuse = |problem: &str| {
        render(&session, StatusCode::UNPROCESSABLE_ENTITY, Some(problem), Some(email))
    };
    if email.len() > 254 || !email.contains('@') {
        return refuse("Enter an e-mail address.");
    }
    let card: String =
        form.card_number.chars().filter(|character| !character.is_whitespace()).collect();
    if !is_card_number(&card) {
        return refuse("Your card number is invalid.");
    }
    let decline =
        if form.outcome == Outcome::Decline { Some("generic_decline") } else { decline_of(&card) };
    let last4 = &card[card.len() - 4..];
    match checkout_sessions::attempt(&sandbox, &id, email, last4, decline) {
        Some(Attempt::Paid) => Redirect::to(&success_url(&session)).into_response(),
        Some(Attempt::Declined(reason)) => {
            let problem = format!("Your card was declined ({reason}). You can try again.");
            render(&session, StatusCode::PAYMENT_REQUIRED, Some(&problem), Some(email))
        }
        Some(Attempt::Over) => {
            let ended = checkout_sessions::current(&sandbox, &id).unwrap_or(session);
            render(&ended, StatusCode::GONE, None, Some(email))
        }
        None => unknown(),
    }
}

/// The address to go to after paying, with the session's id filled in.
fn success_url(session: &CheckoutSession) -> String {
    session.success_url.replace("{CHECKOUT_SESSION_ID}", &session.id)
}

/// What a test card stands for (Stripe, "Testing": declined payments).
fn decline_of(card: &str) -> Option<&'static str> {
    match card {
        "4000000000000002" => Some("generic_decline"),
        "4000000000009995" => Some("insufficient_funds"),
        "4000000000009987" => Some("lost_card"),
        "4000000000000069" => Some("expired_card"),
        _ => None,
    }
}

/// 12 to 19 digits with a right check digit (ISO/IEC 7812-1 annex B).
fn is_card_number(card: &str) -> bool {
    if !(12..=19).contains(&card.len()) || !card.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let sum: u32 = card
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            match (place % 2, digit) {
                (0, digit) => digit,
                (_, digit) if digit > 4 => digit * 2 - 9,
                (_, digit) => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

fn unknown() -> Response {
    page(StatusCode::NOT_FOUND, "No such payment", "<p>This payment page does not exist.</p>")
}

fn render(
    session: &CheckoutSession,
    status: StatusCode,
    problem: Option<&str>,
    email: Option<&str>,
) -> Response {
    let title = escape(&session.title);
    let total = amount(session.amount_minor, &session.currency);
    let head = format!("<p class=\"soft\">{title}</p><p class=\"amount\">{total}</p>");
    match session.status {
        CheckoutStatus::Complete => page(
            status,
            "Payment received",
            &format!(
                "{head}<p><a class=\"button\" href=\"{}\">Continue</a></p>",
                escape(&success_url(session))
            ),
        ),
        CheckoutStatus::Expired => page(
            status,
            "Payment page expired",
            &format!("{head}<p>This page can no longer be paid.</p>{}", cancel(session)),
        ),
        CheckoutStatus::Open => {
            page(status, "Pay by card", &format!("{head}{}", form(session, problem, email)))
        }
    }
}

fn form(session: &CheckoutSession, problem: Option<&str>, email: Option<&str>) -> String {
    let problem = problem.map_or_else(String::new, |problem| {
        format!("<p class=\"problem\" role=\"alert\">{}</p>", escape(problem))
    });
    let email = escape(email.unwrap_or_default());
    let total = amount(session.amount_minor, &session.currency);
    let cancel = cancel(session);
    format!(
        "{problem}<form method=\"post\" autocomplete=\"off\">\
         <label for=\"email\">E-mail</label>\
         <input id=\"email\" name=\"email\" type=\"email\" required maxlength=\"254\" value=\"{email}\">\
         <label for=\"card_number\">Card number</label>\
         <input id=\"card_number\" name=\"card_number\" inputmode=\"numeric\" required maxlength=\"23\" \
         aria-describedby=\"card_help\" value=\"{GOOD_CARD}\">\
         <p id=\"card_help\" class=\"soft\">Any valid test number is accepted; 4000 0000 0000 0002 is declined.</p>\
         <button class=\"go\" name=\"outcome\" value=\"pay\">Pay {total}</button>\
         <button name=\"outcome\" value=\"decline\">Decline</button>{cancel}</form>"
    )
}

fn cancel(session: &CheckoutSession) -> String {
    session.cancel_url.as_ref().map_or_else(String::new, |url| {
        format!("<a class=\"button\" href=\"{}\">Cancel</a>", escape(url))
    })
}

#[cfg(test)]
mod tests {
    use super::is_card_number;

    #[test]
    fn card_numbers_need_a_right_check_digit() {
        for good in ["4242424242424242", "4000000000000002", "378282246310005"] {
            assert!(is_card_number(good), "{good}");
        }
        for bad in ["4242424242424241", "4242", "42424242424242424242", "424242424242424x", ""] {
            assert!(!is_card_number(bad), "{bad}");
        }
    }
}
