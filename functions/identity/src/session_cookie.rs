//! The refresh cookie: which family, and the secret that is current in it.

use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use store::user::User;
use uuid::Uuid;
use web::{Cookie, Ctx, Problem, secret_hash};

use crate::family::{IDLE_SECONDS, Step, decide};

/// The cookie.
pub const REFRESH_COOKIE: Cookie = Cookie::new("parlor_refresh");

/// A refresh token: `<user>.<family>.<secret>`.
#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) user_id: Uuid,
    pub(crate) family_id: Uuid,
    pub(crate) secret: String,
}

impl RefreshToken {
    /// The token of a request, if it has one of the right form.
    pub(crate) fn read(ctx: &Ctx, headers: &HeaderMap) -> Option<Self> {
        let mut parts = REFRESH_COOKIE.read(headers, &ctx.config.site_url)?.split('.');
        let (user, family, secret) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || secret.len() != 43 {
            return None;
        }
        Some(Self {
            user_id: Uuid::try_parse(user).ok()?,
            family_id: Uuid::try_parse(family).ok()?,
            secret: secret.to_owned(),
        })
    }

    /// The header that gives it to the browser.
    pub(crate) fn set(&self, ctx: &Ctx) -> Result<HeaderValue, Problem> {
        let value =
            format!("{}.{}.{}", self.user_id.simple(), self.family_id.simple(), self.secret);
        REFRESH_COOKIE.set(&value, IDLE_SECONDS, &ctx.config.site_url)
    }
}

/// The family of the browser that asks, if it is the person's and its token counts.
pub(crate) async fn live_family(
    ctx: &Ctx,
    headers: &HeaderMap,
    user: &User,
    now: Timestamp,
) -> Result<Option<Uuid>, Problem> {
    let token = RefreshToken::read(ctx, headers).filter(|token| token.user_id == user.id);
    let Some(token) = token else { return Ok(None) };
    let family = store::sign_in::find_family(&ctx.store, user.id, token.family_id).await?;
    let hash = secret_hash(&token.secret);
    let counts = family.is_some_and(|family| {
        let step = decide(&family, &hash, user.token_generation, now);
        matches!(step, Step::Rotate | Step::Grace)
    });
    Ok(counts.then_some(token.family_id))
}

/// The header that takes it from the browser.
pub(crate) fn forget(ctx: &Ctx) -> Result<HeaderValue, Problem> {
    REFRESH_COOKIE.clear(&ctx.config.site_url)
}

/// The reply of a sign-out: the cookie goes. A browser has no reply of ours to forget (`no-store`), a page that it kept to
/// go back to looks for itself who is signed in, and its storage, no more than looks and chosen devices, stays. So there is
/// no `Clear-Site-Data: "cache"`, on which Chromium hangs for seconds to minutes (crbug.com/40233601).
pub(crate) fn signed_out(ctx: &Ctx) -> Result<Response, Problem> {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().append(SET_COOKIE, forget(ctx)?);
    Ok(response)
}
