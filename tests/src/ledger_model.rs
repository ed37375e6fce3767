//! Random commands against a reference model, through the real routers and consumers on the in-process DynamoDB.
//!
//! After each command the whole ledger is read and compared: what each member may spend and has set aside, what each host
//! earned, fees and write-offs, and the state that each session shows. A failing case shrinks to its shortest commands.

mod reference;

use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::{Kit, Person, Reply, call, post};

use crate::books::Books;
use crate::routes::wallet::till::{Till, event, pending};
use crate::session_world::{Who, World, profile};
use reference::{Index, Model, State};

/// A command. A session is its member's last one, a top-up any earlier one.
#[derive(Clone, Debug)]
enum Command {
    Wait(i64),
    TopUp(Index, i64),
    Request(Index, Index),
    Accept(Index),
    Join(Index, Who),
    Reconnect(Index, Who),
    Leave(Index, Who),
    /// Both sides prove presence so often, 20 seconds apart.
    Beat(Index, u8),
    /// Ask, accept, join, join.
    Start(Index, Index),
    Tick,
    End(Index, Who),
    Refund {
        session: usize,
        minute: i64,
        by_platform: bool,
    },
    CardRefund {
        top_up: usize,
        percent: i64,
    },
    Dispute(usize),
    Decide {
        top_up: usize,
        won: bool,
    },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let one = || 0..2_usize;
    let who = || prop_oneof![Just(Who::C), Just(Who::R)];
    let which = || 0..6_usize;
    let command = prop_oneof![
        4 => prop_oneof![1_i64..80, Just(60), Just(120), 100_i64..400].prop_map(Command::Wait),
        3 => (one(), 1_i64..12).prop_map(|(member, minutes)| Command::TopUp(member, minutes * 150)),
        1 => (one(), one()).prop_map(|(member, host)| Command::Request(member, host)),
        4 => (one(), one()).prop_map(|(member, host)| Command::Start(member, host)),
        1 => one().prop_map(Command::Accept),
        2 => (one(), who()).prop_map(|(member, who)| Command::Join(member, who)),
        4 => (one(), who()).prop_map(|(member, who)| Command::Reconnect(member, who)),
        3 => (one(), who()).prop_map(|(member, who)| Command::Leave(member, who)),
        6 => (one(), 1_u8..5).prop_map(|(member, times)| Command::Beat(member, times)),
        4 => Just(Command::Tick),
        2 => (one(), who()).prop_map(|(member, who)| Command::End(member, who)),
        2 => (which(), 1_i64..4, any::<bool>())
            .prop_map(|(session, minute, by_platform)| Command::Refund { session, minute, by_platform }),
        1 => (which(), 1_i64..=100).prop_map(|(top_up, percent)| Command::CardRefund { top_up, percent }),
        1 => which().prop_map(Command::Dispute),
        2 => (which(), any::<bool>()).prop_map(|(top_up, won)| Command::Decide { top_up, won }),
    ];
    prop::collection::vec(command, 1..40)
}

/// The product and the model, side by side.
struct Pair {
    model: Model,
    /// `worlds[member][host]`: the same world, seen by each pair of people.
    worlds: [[World; 2]; 2],
    admin: Person,
    till: Till,
    ids: Vec<String>,
    events: u32,
}

impl Pair {
    async fn new(lease_minutes: u32) -> Self {
        let mut kit = Kit::new().await;
        kit.config.lease_minutes = lease_minutes;
        let (admin, till) = (kit.admin("Ada").await, Till::over(&kit));
        let world = World::with(kit, 0).await;
        let (c, r) = (world.kit.member("Carl").await, world.kit.host("Rolf").await);
        profile(&world.kit, &r).await;
        let of = |c: &Person, r: &Person| World::of(&world, c.clone(), r.clone());
        let worlds = [[of(&world.c, &world.r), of(&world.c, &r)], [of(&c, &world.r), of(&c, &r)]];
        let model = Model::new(i64::from(lease_minutes));
        Self { model, worlds, admin, till, ids: Vec::new(), events: 0 }
    }

