//! Laws of levels and of registration.

use proptest::prelude::*;
use school::level::{LEVELS, Level, Version};
use school::progress::{self, Taken};
use school::registration::{Account, Answer, Identity, SignUp, Who, register, same_name};

use crate::support::laws;

fn any_taken() -> impl Strategy<Value = Vec<Taken>> {
    let levels = vec![Level::Beginning, Level::Lindy2, Level::Lindy3];
    let level = prop_oneof![
        6 => prop::sample::select(levels),
        1 => prop::sample::select(LEVELS.to_vec()),
    ];
    let versions = vec![Version::A, Version::B, Version::C, Version::D, Version::None];
    prop::collection::vec((level, prop::sample::select(versions)), 0..24)
}

/// One of `usual`, or any text at all. (Patterns would be compiled anew for
/// each value.)
fn text(usual: &[&'static str]) -> impl Strategy<Value = String> {
    let usual = prop::sample::select(usual.to_vec()).prop_map(str::to_owned);
    let any = prop::collection::vec(any::<char>(), 0..7);
    prop_oneof![4 => usual, 1 => any.prop_map(String::from_iter)]
}

/// Few names and addresses, so that people meet.
fn any_identity() -> impl Strategy<Value = Identity> {
    let first = text(&["Ann", "bob", "DAN", "Di"]);
    let last = text(&["Lee", "ROE", "fox", "McKay"]);
    let email = text(&["a@x.org", "b@x.org", "C@x.org", "a@Y.org"]);
    (first, last, email).prop_map(|(first_name, last_name, email)| Identity {
        first_name,
        last_name,
        email,
    })
}

/// Accounts that came about by registering.
fn accounts_of(people: &[Identity]) -> Vec<Account> {
    let mut accounts: Vec<Account> = Vec::new();
    for person in people {
        let mut form = sign_up(person, Some(Answer::New));
        form.username = Some(format!("user{}", accounts.len()));
        if let Ok(registered) = register(&accounts, None, &form) {
            accounts.extend(registered.new_accounts().cloned().collect::<Vec<_>>());
        }
    }
    accounts
}

fn sign_up(person: &Identity, answer: Option<Answer>) -> SignUp {
    SignUp { answer, person: person.clone(), username: None, paid_by_other: false, attendee: None }
}

fn any_sign_up() -> impl Strategy<Value = SignUp> {
    let answer = prop_oneof![Just(None), Just(Some(Answer::New)), Just(Some(Answer::Returning))];
    let username = prop::option::of(text(&["user0", "max"]));
    let attendee = prop::option::of(any_identity());
    (answer, any_identity(), username, any::<bool>(), attendee).prop_map(
        |(answer, person, username, paid_by_other, attendee)| SignUp {
            answer,
            person,
            username,
            paid_by_other,
            attendee,
        },
    )
}

proptest! {
    #![proptest_config(laws())]

    #[test]
    fn another_class_never_lowers_the_level(taken in any_taken(), more in any_taken()) {
        let mut all = taken.clone();
        all.extend(more);
        prop_assert!(progress::level(&taken) <= progress::level(&all));
    }

    #[test]
    fn the_order_of_classes_does_not_matter(taken in any_taken()) {
        let mut reversed = taken.clone();
        reversed.reverse();
        prop_assert_eq!(progress::level(&taken), progress::level(&reversed));
    }

    #[test]
    fn a_level_is_done_when_no_version_is_missing(taken in any_taken()) {
        for level in [Level::Beginning, Level::Lindy2, Level::Lindy3] {
            let progress = progress::progress(&taken, level).unwrap();
            let missing = progress.surplus.iter().filter(|(_, extra)| *extra < 0).count();
            prop_assert_eq!(progress.done, missing == 0);
            prop_assert!(missing <= 1 && !progress.surplus.is_empty());
            prop_assert!(progress.surplus.iter().all(|(_, extra)| *extra >= -1));
            prop_assert!(!progress.is_done_twice() || progress.done);
        }
        prop_assert!(progress::progress(&taken, Level::Other).is_none());
    }

    #[test]
    fn the_highest_subjects_are_taken_ones(taken in any_taken()) {
        match progress::highest(&taken) {
            None => prop_assert!(taken.is_empty()),
            Some((number, subjects)) => {
                prop_assert!(!subjects.is_empty());
                prop_assert!(subjects.iter().all(|(level, _)| level.number() == number));
                prop_assert!(taken.iter().all(|(level, _)| level.number() <= number));
            }
        }
    }

    #[test]
    fn registering_never_makes_two_accounts_with_one_username(
        people in prop::collection::vec(any_identity(), 0..8),
        form in any_sign_up(),
        member in prop::option::of(0_usize..8),
    ) {
        let mut accounts = accounts_of(&people);
        if let Ok(registered) = register(&accounts, member, &form) {
            accounts.extend(registered.new_accounts().cloned().collect::<Vec<_>>());
        }
        let mut names: Vec<String> =
            accounts.iter().map(|account| account.username.to_lowercase()).collect();
        names.sort();
        let count = names.len();
        names.dedup();
        prop_assert_eq!(names.len(), count);
    }

    #[test]
    fn a_refusal_has_a_reason_and_an_acceptance_a_person(
        people in prop::collection::vec(any_identity(), 0..6),
        form in any_sign_up(),
        member in prop::option::of(0_usize..6),
    ) {
        let accounts = accounts_of(&people);
        let member = member.filter(|at| *at < accounts.len());
        match register(&accounts, member, &form) {
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                prop_assert!(member.is_none() || form.paid_by_other);
            }
            Ok(registered) => {
                for account in registered.new_accounts() {
                    prop_assert!(!account.has_usable_password && account.is_student);
                    prop_assert_eq!(account.email.to_lowercase(), account.email.clone());
                }
                if let Some(at) = member {
                    prop_assert_eq!(registered.payer(), &Who::Existing(at));
                    let same = registered.student == Who::Existing(at);
                    prop_assert_eq!(same, !form.paid_by_other);
                }
            }
        }
    }

    #[test]
    fn whoever_registered_is_found_when_returning(
        people in prop::collection::vec(any_identity(), 0..6),
        person in any_identity(),
    ) {
        let mut accounts = accounts_of(&people);
        let new = sign_up(&person, Some(Answer::New));
        if let Ok(registered) = register(&accounts, None, &new) {
            accounts.extend(registered.new_accounts().cloned().collect::<Vec<_>>());
            let back = register(&accounts, None, &sign_up(&person, Some(Answer::Returning)));
            let found = back.unwrap();
            let Who::Existing(at) = found.student else {
                return Err(TestCaseError::fail("an existing account"));
            };
            prop_assert!(same_name(&accounts[at], &person.checked().unwrap()));
            let twice = register(&accounts, None, &new);
            prop_assert!(twice.is_err());
        }
    }
}
