//! What the tables' streams say, read into the items that were written.

use runtime::StreamRecord;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::session::{MessageItem, SessionItem};
use store::wallet::{EntryItem, WalletItem};

/// A change that somebody may want to hear of.
#[derive(Clone, Debug)]
pub enum Change {
    /// A session was requested or changed.
    Session(Box<SessionItem>),
    /// Somebody said something.
    Message(Box<MessageItem>),
    /// A side of this session received or read.
    Marks(String),
    /// Minutes were leased.
    Lease(Box<EntryItem>),
    /// A wallet changed.
    Wallet(Box<WalletItem>),
}

/// The change that a record tells; nothing for what nobody hears of.
///
/// # Errors
/// A sentence when an item has another shape.
pub fn change(record: StreamRecord) -> Result<Option<Change>, String> {
    let Some(image) = record.dynamodb.new_image else { return Ok(None) };
    let text = |name: &str| image[name]["S"].as_str().unwrap_or_default().to_owned();
    let (pk, sk) = (text("pk"), text("sk"));
    let is_new = record.event_name == "INSERT";
    let change = match (pk.split_once('#').unwrap_or_default(), sk.as_str()) {
        (("SESSION", _), "SESSION") => Change::Session(Box::new(item(image)?)),
        (("SESSION", _), sk) if is_new && sk.starts_with("MESSAGE#") => {
            Change::Message(Box::new(item(image)?))
        }
        (("SESSION", id), sk) if sk.starts_with("MARK#") => Change::Marks(id.to_owned()),
        (("MEMBER", _), sk) if is_new && sk.starts_with("ENTRY#") => {
            let entry: EntryItem = item(image)?;
            if !entry.entry.key.line.starts_with("MINUTE#") {
                return Ok(None);
            }
            Change::Lease(Box::new(entry))
        }
        (("MEMBER", _), "WALLET") if !is_new => Change::Wallet(Box::new(item(image)?)),
        _ => return Ok(None),
    };
    Ok(Some(change))
}

fn item<T: DeserializeOwned>(image: Value) -> Result<T, String> {
    let item: serde_dynamo::Item =
        serde_json::from_value(image).map_err(|error| error.to_string())?;
    serde_dynamo::from_item(item).map_err(|error| error.to_string())
}
