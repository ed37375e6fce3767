//! The reference: what the rules make of commands, told as plainly as can be. One second at a time, no leases ahead of
//! time, no database, no retries; whatever it says must be what the product says. States and verbs have the product's
//! names; a command says whether it was possible. Amounts are minor units, instants seconds since a Monday.

/// Price of a minute, the host's part of it, the platform's part; the least that is paid out.
pub const RATE: i64 = 300;
const SHARE: i64 = 210;
const FEE: i64 = 90;
const PAYOUT_MIN: i64 = 500;
const DAY: i64 = 86_400;
/// The world begins on a Friday at 15:00.
pub const START: i64 = 4 * DAY + 15 * 3_600;

#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Its member and its host; each is one of two.
    pub people: [usize; 2],
    pub state: &'static str,
    accepted: bool,
    /// Until when it waits or stands; since when it runs or stands.
    deadline: i64,
    since: i64,
    /// When each side that has joined last proved presence.
    seen: [Option<i64>; 2],
    active_seconds: i64,
    paused_seconds: i64,
    pauses: u32,
    leased: i64,
    refunded: Vec<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct TopUp {
    member: usize,
    pub amount: i64,
    refunded: i64,
    /// Whether its dispute is open, if there was one.
    dispute: Option<bool>,
}

/// Everything there is; arrays are by member or by host.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub now: i64,
    pub lease_minutes: i64,
    pub available: [i64; 2],
    pub held: [i64; 2],
    pub locked: [bool; 2],
    pub earnings: [i64; 2],
    pub fees: i64,
    pub write_offs: i64,
    pub sessions: Vec<Session>,
    pub top_ups: Vec<TopUp>,
    /// Host, day and amount of each settlement.
    earned: Vec<(usize, i64, i64)>,
    /// The week of the last run of payouts, and how many hosts were looked at.
    run: (i64, usize),
    /// Host and amount of what is set aside, and whether its transfer was made; then of what was paid, and what came back.
    pub reserved: Option<(usize, i64, bool)>,
    pub paid: Vec<(usize, i64, i64)>,
}

impl Model {
    /// Lets seconds pass, one by one while there is a session.
    pub fn advance(&mut self, seconds: i64) {
        let until = self.now + seconds;
        while self.now < until && self.sessions.iter().any(|one| !one.is_over()) {
            self.now += 1;
            self.sessions.iter_mut().for_each(|one| one.second(self.now));
        }
        self.now = until;
    }

    pub fn request(&mut self, people: [usize; 2]) -> bool {
        if self.minutes_affordable(people[0]) < 1 {
            return false;
        }
        for side in [0, 1] {
            // Who is in a session that time has ended is free once that is noticed.
            let last = self.sessions.iter().rposition(|one| one.people[side] == people[side]);
            if last.is_some_and(|at| !self.settle(at)) {
                return false;
            }
        }
        let (state, deadline) = ("waiting", self.now + 120);
        self.sessions.push(Session { people, state, deadline, ..Session::default() });
        true
    }

    /// What a side (0 the member, 1 the host) asks of a session.
    pub fn order(&mut self, at: usize, side: usize, verb: &str) -> bool {
        let pays = self.minutes_affordable(self.sessions[at].people[0]) >= 1;
        let (session, now) = (&mut self.sessions[at], self.now);
        let used_up = session.paid_seconds() <= 0;
        match (session.state, verb) {
            (_, "renew") => {
                session.prove(side, now);
                self.lease(at, 15);
            }
            (_, "end") => session.end(),
            ("ended" | "finalized", _) | ("waiting", "reconnect") => return false,
            (_, "accept") => session.accept(now),
            ("waiting", "join") if !pays || side == 1 && !session.accepted => return false,
            ("paused" | "reconnecting", "join" | "reconnect") if used_up && !pays => return false,
            (_, "join" | "reconnect") => {
                if session.enter(side, now) {
                    self.lease(at, 0);
                }
            }
            ("active", "leave") => session.pause(now, now, Some(side)),
            _ => return false,
        }
        self.settle(at);
        true
    }

