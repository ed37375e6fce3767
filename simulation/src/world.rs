//! One seed: what happens, when, and what comes of it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use runtime::{Clock, SqsEvent, SqsMessage};
use serde_json::{Value, json};
use sessions::{billing_charge, billing_tick};
use store::user::User;
use testkit::{Fault, call, get, post};
use wallet::check_conservation::{self, Asked};

use crate::cluster::{Cluster, INSTANCES, start_ms};
use crate::fates::{Core, Shared};
use crate::history::{History, short};
use crate::laws::Laws;
use crate::mutations::Mutation;
use crate::people::{HOSTS, MEMBERS, people, settle_in};
use crate::rng::Rng;
use crate::tasks::{Ending, Handler, Step, Tasks, Trouble};
use crate::vendor::Vendor;
use crate::weather::Weather;

/// The furthest that an instance's clock is off.
pub const SKEW_MS: i64 = 5_000;
/// How often a queue gives a message before it sets it aside.
const RECEIVES_MAX: u32 = 5;
/// How often a browser tries a request again.
pub(crate) const TRIES_MAX: u32 = 4;

/// A queue message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its body.
    pub body: String,
    /// How often it was received.
    pub received: u32,
}

/// A request of a browser.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Whose browser.
    pub who: usize,
    /// `GET` or `POST`.
    pub reads: bool,
    /// Where to.
    pub path: String,
    /// With what.
    pub body: Value,
    /// The same for each try.
    pub key: String,
    /// Tries so far.
    pub tries: u32,
}

/// What happens at an instant.
#[derive(Clone, Debug)]
pub enum Event {
    /// The schedule fires; so often it has been tried before.
    Tick(u32),
    /// A message becomes visible.
    Message(Message),
    /// A person does something.
    Act(usize),
    /// A browser proves presence in a room.
    Beat(usize, usize),
    /// A browser sends a request, perhaps again.
    Ask(Ask),
    /// A page is paid.
    Pay(usize),
    /// The processor or a bank does something of its own.
    Bank,
    /// An event of the processor is delivered.
    Notice(usize),
    /// An admin gives a minute back.
    Refund,
    /// The conservation check runs.
    Check,
}

/// What a task works for.
#[derive(Clone, Debug)]
pub enum What {
    /// A request.
    Ask(Ask),
    /// A tick.
    Tick(u32),
    /// A batch of messages.
    Work(Vec<Message>),
    /// A delivery.
    Notice(usize),
    /// The conservation check.
    Check,
}

/// A session as people's browsers believe it to be.
#[derive(Clone, Debug)]
pub struct Room {
    /// Its id.
    pub id: String,
    /// Its member and its host.
    pub sides: [usize; 2],
    /// Its state, as a reply said last.
    pub state: String,
    /// Who proves presence.
    pub beating: [bool; 2],
}

/// A person's browser.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The room it shows.
    pub room: Option<usize>,
    /// It has vanished until then.
    pub away_until_ms: i64,
    /// The last refusal was for want of money.
    pub broke: bool,
}

/// The world of a seed.
pub struct World {
    pub(crate) cluster: Rc<Cluster>,
    pub(crate) shared: Shared,
    pub(crate) rng: Rng,
    pub(crate) vendor: Vendor,
    pub(crate) people: Vec<User>,
    pub(crate) browsers: Vec<Browser>,
    pub(crate) rooms: Vec<Room>,
    pub(crate) operations: u64,
    resting: bool,
    tasks: Tasks<What>,
    events: BTreeMap<(i64, u64), Event>,
    made: u64,
}

