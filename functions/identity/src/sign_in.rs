//! The end of every way to sign in: somebody proved an address or a subject, now they get tokens.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;
use jiff::Timestamp;
use ledger::Currency;
use serde::Serialize;
use store::sign_in::{Family, Proven};
use store::user::{HostStatus, Role, User, email_key};
use store::{StoreError, Transaction};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    ACCESS_SECONDS, Ctx, Deed, Json, Kind, Need, Problem, SignedIn, audit, lacks_second_factor,
    random_secret, secret_hash,
};

use crate::second_step::await_second;
use crate::session_cookie::RefreshToken;
use crate::{Me, display_name_of, family};

/// How often a sign-in that met another first sign-in of the same person begins again.
const ATTEMPTS: u32 = 3;

/// What a sign-in gives.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tokens {
    /// Send it as `Authorization: Bearer`.
    pub access_token: String,
    /// For how long it counts.
    pub expires_in_seconds: i64,
    /// Who signed in.
    pub me: Me,
    /// Where on the site to go now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
}

/// What a route that signs in must be allowed: a limit, its proof, and [`sign_in`].
pub(crate) const NEEDS: &[Need] = &[
    Need::APP_READ,
    Need::APP_PUT,
    Need::APP_UPDATE,
    Need::APP_DELETE,
    Need::LEDGER_PUT,
    Need::KEY_PUBLIC,
    Need::KEY_SIGN,
];

/// What a sign-in uses up.
pub(crate) struct Spend<'a> {
    /// Adds what uses the proof up.
    pub(crate) by: &'a (dyn Fn(Transaction) -> Result<Transaction, StoreError> + Sync),
    /// The answer when that is refused: the proof was used meanwhile.
    pub(crate) spent: Kind,
    /// Whose second factor was shown, if one was.
    pub(crate) second: Option<Uuid>,
}

/// Signs in: finds or makes the user, begins a family, gives tokens. Who has a second factor on and has not shown it gets
/// a challenge in their place, and nothing else is written: what was proven waits in the step.
pub(crate) async fn sign_in(
    ctx: &Ctx,
    proven: &Proven,
    spend: &Spend<'_>,
    now: Timestamp,
) -> Result<Response, Problem> {
    for _ in 0..ATTEMPTS {
        let (user, tx) = person(ctx, proven, (spend.by)(Transaction::new())?, now).await?;
        match spend.second {
            None if user.second_factor => {
                return await_second(ctx, &user, proven, spend, now).await;
            }
            // It was turned off meanwhile, or the address is somebody else's now.
            Some(id) if id != user.id || !user.second_factor => return Err(spend.spent.into()),
            _ => {}
        }
        let secret = random_secret()?;
        let token = RefreshToken { user_id: user.id, family_id: runtime::new_id(now), secret };
        let hash = secret_hash(&token.secret);
        let (generation, browser) = (user.token_generation, proven.browser.clone());
        let family = Family {
            two_factors: spend.second.is_some(),
            ..family::begin(token.family_id, user.id, generation, hash, browser, now)
        };
        let error = match ctx.store.commit(store::sign_in::create_family(tx, &family)).await {
            Ok(()) => {
                let by = if proven.subject.is_some() { "issuer" } else { "mail" };
                let two_factors = family.two_factors;
                tracing::info!(user_id = %user.id, family_id = %family.id, by, two_factors, "signed in");
                let (made, return_to) = (family::signed_in(&family), proven.return_to.clone());
                return reply(ctx, &user, made, Some(&token), return_to, now).await;
            }
            Err(error) => error,
        };
        if error.refused("challenge").or(error.refused("step")).is_some() {
            return Err(spend.spent.into());
        }
        if error.refused("factor").is_some() {
            return Err(Kind::SecondFactorWrong.into());
        }
        // Another sign-in made or changed the same user at this moment: look again.
        if error.refused("identity").is_none() && error.refused("user").is_none() {
            return Err(error.into());
        }
    }
    Err(Problem::new(Kind::Busy).cause("sign-ins kept colliding"))
}

