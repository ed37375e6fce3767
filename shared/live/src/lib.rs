//! A session as its participants see it, and the frames that carry it over the socket.
//!
//! `room` reads a session's items together and observes them at one instant, `view`, `words` and `message` are how the API
//! shows them, `frame` is the socket's protocol. `openapi.json` describes all of it, so the site's types are generated
//! from the same place as everything else.

pub mod frame;
pub mod message;
pub mod room;
pub mod view;
pub mod words;
