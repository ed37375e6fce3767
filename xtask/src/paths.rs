//! Where things are. Everything this tool writes is under `.parlor/` or `target/`, both ignored by
//! git, except the tools, which all clones of a user share.

use std::path::{Path, PathBuf};

/// A variable of the environment; `None` when it is absent, empty or not UTF-8.
#[expect(clippy::disallowed_methods, reason = "this tool is configured by its user's environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// What a run of this tool leaves behind: state of the local stack, logs, marks of finished steps.
pub fn scratch() -> PathBuf {
    root().join(".parlor")
}

/// The user's cache folder for this project.
pub fn cache() -> PathBuf {
    let home = |name| variable(name).map(PathBuf::from);
    home("XDG_CACHE_HOME")
        .or_else(|| home("HOME").map(|path| path.join(".cache")))
        .unwrap_or_else(scratch)
        .join("parlor")
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    variable("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Where the template looks for the functions' archives.
pub fn archives() -> PathBuf {
    root().join("target").join("lambda")
}

/// The site's sources.
pub fn frontend() -> PathBuf {
    root().join("frontend")
}
