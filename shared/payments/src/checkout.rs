//! A hosted page on which a top-up is paid.

use serde::Serialize;
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};
use stripe_types::Currency;

use crate::error::PaymentError;
use crate::wire::CheckoutAnswer;

/// A top-up that is to be paid on Stripe's hosted page.
///
/// Two calls with an equal intent are the same request to Stripe, at any time within a day; a changed field under
/// the same `top_up_id` is refused there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutIntent {
    /// Our id; the idempotency key is `topup_<id>`, and it comes back in the metadata of every event.
    pub top_up_id: String,
    /// The member who pays; Stripe keeps it as the client reference.
    pub member_id: String,
    /// Amount in minor units of `currency`.
    pub amount_minor: i64,
    /// ISO 4217 code, for example `USD`.
    pub currency: String,
    /// Prefilled on the page.
    pub email: String,
    /// Where the browser goes after paying; `{CHECKOUT_SESSION_ID}` is replaced by Stripe.
    pub success_url: String,
    /// Where the browser goes after giving up.
    pub cancel_url: String,
    /// Name of the site, shown on the page.
    pub site_name: String,
}

/// A hosted page on which a top-up can be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Stripe's id (`cs_...`).
    pub id: String,
    /// Address of the page.
    pub url: String,
    /// Present when Stripe has made it already; recent API versions make it when the page is paid.
    pub payment_intent: Option<String>,
    /// Unix seconds after which the page cannot be paid any more.
    pub expires_at: Option<i64>,
}

/// `POST /v1/checkout/sessions`, as far as we use it.
///
/// Written out because the generated request can say a thousand things and brings the code for each: it took a
/// large part of the wallet's archive. A test compares it with the generated one.
#[derive(Serialize)]
pub(crate) struct CreateCheckout<'a> {
    cancel_url: &'a str,
    client_reference_id: &'a str,
    customer_email: &'a str,
    line_items: Vec<LineItem>,
    // One pair only: the idempotency key allows no other bytes, and pairs of a map have no order.
    metadata: Metadata<'a>,
    mode: &'static str,
    payment_intent_data: PaymentIntentData<'a>,
    success_url: &'a str,
}

#[derive(Serialize)]
struct LineItem {
    price_data: PriceData,
    quantity: u32,
}

#[derive(Serialize)]
struct PriceData {
    currency: Currency,
    product_data: ProductData,
    unit_amount: i64,
}

#[derive(Serialize)]
struct ProductData {
    name: String,
}

#[derive(Serialize)]
struct PaymentIntentData<'a> {
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    top_up_id: &'a str,
}

impl<'a> CreateCheckout<'a> {
    /// # Errors
    /// [`PaymentError::Misconfigured`] for a currency that is none.
    pub(crate) fn new(intent: &'a CheckoutIntent) -> Result<Self, PaymentError> {
        let metadata = || Metadata { top_up_id: &intent.top_up_id };
        let product_data = ProductData { name: format!("{} wallet", intent.site_name) };
        let price_data = PriceData {
            currency: currency(&intent.currency)?,
            product_data,
            unit_amount: intent.amount_minor,
        };
        Ok(Self {
            cancel_url: &intent.cancel_url,
            client_reference_id: &intent.member_id,
            customer_email: &intent.email,
            line_items: vec![LineItem { price_data, quantity: 1 }],
            metadata: metadata(),
            mode: "payment",
            payment_intent_data: PaymentIntentData { metadata: metadata() },
            success_url: &intent.success_url,
        })
    }
}

impl StripeRequest for CreateCheckout<'_> {
    type Output = CheckoutAnswer;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Post, "/checkout/sessions").form(self)
    }
}

fn currency(code: &str) -> Result<Currency, PaymentError> {
    let bad = || PaymentError::Misconfigured(format!("{code:?} is no currency code"));
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(bad());
    }
    code.to_ascii_lowercase().parse().map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use stripe_checkout::CheckoutSessionMode;
    use stripe_checkout::checkout_session::{
        CreateCheckoutSession, CreateCheckoutSessionLineItems,
        CreateCheckoutSessionLineItemsPriceData, CreateCheckoutSessionPaymentIntentData,
        ProductData,
    };
    use stripe_client_core::StripeRequest as _;

    use super::{CheckoutIntent, CreateCheckout, currency};

    fn intent() -> CheckoutIntent {
        CheckoutIntent {
            top_up_id: "t1".to_owned(),
            member_id: "m1".to_owned(),
            amount_minor: 2500,
            currency: "USD".to_owned(),
            email: "ada@example.test".to_owned(),
            success_url: "http://127.0.0.1:9/done?id={CHECKOUT_SESSION_ID}".to_owned(),
            cancel_url: "http://127.0.0.1:9/back".to_owned(),
            site_name: "SoulSeer & Co".to_owned(),
        }
    }

    /// The same in the vendor's own words.
    fn generated(intent: &CheckoutIntent) -> CreateCheckoutSession {
        let metadata = HashMap::from([("top_up_id".to_owned(), intent.top_up_id.clone())]);
        let mut price =
            CreateCheckoutSessionLineItemsPriceData::new(currency(&intent.currency).unwrap());
        price.unit_amount = Some(intent.amount_minor);
        price.product_data = Some(ProductData::new(format!("{} wallet", intent.site_name)));
        let mut line = CreateCheckoutSessionLineItems::new();
        line.price_data = Some(price);
        line.quantity = Some(1);
        let mut payment = CreateCheckoutSessionPaymentIntentData::new();
        payment.metadata = Some(metadata.clone());
        CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Payment)
            .line_items(vec![line])
            .payment_intent_data(payment)
            .metadata(metadata)
            .client_reference_id(intent.member_id.clone())
            .customer_email(intent.email.clone())
            .success_url(intent.success_url.clone())
            .cancel_url(intent.cancel_url.clone())
    }

    #[test]
    fn the_request_is_the_one_that_the_vendors_own_builder_makes() {
        let intent = intent();
        let (ours, theirs) =
            (CreateCheckout::new(&intent).unwrap().build(), generated(&intent).build());
        assert_eq!(ours.path, theirs.path);
        assert_eq!(format!("{:?}", ours.method), format!("{:?}", theirs.method));
        let pairs = |body: Option<String>| {
            let mut pairs: Vec<_> = body.unwrap().split('&').map(str::to_owned).collect();
            pairs.sort();
            pairs
        };
        assert_eq!(pairs(ours.body), pairs(theirs.body));
    }

    #[test]
    fn equal_intents_make_equal_bytes() {
        let intent = intent();
        let body = || CreateCheckout::new(&intent).unwrap().build().body;
        let first = body();
        assert!((0..20).all(|_| body() == first));
    }
}
