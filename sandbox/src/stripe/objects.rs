//! Stripe's objects: what the sandbox keeps of each, and the JSON that clients and events see.
//!
//! The JSON holds every field that the API promises to be present, so that strict clients can read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) type Metadata = BTreeMap<String, String>;

/// Whether a page can still be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CheckoutStatus {
    Open,
    Complete,
    Expired,
}

/// A hosted page for one payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckoutSession {
    pub id: String,
    pub status: CheckoutStatus,
    pub title: String,
    pub amount_minor: i64,
    pub currency: String,
    pub customer_email: Option<String>,
    pub paid_email: Option<String>,
    pub client_reference_id: Option<String>,
    pub success_url: String,
    pub cancel_url: Option<String>,
    pub metadata: Metadata,
    pub payment_metadata: Metadata,
    pub payment_intent: Option<String>,
    pub url: String,
    pub created: i64,
    pub expires_at: i64,
}

impl CheckoutSession {
    pub(crate) fn to_json(&self) -> Value {
        let open = self.status == CheckoutStatus::Open;
        let paid = self.status == CheckoutStatus::Complete;
        json!({
            "id": self.id,
            "object": "checkout.session",
            "adaptive_pricing": null,
            "after_expiration": null,
            "allow_promotion_codes": null,
            "amount_subtotal": self.amount_minor,
            "amount_total": self.amount_minor,
            "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
            "billing_address_collection": null,
            "cancel_url": self.cancel_url,
            "client_reference_id": self.client_reference_id,
            "client_secret": null,
            "collected_information": null,
            "consent": null,
            "consent_collection": null,
            "created": self.created,
            "currency": self.currency,
            "currency_conversion": null,
            "custom_fields": [],
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
            },
            "customer": null,
            "customer_creation": "if_required",
            "customer_details": self.paid_email.as_ref().or(self.customer_email.as_ref()).map(|email| json!({
                "address": null, "email": email, "name": null, "phone": null, "tax_exempt": "none", "tax_ids": null,
            })),
            "customer_email": self.customer_email,
            "discounts": [],
            "expires_at": self.expires_at,
            "invoice": null,
            "invoice_creation": null,
            "livemode": false,
            "locale": null,
            "metadata": self.metadata,
            "mode": "payment",
            "payment_intent": self.payment_intent,
            "payment_link": null,
            "payment_method_collection": "if_required",
            "payment_method_configuration_details": null,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "payment_status": if paid { "paid" } else { "unpaid" },
            "phone_number_collection": { "enabled": false },
            "recovered_from": null,
            "setup_intent": null,
            "shipping_address_collection": null,
            "shipping_cost": null,
            "shipping_options": [],
            "status": self.status,
            "submit_type": null,
            "subscription": null,
            "success_url": self.success_url,
            "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
            "ui_mode": "hosted",
            "url": open.then_some(&self.url),
        })
    }
}

/// A payment, from the first attempt on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentIntent {
    pub id: String,
    pub amount_minor: i64,
    pub currency: String,
    pub metadata: Metadata,
    pub charge: Option<String>,
    pub failure: Option<String>,
    pub succeeded: bool,
    pub created: i64,
}

impl PaymentIntent {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount_minor,
            "amount_capturable": 0,
            "amount_details": { "tip": {} },
            "amount_received": if self.succeeded { self.amount_minor } else { 0 },
            "application": null,
            "application_fee_amount": null,
            "automatic_payment_methods": null,
            "canceled_at": null,
            "cancellation_reason": null,
            "capture_method": "automatic",
            "client_secret": null,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "customer": null,
            "description": null,
            "last_payment_error": self.failure.as_ref().map(|code| json!({
                "type": "card_error", "code": "card_declined", "decline_code": code,
                "message": "Your card was declined.",
            })),
            "latest_charge": self.charge,
            "livemode": false,
            "metadata": self.metadata,
            "next_action": null,
            "on_behalf_of": null,
            "payment_method": null,
            "payment_method_configuration_details": null,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "processing": null,
            "receipt_email": null,
            "review": null,
            "setup_future_usage": null,
            "shipping": null,
            "statement_descriptor": null,
            "statement_descriptor_suffix": null,
            "status": if self.succeeded { "succeeded" } else { "requires_payment_method" },
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

/// Money taken from a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Charge {
    pub id: String,
    pub payment_intent: String,
    pub amount_minor: i64,
    pub refunded_minor: i64,
    pub currency: String,
    pub metadata: Metadata,
    pub email: Option<String>,
    pub card_last4: String,
    pub dispute: Option<String>,
    pub created: i64,
}

impl Charge {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount_minor,
            "amount_captured": self.amount_minor,
            "amount_refunded": self.refunded_minor,
            "application": null,
            "application_fee": null,
            "application_fee_amount": null,
            "balance_transaction": null,
            "billing_details": { "address": null, "email": self.email, "name": null, "phone": null, "tax_id": null },
            "calculated_statement_descriptor": "SANDBOX",
            "captured": true,
            "created": self.created,
            "currency": self.currency,
            "customer": null,
            "description": null,
            "disputed": self.dispute.is_some(),
            "failure_code": null,
            "failure_message": null,
            "fraud_details": {},
            "livemode": false,
            "metadata": self.metadata,
            "on_behalf_of": null,
            "outcome": {
                "network_status": "approved_by_network", "reason": null, "risk_level": "normal",
                "seller_message": "Payment complete.", "type": "authorized",
            },
            "paid": true,
            "payment_intent": self.payment_intent,
            "payment_method": null,
            "payment_method_details": { "type": "card", "card": { "last4": self.card_last4 } },
            "receipt_email": null,
            "receipt_number": null,
            "receipt_url": null,
            "refunded": self.refunded_minor == self.amount_minor,
            "review": null,
            "shipping": null,
            "status": "succeeded",
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

/// Money given back to a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refund {
    pub id: String,
    pub charge: String,
    pub payment_intent: String,
    pub amount_minor: i64,
    pub currency: String,
    pub reason: Option<String>,
    pub metadata: Metadata,
    pub created: i64,
}

impl Refund {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount_minor,
            "balance_transaction": null,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "reason": self.reason,
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": "succeeded",
            "transfer_reversal": null,
        })
    }
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeStatus {
    NeedsResponse,
    Won,
    Lost,
}

/// A payment that its card's bank has taken back for now.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dispute {
    pub id: String,
    pub charge: String,
    pub payment_intent: String,
    pub amount_minor: i64,
    pub currency: String,
    pub status: DisputeStatus,
    pub created: i64,
}

impl Dispute {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "dispute",
            "amount": self.amount_minor,
            "balance_transactions": [],
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "enhanced_eligibility_types": [],
            "evidence": {},
            "evidence_details": {
                "due_by": self.created + 7 * 86_400, "has_evidence": false, "past_due": false, "submission_count": 0,
            },
            "is_charge_refundable": false,
            "livemode": false,
            "metadata": {},
            "payment_intent": self.payment_intent,
            "reason": "fraudulent",
            "status": self.status,
        })
    }
}
