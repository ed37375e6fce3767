//! The state file: read at the start, replaced as a whole after changes.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use crate::state::{Data, Sandbox};

/// Changes that come this close together are written once.
const WRITE_EVERY: Duration = Duration::from_millis(200);

/// Reads the state of an earlier run; a file that does not exist is an empty state.
///
/// # Errors
/// When the file cannot be read or was not written by this version.
pub(crate) fn load(path: &Path) -> anyhow::Result<Data> {
    if !path.exists() {
        return Ok(Data::default());
    }
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut data: Data = serde_json::from_slice(&text)
        .with_context(|| format!("{} is not a sandbox's state", path.display()))?;
    data.stripe.keys.retain(|_, kept| kept.is_answered());
    Ok(data)
}

/// Replaces the state file in one step, so that a crash leaves the old or the new state. It holds the issuer's private
/// keys, so it is for its owner alone.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn save(sandbox: &Sandbox, path: &Path) -> anyhow::Result<()> {
    let text = sandbox.read(serde_json::to_vec_pretty)?;
    let fresh = path.with_extension("new");
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .and_then(|mut file| file.write_all(&text))
        .with_context(|| format!("cannot write {}", fresh.display()))?;
    std::fs::rename(&fresh, path).with_context(|| format!("cannot replace {}", path.display()))
}

/// Writes the state after each change, for as long as the sandbox runs.
pub(crate) async fn keep_saved(sandbox: Sandbox) {
    let Some(path) = sandbox.config().state_file.clone() else {
        return;
    };
    loop {
        sandbox.changed().notified().await;
        tokio::time::sleep(WRITE_EVERY).await;
        if let Err(error) = save(&sandbox, &path) {
            eprintln!("sandbox: {error:#}");
        }
    }
}
