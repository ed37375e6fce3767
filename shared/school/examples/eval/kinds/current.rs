//! `current_session`: which terms the public sees.

use school::term::current::{question, shown};
use serde_json::{Value, json};

use super::{existing, settings};
use crate::fields::{Bad, Fields};

pub fn evaluate(mut input: Fields<'_>) -> Result<Value, Bad> {
    let settings = settings(&mut input)?;
    let stored = existing(&mut input, &settings)?;
    let today = input.date("today")?;
    let names = input.optional_text("sess")?;
    let date = input.optional_date("display_date")?;
    input.done()?;
    let Ok(question) = question(names.as_deref(), date, today) else {
        return Ok(json!({"error": "name_and_date_together"}));
    };
    let names: Vec<&String> =
        shown(&stored, &question).into_iter().map(|term| &term.name).collect();
    Ok(json!({ "sessions": names }))
}
