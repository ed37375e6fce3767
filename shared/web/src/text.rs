//! Text that a person wrote.

/// The text without white space at its ends. One that is too long as it was sent stays as it is, so that whoever counts
/// its characters refuses it: `openapi.json` bounds what is sent and knows no trimming.
#[must_use]
pub fn trimmed(text: &str, characters_max: usize) -> &str {
    if text.chars().nth(characters_max).is_some() { text } else { text.trim() }
}

#[cfg(test)]
mod tests {
    use super::trimmed;

    #[test]
    fn blanks_count_against_the_bound_and_are_gone_within_it() {
        assert_eq!(trimmed(" é\n", 3), "é");
        assert_eq!(trimmed(" é\n ", 3), " é\n ");
        assert_eq!(trimmed("   ", 3), "");
    }
}
