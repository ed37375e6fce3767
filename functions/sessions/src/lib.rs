//! On-demand sessions: request, answer, join, pause, end, settle, receipt; the tick and the charges.

pub mod charge;
pub mod room;
pub mod settle;
pub mod transition;
