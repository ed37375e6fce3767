//! `resource`: when material of a class is visible.

use calendar::weekday;
use school::offer::{self, OfferShape};
use school::resource::{Availability, visibility};
use school::settings::MAX_WEEKS;
use serde_json::{Value, json};

use super::{date_json, draft_named, optional_date_json, settings, shape};
use crate::fields::{Bad, Fields};

/// The longest life of a resource, weeks.
const MAX_LIFE: u16 = 32_767;

pub fn evaluate(mut input: Fields<'_>) -> Result<Value, Bad> {
    let settings = settings(&mut input)?;
    let today = input.date("today")?;
    let mut session = input.object("session")?;
    let name = session.optional_text("name")?.unwrap_or_default();
    let term_draft = draft_named(&mut session, name)?;
    let term = shape(&session, &term_draft, &settings)?;
    session.done()?;
    let class_day = input.whole("class_day", 0..=6)?;
    let class_day =
        weekday::from_number(class_day).ok_or_else(|| input.bad("class_day", "is no weekday"))?;
    let skip = input.optional_count("class_skip_weeks", 0, MAX_WEEKS)?;
    let avail = input.optional_count("avail", 0, MAX_LIFE)?.unwrap_or(0);
    let expire = input.optional_count("expire", 0, MAX_LIFE)?.unwrap_or(0);
    input.done()?;

    let offer = OfferShape { class_day, skip_weeks: skip.unwrap_or(0), subject_weeks: None };
    let outside = |error| Bad::new("input.session.key_day_date", error);
    let class = offer::dates(&term, &offer).map_err(outside)?.run;
    let avail = Availability::from_number(avail);
    let seen = visibility(&class, avail, expire, today)
        .map_err(|error| Bad::new("input.expire", error))?;
    Ok(json!({
        "class_start": date_json(class.first),
        "class_end": date_json(class.last().map_err(outside)?),
        "publish": date_json(seen.publish),
        "expire_date": optional_date_json(seen.expire),
        "days_since_start": seen.days_since_start,
        "live": seen.live,
        "live_by_date": seen.live_by_date,
    }))
}
