//! Hourly schedule: publishes a signed Merkle root over the entries of each hour that is over.
//!
//! An hour is closed ten minutes after its end; from then on its leaves are what they are. Hours are published in order,
//! none left out, each naming the one before. Every step can be repeated and leads to the same bytes: sorted leaves, a
//! deterministic signature, an object that is written once. A crash anywhere is mended by the next run.
//!
//! Cost an hour: 16 + 16 fences, a read unit per 20 leaves, 17 write units per 256, one signature, one object.

use jiff::{SignedDuration, Timestamp};
use proof::tree::{Hash, root};
use proof::{Hour, Jwk, Root, SignedRoot};
use runtime::{Unit, emit};
use serde::Deserialize;
use store::proof::{Head, publish};
use store::{CommitError, StoreError};
use web::{Need, Route, TokenError, Trigger};

use crate::App;

/// The consumer.
pub const ROUTE: Route = Route::consumer("publish_root", Trigger::Schedule).needs(&[
    Need::APP_READ,
    Need::APP_QUERY,
    Need::APP_PUT,
    Need::APP_UPDATE,
    Need::PROOF_PUBLIC,
    Need::PROOF_SIGN,
    Need::PROOFS_PUT,
    Need::PROOFS_READ,
]);

/// Hours published by one run at most; what is left waits for the next.
const HOURS_MAX: usize = 48;

/// The first root ever is that of so many hours ago: the stream delivers nothing older.
const HOURS_BEFORE_THE_FIRST: usize = 25;

/// How far the time of an event may lie ahead of the clock: an hour can be closed early by hand, not all of them.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(2);

/// What the schedule sends: as of when to publish.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Scheduled {
    /// The schedule's instant.
    pub time: Timestamp,
}

/// Why an hour is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A write.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The key.
    #[error(transparent)]
    Key(#[from] TokenError),
    /// The bucket.
    #[error("the bucket of roots: {0}")]
    Bucket(String),
    /// Another root is there already.
    #[error("{0} is published with other contents")]
    Differs(String),
    /// A document that cannot be made.
    #[error("the document: {0}")]
    Document(String),
    /// The event.
    #[error("the event's time is too far ahead")]
    TooFarAhead,
}

/// Publishes every hour that is over as of the event's time, 48 at most.
///
/// # Errors
/// [`PublishError`]; hours before the failing one are published. Lambda tries again, and so does the next hour.
pub async fn handle(app: &App, event: Scheduled) -> Result<(), PublishError> {
    let now = app.ctx.now();
    if event.time.duration_since(now) > AHEAD_MAX {
        return Err(PublishError::TooFarAhead);
    }
    let mut head = app.ctx.store.head().await?;
    let mut published = 0_i64;
    for _ in 0..HOURS_MAX {
        let hour = head.as_ref().map_or_else(|| first(event.time), |head| head.hour.next());
        if event.time.as_millisecond() < Root::due_ms(hour) {
            break;
        }
        head = Some(publish_hour(app, hour, head.as_ref()).await?);
        published += 1;
    }
    let reached = head.map_or(0, |head| head.hour.end_ms());
    let behind = event.time.as_millisecond().saturating_sub(reached).max(0) / 60_000;
    emit(
        now,
        &[("Handler", ROUTE.id)],
        &[("RootsPublished", published, Unit::Count), ("RootsBehindMinutes", behind, Unit::Count)],
    );
    Ok(())
}

fn first(now: Timestamp) -> Hour {
    (0..HOURS_BEFORE_THE_FIRST).fold(Hour::of(now.as_millisecond()), |hour, _| hour.before())
}

async fn publish_hour(app: &App, hour: Hour, before: Option<&Head>) -> Result<Head, PublishError> {
    let store = &app.ctx.store;
    store.close_hour(hour).await?;
    let hashes = store.leaves_of(hour).await?;
    let signed = sign(app, hour, &hashes, before).await?;
    store.put_tiles(hour, &hashes).await?;
    app.roots.put_once(hour, &signed).await?;
    let head = Head { hour, fingerprint: signed.fingerprint() };
    match store.commit(publish(before, &head, &signed, &hashes)).await {
        // Another run was faster; it has published the same.
        Err(error) if error.refused("head").is_some() => {}
        outcome => outcome?,
    }
    tracing::info!(%hour, leaves = hashes.len(), "a root is published");
    Ok(head)
}

async fn sign(
    app: &App,
    hour: Hour,
    hashes: &[Hash],
    before: Option<&Head>,
) -> Result<SignedRoot, PublishError> {
    let public = serde_json::to_value(&app.ctx.proof_key.public().await?.jwk);
    let public = public.map_err(|error| PublishError::Document(error.to_string()))?;
    let text = |name: &str| public[name].as_str().unwrap_or_default().to_owned();
    let jwk = Jwk { e: text("e"), kty: text("kty"), n: text("n") };
    let previous = before.map(|head| head.fingerprint.clone());
    let issuer = &app.ctx.config.site_url;
    let root = Root::new(issuer, hour, hashes.len() as u64, &root(hashes), previous);
    let unsigned = SignedRoot::unsigned(&root, jwk)
        .map_err(|error| PublishError::Document(error.to_string()))?;
    let signature = app.ctx.proof_key.sign(unsigned.signing_input().as_bytes()).await?;
    Ok(unsigned.signed(&signature))
}
