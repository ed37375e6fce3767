//! Consumer of the stream of `Ledger`: leased minutes and balances, told to whoever listens.
//!
//! A lease writes an entry and the wallet in one transaction: the entry is the numbered `charge`, the wallet is the member's
//! `balance` and, while a session is open, the session anew for both sides.

use ledger::Account;
use live::frame::{Balance, Body};
use runtime::{BatchReply, StreamEvent, StreamRecord, each_record};
use store::live::Happened;
use store::wallet::{EntryItem, WalletItem};
use web::{Need, Route, Trigger};

use crate::App;
use crate::fan_out::{FanOutError, count, event, personal, refresh};
use crate::records::{Change, change};
use crate::sockets::Outcome;

/// The consumer.
pub const ROUTE: Route = Route::consumer("fan_out_money", Trigger::Stream).needs(&[
    Need::APP_READ,
    Need::APP_QUERY,
    Need::APP_PUT,
    Need::APP_DELETE,
    Need::LEDGER_READ,
    Need::SOCKET_MANAGE,
]);

/// Tells one batch.
///
/// # Errors
/// Never: what failed is in the reply.
pub async fn handle(app: &App, event: StreamEvent) -> Result<BatchReply, String> {
    Ok(each_record(event, |record| tell(app, record)).await)
}

async fn tell(app: &App, record: StreamRecord) -> Result<(), FanOutError> {
    let outcome = match change(record).map_err(FanOutError::Shape)? {
        Some(Change::Lease(entry)) => charge(app, &entry).await?,
        Some(Change::Wallet(wallet)) => balance(app, &wallet).await?,
        _ => Outcome::default(),
    };
    count(ROUTE.id, app.ctx.now(), outcome);
    Ok(())
}

async fn charge(app: &App, entry: &EntryItem) -> Result<Outcome, FanOutError> {
    let notes = &entry.notes;
    let (Some(session_id), Some(first_minute)) = (&notes.session_id, notes.minute) else {
        return Err(FanOutError::Shape("a lease without its session or minute".into()));
    };
    let happened = Happened::Charge {
        first_minute,
        minutes: notes.minutes.unwrap_or(1),
        amount_minor: entry.entry.effect_on(&Account::Held(session_id.clone())),
        currency: entry.entry.currency.to_string(),
    };
    let source = format!("charge:{first_minute}");
    event(app, session_id, &source, app.ctx.now(), &happened).await
}

async fn balance(app: &App, wallet: &WalletItem) -> Result<Outcome, FanOutError> {
    let now = app.ctx.now();
    let body = Body::Balance(Balance {
        available_minor: wallet.available_minor,
        held_minor: wallet.held_minor,
        currency: wallet.currency.to_string(),
        locked: wallet.locked.is_some(),
    });
    let told = personal(app, &wallet.member_id, None, now, async || Ok(Some(body))).await?;
    match &wallet.open_session {
        Some(session_id) => Ok(told.and(refresh(app, session_id, now).await?)),
        None => Ok(told),
    }
}
