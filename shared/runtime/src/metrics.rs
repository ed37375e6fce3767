//! Metrics in CloudWatch's embedded metric format: one JSON line on standard output, no call.

use std::io::Write;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The unit of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// How long, in milliseconds.
    Milliseconds,
    /// How long, in seconds.
    Seconds,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Seconds => "Seconds",
        }
    }
}

/// Writes metrics of one moment to standard output. Dimensions must have few values (a handler's
/// name, a kind of refusal), never an id: each combination is billed as a metric of its own.
pub fn emit(now: Timestamp, dimensions: &[(&str, &str)], values: &[(&str, i64, Unit)]) {
    // A simulated world has no metrics, and its output is the simulation's.
    #[cfg(feature = "seeded")]
    if crate::clock::seeded::is_set() {
        return;
    }
    let line = metric_line(now, dimensions, values);
    if let Err(error) = writeln!(std::io::stdout().lock(), "{line}") {
        tracing::warn!(%error, "a metric was lost");
    }
}

/// The line that [`emit`] writes.
#[must_use]
pub fn metric_line(
    now: Timestamp,
    dimensions: &[(&str, &str)],
    values: &[(&str, i64, Unit)],
) -> String {
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let metrics: Vec<Value> =
        values.iter().map(|(name, _, unit)| json!({ "Name": name, "Unit": unit.name() })).collect();
    let mut line = Map::new();
    line.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{ "Namespace": "Parlor", "Dimensions": [names], "Metrics": metrics }],
        }),
    );
    for (name, value) in dimensions {
        line.insert((*name).to_owned(), json!(value));
    }
    for (name, value, _) in values {
        line.insert((*name).to_owned(), json!(value));
    }
    Value::Object(line).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Unit, metric_line};

    #[test]
    fn a_line_declares_each_metric_and_dimension_it_carries() {
        let now = jiff::Timestamp::from_millisecond(1_700_000_000_123).unwrap();
        let line = metric_line(
            now,
            &[("Handler", "billing_charge")],
            &[("Charges", 12, Unit::Count), ("Lag", 900, Unit::Milliseconds)],
        );
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["Charges"], 12);
        assert_eq!(line["Handler"], "billing_charge");
        assert_eq!(line["_aws"]["Timestamp"], 1_700_000_000_123_i64);
        let declared = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(declared["Dimensions"][0][0], "Handler");
        assert_eq!(declared["Metrics"][1]["Name"], "Lag");
        assert_eq!(declared["Metrics"][1]["Unit"], "Milliseconds");
    }
}
