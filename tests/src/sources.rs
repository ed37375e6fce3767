//! What no source of the product does: talk to anybody but those of `docs/security.md`, "Whom we talk to", start a process,
//! or take text for markup.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Crates that open connections, and which of ours use them: AWS by its SDK, one vendor by one crate over `outward`, and the
/// issuers of sign-ins, whose hosts are configured one by one (`runtime::OidcIssuer`).
const CLIENTS: [(&str, &[&str]); 3] = [
    ("aws-smithy-http-client", &["shared/outward", "shared/runtime"]),
    ("outward", &["shared/payments", "shared/whereby"]),
    ("reqwest", &["functions/identity"]),
];

/// Other ways to open one, which no crate of the product may have or use.
const NO_CLIENTS: [&str; 9] = [
    "hyper-util",
    "async-stripe",
    "ureq",
    "isahc",
    "curl",
    "tokio-tungstenite",
    "surf",
    "lettre",
    "hickory-resolver",
];

/// The addresses outside of AWS that are written down in the product.
const HOSTS: [&str; 2] = ["api.stripe.com", "api.whereby.dev"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The crates of the product, as folders: what is in a function. The testkit is in none.
fn crates() -> Vec<String> {
    let folders = ["functions", "shared"].into_iter().flat_map(|part| {
        let entries = fs::read_dir(root().join(part)).unwrap();
        entries.map(move |entry| format!("{part}/{}", entry.unwrap().file_name().display()))
    });
    let mut folders: Vec<String> =
        folders.filter(|it| it != "shared/testkit" && root().join(it).is_dir()).collect();
    folders.sort();
    folders
}

/// What a crate depends on outside of its tests.
fn dependencies(folder: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    let (_, rest) = text.split_once("\n[dependencies]\n").unwrap_or_default();
    let list = rest.split("\n[").next().unwrap();
    let names = list.lines().filter(|line| !line.starts_with('#'));
    names.filter_map(|line| Some(line.split(['.', ' ', '=']).next()?.to_owned())).collect()
}

/// The files of a folder, at any depth, whose names end so.
fn files(folder: &Path, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The sources of the product without their tests, which stand at a file's end, and without comments.
fn sources() -> Vec<(PathBuf, String)> {
    let all = crates().into_iter().flat_map(|it| files(&root().join(it).join("src"), &[".rs"]));
    let product = all.map(|(path, text)| {
        let product = text.split("#[cfg(test)]\nmod ").next().unwrap();
        let code = product.lines().filter(|line| !line.trim_start().starts_with("//"));
        (path, code.collect::<Vec<_>>().join("\n"))
    });
    product.collect()
}

#[test]
fn only_the_crates_that_are_listed_open_connections() {
    let all: BTreeMap<_, _> =
        crates().into_iter().map(|it| (it.clone(), dependencies(&it))).collect();
    assert!(all.len() > 15 && all.values().all(|list| !list.is_empty()), "{all:?}");
    for (client, users) in CLIENTS {
        let found: Vec<&str> = all
            .iter()
            .filter(|(_, list)| list.contains(client))
            .map(|(folder, _)| folder.as_str())
            .collect();
        assert_eq!(found, users, "{client}");
    }
    for (folder, list) in &all {
        for client in NO_CLIENTS {
            assert!(!list.contains(client), "{folder}: {client}");
        }
    }
}

#[test]
fn no_address_is_written_down_but_those_of_our_vendors() {
    let mut hosts = BTreeSet::new();
    for (_, text) in sources() {
        for scheme in ["\"https://", "\"http://"] {
            let addresses = text.split(scheme).skip(1);
            let found = addresses.map(|rest| rest.split(['"', '/', '{', '\\']).next().unwrap());
            hosts.extend(found.filter(|host| !host.is_empty()).map(str::to_owned));
        }
    }
    assert_eq!(hosts.iter().map(String::as_str).collect::<Vec<_>>(), HOSTS);
}

#[test]
fn no_socket_is_opened_by_hand_and_no_process_is_started() {
    let all = sources();
    assert!(all.len() > 150, "{}", all.len());
    for (path, text) in all {
        for way in ["TcpStream", "UdpSocket", "UnixStream", "TcpSocket", "process::Command"] {
            assert!(!text.contains(way), "{}: {way}", path.display());
        }
    }
}

/// The site's sources without tests and without what a generator wrote.
fn pages() -> Vec<(String, String)> {
    let folder = root().join("frontend/src");
    let all = files(&folder, &[".svelte", ".ts", ".html"]).into_iter();
    let named = all.map(|(path, text)| {
        (path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned(), text)
    });
    let own: Vec<_> = named
        .filter(|(name, _)| !name.contains("paraglide/") && !name.contains(".test."))
        .collect();
    assert!(own.len() > 150, "{}", own.len());
    own
}

#[test]
fn no_page_takes_text_for_markup_or_for_code() {
    let ways = [
        "{@html",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function(",
    ];
    for (name, text) in pages() {
        for way in ways {
            assert!(!text.contains(way), "{name}: {way}");
        }
    }
}

#[test]
fn what_a_browser_keeps_is_written_in_known_places_alone() {
    let who = |ways: &[&str]| {
        let all = pages().into_iter();
        let found = all.filter(|(_, text)| ways.iter().any(|way| text.contains(way)));
        found.map(|(name, _)| name).collect::<BTreeSet<_>>()
    };
    let storages = ["localStorage.", "sessionStorage.", "indexedDB", "document.cookie", "caches."];
    assert_eq!(
        who(&storages),
        BTreeSet::from(["lib/features/auth/sent.ts", "lib/storage.ts"].map(str::to_owned))
    );
    let keepers = [
        // That somebody is signed in, or is signing out; no token.
        "lib/api/tokens.ts",
        "lib/features/auth/auth.svelte.ts",
        // Looks, sound, and the chosen devices.
        "lib/brand/brand.svelte.ts",
        "lib/features/host/chime.ts",
        "lib/features/room/media/room-media.svelte.ts",
        "lib/storage.ts",
    ];
    assert_eq!(who(&["writeStored("]), BTreeSet::from(keepers.map(str::to_owned)));
}
