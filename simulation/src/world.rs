//! One seed: what happens, when, and what comes of it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use proofs::check_conservation::{self, Asked};
use runtime::Clock;
use serde_json::{Value, json};
use store::user::User;
use testkit::Fault;

use crate::cluster::{Cluster, INSTANCES, start_ms};
use crate::fates::{Core, Shared};
use crate::history::{History, short};
use crate::laws::Laws;
use crate::mutations::Mutation;
use crate::payday::Payout;
use crate::people::{HOSTS, MEMBERS, earned_before, people, settle_in};
use crate::rng::Rng;
use crate::sockets::{Plug, Socket};
use crate::streams::{self, Streams};
use crate::tasks::{Ending, Handler, Step, Tasks, Trouble};
use crate::vendor::Vendor;
use crate::weather::Weather;

/// The furthest that an instance's clock is off.
pub const SKEW_MS: i64 = 5_000;
/// How long a handler may stop.
const STALL_MS: i64 = 45_000;
/// How long a run of payouts may: longer than it has a payout for itself.
const PAYOUT_STALL_MS: i64 = 200_000;
/// How far runs of payouts are apart at rest: longer than one has a payout for itself.
const RUN_APART_MS: i64 = 180_000;
/// Acts of a seed: with how many operations of a hundred each ends.
const ACTS: [u64; 3] = [45, 72, 100];
/// So many operations early an act may end, in one seed or another.
const UNHAPPY: [u64; 4] = [80, 80, 80, 250];
const DAY_MS: i64 = 86_400_000;
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
    /// An admin holds a host's payouts back, lets them go on, or has one tried again.
    Admin,
    /// The schedule of payouts fires.
    Payouts,
    /// The conservation check runs.
    Check,
    /// A consumer is called with what is next in a shard of a stream.
    Stream(streams::Place),
    /// Something happens to a socket.
    Plug(usize, Plug),
}

