//! Terms as the scenarios write them, and random ones for the laws.

use calendar::{Date, add_days, parse_date};
use proptest::option::of;
use proptest::prelude::*;
use school::Settings;
use school::term::plan::{Context, Plan, insert, update};
use school::term::{DayShift, Term, TermDraft, TermShape, Terms};

/// How often each law is tried.
const CASES: u32 = 10_000;

/// Each law is tried on new cases; what once failed is a scenario by itself.
pub fn laws() -> ProptestConfig {
    ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() }
}

pub fn day(text: &str) -> Date {
    parse_date(text).unwrap()
}

pub fn shift(days: i64) -> DayShift {
    DayShift::new(days).unwrap()
}

pub fn term(name: &str, key: &str, weeks: u16, publish: &str, expire: &str) -> Term {
    Term {
        name: name.to_owned(),
        shape: TermShape {
            key_date: day(key),
            max_day_shift: shift(-2),
            weeks,
            skip_weeks: 0,
            flip_last_day: false,
        },
        break_weeks: 0,
        publish_date: day(publish),
        expire_date: day(expire),
    }
}

/// "Jan" of the scenarios.
pub fn jan() -> Term {
    term("Jan", "2020-01-09", 5, "2019-12-11", "2020-01-17")
}

/// "Feb" of the scenarios.
pub fn feb() -> Term {
    term("Feb", "2020-02-13", 5, "2020-01-17", "2020-02-21")
}

pub fn terms(list: &[Term]) -> Terms {
    Terms::new(list.to_vec()).unwrap()
}

pub fn draft(name: &str) -> TermDraft {
    TermDraft { name: name.to_owned(), ..TermDraft::default() }
}

pub fn keyed(name: &str, key: &str) -> TermDraft {
    TermDraft { key_date: Some(day(key)), ..draft(name) }
}

pub const TODAY: &str = "2020-02-20";

fn stored(list: &[Term], draft: &TermDraft, clean: bool) -> Plan {
    let settings = Settings::reference();
    let context = Context { today: day(TODAY), settings: &settings, clean };
    let terms = terms(list);
    match terms.get(&draft.name) {
        Some(_) => update(&terms, draft, &context).unwrap(),
        None => insert(&terms, draft, &context).unwrap(),
    }
}

/// The plan for storing without the clean step.
pub fn plain(list: &[Term], draft: &TermDraft) -> Plan {
    stored(list, draft, false)
}

/// The plan for storing with the clean step.
pub fn cleaned(list: &[Term], draft: &TermDraft) -> Plan {
    stored(list, draft, true)
}

/// Start, end and expire date of a plan's term.
pub fn dates(plan: &Plan) -> [String; 3] {
    let shape = plan.term.shape;
    [shape.start().unwrap(), shape.end().unwrap(), plan.term.expire_date]
        .map(|date| date.to_string())
}

/// A day between 1950 and 2089.
pub fn any_day() -> impl Strategy<Value = Date> {
    (0_i64..51_000).prop_map(|days| add_days(day("1950-01-01"), days).unwrap())
}

pub fn any_shift() -> impl Strategy<Value = DayShift> {
    (-6_i64..=6).prop_map(shift)
}

/// Any validated shape, weeks in the usual range or at the limits.
pub fn any_shape() -> impl Strategy<Value = TermShape> {
    let weeks = prop_oneof![9 => 1_u16..12, 1 => Just(520_u16)];
    let skip = prop_oneof![9 => 0_u16..4, 1 => Just(520_u16)];
    (any_day(), any_shift(), weeks, skip, any::<bool>()).prop_map(
        |(key_date, max_day_shift, weeks, skip_weeks, flip_last_day)| TermShape {
            key_date,
            max_day_shift,
            weeks,
            skip_weeks,
            flip_last_day,
        },
    )
}

/// Sensible settings: whatever [`Settings::faults`] lets pass.
pub fn any_settings() -> impl Strategy<Value = Settings> {
    (1_u16..12, 0_u16..12, 0_u16..40, 0_u16..40, 0_i64..7, -6_i64..=6)
        .prop_map(|(weeks, low, normal, short, key_day, days)| Settings {
            term_weeks: weeks,
            low_weeks_set: (low > 0).then_some(low.min(weeks)),
            expire_days: normal,
            short_expire_days: short,
            key_day: calendar::weekday::from_number(key_day).unwrap(),
            max_day_shift: shift(days),
            ..Settings::reference()
        })
        .prop_filter("settings without faults", |settings| settings.faults().is_empty())
}

/// A draft without dates: the engine finds them.
pub fn any_dateless_draft() -> impl Strategy<Value = TermDraft> {
    (of(any_shift()), of(1_u16..9), of(0_u16..4), of(any::<bool>()), of(0_u16..4)).prop_map(
        |(max_day_shift, weeks, skip, flip, breaks)| TermDraft {
            max_day_shift,
            weeks,
            skip_weeks: skip,
            flip_last_day: flip,
            break_weeks: breaks,
            ..TermDraft::default()
        },
    )
}

/// Stored terms with any dates at all, near each other so that they collide.
pub fn any_terms() -> impl Strategy<Value = Terms> {
    let one = (any_dateless_draft(), 0_i64..200, -30_i64..30, -30_i64..30);
    prop::collection::vec(one, 0..6).prop_map(|list| {
        let built = list.into_iter().enumerate().map(|(at, (draft, key, publish, expire))| {
            let key_date = add_days(day("2020-01-01"), key).unwrap();
            Term {
                name: format!("T{at}"),
                shape: TermShape {
                    key_date,
                    max_day_shift: draft.max_day_shift.unwrap_or(DayShift::DEFAULT),
                    weeks: draft.weeks.unwrap_or(5),
                    skip_weeks: draft.skip_weeks.unwrap_or(0),
                    flip_last_day: draft.flip_last_day.unwrap_or(false),
                },
                break_weeks: draft.break_weeks.unwrap_or(0),
                publish_date: add_days(key_date, publish).unwrap(),
                expire_date: add_days(key_date, expire).unwrap(),
            }
        });
        Terms::new(built.collect()).unwrap()
    })
}

/// A draft that may name a key date near [`any_terms`].
pub fn any_draft() -> impl Strategy<Value = TermDraft> {
    (any_dateless_draft(), of(0_i64..250)).prop_map(|(draft, key)| TermDraft {
        name: "N".to_owned(),
        key_date: key.map(|days| add_days(day("2020-01-01"), days).unwrap()),
        ..draft
    })
}
