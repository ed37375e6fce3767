//! What a request to Whereby can end in besides success.

/// Why Whereby did not do what it was asked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WherebyError {
    /// It understood and said no.
    #[error("Whereby refused the request ({status}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Its words, cut; for the log.
        message: String,
    },
    /// No final answer within the allowed attempts. A meeting may have been made; its window ends it.
    #[error("Whereby gave no final answer after {attempts} attempts: {reason}")]
    Unavailable {
        /// Attempts made.
        attempts: u32,
        /// What the last one ended in. For the log.
        reason: String,
    },
    /// The key or the address cannot be used; an operator must act.
    #[error("the client of Whereby is misconfigured: {0}")]
    Misconfigured(String),
}
