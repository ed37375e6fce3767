//! What several classes cost together (section 3.10).

use super::ClassPrice;

/// The most classes one purchase may have.
pub const MAX_ITEMS: usize = 1_000;

/// A purchase that cannot be priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a purchase has at most 1000 classes")]
pub struct CartError;

/// The sums of a purchase, minor units; none is negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cart {
    /// F: the sum of the full prices.
    pub full_minor: i64,
    /// P: the sum of what paying in advance takes off.
    pub pre_pay_discount_minor: i64,
    /// M: the discount for buying several.
    pub multi_discount_minor: i64,
    /// C: the part of the student's credit that is used.
    pub credit_applied_minor: i64,
}

impl Cart {
    /// `F - M - C`: what is due when nothing was paid in advance.
    #[must_use]
    pub fn full_total_minor(&self) -> i64 {
        self.full_minor - self.multi_discount_minor - self.credit_applied_minor
    }

    /// `F - M - C - P`: what is charged in advance.
    #[must_use]
    pub fn pre_total_minor(&self) -> i64 {
        self.full_total_minor() - self.pre_pay_discount_minor
    }

    /// What is charged now: the price in advance until the first class starts,
    /// the full total from then on. 3.10 asks for this limit; the original had
    /// none.
    #[must_use]
    pub fn charge_minor(&self, first_class_started: bool) -> i64 {
        if first_class_started { self.full_total_minor() } else { self.pre_total_minor() }
    }
}

/// Prices a purchase. `credit_minor` is the student's credit balance; nothing
/// is applied when it is not positive.
///
/// M is the second largest of the classes' discounts, once per purchase
/// whatever the count, so none for fewer than two classes. M is cut to
/// `F - P` and C to `F - M - P`, so that no total is negative (3.10: the
/// original's totals could be).
///
/// # Errors
/// [`CartError`] for more than [`MAX_ITEMS`] classes.
pub fn price_cart(items: &[ClassPrice], credit_minor: i64) -> Result<Cart, CartError> {
    if items.len() > MAX_ITEMS {
        return Err(CartError);
    }
    let full_minor: i64 = items.iter().map(ClassPrice::full_minor).sum();
    let pre_pay: i64 = items.iter().map(ClassPrice::pre_pay_discount_minor).sum();
    let mut multis: Vec<i64> = items.iter().map(ClassPrice::multi_discount_minor).collect();
    multis.sort_unstable_by_key(|minor| std::cmp::Reverse(*minor));
    let second = multis.get(1).copied().unwrap_or(0);
    let multi_discount_minor = second.min(full_minor - pre_pay);
    let left = full_minor - pre_pay - multi_discount_minor;
    Ok(Cart {
        full_minor,
        pre_pay_discount_minor: pre_pay,
        multi_discount_minor,
        credit_applied_minor: credit_minor.clamp(0, left),
    })
}
