//! How a receipt's figures and the entries that it carries hang together.
//!
//! Each entry is written anew by the ledger's own functions and compared, so an entry that moves anything else than what
//! the receipt says is found whatever its proof says.

use std::collections::BTreeMap;

use ledger::{Account, Entry, MinuteRefund, Money, Reason, RefundFunding};
use metering::{ChargedMinute, Receipt};
use serde::Serialize;

use crate::entry::hash_of;
use crate::tree::{Hash, root_from_path};
use crate::{EntryProof, Hour, Proofs, Root};

/// Where an entry's proof leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Included {
    /// To the root of its hour.
    Yes,
    /// Not to the root that the document carries.
    No,
    /// Its hour is not published yet.
    Pending,
}

/// One entry, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryLine {
    /// Which.
    pub id: String,
    /// Why value moved.
    pub reason: Reason,
    /// Whether the rules give exactly this entry for what the receipt says.
    pub holds: bool,
    /// Whether it is in the tree.
    pub included: Included,
    /// Of which hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<Hour>,
}

/// How a figure hangs together with the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRule {
    /// A minute was leased by the entry that it names, at the instant that it names.
    MinuteEntry,
    /// What was given back of a minute is what the refunds of it moved.
    RefundEntry,
    /// As many minutes were leased as are paid and released.
    LeasedMinutes,
    /// The settlement that the receipt names is there, with its instant.
    SettlementEntry,
    /// No entry is there twice.
    EntriesOnce,
}

/// One link, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Which rule.
    pub rule: LinkRule,
    /// Of which minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Whether it holds.
    pub holds: bool,
}

/// A lease as its entry says it.
struct Leased<'a> {
    entry: &'a EntryProof,
    first: u32,
    count: u32,
    rightly: bool,
}

/// Checks every entry and every link.
pub(crate) fn check(
    receipt: &Receipt,
    proofs: &Proofs,
    roots: &BTreeMap<Hour, Root>,
) -> (Vec<EntryLine>, Vec<Link>) {
    let leases: Vec<Leased<'_>> =
        proofs.entries.iter().filter_map(|entry| leased(receipt, entry)).collect();
    let total = leases.iter().try_fold(0_u32, |sum, lease| sum.checked_add(lease.count));
    let entries = proofs.entries.iter().map(|entry| EntryLine {
        id: entry.id.clone(),
        reason: entry.reason,
        holds: match entry.reason {
            Reason::SessionMinute => {
                leases.iter().any(|lease| lease.rightly && std::ptr::eq(lease.entry, entry))
            }
            Reason::Settlement => total.is_some_and(|total| settles(receipt, entry, total)),
            Reason::Refund => refunded(receipt, entry).is_some(),
            _ => false,
        },
        included: included(entry, roots),
        hour: entry.proof.as_ref().map(|proof| proof.hour),
    });
    let entries: Vec<EntryLine> = entries.collect();
    let mut links = Vec::new();
    for minute in &receipt.minutes {
        let number = Some(minute.number);
        let holds = leases.iter().any(|lease| leases_minute(lease, minute));
        links.push(Link { rule: LinkRule::MinuteEntry, number, holds });
        let back = proofs.entries.iter().filter_map(|entry| refunded(receipt, entry));
        let back = back.filter(|(of, _)| *of == minute.number);
        let sum = back.fold(0_i64, |sum, (_, amount)| sum.saturating_add(amount));
        let holds = sum == minute.refunded_minor;
        links.push(Link { rule: LinkRule::RefundEntry, number, holds });
    }
    let paid = u32::try_from(receipt.minutes.len()).ok();
    let whole = paid.and_then(|paid| paid.checked_add(receipt.released.minutes));
    let whole_link = |rule, holds| Link { rule, number: None, holds };
    links.push(whole_link(LinkRule::LeasedMinutes, whole.is_some() && whole == total));
    let settled = proofs.entries.iter().any(|entry| {
        entry.reason == Reason::Settlement
            && entry.id == receipt.settlement_entry_id
            && entry.at == receipt.settled_at
    });
    links.push(whole_link(LinkRule::SettlementEntry, settled));
    let mut ids: Vec<&str> = proofs.entries.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort_unstable();
    let once = ids.windows(2).all(|pair| pair.first() != pair.last());
    links.push(whole_link(LinkRule::EntriesOnce, once));
    (entries, links)
}

