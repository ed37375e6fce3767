//! What an event of the card processor does to a wallet or a payout: its effect and the mark that it is done, in one transaction.
//!
//! Events come in any order, several times, up to days late. Each effect has a key of its own (the top-up's credit, the
//! cumulative refund, the dispute and its phase), so it happens once whatever its events do; an event that refers to
//! something not here yet is not applied and comes again. Rules: SoulSeer specification 5.6 and 5.7.

mod payee;

use ledger::{Account, CardRefund, Currency, Entry, Money};
use payments::{StripeEvent, StripeFact};
use store::top_up::{
    DecisionItem, EventItem, EventStatus, TopUpItem, decision_key, event_key, mark_applied,
    mark_expired, mark_failed, mark_paid, raise_refunded,
};
use store::wallet::{EntryNotes, WalletItem, change_spending, put_entry};
use store::{CommitError, Store, StoreError, Table, Transaction, Update};

/// How often an effect is decided anew because the wallet changed meanwhile.
const ATTEMPTS: u32 = 6;
/// After this many failures an event is parked, and an alarm tells a person.
pub const ATTEMPTS_BEFORE_PARKING: u32 = 5;

/// Why spending is locked: a dispute is open, or one was lost. Only the first ends by itself; what an admin has locked
/// stays so.
const IN_DISPUTE: &str = "dispute";
const DISPUTE_LOST: &str = "dispute-lost";

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Its effect was written now.
    Now,
    /// Its effect was there already, or it has none.
    Before,
}

