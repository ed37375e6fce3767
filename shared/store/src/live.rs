//! What the socket stands on: tickets, connections, who listens to which session, numbered events, marks of messages.
//!
//! All of it expires by itself: a connection that nobody closes is gone from the table when it can no longer exist.

mod connection;
mod event;
mod ticket;

pub use connection::{
    ConnectionItem, ListedConnection, SubscriptionItem, channel, connection, connections_of,
    create_connection, hit, remove_connection, subscribe, unlist, unlisten, unsubscribe,
};
pub use event::{EventItem, Happened, append, events_after, last_seq};
pub use ticket::{TicketItem, create_ticket, take_ticket, ticket};
