//! The inputs that fuzzing kept, replayed: `fuzz/corpus/<target>/` through the very bodies that `cargo x fuzz` runs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::fuzz::TARGETS;

/// All corpora together, bytes: the repository keeps what covers, not what was found.
const CORPORA_BYTES_MAX: u64 = 64 * 1024;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target)
}

fn inputs(target: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder(target)).unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut inputs: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    inputs
}

#[test]
fn what_fuzzing_kept_still_keeps_its_laws() {
    for (target, run) in TARGETS {
        let inputs = inputs(target);
        assert!(!inputs.is_empty(), "{target} has no corpus");
        for input in inputs {
            let data = fs::read(&input).unwrap();
            let outcome = std::panic::catch_unwind(|| run(&data));
            assert!(outcome.is_ok(), "cargo x fuzz {target}: {}", input.display());
        }
    }
}

#[test]
fn corpora_stay_small_and_each_belongs_to_a_target() {
    let mut found: Vec<_> = fs::read_dir(folder(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, TARGETS.map(|(name, _)| name));
    let inputs = TARGETS.iter().flat_map(|(target, _)| inputs(target));
    let bytes: u64 = inputs.map(|input| fs::metadata(input).unwrap().len()).sum();
    assert!(bytes <= CORPORA_BYTES_MAX, "{bytes} bytes");
    let targets = fs::read_dir(folder("../fuzz_targets")).unwrap().count();
    assert_eq!(targets, TARGETS.len());
}