/// The reply of a sign-in or a refresh; `token` when the browser gets a new refresh token.
pub(crate) async fn reply(
    ctx: &Ctx,
    user: &User,
    signed_in: SignedIn,
    token: Option<&RefreshToken>,
    return_to: Option<String>,
    now: Timestamp,
) -> Result<Response, Problem> {
    let access_token = ctx.tokens.issue(user, signed_in, now).await?;
    let tokens = Tokens {
        access_token,
        expires_in_seconds: ACCESS_SECONDS,
        me: Me::of(user, lacks_second_factor(ctx, user, signed_in.two_factors)),
        return_to,
    };
    let mut response = Json(tokens).into_response();
    if let Some(token) = token {
        response.headers_mut().append(SET_COOKIE, token.set(ctx)?);
    }
    Ok(response)
}

/// The user that the proof leads to, as they will be after the transaction.
async fn person(
    ctx: &Ctx,
    proven: &Proven,
    mut tx: Transaction,
    now: Timestamp,
) -> Result<(User, Transaction), Problem> {
    if let Some(subject) = &proven.subject
        && let Some(id) = store::user::find_identity(&ctx.store, subject).await?
    {
        let user = existing(ctx, id).await?;
        return refresh(ctx, user, proven.email.as_deref(), tx, now).await;
    }
    let Some(email) = &proven.email else {
        return Err(Problem::new(Kind::EmailUnverified).detail(
            "The service you signed in with has not verified your mail address. Verify it there, or sign in by mail.",
        ));
    };
    let id = store::user::find_identity(&ctx.store, &email_key(email)).await?;
    let user = match id {
        Some(id) => existing(ctx, id).await?,
        None => newcomer(ctx, email, proven.name.as_deref(), now),
    };
    if let Some(subject) = &proven.subject {
        tx = store::user::create_identity(tx, subject, user.id);
    }
    if id.is_some() {
        return refresh(ctx, user, None, tx, now).await;
    }
    let currency = Currency::parse(&ctx.config.currency).map_err(Problem::internal)?;
    tx = store::user::create_identity(tx, &email_key(email), user.id);
    tx = store::wallet::create_wallet(tx, &user.id.to_string(), currency);
    if user.is(Role::Admin) {
        tx = audit(tx, &user, first_admin(&user), now);
    }
    Ok((user.clone(), store::user::create(tx, &user)))
}

async fn existing(ctx: &Ctx, id: uuid::Uuid) -> Result<User, Problem> {
    let user = store::user::find(&ctx.store, id).await?;
    user.ok_or_else(|| Problem::internal("an identity leads to nobody"))
}

fn newcomer(ctx: &Ctx, email: &str, name: Option<&str>, now: Timestamp) -> User {
    let mut roles = BTreeSet::from([Role::Member]);
    if is_appointed(ctx, email) {
        roles.insert(Role::Admin);
    }
    User {
        id: runtime::new_id(now),
        email: email.to_owned(),
        display_name: name.map_or_else(|| display_name_of(email), str::to_owned),
        roles,
        time_zone: None,
        host_status: HostStatus::None,
        host_slug: None,
        suspended: false,
        second_factor: false,
        token_generation: 0,
        created_at: now,
        version: 1,
    }
}

/// What a later sign-in changes: a new address at the issuer (unless it is somebody else's), and an appointment as admin.
async fn refresh(
    ctx: &Ctx,
    mut user: User,
    email: Option<&str>,
    mut tx: Transaction,
    now: Timestamp,
) -> Result<(User, Transaction), Problem> {
    let before = user.clone();
    if let Some(email) = email
        && email != user.email
        && store::user::find_identity(&ctx.store, &email_key(email)).await?.is_none()
    {
        tx = store::user::create_identity(tx, &email_key(email), user.id);
        tx = store::user::delete_identity(tx, &email_key(&user.email), user.id);
        email.clone_into(&mut user.email);
    }
    if is_appointed(ctx, &user.email) && user.roles.insert(Role::Admin) {
        tx = audit(tx, &user, first_admin(&user), now);
    }
    if user != before {
        tx = store::user::replace(tx, &user);
        user.version += 1;
    }
    Ok((user, tx))
}

fn is_appointed(ctx: &Ctx, email: &str) -> bool {
    ctx.config.admin_emails.iter().any(|appointed| appointed == email)
}

fn first_admin(user: &User) -> Deed {
    Deed {
        action: "appoint_admin",
        object_type: "user",
        object_id: user.id.to_string(),
        details: BTreeMap::from([("reason".to_owned(), "named in ADMIN_EMAILS".to_owned())]),
    }
}
