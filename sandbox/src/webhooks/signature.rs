//! The signature of a webhook, as Stripe makes it.

use aws_lc_rs::hmac;

/// The value of `Stripe-Signature` for a body: HMAC-SHA256 over `<time>.<body>`.
///
/// `secret` is the endpoint's secret (`whsec_...`), used as it is; `time_unix` is in seconds.
#[must_use]
pub fn sign(secret: &str, time_unix: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut signed = format!("{time_unix}.").into_bytes();
    signed.extend_from_slice(body);
    let signature = hex::encode(hmac::sign(&key, &signed));
    format!("t={time_unix},v1={signature}")
}

#[cfg(test)]
mod tests {
    use super::sign;

    /// Computed with `openssl dgst -sha256 -hmac`.
    #[test]
    fn the_signature_is_the_hmac_of_time_and_body() {
        assert_eq!(
            sign("key", 1, b"{}"),
            "t=1,v1=1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224"
        );
    }
}
