//! A session as it is now: the stored facts of all its items, read together and observed at one instant.

use futures::future::{try_join, try_join3};
use metering::{Facts, Meter, Side};
use std::collections::{BTreeSet, HashMap};
use store::session::{OpenItem, PresenceItem, SessionItem, presence_key, session_key};
use store::wallet::{WalletItem, wallet_key};
use store::{Key, Store, StoreError, Table};

/// How often a session is read again because it ended between two reads.
const READS: u32 = 4;

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
        for _ in 0..READS {
            let (session, presence) =
                try_join(store.session(session_id), store.presence(session_id)).await?;
            let Some(session) = session else { return Ok(None) };
            let wallet = store
                .wallet(&session.member.id)
                .await?
                .ok_or_else(|| StoreError::Shape("the member has no wallet".into()))?;
            if fits(&session, &wallet) {
                return Ok(Some(Self::observe(session, wallet, &presence, now_ms)));
            }
        }
        Err(StoreError::Unavailable("the session kept changing".into()))
    }

    /// Reads up to a hundred sessions with their wallets and presence, in the order of the list: three batches. What has
    /// no session or no wallet is left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_many(
        store: &Store,
        listed: &[OpenItem],
        now_ms: i64,
    ) -> Result<Vec<Self>, StoreError> {
        let keys = |of: fn(&str) -> Key| -> Vec<Key> {
            listed.iter().map(|one| of(&one.session_id)).collect()
        };
        // A batch must not name a key twice, and a member may have a session that is over beside the open one.
        let members: BTreeSet<_> = listed.iter().map(|one| one.member_id.as_str()).collect();
        let wallet_keys: Vec<_> = members.into_iter().map(wallet_key).collect();
        let (session_keys, presence_keys) = (keys(session_key), keys(presence_key));
        let (sessions, presence, wallets) = try_join3(
            store.get_many::<SessionItem>(Table::App, &session_keys, true),
            store.get_many::<PresenceItem>(Table::App, &presence_keys, true),
            store.get_many::<WalletItem>(Table::Ledger, &wallet_keys, true),
        )
        .await?;
        let mut sessions: HashMap<_, _> =
            sessions.into_iter().map(|item| (item.session_id.clone(), item)).collect();
        let presence: HashMap<_, _> =
            presence.into_iter().map(|item| (item.session_id.clone(), item)).collect();
        let wallets: HashMap<_, _> =
            wallets.into_iter().map(|item| (item.member_id.clone(), item)).collect();
        let none = PresenceItem::default();
        let mut rooms = Vec::with_capacity(listed.len());
        for one in listed {
            let Some(session) = sessions.remove(&one.session_id) else { continue };
            let Some(wallet) = wallets.get(&session.member.id) else { continue };
            if fits(&session, wallet) {
                let seen = presence.get(&one.session_id).unwrap_or(&none);
                rooms.push(Self::observe(session, wallet.clone(), seen, now_ms));
            } else {
                rooms.extend(Self::read(store, &one.session_id, now_ms).await?);
            }
        }
        Ok(rooms)
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
            now_ms: session.meter.not_before_last(now_ms),
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

/// Whether session and wallet belong together. A session that runs has its member's wallet open; if the wallet is not,
/// the session ended after it was read, and what was read of it would be taken for a lapsed lease.
fn fits(session: &SessionItem, wallet: &WalletItem) -> bool {
    let runs = session.meter.state.is_open() && session.meter.started_ms().is_some();
    !runs || wallet.open_session.as_ref() == Some(&session.session_id)
}

/// Minutes leased so far: the open wallet knows while it runs, the session once it has ended.
fn leased(session: &SessionItem, wallet: &WalletItem) -> u32 {
    match session.leased {
        Some(leased) => leased,
        None if wallet.open_session.as_ref() == Some(&session.session_id) => wallet.leased_minute,
        None => 0,
    }
}
