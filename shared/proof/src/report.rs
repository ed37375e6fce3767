//! A receipt checked as a whole, from the text of its file.

use std::collections::BTreeMap;

use metering::{Line, Receipt};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::links::{EntryLine, Included, Link, check};
use crate::{Hour, Jwk, Proofs, Root, SignedRoot};

/// The longest document that is looked at. A session of a day has about 1,500 minutes; its receipt with every proof is
/// under 4 MiB.
pub const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Everything that was checked, line by line. What it does not say: whether the signatures of the roots are good. Whoever
/// has RSA checks each [`RootLine`]'s.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Each figure of the receipt.
    pub lines: Vec<Line>,
    /// Each entry that it carries; none in a receipt without proofs.
    pub entries: Vec<EntryLine>,
    /// How figures and entries hang together; none in a receipt without proofs.
    pub links: Vec<Link>,
    /// Each root that it carries.
    pub roots: Vec<RootLine>,
    /// Whether every figure follows from the rest.
    pub figures_hold: bool,
    /// Whether the entries are what the rules give, and hang together with the figures.
    pub entries_hold: bool,
    /// Whether every entry is in the tree that its proof names and every root can be read.
    pub proofs_hold: bool,
    /// Whether an entry waits for its hour to be published.
    pub pending: bool,
}

/// A root that the document carries.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RootLine {
    /// What it says; absent when it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<Root>,
    /// Where the site publishes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The fingerprint of the key.
    pub kid: String,
    /// The key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwk: Option<Jwk>,
    /// What the signature is over.
    pub signing_input: String,
    /// The signature, base64url.
    pub signature: String,
}

/// Why there is nothing to check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// The document is longer than [`DOCUMENT_BYTES_MAX`].
    TooLong,
    /// It is no receipt.
    Unreadable {
        /// What the reader says, for the curious.
        detail: String,
    },
}

#[derive(Deserialize)]
struct WithProofs {
    #[serde(default)]
    proofs: Proofs,
}

/// Checks a receipt from the text of its file.
///
/// # Errors
/// [`Problem`] when the text is no receipt.
pub fn report(document: &[u8]) -> Result<Report, Problem> {
    if document.len() > DOCUMENT_BYTES_MAX {
        return Err(Problem::TooLong);
    }
    let (receipt, proofs) =
        read(document).map_err(|error| Problem::Unreadable { detail: error.to_string() })?;
    Ok(of(&receipt, &proofs))
}

/// The receipt and its proofs, if the document has nothing else: a field that nobody checks would look checked.
fn read(document: &[u8]) -> Result<(Receipt, Proofs), serde_json::Error> {
    let receipt: Receipt = serde_json::from_slice(document)?;
    let WithProofs { proofs } = serde_json::from_slice(document)?;
    let known = serde_json::to_value(&receipt)?;
    let names: BTreeMap<String, IgnoredAny> = serde_json::from_slice(document)?;
    match names.keys().find(|name| *name != "proofs" && known.get(name).is_none()) {
        Some(name) => Err(serde::de::Error::custom(format!("unknown field `{name}`"))),
        None => Ok((receipt, proofs)),
    }
}

/// [`report`] as JSON, for a caller that knows no Rust: `Report`, or an object with `problem`.
pub fn report_json(document: &[u8]) -> Vec<u8> {
    let json = match report(document) {
        Ok(report) => serde_json::to_vec(&report),
        Err(problem) => serde_json::to_vec(&problem),
    };
    json.unwrap_or_else(|_| br#"{"problem":"unreadable","detail":""}"#.to_vec())
}

fn of(receipt: &Receipt, proofs: &Proofs) -> Report {
    let lines = receipt.lines();
    let roots: Vec<RootLine> = proofs.roots.iter().map(root_line).collect();
    let read: BTreeMap<Hour, Root> =
        roots.iter().filter_map(|line| line.root.clone()).map(|root| (root.hour, root)).collect();
    let none = proofs.entries.is_empty();
    let (entries, links) =
        if none { (Vec::new(), Vec::new()) } else { check(receipt, proofs, &read) };
    Report {
        figures_hold: lines.iter().all(|line| line.holds),
        entries_hold: entries.iter().all(|line| line.holds) && links.iter().all(|link| link.holds),
        proofs_hold: entries.iter().all(|line| line.included != Included::No)
            && roots.iter().all(|line| line.root.is_some())
            && read.len() == roots.len(),
        pending: none || entries.iter().any(|line| line.included == Included::Pending),
        lines,
        entries,
        links,
        roots,
    }
}

fn root_line(signed: &SignedRoot) -> RootLine {
    let (signing_input, signature) = (signed.signing_input(), signed.signature.clone());
    match signed.read() {
        Ok((header, root)) => RootLine {
            path: Some(root.hour.path()),
            root: Some(root),
            problem: None,
            kid: header.kid,
            jwk: Some(header.jwk),
            signing_input,
            signature,
        },
        Err(error) => RootLine {
            root: None,
            path: None,
            problem: Some(error.to_string()),
            kid: String::new(),
            jwk: None,
            signing_input,
            signature,
        },
    }
}
