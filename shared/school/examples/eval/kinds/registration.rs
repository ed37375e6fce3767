//! `registration`: who registers for one class, and who pays.

use school::Settings;
use school::money::format_minor;
use school::price::{ClassPrice, price_cart};
use school::registration::{
    Account, Answer, Fault, Field, Identity, Registered, SignUp, Who, register,
};
use serde_json::{Map, Value, json};

use crate::fields::{Bad, Fields};

pub fn evaluate(mut input: Fields<'_>) -> Result<Value, Bad> {
    let mut accounts = Vec::new();
    for mut fields in input.objects("existing_users")? {
        accounts.push(account(&mut fields)?);
        fields.done()?;
    }
    let member = match input.optional_text("logged_in_as")? {
        None => None,
        Some(name) => Some(
            find_member(&accounts, &name)
                .ok_or_else(|| input.bad("logged_in_as", "names no existing user"))?,
        ),
    };
    let mut fields = input.object("form")?;
    let form = sign_up(&mut fields)?;
    fields.done()?;
    input.done()?;
    match register(&accounts, member, &form) {
        Ok(registered) => accepted(&accounts, &registered),
        Err(faults) => Ok(refused(&faults)),
    }
}

/// An existing user. The vectors give name and e-mail; the username of such an
/// account is its e-mail, and its owner can log in.
fn account(fields: &mut Fields<'_>) -> Result<Account, Bad> {
    let email = fields.text("email")?.trim().to_lowercase();
    let username = fields.optional_text("username")?;
    let password = fields.optional_flag("has_usable_password")?;
    Ok(Account {
        username: username.unwrap_or_else(|| email.clone()),
        first_name: fields.text("first_name")?,
        last_name: fields.text("last_name")?,
        has_usable_password: password.unwrap_or(true),
        is_student: fields.optional_flag("is_student")?.unwrap_or(true),
        email,
    })
}

/// The vectors name a member by username, e-mail, the part before the @, or
/// first name in small letters.
fn find_member(accounts: &[Account], name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    let by = |fits: &dyn Fn(&Account) -> bool| accounts.iter().position(fits);
    by(&|account| account.username == name || account.email == name)
        .or_else(|| by(&|account| account.email.split('@').next() == Some(&name)))
        .or_else(|| by(&|account| account.first_name.to_lowercase() == name))
}

fn sign_up(fields: &mut Fields<'_>) -> Result<SignUp, Bad> {
    let answer = match fields.optional_text("new_user")?.as_deref() {
        None | Some("") => None,
        Some("T") => Some(Answer::New),
        Some("F") => Some(Answer::Returning),
        Some(_) => return Err(fields.bad("new_user", "must be \"T\", \"F\" or empty")),
    };
    let mut text = |key: &str| Ok::<_, Bad>(fields.optional_text(key)?.unwrap_or_default());
    let person = Identity {
        first_name: text("first_name")?,
        last_name: text("last_name")?,
        email: text("email")?,
    };
    let username = text("username_field")?;
    let paid_by_other = match fields.optional("paid_by_other") {
        None => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) if text == "on" => true,
        Some(Value::String(text)) if text.is_empty() => false,
        Some(_) => return Err(fields.bad("paid_by_other", "must be \"on\" or empty")),
    };
    Ok(SignUp {
        answer,
        person,
        username: Some(username).filter(|name| !name.trim().is_empty()),
        paid_by_other,
        attendee: None,
    })
}

fn accepted(accounts: &[Account], registered: &Registered) -> Result<Value, Bad> {
    let class = ClassPrice::of_settings(&Settings::reference());
    let cart = price_cart(&[class], 0).map_err(|error| Bad::new("input", error))?;
    let account = |who: &Who| match who {
        Who::Existing(at) => accounts.get(*at).cloned(),
        Who::New(account) => Some(account.clone()),
    };
    let payer = account(registered.payer());
    Ok(json!({
        "valid": true,
        "new_users": registered.new_accounts().count(),
        "student": account(&registered.student).as_ref().map(person_json),
        "paid_by": payer.as_ref().map(person_json),
        "total": format_minor(cart.pre_total_minor()),
        "registration_paid": false,
        "email_to": payer.iter().map(|payer| &payer.email).collect::<Vec<_>>(),
    }))
}

fn person_json(account: &Account) -> Value {
    json!({
        "username": account.username,
        "email": account.email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "has_usable_password": account.has_usable_password,
        "is_student": account.is_student,
    })
}

fn refused(faults: &[Fault]) -> Value {
    let mut errors: Map<String, Value> = Map::new();
    for (field, code) in faults.iter().flat_map(codes) {
        if let Value::Array(list) = errors.entry(field).or_insert_with(|| json!([])) {
            list.push(json!(code));
        }
    }
    json!({"valid": false, "new_users": 0, "errors": errors})
}

fn codes(fault: &Fault) -> Vec<(&'static str, &'static str)> {
    match fault {
        Fault::Required(field) => vec![(field_name(*field), "required")],
        Fault::Invalid(field) => vec![(field_name(*field), "invalid")],
        Fault::TooLong(field) => vec![(field_name(*field), "max_length")],
        Fault::LogIn => vec![("__all__", "login_to_existing_account")],
        Fault::EmailInUse => vec![
            ("email", "email_already_in_use"),
            ("username_field", "username_required_for_shared_email"),
            ("__all__", "login_or_change_email_or_create_username"),
        ],
        Fault::NameInUse => vec![("__all__", "name_already_in_use")],
        Fault::UsernameInUse => vec![("username_field", "username_already_in_use")],
        Fault::NotFound => vec![("__all__", "returning_account_not_found")],
    }
}

fn field_name(field: Field) -> &'static str {
    match field {
        Field::Answer => "new_user",
        Field::FirstName => "first_name",
        Field::LastName => "last_name",
        Field::Email => "email",
        Field::Username => "username_field",
    }
}
