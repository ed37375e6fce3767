//! The routes, the socket and the consumers of the realtime domain.

mod connect_socket;
mod disconnect_socket;
mod fan_out_money;
mod fan_out_sessions;
mod list_events;
mod open_ticket;
mod presence;
mod receive_frame;
