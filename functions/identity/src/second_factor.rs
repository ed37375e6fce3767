//! The second factor: what counts as one, and what a code changes.
//!
//! A code is of an authenticator ([`totp`]) or one of ten recovery codes. Whatever is wrong with it (another code, one
//! that counted before, a recovery code that was used) has the same refusal. Whoever accepts a code writes the factor
//! that [`shown`] gives under the condition that it is still the one that was read, so of two that come with the same
//! code one is refused.

use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use store::mail::{MAIL_REQUESTED, Mail, SecondFactorNews};
use store::outbox::Event;
use store::second_factor::SecondFactor;
use store::{CommitError, StoreError, Transaction};
use uuid::Uuid;
use web::{Ctx, Kind, Problem, limit, random_bytes, same_secret, secret_hash};

use crate::totp::{self, SECRET_BYTES, Secret};

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;

/// Random bytes of a recovery code: 120 bits, so that a plain hash keeps it (ASVS 5.0, 6.5.2 asks for 112).
const RECOVERY_BYTES: usize = 15;

/// Letters of a recovery code without its dashes.
const RECOVERY_LETTERS: usize = 24;

/// The longest text that is looked at, characters.
const TYPED_MAX: usize = 40;

/// A code as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Six digits of an authenticator.
    Totp(String),
    /// The hash of a recovery code.
    Recovery(String),
}

impl Code {
    /// Reads a code; spaces, dashes and case do not matter, and `0` and `1`, which no recovery code has, are the letters
    /// that look like them.
    ///
    /// # Errors
    /// 400 when it has neither form.
    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        let wanted = "Must be the six digits of your authenticator, or a recovery code.";
        if text.chars().count() > TYPED_MAX {
            return Err(Problem::field("/code", wanted));
        }
        let bare = text.replace([' ', '-'], "");
        if bare.len() == 6 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::Totp(bare));
        }
        let letters = bare.to_ascii_uppercase().replace('0', "O").replace('1', "L");
        if letters.len() != RECOVERY_LETTERS || BASE32_NOPAD.decode(letters.as_bytes()).is_err() {
            return Err(Problem::field("/code", wanted));
        }
        Ok(Self::Recovery(secret_hash(&letters)))
    }
}

/// The secret of a factor: derived, not stored ([`web::Tokens::derive`]).
///
/// # Errors
/// `busy` when KMS does not answer.
pub async fn secret(tokens: &web::Tokens, factor: &SecondFactor) -> Result<Secret, Problem> {
    let input = format!("{}:{}", factor.user_id, factor.id);
    let bytes = tokens.derive("parlor-second-factor", &input).await?;
    let mut secret = [0; SECRET_BYTES];
    secret.copy_from_slice(&bytes[..SECRET_BYTES]);
    Ok(secret)
}

/// The factor after a code of it was shown; nothing when the code does not count. Tries of a person are counted here:
/// 10 in ten minutes, 30 a day, so that who has the first factor guesses the second by one in ten thousand a day.
pub(crate) async fn shown(
    ctx: &Ctx,
    factor: &SecondFactor,
    code: &Code,
    now: Timestamp,
) -> Result<Option<SecondFactor>, Problem> {
    let user = factor.user_id.to_string();
    limit(ctx, "second-factor", &user, 10, 600, now).await?;
    limit(ctx, "second-factor-a-day", &user, 30, 86_400, now).await?;
    Ok(match code {
        Code::Totp(digits) => {
            let secret = secret(&ctx.tokens, factor).await?;
            let step = totp::accepted(&secret, digits, factor.last_step, now);
            step.map(|last_step| SecondFactor { last_step, ..factor.clone() })
        }
        Code::Recovery(hash) => without(factor, hash),
    })
}

/// The factor without one of its recovery codes; nothing when it has no such code.
fn without(factor: &SecondFactor, hash: &str) -> Option<SecondFactor> {
    let (used, kept): (Vec<_>, Vec<_>) =
        factor.recovery_hashes.iter().cloned().partition(|known| same_secret(known, hash));
    (!used.is_empty()).then(|| SecondFactor { recovery_hashes: kept, ..factor.clone() })
}

