//! Signatures: what is believed, and above all what is not.

use payments::{SignatureError, verify};
use proptest::collection::vec;
use proptest::prelude::*;
use sandbox::sign;

const NOW: i64 = 1_790_000_000;
const SECRET: &str = "a secret of this test";
const BODY: &[u8] = br#"{"id":"evt_1"}"#;

fn v1(secret: &str, time: i64) -> String {
    sign(secret, time, BODY).split_once(',').unwrap().1.to_owned()
}

#[test]
fn a_signature_is_believed_for_three_hundred_seconds_both_ways() {
    for away in [0, 1, 299, 300] {
        for time in [NOW - away, NOW + away] {
            assert_eq!(verify(BODY, &sign(SECRET, time, BODY), SECRET, NOW), Ok(()), "{away}");
        }
    }
    for away in [301, 86_400] {
        for time in [NOW - away, NOW + away] {
            let outside = SignatureError::OutsideTolerance(away.unsigned_abs());
            assert_eq!(verify(BODY, &sign(SECRET, time, BODY), SECRET, NOW), Err(outside));
        }
    }
}

#[test]
fn one_of_several_signatures_is_enough() {
    let header =
        format!("t={NOW},v1={},v1={}", "0".repeat(64), v1(SECRET, NOW).trim_start_matches("v1="));
    assert_eq!(verify(BODY, &header, SECRET, NOW), Ok(()));
    let header = format!("t={NOW},{},{}", v1("another secret", NOW), v1(SECRET, NOW));
    assert_eq!(verify(BODY, &header, SECRET, NOW), Ok(()));
    let unknown_scheme = format!("t={NOW},v0=abc,{},v2=xyz", v1(SECRET, NOW));
    assert_eq!(verify(BODY, &unknown_scheme, SECRET, NOW), Ok(()));
}

#[test]
fn malformed_headers_are_refused() {
    let good = v1(SECRET, NOW);
    for header in [
        String::new(),
        "t".to_owned(),
        format!("t={NOW}"),
        good.clone(),
        format!("t=,{good}"),
        format!("t=-1,{good}"),
        format!("t=+{NOW},{good}"),
        format!("t=99999999999999999999,{good}"),
        format!("t={NOW},t={NOW},{good}"),
        format!("t={NOW},v1=zz"),
        format!("t={NOW},v1=abcd"),
        format!("t={NOW},{good},{}", "x".repeat(5000)),
    ] {
        assert_eq!(verify(BODY, &header, SECRET, NOW), Err(SignatureError::Malformed), "{header}");
    }
}

#[test]
fn nothing_is_believed_without_a_secret() {
    assert_eq!(verify(BODY, &sign("", NOW, BODY), "", NOW), Err(SignatureError::NoSecret));
}

#[test]
fn only_so_many_signatures_are_compared() {
    let filler = format!(",v1={}", "0".repeat(64)).repeat(16);
    let header = format!("t={NOW}{filler},{}", v1(SECRET, NOW));
    assert_eq!(verify(BODY, &header, SECRET, NOW), Err(SignatureError::Mismatch));
}

proptest! {
    #[test]
    fn every_signed_body_is_believed(body in vec(any::<u8>(), 0..600), away in -300_i64..=300) {
        prop_assert_eq!(verify(&body, &sign(SECRET, NOW + away, &body), SECRET, NOW), Ok(()));
    }

    #[test]
    fn a_changed_body_is_not_believed(
        body in vec(any::<u8>(), 1..600), at in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let header = sign(SECRET, NOW, &body);
        let mut changed = body.clone();
        changed[at.index(body.len())] ^= flip;
        prop_assert_eq!(verify(&changed, &header, SECRET, NOW), Err(SignatureError::Mismatch));
    }

    #[test]
    fn another_time_is_not_believed(away in 1_i64..=300) {
        let header = sign(SECRET, NOW, BODY).replace(&format!("t={NOW}"), &format!("t={}", NOW + away));
        prop_assert_eq!(verify(BODY, &header, SECRET, NOW), Err(SignatureError::Mismatch));
    }

    #[test]
    fn another_secret_is_not_believed(other in "[ -~]{1,40}") {
        prop_assume!(other != SECRET);
        let header = sign(&other, NOW, BODY);
        prop_assert_eq!(verify(BODY, &header, SECRET, NOW), Err(SignatureError::Mismatch));
    }

    #[test]
    fn no_header_makes_an_unsigned_body_believed(header in ".{0,300}", now in any::<i64>()) {
        prop_assert!(verify(BODY, &header, SECRET, now).is_err());
    }
}
