//! `session`: storing a new term, and perhaps storing it again with changes.

use school::Settings;
use school::term::plan::{Context, insert, update};
use school::term::{Term, TermDraft, TermError, Terms};
use serde_json::{Map, Value, json};

use super::{date_json, draft, draft_named, existing, settings};
use crate::fields::{Bad, Fields};

pub fn evaluate(mut input: Fields<'_>) -> Result<Value, Bad> {
    let settings = settings(&mut input)?;
    let before = existing(&mut input, &settings)?;
    let context = Context {
        today: input.date("today")?,
        settings: &settings,
        clean: input.optional_flag("with_clean")?.unwrap_or(false),
    };
    let mut new = input.object("new")?;
    let draft = draft(&mut new)?;
    new.done()?;
    let refused =
        |key: &'static str| move |error: TermError| Bad::new(format!("input.{key}"), error);
    let mut plan = insert(&before, &draft, &context).map_err(refused("new"))?;
    let mut stored = plan.apply(&before);
    if let Some(mut changes) = input.optional_object("then_update_and_save")? {
        let changed = changed(&mut changes, &plan.term)?;
        changes.done()?;
        plan = update(&stored, &changed, &context).map_err(refused("then_update_and_save"))?;
        stored = plan.apply(&stored);
    }
    input.done()?;
    describe(&before, &stored, &plan.term, &settings).map_err(refused("new"))
}

/// The stored term with the changed fields replaced; a null blanks a field.
fn changed(changes: &mut Fields<'_>, term: &Term) -> Result<TermDraft, Bad> {
    let old = TermDraft::from(term);
    let mut draft = draft_named(changes, old.name.clone())?;
    macro_rules! keep_absent {
        ($($field:ident = $key:literal),*) => {
            $(if !changes.has($key) { draft.$field = old.$field; })*
        };
    }
    keep_absent!(
        key_date = "key_day_date",
        max_day_shift = "max_day_shift",
        weeks = "num_weeks",
        skip_weeks = "skip_weeks",
        flip_last_day = "flip_last_day",
        break_weeks = "break_weeks",
        publish_date = "publish_date",
        expire_date = "expire_date"
    );
    Ok(draft)
}

fn describe(
    before: &Terms,
    stored: &Terms,
    term: &Term,
    settings: &Settings,
) -> Result<Value, TermError> {
    let shape = &term.shape;
    let (start, end) = (shape.start()?, shape.end()?);
    let others = stored.without(&term.name);
    let previous = others.previous(shape.key_date);
    let next = others.next(shape.key_date, settings);
    let starts_after = match previous {
        Some(previous) => Value::Bool(start > previous.shape.end()?),
        None => Value::Null,
    };
    Ok(json!({
        "name": term.name,
        "key_day_date": date_json(shape.key_date),
        "max_day_shift": shape.max_day_shift.days(),
        "num_weeks": shape.weeks,
        "skip_weeks": shape.skip_weeks,
        "flip_last_day": shape.flip_last_day,
        "break_weeks": term.break_weeks,
        "publish_date": date_json(term.publish_date),
        "expire_date": date_json(term.expire_date),
        "start_date": date_json(start),
        "end_date": date_json(end),
        "prev_session": previous.map(|term| &term.name),
        "next_session": next.map(|term| &term.name),
        "others_changed": others_changed(before, &others),
        "starts_after_prev_end": starts_after,
    }))
}

fn others_changed(before: &Terms, after: &Terms) -> Value {
    let mut changed = Map::new();
    for old in before.iter() {
        let Some(new) = after.get(&old.name) else {
            continue;
        };
        let mut fields = Map::new();
        if new.break_weeks != old.break_weeks {
            fields.insert("break_weeks".to_owned(), json!(new.break_weeks));
        }
        if new.publish_date != old.publish_date {
            fields.insert("publish_date".to_owned(), date_json(new.publish_date));
        }
        if !fields.is_empty() {
            changed.insert(old.name.clone(), Value::Object(fields));
        }
    }
    Value::Object(changed)
}
