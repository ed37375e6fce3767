//! Our tokens and those of the vendor's own package, npm `agora-token`, byte for byte.
//!
//! The package runs in Node (`frontend/scripts/agora-tokens.mjs`), with the instant and the salt that we give it. The bytes
//! of its compressed stream are those of the zlib that Node is built with: its own copy, Chromium's, whose version names a
//! commit (`1.3.1-e00f703`). A Node on another zlib makes other streams of the same contents; then contents are compared.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use agora::{App, Issue, Privilege, Service, contents, token};
use serde::{Deserialize, Serialize};

const INPUTS: usize = 600;
const ALL: [Privilege; 4] =
    [Privilege::Join, Privilege::PublishAudio, Privilege::PublishVideo, Privilege::PublishData];

#[derive(Clone, Debug, Serialize)]
struct Input {
    kind: &'static str,
    app_id: String,
    certificate: String,
    channel: String,
    uid: u32,
    user_id: String,
    /// 2 to 4: with sound, with a picture too, with data too.
    privileges: usize,
    at_ms: u64,
    salt: u32,
    lifetime_s: u32,
}

#[derive(Deserialize)]
struct Answer {
    zlib: String,
    tokens: Vec<Made>,
}

#[derive(Deserialize)]
struct Made {
    token: String,
    contents: String,
}

/// Numbers that look drawn and are the same in each run.
struct Draw(u64);

impl Draw {
    fn number(&mut self, below: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    fn small(&mut self, below: u32) -> u32 {
        u32::try_from(self.number(u64::from(below))).unwrap()
    }

    fn text(&mut self, letters: &[u8], length: u64) -> String {
        let letter = |_| char::from(letters[self.number(letters.len() as u64) as usize]);
        (0..length).map(letter).collect()
    }

    fn input(&mut self, number: usize) -> Input {
        let names: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEF0123456789 !#$%&()+-:;<=.>?@[]^_{}|~,";
        let (channel, user) = (1 + self.number(64), 1 + self.number(64));
        // Some names repeat themselves, as nothing else makes long repetitions in a token.
        let names = if number.is_multiple_of(5) { &names[..2] } else { names };
        Input {
            kind: if number.is_multiple_of(4) { "rtm" } else { "rtc" },
            app_id: self.text(b"0123456789abcdefABCDEF", 32),
            certificate: self.text(b"0123456789abcdef", 32),
            channel: self.text(names, channel),
            uid: if number.is_multiple_of(2) {
                1 + self.small(2)
            } else {
                1 + self.small(u32::MAX - 1)
            },
            user_id: self.text(names, user),
            privileges: 2 + number % 3,
            at_ms: 1_700_000_000_000 + self.number(2_000_000_000_000),
            salt: 1 + self.small(99_999_999),
            lifetime_s: 1 + self.small(if number.is_multiple_of(5) { 86_400 } else { 1_200 }),
        }
    }
}

/// A token and what is inside it, in hex.
fn ours(input: &Input) -> (String, String) {
    let app = App { id: &input.app_id, certificate: &input.certificate };
    let issue = Issue {
        at_s: u32::try_from(input.at_ms / 1_000).unwrap(),
        lifetime_s: input.lifetime_s,
        salt: input.salt,
    };
    let service = match input.kind {
        "rtm" => Service::Rtm { user_id: &input.user_id },
        _ => Service::Rtc {
            channel: &input.channel,
            uid: input.uid,
            privileges: &ALL[..input.privileges],
        },
    };
    let inside = hex::encode(contents(app, issue, &[service]).unwrap());
    (token(app, issue, &[service]).unwrap(), inside)
}

fn theirs(inputs: &[Input]) -> Answer {
    let site = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../frontend");
    let mut node = Command::new("node")
        .arg("scripts/agora-tokens.mjs")
        .current_dir(site)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("Node runs the vendor's package: {error}"));
    let text = serde_json::to_vec(inputs).unwrap();
    node.stdin.take().unwrap().write_all(&text).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "npm install in frontend/ brings the vendor's package");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn our_tokens_equal_those_of_the_vendors_package_byte_for_byte() {
    let mut draw = Draw(7);
    let inputs: Vec<Input> = (0..INPUTS).map(|number| draw.input(number)).collect();
    let answer = theirs(&inputs);
    assert_eq!(answer.tokens.len(), INPUTS);
    let chromiums_zlib = answer.zlib.contains('-');
    for (input, made) in inputs.iter().zip(&answer.tokens) {
        let (token, contents) = ours(input);
        assert_eq!(contents, made.contents, "{input:?}");
        if chromiums_zlib {
            assert_eq!(token, made.token, "{input:?}");
        }
    }
}