    /// What the worker does each minute.
    pub fn tick(&mut self) {
        for at in 0..self.sessions.len() {
            self.lease(at, 75);
            self.settle(at);
        }
    }

    pub fn top_up(&mut self, member: usize, amount: i64) {
        self.available[member] += amount;
        self.top_ups.push(TopUp { member, amount, ..TopUp::default() });
    }

    /// A settled minute goes back to its member.
    pub fn refund(&mut self, at: usize, minute: i64, by_platform: bool) -> bool {
        let Some(session) = self.sessions.get_mut(at) else { return false };
        let [member, host] = session.people;
        let paid = session.state == "finalized" && minute <= session.minutes();
        let [share, fee, loss] = if by_platform { [0, 0, RATE] } else { [SHARE, FEE, 0] };
        if !paid || session.refunded.contains(&minute) || self.earnings[host] < share {
            return false;
        }
        session.refunded.push(minute);
        self.available[member] += RATE;
        self.earnings[host] -= share;
        self.fees -= fee;
        self.write_offs -= loss;
        true
    }

    /// The processor reports what went back on the card in all.
    pub fn card_refund(&mut self, at: usize, cumulative: i64) {
        let TopUp { member, refunded, .. } = &mut self.top_ups[at];
        let increase = (cumulative - *refunded).max(0);
        let from_member = increase.min(self.available[*member].max(0));
        *refunded += increase;
        self.available[*member] -= from_member;
        self.write_offs -= increase - from_member;
    }

    /// The processor reports a dispute, or how it was decided.
    pub fn dispute(&mut self, at: usize, won: Option<bool>) -> bool {
        let TopUp { member, amount, dispute, .. } = self.top_ups[at];
        match (dispute, won) {
            (None, None) => {
                self.available[member] -= amount;
                self.locked[member] = true;
            }
            (Some(true), Some(true)) => self.available[member] += amount,
            (Some(true), Some(false)) => {
                let debt = self.available[member].min(0);
                self.available[member] -= debt;
                self.write_offs += debt;
            }
            _ => return dispute.is_some(),
        }
        self.top_ups[at].dispute = Some(won.is_none());
        let open = |one: &TopUp| one.member == member && one.dispute == Some(true);
        self.locked[member] &= won != Some(true) || self.top_ups.iter().any(open);
        true
    }

    /// A run of payouts: what is set aside, then this week's hosts that were not looked at; until there is no answer.
    pub fn payday(&mut self, outcome: &str) {
        let (today, week) = (self.now / DAY, self.now / (7 * DAY));
        self.run = if self.run.0 == week { self.run } else { (week, 0) };
        while self.transfer(outcome) && self.run.1 < 2 {
            let host = self.run.1;
            let young = self.earned.iter().filter(|one| one.0 == host && one.1 >= today - 7);
            let amount = self.earnings[host] - young.map(|one| one.2).sum::<i64>();
            if amount >= PAYOUT_MIN {
                self.earnings[host] -= amount;
                self.reserved = Some((host, amount, false));
            }
            self.run.1 += 1;
        }
    }

    /// Sends what is set aside, or finds that it was sent; whether nothing stays set aside. The outcome: the processor
    /// refuses, the request is lost, its answer is unheard, or all is well.
    fn transfer(&mut self, outcome: &str) -> bool {
        match (self.reserved.take(), outcome) {
            (None, _) => {}
            (Some((host, amount, false)), "refused") => self.earnings[host] += amount,
            (Some((host, amount, false)), "unheard") => self.reserved = Some((host, amount, true)),
            (reserved, "lost") => self.reserved = reserved,
            (Some((host, amount, _)), _) => self.paid.push((host, amount, 0)),
        }
        self.reserved.is_none()
    }

