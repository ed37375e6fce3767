//! Events about hosts' connected accounts and the transfers to them.

use ledger::Money;
use payments::{StripeEvent, StripeFact};
use store::payout::{PayeeItem, PayoutStatus, give_back, replace_payee};
use store::wallet::change_earnings;
use store::{Store, Transaction};

use super::ApplyError;
use crate::payouts::reserve::enter;

/// What the processor says of a host's account. News older than what is known changes nothing.
pub(super) async fn told(store: &Store, event: &StripeEvent) -> Result<Transaction, ApplyError> {
    let (StripeFact::AccountUpdated { account, .. } | StripeFact::BankPayoutFailed { account, .. }) =
        &event.fact
    else {
        return Ok(Transaction::new());
    };
    let read = store.payee_of_account(account).await?;
    let read = read.ok_or(ApplyError::NotApplicable("there is no such connected account"))?;
    let next = match &event.fact {
        StripeFact::AccountUpdated {
            payouts_enabled,
            details_submitted,
            requirements_due,
            disabled_reason,
            ..
        } if event.created_unix >= read.told_unix => PayeeItem {
            payouts_enabled: *payouts_enabled,
            details_submitted: *details_submitted,
            requirements_due: *requirements_due,
            disabled_reason: disabled_reason.clone(),
            // An account that is paid out again, with nothing to do, has another bank.
            bank_problem: read
                .bank_problem
                .clone()
                .filter(|_| !payouts_enabled || *requirements_due > 0),
            told_unix: event.created_unix,
            ..read.clone()
        },
        StripeFact::BankPayoutFailed { failure_code, .. } => {
            PayeeItem { bank_problem: Some(failure_code.clone()), ..read.clone() }
        }
        _ => return Ok(Transaction::new()),
    };
    Ok(replace_payee(Transaction::new(), Some(&read), next))
}

/// A transfer came back: the increase is earnings again. `cumulative` is all that came back so far.
pub(super) async fn came_back(
    store: &Store,
    payout_id: &str,
    cumulative: Money,
    now_ms: i64,
) -> Result<Transaction, ApplyError> {
    let payout = store.payout(payout_id).await?;
    let payout = payout.ok_or(ApplyError::NotApplicable("there is no such payout"))?;
    if !matches!(payout.status, PayoutStatus::Paid | PayoutStatus::Returned) {
        return Err(ApplyError::NotApplicable("the payout has not been confirmed"));
    }
    if payout.currency != cumulative.currency || cumulative.minor > payout.amount_minor {
        return Err(ApplyError::NotApplicable("more came back than was paid"));
    }
    let moved = (payout.returned_minor, cumulative.minor);
    let entry = ledger::payout_return(&payout.host_id, payout_id, moved, payout.currency)
        .map_err(|_| ApplyError::NotApplicable("the amount does not fit"))?;
    let Some(entry) = entry else { return Ok(Transaction::new()) };
    let increase = entry.effect_on(&ledger::Account::Earnings(payout.host_id.clone()));
    let tx = enter(Transaction::new(), &payout, &entry, now_ms);
    let tx = change_earnings(tx, &payout.host_id, increase);
    Ok(give_back(tx, &payout, cumulative.minor))
}
