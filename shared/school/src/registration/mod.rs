//! Registration: who takes the class, who pays, and is a new account needed?
//! (sections 2.6 and 4.1).
//!
//! | Module | Rule |
//! |---|---|
//! | [`person`] | names and e-mail addresses as people type them |
//! | [`username`] | the username of a new account |
//! | [`attendee`] | finding the person somebody else pays for |
//!
//! [`register`] only decides. Accounts are created by the caller, and only
//! when the decision is a [`Registered`]: the original created them while it
//! was still validating, and refused every known e-mail.

pub mod attendee;
pub mod person;
pub mod username;

pub use person::{Identity, same_name};

/// An account, as far as registration needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The username, unique.
    pub username: String,
    /// The e-mail address in lower case; may be shared.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Whether somebody can log in to it. A new account has no password; its
    /// owner activates it through a link.
    pub has_usable_password: bool,
    /// Whether it is a student's.
    pub is_student: bool,
}

/// The answer to "first time or returning?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The first time.
    New,
    /// A returning student.
    Returning,
}

/// The sign-up form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUp {
    /// First time or returning; needed from somebody not logged in.
    pub answer: Option<Answer>,
    /// Name and e-mail. Of the attendee, if a member pays for another person;
    /// else of the one who signs up.
    pub person: Identity,
    /// A username, for an e-mail that is shared.
    pub username: Option<String>,
    /// Whether somebody else pays.
    pub paid_by_other: bool,
    /// The attendee, when somebody not logged in pays for another person. The
    /// original had no field for it; without it the person attends.
    pub attendee: Option<Identity>,
}

/// A person of the registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The account at this place of the list given.
    Existing(usize),
    /// An account to create.
    New(Account),
}

/// A registration that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Who takes the classes.
    pub student: Who,
    /// Who pays and gets the mail, if not the student.
    pub other_payer: Option<Who>,
}

impl Registered {
    /// Who pays and gets the confirmation.
    #[must_use]
    pub fn payer(&self) -> &Who {
        self.other_payer.as_ref().unwrap_or(&self.student)
    }

    /// The accounts to create, in one transaction with the registration.
    pub fn new_accounts(&self) -> impl Iterator<Item = &Account> {
        let people = [Some(&self.student), self.other_payer.as_ref()];
        people.into_iter().flatten().filter_map(|who| match who {
            Who::New(account) => Some(account),
            Who::Existing(_) => None,
        })
    }
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// First time or returning.
    Answer,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// E-mail address.
    Email,
    /// Username.
    Username,
}

/// Why a registration is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The field is empty.
    Required(Field),
    /// The field has a value that cannot be.
    Invalid(Field),
    /// The field has too many characters.
    TooLong(Field),
    /// There is an account with this name and e-mail: log in to it.
    LogIn,
    /// Somebody else has the e-mail: log in, take another, or a username.
    EmailInUse,
    /// Somebody else has the name: vary it, such as by a full stop.
    NameInUse,
    /// Somebody else has the username.
    UsernameInUse,
    /// No account has this name and e-mail.
    NotFound,
}

/// Decides on a sign-up. `accounts` are the known ones, `member` is the place
/// of the one logged in.
///
/// # Errors
/// Every [`Fault`] of the form at once; nothing is to be created then.
pub fn register(
    accounts: &[Account],
    member: Option<usize>,
    form: &SignUp,
) -> Result<Registered, Vec<Fault>> {
    if let Some(member) = member.filter(|at| *at < accounts.len()) {
        if !form.paid_by_other {
            return Ok(alone(Who::Existing(member)));
        }
        let friend = form.attendee.as_ref().unwrap_or(&form.person).checked()?;
        return attended_by(accounts, Who::Existing(member), &friend, form);
    }
    let person = match (form.answer, form.person.checked()) {
        (None, Ok(_)) => return Err(vec![Fault::Required(Field::Answer)]),
        (None, Err(mut faults)) => {
            faults.insert(0, Fault::Required(Field::Answer));
            return Err(faults);
        }
        (Some(_), checked) => checked?,
    };
    let payer = match form.answer {
        Some(Answer::Returning) => Who::Existing(returning(accounts, &person)?),
        _ => Who::New(newcomer(accounts, &person, form.username.as_deref())?),
    };
    match form.attendee.as_ref().filter(|_| form.paid_by_other) {
        Some(friend) => attended_by(accounts, payer, &friend.checked()?, form),
        None => Ok(alone(payer)),
    }
}

fn alone(who: Who) -> Registered {
    Registered { student: who, other_payer: None }
}

/// A returning student: the account with this e-mail, first and last name,
/// whatever the case; the first one wins (4.1).
fn returning(accounts: &[Account], person: &Identity) -> Result<usize, Vec<Fault>> {
    accounts
        .iter()
        .position(|account| account.email == person.email && same_name(account, person))
        .ok_or_else(|| vec![Fault::NotFound])
}

/// A new student (4.1): the same person has to log in; a shared e-mail needs a
/// username; a name that is taken has to be varied.
fn newcomer(
    accounts: &[Account],
    person: &Identity,
    wished: Option<&str>,
) -> Result<Account, Vec<Fault>> {
    let namesakes = || accounts.iter().filter(|account| same_name(account, person));
    if namesakes().any(|account| account.email == person.email) {
        return Err(vec![Fault::LogIn]);
    }
    let mut faults = Vec::new();
    let shared = accounts.iter().any(|account| account.email == person.email);
    if shared && wished.is_none() {
        faults.push(Fault::EmailInUse);
    }
    if namesakes().next().is_some() {
        faults.push(Fault::NameInUse);
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let username = username::choose(accounts, person, wished).map_err(|fault| vec![fault])?;
    Ok(person.account(username))
}

/// `payer` pays for `friend`, who is found among the accounts or gets a new
/// one. The payer gets no access to it.
fn attended_by(
    accounts: &[Account],
    payer: Who,
    friend: &Identity,
    form: &SignUp,
) -> Result<Registered, Vec<Fault>> {
    let paying = match &payer {
        Who::Existing(at) => Some(*at),
        Who::New(_) => None,
    };
    let student = match attendee::find(accounts, paying, friend) {
        Some(found) => Who::Existing(found),
        None => {
            let mut known = accounts.to_vec();
            if let Who::New(account) = &payer {
                known.push(account.clone());
            }
            // A username wished by a new payer was the payer's own.
            let wished = form.username.as_deref().filter(|_| paying.is_some());
            let username = username::choose(&known, friend, wished).map_err(|fault| vec![fault])?;
            Who::New(friend.account(username))
        }
    };
    Ok(Registered { student, other_payer: Some(payer) })
}