    fn world(&self) -> &World {
        &self.worlds[0][0]
    }

    /// A member's last session, and the world of its pair.
    fn last(&self, member: Index) -> Option<(usize, &World)> {
        let at = self.model.sessions.iter().rposition(|one| one.member == member)?;
        Some((at, &self.worlds[member][self.model.sessions[at].host]))
    }

    async fn order(&self, member: Index, who: Who, verb: &str) -> Option<(usize, bool)> {
        let (at, world) = self.last(member)?;
        let reply = world.order(who, &self.ids[at], verb).await;
        Some((at, done(&reply)))
    }

    /// An event of the processor about the top-up `at`; whether it was applied.
    async fn event(&mut self, at: usize, event_type: &str, object: Value) -> bool {
        self.events += 1;
        let mut object = object;
        object["payment_intent"] = json!(format!("pi_{at}"));
        object["currency"] = json!("usd");
        let body = event(&format!("{}", self.events), event_type, object);
        self.till.deliver(&self.world().kit, &body).await.status == 200
    }

    fn wait(&mut self, seconds: i64) {
        self.model.advance(seconds);
        self.world().at(self.model.now);
    }

    async fn run(&mut self, command: &Command) {
        match *command {
            Command::Wait(seconds) => self.wait(seconds),
            Command::TopUp(member, amount) => self.top_up(member, amount).await,
            Command::Request(member, host) => {
                let reply = self.worlds[member][host].ask("voice").await;
                assert_eq!(reply.status == 201, self.model.request(member, host), "{}", reply.text);
                if reply.status == 201 {
                    self.ids.push(reply.body["id"].as_str().unwrap().to_owned());
                }
            }
            Command::Start(member, host) => {
                Box::pin(self.run(&Command::Request(member, host))).await;
                Box::pin(self.run(&Command::Accept(member))).await;
                Box::pin(self.run(&Command::Join(member, Who::C))).await;
                Box::pin(self.run(&Command::Join(member, Who::R))).await;
            }
            Command::Accept(member) => {
                if let Some((at, done)) = self.order(member, Who::R, "accept").await {
                    assert_eq!(done, self.model.accept(at));
                }
            }
            Command::Join(member, who) | Command::Reconnect(member, who) => {
                let back = matches!(command, Command::Reconnect(..));
                let verb = if back { "reconnect" } else { "join" };
                if let Some((at, done)) = self.order(member, who, verb).await {
                    assert_eq!(done, self.model.join(at, side(who), back));
                }
            }
            Command::Leave(member, who) => {
                if let Some((at, done)) = self.order(member, who, "leave").await {
                    assert_eq!(done, self.model.leave(at, side(who)));
                }
            }
            Command::Beat(member, times) => {
                for beat in 0..times {
                    self.wait(if beat == 0 { 0 } else { 20 });
                    for who in [Who::C, Who::R] {
                        if let Some((at, done)) = self.order(member, who, "renew").await {
                            assert!(done);
                            self.model.renew(at, side(who));
                        }
                    }
                }
            }
            Command::Tick => {
                self.world().tick().await;
                self.model.tick();
            }
            Command::End(member, who) => {
                if let Some((at, done)) = self.order(member, who, "end").await {
                    assert!(done);
                    self.model.end(at);
                }
            }
            Command::Refund { session, minute, by_platform } => {
                self.refund(session, minute, by_platform).await;
            }
            Command::CardRefund { top_up, .. }
            | Command::Dispute(top_up)
            | Command::Decide { top_up, .. } => {
                if top_up < self.model.top_ups.len() {
                    self.processor(command, top_up).await;
                }
            }
        }
    }

