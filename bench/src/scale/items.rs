//! A million sessions that are not kept but made when they are read: of each only the minutes leased so far are stored.

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use ledger::Currency;
use serde::Serialize;
use serde_json::json;
use store::session::{OpenItem, Participant, SessionItem, shard_key};
use store::{Item, Table};

use crate::world::{FUNDS_MINOR, RATE_MINOR, meter};

/// All sessions.
#[derive(Debug)]
pub struct Sessions {
    leased: Vec<u32>,
    lease_minutes: u32,
    /// A session of each group: the groups began a minute apart.
    templates: Vec<Item>,
    wallet: Item,
    presence: Item,
    shards: Vec<Vec<u32>>,
}

const SESSION: &str = "01937f5c-0000-7000-8000-";
const MEMBER: &str = "01937f5c-0001-7000-8000-";

impl Sessions {
    /// As `world::World::write` would write them.
    ///
    /// # Errors
    /// None.
    pub fn new(count: u32, lease_minutes: u32, start: Timestamp) -> Result<Self> {
        let templates = (0..lease_minutes)
            .map(|group| {
                template(lease_minutes, start - SignedDuration::from_mins(i64::from(group)))
            })
            .collect::<Result<_>>()?;
        let mut shards = vec![Vec::new(); store::session::SESSION_SHARDS as usize];
        for number in 0..count {
            let shard: usize = shard_number(&shard_key(&session_id(number)).pk)?;
            shards.get_mut(shard).context("a shard")?.push(number);
        }
        let leased = vec![lease_minutes; count as usize];
        let wallet = item(&json!({
            "sk": "WALLET", "currency": Currency::USD, "open_disputes": 0, "gsi1pk": "ACCOUNTS#00",
        }))?;
        let presence = item(&json!({ "sk": "PRESENCE" }))?;
        Ok(Self { leased, lease_minutes, templates, wallet, presence, shards })
    }

    /// Minutes leased in all.
    #[must_use]
    pub fn leased_minutes(&self) -> u64 {
        self.leased.iter().copied().map(u64::from).sum()
    }

    /// Up to `limit` places of a shard after a sort key, and whether there are more.
    ///
    /// # Errors
    /// There is no such shard.
    pub fn shard(&self, pk: &str, after: Option<&str>, limit: usize) -> Result<(Vec<Item>, bool)> {
        let shard = self.shards.get(shard_number(pk)?).context("there is no such shard")?;
        let from = match after {
            Some(sk) => {
                let last = number(sk.strip_prefix("SESSION#").context("a sort key")?)?;
                shard.partition_point(|number| *number <= last)
            }
            None => 0,
        };
        let rest = shard.get(from..).unwrap_or_default();
        let places = rest.iter().take(limit).map(|number| {
            let open = OpenItem { session_id: session_id(*number), member_id: member_id(*number) };
            let mut item = item(&open)?;
            put(&mut item, "pk", pk);
            put(&mut item, "sk", &format!("SESSION#{}", open.session_id));
            Ok(item)
        });
        Ok((places.collect::<Result<_>>()?, rest.len() > limit))
    }

    /// The item of this key.
    ///
    /// # Errors
    /// The key is none that the worker reads.
    pub fn get(&self, table: Table, pk: &str, sk: &str, now: Timestamp) -> Result<Item> {
        let id = pk.split_once('#').context("a partition key")?.1;
        let at = number(id)?;
        match (table, sk) {
            (Table::App, "SESSION") => self.session(at),
            (Table::App, "PRESENCE") => Ok(self.heard(id, now)),
            (Table::Ledger, "WALLET") => self.wallet(at),
            _ => anyhow::bail!("the worker does not read {pk} / {sk}"),
        }
    }

    /// Whether the fence of a wallet allows a lease after the minute `before`.
    ///
    /// # Errors
    /// The key is no wallet's.
    pub fn holds(&self, wallet: &str, before: u32, amount: i64) -> Result<bool> {
        let at = member(wallet)?;
        let leased = self.leased.get(at as usize).context("there is no such member")?;
        Ok(*leased == before && self.available(at)? >= amount)
    }

    /// Leases minutes up to and with `last`.
    ///
    /// # Errors
    /// The key is no wallet's, or these minutes are leased.
    pub fn lease(&mut self, wallet: &str, last: u32) -> Result<()> {
        let leased = self.leased.get_mut(member(wallet)? as usize);
        let leased = leased.context("there is no such member")?;
        ensure!(last > *leased, "a lease of no minute");
        *leased = last;
        Ok(())
    }

    fn available(&self, at: u32) -> Result<i64> {
        let leased = self.leased.get(at as usize).context("there is no such member")?;
        Ok(FUNDS_MINOR.saturating_sub(RATE_MINOR.saturating_mul(i64::from(*leased))))
    }

