//! What people write: bounded, counted in characters, without control characters.

use web::{Problem, trimmed};

/// The text as it is kept: line ends as `\n`, no blank ends.
///
/// # Errors
/// 400 at `pointer`: longer than `max` characters, or control characters other than a line end.
pub fn checked(text: &str, max: usize, pointer: &str) -> Result<String, Problem> {
    let text = trimmed(text, max).replace("\r\n", "\n");
    if text.chars().count() > max {
        return Err(Problem::field(pointer, format!("Must have {max} characters at most.")));
    }
    if text.chars().any(|one| one.is_control() && one != '\n') {
        return Err(Problem::field(pointer, "Must not contain control characters."));
    }
    Ok(text)
}

/// A reason or a note: 3 to 1,000 characters.
///
/// # Errors
/// 400 at `pointer`.
pub fn sentence(text: &str, pointer: &str) -> Result<String, Problem> {
    let text = checked(text, 1_000, pointer)?;
    if text.chars().count() < 3 {
        return Err(Problem::field(pointer, "Must have 3 to 1,000 characters."));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn characters_are_counted_and_not_bytes() {
        assert_eq!(checked(&"é".repeat(500), 500, "/text").unwrap(), "é".repeat(500));
        assert!(checked(&"é".repeat(501), 500, "/text").is_err());
    }

    #[test]
    fn blanks_count_as_they_were_sent() {
        assert_eq!(checked(&" ".repeat(500), 500, "/text").unwrap(), "");
        assert!(checked(&"\n".repeat(501), 500, "/text").is_err());
    }

    #[test]
    fn only_line_ends_pass_as_control_characters() {
        assert_eq!(checked(" a\r\nb \n", 500, "/text").unwrap(), "a\nb");
        for bad in ["a\tb", "a\u{0}b", "a\u{1b}[1mb", "a\rb", "a\u{85}b"] {
            assert!(checked(bad, 500, "/text").is_err(), "{bad:?}");
        }
    }
}
