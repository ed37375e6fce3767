//! Conditions and updates, written with the values beside them so that no value is ever formatted into an expression.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use std::collections::HashMap;

use crate::StoreError;

/// What must hold of an item for a write to happen.
///
/// Expressions use `#name` for attribute names and `:name` for values, e.g.
/// `Condition::that("#state = :state").name("#state", "state").value(":state", "active")`.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// In DynamoDB's own words.
    pub expression: String,
    /// Attribute names by placeholder.
    pub names: HashMap<String, String>,
    /// Values by placeholder.
    pub values: HashMap<String, AttributeValue>,
    pub(crate) error: Option<String>,
}

impl Condition {
    /// A condition in DynamoDB's own words.
    pub fn that(expression: impl Into<String>) -> Self {
        Self { expression: expression.into(), ..Self::default() }
    }

    /// The item must not exist.
    pub fn absent() -> Self {
        Self::that("attribute_not_exists(pk)")
    }

    /// The item must exist.
    pub fn present() -> Self {
        Self::that("attribute_exists(pk)")
    }

    /// The item must exist with `version` equal to this.
    pub fn version(version: u64) -> Self {
        Self::that("#version = :version").name("#version", "version").value(":version", version)
    }

    /// Gives an attribute name its placeholder.
    #[must_use]
    pub fn name(mut self, placeholder: &str, attribute: &str) -> Self {
        self.names.insert(placeholder.into(), attribute.into());
        self
    }

    /// Gives a value its placeholder.
    #[must_use]
    pub fn value(mut self, placeholder: &str, value: impl Serialize) -> Self {
        put_value(&mut self.values, &mut self.error, placeholder, value);
        self
    }
}

/// A change of some attributes of an item, with the condition under which it happens.
///
/// `Update::new("SET available_minor = available_minor - :rate").value(":rate", 300)`.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// In DynamoDB's own words.
    pub expression: String,
    /// Under which condition, if its expression is not empty; its names and values are the update's too.
    pub condition: Condition,
}

impl Update {
    /// An update in DynamoDB's own words.
    pub fn new(expression: impl Into<String>) -> Self {
        Self { expression: expression.into(), condition: Condition::default() }
    }

    /// Under which condition; names and values may be given on either side.
    #[must_use]
    pub fn when(mut self, expression: impl Into<String>) -> Self {
        self.condition.expression = expression.into();
        self
    }

    /// Gives an attribute name its placeholder.
    #[must_use]
    pub fn name(mut self, placeholder: &str, attribute: &str) -> Self {
        self.condition = self.condition.name(placeholder, attribute);
        self
    }

    /// Gives a value its placeholder.
    #[must_use]
    pub fn value(mut self, placeholder: &str, value: impl Serialize) -> Self {
        self.condition = self.condition.value(placeholder, value);
        self
    }
}

fn put_value(
    values: &mut HashMap<String, AttributeValue>,
    error: &mut Option<String>,
    placeholder: &str,
    value: impl Serialize,
) {
    match serde_dynamo::to_attribute_value(value) {
        Ok(value) => {
            values.insert(placeholder.into(), value);
        }
        Err(cause) => *error = Some(format!("{placeholder}: {cause}")),
    }
}

/// The first value that could not be written, as an error.
pub(crate) fn checked(condition: &Condition) -> Result<(), StoreError> {
    match &condition.error {
        Some(error) => Err(StoreError::Shape(error.clone())),
        None => Ok(()),
    }
}
