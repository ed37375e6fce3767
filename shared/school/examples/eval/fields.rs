//! Reading JSON objects field by field: every refusal names the field, and no
//! field is left unread.

use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::ops::RangeInclusive;

use calendar::{Date, Time, clock, parse_date};
use school::money;
use serde_json::{Map, Value};

/// A field that cannot be read, and why.
#[derive(Debug)]
pub struct Bad {
    field: String,
    message: String,
}

impl Bad {
    /// `field` is refused because of `message`.
    pub fn new(field: impl Into<String>, message: impl Display) -> Self {
        Self { field: field.into(), message: message.to_string() }
    }
}

impl Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one_line = |c: char| if c.is_control() { ' ' } else { c };
        let message: String = self.message.chars().map(one_line).collect();
        write!(f, "{}: {message}", self.field.escape_debug())
    }
}

/// The fields of one JSON object.
pub struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
    seen: BTreeSet<&'a str>,
}

impl<'a> Fields<'a> {
    /// The fields of the object at `path`.
    pub fn of(path: impl Into<String>, value: &'a Value) -> Result<Self, Bad> {
        let path = path.into();
        match value {
            Value::Object(map) => Ok(Self { path, map, seen: BTreeSet::new() }),
            _ => Err(Bad::new(path, "must be an object")),
        }
    }

    /// The full name of a field.
    pub fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// A refusal of a field.
    pub fn bad(&self, key: &str, message: impl Display) -> Bad {
        Bad::new(self.path(key), message)
    }

    /// Whether the field is there, be it null.
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// Marks a field as known without reading it.
    pub fn ignore(&mut self, key: &str) {
        if let Some((key, _)) = self.map.get_key_value(key) {
            self.seen.insert(key);
        }
    }

    /// The value of a field; `None` when it is missing or null.
    pub fn optional(&mut self, key: &str) -> Option<&'a Value> {
        let (key, value) = self.map.get_key_value(key)?;
        self.seen.insert(key);
        Some(value).filter(|value| !value.is_null())
    }

    /// The value of a field that must be there.
    pub fn required(&mut self, key: &str) -> Result<&'a Value, Bad> {
        self.optional(key).ok_or_else(|| self.bad(key, "is missing"))
    }

    /// Refuses fields that were not read.
    pub fn done(self) -> Result<(), Bad> {
        match self.map.keys().find(|key| !self.seen.contains(key.as_str())) {
            Some(key) => Err(self.bad(key, "is not a known field")),
            None => Ok(()),
        }
    }

    /// A text of at most 1000 characters.
    pub fn text(&mut self, key: &str) -> Result<String, Bad> {
        let missing = self.bad(key, "is missing");
        self.optional_text(key)?.ok_or(missing)
    }

    /// A text, if there.
    pub fn optional_text(&mut self, key: &str) -> Result<Option<String>, Bad> {
        match self.optional(key) {
            None => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= 1000 => Ok(Some(text.clone())),
            Some(_) => Err(self.bad(key, "must be a text of at most 1000 characters")),
        }
    }

    /// A date; a missing, null or empty one is `None`.
    pub fn optional_date(&mut self, key: &str) -> Result<Option<Date>, Bad> {
        match self.optional_text(key)?.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => parse_date(text).map(Some).map_err(|error| self.bad(key, error)),
        }
    }

    /// A date.
    pub fn date(&mut self, key: &str) -> Result<Date, Bad> {
        let missing = self.bad(key, "is missing");
        self.optional_date(key)?.ok_or(missing)
    }

    /// A time of day.
    pub fn time(&mut self, key: &str) -> Result<Time, Bad> {
        let text = self.text(key)?;
        clock::parse_time(&text).map_err(|error| self.bad(key, error))
    }

    /// Yes or no, if there.
    pub fn optional_flag(&mut self, key: &str) -> Result<Option<bool>, Bad> {
        match self.optional(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.bad(key, "must be true or false")),
        }
    }

    /// A whole number in `range`, if there.
    pub fn optional_whole(
        &mut self,
        key: &str,
        range: RangeInclusive<i64>,
    ) -> Result<Option<i64>, Bad> {
        let Some(value) = self.optional(key) else {
            return Ok(None);
        };
        match value.as_i64().filter(|number| range.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(self.bad(
                key,
                format_args!(
                    "must be a whole number from {} to {}, not {value}",
                    range.start(),
                    range.end()
                ),
            )),
        }
    }

    /// A whole number in `range`.
    pub fn whole(&mut self, key: &str, range: RangeInclusive<i64>) -> Result<i64, Bad> {
        let missing = self.bad(key, "is missing");
        self.optional_whole(key, range)?.ok_or(missing)
    }

    /// A count up to `most`, if there.
    pub fn optional_count(&mut self, key: &str, least: u16, most: u16) -> Result<Option<u16>, Bad> {
        let range = i64::from(least)..=i64::from(most);
        let number = self.optional_whole(key, range)?;
        Ok(number.and_then(|number| u16::try_from(number).ok()))
    }

    /// An amount in minor units, if there: a text or a number such as 70.00.
    pub fn optional_amount(&mut self, key: &str) -> Result<Option<i64>, Bad> {
        let text = match self.optional(key) {
            None => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(self.bad(key, "must be an amount such as \"70.00\"")),
        };
        money::parse_minor(&text).map(Some).map_err(|error| self.bad(key, error))
    }

    /// The object in a field.
    pub fn object(&mut self, key: &str) -> Result<Fields<'a>, Bad> {
        let value = self.required(key)?;
        Fields::of(self.path(key), value)
    }

    /// The object in a field, if there.
    pub fn optional_object(&mut self, key: &str) -> Result<Option<Fields<'a>>, Bad> {
        self.optional(key).map(|value| Fields::of(self.path(key), value)).transpose()
    }

    /// The items of a list of at most 1000, if there.
    pub fn list(&mut self, key: &str) -> Result<&'a [Value], Bad> {
        match self.optional(key) {
            None => Ok(&[]),
            Some(Value::Array(items)) if items.len() <= 1000 => Ok(items),
            Some(_) => Err(self.bad(key, "must be a list of at most 1000 items")),
        }
    }

    /// The objects of a list.
    pub fn objects(&mut self, key: &str) -> Result<Vec<Fields<'a>>, Bad> {
        let items = self.list(key)?;
        let path = self.path(key);
        let numbered = items.iter().enumerate();
        numbered.map(|(at, item)| Fields::of(format!("{path}[{at}]"), item)).collect()
    }

    /// Every field and its value, all marked as read.
    pub fn all(&mut self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let map = self.map;
        self.seen.extend(map.keys().map(String::as_str));
        map.iter().map(|(key, value)| (key.as_str(), value))
    }
}
