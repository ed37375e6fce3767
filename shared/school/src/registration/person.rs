//! Names and e-mail addresses as people type them (sections 2.6, 4.1).

use super::{Account, Fault, Field};

/// The most characters of a name.
const MAX_NAME: usize = 150;

/// The most characters of an e-mail address (RFC 5321, 4.5.3.1.3).
const MAX_EMAIL: usize = 254;

/// A person as the form gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
}

impl Identity {
    /// The person with trimmed, capitalised names and a lower-case e-mail.
    ///
    /// # Errors
    /// A [`Fault`] for each field that is empty, too long or no address.
    pub fn checked(&self) -> Result<Self, Vec<Fault>> {
        let person = Self {
            first_name: first_name(self.first_name.trim()),
            last_name: last_name(self.last_name.trim()),
            email: self.email.trim().to_lowercase(),
        };
        let fields = [
            (Field::FirstName, &person.first_name, MAX_NAME),
            (Field::LastName, &person.last_name, MAX_NAME),
            (Field::Email, &person.email, MAX_EMAIL),
        ];
        let mut faults = Vec::new();
        for (field, text, most) in fields {
            if text.is_empty() {
                faults.push(Fault::Required(field));
            } else if text.chars().count() > most {
                faults.push(Fault::TooLong(field));
            } else if text.chars().any(char::is_control)
                || (field == Field::Email && !is_address(text))
            {
                faults.push(Fault::Invalid(field));
            }
        }
        if faults.is_empty() { Ok(person) } else { Err(faults) }
    }

    /// The student account of this person, without a password.
    pub(super) fn account(&self, username: String) -> Account {
        Account {
            username,
            email: self.email.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            has_usable_password: false,
            is_student: true,
        }
    }
}

/// Whether account and person have the same first and last name, whatever the
/// case.
#[must_use]
pub fn same_name(account: &Account, person: &Identity) -> bool {
    folded(&account.first_name) == folded(&person.first_name)
        && folded(&account.last_name) == folded(&person.last_name)
}

/// The text without regard to case.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A first name: the first letter large, all others small (2.6).
fn first_name(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect(),
        None => String::new(),
    }
}

/// A last name: as the first name if typed all large or all small; else as it
/// was typed, so that "McKay" stays (2.6).
fn last_name(text: &str) -> String {
    let large = text.chars().any(char::is_uppercase);
    let small = text.chars().any(char::is_lowercase);
    if large && small { text.to_owned() } else { first_name(text) }
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let label = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let odd = |c: char| c.is_whitespace() || "\"(),:;<>@[\\]".contains(c);
    (1..=64).contains(&local.len())
        && !local.contains(odd)
        && domain.contains('.')
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_name_in_mixed_case_is_kept() {
        assert_eq!(last_name("SMITH"), "Smith");
        assert_eq!(last_name("smith"), "Smith");
        assert_eq!(last_name("McKay"), "McKay");
        assert_eq!(last_name("LEE."), "Lee.");
        assert_eq!(first_name("mary ANN"), "Mary ann");
    }

    #[test]
    fn an_address_has_one_at_and_a_domain() {
        for right in ["ann@example.com", "a.b+c@sub.example.org"] {
            assert!(is_address(right), "{right}");
        }
        for wrong in ["ann", "@example.com", "ann@", "ann@x", "a b@x.y", "a@b@c.d", "a@.x"] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
