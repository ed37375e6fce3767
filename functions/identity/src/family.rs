//! Families of refresh tokens: pure decisions.
//!
//! Each sign-in begins a family. Exactly one token of it is current; using it makes the next one. What a presented
//! token means:
//!
//! - the current one: rotate.
//! - the one before, within [`GRACE_SECONDS`] of the rotation: two tabs of one browser asked at the same moment, or a
//!   reply was lost (a page that is loaded again cancels the request, and its cookie with it) and tried again. The answer
//!   is an access token and the *current* refresh token once more, which follows from the one before. So there is never
//!   a second line of refresh tokens: a thief who is that quick holds the same token as the owner, and the first of the
//!   two to use it shows the other as a copy.
//! - any other, or the one before when the grace is over: reuse. Either the owner or a thief holds a copy; nobody can
//!   tell which, so the family is revoked and both sign in again (RFC 9700 section 4.14.2).
//!
//! A family ends 30 days after its last use and 180 days after its beginning.

use jiff::{SignedDuration, Timestamp};
use store::sign_in::Family;
use uuid::Uuid;
use web::{SignedIn, same_secret};

/// For how long the token before the current one is taken for a race, in seconds.
pub const GRACE_SECONDS: i64 = 20;

/// How long a refresh token lasts unused, in seconds: 30 days.
pub const IDLE_SECONDS: i64 = 30 * 24 * 3600;

/// How long a family lasts at most, in seconds: 180 days.
pub const LIFE_SECONDS: i64 = 180 * 24 * 3600;

/// What a presented refresh token means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The current token: make the next one.
    Rotate,
    /// A race or a lost reply: give the current token again.
    Grace,
    /// A copy: revoke the family.
    Reuse,
    /// The family is over.
    Over,
}

/// Decides about a token, by the hash of its secret and the user's token generation.
#[must_use]
pub fn decide(family: &Family, secret_hash: &str, generation: u64, now: Timestamp) -> Step {
    if is_over(family, generation, now) {
        return Step::Over;
    }
    if same_secret(&family.secret_hash, secret_hash) {
        return Step::Rotate;
    }
    let before = family.previous_hash.as_deref().is_some_and(|hash| same_secret(hash, secret_hash));
    let grace_ends = family.rotated_at.as_second() + GRACE_SECONDS;
    if before && now.as_second() <= grace_ends { Step::Grace } else { Step::Reuse }
}

/// Whether no token of a family counts any more, by the user's token generation.
#[must_use]
pub fn is_over(family: &Family, generation: u64, now: Timestamp) -> bool {
    let too_old = now >= family.ends_at || now.as_second() >= family.expires_at_s;
    family.revoked || too_old || family.token_generation != generation
}

/// A new family of one factor, of a browser that calls itself so.
#[must_use]
pub fn begin(
    id: Uuid,
    user_id: Uuid,
    generation: u64,
    secret_hash: String,
    browser: Option<String>,
    now: Timestamp,
) -> Family {
    Family {
        id,
        user_id,
        token_generation: generation,
        secret_hash,
        previous_hash: None,
        browser,
        two_factors: false,
        rotated_at: now,
        ends_at: now + SignedDuration::from_secs(LIFE_SECONDS),
        revoked: false,
        expires_at_s: now.as_second() + IDLE_SECONDS,
    }
}

/// When and how strongly a family was begun.
#[must_use]
pub fn signed_in(family: &Family) -> SignedIn {
    let at = family.ends_at - SignedDuration::from_secs(LIFE_SECONDS);
    SignedIn { at, two_factors: family.two_factors }
}

/// The family after a rotation to a new secret.
#[must_use]
pub fn rotate(family: &Family, secret_hash: String, now: Timestamp) -> Family {
    Family {
        previous_hash: Some(family.secret_hash.clone()),
        secret_hash,
        rotated_at: now,
        expires_at_s: (now.as_second() + IDLE_SECONDS).min(family.ends_at.as_second()),
        ..family.clone()
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use uuid::Uuid;

    use super::{GRACE_SECONDS, IDLE_SECONDS, LIFE_SECONDS, Step, begin, decide, rotate};

    fn start() -> Timestamp {
        "2026-11-20T15:00:00Z".parse().unwrap()
    }

    fn after(seconds: i64) -> Timestamp {
        start() + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn the_current_token_rotates_and_the_one_before_has_a_grace() {
        let first = begin(Uuid::nil(), Uuid::nil(), 3, "one".into(), None, start());
        assert_eq!(decide(&first, "one", 3, after(5)), Step::Rotate);
        let second = rotate(&first, "two".into(), after(100));
        assert_eq!(decide(&second, "two", 3, after(100)), Step::Rotate);
        assert_eq!(decide(&second, "one", 3, after(100 + GRACE_SECONDS)), Step::Grace);
        assert_eq!(decide(&second, "one", 3, after(101 + GRACE_SECONDS)), Step::Reuse);
        let third = rotate(&second, "three".into(), after(105));
        assert_eq!(decide(&third, "one", 3, after(105)), Step::Reuse);
        assert_eq!(decide(&third, "made up", 3, after(105)), Step::Reuse);
    }

    #[test]
    fn a_family_ends_by_revocation_generation_idleness_and_age() {
        let family = begin(Uuid::nil(), Uuid::nil(), 3, "one".into(), None, start());
        assert_eq!(decide(&family, "one", 4, after(0)), Step::Over);
        assert_eq!(decide(&family, "one", 3, after(IDLE_SECONDS - 1)), Step::Rotate);
        assert_eq!(decide(&family, "one", 3, after(IDLE_SECONDS)), Step::Over);
        let mut revoked = family.clone();
        revoked.revoked = true;
        assert_eq!(decide(&revoked, "one", 3, after(0)), Step::Over);
        let late = rotate(&family, "two".into(), after(LIFE_SECONDS - 10));
        assert_eq!(decide(&late, "two", 3, after(LIFE_SECONDS - 1)), Step::Rotate);
        assert_eq!(decide(&late, "two", 3, after(LIFE_SECONDS)), Step::Over);
    }
}
