//! Laws of money: amounts, prices, debts and credit.

use proptest::prelude::*;
use school::money::{MAX_AMOUNT_MINOR, format_minor, parse_minor};
use school::price::{ClassPrice, price_cart, settle};

use crate::support::laws;

/// Any price at all, with discounts from nowhere to beyond it.
fn any_price() -> impl Strategy<Value = ClassPrice> {
    let full = prop_oneof![8 => 0_i64..20_000, 1 => Just(0), 1 => Just(MAX_AMOUNT_MINOR)];
    let discount = || prop_oneof![8 => -500_i64..25_000, 1 => any::<i64>()];
    (full, discount(), discount(), any::<bool>()).prop_map(|(full, pre, multi, qualifies)| {
        ClassPrice::new(full, pre, multi, qualifies).unwrap()
    })
}

fn any_cart() -> impl Strategy<Value = Vec<ClassPrice>> {
    prop::collection::vec(any_price(), 0..8)
}

proptest! {
    #![proptest_config(laws())]

    #[test]
    fn a_price_is_never_negative(items in any_cart(), credit in any::<i64>()) {
        for item in &items {
            prop_assert!(item.full_minor() >= 0);
            prop_assert!(item.pre_pay_minor() >= 0);
            prop_assert!(item.multi_discount_minor() >= 0);
        }
        let cart = price_cart(&items, credit).unwrap();
        prop_assert!(cart.pre_total_minor() >= 0);
        prop_assert!(cart.full_total_minor() >= cart.pre_total_minor());
        prop_assert!(cart.charge_minor(true) >= cart.charge_minor(false));
    }

    #[test]
    fn discounts_never_exceed_the_price(items in any_cart(), credit in any::<i64>()) {
        for item in &items {
            prop_assert!(item.pre_pay_discount_minor() <= item.full_minor());
        }
        let cart = price_cart(&items, credit).unwrap();
        let off = cart.pre_pay_discount_minor
            + cart.multi_discount_minor
            + cart.credit_applied_minor;
        prop_assert!(off <= cart.full_minor);
        prop_assert_eq!(cart.full_minor - off, cart.pre_total_minor());
    }

    #[test]
    fn credits_are_conserved(
        items in any_cart(),
        credit in -10_000_i64..100_000,
        captured in 0_i64..200_000,
    ) {
        let cart = price_cart(&items, credit).unwrap();
        let settled = settle(&cart, captured, credit);
        // What came in is the price as charged, or credit, or still owed.
        let overpaid = (captured - cart.pre_total_minor()).max(0);
        prop_assert_eq!(
            settled.credit_after_minor + cart.credit_applied_minor,
            credit + overpaid
        );
        prop_assert!(cart.credit_applied_minor <= credit.max(0));
        prop_assert!(credit < 0 || settled.credit_after_minor >= 0);
        prop_assert!(credit >= 0 || cart.credit_applied_minor == 0);
    }

    #[test]
    fn nothing_is_owed_exactly_when_the_charge_is_paid(
        items in any_cart(),
        credit in 0_i64..50_000,
        captured in 0_i64..200_000,
    ) {
        let cart = price_cart(&items, credit).unwrap();
        let settled = settle(&cart, captured, credit);
        prop_assert_eq!(settled.is_paid, captured >= cart.pre_total_minor());
        prop_assert_eq!(settled.is_paid, settled.owed_minor <= 0);
        let total = if settled.is_paid { cart.pre_total_minor() } else { cart.full_total_minor() };
        prop_assert_eq!(settled.owed_minor + captured, total);
    }

    #[test]
    fn settling_is_total(items in any_cart(), credit in any::<i64>(), captured in any::<i64>()) {
        let cart = price_cart(&items, credit).unwrap();
        let settled = settle(&cart, captured, credit);
        prop_assert_eq!(settled.is_paid, settled.owed_minor <= 0);
    }

    #[test]
    fn the_order_of_a_cart_does_not_matter(items in any_cart(), credit in 0_i64..50_000) {
        let mut reversed = items.clone();
        reversed.reverse();
        prop_assert_eq!(price_cart(&items, credit), price_cart(&reversed, credit));
    }

    #[test]
    fn one_class_brings_no_discount_for_several(item in any_price()) {
        let cart = price_cart(&[item], 0).unwrap();
        prop_assert_eq!(cart.multi_discount_minor, 0);
        prop_assert_eq!(cart.pre_total_minor(), item.pre_pay_minor());
    }

    #[test]
    fn an_amount_written_and_read_is_the_same(minor in -MAX_AMOUNT_MINOR..=MAX_AMOUNT_MINOR) {
        prop_assert_eq!(parse_minor(&format_minor(minor)), Ok(minor));
    }

    #[test]
    fn reading_an_amount_never_panics(text in "\\PC{0,30}|[-+]?[0-9]{0,25}\\.?[0-9]{0,5}") {
        if let Ok(minor) = parse_minor(&text) {
            prop_assert!(minor.abs() <= MAX_AMOUNT_MINOR);
            prop_assert_eq!(parse_minor(&format_minor(minor)), Ok(minor));
        }
    }

    #[test]
    fn a_price_is_read_or_refused(full in any::<i64>(), pre in any::<i64>(), multi in any::<i64>()) {
        let price = ClassPrice::new(full, pre, multi, true);
        prop_assert_eq!(price.is_ok(), (0..=MAX_AMOUNT_MINOR).contains(&full));
    }
}
