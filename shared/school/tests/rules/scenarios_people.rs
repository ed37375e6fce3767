//! Scenarios 21 to 23 and 25: registration, levels, current terms.

use rust_decimal::Decimal;
use school::level::{Level, Version};
use school::progress::{self, Taken};
use school::registration::{
    Account, Answer, Fault, Field, Identity, Registered, SignUp, Who, register,
};
use school::term::current::{question, shown};

use crate::support::{day, feb, jan, terms};

fn account(first: &str, last: &str, email: &str) -> Account {
    Account {
        username: email.to_owned(),
        email: email.to_owned(),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        has_usable_password: true,
        is_student: true,
    }
}

fn ann() -> Account {
    account("Ann", "Lee", "ann@example.com")
}

fn form(answer: Answer, first: &str, last: &str, email: &str) -> SignUp {
    SignUp {
        answer: Some(answer),
        person: Identity {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            email: email.to_owned(),
        },
        username: None,
        paid_by_other: false,
        attendee: None,
    }
}

fn created(registered: &Registered) -> Vec<&str> {
    let accounts = registered.new_accounts();
    accounts.map(|account| account.username.as_str()).collect()
}

#[test]
fn scenario_21_a_new_student_gets_an_account_without_a_password() {
    let cara = form(Answer::New, "cara", "SMITH", " Cara@Example.COM ");
    let registered = register(&[], None, &cara).unwrap();
    let expected =
        Account { has_usable_password: false, ..account("Cara", "Smith", "cara@example.com") };
    assert_eq!(registered.student, Who::New(expected.clone()));
    assert_eq!(registered.payer(), &Who::New(expected));
    assert_eq!(registered.new_accounts().count(), 1);
}

#[test]
fn scenario_22_names_that_are_taken_and_students_who_return() {
    let known = [ann()];
    let twin = form(Answer::New, "ann", "lee", "other@example.com");
    assert_eq!(register(&known, None, &twin), Err(vec![Fault::NameInUse]));
    let varied = form(Answer::New, "Ann", "Lee.", "other@example.com");
    assert!(register(&known, None, &varied).is_ok());
    let back = form(Answer::Returning, "ann", "LEE", "ANN@example.com");
    let registered = register(&known, None, &back).unwrap();
    assert_eq!(registered.student, Who::Existing(0));
    let lost = form(Answer::Returning, "ann", "LEE", "bob@example.com");
    assert_eq!(register(&known, None, &lost), Err(vec![Fault::NotFound]));
}

#[test]
fn scenario_23_a_member_pays_for_a_new_friend_with_one_e_mail() {
    let known = [ann()];
    let mut dan = form(Answer::Returning, "Dan", "Fox", "ann@example.com");
    dan.paid_by_other = true;
    let registered = register(&known, Some(0), &dan).unwrap();
    assert_eq!(registered.payer(), &Who::Existing(0));
    assert_eq!(created(&registered), ["dan_fox"]);
    let Who::New(student) = &registered.student else {
        panic!("a new account");
    };
    assert_eq!(student.email, "ann@example.com");
    let known = [ann(), student.clone()];
    let again = register(&known, Some(0), &dan).unwrap();
    assert_eq!(again.student, Who::Existing(1));
}

#[test]
fn a_shared_e_mail_needs_a_username() {
    let known = [ann()];
    let mut max = form(Answer::New, "Max", "Lee", "ann@example.com");
    assert_eq!(register(&known, None, &max), Err(vec![Fault::EmailInUse]));
    max.username = Some("ann@EXAMPLE.com".to_owned());
    assert_eq!(register(&known, None, &max), Err(vec![Fault::UsernameInUse]));
    max.username = Some("Max".to_owned());
    assert_eq!(created(&register(&known, None, &max).unwrap()), ["max"]);
    // The e-mail is shared even if nobody has it as a username.
    let known = [Account { username: "ann".to_owned(), ..ann() }];
    assert_eq!(created(&register(&known, None, &max).unwrap()), ["max"]);
    let same = form(Answer::New, "Ann", "Lee", "ann@example.com");
    assert_eq!(register(&known, None, &same), Err(vec![Fault::LogIn]));
}