impl Event {
    /// It comes even if nobody does anything any more.
    fn is_of_the_back_end(&self) -> bool {
        let closes = |plug: &Plug| matches!(plug, Plug::Close(_));
        matches!(self, Self::Message(_) | Self::Notice(_) | Self::Stream(_))
            || matches!(self, Self::Plug(_, plug) if closes(plug))
    }
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
    /// Payouts.
    Payouts,
    /// So many records of a shard.
    Consume(streams::Place, usize),
    /// A socket's event.
    Plug(usize, Plug),
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
    /// Its socket.
    pub socket: Option<usize>,
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
    pub(crate) people: Vec<User>,
    pub(crate) browsers: Vec<Browser>,
    pub(crate) rooms: Vec<Room>,
    pub(crate) sockets: Vec<Socket>,
    /// By person and room: up to which event the browser knows all.
    pub(crate) known: BTreeMap<(usize, usize), u64>,
    pub(crate) streams: Streams,
    pub(crate) operations: u64,
    pub(crate) resting: bool,
    /// How many operations early an act may end.
    unhappy: u64,
    /// The schedule fails until then.
    pub(crate) no_tick_until_ms: i64,
    pub(crate) tasks: Tasks<What>,
    pub(crate) events: BTreeMap<(i64, u64), Event>,
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
        let _ = cluster.kit.aws.take();
        cluster.kit.aws.forget_sockets();
        for one in &cluster.instances {
            one.clock.skew_ms.store(rng.between(-SKEW_MS, SKEW_MS), Ordering::Relaxed);
        }
        let streams = seed.is_multiple_of(3);
        let core = Core {
            weather: Weather::of(&mut rng),
            rng: Rng::new(rng.next()),
            time: cluster.time.clone(),
            calm: true,
            faults: 0,
            vendor: Vendor::default(),
            held: None,
            written: Vec::new(),
            streamed: Vec::new(),
            streams,
            records: 0,
            payable: Vec::new(),
            refused: Vec::new(),
            laws: Laws::new(SKEW_MS),
            history: History::new(keep_history),
            mutation,
        };
        let shared = Shared::new(core);
        cluster.memory.reset(Box::new(shared.clone()));
        cluster.processor.lead_to(&shared);
        queue_faults(&cluster, &shared);
        let made_at = jiff::Timestamp::from_millisecond(start_ms()).unwrap_or_default();
        let people = people(made_at);
        let unhappy = *rng.pick(&UNHAPPY);
        let browsers = vec![Browser::default(); people.len()];
        let mut world = Self {
            cluster,
            shared,
            rng,
            people,
            browsers,
            rooms: Vec::new(),
            sockets: Vec::new(),
            known: BTreeMap::new(),
            streams: Streams::new(streams),
            operations: 0,
            resting: false,
            unhappy,
            no_tick_until_ms: i64::MIN,
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
        for who in MEMBERS..MEMBERS + HOSTS {
            let (amount, days) = (self.rng.between(0, 6_000), self.rng.between(6, 12));
            self.shared.lock().laws.earned_before += amount;
            let host_id = self.people[who].id.to_string();
            let at_ms = start_ms() - days * DAY_MS;
            earned_before(&self.cluster.store(), &host_id, amount, at_ms).await;
        }
        for who in 0..MEMBERS {
            let amount = self.rng.between(500, 9_000);
            self.pay_in(who, amount);
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
        self.after(60_000, Event::Admin);
        self.after(50_000, Event::Payouts);
        self.shared.lock().calm = false;
    }

    /// The true time.
    pub(crate) fn now_ms(&self) -> i64 {
        self.cluster.time.load(Ordering::Relaxed)
    }

    /// Something happens after so many milliseconds.
    pub(crate) fn after(&mut self, wait_ms: i64, event: Event) {
        let goes_on =
            event.is_of_the_back_end() || matches!(event, Event::Tick(_) | Event::Payouts);
        if self.resting && !goes_on {
            return;
        }
        self.made += 1;
        self.events.insert((self.now_ms() + wait_ms.max(0), self.made), event);
    }

    /// Runs until there were so many operations and faults: in acts, with more than a week between them, so that what was
    /// earned in one is paid out in a later one.
    pub async fn run(&mut self, operations: u64, faults: u64) {
        for (act, percent) in ACTS.into_iter().enumerate() {
            let (last, until) = (act + 1 == ACTS.len(), operations * percent / 100);
            while !self.act_is_over(last, until, faults) {
                self.turn().await;
                if self.events.is_empty() && self.tasks.is_empty() {
                    return;
                }
            }
            if !last {
                self.leap();
            }
        }
    }

    /// Whether there was enough. An act ends early at the worst moment: money has left, and the books do not say so yet.
    fn act_is_over(&self, last: bool, until: u64, faults: u64) -> bool {
        let core = self.shared.lock();
        let worst = || core.laws.payouts.values().any(Payout::is_between);
        if last {
            self.operations >= until && core.faults >= faults
        } else {
            self.operations >= until || self.operations + self.unhappy >= until && worst()
        }
    }

    /// More than a week passes in which nothing happens. What was under way is dead; what was due comes late.
    fn leap(&mut self) {
        let passes_ms = self.rng.between(9 * DAY_MS, 11 * DAY_MS);
        self.cluster.time.fetch_add(passes_ms, Ordering::Relaxed);
        for what in self.tasks.take() {
            self.finish(what, Ending::Crashed);
        }
        self.trim_streams();
        self.unplug_all();
    }

    /// No more faults, no more people: what is under way ends, time passes, and all must come to rest.
    pub async fn rest(&mut self) {
        self.shared.lock().calm = true;
        self.resting = true;
        self.events.retain(|_, event| event.is_of_the_back_end());
        // The processor's events may wait for a payout that is on its way.
        self.after(RUN_APART_MS, Event::Payouts);
        self.drain().await;
        for _ in 0..3 {
            self.after(11 * 60_000, Event::Tick(0));
            self.after(RUN_APART_MS, Event::Payouts);
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
            Step::Ended(what, ending) => {
                self.shared.lock().held = None;
                self.finish(what, ending);
            }
            Step::Went(at) => self.hold(at),
            Step::Wait(Some(until)) => self.pass(until),
            Step::Wait(None) if self.tasks.is_empty() => self.pass(i64::MAX),
            Step::Wait(None) => {
                panic!("a handler waits for something that the seed does not decide")
            }
        }
        self.collect();
    }

    /// Stops a handler that has decided and not written yet, if it is to be.
    fn hold(&mut self, at: usize) {
        let held = self.shared.lock().held.take();
        if let Some(mut places) = held {
            let payout = places.iter().any(|(_, key)| key.sk == "PAYOUT");
            let most_ms = if payout { PAYOUT_STALL_MS } else { STALL_MS };
            let mut until = self.now_ms() + self.rng.between(1_000, most_ms);
            if self.rng.chance(850)
                && let Some(fixed) = self.provoke(&places)
            {
                (places, until) = (Vec::new(), fixed);
            }
            self.tasks.hold(at, places, until);
        }
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
            Event::Act(who) => self.act(who),
            Event::Beat(who, room) => self.beat(who, room),
            Event::Ask(ask) => self.send(ask).await,
            Event::Pay(page) => {
                let notices = self.shared.lock().pay(page);
                notices.into_iter().for_each(|notice| self.announce(notice));
            }
            Event::Bank => self.bank(),
            Event::Notice(notice) => self.deliver(notice),
            Event::Refund => self.refund(),
            Event::Admin => self.govern(),
            Event::Stream(place) => self.consume(place),
            Event::Plug(number, plug) => self.plug(number, plug),
            Event::Payouts => self.pay_hosts(),
            Event::Check => {
                let instance = self.rng.below(INSTANCES);
                let cluster = Rc::clone(&self.cluster);
                let handler = Box::pin(async move {
                    let one = &cluster.instances[instance];
                    let (asked, now) = (Asked::default(), one.clock.now());
                    let done = check_conservation::handle(&one.proofs, asked, now).await;
                    Ending::Done(done.map_err(|error| error.to_string()))
                });
                self.start(What::Check, handler);
                self.after(150_000, Event::Check);
            }
        }
    }

