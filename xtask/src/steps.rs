//! Steps that say what they do and how long it took, and marks that let a finished step be skipped.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::paths;

/// How often a long step says that it still runs.
const STILL_AT_IT: Duration = Duration::from_secs(20);

/// Runs one step; prints its name, the time it took, and, while it lasts, that it goes on.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    println!("  .. {name}");
    let (done, waiting) = mpsc::channel::<()>();
    let outcome = thread::scope(|scope| {
        scope.spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = waiting.recv_timeout(STILL_AT_IT) {
                println!("     {name}: {}", seconds(started.elapsed()));
            }
        });
        let outcome = work();
        drop(done);
        outcome
    });
    let mark = if outcome.is_ok() { "ok" } else { "!!" };
    println!("  {mark} {name} ({})", seconds(started.elapsed()));
    outcome
}

/// A duration for a person.
pub fn seconds(duration: Duration) -> String {
    format!("{}.{} s", duration.as_secs(), duration.subsec_millis() / 100)
}

/// What a step depended on when it last ended well.
pub struct Mark {
    file: PathBuf,
    digest: String,
}

impl Mark {
    /// The mark `name` over the contents of `inputs` (files and whole folders) and some `words`.
    pub fn of(folder: &Path, name: &str, inputs: &[PathBuf], words: &[&str]) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        for word in words {
            hasher.write(word.as_bytes());
            hasher.write_u8(0);
        }
        for input in inputs {
            digest(input, &mut hasher)?;
        }
        let file = folder.join(format!("{name}.done"));
        Ok(Self { file, digest: format!("{:016x}", hasher.finish()) })
    }

    /// Whether the step ended well with exactly these inputs.
    pub fn is_set(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| text == self.digest)
    }

    /// The digest itself, for names that must change with the inputs.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Remembers that the step ended well.
    pub fn set(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.file, &self.digest)
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

fn digest(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    hasher.write(name.as_bytes());
    if path.is_dir() {
        let mut entries: Vec<_> =
            fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        entries.sort();
        for entry in entries {
            digest(&entry, hasher)?;
        }
    } else if path.is_file() {
        hasher.write(&fs::read(path).with_context(|| format!("cannot read {}", path.display()))?);
    }
    Ok(())
}

/// The folder of marks of this clone.
pub fn marks() -> PathBuf {
    paths::scratch().join("marks")
}

#[cfg(test)]
mod tests {
    use super::Mark;

    #[test]
    fn a_mark_holds_only_for_the_same_contents_and_words() {
        let folder = std::env::temp_dir().join(format!("parlor-mark-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("in")).unwrap();
        std::fs::write(folder.join("in/a"), "1").unwrap();
        let mark = |word| Mark::of(&folder, "step", &[folder.join("in")], &[word]).unwrap();
        assert!(!mark("w").is_set());
        mark("w").set().unwrap();
        assert!(mark("w").is_set());
        assert!(!mark("other").is_set());
        std::fs::write(folder.join("in/a"), "2").unwrap();
        assert!(!mark("w").is_set());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
