//! Sessions whose leases share a transaction.

use serde_json::json;
use sessions::charge::LEASES_PER_TRANSACTION;
use store::session::{OpenItem, shard_key};
use store::{Key, Table, Transaction};
use testkit::Fault;

use crate::session_world::{Who, World, profile};

/// Active sessions of one shard, each with its own pair.
struct Crowd {
    pairs: Vec<(World, String)>,
}

impl Crowd {
    /// So many, each with 9.00 and its first minute leased now.
    async fn new(count: usize) -> Self {
        let first = World::new(900).await;
        let id = first.active().await;
        Self { pairs: vec![(first, id)] }.joined_by(count - 1).await
    }

    /// So many more, who begin now.
    async fn joined_by(mut self, count: usize) -> Self {
        let shard = shard_key(&self.pairs[0].1).pk;
        for _ in 0..count {
            let (kit, number) = (&self.world().kit, self.pairs.len());
            let c = kit.member(&format!("Cleo {number}")).await;
            let r = kit.host(&format!("Rhea {number}")).await;
            kit.fund(&c, 900).await;
            profile(kit, &r).await;
            let pair = World::of(self.world(), c, r);
            let id = pair.active().await;
            let open = OpenItem { session_id: id.clone(), member_id: pair.c.id() };
            // In the first one's shard too.
            let key = Key::new(&shard, shard_key(&id).sk);
            let tx = Transaction::new().replace("shard", Table::App, &key, &open, None);
            pair.kit.store().commit(tx).await.unwrap();
            self.pairs.push((pair, id));
        }
        self
    }

    fn world(&self) -> &World {
        &self.pairs[0].0
    }

    /// The message of their shard is worked on.
    async fn work(&self) {
        let shard = shard_key(&self.pairs[0].1).pk;
        let number: u32 = shard.strip_prefix("SHARD#").unwrap().parse().unwrap();
        let body = json!({ "shard": number, "tick_at": "2026-11-20T15:00:00Z" }).to_string();
        let reply = self.world().work(vec![body]).await;
        assert!(reply.batch_item_failures.is_empty(), "{reply:?}");
    }

    /// What each member may spend now, and how many minutes each session has leased; both agree with the books.
    async fn leased(&self) -> Vec<u64> {
        let mut leased = Vec::new();
        for (w, id) in &self.pairs {
            let minutes = w.books().lines(id).len();
            assert_eq!(w.balance().await, 900 - 300 * i64::try_from(minutes).unwrap());
            leased.push(minutes as u64);
        }
        leased
    }
}

#[tokio::test]
async fn leases_share_a_transaction_and_cost_four_write_units_each() {
    let crowd = Crowd::new(LEASES_PER_TRANSACTION + 2).await;
    let aws = &crowd.world().kit.aws;
    aws.reset_usage();
    crowd.work().await;
    let charging = aws.usage();
    assert_eq!(charging.calls["TransactWriteItems"], 2);
    assert_eq!(crowd.leased().await, vec![2; LEASES_PER_TRANSACTION + 2]);
    aws.reset_usage();
    crowd.work().await;
    let resting = aws.usage();
    assert!(!resting.calls.contains_key("TransactWriteItems"));
    let units = charging.capacity_units - resting.capacity_units;
    assert!((units - 48.0).abs() < 0.01, "{units}");
}

/// The second one's transaction is refused as a whole; what it then decides for each alone is to rest.
#[tokio::test]
async fn two_workers_at_once_charge_each_session_once() {
    let crowd = Crowd::new(4).await;
    let aws = &crowd.world().kit.aws;
    aws.reset_usage();
    futures::join!(crowd.work(), crowd.work());
    assert_eq!(crowd.leased().await, [2; 4]);
    assert_eq!(aws.usage().calls["TransactWriteItems"], 2);
}

#[tokio::test]
async fn leases_whose_outcome_is_unknown_are_charged_once() {
    for fault in [Fault::LostReply, Fault::LostRequest, Fault::Broken, Fault::Conflict] {
        let crowd = Crowd::new(3).await;
        crowd.world().kit.aws.faults.once("TransactWriteItems", fault);
        crowd.work().await;
        assert_eq!(crowd.leased().await, [2, 2, 2]);
    }
}

/// The end of the paid time of one of them ends none of the others.
#[tokio::test]
async fn what_is_too_late_for_one_is_still_leased_for_the_others() {
    let first = Crowd::new(1).await;
    let w = first.world();
    w.at(30);
    let crowd = first.joined_by(2).await;
    let w = crowd.world();
    w.at(40);
    for (pair, id) in &crowd.pairs {
        pair.beat(id).await;
    }
    // What was decided at 40 is held up until 61; the first one's minute ended at 60.
    let (clock, mut held) = (w.kit.clock.clone(), false);
    w.kit.aws.faults.set(move |call| {
        if call.operation != "TransactWriteItems" || std::mem::replace(&mut held, true) {
            return Fault::None;
        }
        clock.advance(21);
        Fault::Conflict
    });
    crowd.work().await;
    assert_eq!(crowd.leased().await, [1, 2, 2]);
    assert_eq!(w.read(Who::C, &crowd.pairs[0].1).await["state"], "paused");
}