impl World {
    /// The world of a seed at its start.
    pub async fn new(seed: u64, keep_history: bool, mutation: Option<Mutation>) -> Self {
        let mut rng = Rng::new(seed);
        let lease_minutes = *rng.pick(&[1, 1, 1, 2, 3]);
        let cluster = Cluster::of(lease_minutes).await;
        runtime::seeded::ids(Some(rng.next()));
        cluster.time.store(start_ms(), Ordering::Relaxed);
        let _ = cluster.kit.aws.take("");
        for one in &cluster.instances {
            one.clock.skew_ms.store(rng.between(-SKEW_MS, SKEW_MS), Ordering::Relaxed);
        }
        let core = Core {
            weather: Weather::of(&mut rng),
            rng: Rng::new(rng.next()),
            time: cluster.time.clone(),
            calm: true,
            faults: 0,
            laws: Laws::new(SKEW_MS),
            history: History::new(keep_history),
            mutation,
        };
        let shared = Shared::new(core);
        cluster.memory.reset(Box::new(shared.clone()));
        queue_faults(&cluster, &shared);
        let made_at = jiff::Timestamp::from_millisecond(start_ms()).unwrap_or_default();
        let people = people(made_at);
        let browsers = vec![Browser::default(); people.len()];
        let mut world = Self {
            cluster,
            shared,
            rng,
            vendor: Vendor::default(),
            people,
            browsers,
            rooms: Vec::new(),
            operations: 0,
            resting: false,
            tasks: Tasks::default(),
            events: BTreeMap::new(),
            made: 0,
        };
        world.begin().await;
        world
    }

    async fn begin(&mut self) {
        let rates: Vec<i64> = (0..=MEMBERS + HOSTS).map(|_| self.rng.between(50, 900)).collect();
        settle_in(&self.cluster.store(), &self.people, |number| rates[number]).await;
        for who in 0..MEMBERS {
            let amount = self.rng.between(500, 9_000);
            let page = self.open_page(who, amount).await;
            let wait = self.rng.between(0, 2_000);
            self.after(wait, Event::Pay(page));
        }
        for who in 0..MEMBERS + HOSTS {
            let wait = self.rng.between(1_000, 20_000);
            self.after(wait, Event::Act(who));
        }
        let first = self.rng.between(1_000, 60_000);
        self.after(first, Event::Tick(0));
        self.after(40_000, Event::Bank);
        self.after(90_000, Event::Refund);
        self.after(100_000, Event::Check);
        self.shared.lock().calm = false;
    }

    /// The true time.
    pub(crate) fn now_ms(&self) -> i64 {
        self.cluster.time.load(Ordering::Relaxed)
    }

    /// Something happens after so many milliseconds.
    pub(crate) fn after(&mut self, wait_ms: i64, event: Event) {
        let goes_on = matches!(event, Event::Message(_) | Event::Notice(_) | Event::Tick(_));
        if self.resting && !goes_on {
            return;
        }
        self.made += 1;
        self.events.insert((self.now_ms() + wait_ms.max(0), self.made), event);
    }

    /// Runs until there were so many operations and faults.
    pub async fn run(&mut self, operations: u64, faults: u64) {
        while self.operations < operations || self.shared.lock().faults < faults {
            self.turn().await;
            if self.events.is_empty() && self.tasks.is_empty() {
                return;
            }
        }
    }

    /// No more faults, no more people: what is under way ends, time passes, and all must come to rest.
    pub async fn rest(&mut self) {
        self.shared.lock().calm = true;
        self.resting = true;
        self.events.retain(|_, event| matches!(event, Event::Message(_) | Event::Notice(_)));
        self.drain().await;
        for _ in 0..3 {
            self.after(11 * 60_000, Event::Tick(0));
            self.drain().await;
        }
    }

    async fn drain(&mut self) {
        // Bounded: what does not come to rest is found by the laws.
        for _ in 0..200_000 {
            if self.events.is_empty() && self.tasks.is_empty() {
                return;
            }
            self.turn().await;
        }
        self.fail(10, "the world did not come to rest".into());
    }

    pub(crate) fn fail(&self, law: u32, how: String) {
        self.shared.lock().laws.fail(law, how);
    }