    /// The processor reports what has come back of a transfer in all.
    pub fn come_back(&mut self, at: usize, cumulative: i64) {
        let (host, _, returned) = &mut self.paid[at];
        let increase = (cumulative - *returned).max(0);
        *returned += increase;
        self.earnings[*host] += increase;
    }

    fn minutes_affordable(&self, member: usize) -> i64 {
        if self.locked[member] { 0 } else { self.available[member] / RATE }
    }

    /// Leases if a clock runs and at most so many seconds of it are paid.
    fn lease(&mut self, at: usize, horizon: i64) {
        let session = &mut self.sessions[at];
        if session.state == "active" && session.paid_seconds() <= horizon {
            let member = session.people[0];
            let count = self.minutes_affordable(member).clamp(0, self.lease_minutes);
            self.sessions[at].leased += count;
            self.available[member] -= count * RATE;
            self.held[member] += count * RATE;
        }
    }

    /// Settles what has ended and was leased; whether it has ended.
    fn settle(&mut self, at: usize) -> bool {
        let session = &mut self.sessions[at];
        if session.state == "ended" && session.leased > 0 {
            session.state = "finalized";
            let ([member, host], minutes) = (session.people, session.minutes());
            self.held[member] -= session.leased * RATE;
            self.available[member] += (session.leased - minutes) * RATE;
            self.earnings[host] += minutes * SHARE;
            self.earned.push((host, self.now / DAY, minutes * SHARE));
            self.fees += minutes * FEE;
        }
        self.sessions[at].is_over()
    }
}

impl Session {
    /// Minutes to pay: every begun one, at least one.
    pub fn minutes(&self) -> i64 {
        ((self.active_seconds + 59) / 60).max(1)
    }

    /// Seconds that are paid and have not been active.
    fn paid_seconds(&self) -> i64 {
        self.leased * 60 - self.active_seconds
    }

    fn is_over(&self) -> bool {
        matches!(self.state, "ended" | "finalized")
    }

    fn end(&mut self) {
        self.state = if self.state == "finalized" { "finalized" } else { "ended" };
    }

    fn accept(&mut self, now: i64) {
        self.deadline = if self.accepted { self.deadline } else { now + 120 };
        self.accepted = true;
        self.prove(1, now);
    }

    fn prove(&mut self, side: usize, now: i64) {
        self.seen[side] = self.seen[side].and(Some(now));
    }

    /// A side is there; whether the clock starts.
    fn enter(&mut self, side: usize, now: i64) -> bool {
        self.seen[side] = Some(now);
        let starts =
            self.state != "active" && self.seen[1 - side].is_some_and(|seen| now <= seen + 50);
        if starts && self.state != "waiting" {
            self.paused_seconds += now - self.since;
        }
        if starts {
            (self.state, self.since) = ("active", now);
        } else if self.state == "paused" {
            self.state = "reconnecting";
        }
        starts
    }

    /// One second more: `now` is the first at which a limit of the second before is passed.
    fn second(&mut self, now: i64) {
        if self.state == "active" {
            self.active_seconds += 1;
            let seen = self.seen.map(|seen| seen.unwrap_or(0).max(self.since));
            if let Some(side) = (0..2).find(|side| now > seen[*side] + 50) {
                self.pause(seen[side], now, Some(side));
            } else if self.paid_seconds() < 0 {
                self.pause(now - 1, now, None);
            }
        }
        if self.state != "active" && now > self.deadline {
            self.end();
        }
    }

    /// The clock stopped at `at`, which is noticed `now`, perhaps because a side is gone.
    fn pause(&mut self, at: i64, now: i64, gone: Option<usize>) {
        self.active_seconds -= now - at;
        self.pauses += 1;
        self.state = if self.pauses > 5 { "ended" } else { "paused" };
        (self.since, self.deadline) = (at, at + (600 - self.paused_seconds).min(300));
        if let Some(side) = gone {
            self.seen[side] = None;
        }
    }
}
