//! `price`: a purchase; or, with settings alone, the defaults of a subject.

use school::Settings;
use school::money::format_minor;
use school::price::{Cart, ClassPrice, price_cart, settle};
use school::subject::Subject;
use serde_json::{Value, json};

use super::{class_price, settings};
use crate::fields::{Bad, Fields};

/// The class that every item of the vectors stands for.
pub const CLASS_LABEL: &str = "BegA - Jan";

/// The title of the subject whose defaults the vectors show.
const DEFAULT_SUBJECT: &str = "d";

pub fn evaluate(mut input: Fields<'_>) -> Result<Value, Bad> {
    let settings = settings(&mut input)?;
    if !input.has("items") {
        input.done()?;
        return Ok(subject_defaults(&settings));
    }
    let mut items = Vec::new();
    for mut fields in input.objects("items")? {
        items.push(class_price(&mut fields, "qualifies", &settings)?);
        fields.done()?;
    }
    let credit = input.optional_amount("student_credit")?.unwrap_or(0);
    let captured = input.optional_amount("captured_amount")?.unwrap_or(0);
    input.optional_flag("paid_by_other")?;
    input.done()?;
    let cart = price_cart(&items, credit).map_err(|error| Bad::new("input.items", error))?;
    let mut output = cart_json(&items, &cart);
    if !items.is_empty() {
        let settled = settle(&cart, captured, credit);
        output["owed_per_registration"] = json!(format_minor(settled.owed_minor));
        output["student_credit_after"] = json!(format_minor(settled.credit_after_minor));
    }
    Ok(output)
}

fn cart_json(items: &[ClassPrice], cart: &Cart) -> Value {
    let per_item: Vec<Value> = items
        .iter()
        .map(|item| {
            json!({
                "full_price": format_minor(item.full_minor()),
                "pre_discount": format_minor(item.pre_pay_discount_minor()),
                "pre_price": format_minor(item.pre_pay_minor()),
                "multi_discount": format_minor(item.multi_discount_minor()),
            })
        })
        .collect();
    json!({
        "per_item": per_item,
        "full_price": format_minor(cart.full_minor),
        "pre_pay_discount": format_minor(cart.pre_pay_discount_minor),
        "multiple_purchase_discount": format_minor(cart.multi_discount_minor),
        "credit_applied": format_minor(cart.credit_applied_minor),
        "total": format_minor(cart.charge_minor(false)),
        "full_total": format_minor(cart.full_total_minor()),
        "pre_total": format_minor(cart.pre_total_minor()),
        "tax": format_minor(0),
        "currency": "USD",
        "variant": "paypal",
        "status": "waiting",
        "description": format!("{CLASS_LABEL}, ").repeat(items.len()),
    })
}

fn subject_defaults(settings: &Settings) -> Value {
    let subject = Subject::new(DEFAULT_SUBJECT, settings);
    let price = &subject.price;
    json!({
        "level": subject.level.code(),
        "level_num": subject.level.number().to_string(),
        "full_price": format_minor(price.full_minor()),
        "pre_pay_discount": format_minor(price.pre_pay_discount_minor()),
        "multiple_purchase_discount": format_minor(price.multi_discount_minor()),
        "qualifies": price.qualifies(),
        "num_weeks": subject.weeks,
        "num_minutes": subject.class_minutes,
        "label": subject.label(settings),
    })
}