    /// Takes up a task, with what is to befall it.
    pub(crate) fn start(&mut self, what: What, handler: Handler) {
        let core = &mut *self.shared.lock();
        // A run of payouts is long.
        let (awaits, most_ms) =
            if matches!(what, What::Payouts) { (120, PAYOUT_STALL_MS) } else { (16, STALL_MS) };
        let crash = core
            .strikes(|weather| weather.crash)
            .then(|| u32::try_from(core.rng.below(awaits)).unwrap_or(0));
        let stall = core.strikes(|weather| weather.stall).then(|| {
            let polls = u32::try_from(1 + core.rng.below(awaits)).unwrap_or(1);
            (polls, core.rng.between(500, most_ms))
        });
        self.operations += match &what {
            What::Work(messages) => messages.len() as u64,
            // They move no money: a seed is not shorter because much is told.
            What::Consume(..) | What::Plug(..) => 0,
            _ => 1,
        };
        self.tasks.add(what, handler, Trouble { crash_after: crash, stall });
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
                self.shared.lock().vendor.notices[number].taken = true;
            }
            (What::Notice(number), _) => {
                let notice = self.shared.lock().vendor.notices[number].clone();
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
            (What::Consume(place, count), Ending::Batch(reply)) => {
                self.consumed(place, count, Some(&reply));
            }
            (What::Consume(place, count), _) => self.consumed(place, count, None),
            (What::Plug(number, plug), ending) => self.plugged(number, plug, &ending),
            (What::Work(batch), _) => batch.into_iter().for_each(|message| self.again(message)),
            (What::Tick(_) | What::Check | What::Payouts, Ending::Done(Ok(()))) => {}
            (What::Tick(tries), _) if tries < 2 => self.after(30_000, Event::Tick(tries + 1)),
            // Nobody tries again but the schedule.
            (What::Tick(_) | What::Check | What::Payouts, _) => {}
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
            What::Plug(number, _) => format!("socket{number}"),
            What::Consume((table, shard), _) => format!("{table:?} {shard}"),
            What::Work(_) | What::Tick(_) | What::Check | What::Payouts => "schedule".into(),
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
        What::Payouts => "payouts".into(),
        What::Consume(_, count) => format!("{count} records"),
        What::Plug(_, plug) => format!("{plug:?}"),
    }
}

/// Sending to the queue and to sockets fails as often as other calls do.
fn queue_faults(cluster: &Cluster, shared: &Shared) {
    let shared = shared.clone();
    cluster.kit.aws.faults.set(move |call| {
        if !matches!(call.operation, "SendMessageBatch" | "PostToConnection") {
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
