//! The refresh cookie: which family, and the secret that is current in it.

use http::{HeaderMap, HeaderValue};
use uuid::Uuid;
use web::{Problem, clear_cookie, read_cookie, set_cookie};

use crate::family::IDLE_SECONDS;

/// The cookie's name.
pub const REFRESH_COOKIE: &str = "parlor_refresh";

const PATH: &str = "/v1/tokens";

/// A refresh token: `<user>.<family>.<secret>`.
#[derive(Clone, Debug)]
pub(crate) struct RefreshToken {
    pub(crate) user_id: Uuid,
    pub(crate) family_id: Uuid,
    pub(crate) secret: String,
}

impl RefreshToken {
    /// The token of a request, if it has one of the right form.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let mut parts = read_cookie(headers, REFRESH_COOKIE)?.split('.');
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
    pub(crate) fn set(&self) -> Result<HeaderValue, Problem> {
        let value =
            format!("{}.{}.{}", self.user_id.simple(), self.family_id.simple(), self.secret);
        set_cookie(REFRESH_COOKIE, &value, PATH, "Strict", IDLE_SECONDS)
    }
}

/// The header that takes it from the browser.
pub(crate) fn forget() -> Result<HeaderValue, Problem> {
    clear_cookie(REFRESH_COOKIE, PATH, "Strict")
}
