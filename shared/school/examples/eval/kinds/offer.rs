//! `class_offer`: the days, times, texts and prices of an offer.

use calendar::{clock, weekday};
use school::money::format_minor;
use school::offer::{self, OfferShape, text};
use school::settings::MAX_WEEKS;
use serde_json::{Value, json};

use super::{date_json, draft, settings, shape, subject};
use crate::fields::{Bad, Fields};

pub fn evaluate(mut input: Fields<'_>) -> Result<Value, Bad> {
    let settings = settings(&mut input)?;
    let mut session = input.object("session")?;
    let term_draft = draft(&mut session)?;
    let term = shape(&session, &term_draft, &settings)?;
    session.done()?;
    let mut subject_fields = input.object("subject")?;
    let subject = subject(&mut subject_fields, &settings)?;
    subject_fields.done()?;
    let class_day = input.whole("class_day", 0..=6)?;
    let class_day =
        weekday::from_number(class_day).ok_or_else(|| input.bad("class_day", "is no weekday"))?;
    let skip = input.optional_count("skip_weeks", 0, MAX_WEEKS)?;
    let start = input.time("start_time")?;
    let approved = input.optional_flag("manager_approved")?;
    input.done()?;

    let offer =
        OfferShape { class_day, skip_weeks: skip.unwrap_or(0), subject_weeks: Some(subject.weeks) };
    let outside = |error| Bad::new("input.session.key_day_date", error);
    let dates = offer::dates(&term, &offer).map_err(outside)?;
    let span = term.span().map_err(outside)?;
    let price = &subject.price;
    Ok(json!({
        "day_offset_from_key": dates.days_from_key,
        "start_date": date_json(dates.run.first),
        "end_date": date_json(dates.run.last().map_err(outside)?),
        "session_start_date": date_json(span.first()),
        "session_end_date": date_json(span.last()),
        "within_session": dates.within_term,
        "end_time": clock::written(text::class_end(start, &subject).time),
        "day": text::day_name(class_day, subject.weeks),
        "day_short": text::short_day(class_day, subject.weeks),
        "num_level": subject.level.offer_number(),
        "time_display": text::time_text(start, &subject),
        "full_price": format_minor(price.full_minor()),
        "pre_price": format_minor(price.pre_pay_minor()),
        "multi_discount": format_minor(price.multi_discount_minor()),
        "manager_approved": approved.unwrap_or(settings.assume_class_approve),
        "label": text::label(&subject, &term_draft.name, &settings),
        "subject_level_num": subject.level.number().to_string(),
    }))
}
