//! Host items: the profile, the slug that leads to it, and the card that the catalogue reads.
//!
//! Every change of a profile is [`save`]: the profile under the version and the tallies that were read, its slug if
//! it changed, and its card, in one transaction; so a card is never older or newer than its profile. Tallies
//! ([`count`]) are added without a version: they come from other domains and must not be refused because a host edits
//! their biography. A save that lost to a tally is refused (`host`) and its caller reads again.
//!
//! Profiles are listed for admins by `gsi1` `HOSTS#<status>` / `<applied_at_ms>#<host>`.

mod card;
mod fold;

use std::collections::BTreeMap;

use ledger::Currency;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Condition, Key, Page, Query, Store, StoreError, Table, Transaction, Update};

pub use card::{CARDS_MAX, Card};
pub use fold::fold;

/// How a session is held.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Modality {
    /// Written messages.
    Text,
    /// Sound alone.
    Voice,
    /// Sound and picture.
    Video,
}

impl Modality {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Voice, Self::Video];

    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Voice => "voice",
            Self::Video => "video",
        }
    }

    /// Reads the name in the API.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|modality| modality.as_str() == name)
    }
}

/// What a minute costs, by modality, in minor units. A modality without a rate is not offered.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Rates {
    /// Of text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_minor: Option<i64>,
    /// Of voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_minor: Option<i64>,
    /// Of video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_minor: Option<i64>,
}

impl Rates {
    /// The rate of a modality; `None` when it is not offered.
    pub const fn of(&self, modality: Modality) -> Option<i64> {
        match modality {
            Modality::Text => self.text_minor,
            Modality::Voice => self.voice_minor,
            Modality::Video => self.video_minor,
        }
    }

    /// The lowest rate; `None` when nothing is offered.
    pub fn cheapest(&self) -> Option<i64> {
        Modality::ALL.into_iter().filter_map(|modality| self.of(modality)).min()
    }
}

/// Where an application stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Applied, not decided.
    Pending,
    /// May host, and is in the catalogue.
    Verified,
    /// Turned down, or removed later; may apply again.
    Rejected,
}

impl Status {
    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Rejected => "rejected",
        }
    }
}

/// A host, or somebody who applied to be one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct HostItem {
    /// The user's id.
    pub host_id: Uuid,
    /// The readable part of the page's address; unique.
    pub slug: String,
    /// The name that the page shows.
    pub name: String,
    /// What the host says about themselves.
    pub bio: String,
    /// Topics, in the host's order.
    pub specialties: Vec<String>,
    /// What a minute costs.
    #[serde(default)]
    pub rates: Rates,
    /// Of the rates.
    pub currency: Currency,
    /// The photo's key in the media bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_key: Option<String>,
    /// Where the application stands.
    pub status: Status,
    /// Why it was turned down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_reason: Option<String>,
    /// What the applicant told the admins.
    pub statement: String,
    /// Whether the host takes requests now.
    pub online: bool,
    /// Sum of all ratings, each 1 to 5.
    #[serde(default)]
    pub rating_total: i64,
    /// Number of ratings.
    #[serde(default)]
    pub review_count: i64,
    /// Number of settled sessions with a paid minute.
    #[serde(default)]
    pub session_count: i64,
    /// When the (last) application came, Unix milliseconds.
    pub applied_at_ms: i64,
    /// When the host was (last) verified, Unix milliseconds. Stays when a host is turned down later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at_ms: Option<i64>,
    /// The admin who decided last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Uuid>,
    /// Grows by one with each [`save`].
    pub version: u64,
}

/// What other domains add to a host.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Settled sessions.
    pub sessions: i64,
    /// Ratings.
    pub reviews: i64,
    /// Their sum.
    pub rating_total: i64,
}

/// The profile with its place in the list of its status.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    host: &'a HostItem,
    gsi1pk: String,
    gsi1sk: String,
}

/// To whom a slug leads.
#[derive(Debug, Deserialize, Serialize)]
struct SlugItem {
    host_id: Uuid,
}

