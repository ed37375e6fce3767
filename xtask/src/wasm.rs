//! The receipt's verifier: `frontend/wasm` compiled to WebAssembly and put where the site's build finds it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::functions::cargo;
use crate::paths;
use crate::process::{output, run_logged};
use crate::steps::{Mark, marks, step};

const TARGET: &str = "wasm32-unknown-unknown";

/// Where the site's build finds the module.
pub fn module() -> PathBuf {
    paths::frontend().join("src/lib/features/receipt/proof.wasm")
}

/// Builds the module when its sources changed.
///
/// # Errors
/// The target cannot be had, or the build fails.
pub fn build() -> Result<()> {
    let module = module();
    let root = paths::root();
    let mut inputs: Vec<PathBuf> =
        ["proof", "metering", "ledger"].map(|name| root.join("shared").join(name)).to_vec();
    inputs.extend(["frontend/wasm", "Cargo.toml", "Cargo.lock"].map(|name| root.join(name)));
    let mark = Mark::of(&marks(), "wasm", &inputs, &[])?;
    if mark.is_set() && module.exists() {
        return Ok(());
    }
    ready()?;
    step("build the receipt's verifier (WebAssembly)", || {
        let mut build = cargo();
        build.args(["build", "--profile", "wasm", "--package", "proof-wasm", "--target", TARGET]);
        run_logged(&mut build, &paths::scratch().join("logs/wasm.log"))?;
        let built = paths::target().join(TARGET).join("wasm/proof_wasm.wasm");
        std::fs::copy(&built, &module)
            .with_context(|| format!("cannot copy {}", built.display()))?;
        mark.set()
    })
}

/// Makes sure that the compiler can make WebAssembly.
fn ready() -> Result<()> {
    let library = ["--print", "target-libdir", "--target", TARGET];
    let folder = output(Command::new("rustc").args(library).current_dir(paths::root()))?;
    if PathBuf::from(folder.trim()).exists() {
        return Ok(());
    }
    if Command::new("rustup").arg("--version").output().is_err() {
        bail!(
            "the site's verifier needs the Rust target {TARGET}, and rustup, which would add it, is not here: \
             install it from https://rustup.rs, or the target by other means (Debian: libstd-rust-dev-wasm32)"
        );
    }
    step(&format!("add the Rust target {TARGET}"), || {
        let mut add = Command::new("rustup");
        add.args(["target", "add", TARGET]).current_dir(paths::root());
        run_logged(&mut add, &paths::scratch().join("logs/rustup.log"))
    })
}
