//! Showing a report to a person and to a program.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

/// Prints a report: one figure a line and, if asked, all of it as one line of JSON, the last one printed.
///
/// # Errors
/// The report is no JSON object, or standard output is closed.
pub fn show(report: &impl Serialize, json: bool) -> Result<()> {
    let report = serde_json::to_value(report)?;
    let mut out = std::io::stdout().lock();
    lines(&mut out, &report, 0)?;
    if json {
        writeln!(out, "{report}")?;
    }
    Ok(())
}

fn lines(out: &mut impl Write, value: &Value, depth: usize) -> Result<()> {
    let indent = "  ".repeat(depth);
    let Value::Object(fields) = value else {
        return Ok(writeln!(out, "{indent}{value}")?);
    };
    for (name, value) in fields {
        match value {
            Value::Object(_) => {
                writeln!(out, "{indent}{name}")?;
                lines(out, value, depth + 1)?;
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                writeln!(out, "{indent}{name}")?;
                for item in items {
                    lines(out, item, depth + 1)?;
                    writeln!(out)?;
                }
            }
            Value::String(text) => writeln!(out, "{indent}{name:<32} {text}")?,
            value => writeln!(out, "{indent}{name:<32} {value}")?,
        }
    }
    Ok(())
}

/// A figure with three significant places, which is more than a noisy machine gives.
#[must_use]
pub fn rounded(figure: f64) -> f64 {
    if figure.abs() >= 100.0 { figure.round() } else { (figure * 1_000.0).round() / 1_000.0 }
}
