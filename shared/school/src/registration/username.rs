//! The username of a new account (section 2.6).

use super::person::folded;
use super::{Account, Fault, Field, Identity};

/// The most characters of a username.
const MAX_USERNAME: usize = 150;

/// The username of a new account for `person`: the e-mail while nobody has it;
/// for a shared e-mail the one `wished`, else first name, underscore, last
/// name. All in lower case.
///
/// # Errors
/// [`Fault::UsernameInUse`] when somebody has it, [`Fault::Invalid`] or
/// [`Fault::TooLong`] when it cannot be one.
pub fn choose(
    accounts: &[Account],
    person: &Identity,
    wished: Option<&str>,
) -> Result<String, Fault> {
    let free = |name: &str| !accounts.iter().any(|account| folded(&account.username) == name);
    let shared = accounts.iter().any(|account| account.email == person.email);
    if !shared && free(&person.email) {
        return Ok(person.email.clone());
    }
    let name = match wished {
        Some(wished) => folded(wished),
        None => folded(&format!("{}_{}", person.first_name, person.last_name)),
    };
    if name.is_empty() || name.chars().any(char::is_control) {
        Err(Fault::Invalid(Field::Username))
    } else if name.chars().count() > MAX_USERNAME {
        Err(Fault::TooLong(Field::Username))
    } else if free(&name) {
        Ok(name)
    } else {
        Err(Fault::UsernameInUse)
    }
}
