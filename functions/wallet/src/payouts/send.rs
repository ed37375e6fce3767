//! The transfer of a payout, once, and what follows from its outcome.
//!
//! A payout belongs to one process at a time (its claim). The transfer's key is the payout's, and whoever takes a payout
//! over first looks for a transfer under that key, because the processor forgets keys after a day. So a crash between
//! any two steps leads to one transfer, and to one of confirm and reverse.

use jiff::Timestamp;
use payments::{PaymentError, Payments, Transfer, TransferIntent};
use store::payout::{PayoutItem, PayoutStatus, claim, decide};
use store::wallet::change_earnings;
use store::{CommitError, Transaction};

use super::reserve::{CLAIM_MS, amount, enter, unfit};
use crate::App;

/// What became of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It was paid or refused, by us or by somebody else.
    Decided(PayoutStatus),
    /// Somebody else is sending it.
    Elsewhere,
    /// The processor gave no answer that decides: it stays reserved and is sent again later.
    Unknown,
}

/// Takes a reserved payout over and sends it.
///
/// # Errors
/// [`CommitError`]; the payout stays reserved.
pub async fn resume(app: &App, payout: PayoutItem, now: Timestamp) -> Result<Sent, CommitError> {
    let now_ms = now.as_millisecond();
    let token = runtime::new_id(now).to_string();
    let until = now_ms.saturating_add(CLAIM_MS);
    match app.ctx.store.commit(claim(&payout.payout_id, &token, now_ms, until)).await {
        Ok(()) => {}
        Err(CommitError::Refused(_)) => return Ok(Sent::Elsewhere),
        Err(error) => return Err(error),
    }
    // As it is stored now: the list is an index, which may be behind.
    let payout = app.ctx.store.payout(&payout.payout_id).await?;
    let Some(payout) = payout.filter(|payout| payout.claim == token) else {
        return Ok(Sent::Elsewhere);
    };
    let Ok(payments) = app.stripe.payments().await else { return Ok(Sent::Unknown) };
    match payments.find_transfer(&payout.transfer_key).await {
        Ok(Some(transfer)) => confirm(app, &payout, &transfer, now).await,
        Ok(None) => transfer(app, payments, &payout, now).await,
        Err(error) => Ok(unknown(&payout, &error)),
    }
}

/// Sends a payout that the caller has just reserved.
///
/// # Errors
/// [`CommitError`]; the payout stays reserved.
pub async fn send(app: &App, payout: &PayoutItem, now: Timestamp) -> Result<Sent, CommitError> {
    let Ok(payments) = app.stripe.payments().await else { return Ok(Sent::Unknown) };
    transfer(app, payments, payout, now).await
}

async fn transfer(
    app: &App,
    payments: &Payments,
    payout: &PayoutItem,
    now: Timestamp,
) -> Result<Sent, CommitError> {
    let intent = TransferIntent {
        transfer_key: payout.transfer_key.clone(),
        payout_id: payout.payout_id.clone(),
        account: payout.account_id.clone(),
        amount_minor: payout.amount_minor,
        currency: payout.currency.as_str().to_owned(),
    };
    match payments.create_transfer(&intent).await {
        Ok(transfer) => confirm(app, payout, &transfer, now).await,
        Err(PaymentError::Refused { code, message, .. }) => {
            // Only a transfer that does not exist may be reversed, whatever the refusal says.
            match payments.find_transfer(&payout.transfer_key).await {
                Ok(Some(transfer)) => confirm(app, payout, &transfer, now).await,
                Ok(None) => {
                    tracing::error!(
                        payout_id = payout.payout_id,
                        code,
                        message,
                        "a payout was refused"
                    );
                    reverse(app, payout, code.as_deref().unwrap_or("refused"), now).await
                }
                Err(error) => Ok(unknown(payout, &error)),
            }
        }
        Err(error) => Ok(unknown(payout, &error)),
    }
}

fn unknown(payout: &PayoutItem, error: &PaymentError) -> Sent {
    tracing::error!(payout_id = payout.payout_id, %error, "a payout's outcome is not known");
    Sent::Unknown
}

/// What was set aside has left.
async fn confirm(
    app: &App,
    payout: &PayoutItem,
    transfer: &Transfer,
    now: Timestamp,
) -> Result<Sent, CommitError> {
    if transfer.amount_minor != payout.amount_minor {
        tracing::error!(payout_id = payout.payout_id, "the transfer has another amount");
        return Ok(Sent::Unknown);
    }
    let at_ms = now.as_millisecond();
    let entry = ledger::payout_confirm(&payout.payout_id, amount(payout)).map_err(unfit)?;
    let tx = enter(Transaction::new(), payout, &entry, at_ms);
    let outcome = (PayoutStatus::Paid, Some(transfer.id.as_str()), None);
    commit(app, decide(tx, payout, outcome, at_ms), PayoutStatus::Paid).await
}

/// What was set aside is earnings again, old enough for the next payout.
async fn reverse(
    app: &App,
    payout: &PayoutItem,
    code: &str,
    now: Timestamp,
) -> Result<Sent, CommitError> {
    let at_ms = now.as_millisecond();
    let entry = ledger::payout_reverse(&payout.host_id, &payout.payout_id, amount(payout));
    let tx = enter(Transaction::new(), payout, &entry.map_err(unfit)?, at_ms);
    let tx = change_earnings(tx, &payout.host_id, payout.amount_minor);
    let outcome = (PayoutStatus::Failed, None, Some(code));
    commit(app, decide(tx, payout, outcome, at_ms), PayoutStatus::Failed).await
}

/// Commits a decision. Refused means that somebody else has the payout, or that our own reply was lost.
async fn commit(app: &App, tx: Transaction, status: PayoutStatus) -> Result<Sent, CommitError> {
    match app.ctx.store.commit(tx).await {
        Ok(()) => Ok(Sent::Decided(status)),
        Err(CommitError::Refused(_)) => Ok(Sent::Elsewhere),
        Err(error) => Err(error),
    }
}
