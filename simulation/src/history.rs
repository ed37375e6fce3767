//! What happened in a seed: a digest always (two runs of a seed must have the same), lines only when asked for.

use std::fmt::Write as _;

use jiff::Timestamp;
use testkit::{Changed, Fault, Verb};

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    at_ms: i64,
    who: String,
    what: String,
    outcome: String,
}

/// The history.
#[derive(Debug, Default)]
pub struct History {
    /// Whether lines are kept.
    pub kept: bool,
    lines: Vec<Line>,
    digest: u64,
}

impl History {
    /// A history that keeps lines, or only the digest.
    #[must_use]
    pub fn new(kept: bool) -> Self {
        Self { kept, lines: Vec::new(), digest: 0xcbf2_9ce4_8422_2325 }
    }

    /// What the seed did, in one number.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Something happened. The texts are made only if lines are kept.
    pub fn line(
        &mut self,
        at_ms: i64,
        who: impl FnOnce() -> String,
        what: impl FnOnce() -> String,
        outcome: impl FnOnce() -> String,
    ) {
        self.mix(at_ms.unsigned_abs());
        if self.kept {
            self.lines.push(Line { at_ms, who: who(), what: what(), outcome: outcome() });
        }
    }

    /// A call met a fault.
    pub fn fault(&mut self, at_ms: i64, verb: Verb, fault: Fault) {
        self.mix(fault as u64);
        self.line(at_ms, || "network".into(), || format!("{verb:?}"), || format!("{fault:?}"));
    }

    /// Items were written.
    pub fn wrote(&mut self, at_ms: i64, changes: &[Changed]) {
        for change in changes {
            for byte in change.key.pk.bytes().chain(change.key.sk.bytes()) {
                self.mix(u64::from(byte));
            }
        }
        let keys = || {
            changes.iter().fold(String::new(), |mut text, change| {
                let mark = if change.after.is_none() { "-" } else { "+" };
                let _ = write!(text, "{mark}{} {} ", short(&change.key.pk), short(&change.key.sk));
                text
            })
        };
        self.line(at_ms, || "table".into(), keys, String::new);
    }

    /// The lines as a table.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::from("time          | who          | what | outcome\n");
        for line in &self.lines {
            let at = Timestamp::from_millisecond(line.at_ms).unwrap_or_default();
            let time = at.strftime("%d %H:%M:%S%.3f");
            let _ = writeln!(text, "{time} | {:<12} | {} | {}", line.who, line.what, line.outcome);
        }
        text
    }

    fn mix(&mut self, value: u64) {
        self.digest = (self.digest ^ value).wrapping_mul(0x0000_0100_0000_01b3);
    }
}

/// Ids by their last characters, which tell them apart.
#[must_use]
pub fn short(text: &str) -> String {
    let part = |word: &str| match word.len() {
        36 if word.is_ascii() => word[28..].to_owned(),
        _ => word.to_owned(),
    };
    text.split('#').map(part).collect::<Vec<_>>().join("#")
}
