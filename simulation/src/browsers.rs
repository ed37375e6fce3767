//! What people do: ask, accept, come, go, pay, vanish, press twice, and now and then something that makes no sense.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::people::{HOSTS, MEMBERS};
use crate::tasks::Ending;
use crate::world::{Ask, Event, Room, TRIES_MAX, World, nothing};

/// What may be asked of a session.
const VERBS: [&str; 8] =
    ["accept", "decline", "cancel", "join", "leave", "reconnect", "renew", "end"];

impl World {
    /// A person does something, and will again.
    pub(crate) fn act(&mut self, who: usize) {
        let wait = self.rng.between(2_000, 28_000);
        self.after(wait, Event::Act(who));
        if self.browsers[who].away_until_ms > self.now_ms() {
            return;
        }
        if self.shared.lock().strikes(|weather| weather.vanish) {
            let away = self.rng.between(10_000, 400_000);
            self.browsers[who].away_until_ms = self.now_ms() + away;
            return;
        }
        if self.rng.chance(40) && !self.rooms.is_empty() {
            let (room, verb) = (self.rng.below(self.rooms.len()), *self.rng.pick(&VERBS));
            return self.order(who, room, verb);
        }
        if self.rng.chance(60) {
            return self.look(who);
        }
        let room = self.browsers[who].room;
        let state = room.map_or("", |room| self.rooms[room].state.as_str()).to_owned();
        if !matches!(state.as_str(), "" | "ended" | "finalized") {
            self.dial(who);
        }
        let Some(room) = room.filter(|_| !matches!(state.as_str(), "ended" | "finalized")) else {
            return self.seek(who);
        };
        let host = who >= MEMBERS;
        let roll = self.rng.below(100);
        if state == "active" && self.rng.chance(150) {
            let path = format!("/v1/sessions/{}/messages", self.rooms[room].id);
            return self.ask(who, false, path, json!({ "text": "Yes." }));
        }
        let verb = match (state.as_str(), roll) {
            ("waiting", 0..60) if host => "accept",
            ("waiting", 60..64) if host => "decline",
            ("waiting", 0..4) => "cancel",
            ("waiting", 4..95) => "join",
            ("active", 0..6) => "leave",
            ("active", 6..15) => "end",
            ("active", 15..20) => "join",
            ("active", 20..50) => "renew",
            ("paused" | "reconnecting", 0..75) => "reconnect",
            ("paused" | "reconnecting", 75..85) => "end",
            ("paused" | "reconnecting", 85..90) => "join",
            _ => return,
        };
        self.order(who, room, verb);
    }

    /// Without a session: members pay in or ask a host, hosts look for requests.
    fn seek(&mut self, who: usize) {
        if who >= MEMBERS {
            return self.ask(who, true, "/v1/host/requests".into(), Value::Null);
        }
        if std::mem::take(&mut self.browsers[who].broke) || self.rng.chance(100) {
            let amount = self.rng.between(100, 5_000);
            return self.pay_in(who, amount);
        }
        let host = self.people[MEMBERS + self.rng.below(HOSTS)].id;
        let body = json!({ "host_id": host, "modality": "voice" });
        self.ask(who, false, "/v1/sessions".into(), body);
    }

    /// A person reads something.
    fn look(&mut self, who: usize) {
        let mut paths =
            vec!["/v1/wallet".to_owned(), "/v1/wallet/entries".into(), "/v1/sessions".into()];
        if who >= MEMBERS {
            paths.extend(["/v1/host/earnings".to_owned(), "/v1/host/payouts".into()]);
        }
        if let Some(room) = self.browsers[who].room {
            let id = &self.rooms[room].id;
            paths.extend([format!("/v1/sessions/{id}"), format!("/v1/sessions/{id}/receipt")]);
        }
        let path = self.rng.pick(&paths).clone();
        self.ask(who, true, path, Value::Null);
    }

    pub(crate) fn order(&mut self, who: usize, room: usize, verb: &str) {
        let path = format!("/v1/sessions/{}/{verb}", self.rooms[room].id);
        self.ask(who, false, path, nothing());
    }

