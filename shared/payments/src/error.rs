//! What a request to Stripe can end in besides success.

use outward::Attempt;

use crate::transport::AttemptError;
use crate::wire::Refusal;

/// Why Stripe did not do what it was asked.
///
/// The distinction that matters to a caller is whether the outcome is *known*: a refusal changed nothing and
/// will be repeated for the same request, while an unavailable Stripe may have acted, so the same intent must be
/// sent again (the idempotency key is derived from it) rather than a new one made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// Stripe understood the request and said no; nothing happened and a repetition would be refused again.
    #[error("the payment processor refused the request ({status}): {message}")]
    Refused {
        /// HTTP status of the answer.
        status: u16,
        /// Stripe's stable error code, for example `amount_too_small`.
        code: Option<String>,
        /// Stripe's words for the developer. For the log, not for a member.
        message: String,
        /// The request parameter that was at fault.
        parameter: Option<String>,
    },
    /// No final answer within the allowed attempts. The outcome is unknown: repeat with the same intent.
    #[error("the payment processor gave no final answer after {attempts} attempts: {reason}")]
    Unavailable {
        /// Number of attempts made, all with the same idempotency key.
        attempts: u32,
        /// What the last attempt ended in. For the log.
        reason: String,
    },
    /// The key, the base URL or the intent cannot make a request; an operator or a developer must act.
    #[error("the payment client is misconfigured: {0}")]
    Misconfigured(String),
}

impl PaymentError {
    /// Whether the same intent may be sent again later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. } => true,
            Self::Refused { .. } | Self::Misconfigured(_) => false,
        }
    }
}

/// Sorts what an attempt ended in by what is known about the outcome.
///
/// An answer that cannot be read counts as unknown: behind an unreadable success Stripe has already acted.
pub(crate) fn classify(error: AttemptError) -> Attempt<PaymentError> {
    match error {
        AttemptError::Refused(status, refusal) => match status {
            409 | 424 | 429 | 500..=599 => Attempt::Again(describe(&refusal, status)),
            401 | 403 => Attempt::Final(PaymentError::Misconfigured(describe(&refusal, status))),
            _ => Attempt::Final(PaymentError::Refused {
                status,
                code: refusal.code,
                message: refusal.message.unwrap_or_default(),
                parameter: refusal.param,
            }),
        },
        AttemptError::Unknown(reason) => Attempt::Again(reason),
        AttemptError::Unusable(reason) => Attempt::Final(PaymentError::Misconfigured(reason)),
    }
}

fn describe(refusal: &Refusal, status: u16) -> String {
    let code = refusal.code.as_deref().unwrap_or("no code");
    format!("status {status}, {code}")
}
