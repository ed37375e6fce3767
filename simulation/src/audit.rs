//! When all is quiet: the product's own check of the books, and laws 9 and 10 of every receipt.

use metering::{Interval, LeaseLine, Meter, Party, Receipt, ReceiptInput, State};
use proofs::conserve::conserve;
use store::session::SessionItem;
use store::wallet::EntryItem;
use testkit::{call, get};

use crate::world::World;

impl World {
    /// Asks everything that must hold at the end.
    pub async fn audit(&mut self) {
        let notices = self.shared.lock().vendor.notices.clone();
        for (number, notice) in notices.iter().enumerate() {
            if !notice.taken {
                self.fail(8, format!("event {number} was never applied: {}", notice.body));
            }
        }
        self.shared.lock().laws.at_rest();
        self.everybody_is_free().await;
        match conserve(&self.cluster.store()).await {
            Ok(figures) if figures.conserved() => {}
            other => self.fail(7, format!("the product's own check says {other:?}")),
        }
        for room in 0..self.rooms.len() {
            if let Err(how) = self.all_was_told(room).await {
                self.fail(11, how);
            }
            if let Err(how) = self.receipt(room).await {
                let id = &self.rooms[room].id;
                self.fail(10, format!("the receipt of {id}: {how}"));
            }
        }
    }

    /// Nobody is kept in a session that is over: no lock, no open wallet, nothing in a shard.
    async fn everybody_is_free(&self) {
        let store = self.cluster.store();
        for user in &self.people {
            let id = user.id.to_string();
            let (lock, wallet) = (store.lock(&id).await, store.wallet(&id).await);
            if !matches!(lock, Ok(None)) {
                self.fail(3, format!("{id} is still locked: {lock:?}"));
            }
            if !matches!(&wallet, Ok(Some(one)) if one.open_session.is_none() && one.leased_minute == 0)
            {
                self.fail(3, format!("the wallet of {id} is still open: {wallet:?}"));
            }
        }
        let shards = self.cluster.memory.items(store::Table::App);
        let left = shards.iter().filter(|(key, _)| key.pk.starts_with("SHARD#"));
        for (key, _) in left {
            self.fail(3, format!("{} is still in its shard", key.sk));
        }
    }

    /// The receipt recomputes from its own JSON, and comes again byte for byte from the session's events and entries.
    async fn receipt(&self, room: usize) -> Result<(), String> {
        let (id, who) = (&self.rooms[room].id, self.rooms[room].sides[0]);
        let store = self.cluster.store();
        let session = store.session(id).await.map_err(|error| error.to_string())?;
        let session = session.ok_or("its session is gone")?;
        if session.settlement.is_none() {
            return Ok(());
        }
        let token = self.cluster.token(&self.people[who], self.now_ms()).await;
        let request = get(&format!("/v1/sessions/{id}/receipt")).bearer(&token);
        let reply = call(&self.cluster.instances[0].sessions, request).await;
        let receipt: Receipt = serde_json::from_str(&reply.text)
            .map_err(|error| format!("{error}: {}", reply.text))?;
        receipt.check().map_err(|error| error.to_string())?;
        let entries = store.entries_of(&session.member.id, id).await;
        let entries = entries.map_err(|error| error.to_string())?;
        let proofs = sessions::proofs::read(&store, id, &entries).await;
        let proofs = proofs.map_err(|error| error.to_string())?;
        let again = sessions::receipt::Receipt::new(replayed(&entries, &session)?, proofs);
        let again = serde_json::to_string(&again).map_err(|error| error.to_string())?;
        if again == reply.text { Ok(()) } else { Err(format!("{} is not {again}", reply.text)) }
    }
}

/// A receipt made from what happened alone: the transitions, and the entries of the journal.
fn replayed(entries: &[EntryItem], session: &SessionItem) -> Result<Receipt, String> {
    let meter = replay(&session.meter);
    let lines = |prefix: &str| {
        let of = |item: &&EntryItem| item.entry.key.line.starts_with(prefix);
        entries.iter().filter(of).collect::<Vec<_>>()
    };
    let leases: Vec<LeaseLine> = lines("MINUTE#")
        .into_iter()
        .map(|item| LeaseLine {
            entry_id: item.entry.key.id(),
            first: item.notes.minute.unwrap_or(0),
            count: item.notes.minutes.unwrap_or(0),
            at_ms: item.at_ms,
        })
        .collect();
    let refunds: Vec<(u32, i64)> = lines("REFUND#")
        .into_iter()
        .map(|item| {
            let spending = ledger::Account::Spending(session.member.id.clone());
            (item.notes.minute.unwrap_or(0), item.entry.effect_on(&spending))
        })
        .collect();
    let leased = leases.iter().map(|lease| lease.count).sum();
    let settled = *lines("SETTLEMENT").first().ok_or("no settlement in the journal")?;
    let party =
        |one: &store::session::Participant| Party { id: one.id.clone(), name: one.name.clone() };
    let input = ReceiptInput {
        session_id: &session.session_id,
        brand: &session.brand,
        modality: &session.modality,
        member: party(&session.member),
        host: party(&session.host),
        settlement: meter.settlement(leased).map_err(|error| error.to_string())?,
        meter: &meter,
        leases: &leases,
        refunds: &refunds,
        settlement_entry_id: settled.entry.key.id(),
        settled_ms: settled.at_ms,
    };
    Receipt::write(&input).map_err(|error| error.to_string())
}

/// The facts that follow from the terms and the transitions: the clock runs while the state is active.
fn replay(stored: &Meter) -> Meter {
    let mut meter = Meter::request(stored.terms.clone(), stored.created_ms);
    for line in &stored.history {
        if let Some(open) = meter.intervals.last_mut()
            && open.until_ms.is_none()
        {
            open.until_ms = Some(line.at_ms);
        }
        if line.state == State::Active {
            meter.intervals.push(Interval { from_ms: line.at_ms, until_ms: None });
        }
        if line.state == State::Ended {
            meter.ended_ms = Some(line.at_ms);
        }
        meter.state = line.state;
    }
    meter
}
