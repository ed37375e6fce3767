//! `session_admin_form`: judging an entry in the admin form.

use school::term::form::{FieldFault, Refusal, judge};
use school::term::{NameError, Terms};
use serde_json::{Map, Value, json};

use super::{date_json, draft_named, existing, optional_date_json, settings};
use crate::fields::{Bad, Fields};

pub fn evaluate(mut input: Fields<'_>) -> Result<Value, Bad> {
    let settings = settings(&mut input)?;
    let stored = existing(&mut input, &settings)?;
    let today = input.date("today")?;
    let mut form = input.object("form")?;
    let name = form.optional_text("name")?.unwrap_or_default();
    let draft = draft_named(&mut form, name)?;
    form.done()?;
    input.done()?;
    let verdict = judge(&stored, &draft, None, today, &settings)
        .map_err(|error| Bad::new("input.form", error))?;
    let errors: Vec<&str> = verdict.refusals.iter().map(refusal_code).collect();
    let mut field_errors = Map::new();
    for fault in &verdict.field_faults {
        let (field, code) = fault_code(fault);
        field_errors.insert(field.to_owned(), json!([code]));
    }
    let suggested = &verdict.suggestion.draft;
    Ok(json!({
        "valid": verdict.is_valid(),
        "errors": errors,
        "field_errors": field_errors,
        "suggested": {
            "key_day_date": suggested.key_date.map(date_json),
            "max_day_shift": suggested.max_day_shift.map(|shift| shift.days()),
            "flip_last_day": suggested.flip_last_day,
            "publish_date": optional_date_json(suggested.publish_date),
            "expire_date": optional_date_json(suggested.expire_date),
        },
        "previous_break_weeks_after": break_weeks(&stored),
    }))
}

/// Judging writes nothing, so these are the stored break weeks.
fn break_weeks(stored: &Terms) -> Value {
    let named = stored.iter().map(|t| (t.name.clone(), json!(t.break_weeks)));
    Value::Object(named.collect())
}

fn refusal_code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::OverlapWithPrevious => "overlap_with_previous_session",
        Refusal::OverlapWithNext => "overlap_with_next_session",
    }
}

fn fault_code(fault: &FieldFault) -> (&'static str, &'static str) {
    match fault {
        FieldFault::Name(NameError::Empty) => ("name", "required"),
        FieldFault::Name(NameError::TooLong) => ("name", "max_length"),
        FieldFault::Name(NameError::NotASlug) => ("name", "invalid"),
        FieldFault::NameTaken => ("name", "unique"),
        FieldFault::Renamed => ("name", "renamed"),
        FieldFault::TooManyWeeks => ("num_weeks", "max_value"),
        FieldFault::TooManySkips => ("skip_weeks", "max_value"),
        FieldFault::ExpiresBeforePublish => ("expire_date", "before_publish_date"),
    }
}
