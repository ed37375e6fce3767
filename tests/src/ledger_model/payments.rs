//! The money of the reference that comes from outside and goes there: top-ups with their refunds and disputes, and payouts.

use super::reference::Account::{Earnings, Payouts, Processor, Spending, WriteOffs};
use super::reference::{DAY, Model};

/// The least that is paid out.
const PAYOUT_MIN: i64 = 500;
/// How old earnings are before they are paid out.
const PAYOUT_AGE_DAYS: i64 = 7;

/// A member's top-up or a host's payout.
#[derive(Clone, Copy, Debug)]
pub struct Payment {
    pub who: usize,
    pub amount: i64,
    /// Of a top-up, how its dispute stands: none, open, won, lost. Of a payout: reserved, transferred, paid, failed.
    pub state: &'static str,
    /// How much of it has gone back.
    back: i64,
}

impl Payment {
    /// So much has gone back in all: whose it is, and how much more it is than was known.
    fn goes_back(&mut self, total: i64) -> (usize, i64) {
        let more = (total - self.back).max(0);
        self.back += more;
        (self.who, more)
    }
}

impl Model {
    pub fn top_up(&mut self, member: usize, amount: i64) {
        self.shift(Processor, Spending(member), amount);
        self.top_ups.push(Payment { who: member, amount, state: "none", back: 0 });
    }

    /// So much went back on the card in all. What the member has no more is the platform's loss.
    pub fn card_refund(&mut self, at: usize, total: i64) {
        let (member, more) = self.top_ups[at].goes_back(total);
        let has = more.min(self.has(Spending(member)).max(0));
        self.shift(Spending(member), Processor, has);
        self.shift(WriteOffs, Processor, more - has);
    }

    /// A dispute is open now, won or lost; whether the event is taken. One that is closed stays as it was closed, and what
    /// comes before it was opened waits for that.
    pub fn dispute(&mut self, at: usize, now: &'static str) -> bool {
        let Payment { who: member, amount, state, .. } = self.top_ups[at];
        let debt = -self.has(Spending(member)).min(0);
        match (state, now) {
            ("none", "open") => self.shift(Spending(member), Processor, amount),
            ("open", "won") => self.shift(Processor, Spending(member), amount),
            ("open", "lost") => self.shift(WriteOffs, Spending(member), debt),
            _ => return state != "none",
        }
        self.top_ups[at].state = now;
        true
    }

    /// A dispute that is not won keeps a member from spending.
    pub fn is_locked(&self, member: usize) -> bool {
        self.top_ups.iter().any(|one| one.who == member && matches!(one.state, "open" | "lost"))
    }

    /// A run of payouts: what is reserved, then this week's hosts that were not looked at; until there is no answer.
    pub fn payday(&mut self, outcome: &str) {
        for host in [0, 1] {
            if !self.transfer(outcome) {
                return;
            }
            let amount = self.earned(host, self.now / DAY - PAYOUT_AGE_DAYS);
            if self.looked_at.insert((host, self.now / (7 * DAY))) && amount >= PAYOUT_MIN {
                self.shift(Earnings(host, 0), Payouts, amount);
                self.payouts.push(Payment { who: host, amount, state: "reserved", back: 0 });
            }
        }
        self.transfer(outcome);
    }

    /// Transfers what is reserved, or finds that it was; whether the processor has said what became of it. The outcome of
    /// a new transfer: it is refused, its request is lost, its answer is unheard, or all is well.
    fn transfer(&mut self, outcome: &str) -> bool {
        let open = |one: &Payment| matches!(one.state, "reserved" | "transferred");
        let Some(at) = self.payouts.iter().position(open) else { return true };
        let Payment { who: host, amount, state, .. } = self.payouts[at];
        let state = match (state, outcome) {
            ("reserved", "lost") => state,
            ("reserved", "unheard") => "transferred",
            ("reserved", "refused") => "failed",
            _ => "paid",
        };
        match state {
            "failed" => self.shift(Payouts, Earnings(host, 0), amount),
            "paid" => self.shift(Payouts, Processor, amount),
            _ => {}
        }
        self.payouts[at].state = state;
        matches!(state, "failed" | "paid")
    }

    /// So much of a transfer has come back in all.
    pub fn come_back(&mut self, at: usize, total: i64) {
        let (host, more) = self.payouts[at].goes_back(total);
        self.shift(Processor, Earnings(host, 0), more);
    }
}