/// The key of a host's profile.
pub fn key(host_id: Uuid) -> Key {
    Key::new(format!("HOST#{host_id}"), "PROFILE")
}

/// The key of a slug.
pub fn slug_key(slug: &str) -> Key {
    Key::new(format!("SLUG#{slug}"), "SLUG")
}

/// Stores a first application; refused if there is a profile (`host`) or the slug is taken (`slug`).
#[must_use]
pub fn create(tx: Transaction, host: &HostItem) -> Transaction {
    let tx = tx.create("host", Table::App, &key(host.host_id), &listed(host));
    take_slug(tx, host)
}

/// Stores a changed profile as the next version of `read`; refused if the profile or its tallies changed since it was
/// read (`host`), or the new slug is taken (`slug`). The old slug is free for others at once.
#[must_use]
pub fn save(tx: Transaction, read: &HostItem, next: &HostItem) -> Transaction {
    let next = HostItem { version: read.version.saturating_add(1), ..next.clone() };
    let unchanged = Condition::that(
        "#version = :version AND session_count = :sessions AND review_count = :reviews \
         AND rating_total = :rating",
    )
    .name("#version", "version")
    .value(":version", read.version)
    .value(":sessions", read.session_count)
    .value(":reviews", read.review_count)
    .value(":rating", read.rating_total);
    let mut tx =
        tx.replace("host", Table::App, &key(next.host_id), &listed(&next), Some(unchanged));
    if read.slug != next.slug {
        let own = Condition::that("host_id = :host").value(":host", read.host_id);
        tx = take_slug(tx, &next).delete("old_slug", Table::App, &slug_key(&read.slug), own);
    }
    card::put(tx, &next)
}

/// Adds to the tallies of a host who is or was verified; refused (`host`, `card`) for anybody else.
#[must_use]
pub fn count(tx: Transaction, host_id: Uuid, tally: Tally) -> Transaction {
    let add = || {
        Update::new("ADD session_count :sessions, review_count :reviews, rating_total :rating")
            .when("attribute_exists(pk)")
            .value(":sessions", tally.sessions)
            .value(":reviews", tally.reviews)
            .value(":rating", tally.rating_total)
    };
    tx.update("host", Table::App, &key(host_id), add()).update(
        "card",
        Table::App,
        &card::key(host_id),
        add(),
    )
}

fn take_slug(tx: Transaction, host: &HostItem) -> Transaction {
    let item = SlugItem { host_id: host.host_id };
    tx.create("slug", Table::App, &slug_key(&host.slug), &item)
}

fn listed(host: &HostItem) -> Listed<'_> {
    Listed {
        host,
        gsi1pk: list_partition(host.status),
        gsi1sk: format!("{:015}#{}", host.applied_at_ms, host.host_id),
    }
}

/// The partition of `gsi1` that lists the hosts of a status.
pub fn list_partition(status: Status) -> String {
    format!("HOSTS#{}", status.as_str())
}

impl Store {
    /// A host's profile, or an applicant's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn host(&self, host_id: Uuid) -> Result<Option<HostItem>, StoreError> {
        self.get(Table::App, &key(host_id)).await
    }

    /// The profile that a slug leads to. Two reads.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn host_by_slug(&self, slug: &str) -> Result<Option<HostItem>, StoreError> {
        let Some(found) = self.get::<SlugItem>(Table::App, &slug_key(slug)).await? else {
            return Ok(None);
        };
        let host = self.host(found.host_id).await?;
        // Between the two reads the slug may have been given up.
        Ok(host.filter(|host| host.slug == slug))
    }

    /// A page of the hosts of a status by the time of their application: `Pending` oldest first (it is a queue), the
    /// others newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hosts(
        &self,
        status: Status,
        limit: usize,
        after: Option<BTreeMap<String, String>>,
    ) -> Result<Page<HostItem>, StoreError> {
        let query =
            Query::new(Table::App, list_partition(status)).index("gsi1").limit(limit).after(after);
        self.query(if status == Status::Pending { query } else { query.descending() }).await
    }
}
