//! What participants may ask of a session. Each command takes the meter *as of now* ([`Meter::at`]) and returns the
//! new facts, or says why not and changes nothing.

use crate::{EndReason, Facts, Meter, PauseReason, Side, State, WAIT_MS};

/// Why a command is refused. Checked in this order: state, deadline, money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("not possible while the session is {}", .0.as_str())]
    WrongState(State),
    /// The grace of the pause has passed, and the session with it.
    #[error("the time to come back has passed")]
    GraceOver,
    /// The member cannot pay the minute that is due.
    #[error("the next minute cannot be paid")]
    FundsTooLow,
    /// The host has not accepted yet.
    #[error("the request has not been accepted yet")]
    NotAccepted,
}

impl Meter {
    /// The host accepts; both then have two minutes to join. Accepting again changes nothing.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless waiting.
    pub fn accept(mut self, now_ms: i64) -> Result<Self, Refusal> {
        if self.accepted_ms.is_some() && self.state.is_open() {
            return Ok(self);
        }
        self.need(&[State::Waiting])?;
        self.accepted_ms = Some(now_ms);
        self.expires_ms = now_ms.saturating_add(WAIT_MS);
        Ok(self)
    }

    /// The host declines or the member cancels, before anything was charged. Repeating changes nothing.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] once it has begun.
    pub fn withdraw(mut self, by: Side, now_ms: i64) -> Result<Self, Refusal> {
        let reason = match by {
            Side::Member => EndReason::Cancelled,
            Side::Host => EndReason::Declined,
        };
        if !self.state.is_open() && self.end_reason == Some(reason) {
            return Ok(self);
        }
        self.need(&[State::Created, State::Waiting])?;
        self.end(now_ms, reason, Some(by));
        Ok(self)
    }

    /// A side enters the room. The second side's joining starts the clock, which needs the first minute paid: the
    /// caller leases it in the same transaction ([`Meter::lease_due`] of the result says so). Joining a paused session
    /// is coming back.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn join(mut self, side: Side, facts: &Facts) -> Result<Self, Refusal> {
        match self.state {
            State::Waiting => {}
            State::Active if self.joined.of(side) => return Ok(self),
            _ => return self.reconnect(side, facts),
        }
        if side == Side::Host && self.accepted_ms.is_none() {
            return Err(Refusal::NotAccepted);
        }
        self.need_funds(facts)?;
        self.joined.set(side, true);
        let other = side.other();
        if self.accepted_ms.is_some() && self.joined.of(other) && facts.is_present(other) {
            self.start(facts.now_ms, side);
        }
        Ok(self)
    }

    /// A side leaves: the clock stops now.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless active; a second leave is one, as paused -> paused is no transition.
    pub fn leave(mut self, side: Side, now_ms: i64) -> Result<Self, Refusal> {
        self.need(&[State::Active])?;
        self.joined.set(side, false);
        self.pause(now_ms, PauseReason::Left, Some(side));
        Ok(self)
    }

    /// A side asks to come back. With the other side present the clock runs again, which continues the paid minute or,
    /// if that is used up, needs the next one paid; without it the session waits as reconnecting.
    ///
    /// # Errors
    /// [`Refusal::GraceOver`] after the deadline, [`Refusal::FundsTooLow`], [`Refusal::WrongState`].
    pub fn reconnect(mut self, side: Side, facts: &Facts) -> Result<Self, Refusal> {
        if self.state == State::Active && self.joined.of(side) {
            return Ok(self);
        }
        let over = matches!(self.end_reason, Some(EndReason::GraceOver | EndReason::PauseCap));
        if over {
            return Err(Refusal::GraceOver);
        }
        self.need(&[State::Paused, State::Reconnecting])?;
        if self.active_ms(facts.now_ms) >= self.leased_ms(facts.leased) {
            self.need_funds(facts)?;
        }
        let other = side.other();
        self.joined.set(side, true);
        if self.joined.of(other) && facts.is_present(other) {
            self.start(facts.now_ms, side);
        } else if self.state == State::Paused {
            self.become_state(State::Reconnecting, facts.now_ms, Some(side));
        }
        Ok(self)
    }

    /// Either side ends the session; before it began this withdraws the request. Ending again changes nothing.
    ///
    /// # Errors
    /// None in any state today; the type leaves room.
    pub fn finish(mut self, side: Side, now_ms: i64) -> Result<Self, Refusal> {
        match self.state {
            State::Created | State::Waiting => self.withdraw(side, now_ms),
            State::Ended | State::Finalized => Ok(self),
            State::Active | State::Paused | State::Reconnecting => {
                self.end(now_ms, EndReason::Completed, Some(side));
                Ok(self)
            }
        }
    }

    /// Marks the session as settled.
    ///
    /// # Errors
    /// [`Refusal::WrongState`] unless ended.
    pub fn finalize(mut self, now_ms: i64) -> Result<Self, Refusal> {
        self.need(&[State::Ended])?;
        self.become_state(State::Finalized, now_ms, None);
        Ok(self)
    }

    fn start(&mut self, now_ms: i64, by: Side) {
        if let Some(since) = self.paused_ms.take() {
            let lasted = now_ms.saturating_sub(since).max(0);
            self.paused_total_ms = self.paused_total_ms.saturating_add(lasted);
        }
        self.pause_reason = None;
        self.grace_until_ms = None;
        self.intervals.push(crate::Interval { from_ms: now_ms, until_ms: None });
        self.become_state(State::Active, now_ms, Some(by));
    }

    fn need(&self, states: &[State]) -> Result<(), Refusal> {
        if states.contains(&self.state) { Ok(()) } else { Err(Refusal::WrongState(self.state)) }
    }

    fn need_funds(&self, facts: &Facts) -> Result<(), Refusal> {
        if facts.available_minor >= self.terms.rate.minor {
            Ok(())
        } else {
            Err(Refusal::FundsTooLow)
        }
    }
}