/// The refusal of a code, whatever is wrong with it.
pub(crate) fn wrong() -> Problem {
    Problem::new(Kind::SecondFactorWrong).detail(
        "This code does not count: it is another one, it is too old, or it was used before. Wait for the next one.",
    )
}

/// The refusal of a write that rests on a code: the factor changed meanwhile, most likely because another browser showed
/// the same code.
pub(crate) fn overtaken(error: CommitError) -> Problem {
    match error.refused("factor") {
        Some(_) => wrong(),
        None => error.into(),
    }
}

/// The factor of somebody who has one on.
///
/// # Errors
/// 409 when it is off.
pub(crate) async fn of(ctx: &Ctx, user_id: Uuid) -> Result<SecondFactor, Problem> {
    let factor = store::second_factor::find_on(&ctx.store, user_id).await?;
    factor.ok_or_else(|| Problem::new(Kind::Conflict).detail("Two-step sign-in is off."))
}

/// Ten new recovery codes as they are shown, and their hashes.
///
/// # Errors
/// 500 when the machine has no randomness.
pub(crate) fn recovery_codes() -> Result<(Vec<String>, Vec<String>), Problem> {
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let bytes = random_bytes().ok_or_else(|| Problem::internal("no randomness"))?;
        codes.push(BASE32_NOPAD.encode(&bytes[..RECOVERY_BYTES]));
    }
    let hashes = codes.iter().map(|code| secret_hash(code)).collect();
    Ok((codes.iter().map(|code| in_groups(code)).collect(), hashes))
}

/// `abcd-efgh-...`: six groups of four small letters or digits.
fn in_groups(code: &str) -> String {
    let letters: Vec<char> = code.to_ascii_lowercase().chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// Removes somebody's second factor and tells them. Whoever calls it ends their sign-ins.
///
/// # Errors
/// 409 when they have none.
pub(crate) async fn remove(
    ctx: &Ctx,
    tx: Transaction,
    user_id: Uuid,
    now: Timestamp,
) -> Result<Transaction, Problem> {
    let factor = of(ctx, user_id).await?;
    let tx = store::second_factor::delete(tx, &factor);
    Ok(tell(tx, user_id, SecondFactorNews::Removed, now)?)
}

/// Tells the person by mail, with the change itself.
///
/// # Errors
/// When the event cannot be written as JSON.
pub(crate) fn tell(
    tx: Transaction,
    user_id: Uuid,
    news: SecondFactorNews,
    now: Timestamp,
) -> Result<Transaction, StoreError> {
    let mail = Mail::SecondFactor { user_id, news };
    let event = Event::new(runtime::new_id(now), MAIL_REQUESTED, now, &mail)?;
    Ok(store::outbox::add(tx, &event))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Code, RECOVERY_CODES, recovery_codes};

    #[test]
    fn recovery_codes_differ_and_are_read_however_they_are_typed() {
        let (codes, hashes) = recovery_codes().unwrap();
        let different: BTreeSet<_> = codes.iter().chain(&hashes).collect();
        assert_eq!(different.len(), 2 * RECOVERY_CODES);
        for (code, hash) in codes.iter().zip(hashes) {
            assert_eq!(code.len(), 29);
            let loud = code.to_uppercase().replace('-', " ").replace('O', "0").replace('L', "1");
            for typed in [code.clone(), code.replace('-', ""), loud] {
                assert_eq!(Code::read(&typed).unwrap(), Code::Recovery(hash.clone()), "{typed}");
            }
        }
    }

    #[test]
    fn a_code_is_six_digits_or_twenty_four_letters() {
        assert_eq!(Code::read("012 345").unwrap(), Code::Totp("012345".into()));
        for text in ["", "12345", "1234567", "12345a", "１２３４５６", "abcd-efgh"] {
            assert!(Code::read(text).is_err(), "{text}");
        }
        assert!(Code::read(&"8".repeat(24)).is_err(), "8 is no digit of base 32");
        assert!(Code::read(&format!("123456{}", " ".repeat(35))).is_err());
    }
}
