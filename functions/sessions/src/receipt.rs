//! The receipt of a settled session, from the session and its entries; and as the API writes it.

use ledger::{Account, Reason};
use metering::{LeaseLine, Party as MeteringParty, Receipt as Document, ReceiptInput};
use serde::Serialize;
use store::StoreError;
use store::session::{SessionItem, Settled};
use store::wallet::EntryItem;
use utoipa::ToSchema;
use web::At;

use crate::proofs::Proofs;

/// Writes the receipt of a settled session from all entries of its cause. The same entries give the same receipt.
///
/// # Errors
/// [`StoreError::Shape`] if the journal and the session do not fit together.
pub fn write(
    session: &SessionItem,
    settled: &Settled,
    entries: &[EntryItem],
) -> Result<Document, StoreError> {
    let shape = |problem: &str| StoreError::Shape(format!("{}: {problem}", session.session_id));
    let entry_id = settled.entry_id.clone().ok_or_else(|| shape("no settlement entry"))?;
    let (mut leases, mut refunds) = (Vec::new(), Vec::new());
    for item in entries {
        match item.entry.reason {
            Reason::SessionMinute => leases.push(lease(item).ok_or_else(|| shape("odd lease"))?),
            Reason::Refund => {
                refunds.push(refund(session, item).ok_or_else(|| shape("odd refund"))?);
            }
            _ => {}
        }
    }
    let input = ReceiptInput {
        session_id: &session.session_id,
        brand: &session.brand,
        modality: &session.modality,
        member: MeteringParty { id: session.member.id.clone(), name: session.member.name.clone() },
        host: MeteringParty { id: session.host.id.clone(), name: session.host.name.clone() },
        meter: &session.meter,
        settlement: settled.figures,
        leases: &leases,
        refunds: &refunds,
        settlement_entry_id: entry_id,
        settled_ms: settled.at_ms,
    };
    Document::write(&input).map_err(|error| shape(&error.to_string()))
}

fn lease(item: &EntryItem) -> Option<LeaseLine> {
    let (first, count) = (item.notes.minute?, item.notes.minutes?);
    Some(LeaseLine { entry_id: item.entry.key.id(), first, count, at_ms: item.at_ms })
}

/// The minute, which the entry's key carries, and what the member got back.
fn refund(session: &SessionItem, item: &EntryItem) -> Option<(u32, i64)> {
    let minute = item.entry.key.line.strip_prefix("REFUND#")?.parse().ok()?;
    let spending = Account::Spending(session.member.id.clone());
    Some((minute, item.entry.effect_on(&spending)))
}

/// A participant.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceiptParty)]
pub struct Party {
    /// The user's id.
    pub id: String,
    /// The name at the time of the session.
    pub name: String,
}

/// The fee rule in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceiptFeeRule)]
pub struct FeeRule {
    /// Its version, such as `soulseer-30`.
    pub version: String,
    /// The platform's part in percent, a decimal number.
    pub platform_percent: String,
}

/// A stretch of active time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceiptInterval)]
pub struct Interval {
    /// Begin.
    pub from: At,
    /// End.
    pub until: At,
    /// Its length in milliseconds.
    pub active_ms: i64,
}

/// One minute that was paid.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceiptMinute)]
pub struct Minute {
    /// From 1.
    pub number: u32,
    /// The entry that leased it.
    pub entry_id: String,
    /// When it was leased.
    pub charged_at: At,
    /// What the member paid.
    pub rate_minor: i64,
    /// The host's part.
    pub share_minor: i64,
    /// The platform's part.
    pub fee_minor: i64,
    /// Given back later.
    pub refunded_minor: i64,
}

/// Leased minutes that never began.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceiptReleased)]
pub struct Released {
    /// How many.
    pub minutes: u32,
    /// What came back to the member.
    pub amount_minor: i64,
}

/// A receipt. Every figure follows from the rate, the fee rule, the length of a minute, the intervals and the refunds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// Of which session.
    pub session_id: String,
    /// Under which brand.
    pub brand: String,
    /// `text`, `voice` or `video`.
    pub modality: String,
    /// ISO 4217.
    pub currency: String,
    /// Who paid.
    pub member: Party,
    /// Who was paid.
    pub host: Party,
    /// Price of a minute.
    pub rate_minor: i64,
    /// The rule in force.
    pub fee_rule: FeeRule,
    /// Length of a billed minute in milliseconds.
    pub minute_ms: i64,
    /// Active time.
    pub intervals: Vec<Interval>,
    /// Its sum.
    pub active_ms: i64,
    /// The minutes paid.
    pub minutes: Vec<Minute>,
    /// The leased minutes given back.
    pub released: Released,
    /// Sum of the minutes' rates.
    pub gross_minor: i64,
    /// Sum of the host's parts.
    pub share_minor: i64,
    /// Sum of the platform's parts.
    pub fee_minor: i64,
    /// Sum of the refunds.
    pub refunded_minor: i64,
    /// The entry that settled it.
    pub settlement_entry_id: String,
    /// When.
    pub settled_at: At,
    /// The entries that it rests on, with their proofs.
    pub proofs: Proofs,
}

impl Receipt {
    /// The document as the API writes it, with its proofs.
    #[must_use]
    pub fn new(document: Document, proofs: Proofs) -> Self {
        let party = |party: MeteringParty| Party { id: party.id, name: party.name };
        let interval = |one: metering::ReceiptInterval| Interval {
            from: At(one.from),
            until: At(one.until),
            active_ms: one.active_ms,
        };
        let minute = |one: metering::ChargedMinute| Minute {
            number: one.number,
            entry_id: one.entry_id,
            charged_at: At(one.charged_at),
            rate_minor: one.rate_minor,
            share_minor: one.share_minor,
            fee_minor: one.fee_minor,
            refunded_minor: one.refunded_minor,
        };
        Self {
            session_id: document.session_id,
            brand: document.brand,
            modality: document.modality,
            currency: document.currency.to_string(),
            member: party(document.member),
            host: party(document.host),
            rate_minor: document.rate_minor,
            fee_rule: FeeRule {
                version: document.fee_rule.version,
                platform_percent: document.fee_rule.platform_percent.to_string(),
            },
            minute_ms: document.minute_ms,
            intervals: document.intervals.into_iter().map(interval).collect(),
            active_ms: document.active_ms,
            minutes: document.minutes.into_iter().map(minute).collect(),
            released: Released {
                minutes: document.released.minutes,
                amount_minor: document.released.amount_minor,
            },
            gross_minor: document.gross_minor,
            share_minor: document.share_minor,
            fee_minor: document.fee_minor,
            refunded_minor: document.refunded_minor,
            settlement_entry_id: document.settlement_entry_id,
            settled_at: At(document.settled_at),
            proofs,
        }
    }
}
