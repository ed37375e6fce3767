//! A session as it is now: the stored facts of all its items, read together and observed at one instant.

use futures::future::try_join;
use metering::{Facts, Meter, Side};
use store::session::{PresenceItem, SessionItem};
use store::wallet::WalletItem;
use store::{Store, StoreError};

/// A session with everything that bears on its state.
#[derive(Clone, Debug)]
pub struct Room {
    /// As stored.
    pub session: SessionItem,
    /// The member's wallet.
    pub wallet: WalletItem,
    /// What the meter is judged by.
    pub facts: Facts,
    /// The meter as of now.
    pub meter: Meter,
}

impl Room {
    /// Reads a session: two round trips, three strongly consistent reads. `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError`]; `Shape` if its member has no wallet.
    pub async fn read(
        store: &Store,
        session_id: &str,
        now_ms: i64,
    ) -> Result<Option<Self>, StoreError> {
        let (session, presence) =
            try_join(store.session(session_id), store.presence(session_id)).await?;
        let Some(session) = session else { return Ok(None) };
        let wallet = store
            .wallet(&session.member.id)
            .await?
            .ok_or_else(|| StoreError::Shape("the member has no wallet".into()))?;
        Ok(Some(Self::observe(session, wallet, &presence, now_ms)))
    }

    /// What items that were read say at an instant.
    pub fn observe(
        session: SessionItem,
        wallet: WalletItem,
        presence: &PresenceItem,
        now_ms: i64,
    ) -> Self {
        let facts = Facts {
            leased: leased(&session, &wallet),
            available_minor: if wallet.locked.is_some() { 0 } else { wallet.available_minor },
            presence: presence.sides(),
            now_ms,
        };
        let meter = session.meter.at(&facts);
        Self { session, wallet, facts, meter }
    }

    /// The facts with this side heard of just now.
    #[must_use]
    pub fn facts_with(&self, side: Side) -> Facts {
        let mut facts = self.facts;
        facts.presence.set(side, Some(facts.now_ms));
        facts
    }
}

/// Minutes leased so far: the open wallet knows while it runs, the session once it has ended.
fn leased(session: &SessionItem, wallet: &WalletItem) -> u32 {
    match session.leased {
        Some(leased) => leased,
        None if wallet.open_session.as_ref() == Some(&session.session_id) => wallet.leased_minute,
        None => 0,
    }
}