/// Why an event was not applied. It must not be acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// It refers to what is not here (yet), or contradicts it.
    #[error("{0}")]
    NotApplicable(&'static str),
    /// The wallet kept changing, or the store failed.
    #[error("the store did not take it")]
    Unavailable,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps a verified event as it came; keeping it again changes nothing.
///
/// # Errors
/// [`ApplyError::Store`], [`ApplyError::Unavailable`].
pub async fn keep(
    store: &Store,
    event: &StripeEvent,
    body: &str,
    now_ms: i64,
) -> Result<(), ApplyError> {
    let item = EventItem {
        event_id: event.id.clone(),
        event_type: event.event_type.clone(),
        body: body.to_owned(),
        status: EventStatus::Received,
        attempts: 0,
        problem: None,
        received_at_ms: now_ms,
    };
    let tx = Transaction::new().create("event", Table::App, &event_key(&event.id), &item);
    match store.commit(tx).await {
        Ok(()) | Err(CommitError::Refused(_)) => Ok(()),
        Err(CommitError::Busy) => Err(ApplyError::Unavailable),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

/// Applies a kept event. Decides again when the wallet or the top-up changed in between.
///
/// # Errors
/// [`ApplyError`]; the event then comes again.
pub async fn apply(store: &Store, event: &StripeEvent, now_ms: i64) -> Result<Applied, ApplyError> {
    for _ in 0..ATTEMPTS {
        let kept = store.event(&event.id).await?;
        if kept.is_some_and(|kept| kept.status == EventStatus::Applied) {
            return Ok(Applied::Before);
        }
        let effect = effect(store, event, now_ms).await?;
        let outcome = if effect.is_empty() { Applied::Before } else { Applied::Now };
        match store.commit(mark_applied(effect, &event.id)).await {
            Ok(()) => return Ok(outcome),
            // The effect is there already, or something changed: look again.
            Err(CommitError::Refused(_)) => {}
            Err(CommitError::Busy) => return Err(ApplyError::Unavailable),
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(ApplyError::Unavailable)
}

/// Notes a failure on the kept event; says whether it is parked now.
///
/// # Errors
/// [`ApplyError::Store`], [`ApplyError::Unavailable`].
pub async fn note_failure(
    store: &Store,
    event_id: &str,
    problem: &str,
) -> Result<bool, ApplyError> {
    let attempts = store.event(event_id).await?.map_or(0, |kept| kept.attempts);
    let parked = attempts.saturating_add(1) >= ATTEMPTS_BEFORE_PARKING;
    let status = if parked { EventStatus::Parked } else { EventStatus::Received };
    match store.commit(mark_failed(Transaction::new(), event_id, problem, status)).await {
        Ok(()) | Err(CommitError::Refused(_)) => Ok(parked),
        Err(CommitError::Busy) => Err(ApplyError::Unavailable),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}

/// The writes of an event's effect; none if there is no effect, or it is there already.
async fn effect(
    store: &Store,
    event: &StripeEvent,
    now_ms: i64,
) -> Result<Transaction, ApplyError> {
    match &event.fact {
        StripeFact::CheckoutPaid { payment_intent, amount_minor, currency, top_up_id, .. } => {
            credit(store, top_up_id, payment_intent, paid(*amount_minor, currency)?, now_ms).await
        }
        StripeFact::PaymentSucceeded {
            payment_intent,
            amount_minor,
            currency,
            top_up_id: Some(top_up_id),
        } => credit(store, top_up_id, payment_intent, paid(*amount_minor, currency)?, now_ms).await,
        StripeFact::CheckoutExpired { top_up_id, .. } => expire(store, top_up_id).await,
        StripeFact::ChargeRefunded { payment_intent, cumulative_minor, .. } => {
            card_refund(store, payment_intent, *cumulative_minor, now_ms).await
        }
        StripeFact::DisputeOpened { dispute, payment_intent, amount_minor, currency, .. } => {
            let amount = paid(*amount_minor, currency)?;
            open_dispute(store, payment_intent, dispute, amount, now_ms).await
        }
        StripeFact::DisputeClosed { dispute, payment_intent, won, .. } => {
            close_dispute(store, payment_intent, dispute, *won, now_ms).await
        }
        StripeFact::AccountUpdated { .. } | StripeFact::BankPayoutFailed { .. } => {
            payee::told(store, event).await
        }
        StripeFact::TransferReversed { payout_id, cumulative_minor, currency, .. } => {
            payee::came_back(store, payout_id, paid(*cumulative_minor, currency)?, now_ms).await
        }
        StripeFact::PaymentSucceeded { top_up_id: None, .. } | StripeFact::Other { .. } => {
            Ok(Transaction::new())
        }
    }
}

/// One credit a top-up: whichever of its events comes first brings it.
async fn credit(
    store: &Store,
    top_up_id: &str,
    payment_intent: &str,
    amount: Money,
    now_ms: i64,
) -> Result<Transaction, ApplyError> {
    let top_up = known(store.top_up(top_up_id).await?)?;
    if top_up.payment_intent.is_some() {
        return Ok(Transaction::new());
    }
    if top_up.currency != amount.currency {
        return Err(ApplyError::NotApplicable("paid in another currency"));
    }
    let entry = balanced(ledger::top_up(&top_up.member_id, top_up_id, amount))?;
    let tx = put_entry(Transaction::new(), &top_up.member_id, &entry, now_ms, notes(&top_up));
    let tx = change_spending(tx, &top_up.member_id, amount.minor, |update| update);
    Ok(mark_paid(tx, top_up_id, payment_intent, now_ms))
}

async fn expire(store: &Store, top_up_id: &str) -> Result<Transaction, ApplyError> {
    let top_up = known(store.top_up(top_up_id).await?)?;
    Ok(match top_up.status {
        store::top_up::TopUpStatus::Pending => mark_expired(Transaction::new(), top_up_id),
        _ => Transaction::new(),
    })
}

/// Debits the increase since the last report; what the member no longer has is the platform's loss.
async fn card_refund(
    store: &Store,
    payment_intent: &str,
    cumulative_minor: i64,
    now_ms: i64,
) -> Result<Transaction, ApplyError> {
    let top_up = known(store.top_up_of_intent(payment_intent).await?)?;
    let wallet = wallet_of(store, &top_up).await?;
    let report = CardRefund {
        member: &top_up.member_id,
        top_up: &top_up.top_up_id,
        cumulative_minor,
        seen_minor: top_up.refunded_minor,
        available_minor: wallet.available_minor,
        currency: top_up.currency,
    };
    let entry = ledger::card_refund(&report)
        .map_err(|_| ApplyError::NotApplicable("the refund does not fit"))?;
    let Some(entry) = entry else { return Ok(Transaction::new()) };
    let debit = entry.effect_on(&Account::Spending(top_up.member_id.clone()));
    let tx = put_entry(Transaction::new(), &top_up.member_id, &entry, now_ms, notes(&top_up));
    let tx = change_spending(tx, &top_up.member_id, debit, |update| seen(update, &wallet));
    Ok(raise_refunded(tx, &top_up.top_up_id, top_up.refunded_minor, cumulative_minor))
}

/// Takes the disputed payment back, in full, and locks spending unless it is locked for a reason of its own.
async fn open_dispute(
    store: &Store,
    payment_intent: &str,
    dispute: &str,
    amount: Money,
    now_ms: i64,
) -> Result<Transaction, ApplyError> {
    let top_up = known(store.top_up_of_intent(payment_intent).await?)?;
    let entry = balanced(ledger::dispute(&top_up.member_id, &top_up.top_up_id, dispute, amount))?;
    if written(store, &top_up, &entry.key.line).await?.is_some() {
        return Ok(Transaction::new());
    }
    let tx = put_entry(Transaction::new(), &top_up.member_id, &entry, now_ms, notes(&top_up));
    let update = Update::new(
        "SET available_minor = available_minor - :amount, \
         locked = if_not_exists(locked, :locked), open_disputes = open_disputes + :one",
    )
    .when("attribute_exists(pk)")
    .value(":amount", amount.minor)
    .value(":locked", IN_DISPUTE)
    .value(":one", 1);
    let key = store::wallet::wallet_key(&top_up.member_id);
    Ok(tx.update("wallet", Table::Ledger, &key, update))
}

/// Won: the payment comes back, and the last open dispute unlocks. Lost: the platform bears what the member owes; the
/// lock stays until an admin opens it.
async fn close_dispute(
    store: &Store,
    payment_intent: &str,
    dispute: &str,
    won: bool,
    now_ms: i64,
) -> Result<Transaction, ApplyError> {
    let top_up = known(store.top_up_of_intent(payment_intent).await?)?;
    let member = top_up.member_id.as_str();
    let opened = written(store, &top_up, &format!("DISPUTE#{dispute}#OPEN")).await?;
    let opened = opened.ok_or(ApplyError::NotApplicable("the dispute has not been opened"))?;
    let key = decision_key(dispute);
    if store.get::<DecisionItem>(Table::App, &key).await?.is_some() {
        return Ok(Transaction::new());
    }
    let decision = DecisionItem { top_up_id: top_up.top_up_id.clone(), won, at_ms: now_ms };
    let wallet = wallet_of(store, &top_up).await?;
    let disputed = opened.effect_on(&Account::Stripe);
    let amount = if won { disputed } else { wallet.available_minor.min(0).saturating_neg() };
    let money = Money::new(amount, top_up.currency);
    let mut tx = Transaction::new().create("decision", Table::App, &key, &decision);
    if amount > 0 {
        let entry = if won {
            ledger::dispute_reversal(member, &top_up.top_up_id, dispute, money)
        } else {
            ledger::write_off(member, &top_up.top_up_id, dispute, money)
        };
        tx = put_entry(tx, member, &balanced(entry)?, now_ms, notes(&top_up));
    }
    let update = decided(&wallet, won).value(":amount", amount);
    let key = store::wallet::wallet_key(member);
    Ok(tx.update("wallet", Table::Ledger, &key, update))
}

/// One open dispute less, adding `:amount`, and what that does to the lock; only if all is as it was seen.
fn decided(wallet: &WalletItem, won: bool) -> Update {
    let change = "SET available_minor = available_minor + :amount, open_disputes = :left";
    let update = match wallet.locked.as_deref() {
        Some(IN_DISPUTE) if !won => {
            Update::new(format!("{change}, locked = :lost")).value(":lost", DISPUTE_LOST)
        }
        Some(IN_DISPUTE) if wallet.open_disputes <= 1 => {
            Update::new(format!("{change} REMOVE locked"))
        }
        _ => Update::new(change),
    };
    let same = "available_minor = :seen AND open_disputes = :open";
    let update = match &wallet.locked {
        Some(lock) => update.when(format!("{same} AND locked = :lock")).value(":lock", lock),
        None => update.when(format!("{same} AND attribute_not_exists(locked)")),
    };
    update
        .value(":seen", wallet.available_minor)
        .value(":open", wallet.open_disputes)
        .value(":left", wallet.open_disputes.saturating_sub(1))
}

/// The entry of a top-up with this line, if it was written.
async fn written(
    store: &Store,
    top_up: &TopUpItem,
    line: &str,
) -> Result<Option<Entry>, ApplyError> {
    let entries = store.entries_of(&top_up.member_id, &top_up.top_up_id).await?;
    Ok(entries.into_iter().map(|item| item.entry).find(|entry| entry.key.line == line))
}

async fn wallet_of(store: &Store, top_up: &TopUpItem) -> Result<WalletItem, ApplyError> {
    let wallet = store.wallet(&top_up.member_id).await?;
    wallet.ok_or(ApplyError::NotApplicable("the member has no wallet"))
}

/// Only if the balance is still the one that the decision saw.
fn seen(update: Update, wallet: &WalletItem) -> Update {
    update.when("available_minor = :seen").value(":seen", wallet.available_minor)
}

fn known(top_up: Option<TopUpItem>) -> Result<TopUpItem, ApplyError> {
    top_up.ok_or(ApplyError::NotApplicable("there is no such top-up"))
}

fn paid(amount_minor: i64, currency: &str) -> Result<Money, ApplyError> {
    let currency = Currency::parse(&currency.to_ascii_uppercase())
        .map_err(|_| ApplyError::NotApplicable("not a currency"))?;
    if amount_minor <= 0 {
        return Err(ApplyError::NotApplicable("nothing was paid"));
    }
    Ok(Money::new(amount_minor, currency))
}

fn balanced(entry: Result<Entry, ledger::EntryError>) -> Result<Entry, ApplyError> {
    entry.map_err(|_| ApplyError::NotApplicable("the amount does not fit"))
}

fn notes(top_up: &TopUpItem) -> EntryNotes {
    EntryNotes { top_up_id: Some(top_up.top_up_id.clone()), ..EntryNotes::default() }
}
