//! Instants as text: RFC 3339 in UTC with exactly three digits of a second, so that text sorts as time does.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// An instant as `2026-11-20T15:00:00.000Z`. What is finer than a millisecond is cut off.
pub fn text(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// For `#[serde(with = "store::instant")]`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*at))
}

/// For `#[serde(with = "store::instant")]`.
///
/// # Errors
/// When the text is no instant.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// For `#[serde(default, skip_serializing_if = "Option::is_none", with = "store::instant::option")]`.
pub mod option {
    use super::{Deserialize, Deserializer, Error, Serializer, Timestamp, text};

    /// Writes the instant, or nothing.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => serializer.serialize_str(&text(*at)),
            None => serializer.serialize_none(),
        }
    }

    /// Reads the instant, or nothing.
    ///
    /// # Errors
    /// When the text is no instant.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_has_three_digits_and_sorts_as_time_does() {
        let text = |ms| super::text(jiff::Timestamp::from_millisecond(ms).unwrap());
        assert_eq!(text(1_795_186_800_000), "2026-11-20T15:00:00.000Z");
        assert_eq!(text(1_795_186_800_005), "2026-11-20T15:00:00.005Z");
        assert!(text(1_795_186_800_090) < text(1_795_186_800_100));
    }
}
