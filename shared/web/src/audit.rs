//! Audit rows, written with the change that they tell of.

use std::collections::BTreeMap;

use jiff::Timestamp;
use store::Transaction;
use store::user::User;

/// What was done to what.
#[derive(Clone, Debug, Default)]
pub struct Deed {
    /// The route's id, such as `update_user`.
    pub action: &'static str,
    /// What kind of thing, such as `user`.
    pub object_type: &'static str,
    /// Which one.
    pub object_id: String,
    /// What a reader of the log must know besides: old and new values, the reason.
    pub details: BTreeMap<String, String>,
}

/// Adds a row (label `audit`) to a handler's transaction.
#[must_use]
pub fn audit(tx: Transaction, actor: &User, deed: Deed, now: Timestamp) -> Transaction {
    let row = store::audit::Row {
        id: runtime::new_id(now),
        at: now,
        actor_id: actor.id,
        actor_name: actor.display_name.clone(),
        action: deed.action.to_owned(),
        object_type: deed.object_type.to_owned(),
        object_id: deed.object_id,
        details: deed.details,
    };
    store::audit::add(tx, &row)
}
