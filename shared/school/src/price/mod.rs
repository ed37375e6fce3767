//! Prices: one class, a cart, and what is still owed (section 3.10).
//!
//! All amounts are `i64` minor units of the school's currency. A class price
//! is made only by [`ClassPrice::new`], which keeps the price from being
//! negative and the discount from exceeding it; every sum below rests on that.

pub mod cart;
pub mod settle;

use crate::money::MAX_AMOUNT_MINOR;
use crate::settings::Settings;

pub use cart::{Cart, CartError, price_cart};
pub use settle::{Settlement, settle};

/// The price of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassPrice {
    full_minor: i64,
    pre_pay_discount_minor: i64,
    multi_discount_minor: i64,
    qualifies: bool,
}

/// An amount that cannot be a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a price is from 0.00 to 10000000.00")]
pub struct PriceError;

impl ClassPrice {
    /// A price of `full_minor`, less `pre_pay_discount_minor` when paid in
    /// advance; `multi_discount_minor` counts when several classes are bought
    /// at once, if the class `qualifies` for it.
    ///
    /// A discount below zero is none, and paying in advance never takes off
    /// more than the price (3.10: the original treated a negative discount
    /// differently per class and per cart, and had no floor at zero).
    ///
    /// # Errors
    /// [`PriceError`] when the full price is negative or too large.
    pub fn new(
        full_minor: i64,
        pre_pay_discount_minor: i64,
        multi_discount_minor: i64,
        qualifies: bool,
    ) -> Result<Self, PriceError> {
        if !(0..=MAX_AMOUNT_MINOR).contains(&full_minor) {
            return Err(PriceError);
        }
        Ok(Self {
            full_minor,
            pre_pay_discount_minor: pre_pay_discount_minor.clamp(0, full_minor),
            multi_discount_minor: multi_discount_minor.clamp(0, MAX_AMOUNT_MINOR),
            qualifies,
        })
    }

    /// The school's default price; it qualifies for the discount on several.
    #[must_use]
    pub fn of_settings(settings: &Settings) -> Self {
        let full_minor = settings.class_price_minor.clamp(0, MAX_AMOUNT_MINOR);
        Self {
            full_minor,
            pre_pay_discount_minor: settings.pre_pay_discount_minor.clamp(0, full_minor),
            multi_discount_minor: settings.multi_discount_minor.clamp(0, MAX_AMOUNT_MINOR),
            qualifies: true,
        }
    }

    /// The full price, paid at the door.
    #[must_use]
    pub fn full_minor(&self) -> i64 {
        self.full_minor
    }

    /// What paying in advance takes off.
    #[must_use]
    pub fn pre_pay_discount_minor(&self) -> i64 {
        self.pre_pay_discount_minor
    }

    /// The price when paid in advance: never negative.
    #[must_use]
    pub fn pre_pay_minor(&self) -> i64 {
        self.full_minor - self.pre_pay_discount_minor
    }

    /// What the class brings in when several are bought: 0 unless it
    /// qualifies.
    #[must_use]
    pub fn multi_discount_minor(&self) -> i64 {
        if self.qualifies { self.multi_discount_minor } else { 0 }
    }

    /// Whether the class counts for the discount on several classes.
    #[must_use]
    pub fn qualifies(&self) -> bool {
        self.qualifies
    }
}
