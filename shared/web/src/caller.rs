//! Who is calling: the access token of the request, and the user it names as the table knows them now.

use axum::extract::{FromRef, FromRequestParts};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};
use jiff::Timestamp;
use store::user::{Role, User};

use crate::finish::Who;
use crate::tokens::TokenError;
use crate::{Amr, Ctx, Kind, Problem, Route};

/// For how long a sign-in is recent, in seconds.
pub const RECENT_SECONDS: i64 = 30 * 60;

/// A signed-in person. The extractor answers 401 without a valid token, and 403 to who lacks a second factor that their
/// role needs; one of the doors below answers 403 when the person may not come in.
#[derive(Clone, Debug)]
pub struct Caller {
    user: User,
    writes: bool,
    signed_in_s: i64,
    lacks_second_factor: bool,
}

impl Caller {
    /// Anybody signed in, and for writes not suspended.
    ///
    /// # Errors
    /// 403 `suspended`.
    pub fn member(&self) -> Result<&User, Problem> {
        if self.user.suspended && self.writes {
            return Err(Problem::new(Kind::Suspended)
                .detail("Your account is suspended: you can read, but not change anything."));
        }
        Ok(&self.user)
    }

    /// A verified host.
    ///
    /// # Errors
    /// 403 `forbidden` or `suspended`.
    pub fn host(&self) -> Result<&User, Problem> {
        self.with_role(Role::Host, "This is for hosts.")
    }

    /// An admin.
    ///
    /// # Errors
    /// 403 `forbidden` or `suspended`.
    pub fn admin(&self) -> Result<&User, Problem> {
        self.with_role(Role::Admin, "This is for admins.")
    }

    /// Who signed in a short while ago ([`RECENT_SECONDS`]): for what decides who may sign in from now on, so that a page
    /// that was left open does not.
    ///
    /// # Errors
    /// 403 `sign-in-again` or `suspended`.
    pub fn recent(&self, now: Timestamp) -> Result<&User, Problem> {
        if now.as_second() - self.signed_in_s > RECENT_SECONDS {
            return Err(Problem::new(Kind::SignInAgain).detail(
                "You signed in more than half an hour ago. Please sign out and in again first.",
            ));
        }
        self.member()
    }

    /// Anybody signed in, suspended or not: for what must stay possible, such as ending a session.
    #[must_use]
    pub fn even_suspended(&self) -> &User {
        &self.user
    }

    /// Whether their role needs a second factor that this sign-in lacks; then they came in to their own account alone.
    #[must_use]
    pub const fn lacks_second_factor(&self) -> bool {
        self.lacks_second_factor
    }

    fn with_role(&self, role: Role, detail: &str) -> Result<&User, Problem> {
        if !self.user.is(role) {
            return Err(Problem::new(Kind::Forbidden).detail(detail));
        }
        self.member()
    }
}

impl<S> FromRequestParts<S> for Caller
where
    Ctx: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ctx = Ctx::from_ref(state);
        let token = bearer(&parts.headers)?;
        let claims = ctx.tokens.verify(token, ctx.now()).await?;
        let user = store::user::find(&ctx.store, claims.sub).await?;
        let user = user.ok_or(TokenError::Refused("no such user"))?;
        if claims.generation != user.token_generation {
            return Err(TokenError::Refused("signed out everywhere").into());
        }
        if let Some(who) = parts.extensions.get::<Who>() {
            who.is(user.id);
        }
        let lacks_second_factor = lacks_second_factor(&ctx, &user, claims.amr.contains(&Amr::Mfa));
        if lacks_second_factor && !Route::is_of_own_account(parts.uri.path()) {
            return Err(second_factor_missing(&user));
        }
        let writes = !matches!(parts.method, Method::GET | Method::HEAD);
        Ok(Self { user, writes, signed_in_s: claims.auth_time, lacks_second_factor })
    }
}

/// Whether somebody's role needs a second factor (`SECOND_FACTOR_FOR`), and this sign-in was made without, or they have
/// turned it off since. Nothing is read for it: the token says how the sign-in was made.
#[must_use]
pub fn lacks_second_factor(ctx: &Ctx, user: &User, two_factors: bool) -> bool {
    let needed = &ctx.config.second_factor_for;
    let must = user.roles.iter().any(|role| needed.iter().any(|name| name == role.name()));
    must && !(two_factors && user.second_factor)
}

fn second_factor_missing(user: &User) -> Problem {
    Problem::new(Kind::SecondFactorMissing).detail(if user.second_factor {
        "Sign out and in again with your second step: this sign-in was made without it."
    } else {
        "Your role needs two-step sign-in. Set it up on your account page."
    })
}

/// RFC 6750 section 2.1, exactly one header.
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Problem::new(Kind::NotSignedIn).detail("Please sign in first."));
    };
    let value = value.to_str().map_err(|_| TokenError::Refused("header is not text"))?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token),
        _ => Err(TokenError::Refused("not a bearer token").into()),
    }
}
