//! Laws of terms: their dates, the clean step, plans and the public's view.

use calendar::{Weekday, days_between};
use proptest::prelude::*;
use school::Settings;
use school::term::clean::{self, Dirty};
use school::term::form::{accept, judge};
use school::term::plan::{Context, insert, update};
use school::term::{TermDraft, TermError, Terms, Warning, current, defaults};

use crate::support::{
    any_dateless_draft, any_day, any_draft, any_settings, any_shape, any_terms, day, laws,
};

fn context(settings: &Settings, clean: bool) -> Context<'_> {
    Context { today: day("2020-02-20"), settings, clean }
}

proptest! {
    #![proptest_config(laws())]

    #[test]
    fn a_term_never_ends_before_it_starts(shape in any_shape()) {
        prop_assert!(shape.check().is_ok());
        let (start, end) = (shape.start().unwrap(), shape.end().unwrap());
        prop_assert!(start <= end);
        prop_assert!(start <= shape.key_date && shape.key_date <= end.max(shape.key_date));
        prop_assert_eq!(shape.span().unwrap().last(), end);
    }

    #[test]
    fn a_term_lasts_its_weeks_and_its_skips(shape in any_shape()) {
        let days = days_between(shape.start().unwrap(), shape.end().unwrap());
        let weeks = i64::from(shape.weeks) + i64::from(shape.skip_weeks);
        prop_assert!((7 * (weeks - 1) - 6..=7 * (weeks - 1) + 6).contains(&days));
    }

    #[test]
    fn year_ends_and_leap_days_change_no_weekday(shape in any_shape()) {
        let weekday = shape.key_date.weekday();
        let last_key_day = match shape.max_day_shift.days() {
            0 => shape.end().unwrap(),
            _ => return Ok(()),
        };
        prop_assert_eq!(last_key_day.weekday(), weekday);
    }

    #[test]
    fn a_term_dated_by_default_expires_after_it_is_published(
        drafts in prop::collection::vec(any_dateless_draft(), 1..7),
        settings in any_settings(),
        today in any_day(),
        clean in any::<bool>(),
    ) {
        let mut stored = Terms::default();
        for (at, draft) in drafts.into_iter().enumerate() {
            let draft = TermDraft { name: format!("T{at}"), ..draft };
            let context = Context { today, settings: &settings, clean };
            let plan = insert(&stored, &draft, &context).unwrap();
            prop_assert!(plan.term.publish_date <= plan.term.expire_date);
            let published_late = Warning::PublishedAfterExpire(draft.name.clone());
            prop_assert!(!plan.warnings.contains(&published_late));
            stored = plan.apply(&stored);
        }
    }

    #[test]
    fn any_term_expires_after_it_is_published_or_is_flagged(
        stored in any_terms(),
        draft in any_draft(),
        settings in any_settings(),
    ) {
        let plan = insert(&stored, &draft, &context(&settings, true)).unwrap();
        let late = plan.term.publish_date > plan.term.expire_date;
        let flag = Warning::PublishedAfterExpire("N".to_owned());
        prop_assert_eq!(late, plan.warnings.contains(&flag));
    }

    #[test]
    fn a_plan_carried_out_twice_is_carried_out_once(
        stored in any_terms(),
        draft in any_draft(),
        settings in any_settings(),
        clean in any::<bool>(),
    ) {
        let plan = insert(&stored, &draft, &context(&settings, clean)).unwrap();
        let once = plan.apply(&stored);
        prop_assert_eq!(&plan.apply(&once), &once);
        for change in &plan.neighbours {
            prop_assert!(change.name != "N" && stored.get(&change.name).is_some());
            prop_assert!(stored.with_changes(std::slice::from_ref(change)) != stored);
        }
    }

    #[test]
    fn storing_again_what_was_stored_changes_nothing(
        stored in any_terms(),
        draft in any_draft(),
        settings in any_settings(),
        clean in any::<bool>(),
    ) {
        let context = context(&settings, clean);
        let plan = insert(&stored, &draft, &context).unwrap();
        let after = plan.apply(&stored);
        let again = update(&after, &TermDraft::from(&plan.term), &context).unwrap();
        prop_assert_eq!(&again.term, &plan.term);
        prop_assert!(again.neighbours.is_empty());
    }

    #[test]
    fn a_cleaned_term_starts_after_the_one_before_it(
        stored in any_terms(),
        shape in any_shape(),
        key in 0_i64..250,
        entered in any::<bool>(),
        settings in any_settings(),
    ) {
        let mut shape = shape;
        shape.key_date = calendar::add_days(day("2020-01-01"), key).unwrap();
        let dirty = Dirty { shape, key_date_entered: entered };
        let cleaned = clean::clean(&stored, dirty, &settings).unwrap();
        let found = cleaned.shape;
        let after = stored.with_changes(&cleaned.neighbours);
        if let Some(before) = after.at_or_before(found.key_date) {
            prop_assert!(before.shape.end().unwrap() < found.start().unwrap());
        }
        prop_assert!(!found.flip_last_day || found.skip_weeks > 0);
        prop_assert_eq!((found.weeks, found.skip_weeks), (shape.weeks, shape.skip_weeks));
        let moved = days_between(shape.key_date, found.key_date);
        prop_assert!(cleaned.publish_date.is_some() || (moved >= 0 && moved % 7 == 0));
    }

    #[test]
    fn a_refused_form_writes_nothing_and_its_suggestion_is_accepted(
        stored in any_terms(),
        draft in any_draft(),
        settings in any_settings(),
    ) {
        let today = day("2020-02-20");
        let verdict = judge(&stored, &draft, None, today, &settings).unwrap();
        let suggestion = &verdict.suggestion;
        let plan = accept(&stored, suggestion, today, &settings).unwrap();
        let after = plan.apply(&stored);
        let again = judge(&after, &suggestion.draft, Some("N"), today, &settings).unwrap();
        let previous = school::term::form::Refusal::OverlapWithPrevious;
        prop_assert!(!again.refusals.contains(&previous));
        prop_assert!(again.suggestion.neighbours.is_empty());
        prop_assert_eq!(again.suggestion.draft.key_date, suggestion.draft.key_date);
    }

    #[test]
    fn every_default_is_found_and_the_first_is_a_key_day(
        stored in any_terms(),
        settings in any_settings(),
        today in any_day(),
    ) {
        let key_date = defaults::key_date(&stored, today, &settings).unwrap();
        match stored.base(stored.latest(), &settings) {
            Some(base) => prop_assert!(key_date > base.shape.key_date),
            None => {
                prop_assert_eq!(key_date.weekday(), settings.key_day);
                prop_assert!((0..7).contains(&days_between(today, key_date)));
            }
        }
        let _: Weekday = key_date.weekday();
    }

    #[test]
    fn the_public_sees_a_term_from_the_first_publication_on(
        stored in any_terms(),
        date in 0_i64..300,
    ) {
        let date = calendar::add_days(day("2019-12-01"), date).unwrap();
        let question = current::question(None, Some(date), date).unwrap();
        let shown = current::shown(&stored, &question);
        let published = stored.iter().filter(|term| term.publish_date <= date);
        prop_assert_eq!(shown.is_empty(), published.count() == 0);
        prop_assert!(shown.iter().all(|term| term.publish_date <= date));
        let live = |term: &&school::term::Term| date <= term.expire_date;
        prop_assert!(shown.len() == 1 || shown.iter().all(live));
        let ordered = shown.is_sorted_by(|a, b| a.shape.key_date >= b.shape.key_date);
        prop_assert!(ordered);
    }

    #[test]
    fn names_asked_for_never_panic(names in "\\PC{0,30}", dated in any::<bool>()) {
        let date = dated.then(|| day("2020-01-10"));
        let asked = current::question(Some(&names), date, day("2020-01-10"));
        prop_assert_eq!(asked.is_err(), dated && !names.trim().is_empty());
        let checked = school::term::check_name(&names);
        prop_assert!(checked.is_err() || !names.contains([',', ' ', '/']));
    }

    #[test]
    fn dates_at_the_edge_of_the_calendar_are_refused_not_wrapped(
        shape in any_shape(),
        days in 0_i64..8000,
        stored in any_terms(),
    ) {
        let key_date = calendar::add_days(day("9999-12-31"), -days).unwrap();
        let draft = TermDraft {
            name: "N".to_owned(),
            key_date: Some(key_date),
            weeks: Some(shape.weeks),
            skip_weeks: Some(shape.skip_weeks),
            ..TermDraft::default()
        };
        let settings = Settings::reference();
        match insert(&stored, &draft, &context(&settings, true)) {
            Ok(plan) => prop_assert!(plan.term.shape.end().is_ok()),
            Err(error) => prop_assert!(matches!(error, TermError::OutOfCalendar(_))),
        }
    }
}
