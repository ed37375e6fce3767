//! Finding the person somebody else pays for (section 4.1, "Paid by other").

use super::person::folded;
use super::{Account, Identity, same_name};

/// The account of `person`, never the one of the payer at `paying`:
///
/// 1. the only other account with the e-mail, whatever its name;
/// 2. of several with the e-mail: the one with the name; else the only one
///    whose names contain both; else the last name; else the first name;
/// 3. among all: the one with the name, else the only one whose names contain
///    both.
///
/// Where a name could mean two people nobody is taken: a wrong guess would
/// enrol a stranger. The same name twice means the first.
#[must_use]
pub fn find(accounts: &[Account], paying: Option<usize>, person: &Identity) -> Option<usize> {
    let others: Vec<usize> = (0..accounts.len()).filter(|at| Some(*at) != paying).collect();
    let by_email: Vec<usize> =
        others.iter().copied().filter(|at| accounts[*at].email == person.email).collect();
    if let [only] = by_email[..] {
        return Some(only);
    }
    let named = |among: &[usize]| exactly(accounts, among, person);
    let both = |among: &[usize]| {
        only(among, |at| has_first(&accounts[at], person) && has_last(&accounts[at], person))
    };
    named(&by_email)
        .or_else(|| both(&by_email))
        .or_else(|| only(&by_email, |at| has_last(&accounts[at], person)))
        .or_else(|| only(&by_email, |at| has_first(&accounts[at], person)))
        .or_else(|| named(&others))
        .or_else(|| both(&others))
}

fn exactly(accounts: &[Account], among: &[usize], person: &Identity) -> Option<usize> {
    among.iter().copied().find(|at| same_name(&accounts[*at], person))
}

fn only(among: &[usize], fits: impl Fn(usize) -> bool) -> Option<usize> {
    let mut fitting = among.iter().copied().filter(|at| fits(*at));
    let first = fitting.next()?;
    fitting.next().is_none().then_some(first)
}

fn has_first(account: &Account, person: &Identity) -> bool {
    folded(&account.first_name).contains(&folded(&person.first_name))
}

fn has_last(account: &Account, person: &Identity) -> bool {
    folded(&account.last_name).contains(&folded(&person.last_name))
}