    pub(crate) fn ask(&mut self, who: usize, reads: bool, path: String, body: Value) {
        let key = format!("key-{who}-{:08}", self.rng.below(100_000_000));
        let ask = Ask { who, reads, path, body, key, tries: 0 };
        if self.shared.lock().strikes(|weather| weather.twice) {
            let wait = self.rng.between(0, 50);
            self.after(wait, Event::Ask(ask.clone()));
        }
        self.after(0, Event::Ask(ask));
    }

    /// A browser in an open room proves presence every twenty seconds.
    pub(crate) fn beat(&mut self, who: usize, room: usize) {
        let side = usize::from(who >= MEMBERS);
        if matches!(self.rooms[room].state.as_str(), "ended" | "finalized") {
            self.rooms[room].beating[side] = false;
            return;
        }
        let wait = 20_000 + self.rng.between(-500, 500);
        self.after(wait, Event::Beat(who, room));
        if self.browsers[who].away_until_ms <= self.now_ms() {
            self.order(who, room, "renew");
        }
    }

    /// A request was answered, or was not.
    pub(crate) fn answered(&mut self, mut ask: Ask, ending: &Ending) {
        let reply = match ending {
            Ending::Reply(reply) if !matches!(reply.status, 500..) => reply,
            _ => {
                ask.tries += 1;
                if ask.tries < TRIES_MAX && !self.shared.lock().calm && self.rng.chance(700) {
                    let wait = self.rng.between(200, 5_000);
                    self.after(wait, Event::Ask(ask));
                }
                return;
            }
        };
        let body =
            if ask.path == "/v1/host/requests" { &reply.body["items"][0] } else { &reply.body };
        self.browsers[ask.who].broke |= reply.status == 402;
        if let Some((session_id, _)) =
            ask.path.trim_start_matches("/v1/sessions/").split_once("/events?")
            && reply.status == 200
        {
            return self.catch_up(ask.who, session_id, &reply.body);
        }
        match (reply.status, body["id"].as_str(), body["session_id"].as_str()) {
            (200 | 201, Some(id), _) if body["state"].is_string() => self.learn(id, body),
            (409, _, Some(id)) => {
                if let Some(room) = self.rooms.iter().position(|room| room.id == id) {
                    self.browsers[ask.who].room = Some(room);
                    let again = self.rng.below(10) < 5;
                    if again {
                        self.ask(ask.who, true, format!("/v1/sessions/{id}"), Value::Null);
                    }
                }
            }
            _ => {}
        }
    }

