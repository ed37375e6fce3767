//! Random commands against a reference model, through the real routers and consumers on the in-process DynamoDB.
//!
//! After each command the whole ledger is read and compared: what each member may spend and has set aside, what each host
//! earned, what is set aside for payouts, what the processor has, fees and write-offs, and the state that each session
//! shows; after each run of payouts also what the processor has transferred. A failing case shrinks to its shortest
//! commands.

mod commands;
mod payments;
mod reference;
mod room;

use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::{Kit, Person, post};

use crate::books::Books;
use crate::routes::wallet::payouts::payday::Payday;
use crate::routes::wallet::till::{event, pending};
use crate::session_world::{Who, World, profile};
use commands::{Command, scripts};
use reference::{Account, DAY, Model};

/// The world begins on a Friday at 15:00, in the third week of the reference's time.
const START: i64 = 18 * DAY + 15 * 3_600;

/// Whether product and reference agree.
type Agreed = Result<(), TestCaseError>;

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
        let at = self.model.rooms.iter().rposition(|room| room.people[0] == member)?;
        Some((at, &self.worlds[member][self.model.rooms[at].people[1]]))
    }

    fn wait(&mut self, seconds: i64) {
        self.model.advance(seconds);
        self.world().at(self.model.now - START);
    }

    async fn step(&mut self, step: Command) -> Agreed {
        match step {
            Command::Wait { seconds } => self.wait(seconds),
            Command::Rest { days } => self.wait(days * DAY),
            Command::TopUp { member, amount } => self.top_up(member, amount).await?,
            Command::Request { member, host } => self.request([member, host]).await?,
            Command::Order { member, by, verb } => self.order(member, by, verb).await?,
            Command::Beat { member, times } => {
                for beat in 0..times {
                    self.wait(if beat == 0 { 0 } else { 20 });
                    self.order(member, Who::C, "renew").await?;
                    self.order(member, Who::R, "renew").await?;
                }
            }
            Command::Tick => {
                self.world().tick().await;
                for at in 0..self.model.rooms.len() {
                    self.model.ask(at, 0, "tick");
                }
            }
            Command::Refund { session, minute, by_platform } => {
                self.refund(session, minute, by_platform).await?;
            }
            Command::CardRefund { top_up, percent } => self.card_refund(top_up, percent).await?,
            Command::Dispute { top_up, now } => self.dispute(top_up, now).await?,
            Command::Run { transfers } => self.payday(transfers).await?,
            Command::ComeBack { payout, percent } => self.come_back(payout, percent).await?,
            Command::Start { .. }
            | Command::Reading { .. }
            | Command::Payday { .. }
            | Command::Contest { .. } => unreachable!("made of steps"),
        }
        Ok(())
    }

    async fn request(&mut self, [member, host]: [usize; 2]) -> Agreed {
        let reply = self.worlds[member][host].ask("voice").await;
        // How often a member may ask is a matter of its own.
        if reply.status == 429 {
            return Ok(());
        }
        prop_assert_eq!(reply.status == 201, self.model.request([member, host]), "{}", reply.text);
        if reply.status == 201 {
            self.ids.push(reply.body["id"].as_str().unwrap().to_owned());
        }
        Ok(())
    }

    async fn order(&mut self, member: usize, by: Who, verb: &str) -> Agreed {
        let Some((at, world)) = self.last(member) else { return Ok(()) };
        let reply = world.order(by, &self.ids[at], verb).await;
        prop_assert!(reply.status < 500, "{}", reply.text);
        let possible = self.model.ask(at, usize::from(by == Who::R), verb);
        prop_assert_eq!(reply.status < 300, possible, "{}", reply.text);
        Ok(())
    }

    async fn refund(&mut self, session: usize, minute: i64, by_platform: bool) -> Agreed {
        let Some(session) = session.checked_rem(self.ids.len()) else { return Ok(()) };
        let id = &self.ids[session];
        let funding = if by_platform { "platform" } else { "shares" };
        let body =
            json!({ "session_id": id, "minute": minute, "funded_by": funding, "reason": "Odd." });
        let key = self.world().fresh_key();
        let request = post("/v1/admin/refunds").key(&key).json(body);
        let reply = self.day.ask(&self.admin, request).await;
        let possible = self.model.refund(session, minute, by_platform);
        prop_assert_eq!(reply.status == 201, possible, "{}", reply.text);
        Ok(())
    }

    /// An event of the processor; whether it was applied.
    async fn told(&mut self, event_type: &str, mut object: Value) -> bool {
        self.events += 1;
        object["currency"] = json!("usd");
        let body = event(&self.events.to_string(), event_type, object);
        self.day.till.deliver(&self.world().kit, &body).await.status == 200
    }

    async fn top_up(&mut self, member: usize, amount: i64) -> Agreed {
        let world = &self.worlds[member][0];
        let (id, at) = (pending(&world.kit, &world.c, amount).await, self.model.top_ups.len());
        let object = json!({
            "id": format!("cs_{at}"), "mode": "payment", "payment_status": "paid",
            "payment_intent": format!("pi_{at}"), "amount_total": amount, "metadata": { "top_up_id": id },
        });
        prop_assert!(self.told("checkout.session.completed", object).await);
        self.model.top_up(member, amount);
        Ok(())
    }

    async fn card_refund(&mut self, at: usize, percent: i64) -> Agreed {
        let Some(at) = at.checked_rem(self.model.top_ups.len()) else { return Ok(()) };
        let top_up = self.model.top_ups[at];
        let total = top_up.amount * percent / 100;
        let object =
            json!({ "id": "ch_1", "payment_intent": format!("pi_{at}"), "amount_refunded": total });
        prop_assert!(self.told("charge.refunded", object).await);
        self.model.card_refund(at, total);
        Ok(())
    }

    async fn dispute(&mut self, at: usize, now: &'static str) -> Agreed {
        let Some(at) = at.checked_rem(self.model.top_ups.len()) else { return Ok(()) };
        let top_up = self.model.top_ups[at];
        let (phase, status) =
            if now == "open" { ("created", "needs_response") } else { ("closed", now) };
        let object = json!({
            "id": format!("dp_{at}"), "charge": "ch_1", "payment_intent": format!("pi_{at}"),
            "amount": top_up.amount, "status": status,
        });
        let taken = self.told(&format!("charge.dispute.{phase}"), object).await;
        prop_assert_eq!(taken, self.model.dispute(at, now), "whether it is taken");
        Ok(())
    }

    /// A run by a process of its own, after any other would have given up what it had.
    async fn payday(&mut self, transfers: &str) -> Agreed {
        self.wait(900);
        let some = |wanted: &str| if transfers == wanted { 1_000 } else { 0 };
        let faults = json!({ "refuse_transfers": some("refused"), "refuse_next": some("lost"), "lose_next": some("unheard") });
        self.day.control("/_sandbox/faults", faults).await;
        self.day.run_without_repeats().await;
        let none = json!({ "refuse_transfers": 0, "refuse_next": 0, "lose_next": 0 });
        self.day.control("/_sandbox/faults", none).await;
        self.model.payday(transfers);
        let made = self.day.transfers().await;
        let made: i64 = made.iter().filter_map(|one| one["amount"].as_i64()).sum();
        let moved =
            self.model.payouts.iter().filter(|it| matches!(it.state, "transferred" | "paid"));
        let moved: i64 = moved.map(|payout| payout.amount).sum();
        prop_assert_eq!(made, moved, "what the processor has moved to hosts");
        Ok(())
    }

    async fn come_back(&mut self, at: usize, percent: i64) -> Agreed {
        let paid = self.model.payouts.iter().enumerate().filter(|(_, it)| it.state == "paid");
        let paid: Vec<_> = paid.map(|(number, payout)| (number, *payout)).collect();
        let Some(at) = at.checked_rem(paid.len()) else { return Ok(()) };
        let (number, payout) = paid[at];
        let total = payout.amount * percent / 100;
        let object = json!({
            "id": format!("tr_{at}"), "amount": payout.amount, "amount_reversed": total,
            "metadata": { "payout_id": self.paid()[at] },
        });
        prop_assert!(self.told("transfer.reversed", object).await);
        self.model.come_back(number, total);
        Ok(())
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

    /// Everything is as the reference says.
    async fn compare(&self) -> Agreed {
        let (model, world) = (&self.model, self.world());
        let books = Books::in_dispute(&world.kit);
        for person in [0, 1] {
            let (member, host) = (self.worlds[person][0].c.id(), self.worlds[0][person].r.id());
            let may_spend = model.has(Account::Spending(person));
            prop_assert_eq!(books.spending(&member), may_spend, "member {} may spend", person);
            let wallet = world.kit.store().wallet(&member).await.unwrap().unwrap();
            let rooms = model.rooms.iter().enumerate().filter(|(_, it)| it.people[0] == person);
            let held: i64 = rooms.map(|(at, _)| model.has(Account::Held(at))).sum();
            prop_assert_eq!(wallet.held_minor, held, "set aside for member {}", person);
            let locked = wallet.locked.is_some();
            prop_assert_eq!(locked, model.is_locked(person), "member {} is locked", person);
            let earned = model.earned(person, i64::MAX);
            prop_assert_eq!(books.earnings(&host), earned, "host {} earned", person);
        }
        for (found, account) in [
            (books.processor(), Account::Processor),
            (books.payouts(), Account::Payouts),
            (books.fees(), Account::Fees),
            (books.write_offs(), Account::WriteOffs),
        ] {
            prop_assert_eq!(found, model.has(account), "{:?}", account);
        }
        for (room, id) in model.rooms.iter().zip(&self.ids) {
            let [member, host] = room.people;
            let shown = self.worlds[member][host].read(Who::C, id).await;
            prop_assert_eq!(&shown["state"], room.state);
            if room.state == "finalized" {
                prop_assert_eq!(&shown["settlement"]["minutes"], room.minutes());
            }
        }
        Ok(())
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

/// Runs commands side by side, and compares after each of their steps.
fn agree(commands: &[Command], lease_minutes: u32) -> Agreed {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut pair = Pair::new(lease_minutes).await;
        for step in commands.iter().flat_map(|command| command.steps()) {
            pair.step(step).await?;
            pair.compare().await?;
        }
        Ok(())
    })
}

#[test]
fn a_transfer_that_was_unheard_of_is_found_though_new_ones_are_lost() {
    let commands = [
        Command::Reading { member: 0, host: 0, beats: 8 },
        Command::Payday { transfers: "unheard" },
        Command::Run { transfers: "lost" },
    ];
    agree(&commands, 1).unwrap();
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn commands_in_any_order_do_what_the_reference_says(
        script in scripts(), lease_minutes in 1_u32..4,
    ) {
        agree(&script.0, lease_minutes)?;
    }
}
