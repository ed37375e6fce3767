//! What reaches handlers: ticks, runs of payouts, messages, the processor's events, requests.

use std::rc::Rc;

use runtime::{Clock, SqsEvent, SqsMessage};
use sessions::{billing_charge, billing_tick};
use testkit::{call, get, post};
use wallet::run_payouts;

use crate::cluster::INSTANCES;
use crate::tasks::Ending;
use crate::world::{Ask, Event, Message, What, World};

/// How often a queue gives a message before it sets it aside.
const RECEIVES_MAX: u32 = 5;

impl World {
    /// The schedule of payouts fires, oftener than it would, and again when it was late.
    pub(crate) fn pay_hosts(&mut self) {
        let instance = self.rng.below(INSTANCES);
        let cluster = Rc::clone(&self.cluster);
        if !self.resting {
            let wait = self.rng.between(5_000, 90_000);
            self.after(wait, Event::Payouts);
        }
        let handler = Box::pin(async move {
            let one = &cluster.instances[instance];
            let done = run_payouts::handle(&one.app, one.clock.now()).await;
            Ending::Done(done.map(|_| ()).map_err(|error| error.to_string()))
        });
        self.start(What::Payouts, handler);
    }

    pub(crate) fn tick(&mut self, tries: u32) {
        let instance = self.rng.below(INSTANCES);
        let cluster = Rc::clone(&self.cluster);
        let calm = self.shared.lock().calm;
        if tries == 0 && !calm {
            self.after(60_000, Event::Tick(0));
        }
        if self.now_ms() < self.no_tick_until_ms && !calm {
            self.shared.lock().faults += 1;
            return;
        }
        if tries == 0 && !calm && self.shared.lock().strikes(|weather| weather.tick) {
            if self.rng.chance(500) {
                return;
            }
            let late = self.rng.between(0, 20_000);
            self.after(late, Event::Tick(1));
        }
        let handler = Box::pin(async move {
            let one = &cluster.instances[instance];
            let done = billing_tick::handle(&one.queue, one.clock.now()).await;
            Ending::Done(done.map_err(|error| error.to_string()))
        });
        self.start(What::Tick(tries), handler);
    }

    /// A worker gets this message and others that are visible.
    pub(crate) fn work(&mut self, first: Message) {
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

    pub(crate) fn deliver(&mut self, number: usize) {
        let body = {
            let notice = &mut self.shared.lock().vendor.notices[number];
            notice.sent += 1;
            notice.body.clone()
        };
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
        let events = ask.path.contains("/events?");
        let sessions = ["/v1/sessions", "/v1/host/requests"];
        let sessions = sessions.iter().any(|path| ask.path.starts_with(path));
        let handler = Box::pin(async move {
            let one = &cluster.instances[instance];
            let router = match (events, sessions) {
                (true, _) => &one.live,
                (_, true) => &one.sessions,
                _ => &one.wallet,
            };
            Ending::Reply(call(router, request).await)
        });
        self.start(What::Ask(ask), handler);
    }

    /// A message that was not handled becomes visible again, unless it is set aside.
    pub(crate) fn again(&mut self, message: Message) {
        if message.received < RECEIVES_MAX {
            self.after(30_000, Event::Message(message));
        }
    }

    /// What the handlers did becomes visible. Messages: soon, late, twice, never. A page may be paid, at once or never. Who
    /// waited for a write goes on.
    pub(crate) fn collect(&mut self) {
        let (written, payable, streamed) = {
            let core = &mut *self.shared.lock();
            let payable = std::mem::take(&mut core.payable);
            (std::mem::take(&mut core.written), payable, std::mem::take(&mut core.streamed))
        };
        streamed.into_iter().for_each(|written| self.flow(written));
        if !written.is_empty() {
            let now_ms = self.now_ms();
            self.tasks.written(&written, now_ms);
        }
        for page in payable {
            if self.rng.chance(900) {
                let at_once = self.rng.chance(200);
                let wait = if at_once { 0 } else { self.rng.between(0, 20_000) };
                self.after(wait, Event::Pay(page));
            }
        }
        for (operation, batch) in self.cluster.kit.aws.take() {
            if operation == "PostToConnection" {
                let id = batch["ConnectionId"].as_str().unwrap_or_default().to_owned();
                self.hear(&id, &batch["Data"]);
            }
            if operation != "SendMessageBatch" {
                continue;
            }
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
}
