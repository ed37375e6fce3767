//! The reference: what the rules make of commands, told as plainly as can be. One second at a time, no leases ahead of
//! time, no database, no retries; whatever it says must be what the product says.

use std::collections::BTreeMap;

/// Price of a minute, the host's part of it, the platform's part.
pub const RATE: i64 = 300;
const SHARE: i64 = 210;
const FEE: i64 = 90;

/// A person: members are 0 and 1, hosts too.
pub type Index = usize;

/// The states that a participant sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Active,
    Paused,
    Reconnecting,
    Over,
}

#[derive(Clone, Debug)]
pub struct Session {
    pub member: Index,
    pub host: Index,
    pub state: State,
    accepted: bool,
    expires: i64,
    joined: [bool; 2],
    seen: [i64; 2],
    active: i64,
    began: i64,
    pub leased: i64,
    pauses: u32,
    paused_at: i64,
    paused_total: i64,
    deadline: i64,
    /// A clock that ran out of grace or pauses may not come back; one that was ended may not either, with other words.
    pub settled: bool,
    freed: bool,
    refunded: Vec<i64>,
}

#[derive(Clone, Debug, Default)]
pub struct TopUp {
    pub member: Index,
    pub amount: i64,
    refunded: i64,
    disputed: bool,
    decided: bool,
}

/// Everything there is.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub now: i64,
    pub lease_minutes: i64,
    pub available: [i64; 2],
    pub locked: [bool; 2],
    disputes: [u32; 2],
    pub earnings: [i64; 2],
    pub fees: i64,
    pub write_offs: i64,
    pub sessions: Vec<Session>,
    pub top_ups: Vec<TopUp>,
    asked: BTreeMap<(Index, i64), u32>,
}

impl Model {
    pub fn new(lease_minutes: i64) -> Self {
        Self { lease_minutes, ..Self::default() }
    }

    /// Lets seconds pass, one by one.
    pub fn advance(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now += 1;
            for session in &mut self.sessions {
                session.second(self.now);
            }
        }
    }

    pub fn held(&self, member: Index) -> i64 {
        let open = self.sessions.iter().filter(|one| one.member == member && !one.settled);
        open.map(|one| one.leased * RATE).sum()
    }

    pub fn top_up(&mut self, member: Index, amount: i64) {
        self.available[member] += amount;
        self.top_ups.push(TopUp { member, amount, ..TopUp::default() });
    }

    /// A member asks a host; whether that is possible.
    pub fn request(&mut self, member: Index, host: Index) -> bool {
        let hits = self.asked.entry((member, self.now.div_euclid(300))).or_default();
        *hits += 1;
        if *hits > 10 || self.locked[member] || self.available[member] < RATE {
            return false;
        }
        // Who is in a session that time has ended is free once that is noticed.
        for side in [0, 1] {
            let theirs = |one: &Session| [one.member == member, one.host == host][side];
            let Some(at) = self.sessions.iter().position(|one| theirs(one) && !one.freed) else {
                continue;
            };
            if self.sessions[at].state != State::Over {
                return false;
            }
            self.close(at);
        }
        self.sessions.push(Session::asked(member, host, self.now));
        true
    }

    pub fn accept(&mut self, at: usize) -> bool {
        let session = &mut self.sessions[at];
        if session.accepted && session.state != State::Over {
            session.seen[1] = self.now;
            return true;
        }
        if session.state != State::Waiting {
            return false;
        }
        (session.accepted, session.expires, session.seen[1]) = (true, self.now + 120, self.now);
        true
    }

    /// A side (0 the member, 1 the host) enters or comes back.
    pub fn join(&mut self, at: usize, side: usize, back: bool) -> bool {
        let session = &self.sessions[at];
        let pays = !self.locked[session.member] && self.available[session.member] >= RATE;
        let used_up = session.active(self.now) >= session.leased * 60;
        let allowed = match session.state {
            State::Waiting => !back && (side == 0 || session.accepted) && pays,
            State::Active => session.joined[side],
            State::Paused | State::Reconnecting => pays || !used_up,
            State::Over => false,
        };
        if !allowed {
            return false;
        }
        let session = &mut self.sessions[at];
        session.seen[side] = self.now;
        session.joined[side] = true;
        if session.state == State::Active {
            return true;
        }
        let other = 1 - side;
        if session.accepted && session.joined[other] && self.now <= session.seen[other] + 50 {
            if session.state != State::Waiting {
                session.paused_total += self.now - session.paused_at;
            }
            (session.state, session.began) = (State::Active, self.now);
            if used_up {
                self.lease(at);
            }
        } else if session.state == State::Paused {
            session.state = State::Reconnecting;
        }
        true
    }

    pub fn leave(&mut self, at: usize, side: usize) -> bool {
        let session = &mut self.sessions[at];
        if session.state != State::Active {
            return false;
        }
        (session.seen[side], session.joined[side]) = (self.now, false);
        session.pause(self.now, self.now);
        if session.state == State::Over {
            self.close(at);
        }
        true
    }

    /// A proof of presence, which leases the next minute near the end of the paid ones.
    pub fn renew(&mut self, at: usize, side: usize) {
        self.sessions[at].seen[side] = self.now;
        self.extend(at, 15);
        self.close_if_over(at);
    }

    pub fn end(&mut self, at: usize) {
        let now = self.now;
        self.sessions[at].stop(now);
        self.close(at);
    }

    /// What the worker does each minute.
    pub fn tick(&mut self) {
        for at in 0..self.sessions.len() {
            self.extend(at, 75);
            self.close_if_over(at);
        }
    }

    /// A settled minute goes back to its member; whether that is possible.
    pub fn refund(&mut self, at: usize, minute: i64, by_platform: bool) -> bool {
        let Some(session) = self.sessions.get_mut(at) else { return false };
        let host = session.host;
        let paid = session.settled && (1..=session.minutes()).contains(&minute);
        let covered = by_platform || self.earnings[host] >= SHARE;
        if !paid || session.refunded.contains(&minute) || !covered {
            return false;
        }
        session.refunded.push(minute);
        self.available[session.member] += RATE;
        if by_platform {
            self.write_offs -= RATE;
        } else {
            self.earnings[host] -= SHARE;
            self.fees -= FEE;
        }
        true
    }

    /// The processor reports what went back on the card in all.
    pub fn card_refund(&mut self, at: usize, cumulative: i64) {
        let top_up = &mut self.top_ups[at];
        let increase = (cumulative - top_up.refunded).max(0);
        top_up.refunded += increase;
        let available = &mut self.available[top_up.member];
        let from_member = increase.min((*available).max(0));
        *available -= from_member;
        self.write_offs -= increase - from_member;
    }

    pub fn dispute(&mut self, at: usize) {
        let top_up = &mut self.top_ups[at];
        if !std::mem::replace(&mut top_up.disputed, true) {
            self.available[top_up.member] -= top_up.amount;
            self.locked[top_up.member] = true;
            self.disputes[top_up.member] += 1;
        }
    }

    /// A dispute is decided; whether it was open.
    pub fn decide(&mut self, at: usize, won: bool) -> bool {
        let top_up = &mut self.top_ups[at];
        let (member, amount) = (top_up.member, top_up.amount);
        if !top_up.disputed || std::mem::replace(&mut top_up.decided, true) {
            return top_up.disputed;
        }
        let debt = self.available[member].min(0);
        self.available[member] += if won { amount } else { -debt };
        self.write_offs += if won { 0 } else { debt };
        if won && self.disputes[member] == 1 {
            self.locked[member] = false;
        }
        self.disputes[member] -= 1;
        true
    }

    fn extend(&mut self, at: usize, horizon: i64) {
        let session = &self.sessions[at];
        let left = session.leased * 60 - session.active(self.now);
        if session.state == State::Active && left <= horizon {
            self.lease(at);
        }
    }

    fn lease(&mut self, at: usize) {
        let session = &mut self.sessions[at];
        let available =
            if self.locked[session.member] { 0 } else { self.available[session.member] };
        let count = self.lease_minutes.min(available.max(0) / RATE);
        session.leased += count;
        self.available[session.member] -= count * RATE;
    }

    fn close_if_over(&mut self, at: usize) {
        if self.sessions[at].state == State::Over {
            self.close(at);
        }
    }

    /// Settles, and frees both sides.
    fn close(&mut self, at: usize) {
        let session = &mut self.sessions[at];
        session.freed = true;
        if session.leased > 0 && !std::mem::replace(&mut session.settled, true) {
            let minutes = session.minutes();
            self.available[session.member] += (session.leased - minutes) * RATE;
            self.earnings[session.host] += minutes * SHARE;
            self.fees += minutes * FEE;
        }
    }
}

