//! What is told: stored facts as frames for one side.

use live::frame::{Body, Charge, ServerFrame};
use live::message::Message;
use live::room::Room;
use live::view::{Session, instant};
use metering::Side;
use store::live::{EventItem, Happened};

/// An event as a side hears it; a change of the session is the session as it is in `room`.
#[must_use]
pub fn of_event(event: &EventItem, room: &Room, side: Side) -> ServerFrame {
    let body = match &event.happened {
        Happened::Session => Body::Session(Box::new(Session::of(room, side.into()))),
        Happened::Charge { first_minute, minutes, amount_minor, currency } => {
            Body::Charge(Charge {
                first_minute: *first_minute,
                minutes: *minutes,
                amount_minor: *amount_minor,
                currency: currency.clone(),
            })
        }
        Happened::Message { message } => Body::Message(Message::from(message.clone())),
    };
    ServerFrame::event(instant(event.at_ms), room.session.session_id.clone(), event.seq, body)
}
