//! What a payment still owes, and what becomes of the student's credit
//! (section 3.10, scenarios 19 and 20).

use super::Cart;

/// Where a purchase stands after a payment was confirmed. Minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// What is still owed for the whole purchase; negative when too much was
    /// paid.
    pub owed_minor: i64,
    /// Whether the charged total is paid.
    pub is_paid: bool,
    /// The student's credit afterwards: less what was applied, plus what was
    /// overpaid. The original never changed it.
    pub credit_after_minor: i64,
}

/// Settles a purchase: `captured_minor` was paid so far, `credit_minor` was
/// the credit balance before it.
///
/// With `r = total - captured`: nothing or less owed is `r`; but whoever paid
/// only a part loses the discount for paying in advance, so `r > 0` becomes
/// `full total - captured`. The figure is that of the payment, not of each
/// class in it.
#[must_use]
pub fn settle(cart: &Cart, captured_minor: i64, credit_minor: i64) -> Settlement {
    let rest = cart.pre_total_minor().saturating_sub(captured_minor);
    let owed_minor =
        if rest > 0 { cart.full_total_minor().saturating_sub(captured_minor) } else { rest };
    let overpaid = rest.saturating_neg().max(0);
    Settlement {
        owed_minor,
        is_paid: rest <= 0,
        credit_after_minor: credit_minor
            .saturating_sub(cart.credit_applied_minor)
            .saturating_add(overpaid),
    }
}