impl Session {
    fn asked(member: Index, host: Index, now: i64) -> Self {
        Self {
            member,
            host,
            state: State::Waiting,
            accepted: false,
            expires: now + 120,
            joined: [false; 2],
            seen: [now, i64::MIN / 2],
            active: 0,
            began: now,
            leased: 0,
            pauses: 0,
            paused_at: 0,
            paused_total: 0,
            deadline: 0,
            settled: false,
            freed: false,
            refunded: Vec::new(),
        }
    }

    /// Active seconds up to `now`.
    fn active(&self, now: i64) -> i64 {
        self.active + if self.state == State::Active { now - self.began } else { 0 }
    }

    /// Minutes to pay: every begun one, at least one.
    pub fn minutes(&self) -> i64 {
        ((self.active + 59) / 60).max(1)
    }

    /// One second more: `now` is the first at which a limit of the second before is passed.
    fn second(&mut self, now: i64) {
        if self.state == State::Waiting && now > self.expires {
            self.state = State::Over;
        }
        if self.state == State::Active {
            let seen = [0, 1].map(|side| self.seen[side].max(self.began));
            let lost = (0..2).find(|side| now > seen[*side] + 50);
            if let Some(side) = lost {
                self.joined[side] = false;
                self.pause(seen[side], now);
            } else if self.active(now) > self.leased * 60 {
                self.pause(now - 1, now);
            }
        }
        if matches!(self.state, State::Paused | State::Reconnecting) && now > self.deadline {
            self.stop(self.deadline);
        }
    }

    fn pause(&mut self, at: i64, now: i64) {
        (self.active, self.state) = (self.active(at), State::Paused);
        if self.pauses == 5 {
            self.state = State::Over;
            return;
        }
        self.pauses += 1;
        self.paused_at = at;
        self.deadline = at + (600 - self.paused_total).min(300);
        if now > self.deadline {
            self.stop(self.deadline);
        }
    }

    fn stop(&mut self, at: i64) {
        self.active = self.active(at);
        self.state = State::Over;
    }
}
