//! The same attempt, made again until its outcome is known or the attempts are used up.

use std::time::Duration;

/// What one attempt means for the loop around it.
#[derive(Debug)]
pub enum Attempt<E> {
    /// Unknown or passing trouble: the same may be asked again. The words are for the log.
    Again(String),
    /// A final no.
    Final(E),
}

/// How often and how patiently a request is repeated. Whether it may be is for the caller to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, at least 1.
    pub attempts_max: u32,
    /// Wait before the second attempt; doubled before each further one. Zero asks no timer.
    pub first_backoff: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts, waiting 200 ms and 400 ms between them.
    fn default() -> Self {
        Self { attempts_max: 3, first_backoff: Duration::from_millis(200) }
    }
}

impl RetryPolicy {
    /// Makes the attempt until there is a final answer. `what` names it in the log.
    ///
    /// # Errors
    /// The final no; or what `unavailable` makes of the number of attempts and what the last one ended in.
    pub async fn repeat<T, E, Work: Future<Output = Result<T, Attempt<E>>>>(
        &self,
        what: &'static str,
        attempt: impl Fn() -> Work,
        unavailable: impl FnOnce(u32, String) -> E,
    ) -> Result<T, E> {
        let mut backoff = self.first_backoff;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let reason = match attempt().await {
                Ok(answer) => return Ok(answer),
                Err(Attempt::Final(error)) => return Err(error),
                Err(Attempt::Again(reason)) => reason,
            };
            if attempts >= self.attempts_max {
                return Err(unavailable(attempts, reason));
            }
            tracing::warn!(attempts, reason, "repeating a request {what}");
            if !backoff.is_zero() {
                tokio::time::sleep(backoff).await;
            }
            backoff = backoff.saturating_mul(2);
        }
    }
}
