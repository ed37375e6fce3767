//! The worker that delivers events: one at a time, with bounded attempts and growing waits between them.

use std::time::Duration;

use http::header;
use tokio::pin;

use super::signature::sign;
use super::{Delivery, DeliveryAttempt, DeliveryState, WebhookData, now_ms};
use crate::clock::machine_now;
use crate::state::Sandbox;

/// Longest wait between two attempts.
const BACKOFF_MAX: Duration = Duration::from_secs(60 * 60);

/// Everything needed for one attempt.
struct Job {
    number: u64,
    body: Vec<u8>,
    url: String,
    signature: String,
    dropped: bool,
}

enum Next {
    Attempt(Job),
    Wait(Duration),
    Idle,
}

/// Delivers what is due, for as long as the sandbox runs.
pub(crate) async fn run(sandbox: Sandbox) {
    let client = reqwest::Client::builder()
        .timeout(sandbox.config().delivery_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            eprintln!("sandbox: no webhook can be delivered: {error}");
            return;
        }
    };
    loop {
        match next(&sandbox) {
            Next::Attempt(job) => {
                let attempt = attempt(&client, &job).await;
                conclude(&sandbox, job.number, attempt);
            }
            Next::Wait(wait) => {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = sandbox.work().notified() => {}
                }
            }
            Next::Idle => {
                sandbox.settled().notify_waiters();
                sandbox.work().notified().await;
            }
        }
    }
}

/// Waits until nothing is due or under way.
pub(crate) async fn settled(sandbox: &Sandbox) {
    loop {
        let told = sandbox.settled().notified();
        pin!(told);
        told.as_mut().enable();
        if sandbox.read(|data| data.webhooks.earliest().is_none()) {
            return;
        }
        told.await;
    }
}

impl WebhookData {
    /// When the next waiting delivery is due; nothing while deliveries are held.
    fn earliest(&self) -> Option<i64> {
        if self.settings.hold {
            return None;
        }
        self.waiting().map(|(_, delivery)| delivery.due_ms).min()
    }

    fn waiting(&self) -> impl DoubleEndedIterator<Item = (&u64, &Delivery)> {
        self.deliveries.iter().filter(|(_, delivery)| delivery.state == DeliveryState::Waiting)
    }

    /// The delivery whose turn it is, in order of events or in the opposite one.
    fn due(&self, now_ms: i64) -> Option<u64> {
        let mut due = self.waiting().filter(|(_, delivery)| delivery.due_ms <= now_ms);
        let turn = if self.settings.reorder { due.next_back() } else { due.next() };
        turn.map(|(number, _)| *number)
    }
}

fn next(sandbox: &Sandbox) -> Next {
    let now_ms = now_ms();
    let configured = sandbox.config().webhook_url.as_deref();
    let secret = &sandbox.config().webhook_secret;
    // Not `write`: looking for work is no change and must not wake this worker again.
    let Some(earliest) = sandbox.read(|data| data.webhooks.earliest()) else {
        return Next::Idle;
    };
    if earliest > now_ms {
        return Next::Wait(Duration::from_millis(earliest.abs_diff(now_ms)));
    }
    sandbox.write(|data| {
        let webhooks = &mut data.webhooks;
        let Some(number) = webhooks.due(now_ms) else {
            return Next::Idle;
        };
        let url = webhooks.settings.url.clone().or(configured.map(str::to_owned));
        let body = webhooks
            .deliveries
            .get(&number)
            .and_then(|delivery| webhooks.events.get(&delivery.event))
            .and_then(|event| serde_json::to_vec_pretty(&event.body).ok());
        let (Some(url), Some(body)) = (url, body) else {
            if let Some(delivery) = webhooks.deliveries.get_mut(&number) {
                delivery.state = DeliveryState::Unaddressed;
            }
            return Next::Wait(Duration::ZERO);
        };
        let dropped = webhooks.settings.drop_first > 0;
        webhooks.settings.drop_first = webhooks.settings.drop_first.saturating_sub(1);
        let time_unix = machine_now().as_second() - webhooks.settings.sign_age_seconds;
        let secret = if webhooks.settings.sign_wrong { "another secret" } else { secret };
        Next::Attempt(Job { number, signature: sign(secret, time_unix, &body), body, url, dropped })
    })
}

async fn attempt(client: &reqwest::Client, job: &Job) -> DeliveryAttempt {
    let at = machine_now();
    if job.dropped {
        return DeliveryAttempt { at, status: None, error: Some("lost by the sandbox".to_owned()) };
    }
    let sent = client
        .post(&job.url)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::USER_AGENT, "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("stripe-signature", &job.signature)
        .body(job.body.clone())
        .send()
        .await;
    match sent {
        Ok(response) => {
            DeliveryAttempt { at, status: Some(response.status().as_u16()), error: None }
        }
        Err(error) => DeliveryAttempt { at, status: None, error: Some(error.to_string()) },
    }
}

fn conclude(sandbox: &Sandbox, number: u64, attempt: DeliveryAttempt) {
    let attempts_max = usize::try_from(sandbox.config().attempts_max).unwrap_or(usize::MAX);
    let first_backoff = sandbox.config().retry_backoff;
    sandbox.write(|data| {
        let Some(delivery) = data.webhooks.deliveries.get_mut(&number) else {
            return;
        };
        let accepted = attempt.status.is_some_and(|status| (200..300).contains(&status));
        delivery.attempts.push(attempt);
        let made = delivery.attempts.len();
        if accepted {
            delivery.state = DeliveryState::Delivered;
        } else if made >= attempts_max {
            delivery.state = DeliveryState::GivenUp;
        } else {
            let wait = backoff(first_backoff, made);
            let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            delivery.due_ms = now_ms().saturating_add(wait_ms);
        }
    });
    sandbox.settled().notify_waiters();
}

/// The wait after so many failed attempts: the first backoff, doubled each time, at most an hour.
fn backoff(first: Duration, failed: usize) -> Duration {
    let doublings = u32::try_from(failed.saturating_sub(1)).unwrap_or(u32::MAX).min(20);
    first.saturating_mul(2_u32.saturating_pow(doublings)).min(BACKOFF_MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{BACKOFF_MAX, backoff};

    #[test]
    fn waits_double_up_to_an_hour() {
        let first = Duration::from_secs(1);
        assert_eq!(backoff(first, 1), first);
        assert_eq!(backoff(first, 4), Duration::from_secs(8));
        assert_eq!(backoff(first, 1000), BACKOFF_MAX);
    }
}
