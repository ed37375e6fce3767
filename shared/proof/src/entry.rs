//! An entry as a receipt carries it, and the bytes of its leaf.

use jiff::Timestamp;
use ledger::{Currency, Entry, EntryKey, Posting, Reason};
use serde::{Deserialize, Serialize};

use crate::tree::{Hash, leaf_hash};
use crate::{Hour, SignedRoot};

/// Random bytes that blind a leaf: who knows an entry but not its salt cannot recognise its leaf.
pub const SALT_BYTES: usize = 32;

/// What a receipt carries beside its figures: the entries that it rests on, with their proofs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proofs {
    /// When the last of the entries will be provable; absent once all are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provable_at: Option<Timestamp>,
    /// Leases, settlement and refunds, in the order of their keys.
    pub entries: Vec<EntryProof>,
    /// The published roots that the proofs name, oldest first.
    pub roots: Vec<SignedRoot>,
}

/// An entry, and where it stands in the tree of its hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryProof {
    /// `<cause>:<line>`.
    pub id: String,
    /// Why value moved.
    pub reason: Reason,
    /// Of all postings.
    pub currency: Currency,
    /// When it was written.
    pub at: Timestamp,
    /// What moved.
    pub postings: Vec<Posting>,
    /// Absent until its hour is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Inclusion>,
}

/// Where an entry stands in the tree of an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    /// The hour whose root it is proven by.
    pub hour: Hour,
    /// Its place among the leaves, from 0.
    pub index: u64,
    /// What blinds the leaf, 64 hexadecimal digits.
    pub salt: String,
    /// The audit path, nearest sibling first; each 64 hexadecimal digits.
    pub path: Vec<String>,
}

/// Why an entry has no leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// A part has a character that is not printable ASCII, or is empty: two entries could give the same bytes.
    #[error("a part of the entry is empty or has a space or a control character")]
    OddText,
}

impl EntryProof {
    /// The entry as the ledger knows it; nothing if its id has no colon.
    pub fn entry(&self) -> Option<Entry> {
        let (cause, line) = self.id.split_once(':')?;
        Some(Entry {
            key: EntryKey::new(cause, line),
            reason: self.reason,
            currency: self.currency,
            postings: self.postings.clone(),
        })
    }

    /// The hash of its leaf; nothing without a proof, with a malformed one, or with an instant between two milliseconds,
    /// of which a leaf knows nothing.
    pub fn leaf(&self) -> Option<Hash> {
        let salt = hash_of(&self.proof.as_ref()?.salt)?;
        let at_ms = self.at.as_millisecond();
        Timestamp::from_millisecond(at_ms).ok().filter(|whole| *whole == self.at)?;
        let data = leaf_data(&self.entry()?, at_ms, &salt).ok()?;
        Some(leaf_hash(&data))
    }
}

/// The bytes of an entry's leaf: lines of `name=value`, each ended by a line feed, in this order: format, id, reason,
/// currency, instant in Unix milliseconds, each posting, salt. Byte for byte as `docs/proofs.md` says.
///
/// # Errors
/// [`LeafError`].
pub fn leaf_data(entry: &Entry, at_ms: i64, salt: &[u8; SALT_BYTES]) -> Result<Vec<u8>, LeafError> {
    let mut text = String::from("parlor-entry-1\n");
    let mut line = |name: &str, value: &str| {
        let plain = !value.is_empty() && value.bytes().all(|byte| (0x21..0x7f).contains(&byte));
        for part in [name, "=", value, "\n"] {
            text.push_str(part);
        }
        if plain { Ok(()) } else { Err(LeafError::OddText) }
    };
    line("id", &entry.key.id())?;
    line("reason", reason(entry.reason))?;
    line("currency", entry.currency.as_str())?;
    line("at_ms", &at_ms.to_string())?;
    for posting in &entry.postings {
        line("account", &posting.account.to_string())?;
        line("amount_minor", &posting.amount_minor.to_string())?;
    }
    line("salt", &hex::encode(salt))?;
    Ok(text.into_bytes())
}

/// The word of a reason, as its JSON has it. Part of the format: a word never changes.
const fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::TopUp => "top_up",
        Reason::SessionMinute => "session_minute",
        Reason::Settlement => "settlement",
        Reason::Refund => "refund",
        Reason::CardRefund => "card_refund",
        Reason::Dispute => "dispute",
        Reason::DisputeReversal => "dispute_reversal",
        Reason::WriteOff => "write_off",
        Reason::PayoutReserve => "payout_reserve",
        Reason::PayoutConfirm => "payout_confirm",
        Reason::PayoutReverse => "payout_reverse",
        Reason::PayoutReturn => "payout_return",
    }
}

/// 64 lower-case hexadecimal digits as a hash.
pub(crate) fn hash_of(text: &str) -> Option<Hash> {
    let lower = text.bytes().all(|byte| !byte.is_ascii_uppercase());
    let bytes = hex::decode(text).ok().filter(|_| lower)?;
    bytes.try_into().ok()
}
