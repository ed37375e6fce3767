//! Consumer of the bus's rule `mail.requested`: writes the mail in the active brand's words and gives it to SES.
//!
//! The event may come twice: the second time finds the mark of the first. If the first stopped between sending and
//! marking, the mail is sent twice with the same code and link, which does no harm.

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use serde::Deserialize;
use serde_json::Value;
use store::Transaction;
use uuid::Uuid;
use web::{Ctx, Need, Problem, Route, Trigger};

use crate::App;
use crate::mail::{Letter, Mail, SignInLetter, sign_in_letter};
use crate::proof::proof;

/// The consumer.
pub const ROUTE: Route = Route::consumer("send_mail", Trigger::Bus).needs(&[
    Need::APP_READ,
    Need::APP_PUT,
    Need::KEY_SIGN,
    Need::MAIL_SEND,
]);

/// An event of the bus. AWS adds fields of its own.
#[derive(Clone, Debug, Deserialize)]
pub struct BusEvent {
    /// What [`crate::relay_outbox`] put there.
    pub detail: Detail,
}

/// What was relayed.
#[derive(Clone, Debug, Deserialize)]
pub struct Detail {
    /// The event's id.
    pub id: Uuid,
    /// The mail.
    pub payload: Mail,
}

/// Sends one mail.
///
/// # Errors
/// When it could not be sent; the event comes again.
pub async fn handle(app: &App, event: BusEvent) -> Result<Value, String> {
    let ctx = &app.ctx;
    let id = event.detail.id;
    let handled = store::outbox::was_handled(&ctx.store, ROUTE.id, id).await;
    if handled.map_err(|error| error.to_string())? {
        return Ok(Value::Null);
    }
    let Mail::SignIn { to, challenge_id } = event.detail.payload;
    let letter = write(ctx, &to, challenge_id).await.map_err(|problem| format!("{problem:?}"))?;
    if let Some(letter) = letter {
        send(app, &to, letter).await?;
    }
    let mark = store::outbox::handled(Transaction::new(), ROUTE.id, id, ctx.now());
    match ctx.store.commit(mark).await {
        Err(error) if error.refused("handled").is_none() => Err(error.to_string()),
        _ => Ok(Value::Null),
    }
}

/// The letter, or nothing when a newer mail was asked for, the code was used, or it is too late.
async fn write(ctx: &Ctx, to: &str, challenge_id: Uuid) -> Result<Option<Letter>, Problem> {
    let key = store::sign_in::challenge_key(to);
    let Some(challenge) = store::sign_in::find_challenge(&ctx.store, &key).await? else {
        return Ok(None);
    };
    let seconds = challenge.expires_at.duration_since(ctx.now()).as_secs();
    if challenge.id != challenge_id || seconds < 60 {
        return Ok(None);
    }
    let proof = proof(&ctx.tokens, challenge_id).await?;
    let site = store::site::active(&ctx.store, &ctx.config.brand).await?;
    let token = format!("{}.{}", store::sign_in::challenge_hash(to), proof.secret);
    let link = format!("{}/sign-in/link#token={token}", ctx.config.site_url);
    let letter =
        SignInLetter { site: &site, code: &proof.code, link: &link, minutes: (seconds + 30) / 60 };
    sign_in_letter(&letter).map(Some).map_err(Problem::internal)
}

async fn send(app: &App, to: &str, letter: Letter) -> Result<(), String> {
    let content = |text: String| {
        Content::builder().data(text).charset("UTF-8").build().map_err(|error| error.to_string())
    };
    let body = Body::builder().text(content(letter.text)?).html(content(letter.html)?).build();
    let message = Message::builder().subject(content(letter.subject)?).body(body).build();
    app.mailer
        .send_email()
        .from_email_address(&app.ctx.config.mail_from)
        .destination(Destination::builder().to_addresses(to).build())
        .content(EmailContent::builder().simple(message).build())
        .send()
        .await
        .map(|_| ())
        .map_err(|error| error.into_service_error().to_string())
}
