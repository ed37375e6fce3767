//! What all commands of participants share: commit, settle what has ended, answer.

use jiff::Timestamp;
use metering::{Meter, Refusal, Side};
use serde::Deserialize;
use store::session::SessionItem;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Ctx, Json, Kind, Need, Problem};

use crate::settle::settle;
use crate::transition::{CommandError, command};
use live::room::Room;
use live::view::Session;

/// An empty JSON object.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// What a command does in AWS that moves no money.
pub const NEEDS: &[Need] =
    &[Need::APP_READ, Need::LEDGER_READ, Need::APP_PUT, Need::APP_UPDATE, Need::APP_DELETE];

/// What a command does in AWS that may lease, end or settle.
pub const MONEY_NEEDS: &[Need] = &[
    Need::APP_READ,
    Need::LEDGER_READ,
    Need::APP_PUT,
    Need::APP_UPDATE,
    Need::APP_DELETE,
    Need::LEDGER_PUT,
    Need::LEDGER_UPDATE,
];

/// Who gives which session a command, and when.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The context.
    pub ctx: &'a Ctx,
    /// The caller.
    pub user_id: Uuid,
    /// The session.
    pub session_id: Uuid,
    /// The instant of the request.
    pub now: Timestamp,
}

impl Order<'_> {
    /// Decides and commits, settles the session if that ended it, and gives the room as it then is.
    ///
    /// # Errors
    /// What the refusal means to the caller.
    pub async fn carry_out<E: Into<CommandError>>(
        &self,
        decide: impl Fn(&Room, Side) -> Result<Meter, E>,
        edit: impl Fn(&mut SessionItem, Side),
    ) -> Result<Room, Problem> {
        let (store, now_ms) = (&self.ctx.store, self.now.as_millisecond());
        let session_id = self.session_id.to_string();
        let user_id = self.user_id.to_string();
        let outcome = command(store, &session_id, &user_id, now_ms, decide, edit).await;
        let room = match outcome {
            Ok(room) => room,
            Err(error) => return Err(self.problem(error).await),
        };
        let started = room.session.meter.started_ms().is_some();
        if room.session.meter.state != metering::State::Ended || !started {
            return Ok(room);
        }
        // The end is committed: whether or not settling works now, the tick settles what is left.
        if let Err(error) = settle(store, &session_id, now_ms).await {
            tracing::warn!(session_id, %error, "an ended session waits for the tick to settle it");
        }
        let settled = Room::read(store, &session_id, now_ms).await?;
        Ok(settled.unwrap_or(room))
    }

    /// As [`Order::carry_out`] without an edit, answered to the caller.
    ///
    /// # Errors
    /// As [`Order::carry_out`].
    pub async fn answer<E: Into<CommandError>>(
        &self,
        decide: impl Fn(&Room, Side) -> Result<Meter, E>,
    ) -> Result<Json<Session>, Problem> {
        let room = self.carry_out(decide, |_, _| {}).await?;
        self.show(&room)
    }

    /// The room as the caller sees it.
    ///
    /// # Errors
    /// 404 for strangers.
    pub fn show(&self, room: &Room) -> Result<Json<Session>, Problem> {
        let side = room.session.side_of(&self.user_id.to_string()).ok_or_else(not_found)?;
        Ok(Json(Session::of(room, side.into())))
    }

    async fn problem(&self, error: CommandError) -> Problem {
        match error {
            CommandError::NotFound => not_found(),
            CommandError::WrongSide(Side::Member) => {
                Problem::new(Kind::Forbidden).detail("Only the session's member may do this.")
            }
            CommandError::WrongSide(Side::Host) => {
                Problem::new(Kind::Forbidden).detail("Only the session's host may do this.")
            }
            CommandError::Refused(Refusal::FundsTooLow) => self.funds_too_low().await,
            CommandError::Refused(refusal) => refused(refusal),
            CommandError::Busy => Problem::new(Kind::Busy).cause("the session is busy"),
            CommandError::Store(error) => error.into(),
        }
    }

    /// The member learns the figures, the host only that money is missing.
    async fn funds_too_low(&self) -> Problem {
        let now_ms = self.now.as_millisecond();
        let room = match Room::read(&self.ctx.store, &self.session_id.to_string(), now_ms).await {
            Ok(Some(room)) => room,
            Ok(None) => return not_found(),
            Err(error) => return error.into(),
        };
        let needed_minor = room.meter.terms.rate.minor;
        if room.session.member.id == self.user_id.to_string() {
            return funds_too_low(needed_minor, room.facts.available_minor);
        }
        Problem::new(Kind::FundsTooLow)
            .detail("The member cannot pay the next minute.")
            .with("needed_minor", needed_minor)
    }
}

/// 402 with the figures.
pub fn funds_too_low(needed_minor: i64, available_minor: i64) -> Problem {
    Problem::new(Kind::FundsTooLow)
        .detail("Your balance does not cover the next minute. Please top up first.")
        .with("needed_minor", needed_minor)
        .with("available_minor", available_minor)
}

/// 404: there is no such session, or it is none of the caller's business.
pub fn not_found() -> Problem {
    Problem::new(Kind::NotFound).detail("There is no such session.")
}

/// What a refusal of the rules means to the caller.
pub fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::WrongState(state) => Problem::new(Kind::WrongState)
            .detail(format!("This is not possible while the session is {}.", state.as_str()))
            .with("state", state.as_str()),
        Refusal::GraceOver => Problem::new(Kind::GraceOver)
            .detail("The time to come back has passed, and the session is over."),
        Refusal::NotAccepted => Problem::new(Kind::NotAccepted)
            .detail("Accept the request before you join the session."),
        Refusal::FundsTooLow => Problem::new(Kind::FundsTooLow),
    }
}