    /// What the processor tells about a top-up.
    async fn processor(&mut self, command: &Command, top_up: usize) {
        match *command {
            Command::CardRefund { percent, .. } => {
                let cumulative = self.model.top_ups[top_up].amount * percent / 100;
                let object = json!({ "id": "ch_1", "amount_refunded": cumulative });
                assert!(self.event(top_up, "charge.refunded", object).await);
                self.model.card_refund(top_up, cumulative);
            }
            Command::Decide { won, .. } => {
                let object = self.dispute(top_up, if won { "won" } else { "lost" });
                let done = self.event(top_up, "charge.dispute.closed", object).await;
                assert_eq!(done, self.model.decide(top_up, won));
            }
            _ => {
                let object = self.dispute(top_up, "needs_response");
                assert!(self.event(top_up, "charge.dispute.created", object).await);
                self.model.dispute(top_up);
            }
        }
    }

    async fn top_up(&mut self, member: Index, amount: i64) {
        let world = &self.worlds[member][0];
        let (id, at) = (pending(&world.kit, &world.c, amount).await, self.model.top_ups.len());
        let object = json!({
            "id": format!("cs_{at}"), "mode": "payment", "payment_status": "paid",
            "amount_total": amount, "metadata": { "top_up_id": id },
        });
        assert!(self.event(at, "checkout.session.completed", object).await);
        self.model.top_up(member, amount);
    }

    async fn refund(&mut self, session: usize, minute: i64, by_platform: bool) {
        let Some(id) = self.ids.get(session) else { return };
        let funding = if by_platform { "platform" } else { "shares" };
        let body =
            json!({ "session_id": id, "minute": minute, "funded_by": funding, "reason": "Odd." });
        let token = self.world().kit.token(&self.admin.user).await;
        let key = self.world().fresh_key();
        let request = post("/v1/admin/refunds").bearer(&token).key(&key).json(body);
        let reply = call(&self.till.router, request).await;
        let expected = self.model.refund(session, minute, by_platform);
        assert_eq!(reply.status == 201, expected, "{}", reply.text);
    }

    fn dispute(&self, top_up: usize, status: &str) -> Value {
        let amount = self.model.top_ups[top_up].amount;
        json!({ "id": format!("dp_{top_up}"), "charge": "ch_1", "amount": amount, "status": status })
    }

    /// Everything is as the model says.
    async fn compare(&self) {
        let (model, world) = (&self.model, self.world());
        let books = Books::in_dispute(&world.kit);
        for index in [0, 1] {
            let (member, host) = (self.worlds[index][0].c.id(), self.worlds[0][index].r.id());
            assert_eq!(books.spending(&member), model.available[index], "member {index} may spend");
            let wallet = world.kit.store().wallet(&member).await.unwrap().unwrap();
            assert_eq!(wallet.held_minor, model.held(index), "set aside for member {index}");
            assert_eq!(wallet.locked.is_some(), model.locked[index], "member {index} is locked");
            assert_eq!(books.earnings(&host), model.earnings[index], "host {index} earned");
        }
        assert_eq!((books.fees(), books.write_offs()), (model.fees, model.write_offs));
        for (session, id) in model.sessions.iter().zip(&self.ids) {
            let shown = self.worlds[session.member][session.host].read(Who::C, id).await;
            let state = match session.state {
                State::Waiting => "waiting",
                State::Active => "active",
                State::Paused => "paused",
                State::Reconnecting => "reconnecting",
                State::Over if session.settled => "finalized",
                State::Over => "ended",
            };
            assert_eq!(shown["state"], state);
            if session.settled {
                assert_eq!(shown["settlement"]["minutes"], session.minutes());
            }
        }
    }
}

fn done(reply: &Reply) -> bool {
    assert!(reply.status < 500, "{}", reply.text);
    reply.status < 300
}

fn side(who: Who) -> usize {
    usize::from(who == Who::R)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn commands_in_any_order_do_what_the_reference_says(
        commands in commands(), lease_minutes in 1_u32..4,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut pair = Pair::new(lease_minutes).await;
            for command in &commands {
                pair.run(command).await;
                pair.compare().await;
            }
        });
    }
}