    async fn turn(&mut self) {
        while let Some(event) = self.due() {
            self.happen(event).await;
        }
        let now_ms = self.now_ms();
        match self.tasks.step(now_ms, &mut self.rng) {
            Step::Ended(what, ending) => self.finish(what, ending),
            Step::Went => {}
            Step::Wait(Some(until)) => self.pass(until),
            Step::Wait(None) if self.tasks.is_empty() => self.pass(i64::MAX),
            Step::Wait(None) => {
                panic!("a handler waits for something that the seed does not decide")
            }
        }
        self.collect();
    }

    fn due(&mut self) -> Option<Event> {
        let first = self.events.first_entry()?;
        (first.key().0 <= self.cluster.time.load(Ordering::Relaxed)).then(|| first.remove())
    }

    /// Time goes to that instant, or to the next event before it.
    fn pass(&mut self, until_ms: i64) {
        let next = self.events.keys().next().map_or(i64::MAX, |(due, _)| *due);
        let to = next.min(until_ms);
        if to < i64::MAX {
            self.cluster.time.store(to.max(self.now_ms()), Ordering::Relaxed);
        }
    }

    async fn happen(&mut self, event: Event) {
        match event {
            Event::Tick(tries) => self.tick(tries),
            Event::Message(message) => self.work(message),
            Event::Act(who) => self.act(who).await,
            Event::Beat(who, room) => self.beat(who, room),
            Event::Ask(ask) => self.send(ask).await,
            Event::Pay(page) => {
                let notices = self.vendor.pay(page, &mut self.shared.lock());
                notices.into_iter().for_each(|notice| self.announce(notice));
            }
            Event::Bank => self.bank(),
            Event::Notice(notice) => self.deliver(notice),
            Event::Refund => self.refund(),
            Event::Check => {
                let instance = self.rng.below(INSTANCES);
                let cluster = Rc::clone(&self.cluster);
                let handler = Box::pin(async move {
                    let one = &cluster.instances[instance];
                    let (asked, now) = (Asked::default(), one.clock.now());
                    let done = check_conservation::handle(&one.app, asked, now).await;
                    Ending::Done(done.map_err(|error| error.to_string()))
                });
                self.start(What::Check, handler);
                self.after(150_000, Event::Check);
            }
        }
    }

    /// Takes up a task, with what is to befall it.
    fn start(&mut self, what: What, handler: Handler) {
        let core = &mut *self.shared.lock();
        let crash = core
            .strikes(|weather| weather.crash)
            .then(|| u32::try_from(core.rng.below(16)).unwrap_or(0));
        let stall = core.strikes(|weather| weather.stall).then(|| {
            let polls = u32::try_from(1 + core.rng.below(10)).unwrap_or(1);
            (polls, core.rng.between(500, 45_000))
        });
        self.operations += match &what {
            What::Work(messages) => messages.len() as u64,
            _ => 1,
        };
        self.tasks.add(what, handler, Trouble { crash_after: crash, stall });
    }

    fn tick(&mut self, tries: u32) {
        let instance = self.rng.below(INSTANCES);
        let cluster = Rc::clone(&self.cluster);
        let calm = self.shared.lock().calm;
        if tries == 0 && !calm {
            self.after(60_000, Event::Tick(0));
            if self.shared.lock().strikes(|weather| weather.tick) {
                if self.rng.chance(500) {
                    return;
                }
                let late = self.rng.between(0, 20_000);
                self.after(late, Event::Tick(1));
            }
        }
        let handler = Box::pin(async move {
            let one = &cluster.instances[instance];
            let done = billing_tick::handle(&one.queue, one.clock.now()).await;
            Ending::Done(done.map_err(|error| error.to_string()))
        });
        self.start(What::Tick(tries), handler);
    }

