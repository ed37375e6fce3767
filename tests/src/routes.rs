//! Each route through its real router: anonymous, stranger, owner, replay, conflict, then happy.

mod sessions;
