//! The site: installed when its lock file changed, built when its sources changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{output, run_logged};
use crate::steps::{Mark, marks, step};
use crate::{paths, wasm};

/// The longest list that a CloudFront function has room for beside its code.
const PAGES_MAX_BYTES: usize = 4096;

/// `npm` in the site's folder.
pub fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(paths::frontend()).env("npm_config_fund", "false");
    command.env("npm_config_audit", "false").env("npm_config_update_notifier", "false");
    command
}

/// Installs what the lock file names, when it changed.
///
/// # Errors
/// Node 20 is missing or npm fails.
pub fn install() -> Result<()> {
    let lock = paths::frontend().join("package-lock.json");
    let mark = Mark::of(&marks(), "npm", &[lock], &[])?;
    if mark.is_set() && paths::frontend().join("node_modules").exists() {
        return Ok(());
    }
    let node = Command::new("node").arg("--version").output();
    if !node.is_ok_and(|output| output.status.success()) {
        bail!("Node 20 or newer is needed to build the site: https://nodejs.org/en/download");
    }
    step("install the site's packages", || {
        // As the lock file says and without touching it. `npm ci` would also refuse a lock file that
        // leaves out optional packages of other platforms.
        let mut install = npm(&["install", "--no-save"]);
        run_logged(&mut install, &paths::scratch().join("logs/npm.log"))?;
        mark.set()
    })
}

/// Builds the site when its sources changed, and gives the folder of the result. `rooms`: another origin of rooms in a frame
/// than the vendor's.
///
/// # Errors
/// The build fails, or a page of the result has no content security policy.
pub fn build(rooms: Option<&str>) -> Result<PathBuf> {
    install()?;
    wasm::build()?;
    let built = paths::frontend().join("build");
    let listed = sources()?;
    let mut inputs: Vec<_> = listed.iter().map(|name| paths::root().join(name)).collect();
    inputs.extend([wasm::module(), paths::root().join("openapi.json")]);
    let words = [rooms.unwrap_or_default(), &listed.concat()];
    let mark = Mark::of(&marks(), "site", &inputs, &words)?;
    if mark.is_set() && built.join("200.html").exists() {
        return Ok(built);
    }
    step("build the site", || {
        let mut build = npm(&["run", "build"]);
        if let Some(rooms) = rooms {
            build.env("PARLOR_ROOM_ORIGIN", rooms);
        }
        run_logged(&mut build, &paths::scratch().join("logs/site.log"))?;
        pages(&built)?;
        mark.set()
    })?;
    Ok(built)
}

/// The files that the site is built from, by their names from the root: what git keeps or would keep. What builds write among
/// them it ignores; counted, it would make the next run build once more.
fn sources() -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "frontend"]);
    let listed = output(git.arg(":!frontend/e2e").current_dir(paths::root()))?;
    let mut names: Vec<_> =
        listed.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// The prerendered pages as addresses, for the template's `SitePages`.
///
/// # Errors
/// A page has no policy for its scripts, or there are too many pages for a CloudFront function.
pub fn pages(built: &Path) -> Result<String> {
    let mut found = Vec::new();
    collect(built, built, &mut found)?;
    found.sort();
    let list = found.join(",");
    if list.len() > PAGES_MAX_BYTES {
        bail!(
            "{} prerendered pages do not fit a CloudFront function: prerender fewer",
            found.len()
        );
    }
    Ok(list)
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let text = fs::read_to_string(&path)?;
            if !text.contains("http-equiv=\"content-security-policy\"") {
                bail!("{} has no content security policy in it", path.display());
            }
            let name = path.strip_prefix(root)?.to_str().context("a page's name is not UTF-8")?;
            found.extend(address(name));
        }
    }
    Ok(())
}

/// `about.html` is the page `/about`; the fallback is no page.
fn address(file: &str) -> Option<String> {
    match file.trim_end_matches(".html") {
        "200" => None,
        "index" => Some("/".to_owned()),
        page => Some(format!("/{}", page.trim_end_matches("/index"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{address, sources};
    use crate::paths;

    #[test]
    fn a_file_becomes_the_address_that_serves_it() {
        assert_eq!(address("index.html").as_deref(), Some("/"));
        assert_eq!(address("sign-in.html").as_deref(), Some("/sign-in"));
        assert_eq!(address("sign-in/link.html").as_deref(), Some("/sign-in/link"));
        assert_eq!(address("200.html"), None);
    }

    #[test]
    fn what_a_build_writes_among_the_sources_is_none_of_them() {
        let folder = paths::frontend().join("project.inlang/cache");
        std::fs::create_dir_all(&folder).unwrap();
        let product = folder.join(format!("test-{}", std::process::id()));
        std::fs::write(&product, "a product").unwrap();
        let names = sources().unwrap();
        assert!(names.iter().any(|name| name == "frontend/project.inlang/settings.json"));
        assert!(names.iter().any(|name| name == "frontend/src/app.html"));
        assert!(!names.iter().any(|name| name.contains("/cache/") || name.contains("/e2e/")));
        std::fs::remove_file(&product).unwrap();
    }
}
