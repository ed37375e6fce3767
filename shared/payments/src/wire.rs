//! The few fields we read from Stripe's answers.
//!
//! Everything that is not needed is ignored and everything that may be absent is optional, so that a newer API
//! version cannot turn a payment that happened into an error.

use miniserde::Deserialize;

/// A Checkout Session, as answered to its creation.
#[derive(Deserialize)]
pub(crate) struct CheckoutAnswer {
    pub id: String,
    pub url: Option<String>,
    pub payment_intent: Option<IdOrObject>,
    pub expires_at: Option<i64>,
}

/// A refund, as answered to its creation.
#[derive(Deserialize)]
pub(crate) struct RefundAnswer {
    pub id: String,
    pub amount: i64,
    pub status: Option<String>,
}

/// An answer that is a refusal.
#[derive(Deserialize)]
pub(crate) struct ErrorAnswer {
    pub error: Refusal,
}

/// Why Stripe refused.
#[derive(Deserialize)]
pub(crate) struct Refusal {
    pub code: Option<String>,
    pub message: Option<String>,
    pub param: Option<String>,
}

/// A connected account, as answered to its creation.
#[derive(Deserialize)]
pub(crate) struct AccountAnswer {
    pub id: String,
}

/// An account link, as answered to its creation.
#[derive(Deserialize)]
pub(crate) struct AccountLinkAnswer {
    pub url: String,
    pub expires_at: i64,
}

/// A transfer, as answered to its creation or in a list.
#[derive(Deserialize)]
pub(crate) struct TransferAnswer {
    pub id: String,
    pub amount: i64,
}

/// A page of transfers.
#[derive(Deserialize)]
pub(crate) struct TransferListAnswer {
    pub data: Vec<TransferAnswer>,
}

/// An expandable field: Stripe sends the id, or the whole object when asked to expand it.
pub(crate) struct IdOrObject(pub String);

miniserde::make_place!(Place);

impl miniserde::de::Visitor for Place<IdOrObject> {
    fn string(&mut self, id: &str) -> miniserde::Result<()> {
        self.out = Some(IdOrObject(id.to_owned()));
        Ok(())
    }

    fn map(&mut self) -> miniserde::Result<Box<dyn miniserde::de::Map + '_>> {
        Ok(Box::new(ObjectId { out: &mut self.out, id: None }))
    }
}

impl Deserialize for IdOrObject {
    fn begin(out: &mut Option<Self>) -> &mut dyn miniserde::de::Visitor {
        Place::new(out)
    }
}

/// Keeps the `id` of an expanded object and ignores the rest.
struct ObjectId<'a> {
    out: &'a mut Option<IdOrObject>,
    id: Option<String>,
}

impl miniserde::de::Map for ObjectId<'_> {
    fn key(&mut self, key: &str) -> miniserde::Result<&mut dyn miniserde::de::Visitor> {
        if key == "id" {
            Ok(Deserialize::begin(&mut self.id))
        } else {
            Ok(<dyn miniserde::de::Visitor>::ignore())
        }
    }

    fn finish(&mut self) -> miniserde::Result<()> {
        let id = self.id.take().ok_or(miniserde::Error)?;
        *self.out = Some(IdOrObject(id));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::CheckoutAnswer;

    #[test]
    fn an_answer_with_only_the_needed_fields_is_read() {
        let answer: CheckoutAnswer =
            miniserde::json::from_str(r#"{"id":"cs_1","url":null,"brand_new":{"a":[1]}}"#).unwrap();
        assert_eq!(answer.id, "cs_1");
        assert!(answer.url.is_none() && answer.payment_intent.is_none());
    }

    #[test]
    fn an_expanded_payment_intent_gives_its_id() {
        let answer: CheckoutAnswer = miniserde::json::from_str(
            r#"{"id":"cs_1","payment_intent":{"object":"payment_intent","id":"pi_1","amount":5}}"#,
        )
        .unwrap();
        assert_eq!(answer.payment_intent.unwrap().0, "pi_1");
    }

    #[test]
    fn an_expanded_object_without_an_id_is_refused() {
        assert!(
            miniserde::json::from_str::<CheckoutAnswer>(
                r#"{"id":"cs_1","payment_intent":{"a":1}}"#
            )
            .is_err()
        );
    }
}
