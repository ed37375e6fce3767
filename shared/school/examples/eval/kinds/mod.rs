//! One evaluator per kind of case, and what they share: terms, subjects and
//! settings as the vectors write them.

pub mod current;
pub mod form;
pub mod level;
pub mod offer;
pub mod price;
pub mod registration;
pub mod resource;
pub mod session;

use calendar::Date;
use school::Settings;
use school::level::{Level, Version};
use school::price::ClassPrice;
use school::settings::MAX_WEEKS;
use school::subject::Subject;
use school::term::{DayShift, Term, TermDraft, TermShape, Terms};
use serde_json::Value;

use crate::fields::{Bad, Fields};

/// A date as JSON text.
pub fn date_json(date: Date) -> Value {
    Value::String(date.to_string())
}

/// A date as JSON text, or null.
pub fn optional_date_json(date: Option<Date>) -> Value {
    date.map_or(Value::Null, date_json)
}

/// The settings of a case over those of the acceptance scenarios. Values are
/// checked one by one; contradictions between them are the case's business.
pub fn settings(input: &mut Fields<'_>) -> Result<Settings, Bad> {
    let base = Settings::reference();
    let Some(mut given) = input.optional_object("settings")? else {
        return Ok(base);
    };
    let texts: Vec<(&str, String)> = given
        .all()
        .map(|(name, value)| match value {
            Value::String(text) => (name, text.clone()),
            other => (name, other.to_string()),
        })
        .collect();
    let pairs = texts.iter().map(|(name, text)| (*name, text.as_str()));
    base.replace(pairs).map_err(|errors| {
        let first = errors.first();
        let name = first.map_or("settings", |error| error.name.as_str());
        let message = first.map_or(String::new(), ToString::to_string);
        given.bad(name, message)
    })
}

/// The fields of a term, all optional but the name.
pub fn draft(fields: &mut Fields<'_>) -> Result<TermDraft, Bad> {
    let name = fields.text("name")?;
    draft_named(fields, name)
}

/// The fields of a term but its name.
pub fn draft_named(fields: &mut Fields<'_>, name: String) -> Result<TermDraft, Bad> {
    Ok(TermDraft {
        name,
        key_date: fields.optional_date("key_day_date")?,
        max_day_shift: shift(fields)?,
        weeks: fields.optional_count("num_weeks", 1, MAX_WEEKS)?,
        skip_weeks: fields.optional_count("skip_weeks", 0, MAX_WEEKS)?,
        flip_last_day: fields.optional_flag("flip_last_day")?,
        break_weeks: fields.optional_count("break_weeks", 0, MAX_WEEKS)?,
        publish_date: fields.optional_date("publish_date")?,
        expire_date: fields.optional_date("expire_date")?,
    })
}

fn shift(fields: &mut Fields<'_>) -> Result<Option<DayShift>, Bad> {
    let days = fields.optional_whole("max_day_shift", -6..=6)?;
    days.map(DayShift::new).transpose().map_err(|error| fields.bad("max_day_shift", error))
}

/// The shape of a term, the key date required.
pub fn shape(fields: &Fields<'_>, draft: &TermDraft, s: &Settings) -> Result<TermShape, Bad> {
    let missing = || fields.bad("key_day_date", "is missing");
    Ok(TermShape {
        key_date: draft.key_date.ok_or_else(missing)?,
        max_day_shift: draft.max_day_shift.unwrap_or(s.max_day_shift),
        weeks: draft.weeks.unwrap_or(s.term_weeks),
        skip_weeks: draft.skip_weeks.unwrap_or(0),
        flip_last_day: draft.flip_last_day.unwrap_or(false),
    })
}

/// The stored terms of a case; they are taken as they are, without effects on
/// each other.
pub fn existing(input: &mut Fields<'_>, settings: &Settings) -> Result<Terms, Bad> {
    let mut terms = Vec::new();
    for mut fields in input.objects("existing")? {
        let draft = draft(&mut fields)?;
        let shape = shape(&fields, &draft, settings)?;
        let expire = match draft.expire_date {
            Some(date) => date,
            None => {
                shape.default_expire(settings).map_err(|error| fields.bad("expire_date", error))?
            }
        };
        let missing = || fields.bad("publish_date", "is missing");
        terms.push(Term {
            name: draft.name,
            shape,
            break_weeks: draft.break_weeks.unwrap_or(0),
            publish_date: draft.publish_date.ok_or_else(missing)?,
            expire_date: expire,
        });
        fields.done()?;
    }
    Terms::new(terms).map_err(|error| input.bad("existing", error))
}

/// The price fields of a subject or an item; `qualifies` names the flag.
pub fn class_price(
    fields: &mut Fields<'_>,
    qualifies: &str,
    settings: &Settings,
) -> Result<ClassPrice, Bad> {
    let full = fields.optional_amount("full_price")?;
    let pre = fields.optional_amount("pre_pay_discount")?;
    let multi = fields.optional_amount("multiple_purchase_discount")?;
    ClassPrice::new(
        full.unwrap_or(settings.class_price_minor),
        pre.unwrap_or(settings.pre_pay_discount_minor),
        multi.unwrap_or(settings.multi_discount_minor),
        fields.optional_flag(qualifies)?.unwrap_or(true),
    )
    .map_err(|error| fields.bad("full_price", error))
}

/// A subject as a class offer has it.
pub fn subject(fields: &mut Fields<'_>, settings: &Settings) -> Result<Subject, Bad> {
    let mut subject = Subject::new("Untitled", settings);
    if let Some(name) = fields.optional_text("name")? {
        subject.name = name;
    }
    if let Some(code) = fields.optional_text("level")? {
        subject.level =
            Level::from_code(&code).ok_or_else(|| fields.bad("level", "is no level"))?;
    }
    if let Some(code) = fields.optional_text("version")? {
        subject.version =
            Version::from_code(&code).ok_or_else(|| fields.bad("version", "is no version"))?;
    }
    if let Some(weeks) = fields.optional_count("num_weeks", 1, MAX_WEEKS)? {
        subject.weeks = weeks;
    }
    if let Some(minutes) = fields.optional_count("num_minutes", 0, 10_080)? {
        subject.class_minutes = u32::from(minutes);
    }
    subject.price = class_price(fields, "qualifies_as_multi_class_discount", settings)?;
    Ok(subject)
}