    /// A worker gets this message and others that are visible.
    fn work(&mut self, first: Message) {
        let mut batch = vec![first];
        let most = 1 + self.rng.below(10);
        let now_ms = self.now_ms();
        let visible: Vec<_> = self
            .events
            .iter()
            .take_while(|((due, _), _)| *due <= now_ms)
            .filter(|(_, event)| matches!(event, Event::Message(_)))
            .map(|(key, _)| *key)
            .take(most - 1)
            .collect();
        for key in visible {
            if let Some(Event::Message(message)) = self.events.remove(&key) {
                batch.push(message);
            }
        }
        for message in &mut batch {
            message.received += 1;
        }
        let records = batch.iter().enumerate().map(|(number, message)| SqsMessage {
            message_id: number.to_string(),
            body: message.body.clone(),
        });
        let event = SqsEvent { records: records.collect() };
        let instance = self.rng.below(INSTANCES);
        let cluster = Rc::clone(&self.cluster);
        let handler = Box::pin(async move {
            let one = &cluster.instances[instance];
            Ending::Batch(billing_charge::handle(&one.ctx, &one.queue, event).await)
        });
        self.start(What::Work(batch), handler);
    }

    fn deliver(&mut self, number: usize) {
        let notice = &mut self.vendor.notices[number];
        notice.sent += 1;
        let body = notice.body.clone();
        let stale = self.shared.lock().strikes(|weather| weather.webhook / 8);
        let at = self.now_ms() / 1_000 - if stale { 400 } else { 0 };
        let signature = sandbox::sign(&self.cluster.webhook_secret, at, body.as_bytes());
        let instance = self.rng.below(INSTANCES);
        let cluster = Rc::clone(&self.cluster);
        let handler = Box::pin(async move {
            let request = post("/").header("stripe-signature", &signature).text(&body);
            Ending::Reply(call(&cluster.instances[instance].wallet, request).await)
        });
        self.start(What::Notice(number), handler);
    }

    /// A new event of the processor sets out: soon, late, twice, or three days late.
    pub(crate) fn announce(&mut self, number: usize) {
        let copies = if self.shared.lock().strikes(|weather| weather.webhook) { 3 } else { 1 };
        for _ in 0..copies {
            let late = self.shared.lock().strikes(|weather| weather.webhook / 2);
            let wait = match (late, self.rng.below(10)) {
                (false, _) => self.rng.between(0, 4_000),
                (true, 0) => 72 * 3_600_000,
                (true, _) => self.rng.between(4_000, 400_000),
            };
            self.after(wait, Event::Notice(number));
        }
    }

    /// A browser's request reaches an instance.
    pub(crate) async fn send(&mut self, ask: Ask) {
        let token = self.cluster.token(&self.people[ask.who], self.now_ms()).await;
        let instance = self.rng.below(INSTANCES);
        let cluster = Rc::clone(&self.cluster);
        let request = if ask.reads {
            get(&ask.path).bearer(&token)
        } else {
            post(&ask.path).bearer(&token).key(&ask.key).json(ask.body.clone())
        };
        let money = ["/v1/wallet", "/v1/admin/refunds", "/v1/host/earnings"];
        let money = money.iter().any(|path| ask.path.starts_with(path));
        let handler = Box::pin(async move {
            let one = &cluster.instances[instance];
            let router = if money { &one.wallet } else { &one.sessions };
            Ending::Reply(call(router, request).await)
        });
        self.start(What::Ask(ask), handler);
    }

    fn finish(&mut self, what: What, ending: Ending) {
        self.note(&what, &ending);
        if let Ending::Reply(reply) = &ending
            && reply.status == 500
        {
            self.fail(0, format!("{} was answered with 500: {}", name(&what), reply.text));
        }
        match (what, ending) {
            (What::Ask(ask), ending) => self.answered(ask, &ending),
            (What::Notice(number), Ending::Reply(reply)) if reply.status == 200 => {
                self.vendor.notices[number].taken = true;
            }
            (What::Notice(number), _) => {
                let notice = &self.vendor.notices[number];
                if !notice.taken && notice.sent < 240 {
                    // For days, as the processor does: an event may wait for an earlier one that is 72 hours late. Copies
                    // of an event are tried again side by side, and count together.
                    let wait = 2_000_i64 << notice.sent.min(12);
                    self.after(wait, Event::Notice(number));
                }
            }
            (What::Work(batch), Ending::Batch(reply)) => {
                let failed = reply.batch_item_failures.iter();
                let failed: Vec<usize> =
                    failed.filter_map(|one| one.item_identifier.parse().ok()).collect();
                let again = batch.into_iter().enumerate();
                again
                    .filter(|(number, _)| failed.contains(number))
                    .for_each(|(_, message)| self.again(message));
            }
            (What::Work(batch), _) => batch.into_iter().for_each(|message| self.again(message)),
            (What::Tick(_) | What::Check, Ending::Done(Ok(()))) => {}
            (What::Tick(tries), _) if tries < 2 => self.after(30_000, Event::Tick(tries + 1)),
            (What::Tick(_) | What::Check, _) => {}
        }
    }

