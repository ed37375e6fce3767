//! Random commands against a reference model, through the real routers and consumers on the in-process DynamoDB.
//!
//! After each command the whole ledger is read and compared: what each member may spend and has set aside, what each host
//! earned, what is set aside for payouts, fees and write-offs, and the state that each session shows; after each run of
//! payouts also what the processor has transferred. A failing case shrinks to its shortest commands.

mod reference;

use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::{Kit, Person, post};

use crate::books::Books;
use crate::routes::wallet::payouts::payday::Payday;
use crate::routes::wallet::till::{event, pending};
use crate::session_world::{Who, World, profile};
use reference::{Model, START};

/// A command. People are a member and a host, two of each; a session is its member's last one, a top-up, a session to
/// refund or a payout any earlier one.
#[derive(Clone, Debug)]
enum Command {
    Wait(i64),
    /// So many days go by.
    Rest(i64),
    TopUp(usize, i64),
    Request([usize; 2]),
    /// What a side asks of the session.
    Order(usize, Who, &'static str),
    /// Both sides prove presence so often, 20 seconds apart.
    Beat(usize, u8),
    /// Ask, accept, join, join.
    Start([usize; 2]),
    /// Top up, start, prove presence so often, end: three minutes or more.
    Reading([usize; 2], u8),
    Tick,
    Refund {
        session: usize,
        minute: i64,
        by_platform: bool,
    },
    CardRefund {
        top_up: usize,
        percent: i64,
    },
    /// A dispute is opened, won or lost.
    Dispute(usize, Option<bool>),
    /// A run of payouts, and what comes of its transfers.
    Run(&'static str),
    /// A run when all that was earned is old enough.
    Payday(&'static str),
    /// So much of a payout has come back in all.
    ComeBack {
        payout: usize,
        percent: i64,
    },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let member = || 0..2_usize;
    let people = || [0..2_usize, 0..2_usize];
    let who = || prop_oneof![Just(Who::C), Just(Who::R)];
    let which = || 0..6_usize;
    let order =
        |verb| (member(), who()).prop_map(move |(member, who)| Command::Order(member, who, verb));
    let outcome =
        || prop::sample::select(vec!["paid", "paid", "refused", "refused", "lost", "unheard"]);
    let command = prop_oneof![
        4 => prop_oneof![1_i64..80, Just(60), Just(120), 100_i64..400].prop_map(Command::Wait),
        3 => (member(), 1_i64..12).prop_map(|(member, minutes)| Command::TopUp(member, minutes * 150)),
        1 => people().prop_map(Command::Request),
        4 => people().prop_map(Command::Start),
        1 => member().prop_map(|member| Command::Order(member, Who::R, "accept")),
        2 => order("join"),
        4 => order("reconnect"),
        3 => order("leave"),
        2 => order("end"),
        6 => (member(), 1_u8..5).prop_map(|(member, times)| Command::Beat(member, times)),
        4 => Just(Command::Tick),
        2 => (which(), 1_i64..4, any::<bool>())
            .prop_map(|(session, minute, by_platform)| Command::Refund { session, minute, by_platform }),
        1 => (which(), 1_i64..=100).prop_map(|(top_up, percent)| Command::CardRefund { top_up, percent }),
        3 => (which(), any::<Option<bool>>()).prop_map(|(top_up, won)| Command::Dispute(top_up, won)),
        5 => (people(), 8_u8..13).prop_map(|(people, times)| Command::Reading(people, times)),
        2 => (1_i64..12).prop_map(Command::Rest),
        3 => outcome().prop_map(Command::Run),
        4 => outcome().prop_map(Command::Payday),
        2 => (0..3_usize, 1_i64..=100).prop_map(|(payout, percent)| Command::ComeBack { payout, percent }),
    ];
    prop::collection::vec(command, 1..32)
}

impl Command {
    /// What it consists of.
    fn steps(&self) -> Vec<Self> {
        match *self {
            Self::Start([member, host]) => vec![
                Self::Request([member, host]),
                Self::Order(member, Who::R, "accept"),
                Self::Order(member, Who::C, "join"),
                Self::Order(member, Who::R, "join"),
            ],
            Self::Payday(outcome) => vec![Self::Rest(8), Self::Run(outcome)],
            Self::Reading([member, host], times) => {
                let mut steps = vec![Self::TopUp(member, 1_800)];
                steps.extend(Self::Start([member, host]).steps());
                steps.push(Self::Beat(member, times));
                steps.push(Self::Order(member, Who::C, "end"));
                steps
            }
            _ => vec![self.clone()],
        }
    }
}

/// The product and the model, side by side.
struct Pair {
    model: Model,
    /// `worlds[member][host]`: the same world, seen by each pair of people.
    worlds: [[World; 2]; 2],
    admin: Person,
    day: Payday,
    ids: Vec<String>,
    events: u32,
}

impl Pair {
    async fn new(lease_minutes: u32) -> Self {
        let mut kit = Kit::new().await;
        kit.config.lease_minutes = lease_minutes;
        let admin = kit.admin("Ada").await;
        let day = Payday::with(kit, 0).await;
        let world = &day.world;
        let other = other_host(world).await;
        profile(&world.kit, &other).await;
        // Hosts have numbers in the order in which a run of payouts comes to them.
        let mut hosts = [world.r.clone(), other];
        hosts.sort_by_key(|host| shard(world, host));
        for host in &hosts {
            day.onboard(host, "ready").await;
        }
        let members = [world.c.clone(), world.kit.member("Carl").await];
        let worlds = members.map(|c| hosts.clone().map(|r| World::of(world, c.clone(), r)));
        let mut model = Model::default();
        (model.now, model.lease_minutes) = (START, i64::from(lease_minutes));
        Self { model, worlds, admin, day, ids: Vec::new(), events: 0 }
    }

    fn world(&self) -> &World {
        &self.day.world
    }

    /// A member's last session, and the world of its pair.
    fn last(&self, member: usize) -> Option<(usize, &World)> {
        let at = self.model.sessions.iter().rposition(|one| one.people[0] == member)?;
        Some((at, &self.worlds[member][self.model.sessions[at].people[1]]))
    }

    fn wait(&mut self, seconds: i64) {
        self.model.advance(seconds);
        self.world().at(self.model.now - START);
    }

    async fn step(&mut self, step: &Command) {
        match *step {
            Command::Wait(seconds) => self.wait(seconds),
            Command::Rest(days) => self.wait(days * 86_400),
            Command::TopUp(member, amount) => self.top_up(member, amount).await,
            Command::Request(people) => self.request(people).await,
            Command::Order(member, who, verb) => self.order(member, who, verb).await,
            Command::Beat(member, times) => {
                for beat in 0..times {
                    self.wait(if beat == 0 { 0 } else { 20 });
                    self.order(member, Who::C, "renew").await;
                    self.order(member, Who::R, "renew").await;
                }
            }
            Command::Tick => {
                self.world().tick().await;
                self.model.tick();
            }
            Command::Refund { session, minute, by_platform } => {
                self.refund(session, minute, by_platform).await;
            }
            Command::CardRefund { top_up, percent } => self.card_refund(top_up, percent).await,
            Command::Dispute(top_up, won) => self.dispute(top_up, won).await,
            Command::Run(outcome) => self.payday(outcome).await,
            Command::ComeBack { payout, percent } => self.come_back(payout, percent).await,
            Command::Start(_) | Command::Reading(..) | Command::Payday(_) => {
                unreachable!("made of steps")
            }
        }
    }

    async fn request(&mut self, [member, host]: [usize; 2]) {
        let reply = self.worlds[member][host].ask("voice").await;
        // How often a member may ask is a matter of its own.
        if reply.status == 429 {
            return;
        }
        assert_eq!(reply.status == 201, self.model.request([member, host]), "{}", reply.text);
        if reply.status == 201 {
            self.ids.push(reply.body["id"].as_str().unwrap().to_owned());
        }
    }

    async fn order(&mut self, member: usize, who: Who, verb: &str) {
        let Some((at, world)) = self.last(member) else { return };
        let reply = world.order(who, &self.ids[at], verb).await;
        assert!(reply.status < 500, "{}", reply.text);
        let possible = self.model.order(at, usize::from(who == Who::R), verb);
        assert_eq!(reply.status < 300, possible, "{}", reply.text);
    }

    async fn refund(&mut self, session: usize, minute: i64, by_platform: bool) {
        let Some(id) = self.ids.get(session) else { return };
        let funding = if by_platform { "platform" } else { "shares" };
        let body =
            json!({ "session_id": id, "minute": minute, "funded_by": funding, "reason": "Odd." });
        let key = self.world().fresh_key();
        let request = post("/v1/admin/refunds").key(&key).json(body);
        let reply = self.day.ask(&self.admin, request).await;
        let expected = self.model.refund(session, minute, by_platform);
        assert_eq!(reply.status == 201, expected, "{}", reply.text);
    }

    /// An event of the processor; whether it was applied.
    async fn told(&mut self, event_type: &str, mut object: Value) -> bool {
        self.events += 1;
        object["currency"] = json!("usd");
        let body = event(&self.events.to_string(), event_type, object);
        self.day.till.deliver(&self.world().kit, &body).await.status == 200
    }

    async fn top_up(&mut self, member: usize, amount: i64) {
        let world = &self.worlds[member][0];
        let (id, at) = (pending(&world.kit, &world.c, amount).await, self.model.top_ups.len());
        let object = json!({
            "id": format!("cs_{at}"), "mode": "payment", "payment_status": "paid",
            "payment_intent": format!("pi_{at}"), "amount_total": amount, "metadata": { "top_up_id": id },
        });
        assert!(self.told("checkout.session.completed", object).await);
        self.model.top_up(member, amount);
    }

    async fn card_refund(&mut self, at: usize, percent: i64) {
        let Some(top_up) = self.model.top_ups.get(at) else { return };
        let cumulative = top_up.amount * percent / 100;
        let object = json!({ "id": "ch_1", "payment_intent": format!("pi_{at}"), "amount_refunded": cumulative });
        assert!(self.told("charge.refunded", object).await);
        self.model.card_refund(at, cumulative);
    }

    async fn dispute(&mut self, at: usize, won: Option<bool>) {
        let Some(top_up) = self.model.top_ups.get(at) else { return };
        let (kind, status) = match won {
            None => ("charge.dispute.created", "needs_response"),
            Some(true) => ("charge.dispute.closed", "won"),
            Some(false) => ("charge.dispute.closed", "lost"),
        };
        let object = json!({
            "id": format!("dp_{at}"), "charge": "ch_1", "payment_intent": format!("pi_{at}"),
            "amount": top_up.amount, "status": status,
        });
        assert_eq!(self.told(kind, object).await, self.model.dispute(at, won));
    }

    /// A run by a process of its own, after any other would have given up what it had.
    async fn payday(&mut self, outcome: &str) {
        self.wait(900);
        let some = |wanted: &str| if outcome == wanted { 1_000 } else { 0 };
        let faults = json!({ "refuse_transfers": some("refused"), "refuse_next": some("lost"), "lose_next": some("unheard") });
        self.day.control("/_sandbox/faults", faults).await;
        self.day.run_without_repeats().await;
        let none = json!({ "refuse_transfers": 0, "refuse_next": 0, "lose_next": 0 });
        self.day.control("/_sandbox/faults", none).await;
        self.model.payday(outcome);
        let transfers = self.day.transfers().await;
        let moved: i64 = transfers.iter().filter_map(|one| one["amount"].as_i64()).sum();
        let made = self.model.reserved.iter().filter(|one| one.2).map(|one| one.1);
        let expected = self.model.paid.iter().map(|one| one.1).chain(made).sum::<i64>();
        assert_eq!(moved, expected, "what the processor has moved to hosts");
    }

    async fn come_back(&mut self, at: usize, percent: i64) {
        let Some((_, amount, _)) = self.model.paid.get(at).copied() else { return };
        let cumulative = amount * percent / 100;
        let object = json!({
            "id": format!("tr_{at}"), "amount": amount, "amount_reversed": cumulative,
            "metadata": { "payout_id": self.paid()[at] },
        });
        assert!(self.told("transfer.reversed", object).await);
        self.model.come_back(at, cumulative);
    }

    /// The ids of payouts that were paid, in the order in which they were set aside.
    fn paid(&self) -> Vec<String> {
        let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap().to_owned();
        let mut items = self.world().kit.items("app", "PAYOUT#");
        items.retain(|item| matches!(item["status"]["S"].as_str(), Some("paid" | "returned")));
        items.sort_by_key(|item| {
            let host =
                self.worlds[0].iter().position(|world| world.r.id() == text(item, "host_id"));
            let at_ms: i64 = item["reserved_at_ms"]["N"].as_str().unwrap().parse().unwrap();
            (at_ms, host)
        });
        items.iter().map(|item| text(item, "payout_id")).collect()
    }

    /// Everything is as the model says.
    async fn compare(&self) {
        let (model, world) = (&self.model, self.world());
        let books = Books::in_dispute(&world.kit);
        for index in [0, 1] {
            let (member, host) = (self.worlds[index][0].c.id(), self.worlds[0][index].r.id());
            assert_eq!(books.spending(&member), model.available[index], "member {index} may spend");
            let wallet = world.kit.store().wallet(&member).await.unwrap().unwrap();
            assert_eq!(wallet.held_minor, model.held[index], "set aside for member {index}");
            assert_eq!(wallet.locked.is_some(), model.locked[index], "member {index} is locked");
            assert_eq!(books.earnings(&host), model.earnings[index], "host {index} earned");
        }
        assert_eq!((books.fees(), books.write_offs()), (model.fees, model.write_offs));
        let reserved = model.reserved.map_or(0, |(_, amount, _)| amount);
        assert_eq!(books.payouts(), reserved, "set aside for payouts");
        for (session, id) in model.sessions.iter().zip(&self.ids) {
            let [member, host] = session.people;
            let shown = self.worlds[member][host].read(Who::C, id).await;
            assert_eq!(shown["state"], session.state);
            if session.state == "finalized" {
                assert_eq!(shown["settlement"]["minutes"], session.minutes());
            }
        }
    }
}

/// The list of accounts in which a host's earnings are.
fn shard(world: &World, host: &Person) -> String {
    let items = world.kit.items("ledger", &format!("HOST#{}", host.id()));
    let item = items.iter().find(|item| item["sk"]["S"] == "EARNINGS").unwrap();
    item["gsi1pk"]["S"].as_str().unwrap().to_owned()
}

/// A host beside R in another list of accounts, so that a run looks at one after the other.
async fn other_host(world: &World) -> Person {
    let mut number = 0;
    loop {
        number += 1;
        let host = world.kit.host(&format!("Rolf {number}")).await;
        if shard(world, &host) != shard(world, &world.r) {
            return host;
        }
    }
}

/// 24 cases, or as many as `PROPTEST_CASES` says, which changes proptest's own number.
fn config() -> ProptestConfig {
    const PROPTESTS_OWN: u32 = 256;
    let usual = ProptestConfig::default();
    let cases = if usual.cases == PROPTESTS_OWN { 24 } else { usual.cases };
    ProptestConfig { cases, max_shrink_iters: 400, failure_persistence: None, ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn commands_in_any_order_do_what_the_reference_says(
        commands in commands(), lease_minutes in 1_u32..4,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut pair = Pair::new(lease_minutes).await;
            for step in commands.iter().flat_map(Command::steps) {
                pair.step(&step).await;
                pair.compare().await;
            }
        });
    }
}
