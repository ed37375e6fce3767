//! Typed access to the parameters of a request; what is left over in the end is refused, as Stripe does.

use std::collections::BTreeMap;

use super::ApiError;
use super::form::Node;

/// Longest text parameter, in characters (Stripe's limit for most).
const TEXT_CHARACTERS_MAX: usize = 5000;

/// Parameters that have not been taken yet.
#[derive(Debug, Clone)]
pub(crate) struct Params {
    path: String,
    left: BTreeMap<String, Node>,
}

impl Params {
    /// The parameters of a whole body. `expand` is accepted and ignored: nothing here is expandable.
    pub(crate) fn new(mut left: BTreeMap<String, Node>) -> Result<Self, ApiError> {
        left.remove("expand");
        Ok(Self { path: String::new(), left })
    }

    /// The full name of a parameter, as in the request.
    pub(crate) fn name(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}[{name}]", self.path) }
    }

    /// Takes a text, if it was given.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.left.remove(name) {
            None => Ok(None),
            Some(Node::Text(text)) if text.chars().count() <= TEXT_CHARACTERS_MAX => Ok(Some(text)),
            Some(_) => Err(self.invalid(name, "Invalid string.")),
        }
    }

    /// Takes a text that must be given.
    pub(crate) fn required_text(&mut self, name: &str) -> Result<String, ApiError> {
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.missing(name)),
        }
    }

    /// Takes an address, if it was given.
    pub(crate) fn url(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.text(name)? {
            Some(url) if !(url.starts_with("https://") || url.starts_with("http://")) => {
                Err(ApiError::parameter("url_invalid", &self.name(name), "Not a valid URL"))
            }
            url => Ok(url),
        }
    }

    /// Takes an address that must be given.
    pub(crate) fn required_url(&mut self, name: &str) -> Result<String, ApiError> {
        self.url(name)?.ok_or_else(|| self.missing(name))
    }

    /// Takes a whole number, if it was given.
    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| {
            ApiError::parameter(
                "parameter_invalid_integer",
                &self.name(name),
                format!("Invalid integer: {text}"),
            )
        })
    }

    /// Takes the parameters under a name, or none.
    pub(crate) fn map(&mut self, name: &str) -> Result<Self, ApiError> {
        let path = self.name(name);
        match self.left.remove(name) {
            None => Ok(Self { path, left: BTreeMap::new() }),
            Some(Node::Map(left)) => Ok(Self { path, left }),
            Some(Node::Text(_)) => Err(self.invalid(name, "Invalid object.")),
        }
    }

    /// Takes a list (`name[0]`, `name[1]`, ...), in order.
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Self>, ApiError> {
        let mut items = self.map(name)?;
        let mut list = Vec::new();
        while items.left.contains_key(&list.len().to_string()) {
            list.push(items.map(&list.len().to_string())?);
        }
        items.finish()?;
        Ok(list)
    }

    /// Takes metadata: at most 50 names of 40 characters with values of 500.
    pub(crate) fn metadata(&mut self, name: &str) -> Result<BTreeMap<String, String>, ApiError> {
        let path = self.name(name);
        let map = self.map(name)?;
        let mut metadata = BTreeMap::new();
        for (key, node) in map.left {
            let Node::Text(value) = node else {
                return Err(ApiError::parameter(
                    "parameter_invalid",
                    &path,
                    "Metadata values must be strings.",
                ));
            };
            if key.chars().count() > 40 || value.chars().count() > 500 || metadata.len() >= 50 {
                return Err(ApiError::parameter(
                    "parameter_invalid",
                    &path,
                    "Metadata is too large.",
                ));
            }
            metadata.insert(key, value);
        }
        Ok(metadata)
    }

    /// Refuses what nobody has taken.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(name) => {
                let name = self.name(name);
                Err(ApiError::parameter(
                    "parameter_unknown",
                    &name,
                    format!("Received unknown parameter: {name}"),
                ))
            }
        }
    }

    pub(crate) fn missing(&self, name: &str) -> ApiError {
        let name = self.name(name);
        ApiError::parameter("parameter_missing", &name, format!("Missing required param: {name}."))
    }

    pub(crate) fn invalid(&self, name: &str, message: &str) -> ApiError {
        ApiError::parameter("parameter_invalid", &self.name(name), message)
    }
}