    /// A message that was not handled becomes visible again, unless it is set aside.
    fn again(&mut self, message: Message) {
        if message.received < RECEIVES_MAX {
            self.after(30_000, Event::Message(message));
        }
    }

    /// What the handlers sent to the queue becomes visible: soon, late, twice, never.
    fn collect(&mut self) {
        for batch in self.cluster.kit.aws.take("SendMessageBatch") {
            let entries = batch["Entries"].as_array().cloned().unwrap_or_default();
            for entry in entries {
                let body = entry["MessageBody"].as_str().unwrap_or_default().to_owned();
                let message = Message { body, received: 0 };
                let odd = self.shared.lock().strikes(|weather| weather.duplicate);
                let copies = if odd { *self.rng.pick(&[0, 2, 2, 3]) } else { 1 };
                for _ in 0..copies {
                    let late = self.shared.lock().strikes(|weather| weather.late);
                    let wait = if late {
                        self.rng.between(1_000, 200_000)
                    } else {
                        self.rng.between(0, 300)
                    };
                    self.after(wait, Event::Message(message.clone()));
                }
            }
        }
    }

    fn note(&self, what: &What, ending: &Ending) {
        let now_ms = self.now_ms();
        let outcome = || match ending {
            Ending::Reply(reply) if reply.status < 300 => {
                format!("{} {}", reply.status, reply.body["state"].as_str().unwrap_or_default())
            }
            Ending::Reply(reply) => format!("{} {}", reply.status, reply.problem()),
            Ending::Batch(reply) => format!("{} failed", reply.batch_item_failures.len()),
            Ending::Done(done) => format!("{done:?}"),
            Ending::Crashed => "crashed".into(),
        };
        let who = || match what {
            What::Ask(ask) => format!("person{}", ask.who),
            What::Notice(_) => "processor".into(),
            What::Work(_) | What::Tick(_) | What::Check => "schedule".into(),
        };
        self.shared.lock().history.line(now_ms, who, || name(what), outcome);
    }
}

/// What a task is called in the history.
fn name(what: &What) -> String {
    match what {
        What::Ask(ask) => {
            let path = ask.path.split('/').map(short).collect::<Vec<_>>().join("/");
            format!(
                "{path} {} (try {})",
                if ask.body.is_null() { String::new() } else { ask.body.to_string() },
                ask.tries
            )
        }
        What::Tick(_) => "tick".into(),
        What::Work(batch) => format!("charge {} shards", batch.len()),
        What::Notice(number) => format!("event {number}"),
        What::Check => "conservation".into(),
    }
}

/// Sending to the queue fails as often as other calls do.
fn queue_faults(cluster: &Cluster, shared: &Shared) {
    let shared = shared.clone();
    cluster.kit.aws.faults.set(move |call| {
        if call.operation != "SendMessageBatch" {
            return Fault::None;
        }
        let mut core = shared.lock();
        if !core.strikes(|weather| weather.call) {
            return Fault::None;
        }
        *core.rng.pick(&[Fault::LostRequest, Fault::LostReply, Fault::Throttle, Fault::Broken])
    });
}

/// An empty JSON object.
pub(crate) fn nothing() -> Value {
    json!({})
}
