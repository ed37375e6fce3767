//! Sites: one record per brand, and which brand is active. A record in the table wins over the one that the project
//! is shipped with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Key, Store, StoreError, Table, Transaction};

/// A brand: everything that differs between sites, as data.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize, ToSchema)]
pub struct Site {
    /// The brand's key, such as `soulseer`.
    pub brand: String,
    /// The name people read.
    pub name: String,
    /// One line under the name.
    pub tagline: String,
    /// Where people write to; the site shows no address when there is none.
    #[serde(default)]
    pub contact_email: Option<String>,
    /// The brand's words.
    pub words: Words,
    /// Colours and fonts.
    pub theme: Theme,
    /// Which parts of the product are on.
    pub modules: Vec<String>,
    /// The main menu.
    pub navigation: Vec<Link>,
    /// The platform's share in percent, a decimal number.
    pub fee_percent: String,
    /// ISO 4217.
    pub currency: String,
    /// IANA name.
    pub time_zone: String,
    /// Minutes leased at a time.
    pub lease_minutes: u32,
    /// Seconds in a session minute.
    pub minute_seconds: u32,
    /// What carries sound and picture of the brand's sessions.
    #[serde(default)]
    pub room: RoomAdapter,
    /// Rises with each change of the record.
    pub version: u64,
}

/// What carries sound and picture of a session: the implementation of the media room on both sides.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoomAdapter {
    /// Straight between the two browsers; no vendor.
    #[default]
    Peer,
    /// Agora's network; needs an account there.
    Agora,
    /// A room at Whereby, in a frame; needs an account there.
    Whereby,
}

/// What the brand calls things.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Words {
    /// One host, such as "Reader".
    pub host: String,
    /// Several hosts.
    pub hosts: String,
    /// One session.
    pub session: String,
    /// Several sessions.
    pub sessions: String,
    /// One member.
    pub member: String,
    /// The wallet.
    pub wallet: String,
}

/// How the site looks. Tokens are CSS custom properties.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Theme {
    /// Tokens of the dark mode.
    pub dark: BTreeMap<String, String>,
    /// Tokens of the light mode.
    pub light: BTreeMap<String, String>,
    /// Font of headings.
    pub heading_font: String,
    /// Font of everything else.
    pub body_font: String,
    /// `dark` or `light`.
    pub default_mode: String,
}

/// An entry of the menu.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// The text's key.
    pub key: String,
    /// The path.
    pub href: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Active {
    brand: String,
}

const SEED: &str = include_str!("../../../frontend/src/lib/brand/sites.json");

fn record_key(brand: &str) -> Key {
    Key::new("SITE", format!("BRAND#{brand}"))
}

fn active_key() -> Key {
    Key::new("SITE", "ACTIVE")
}

/// The brands that the project is shipped with.
///
/// # Errors
/// [`StoreError::Shape`] when the shipped file is broken (a test reads it).
pub fn shipped() -> Result<Vec<Site>, StoreError> {
    serde_json::from_str(SEED).map_err(|error| StoreError::Shape(error.to_string()))
}

/// All brands, in the shipped order.
///
/// # Errors
/// [`StoreError`].
pub async fn list(store: &Store) -> Result<Vec<Site>, StoreError> {
    let mut sites = shipped()?;
    let keys: Vec<Key> = sites.iter().map(|site| record_key(&site.brand)).collect();
    let stored: Vec<Site> = store.get_many(Table::App, &keys, true).await?;
    for record in stored {
        if let Some(site) = sites.iter_mut().find(|site| site.brand == record.brand) {
            *site = record;
        }
    }
    Ok(sites)
}

/// One brand.
///
/// # Errors
/// [`StoreError`].
pub async fn find(store: &Store, brand: &str) -> Result<Option<Site>, StoreError> {
    let shipped = shipped()?.into_iter().find(|site| site.brand == brand);
    let Some(shipped) = shipped else {
        return Ok(None);
    };
    let stored = store.get(Table::App, &record_key(brand)).await?;
    Ok(Some(stored.unwrap_or(shipped)))
}

/// The active brand: the one an admin chose last, else `default_brand`.
///
/// # Errors
/// [`StoreError`]; `Shape` when no such brand exists.
pub async fn active(store: &Store, default_brand: &str) -> Result<Site, StoreError> {
    let active: Option<Active> = store.get(Table::App, &active_key()).await?;
    let brand = active.map_or_else(|| default_brand.to_owned(), |active| active.brand);
    let site = find(store, &brand).await?;
    site.ok_or_else(|| StoreError::Shape(format!("there is no brand {brand}")))
}

/// Makes a brand the active one. Label `site`.
#[must_use]
pub fn switch(tx: Transaction, brand: &str) -> Transaction {
    tx.replace("site", Table::App, &active_key(), &Active { brand: brand.to_owned() }, None)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_shipped_brands_are_whole_and_differ() {
        let sites = super::shipped().unwrap();
        let brands: std::collections::BTreeSet<_> = sites.iter().map(|site| &site.brand).collect();
        assert_eq!(brands.len(), sites.len());
        assert_eq!(sites[0].brand, "soulseer");
        for site in &sites {
            let percent: rust_decimal::Decimal = site.fee_percent.parse().unwrap();
            assert!(percent.is_sign_positive());
        }
    }
}
