//! The money of the reference: value only moves from one account to another, and each command says which. No database, no
//! retries, no shards; whatever it says must be what the product says. Amounts are minor units, instants seconds since a
//! Monday; a member or a host is one of two. Here is what sessions move; when their time runs is told by [`Room`], and
//! what comes and goes through the card processor by `payments.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::payments::Payment;
use super::room::Room;

/// Price of a minute, the host's part of it, the platform's part.
const RATE: i64 = 300;
const SHARE: i64 = 210;
const FEE: i64 = 90;
pub const DAY: i64 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    Processor,
    Spending(usize),
    /// What a session has set aside.
    Held(usize),
    /// What a host earned on a day. Day 0 has what is old enough from the start: refunds, payouts and what came back.
    Earnings(usize, i64),
    Payouts,
    Fees,
    WriteOffs,
}
use Account::{Earnings, Fees, Held, Spending, WriteOffs};

#[derive(Debug, Default)]
pub struct Model {
    pub now: i64,
    pub lease_minutes: i64,
    pub rooms: Vec<Room>,
    pub top_ups: Vec<Payment>,
    pub payouts: Vec<Payment>,
    accounts: BTreeMap<Account, i64>,
    /// Minutes of sessions that were given back; hosts whom a week's run has looked at.
    given_back: BTreeSet<(usize, i64)>,
    pub looked_at: BTreeSet<(usize, i64)>,
}

impl Model {
    pub fn has(&self, account: Account) -> i64 {
        self.accounts.get(&account).copied().unwrap_or(0)
    }

    /// What a host has earned before a day and not been paid.
    pub fn earned(&self, host: usize, before: i64) -> i64 {
        self.accounts.range(Earnings(host, 0)..Earnings(host, before)).map(|(_, sum)| sum).sum()
    }

    pub fn shift(&mut self, from: Account, to: Account, amount: i64) {
        *self.accounts.entry(from).or_default() -= amount;
        *self.accounts.entry(to).or_default() += amount;
    }

    pub fn advance(&mut self, seconds: i64) {
        let until = self.now + seconds;
        self.rooms.iter_mut().for_each(|room| room.run(self.now, until));
        self.now = until;
    }

    pub fn request(&mut self, people: [usize; 2]) -> bool {
        let mut possible = self.minutes(people[0]) > 0;
        for side in [0, 1] {
            // Who is in a session that time has ended is free once that is noticed.
            let last = self.rooms.iter().rposition(|room| room.people[side] == people[side]);
            possible = possible && last.is_none_or(|at| self.book(at));
        }
        self.rooms.extend(possible.then(|| Room::new(people, self.now)));
        possible
    }

    /// A side asks for something in a room.
    pub fn ask(&mut self, at: usize, side: usize, verb: &str) -> bool {
        let minutes = self.minutes(self.rooms[at].people[0]);
        let possible = self.rooms[at].ask(side, verb, self.now, minutes);
        if possible {
            self.book(at);
        }
        possible
    }

    /// How many minutes a member can pay for, one lease at most.
    fn minutes(&self, member: usize) -> i64 {
        let affordable = self.has(Spending(member)) / RATE;
        if self.is_locked(member) { 0 } else { affordable.clamp(0, self.lease_minutes) }
    }

    /// Sets aside what a room has leased, or settles it if it has ended; whether it has.
    fn book(&mut self, at: usize) -> bool {
        let room = &mut self.rooms[at];
        let ([member, host], minutes, leased) = (room.people, room.minutes(), room.leased);
        if room.state == "ended" && leased > 0 {
            room.state = "finalized";
            self.shift(Held(at), Earnings(host, self.now / DAY), minutes * SHARE);
            self.shift(Held(at), Fees, minutes * FEE);
            self.shift(Held(at), Spending(member), (leased - minutes) * RATE);
        } else if room.state != "finalized" {
            self.shift(Spending(member), Held(at), leased * RATE - self.has(Held(at)));
        }
        self.rooms[at].is_over()
    }

    /// A settled minute goes back to its member, once.
    pub fn refund(&mut self, at: usize, minute: i64, by_platform: bool) -> bool {
        let ([member, host], minutes) = (self.rooms[at].people, self.rooms[at].minutes());
        let [share, fee] = if by_platform { [0, 0] } else { [SHARE, FEE] };
        let possible = self.rooms[at].state == "finalized"
            && minute <= minutes
            && self.earned(host, i64::MAX) >= share
            && self.given_back.insert((at, minute));
        if possible {
            self.shift(Earnings(host, 0), Spending(member), share);
            self.shift(Fees, Spending(member), fee);
            self.shift(WriteOffs, Spending(member), RATE - share - fee);
        }
        possible
    }
}
