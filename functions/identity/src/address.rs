//! Mail addresses and names: what is accepted, in which form.

/// A mail address in lower case, if it is one that can be mailed to: ASCII, at most 254 characters
/// (RFC 5321 section 4.5.3.1), one `@`, a domain with a dot.
///
/// Quoted local parts and address literals are refused: nobody has one, and they carry tricks.
#[must_use]
pub fn parse_email(text: &str) -> Option<String> {
    let email = text.trim().to_ascii_lowercase();
    let (local, domain) = email.split_once('@')?;
    let local_good = (1..=64).contains(&local.len())
        && local
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let domain_good = domain.contains('.') && domain.split('.').all(label);
    (email.len() <= 254 && local_good && domain_good).then_some(email)
}

/// The name that somebody has until they choose one: what stands before the `@`, without a `+tag`,
/// with spaces for separators.
#[must_use]
pub fn display_name_of(email: &str) -> String {
    let local = email.split(['@', '+']).next().unwrap_or_default();
    let words: Vec<&str> = local
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let name: String = words.join(" ").chars().take(60).collect();
    if name.is_empty() { "Member".to_owned() } else { name }
}

/// A name as it may be shown: trimmed, 1 to 60 characters, nothing invisible.
pub(crate) fn parse_display_name(text: &str) -> Option<String> {
    let name = web::trimmed(text, 60);
    let invisible = |character: char| {
        character.is_control()
            || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    let good = (1..=60).contains(&name.chars().count()) && !name.chars().any(invisible);
    good.then(|| name.to_owned())
}

/// A path of this site to go to after signing in: begins with one slash, so that no other site is meant.
pub(crate) fn is_return_path(path: &str) -> bool {
    path.len() <= 300
        && path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::{display_name_of, is_return_path, parse_display_name, parse_email};

    #[test]
    fn addresses_are_lowered_and_odd_ones_refused() {
        assert_eq!(parse_email(" Ada.L+x@Example.COM ").as_deref(), Some("ada.l+x@example.com"));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a@b@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a b@example.com",
            "a@-example.com",
            "a@example..com",
            "\"a b\"@example.com",
            "a@[127.0.0.1]",
            "a@example.com\r\nBcc: b@example.com",
            "ä@example.com",
            "a@exämple.com",
        ] {
            assert_eq!(parse_email(bad), None, "{bad}");
        }
        assert_eq!(parse_email(&format!("{}@example.com", "a".repeat(65))), None);
    }

    #[test]
    fn a_first_name_comes_from_the_address() {
        assert_eq!(display_name_of("ada.lovelace+news@example.com"), "ada lovelace");
        assert_eq!(display_name_of("_@example.com"), "Member");
    }

    #[test]
    fn names_are_visible_and_short() {
        assert_eq!(parse_display_name("  Ada L. ").as_deref(), Some("Ada L."));
        for bad in ["", "   ", "a\nb", "\u{202E}evil", &"x".repeat(61)] {
            assert_eq!(parse_display_name(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_way_back_stays_on_the_site() {
        assert!(is_return_path("/readers/maya?tab=1#top"));
        for bad in
            ["", "readers", "//evil.test", "https://evil.test", "/\\evil.test", "/a b", "/a\r\nb"]
        {
            assert!(!is_return_path(bad), "{bad:?}");
        }
    }
}
