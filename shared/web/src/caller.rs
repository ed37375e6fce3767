//! Who is calling: the access token of the request, and the user it names as the table knows them now.

use axum::extract::{FromRef, FromRequestParts};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method};
use store::user::{Role, User};

use crate::finish::Who;
use crate::tokens::TokenError;
use crate::{Ctx, Kind, Problem};

/// A signed-in person. The extractor answers 401 without a valid token; one of the doors below
/// answers 403 when the person may not come in.
#[derive(Clone, Debug)]
pub struct Caller {
    user: User,
    writes: bool,
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

    /// Anybody signed in, suspended or not: for what must stay possible, such as ending a session.
    #[must_use]
    pub fn even_suspended(&self) -> &User {
        &self.user
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
        let writes = !matches!(parts.method, Method::GET | Method::HEAD);
        Ok(Self { user, writes })
    }
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