#[test]
fn every_empty_field_is_named() {
    let mut empty = form(Answer::New, "", " ", "nowhere");
    empty.answer = None;
    let faults = register(&[], None, &empty).unwrap_err();
    assert_eq!(
        faults,
        [
            Fault::Required(Field::Answer),
            Fault::Required(Field::FirstName),
            Fault::Required(Field::LastName),
            Fault::Invalid(Field::Email),
        ]
    );
}

#[test]
fn somebody_new_can_pay_for_somebody_new() {
    let mut eve = form(Answer::New, "Eve", "Poe", "eve@example.com");
    eve.paid_by_other = true;
    eve.attendee = Some(Identity {
        first_name: "Dan".to_owned(),
        last_name: "Fox".to_owned(),
        email: "eve@example.com".to_owned(),
    });
    let registered = register(&[], None, &eve).unwrap();
    assert_eq!(created(&registered), ["dan_fox", "eve@example.com"]);
}

#[test]
fn a_friend_is_found_by_e_mail_then_by_name_and_never_guessed() {
    let known = [
        ann(),
        account("Bob", "Roe", "bob@example.com"),
        account("Dan", "Fox", "fox@example.com"),
        account("Di", "Fox", "fox@example.com"),
        account("Rob", "Roebuck", "rob@example.com"),
    ];
    let student = |first: &str, last: &str, email: &str| {
        let mut friend = form(Answer::New, first, last, email);
        friend.paid_by_other = true;
        register(&known, Some(0), &friend).unwrap().student
    };
    assert_eq!(student("Bobby", "R", "bob@example.com"), Who::Existing(1));
    assert_eq!(student("di", "fox", "fox@example.com"), Who::Existing(3));
    assert_eq!(student("Bob", "Roe", "new@example.com"), Who::Existing(1));
    assert_eq!(student("Ro", "Roeb", "new@example.com"), Who::Existing(4));
    // "Fox" alone could be either of two, so neither.
    assert!(matches!(student("Eve", "Fox", "fox@example.com"), Who::New(_)));
    assert!(matches!(student("Ann", "Lee", "x@example.com"), Who::New(_)));
}

fn taken(codes: &str) -> Vec<Taken> {
    let one = |code: &str| {
        let (level, version) = code.split_at(code.len() - 1);
        let level = Level::from_code(level).unwrap();
        (level, Version::from_code(version).unwrap())
    };
    codes.split_whitespace().map(one).collect()
}

#[test]
fn scenario_25_levels_reached() {
    let level = |codes: &str| progress::level(&taken(codes)).to_string();
    assert_eq!(level("BegA BegB"), "2");
    assert_eq!(level("BegA BegC"), "1");
    assert_eq!(level("BegA BegB L2A L2B L2C L2D"), "2.5");
    assert_eq!(level("BegA BegB L2A L2B L2C L2D L2A L2B L2C L2D"), "3");
    assert_eq!(level("L3A L3B L3C L3D"), "3.5");
    assert_eq!(level("L3A L3B L3C L3D L3D L3C L3B L3A"), "4");
    assert_eq!(level("L3A L3B L3C L2A"), "0");
    let done = progress::progress(&taken("BegA BegB"), Level::Beginning);
    assert!(done.unwrap().done);
    assert_eq!(progress::level(&[]), Decimal::ZERO);
}

#[test]
fn scenario_25_terms_open_for_registration() {
    let stored = terms(&[jan(), feb()]);
    let on = |date: &str| {
        let question = question(None, None, day(date)).unwrap();
        let shown = shown(&stored, &question);
        shown.iter().map(|t| t.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(on("2020-01-17"), ["Feb", "Jan"]);
    assert_eq!(on("2020-01-18"), ["Feb"]);
    assert_eq!(on("2020-06-01"), ["Feb"]);
    assert!(on("2019-12-10").is_empty());
    assert!(question(Some("Jan"), Some(day("2020-01-18")), day("2020-01-18")).is_err());
    let named = question(Some("Jan, Feb,May"), None, day("2020-06-01")).unwrap();
    assert_eq!(shown(&stored, &named).len(), 2);
}
