//! The back end: instances that share the tables, each with routers, workers and a clock of its own.
//!
//! Built once for each thread and length of lease, as routers take longer to build than a seed to run; what belongs to
//! a seed (tables, chance, time, skew) is put in anew. What an instance caches over requests (the public key, the
//! processor's keys) is read before the first seed, so that each seed finds the same.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use jiff::Timestamp;
use payments::Payments;
use serde_json::json;
use sessions::queue::Queue;
use store::Store;
use store::user::User;
use testkit::{Kit, Memory, START, call, post};
use web::{Ctx, KmsKey, SignedIn, Tokens};

use crate::fates::{SkewedClock, Time};
use crate::processor::Processor;

/// How many instances there are.
pub const INSTANCES: usize = 4;

/// One process of the back end.
pub struct Instance {
    /// Store, clock, configuration, tokens.
    pub ctx: Ctx,
    /// Its clock.
    pub clock: Arc<SkewedClock>,
    /// The sessions domain.
    pub sessions: Router,
    /// The wallet domain.
    pub wallet: Router,
    /// The wallet domain's state.
    pub app: wallet::App,
    /// The domain that checks the books.
    pub proofs: proofs::App,
    /// The sockets' domain: what was missed, over HTTP.
    pub live: Router,
    /// Its state, with the consumers of the streams.
    pub realtime: realtime::App,
    /// The billing queue.
    pub queue: Queue,
}

/// All of them, and what they share.
pub struct Cluster {
    /// The tables.
    pub memory: Memory,
    /// The fake AWS: queue, keys, secrets.
    pub kit: Kit,
    /// The true time.
    pub time: Time,
    /// The instances.
    pub instances: Vec<Instance>,
    /// The way to the card processor.
    pub processor: Processor,
    /// What the processor signs its events with.
    pub webhook_secret: String,
    tokens: RefCell<HashMap<(uuid::Uuid, i64), String>>,
}

thread_local! {
    static CLUSTERS: RefCell<HashMap<u32, Rc<Cluster>>> = RefCell::default();
}

impl Cluster {
    /// The cluster of this thread whose sessions lease so many minutes at a time.
    pub async fn of(lease_minutes: u32) -> Rc<Self> {
        if let Some(cluster) = CLUSTERS.with_borrow(|known| known.get(&lease_minutes).cloned()) {
            return cluster;
        }
        let cluster = Rc::new(Self::new(lease_minutes).await);
        CLUSTERS.with_borrow_mut(|known| known.insert(lease_minutes, Rc::clone(&cluster)));
        cluster
    }

    async fn new(lease_minutes: u32) -> Self {
        let mut kit = Kit::new().await;
        kit.config.lease_minutes = lease_minutes;
        let webhook_secret = uuid::Uuid::new_v4().to_string();
        let keys = json!({ "secret_key": "sk_test_simulation", "webhook_secret": webhook_secret });
        let secret_id = kit.config.stripe_secret_id.clone().unwrap_or_default();
        kit.aws.put_secret(&secret_id, &keys.to_string());
        let (memory, time) = (Memory::default(), Time::default());
        time.store(start_ms(), Ordering::Relaxed);
        let processor = Processor::default();
        let payments = processor.client("sk_test_simulation");
        let instances: Vec<_> =
            (0..INSTANCES).map(|_| instance(&kit, &payments, &memory, &time)).collect();
        for one in &instances {
            one.ctx.tokens.public().await.expect("the public key");
            let unsigned = call(&one.wallet, post("/").text("{}")).await;
            assert_eq!(unsigned.status, 400, "{}", unsigned.text);
        }
        let tokens = RefCell::default();
        Self { memory, kit, time, instances, processor, webhook_secret, tokens }
    }

    /// A token that a user's browser would have now: it is renewed every ten minutes.
    pub async fn token(&self, user: &User, now_ms: i64) -> String {
        let slot = now_ms.div_euclid(600_000);
        let known = self.tokens.borrow().get(&(user.id, slot)).cloned();
        if let Some(token) = known {
            return token;
        }
        let at = Timestamp::from_millisecond(slot * 600_000).unwrap_or_default();
        // Tokens outlive a seed, so their ids must not come from it.
        let ids = runtime::seeded::ids(None);
        let signed_in = SignedIn { at, two_factors: false };
        let tokens = &self.instances[0].ctx.tokens;
        let token = tokens.issue(user, signed_in, at).await.expect("a token");
        runtime::seeded::ids(ids);
        self.tokens.borrow_mut().insert((user.id, slot), token.clone());
        token
    }

    /// The tables as the product reads them.
    #[must_use]
    pub fn store(&self) -> Store {
        Store::over(Arc::new(self.memory.clone()))
    }
}

/// When every seed begins, Unix milliseconds.
#[must_use]
pub fn start_ms() -> i64 {
    START.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond)
}

fn instance(kit: &Kit, payments: &Payments, memory: &Memory, time: &Time) -> Instance {
    let aws = kit.aws.config();
    let clock = Arc::new(SkewedClock { time: time.clone(), skew_ms: AtomicI64::new(0) });
    let kms = aws_sdk_kms::Client::new(&aws);
    let config = Arc::new(kit.config.clone());
    let ctx = Ctx {
        store: Store::over(Arc::new(memory.clone())),
        clock: clock.clone(),
        config: config.clone(),
        tokens: Tokens::new(KmsKey::new(kms.clone(), &config.signing_key_id), &config.site_url),
        proof_key: KmsKey::new(kms, &config.proof_key_id),
    };
    let mut app = wallet::App::new(ctx.clone(), &aws);
    app.stripe = app.stripe.with_payments(payments.clone());
    let realtime = realtime::App::new(ctx.clone(), &aws);
    Instance {
        clock,
        sessions: web::serve(sessions::router(sessions::App::new(ctx.clone()))),
        wallet: web::serve(wallet::router(app.clone())),
        app,
        proofs: proofs::App::new(ctx.clone(), &aws),
        live: web::serve(realtime::router(realtime.clone())),
        realtime,
        queue: Queue::new(aws_sdk_sqs::Client::new(&aws), &config.billing_queue_url),
        ctx,
    }
}
