//! What a token says, and how it is signed.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::deflate::zlib;
use crate::pack::Pack;

/// The longest channel or user id that Agora takes, bytes.
const NAME_BYTES_MAX: usize = 64;
/// The largest salt, as the vendor draws it.
pub const SALT_MAX: u32 = 99_999_999;

const RTC: u16 = 1;
const RTM: u16 = 2;

const RTM_LOGIN: u16 = 1;

/// What somebody may do in a channel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Privilege {
    /// Be in it and receive.
    Join = 1,
    /// Send sound.
    PublishAudio = 2,
    /// Send a picture.
    PublishVideo = 3,
    /// Send data.
    PublishData = 4,
}

/// An app at Agora.
#[derive(Clone, Copy)]
pub struct App<'a> {
    /// 32 hex digits.
    pub id: &'a str,
    /// 32 hex digits; the secret.
    pub certificate: &'a str,
}

/// When a token is made, and for how long.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Issue {
    /// Unix seconds.
    pub at_s: u32,
    /// Lifetime from then, in seconds. At least 1: where the vendor counts 0, it means for ever.
    pub lifetime_s: u32,
    /// 1 to 99 999 999, fresh for each token.
    pub salt: u32,
}

/// What a token lets its bearer do, for its whole lifetime.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Service<'a> {
    /// A user in a channel.
    Rtc {
        /// The channel, 1 to 64 bytes.
        channel: &'a str,
        /// The user in it; 0 would be anybody and is refused.
        uid: u32,
        /// What the user may do, ascending and without a repetition.
        privileges: &'a [Privilege],
    },
    /// Log into signalling as a user.
    Rtm {
        /// The user, 1 to 64 bytes.
        user_id: &'a str,
    },
}

/// Why there is no token.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TokenError {
    /// App id and certificate are 32 hex digits each.
    #[error("the {0} must be 32 hexadecimal digits")]
    NotHex(&'static str),
    /// A channel or user that Agora does not take.
    #[error("the {0} must have 1 to 64 bytes, and a uid must not be 0")]
    Name(&'static str),
    /// A token without a service.
    #[error("a token needs a service")]
    NoService,
    /// A lifetime of nothing, or a salt outside its range.
    #[error("the {0} is out of range")]
    OutOfRange(&'static str),
}

/// A token for these services.
///
/// # Errors
/// [`TokenError`].
pub fn token(app: App<'_>, issue: Issue, services: &[Service<'_>]) -> Result<String, TokenError> {
    let signed = contents(app, issue, services)?;
    Ok(format!("007{}", STANDARD.encode(zlib(&signed))))
}

/// What is inside a token's stream: the signature, then what it signs.
///
/// # Errors
/// [`TokenError`].
pub fn contents(
    app: App<'_>,
    issue: Issue,
    services: &[Service<'_>],
) -> Result<Vec<u8>, TokenError> {
    check(app, issue, services)?;
    let mut contents = Pack::default();
    contents.text(app.id);
    contents.u32(issue.at_s);
    contents.u32(issue.lifetime_s);
    contents.u32(issue.salt);
    contents.u16(u16::try_from(services.len()).map_err(|_| TokenError::OutOfRange("services"))?);
    // The vendor sorts by type, and keeps the order of equals.
    let mut sorted = services.to_vec();
    sorted.sort_by_key(|service| service.kind());
    for service in &sorted {
        service.pack(issue.lifetime_s, &mut contents);
    }
    let signature = hmac(&signing_key(app, issue), &contents.0);
    let mut signed = Pack::default();
    signed.bytes(&signature);
    signed.0.extend_from_slice(&contents.0);
    Ok(signed.0)
}

fn check(app: App<'_>, issue: Issue, services: &[Service<'_>]) -> Result<(), TokenError> {
    let is_hex = |text: &str| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    for (text, name) in [(app.id, "app id"), (app.certificate, "app certificate")] {
        if !is_hex(text) {
            return Err(TokenError::NotHex(name));
        }
    }
    if issue.lifetime_s == 0 {
        return Err(TokenError::OutOfRange("lifetime"));
    }
    if !(1..=SALT_MAX).contains(&issue.salt) {
        return Err(TokenError::OutOfRange("salt"));
    }
    if services.is_empty() {
        return Err(TokenError::NoService);
    }
    // A few services of bounded names: the contents stay far below what one block of the stream holds.
    if services.len() > 8 {
        return Err(TokenError::OutOfRange("services"));
    }
    services.iter().try_for_each(Service::check)
}

impl Service<'_> {
    fn kind(&self) -> u16 {
        match self {
            Self::Rtc { .. } => RTC,
            Self::Rtm { .. } => RTM,
        }
    }

    fn check(&self) -> Result<(), TokenError> {
        let (name, what) = match self {
            Self::Rtc { channel, .. } => (channel, "channel"),
            Self::Rtm { user_id } => (user_id, "user id"),
        };
        let uid = if let Self::Rtc { uid, .. } = self { *uid } else { 1 };
        if name.is_empty() || name.len() > NAME_BYTES_MAX || uid == 0 {
            return Err(TokenError::Name(what));
        }
        Ok(())
    }

    fn pack(&self, expire_s: u32, into: &mut Pack) {
        into.u16(self.kind());
        let privileges: Vec<u16> = match self {
            Self::Rtc { privileges, .. } => privileges.iter().map(|one| *one as u16).collect(),
            Self::Rtm { .. } => vec![RTM_LOGIN],
        };
        into.u16(u16::try_from(privileges.len()).unwrap_or_default());
        for privilege in privileges {
            into.u16(privilege);
            into.u32(expire_s);
        }
        match self {
            Self::Rtc { channel, uid, .. } => {
                into.text(channel);
                into.text(&uid.to_string());
            }
            Self::Rtm { user_id } => into.text(user_id),
        }
    }
}

/// The vendor's message is our key's part: HMAC(HMAC(certificate under the instant) under the salt).
fn signing_key(app: App<'_>, issue: Issue) -> Vec<u8> {
    let by_instant = hmac(&issue.at_s.to_le_bytes(), app.certificate.as_bytes());
    hmac(&issue.salt.to_le_bytes(), &by_instant)
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    sign(&Key::new(HMAC_SHA256, key), message).as_ref().to_vec()
}
