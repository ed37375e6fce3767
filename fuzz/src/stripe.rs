//! A webhook: `<seconds off, i16><header>\n<body>`.

use aws_lc_rs::hmac;
use payments::{SIGNATURE_TOLERANCE_SECONDS, SignatureError, StripeFact, parse, verify};

const SECRET: &str = "known to the test alone";
const SIGNED_AT: i64 = 1_795_186_800;

/// Nobody without the secret is believed; who has it is believed for five minutes, for exactly these bytes; what is
/// believed is read without a panic, and its ids fit into keys.
pub fn run(data: &[u8]) {
    let Some((offset, rest)) = data.split_first_chunk::<2>() else { return };
    let offset = i64::from(i16::from_le_bytes(*offset));
    let at = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let (header, body) = (&rest[..at], rest.get(at + 1..).unwrap_or_default());
    if let Ok(header) = std::str::from_utf8(header) {
        assert!(verify(body, header, SECRET, SIGNED_AT).is_err(), "a forged header was believed");
        assert_eq!(verify(body, header, "", SIGNED_AT), Err(SignatureError::NoSecret));
    }
    let signed = sign(body);
    let expected = if offset.unsigned_abs() > SIGNATURE_TOLERANCE_SECONDS {
        Err(SignatureError::OutsideTolerance(offset.unsigned_abs()))
    } else {
        Ok(())
    };
    assert_eq!(verify(body, &signed, SECRET, SIGNED_AT + offset), expected);
    let longer = [body, b"x"].concat();
    assert_eq!(verify(&longer, &signed, SECRET, SIGNED_AT), Err(SignatureError::Mismatch));
    if let Ok(event) = parse(body) {
        assert!(is_id(&event.id), "{event:?}");
        fact(&event.fact);
    }
}

fn sign(body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let signed = [SIGNED_AT.to_string().as_bytes(), b".", body].concat();
    format!("t={SIGNED_AT},v1={}", hex::encode(hmac::sign(&key, &signed)))
}

fn is_id(id: &str) -> bool {
    (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

/// Stripe's ids fit into keys, amounts are positive, currencies are codes. Our own ids come back in the metadata as they
/// are, and are looked up by whoever applies the fact.
fn fact(fact: &StripeFact) {
    use StripeFact as F;
    let (ids, money): (Vec<&str>, _) = match fact {
        F::CheckoutPaid { checkout_id, payment_intent, amount_minor, currency, .. } => {
            (vec![checkout_id, payment_intent], Some((*amount_minor, currency)))
        }
        F::CheckoutExpired { checkout_id, .. } => (vec![checkout_id], None),
        F::PaymentSucceeded { payment_intent, amount_minor, currency, .. } => {
            (vec![payment_intent], Some((*amount_minor, currency)))
        }
        F::ChargeRefunded { charge, payment_intent, cumulative_minor, currency } => {
            (vec![charge, payment_intent], Some((*cumulative_minor, currency)))
        }
        F::DisputeOpened { dispute, charge, payment_intent, amount_minor, currency } => {
            (vec![dispute, charge, payment_intent], Some((*amount_minor, currency)))
        }
        F::DisputeClosed { dispute, payment_intent, amount_minor, currency, .. } => {
            (vec![dispute, payment_intent], Some((*amount_minor, currency)))
        }
        F::TransferReversed { transfer, cumulative_minor, currency, .. } => {
            (vec![transfer], Some((*cumulative_minor, currency)))
        }
        F::AccountUpdated { account, .. } | F::BankPayoutFailed { account, .. } => {
            (vec![account], None)
        }
        F::Other { .. } => (Vec::new(), None),
    };
    assert!(ids.iter().all(|id| is_id(id)), "{fact:?}");
    if let Some((amount_minor, currency)) = money {
        assert!(amount_minor > 0 && ledger::Currency::parse(currency).is_ok(), "{fact:?}");
    }
}
