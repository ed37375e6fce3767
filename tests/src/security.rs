//! `docs/security.md` names tests that exist and leaves no requirement out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Requirements of levels 1 and 2 in ASVS 5.0.0 by chapter, V1 to V17.
const REQUIREMENTS: [usize; 17] = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    fs::read_to_string(root().join("docs/security.md")).unwrap()
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_test_that_is_named_exists() {
    let page = page();
    let named: Vec<_> = quoted(&page).filter_map(|name| name.split_once("::")).collect();
    let named = named.into_iter().filter(|(file, _)| file.contains('/'));
    let mut count = 0;
    for (file, name) in named {
        let text = fs::read_to_string(root().join(file)).unwrap_or_else(|_| panic!("no {file}"));
        let is_rust = file.ends_with(".rs");
        let found = if is_rust { is_test(&text, name) } else { text.contains(name) };
        assert!(found, "{file} has no test `{name}`");
        count += 1;
    }
    assert!(count > 200, "{count}");
}

/// Whether a file has a function of this name with a test's attribute above it.
fn is_test(text: &str, name: &str) -> bool {
    let Some(at) = text.find(&format!("fn {name}(")) else { return false };
    let before: Vec<_> = text[..at].lines().rev().take(8).collect();
    before.iter().any(|line| line.contains("#[test]") || line.contains("#[tokio::test"))
}

#[test]
fn every_file_that_is_named_exists() {
    let page = page();
    let is_file = |name: &&str| {
        name.contains('/') && !name.contains([' ', '<', '*', '{', ':']) && name.contains('.')
    };
    for file in quoted(&page).filter(is_file).filter(|name| !name.starts_with(['/', '.'])) {
        assert!(root().join(file).exists(), "{file}");
    }
}

#[test]
fn no_requirement_of_asvs_is_left_out() {
    let page = page();
    let (_, table) = page.split_once("## ASVS 5.0").unwrap();
    let mut chapters: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for row in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")) {
        let cells: Vec<_> = row.trim_matches('|').splitn(4, '|').map(str::trim).collect();
        let [number, level, requirement, held] = cells[..] else { panic!("{row}") };
        let chapter = number.split('.').next().unwrap().parse().unwrap();
        assert!(matches!(level, "1" | "2") && !requirement.is_empty() && !held.is_empty(), "{row}");
        chapters.entry(chapter).or_default().push(number);
    }
    for (chapter, numbers) in &mut chapters {
        let all = numbers.len();
        numbers.dedup();
        assert_eq!(numbers.len(), all, "V{chapter} has a requirement twice");
    }
    let counts: Vec<_> = chapters.values().map(Vec::len).collect();
    assert_eq!(counts, REQUIREMENTS);
}
