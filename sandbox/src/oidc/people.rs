//! Who can sign in: a few people to pick from, and whoever is typed in.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use super::{KEPT_MAX, OidcData};

/// A person as the issuer knows them; also the answer of the userinfo endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Stable subject, in the shape of Auth0's: `auth0|...`.
    pub sub: String,
    /// E-mail address.
    pub email: String,
    /// Whether the issuer vouches for the address.
    pub email_verified: bool,
    /// Full name.
    pub name: String,
}

/// Who is asked for: one of the known people by subject, or anybody by address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Who {
    pub sub: Option<String>,
    pub email: Option<String>,
    pub name: Option<String>,
    pub email_verified: Option<bool>,
}

/// The people on the picker of a new sandbox.
pub(crate) fn demo() -> BTreeMap<String, Person> {
    [
        ("Ada Marsh", "ada@example.test"),
        ("Ben Okafor", "ben@example.test"),
        ("Chiara Rossi", "chiara@example.test"),
        ("Dmitri Novak", "dmitri@example.test"),
        ("Esi Mensah", "esi@example.test"),
    ]
    .into_iter()
    .map(|(name, email)| {
        let sub = subject(email);
        let person = Person {
            sub: sub.clone(),
            email: email.to_owned(),
            email_verified: true,
            name: name.to_owned(),
        };
        (sub, person)
    })
    .collect()
}

/// Finds the person asked for, or makes one; nothing when too little or something impossible was said.
pub(crate) fn find_or_make(data: &mut OidcData, who: Who) -> Option<Person> {
    if let (Some(sub), None) = (&who.sub, &who.email) {
        return data.people.get(sub).cloned();
    }
    let email = who.email?.trim().to_owned();
    if !email.contains('@') || email.len() > 254 || data.people.len() >= KEPT_MAX {
        return None;
    }
    let sub = who.sub.unwrap_or_else(|| subject(&email));
    if sub.is_empty() || sub.len() > 255 {
        return None;
    }
    let known = data.people.get(&sub);
    let name = who
        .name
        .filter(|name| !name.trim().is_empty() && name.len() <= 200)
        .or_else(|| known.map(|known| known.name.clone()))
        .unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
    let person = Person {
        sub: sub.clone(),
        email_verified: who.email_verified.unwrap_or(true),
        email,
        name,
    };
    data.people.insert(sub, person.clone());
    Some(person)
}

/// The same address always gives the same subject, so that signing in again is the same person.
fn subject(email: &str) -> String {
    let hash = digest(&SHA256, email.to_lowercase().as_bytes());
    format!("auth0|{}", &hex::encode(hash)[..24])
}
