//! Speaking to open sockets.

use futures::StreamExt;
use live::frame::ServerFrame;
use store::live::{connection, remove_connection, unlist, unlisten};
use store::{CommitError, Store, Transaction};
use uuid::Uuid;

/// Sockets spoken to at once.
const CONCURRENCY: usize = 16;

/// The sockets of this deployment. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Sockets {
    client: aws_sdk_apigatewaymanagement::Client,
}

/// A frame for a socket.
#[derive(Clone, Debug)]
pub struct Told {
    /// Whom.
    pub connection_id: String,
    /// What.
    pub frame: ServerFrame,
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Outcome {
    /// Sockets that took their frame.
    pub heard: u32,
    /// Sockets that were gone, and now are in the table too.
    pub gone: u32,
    /// Sockets that did not take it: they find the hole by the next number.
    pub failed: u32,
}

impl Outcome {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            heard: self.heard.saturating_add(other.heard),
            gone: self.gone.saturating_add(other.gone),
            failed: self.failed.saturating_add(other.failed),
        }
    }
}

/// Where a socket that is gone was still listed.
#[derive(Clone, Copy, Debug)]
pub enum Listed<'a> {
    /// On a session.
    On(&'a str),
    /// Among a person's sockets.
    Of(Uuid),
}

enum Delivery {
    Heard,
    Gone,
    Failed,
}

impl Sockets {
    /// The sockets behind `realtime_url`: the same address over HTTP speaks to them.
    #[must_use]
    pub fn new(aws: &aws_config::SdkConfig, realtime_url: &str) -> Self {
        let config = aws_sdk_apigatewaymanagement::config::Builder::from(aws)
            .endpoint_url(realtime_url.replacen("ws", "http", 1))
            .build();
        Self { client: aws_sdk_apigatewaymanagement::Client::from_conf(config) }
    }

    /// Tells each socket its frame, several at once and in no order. A socket that is gone is removed from the table.
    /// Cost: one call a socket.
    pub async fn tell(&self, store: &Store, listed: Listed<'_>, frames: Vec<Told>) -> Outcome {
        let deliveries: Vec<Delivery> = futures::stream::iter(frames)
            .map(|told| async move {
                let delivery = self.deliver(&told).await;
                if matches!(delivery, Delivery::Gone)
                    && let Err(error) = forget(store, &told.connection_id, listed).await
                {
                    tracing::warn!(%error, "a socket that is gone stays in the table until it expires");
                }
                delivery
            })
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        let mut outcome = Outcome::default();
        for delivery in deliveries {
            let count = match delivery {
                Delivery::Heard => &mut outcome.heard,
                Delivery::Gone => &mut outcome.gone,
                Delivery::Failed => &mut outcome.failed,
            };
            *count = count.saturating_add(1);
        }
        outcome
    }

    /// Closes a socket. One that is gone is as good.
    pub async fn close(&self, connection_id: &str) {
        let outcome = self.client.delete_connection().connection_id(connection_id).send().await;
        if let Err(error) = outcome
            && !error.as_service_error().is_some_and(|error| error.is_gone_exception())
        {
            tracing::warn!(?error, "a socket could not be closed");
        }
    }

    async fn deliver(&self, told: &Told) -> Delivery {
        let Ok(text) = serde_json::to_vec(&told.frame) else { return Delivery::Failed };
        let call = self.client.post_to_connection().connection_id(&told.connection_id);
        match call.data(text.into()).send().await {
            Ok(_) => Delivery::Heard,
            Err(error) if error.as_service_error().is_some_and(|it| it.is_gone_exception()) => {
                Delivery::Gone
            }
            Err(error) => {
                tracing::warn!(?error, "a socket did not take a frame");
                Delivery::Failed
            }
        }
    }
}

/// Removes a socket that is gone, and the place where it was found even if nothing else is known of it.
///
/// # Errors
/// [`CommitError`].
pub async fn forget(
    store: &Store,
    connection_id: &str,
    listed: Listed<'_>,
) -> Result<(), CommitError> {
    let item = connection(store, connection_id).await?;
    let known =
        |session: &str| item.as_ref().is_some_and(|item| item.subscriptions.contains_key(session));
    let tx = item
        .as_ref()
        .map_or_else(Transaction::new, |item| remove_connection(Transaction::new(), item));
    let tx = match listed {
        Listed::On(session_id) if !known(session_id) => unlisten(tx, session_id, connection_id),
        Listed::Of(user_id) if item.is_none() => unlist(tx, user_id, connection_id),
        Listed::On(_) | Listed::Of(_) => tx,
    };
    store.commit(tx).await
}