    fn session(&self, at: u32) -> Result<Item> {
        let group = at.checked_rem(self.lease_minutes).unwrap_or_default();
        let mut item = self.templates.get(group as usize).context("a group")?.clone();
        put(&mut item, "session_id", &session_id(at));
        if let Some(AttributeValue::M(member)) = item.get_mut("member") {
            member.insert("id".into(), AttributeValue::S(member_id(at)));
        }
        Ok(item)
    }

    fn wallet(&self, at: u32) -> Result<Item> {
        let leased = self.leased.get(at as usize).context("there is no such member")?;
        let (mut item, member) = (self.wallet.clone(), member_id(at));
        put(&mut item, "pk", &format!("MEMBER#{member}"));
        put(&mut item, "gsi1sk", &format!("member:{member}:spending"));
        put(&mut item, "member_id", &member);
        put(&mut item, "open_session", &session_id(at));
        put_number(&mut item, "available_minor", self.available(at)?);
        put_number(&mut item, "held_minor", RATE_MINOR.saturating_mul(i64::from(*leased)));
        put_number(&mut item, "leased_minute", i64::from(*leased));
        Ok(item)
    }

    /// Both sides were heard of just now.
    fn heard(&self, session_id: &str, now: Timestamp) -> Item {
        let mut item = self.presence.clone();
        put(&mut item, "pk", &format!("SESSION#{session_id}"));
        put(&mut item, "session_id", session_id);
        put_number(&mut item, "member_ms", now.as_millisecond());
        put_number(&mut item, "host_ms", now.as_millisecond());
        item
    }
}

fn template(lease_minutes: u32, since: Timestamp) -> Result<Item> {
    let person = |id: String, name: &str| Participant { id, name: name.into(), slug: None };
    let host = Participant { slug: Some("host-0".into()), ..person(member_id(0), "Host 0") };
    let sides = (person(member_id(0), "Member 0"), host);
    let meter = meter(lease_minutes, since.as_millisecond())?;
    let session = SessionItem::request(session_id(0), "soulseer", "voice", sides, meter);
    let mut item = item(&session)?;
    put(&mut item, "pk", &format!("SESSION#{}", session_id(0)));
    put(&mut item, "sk", "SESSION");
    Ok(item)
}

fn session_id(number: u32) -> String {
    format!("{SESSION}{number:012x}")
}

fn member_id(number: u32) -> String {
    format!("{MEMBER}{number:012x}")
}

/// Whose wallet it is.
fn member(wallet: &str) -> Result<u32> {
    number(wallet.strip_prefix("MEMBER#").context("a wallet's key")?)
}

fn number(id: &str) -> Result<u32> {
    let digits = id.rsplit_once('-').context("an id")?.1;
    u32::from_str_radix(digits, 16).context("an id of a model session")
}

fn shard_number(pk: &str) -> Result<usize> {
    pk.strip_prefix("SHARD#").and_then(|number| number.parse().ok()).context("a shard's key")
}

fn item(value: &impl Serialize) -> Result<Item> {
    Ok(serde_dynamo::to_item(value)?)
}

fn put(item: &mut Item, name: &str, value: &str) {
    item.insert(name.to_owned(), AttributeValue::S(value.to_owned()));
}

fn put_number(item: &mut Item, name: &str, value: i64) {
    item.insert(name.to_owned(), AttributeValue::N(value.to_string()));
}

/// An item's size as DynamoDB counts it, in bytes: names and values, numbers at half their digits, three bytes and one an
/// element for lists and maps (developer guide, "item sizes and formats").
#[must_use]
pub fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::L(list) => 3 + list.iter().map(|one| 1 + size_of_value(one)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.len() + size(map),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metering::Side;
    use store::from_item;

    #[test]
    fn what_is_made_reads_back_as_what_the_product_stores() {
        let start: Timestamp = testkit::START.parse().unwrap();
        let mut sessions = Sessions::new(40, 5, start).unwrap();
        let (places, more) = sessions.shard("SHARD#03", None, 1).unwrap();
        assert!(places.len() == 1 && more);
        let open: OpenItem = from_item(places[0].clone()).unwrap();
        let key = store::session::session_key(&open.session_id);
        let session: SessionItem =
            from_item(sessions.get(Table::App, &key.pk, &key.sk, start).unwrap()).unwrap();
        assert_eq!((&session.session_id, &session.member.id), (&open.session_id, &open.member_id));
        assert_eq!(session.side_of(&open.member_id), Some(Side::Member));
        let key = store::wallet::wallet_key(&open.member_id);
        let item = sessions.get(Table::Ledger, &key.pk, &key.sk, start).unwrap();
        let wallet: store::wallet::WalletItem = from_item(item).unwrap();
        assert_eq!(wallet.open_session, Some(open.session_id));
        assert!(!sessions.holds(&key.pk, 4, 1_500).unwrap());
        assert!(sessions.holds(&key.pk, 5, 1_500).unwrap());
        sessions.lease(&key.pk, 10).unwrap();
        assert!(!sessions.holds(&key.pk, 5, 1_500).unwrap());
        assert!(sessions.lease(&key.pk, 10).is_err());
        assert_eq!(sessions.leased_minutes(), 205);
    }
}