    /// Browsers of both sides see a session as a reply shows it.
    fn learn(&mut self, id: &str, body: &Value) {
        let side = |name: &str| {
            let wanted = body[name]["id"].as_str().unwrap_or_default().to_owned();
            self.people.iter().position(|user| user.id.to_string() == wanted)
        };
        let (Some(member), Some(host)) = (side("member"), side("host")) else { return };
        let state = body["state"].as_str().unwrap_or_default().to_owned();
        let room = match self.rooms.iter().position(|room| room.id == id) {
            Some(room) => room,
            None => {
                let (id, sides) = (id.to_owned(), [member, host]);
                self.rooms.push(Room { id, sides, state: String::new(), beating: [false; 2] });
                self.rooms.len() - 1
            }
        };
        let over = matches!(state.as_str(), "ended" | "finalized");
        for (side, who) in [member, host].into_iter().enumerate() {
            let shown = self.browsers[who].room;
            if shown.is_none_or(|shown| shown <= room) {
                self.browsers[who].room = Some(room);
            }
            if !over && !std::mem::replace(&mut self.rooms[room].beating[side], true) {
                let wait = self.rng.between(1_000, 20_000);
                self.after(wait, Event::Beat(who, room));
            }
        }
        // The member's browser renews at the instant that it is told, and so does the host's now and then.
        let renew_at = body["renew_at"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
        if let Some(at) = renew_at
            && self.rng.chance(300)
        {
            let wait = at.as_millisecond() - self.now_ms();
            let who = *self.rng.pick(&[member, member, host]);
            let path = format!("/v1/sessions/{id}/renew");
            if self.browsers[who].away_until_ms <= self.now_ms() + wait {
                let key = format!("renew-{who}-{:08}", self.rng.below(100_000_000));
                let ask = Ask { who, reads: false, path, body: nothing(), key, tries: 0 };
                self.after(wait, Event::Ask(ask));
            }
        }
        self.rooms[room].state = state;
    }

    /// A member asks for a page of the processor's.
    pub(crate) fn pay_in(&mut self, who: usize, amount_minor: i64) {
        let body = json!({ "amount_minor": amount_minor });
        self.ask(who, false, "/v1/wallet/top-ups".into(), body);
    }

    /// A card refund, a dispute or its decision; a transfer comes back; an account is paid out no more, or again.
    pub(crate) fn bank(&mut self) {
        let wait = self.rng.between(20_000, 90_000);
        self.after(wait, Event::Bank);
        let host = self.people[MEMBERS + self.rng.below(HOSTS)].id.to_string();
        let roll = self.rng.below(100);
        let (dispute, at) = (self.rng.chance(250), self.rng.next());
        let mut core = self.shared.lock();
        let one_of = |count: usize| usize::try_from(at % count.max(1) as u64).unwrap_or(0);
        let (page, transfer) =
            (one_of(core.vendor.pages.len()), one_of(core.vendor.transfers.len()));
        let open = core.vendor.pages.iter().position(|page| page.dispute == Some(false));
        let notice = match (roll, open) {
            (0..15, _) if !core.vendor.transfers.is_empty() => core.take_back(transfer),
            (15..25, _) => Some(core.change_account(&host)),
            _ if core.vendor.pages.is_empty() => None,
            (_, Some(open)) => core.dispute(open),
            _ if dispute => core.dispute(page),
            _ => core.card_refund(page, false),
        };
        drop(core);
        if let Some(notice) = notice {
            self.announce(notice);
        }
    }

    /// An admin holds a host's payouts back, lets them go on, or has a refused one tried again.
    pub(crate) fn govern(&mut self) {
        let wait = self.rng.between(5_000, 40_000);
        self.after(wait, Event::Admin);
        let refused = self.shared.lock().refused.clone();
        let host = self.people[MEMBERS + self.rng.below(HOSTS)].id;
        let (path, body) = match self.rng.below(10) {
            0..3 if !refused.is_empty() => {
                (format!("/v1/admin/payouts/{}/retry", self.rng.pick(&refused)), nothing())
            }
            0..5 => {
                let body = json!({ "reason": "Looks odd." });
                (format!("/v1/admin/hosts/{host}/payouts/hold"), body)
            }
            _ => (format!("/v1/admin/hosts/{host}/payouts/release"), nothing()),
        };
        self.ask(MEMBERS + HOSTS, false, path, body);
    }

    /// An admin gives minutes back, again and again.
    pub(crate) fn refund(&mut self) {
        let wait = self.rng.between(15_000, 90_000);
        self.after(wait, Event::Refund);
        let funded_by = *self.rng.pick(&["shares", "platform"]);
        self.give_back(None, funded_by);
    }

    /// An admin gives a minute of a settled session back, of this host's if one is named.
    pub(crate) fn give_back(&mut self, host: Option<&str>, funded_by: &str) {
        let of_host = |room: &&Room| {
            host.is_none_or(|host| self.people[room.sides[1]].id.to_string() == host)
        };
        let settled = self.rooms.iter().filter(|room| room.state == "finalized").filter(of_host);
        let settled: Vec<String> = settled.map(|room| room.id.clone()).collect();
        if settled.is_empty() {
            return;
        }
        let session_id = self.rng.pick(&settled).clone();
        let minute = self.rng.between(1, 4);
        let body = json!({ "session_id": session_id, "minute": minute, "funded_by": funded_by, "reason": "Odd." });
        self.ask(MEMBERS + HOSTS, false, "/v1/admin/refunds".into(), body);
    }
}
