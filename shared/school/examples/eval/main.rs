//! The JSON entry point for checking the school's engine.
//!
//! Standard input is a JSON array of cases, each with `kind`, `name` and
//! `input` (`expected` and `note` are allowed and ignored), as in
//! `tests/vectors/hepcat.json`. Standard output is the array of
//! `{"name", "output"}` in the same order, with the fields of `expected`.
//!
//! ```text
//! cargo run -p school --example eval < tests/vectors/hepcat.json
//! ```
//!
//! Bad input is one line on standard error, naming the first bad case and its
//! field, and exit code 2. The good cases are answered all the same.

mod case;
mod fields;
mod kinds;

use std::io::{Read, Write};
use std::process::ExitCode;

/// Input beyond this many bytes is refused.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

fn main() -> ExitCode {
    match answer() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn answer() -> Result<(), String> {
    let mut text = String::new();
    std::io::stdin()
        .take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| format!("standard input: {error}"))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(format!("standard input: more than {MAX_BYTES} bytes"));
    }
    let answers = case::evaluate_all(&text)?;
    if let Some(output) = answers.output {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{output}").map_err(|error| format!("standard output: {error}"))?;
    }
    answers.refused.map_or(Ok(()), Err)
}
