//! The signature of a webhook: `Stripe-Signature: t=<unix>,v1=<hex>[,v1=<hex>...]`.
//!
//! Each `v1` is HMAC-SHA256 with the endpoint's secret over `<t>.<raw body>`; several are sent while a secret is being
//! rolled. Source: Stripe, "Verify webhook signatures manually".

use aws_lc_rs::hmac;

/// How far the signed time may lie from ours, in seconds, in both directions and inclusive (`billing.md`, top-up).
pub const SIGNATURE_TOLERANCE_SECONDS: u64 = 300;

/// Longest header that is looked at, in bytes.
const HEADER_BYTES_MAX: usize = 4096;

/// Most signatures that are compared; Stripe sends one per active secret.
const SIGNATURES_MAX: usize = 16;

/// Why a webhook is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No secret is configured; nothing could be believed.
    #[error("no webhook secret is configured")]
    NoSecret,
    /// The header is missing its time or its `v1` signatures, or is not well formed.
    #[error("the signature header is malformed")]
    Malformed,
    /// No signature was made with our secret over this body and time.
    #[error("no signature matches")]
    Mismatch,
    /// Signed too long ago or too far in the future: possibly replayed.
    #[error("signed {0} seconds away from now")]
    OutsideTolerance(u64),
}

/// Checks that Stripe sent exactly these bytes, recently.
///
/// `now_unix` is the time of receipt in Unix seconds. Signatures are compared in constant time.
///
/// # Errors
/// See [`SignatureError`]; a body that nobody signed is reported as a mismatch even when it is also old.
pub fn verify(
    raw_body: &[u8],
    signature_header: &str,
    secret: &str,
    now_unix: i64,
) -> Result<(), SignatureError> {
    if secret.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let header = Header::parse(signature_header)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut signed = Vec::with_capacity(header.time_text.len() + 1 + raw_body.len());
    signed.extend_from_slice(header.time_text.as_bytes());
    signed.push(b'.');
    signed.extend_from_slice(raw_body);
    let believed =
        header.signatures.iter().any(|signature| hmac::verify(&key, &signed, signature).is_ok());
    if !believed {
        return Err(SignatureError::Mismatch);
    }
    let away = now_unix.abs_diff(header.time_unix);
    if away > SIGNATURE_TOLERANCE_SECONDS {
        return Err(SignatureError::OutsideTolerance(away));
    }
    Ok(())
}

struct Header<'a> {
    time_text: &'a str,
    time_unix: i64,
    signatures: Vec<Vec<u8>>,
}

impl<'a> Header<'a> {
    /// Reads one `t` and up to [`SIGNATURES_MAX`] `v1`; other schemes are ignored so that Stripe may add them.
    fn parse(header: &'a str) -> Result<Self, SignatureError> {
        if header.len() > HEADER_BYTES_MAX {
            return Err(SignatureError::Malformed);
        }
        let mut time_text = None;
        let mut signatures = Vec::new();
        for item in header.split(',') {
            let (scheme, value) = item.trim().split_once('=').ok_or(SignatureError::Malformed)?;
            match scheme {
                "t" if time_text.is_some() => return Err(SignatureError::Malformed),
                "t" => time_text = Some(value),
                "v1" if signatures.len() < SIGNATURES_MAX => {
                    // A signature that is no hex matches nothing, but another one in the header still may.
                    signatures.extend(hex::decode(value).ok().filter(|bytes| bytes.len() == 32));
                }
                _ => {}
            }
        }
        let time_text = time_text.ok_or(SignatureError::Malformed)?;
        if time_text.is_empty() || !time_text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SignatureError::Malformed);
        }
        let time_unix = time_text.parse().map_err(|_| SignatureError::Malformed)?;
        if signatures.is_empty() {
            return Err(SignatureError::Malformed);
        }
        Ok(Self { time_text, time_unix, signatures })
    }
}
