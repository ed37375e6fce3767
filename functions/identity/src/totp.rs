//! Time-based one-time passwords: RFC 6238 over RFC 4226, with what every authenticator knows: HMAC-SHA-1, six digits,
//! steps of 30 seconds. Pure: the secret and the instant are arguments.
//!
//! SHA-1 is what authenticators speak; HMAC does not rest on its resistance to collisions (RFC 6194 section 3.2).

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use web::same_secret;

/// Length of the shared secret in bytes: that of the hash (RFC 4226 section 4, requirement 6).
pub const SECRET_BYTES: usize = 20;

/// Length of a step in seconds.
pub const STEP_SECONDS: i64 = 30;

/// By how many steps the two clocks may differ, each way (RFC 6238 section 5.2).
const SKEW_STEPS: i64 = 1;

/// The shared secret of an authenticator.
pub type Secret = [u8; SECRET_BYTES];

/// The step of an instant.
#[must_use]
pub fn step_at(now: Timestamp) -> i64 {
    now.as_second().div_euclid(STEP_SECONDS)
}

/// The code of a step, six digits.
#[must_use]
pub fn code(secret: &Secret, step: i64) -> String {
    let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    // Dynamic truncation, RFC 4226 section 5.3: the last four bits say where 31 bits are taken.
    let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0x0f);
    let taken = bytes.iter().skip(offset).take(4);
    let number = taken.fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

/// The step that a code is of, if it is one around `now` and later than the last that counted. All steps are looked at,
/// each in constant time.
#[must_use]
pub fn accepted(secret: &Secret, digits: &str, last_step: i64, now: Timestamp) -> Option<i64> {
    let here = step_at(now);
    (here - SKEW_STEPS..=here + SKEW_STEPS).fold(None, |found, step| {
        let fits = same_secret(&code(secret, step), digits);
        if fits && step > last_step { Some(step) } else { found }
    })
}

/// The secret as people type it: base 32 (RFC 4648), 32 letters and digits.
#[must_use]
pub fn typed(secret: &Secret) -> String {
    BASE32_NOPAD.encode(secret)
}

/// The address that a QR code carries to an authenticator (Key Uri Format). `site` and `account` are what it shows.
#[must_use]
pub fn uri(secret: &Secret, site: &str, account: &str) -> String {
    let (site, account, secret) = (escaped(site), escaped(account), typed(secret));
    format!(
        "otpauth://totp/{site}:{account}?secret={secret}&issuer={site}&algorithm=SHA1&digits=6&period={STEP_SECONDS}"
    )
}

/// Percent-encoded but for RFC 3986's unreserved characters: authenticators take no `+` for a space.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::{Secret, accepted, code, step_at, typed, uri};
    use jiff::Timestamp;

    /// The secret of both RFCs' test vectors.
    const SECRET: &Secret = b"12345678901234567890";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_counters_of_rfc_4226_appendix_d_give_its_codes() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (counter, expected) in (0..).zip(codes) {
            assert_eq!(code(SECRET, counter), expected, "{counter}");
        }
    }

    #[test]
    fn the_instants_of_rfc_6238_appendix_b_give_the_last_six_of_its_eight_digits() {
        let vectors = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        for (second, digits) in vectors {
            assert_eq!(code(SECRET, step_at(at(second))), digits[2..], "{second}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_and_late_and_only_after_the_last_that_counted() {
        let now = at(1_234_567_890);
        let here = step_at(now);
        for (step, counts) in
            [(here - 2, false), (here - 1, true), (here, true), (here + 1, true), (here + 2, false)]
        {
            let digits = code(SECRET, step);
            assert_eq!(accepted(SECRET, &digits, 0, now), counts.then_some(step), "{step}");
            assert_eq!(accepted(SECRET, &digits, step, now), None, "{step} once more");
        }
        let late = code(SECRET, here - 1);
        assert_eq!(accepted(SECRET, &late, here, now), None, "an older one after a newer one");
        for digits in ["", "00592", "0059240", "005925"] {
            assert_eq!(accepted(SECRET, digits, 0, now), None, "{digits:?}");
        }
    }

    #[test]
    fn an_authenticator_reads_the_secret_and_for_whom_it_is() {
        assert_eq!(typed(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let address = uri(SECRET, "Hep & Cat", "ada+x@example.com");
        assert_eq!(
            address,
            "otpauth://totp/Hep%20%26%20Cat:ada%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Hep%20%26%20Cat&algorithm=SHA1&digits=6&period=30"
        );
    }
}
