//! The clock of a session: who is there, whether time runs, when it ends. It knows no money; whoever asks something says
//! how many minutes the member can pay for now. All is told in seconds; a side is 0, the member, or 1, the host.

/// How long a request waits, and then an answer; how long a side counts as there after it proved presence.
const WAIT: i64 = 120;
const PRESENT: i64 = 50;
/// How much paid time may be left when the tick, or a browser, leases more: it comes each minute, each few seconds.
const TICK_AHEAD: i64 = 75;
const BROWSER_AHEAD: i64 = 15;
/// How often time may stand, how long at a time, how long in all.
const PAUSES: u32 = 5;
const PAUSE: i64 = 300;
const PAUSED: i64 = 600;

#[derive(Debug, Default)]
pub struct Room {
    /// Its member and its host; each is one of two.
    pub people: [usize; 2],
    /// As the product calls it.
    pub state: &'static str,
    /// How many minutes were paid for ahead of time.
    pub leased: i64,
    accepted: bool,
    /// When each side that has come last proved presence.
    seen: [Option<i64>; 2],
    /// Since when time runs or stands; until when it may stand.
    since: i64,
    deadline: i64,
    active_seconds: i64,
    paused_seconds: i64,
    pauses: u32,
}

impl Room {
    pub fn new(people: [usize; 2], now: i64) -> Self {
        Self { people, state: "waiting", deadline: now + WAIT, ..Self::default() }
    }

    /// A side asks for something, or the minute's tick comes; whether it was possible. Who renews or ends what is over is
    /// told that it is over, which is no refusal.
    pub fn ask(&mut self, side: usize, verb: &str, now: i64, minutes: i64) -> bool {
        let can_run = minutes > 0 || self.paid_seconds() > 0;
        match (self.state, verb) {
            (_, "tick") => self.lease(TICK_AHEAD, minutes),
            (_, "renew") => {
                self.seen[side] = self.seen[side].and(Some(now));
                self.lease(BROWSER_AHEAD, minutes);
            }
            ("finalized", "end") => {}
            (_, "end") => self.state = "ended",
            ("ended" | "finalized", _) | ("waiting", "reconnect") => return false,
            (_, "accept") => {
                self.deadline = if self.accepted { self.deadline } else { now + WAIT };
                self.accepted = true;
                self.seen[1] = self.seen[1].and(Some(now));
            }
            ("waiting", "join") if side == 1 && !self.accepted => return false,
            ("active", "join" | "reconnect") => self.seen[side] = Some(now),
            (_, "join" | "reconnect") if can_run => self.enter(side, now, minutes),
            ("active", "leave") => self.pause(now, now, Some(side)),
            _ => return false,
        }
        true
    }

    /// Time goes on, second by second: a limit is passed in the first second beyond it.
    pub fn run(&mut self, from: i64, until: i64) {
        for now in (from + 1)..=until {
            if self.is_over() {
                return;
            }
            if self.state == "active" {
                self.active_seconds += 1;
                let seen = self.seen.map(|seen| seen.unwrap_or(0).max(self.since));
                if let Some(side) = (0..2).find(|side| now > seen[*side] + PRESENT) {
                    self.pause(seen[side], now, Some(side));
                } else if self.paid_seconds() < 0 {
                    self.pause(now - 1, now, None);
                }
            }
            if self.state != "active" && now > self.deadline {
                self.state = "ended";
            }
        }
    }

    /// Minutes to pay: every begun one, at least one.
    pub fn minutes(&self) -> i64 {
        ((self.active_seconds + 59) / 60).max(1)
    }

    pub fn is_over(&self) -> bool {
        matches!(self.state, "ended" | "finalized")
    }

    fn paid_seconds(&self) -> i64 {
        self.leased * 60 - self.active_seconds
    }

    /// Leases minutes if time runs and at most so many seconds of it are paid.
    fn lease(&mut self, horizon: i64, minutes: i64) {
        if self.state == "active" && self.paid_seconds() <= horizon {
            self.leased += minutes;
        }
    }

    /// A side comes; time runs from now on if the other side is there.
    fn enter(&mut self, side: usize, now: i64, minutes: i64) {
        self.seen[side] = Some(now);
        if self.seen[1 - side].is_some_and(|seen| now <= seen + PRESENT) {
            self.paused_seconds += if self.pauses == 0 { 0 } else { now - self.since };
            (self.state, self.since) = ("active", now);
            self.lease(0, minutes);
        } else if self.state == "paused" {
            self.state = "reconnecting";
        }
    }

    /// Time stopped at `at`, as shows `now`, perhaps because a side is gone. One time too often is the end.
    fn pause(&mut self, at: i64, now: i64, gone: Option<usize>) {
        self.active_seconds -= now - at;
        self.pauses += 1;
        self.state = if self.pauses > PAUSES { "ended" } else { "paused" };
        (self.since, self.deadline) = (at, at + (PAUSED - self.paused_seconds).min(PAUSE));
        if let Some(side) = gone {
            self.seen[side] = None;
        }
    }
}