fn rate(receipt: &Receipt) -> Money {
    Money::new(receipt.rate_minor, receipt.currency)
}

fn is(entry: &EntryProof, expected: Result<Entry, ledger::EntryError>) -> bool {
    expected.is_ok_and(|expected| entry.entry() == Some(expected))
}

/// The minute in a line such as `MINUTE#00007`.
fn minute_of(entry: &EntryProof, kind: &str) -> Option<u32> {
    let (_, line) = entry.id.split_once(':')?;
    line.strip_prefix(kind)?.parse().ok()
}

fn leased<'a>(receipt: &Receipt, entry: &'a EntryProof) -> Option<Leased<'a>> {
    if entry.reason != Reason::SessionMinute {
        return None;
    }
    let first = minute_of(entry, "MINUTE#")?;
    let held = entry.entry()?.effect_on(&Account::Held(receipt.session_id.clone()));
    let count = u32::try_from(held.checked_div(receipt.rate_minor)?).ok()?;
    let (member, session) = (&receipt.member.id, &receipt.session_id);
    let expected = ledger::lease_entry(member, session, (first, count), rate(receipt));
    Some(Leased { entry, first, count, rightly: is(entry, expected) })
}

fn leases_minute(lease: &Leased<'_>, minute: &ChargedMinute) -> bool {
    let span = lease.first..lease.first.saturating_add(lease.count);
    lease.rightly
        && lease.entry.id == minute.entry_id
        && lease.entry.at == minute.charged_at
        && span.contains(&minute.number)
}

fn settles(receipt: &Receipt, entry: &EntryProof, total: u32) -> bool {
    let Ok(owed) = u32::try_from(receipt.minutes.len()) else { return false };
    let (member, host) = (&receipt.member.id, &receipt.host.id);
    let session = &receipt.session_id;
    let rule = &receipt.fee_rule;
    is(entry, ledger::settlement(member, host, session, (total, owed), rate(receipt), rule))
}

/// The minute and the amount of a refund that the rules give, whoever paid for it.
fn refunded(receipt: &Receipt, entry: &EntryProof) -> Option<(u32, i64)> {
    if entry.reason != Reason::Refund {
        return None;
    }
    let minute = minute_of(entry, "REFUND#")?;
    let amount_minor = entry.entry()?.effect_on(&Account::Spending(receipt.member.id.clone()));
    let rightly = [RefundFunding::Shares, RefundFunding::Platform].into_iter().any(|funding| {
        let refund = MinuteRefund {
            member: &receipt.member.id,
            host: &receipt.host.id,
            session: &receipt.session_id,
            minute,
            rate: rate(receipt),
            amount_minor,
            funding,
        };
        is(entry, ledger::minute_refund(&refund, &receipt.fee_rule))
    });
    rightly.then_some((minute, amount_minor))
}

fn included(entry: &EntryProof, roots: &BTreeMap<Hour, Root>) -> Included {
    let Some(proof) = &entry.proof else { return Included::Pending };
    let reached = || {
        let root = roots.get(&proof.hour)?;
        let path: Vec<Hash> = proof.path.iter().map(|text| hash_of(text)).collect::<Option<_>>()?;
        let reached = root_from_path(entry.leaf()?, proof.index, root.count, &path)?;
        (Some(reached) == hash_of(&root.root)).then_some(())
    };
    if reached().is_some() { Included::Yes } else { Included::No }
}
