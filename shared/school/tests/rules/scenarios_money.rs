//! Scenarios 17 to 20: prices, debts and credit.

use school::price::{Cart, ClassPrice, price_cart, settle};

fn class() -> ClassPrice {
    ClassPrice::new(7000, 500, 1000, true).unwrap()
}

fn cart(items: &[ClassPrice], credit_minor: i64) -> Cart {
    price_cart(items, credit_minor).unwrap()
}

#[test]
fn scenario_17_one_two_and_four_classes_and_a_workshop() {
    let one = cart(&[class()], 0);
    assert_eq!((one.pre_total_minor(), one.full_total_minor()), (6500, 7000));
    let two = cart(&[class(); 2], 0);
    assert_eq!(two.full_minor, 14_000);
    assert_eq!(two.multi_discount_minor, 1000);
    assert_eq!(two.pre_pay_discount_minor, 1000);
    assert_eq!(two.pre_total_minor(), 12_000);
    assert_eq!(cart(&[class(); 4], 0).pre_total_minor(), 25_000);
    let workshop = ClassPrice::new(4500, 0, 0, false).unwrap();
    assert_eq!(cart(&[class(), workshop], 0).pre_total_minor(), 11_000);
}

#[test]
fn scenario_18_the_second_largest_discount_counts_once() {
    let with = |multi| ClassPrice::new(7000, 500, multi, true).unwrap();
    let cart = cart(&[with(1000), with(2000), with(1500)], 0);
    assert_eq!(cart.multi_discount_minor, 1500);
    assert_eq!(cart.pre_total_minor(), 18_000);
}

#[test]
fn scenario_19_what_is_owed_after_a_payment() {
    let cart = cart(&[class()], 0);
    let after = |captured| settle(&cart, captured, 0);
    assert_eq!(after(3000).owed_minor, 4000);
    assert_eq!((after(6500).owed_minor, after(6500).is_paid), (0, true));
    assert_eq!((after(6499).owed_minor, after(6499).is_paid), (501, false));
    assert_eq!(after(7000).owed_minor, -500);
    assert_eq!(after(7000).credit_after_minor, 500);
}

#[test]
fn scenario_20_credit_is_used_as_far_as_needed() {
    let twenty = cart(&[class()], 2000);
    assert_eq!(twenty.pre_total_minor(), 4500);
    assert_eq!(settle(&twenty, 4500, 2000).credit_after_minor, 0);
    let hundred = cart(&[class()], 10_000);
    assert_eq!(hundred.pre_total_minor(), 0);
    assert_eq!(settle(&hundred, 0, 10_000).credit_after_minor, 3500);
    assert!(settle(&hundred, 0, 10_000).is_paid);
}

#[test]
fn paying_in_advance_ends_when_the_first_class_starts() {
    let cart = cart(&[class()], 0);
    assert_eq!(cart.charge_minor(false), 6500);
    assert_eq!(cart.charge_minor(true), 7000);
}

#[test]
fn a_negative_discount_is_none_and_a_negative_price_is_refused() {
    let odd = ClassPrice::new(2000, -500, -500, true).unwrap();
    assert_eq!(odd.pre_pay_minor(), 2000);
    assert_eq!(cart(&[odd, odd], -100).pre_total_minor(), 4000);
    assert!(ClassPrice::new(-1, 0, 0, true).is_err());
    assert!(price_cart(&[class(); 1001], 0).is_err());
}
