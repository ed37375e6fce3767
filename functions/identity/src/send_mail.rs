//! Consumer of the bus's rule `mail.requested`: writes the mail in the active brand's words and gives it to SES.
//!
//! The event may come twice: the second time finds the mark of the first. If the first stopped between sending and
//! marking, the same mail is sent twice, which does no harm. What was overtaken by something newer is not sent.

use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use serde::Deserialize;
use serde_json::Value;
use store::Transaction;
use store::host::Status;
use store::mail::{HostDecision, Mail, SecondFactorNews};
use uuid::Uuid;
use web::{Ctx, Need, Problem, Route, Trigger};

use crate::App;
use crate::mail::{
    DecisionLetter, Letter, NewsLetter, SignInLetter, decision_letter, news_letter, sign_in_letter,
};
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
    let written = match event.detail.payload {
        Mail::SignIn { to, challenge_id } => sign_in(ctx, to, challenge_id).await,
        Mail::SecondFactor { user_id, news } => second_factor(ctx, user_id, news).await,
        Mail::HostDecision { user_id, decision } => host_decision(ctx, user_id, decision).await,
    };
    if let Some((to, letter)) = written.map_err(|problem| format!("{problem:?}"))? {
        send(app, &to, letter).await?;
    }
    let mark = store::outbox::handled(Transaction::new(), ROUTE.id, id, ctx.now());
    match ctx.store.commit(mark).await {
        Err(error) if error.refused("handled").is_none() => Err(error.to_string()),
        _ => Ok(Value::Null),
    }
}

/// An address and the letter to it; nothing when there is nothing to tell any more.
type Written = Option<(String, Letter)>;

/// Nothing when a newer mail was asked for, the code was used, or it is too late.
async fn sign_in(ctx: &Ctx, to: String, challenge_id: Uuid) -> Result<Written, Problem> {
    let key = store::sign_in::challenge_key(&to);
    let Some(challenge) = store::sign_in::find_challenge(&ctx.store, &key).await? else {
        return Ok(None);
    };
    let seconds = challenge.expires_at.duration_since(ctx.now()).as_secs();
    if challenge.id != challenge_id || seconds < 60 {
        return Ok(None);
    }
    let proof = proof(&ctx.tokens, challenge_id).await?;
    let site = store::site::active(&ctx.store, &ctx.config.brand).await?;
    let token = format!("{}.{}", store::sign_in::challenge_hash(&to), proof.secret);
    let link = format!("{}/sign-in/link#token={token}", ctx.config.site_url);
    let letter =
        SignInLetter { site: &site, code: &proof.code, link: &link, minutes: (seconds + 30) / 60 };
    sign_in_letter(&letter).map(|letter| Some((to, letter))).map_err(Problem::internal)
}

async fn second_factor(
    ctx: &Ctx,
    user_id: Uuid,
    news: SecondFactorNews,
) -> Result<Written, Problem> {
    let Some(user) = store::user::find(&ctx.store, user_id).await? else { return Ok(None) };
    let site = store::site::active(&ctx.store, &ctx.config.brand).await?;
    let link = format!("{}/account", ctx.config.site_url);
    let letter = NewsLetter { site: &site, person: &user.display_name, news, link: &link };
    news_letter(&letter).map(|letter| Some((user.email, letter))).map_err(Problem::internal)
}

/// Nothing when another decision, or a new application, came after this one.
async fn host_decision(
    ctx: &Ctx,
    user_id: Uuid,
    decision: HostDecision,
) -> Result<Written, Problem> {
    let user = store::user::find(&ctx.store, user_id).await?;
    let (Some(user), Some(host)) = (user, ctx.store.host(user_id).await?) else { return Ok(None) };
    let (status, path) = match decision {
        HostDecision::Verified => (Status::Verified, "/studio/rates"),
        HostDecision::Rejected | HostDecision::Removed => (Status::Rejected, "/become-a-host"),
    };
    if host.status != status {
        return Ok(None);
    }
    let site = store::site::active(&ctx.store, &ctx.config.brand).await?;
    let link = format!("{}{path}", ctx.config.site_url);
    let reason = host.reject_reason.as_deref().unwrap_or_default();
    let person = &host.name;
    let letter = DecisionLetter { site: &site, person, decision, reason, link: &link };
    decision_letter(&letter).map(|letter| Some((user.email, letter))).map_err(Problem::internal)
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
