//! Cards: what the catalogue shows of each host, small enough to read all of them.
//!
//! The catalogue filters by modality, price, rating, topic and words, in any combination, and sorts four ways. Keys of
//! an index can serve one of these at a time, so the whole catalogue is read and the rest is done in memory. Cards are
//! items of their own, spread over four partitions that are read side by side; no index is involved, so a change shows
//! at once.
//!
//! Cost and limit: a card is about 0.6 KiB as people write them (2.5 KiB at worst), and a list is one read unit per
//! 4 KiB of all cards. A hundred hosts are 15 units (a test of `list_hosts` holds that), 1,000 hosts 150 units and one
//! query a partition, [`CARDS_MAX`] = 5,000 hosts 750 units and two. Above that a search index is the right tool;
//! verifying refuses to go there, so nothing is ever left out of a list silently.

use ledger::Currency;
use serde::{Deserialize, Serialize};
use tokio::try_join;
use uuid::Uuid;

use super::{HostItem, Rates, Status, fold};
use crate::wallet::shard_of;
use crate::{Key, Query, Store, StoreError, Table, Transaction};

/// How many hosts the catalogue may hold.
pub const CARDS_MAX: usize = 5_000;

/// How many characters of the biography a card shows.
const HEADLINE_CHARACTERS: usize = 140;

/// Over how many partitions the cards are spread.
const SHARDS: u32 = 4;

/// Pages (of 1,000 cards or 1 MiB) read of a partition before a list gives up: more than twice what fits the limit.
const PAGES_MAX: usize = 8;

/// A host as the catalogue shows them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Card {
    /// The user's id.
    pub host_id: Uuid,
    /// The readable part of the page's address.
    pub slug: String,
    /// The name.
    pub name: String,
    /// The beginning of the biography, in one line.
    pub headline: String,
    /// Topics.
    pub specialties: Vec<String>,
    /// What a minute costs.
    pub rates: Rates,
    /// Of the rates.
    pub currency: Currency,
    /// The photo's key in the media bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_key: Option<String>,
    /// Whether the host takes requests now.
    pub online: bool,
    /// Sum of all ratings.
    pub rating_total: i64,
    /// Number of ratings.
    pub review_count: i64,
    /// Number of settled sessions.
    pub session_count: i64,
    /// Name and topics folded, one a line: what words are looked for in.
    pub search: String,
    /// Whether the host is verified. A card stays when its host is turned down, so that tallies find it.
    pub listed: bool,
}

impl Card {
    /// The card of a host.
    pub fn of(host: &HostItem) -> Self {
        Self {
            host_id: host.host_id,
            slug: host.slug.clone(),
            name: host.name.clone(),
            headline: headline(&host.bio),
            specialties: host.specialties.clone(),
            rates: host.rates,
            currency: host.currency,
            photo_key: host.photo_key.clone(),
            online: host.online,
            rating_total: host.rating_total,
            review_count: host.review_count,
            session_count: host.session_count,
            search: search_lines(host),
            listed: host.status == Status::Verified,
        }
    }

    /// The topics, folded.
    pub fn folded_specialties(&self) -> impl Iterator<Item = &str> {
        self.search.lines().skip(1)
    }
}

/// The key of a host's card.
pub(super) fn key(host_id: Uuid) -> Key {
    let host_id = host_id.to_string();
    Key::new(partition(shard_of(&host_id, SHARDS)), host_id)
}

/// Stores the card beside its profile; the profile's condition speaks for both. Who was never verified has none.
pub(super) fn put(tx: Transaction, host: &HostItem) -> Transaction {
    if host.verified_at_ms.is_none() {
        return tx;
    }
    tx.replace("card", Table::App, &key(host.host_id), &Card::of(host), None)
}

fn partition(shard: u32) -> String {
    format!("CARDS#{shard:02}")
}

/// The first characters of the biography with its line breaks as spaces.
fn headline(bio: &str) -> String {
    let words: Vec<&str> = bio.split_whitespace().collect();
    words.join(" ").chars().take(HEADLINE_CHARACTERS).collect()
}

fn search_lines(host: &HostItem) -> String {
    let mut lines = vec![fold(&host.name)];
    lines.extend(host.specialties.iter().map(|specialty| fold(specialty)));
    lines.join("\n")
}

impl Store {
    /// The cards of all verified hosts, in no order.
    ///
    /// # Errors
    /// [`StoreError`]; `Rejected` if there are far more than [`CARDS_MAX`].
    pub async fn catalogue(&self) -> Result<Vec<Card>, StoreError> {
        let (first, second, third, fourth) =
            try_join!(self.cards(0), self.cards(1), self.cards(2), self.cards(3))?;
        let all = [first, second, third, fourth].into_iter().flatten();
        Ok(all.filter(|card| card.listed).collect())
    }

    async fn cards(&self, shard: u32) -> Result<Vec<Card>, StoreError> {
        let mut cards = Vec::new();
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let query = Query::new(Table::App, partition(shard)).limit(1_000).after(after.take());
            let page = self.query::<Card>(query).await?;
            cards.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(cards);
            }
        }
        Err(StoreError::Rejected(format!(
            "{} holds more cards than a list reads",
            partition(shard)
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::headline;

    #[test]
    fn a_headline_is_one_line_of_whole_characters() {
        assert_eq!(headline("Guten Tag,\n\n  ich bin   Åsa."), "Guten Tag, ich bin Åsa.");
        assert_eq!(headline(&"é".repeat(200)).chars().count(), 140);
    }
}
