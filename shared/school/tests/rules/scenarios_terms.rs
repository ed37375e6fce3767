//! Scenarios 1 to 12: terms.

use school::Settings;
use school::term::form::{FieldFault, Hint, Refusal, accept, judge};
use school::term::{NameError, NeighbourChange, TermDraft};

use crate::support::{
    TODAY, cleaned, dates, day, draft, feb, jan, keyed, plain, shift, term, terms,
};

fn breaks(name: &str, weeks: u16) -> Vec<NeighbourChange> {
    vec![NeighbourChange { name: name.to_owned(), break_weeks: Some(weeks), publish_date: None }]
}

#[test]
fn scenario_1_a_blank_expire_date_is_filled() {
    let entered = TermDraft { publish_date: Some(day("2019-12-11")), ..keyed("Jan", "2020-01-09") };
    let plan = plain(&[], &entered);
    assert_eq!(dates(&plan), ["2020-01-07", "2020-02-06", "2020-01-17"]);
}

#[test]
fn scenario_2_a_name_alone_continues_after_the_last_term() {
    let plan = plain(&[jan()], &draft("N"));
    assert_eq!(plan.term.shape.key_date, day("2020-02-13"));
    assert_eq!(dates(&plan), ["2020-02-11", "2020-03-12", "2020-02-21"]);
    assert_eq!(plan.term.publish_date, day("2020-01-17"));
    let after = plan.apply(&terms(&[jan()]));
    let previous = after.previous(plan.term.shape.key_date).unwrap();
    assert_eq!(previous.name, "Jan");
    assert!(plan.warnings.is_empty());
}

#[test]
fn scenario_3_a_break_week_moves_the_next_term() {
    let mut jan = jan();
    jan.break_weeks = 1;
    let plan = plain(&[jan], &draft("N"));
    assert_eq!(plan.term.shape.key_date, day("2020-02-20"));
    assert_eq!(dates(&plan), ["2020-02-18", "2020-03-19", "2020-02-28"]);
}

#[test]
fn scenario_4_a_skipped_week_with_and_without_flip() {
    let mut jan = jan();
    jan.shape.skip_weeks = 1;
    assert_eq!(jan.shape.end(), Ok(day("2020-02-13")));
    let plan = plain(&[jan.clone()], &draft("N"));
    assert_eq!(plan.term.shape.key_date, day("2020-02-20"));
    jan.shape.flip_last_day = true;
    assert_eq!(jan.shape.end(), Ok(day("2020-02-11")));
    let plan = plain(&[jan.clone()], &draft("N"));
    assert_eq!(plan.term.shape.key_date, day("2020-02-13"));
    let plan = cleaned(&[jan], &draft("N"));
    assert_eq!(plan.term.shape.max_day_shift, shift(5));
    assert_eq!(dates(&plan), ["2020-02-13", "2020-03-17", "2020-02-26"]);
}

#[test]
fn scenario_5_a_positive_shift_with_a_skipped_week() {
    for (flip, end) in [(false, "2020-02-18"), (true, "2020-02-13")] {
        let entered = TermDraft {
            max_day_shift: Some(shift(5)),
            skip_weeks: Some(1),
            flip_last_day: Some(flip),
            ..keyed("S", "2020-01-09")
        };
        let plan = plain(&[], &entered);
        assert_eq!(dates(&plan), ["2020-01-09", end, "2020-01-22"]);
    }
}

#[test]
fn scenario_6_a_short_term_expires_early() {
    let entered =
        TermDraft { max_day_shift: Some(shift(3)), weeks: Some(2), ..keyed("S", "2020-01-09") };
    let plan = plain(&[], &entered);
    assert_eq!(dates(&plan), ["2020-01-09", "2020-01-19", "2020-01-14"]);
}

#[test]
fn scenario_7_a_short_term_is_no_base() {
    for (weeks, key, publish) in [(2, "2020-02-13", "2020-01-17"), (3, "2020-03-05", "2020-02-15")]
    {
        let short = term("Short", "2020-02-13", weeks, "2020-01-17", "2020-02-15");
        let plan = plain(&[jan(), short], &draft("N"));
        assert_eq!(plan.term.shape.key_date, day(key), "{weeks} weeks");
        assert_eq!(plan.term.publish_date, day(publish), "{weeks} weeks");
    }
}

#[test]
fn scenario_8_the_expire_date_is_handed_to_the_next_full_term() {
    for (weeks, published) in [(5, "2020-03-01"), (3, "2020-02-21")] {
        let mar = term("Mar", "2020-03-19", weeks, "2020-02-21", "2020-03-27");
        let before = terms(&[jan(), mar.clone()]);
        let between = plain(&[jan(), mar.clone()], &keyed("N", "2020-02-13"));
        let after = between.apply(&before);
        let later = TermDraft {
            expire_date: Some(day("2020-03-01")),
            ..TermDraft::from(after.get("N").unwrap())
        };
        let list: Vec<_> = after.iter().cloned().collect();
        let after = plain(&list, &later).apply(&after);
        let mar = after.get("Mar").unwrap();
        assert_eq!(mar.publish_date, day(published), "{weeks} weeks");
    }
}

#[test]
fn scenario_9_an_overlap_is_refused_with_a_suggestion() {
    let settings = Settings::reference();
    let stored = terms(&[jan()]);
    let entered = keyed("N", "2020-02-08");
    let verdict = judge(&stored, &entered, None, day(TODAY), &settings).unwrap();
    assert_eq!(verdict.refusals, [Refusal::OverlapWithPrevious]);
    assert_eq!(verdict.hints, [Hint::MoveOtherDays, Hint::AddBreakWeek, Hint::ChangeStart]);
    let suggested = &verdict.suggestion;
    assert_eq!(suggested.draft.key_date, Some(day("2020-02-08")));
    assert_eq!(suggested.draft.max_day_shift, Some(shift(5)));
    assert!(suggested.neighbours.is_empty());
}

#[test]
fn scenario_10_break_weeks_wait_for_the_acceptance() {
    let settings = Settings::reference();
    let stored = terms(&[jan()]);
    let entered = TermDraft { max_day_shift: Some(shift(0)), ..keyed("N", "2020-02-06") };
    let verdict = judge(&stored, &entered, None, day(TODAY), &settings).unwrap();
    assert!(!verdict.is_valid());
    assert!(!verdict.hints.contains(&Hint::MoveOtherDays));
    assert_eq!(verdict.suggestion.draft.key_date, Some(day("2020-02-13")));
    assert_eq!(stored.get("Jan").unwrap().break_weeks, 0);
    let plan = accept(&stored, &verdict.suggestion, day(TODAY), &settings).unwrap();
    assert_eq!(plan.neighbours, breaks("Jan", 1));
    let after = plan.apply(&stored);
    assert_eq!(after.get("Jan").unwrap().break_weeks, 1);
    let again = judge(&after, &verdict.suggestion.draft, Some("N"), day(TODAY), &settings);
    assert!(again.unwrap().is_valid());
}

#[test]
fn scenario_11_running_into_another_term_jumps_behind_it() {
    let plan = cleaned(&[jan(), feb()], &keyed("N", "2020-02-06"));
    assert_eq!(plan.term.shape.key_date, day("2020-03-19"));
    assert_eq!(plan.term.publish_date, day("2020-02-21"));
    assert_eq!(plan.term.shape.max_day_shift, shift(5));
    assert_eq!(plan.term.expire_date, day("2020-04-01"));
}

#[test]
fn scenario_12_a_flip_without_a_skipped_week_is_dropped() {
    let entered = TermDraft { flip_last_day: Some(true), ..keyed("S", "2020-01-09") };
    let plan = cleaned(&[], &entered);
    assert!(!plan.term.shape.flip_last_day);
    assert_eq!(plan.term.shape.end(), Ok(day("2020-02-06")));
    let uncleaned = plain(&[], &entered);
    assert_eq!(uncleaned.term.shape.end(), Ok(day("2020-02-06")));
}

#[test]
fn a_stored_term_is_not_in_its_own_way() {
    let moved = cleaned(&[jan()], &keyed("N", "2020-02-06"));
    let after = moved.apply(&terms(&[jan()]));
    let list: Vec<_> = after.iter().cloned().collect();
    let again = cleaned(&list, &TermDraft::from(&moved.term));
    assert_eq!(again.term, moved.term);
    assert!(again.neighbours.is_empty());
    let back = TermDraft { key_date: Some(day("2020-02-06")), ..TermDraft::from(&moved.term) };
    let again = cleaned(&list, &back);
    assert_eq!(again.term.shape.key_date, day("2020-02-13"));
    assert_eq!(again.neighbours, breaks("Jan", 2));
}

#[test]
fn a_jump_that_lands_on_a_third_term_goes_behind_that_too() {
    let mar = term("Mar", "2020-03-19", 5, "2020-02-21", "2020-03-27");
    let plan = cleaned(&[jan(), feb(), mar], &keyed("N", "2020-02-06"));
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    assert!(plan.term.shape.start().unwrap() > day("2020-04-16"));
}

#[test]
fn a_term_of_the_same_day_is_neither_previous_nor_next() {
    let twin = term("Twin", "2020-01-09", 5, "2019-12-11", "2020-01-17");
    let stored = terms(&[jan(), twin, feb()]);
    let key_date = day("2020-01-09");
    assert!(stored.previous(key_date).is_none());
    let next = stored.next(key_date, &Settings::reference());
    assert_eq!(next.unwrap().name, "Feb");
    assert_eq!(stored.at_or_before(key_date).unwrap().name, "Jan");
}

#[test]
fn a_jump_keeps_the_turned_shift_in_later_moves() {
    let short = term("Short", "2020-02-13", 1, "2020-01-17", "2020-02-15");
    let plan = cleaned(&[jan(), short], &keyed("N", "2020-02-06"));
    assert_eq!(plan.term.shape.key_date, day("2020-02-20"));
    assert_eq!(plan.term.shape.max_day_shift, shift(5));
    assert_eq!(plan.term.publish_date, day("2020-02-15"));
    assert_eq!(plan.term.expire_date, day("2020-03-04"));
    assert_eq!(plan.neighbours, breaks("Short", 1));
}

#[test]
fn the_form_refuses_a_term_that_runs_into_a_later_one() {
    let settings = Settings::reference();
    let stored = terms(&[jan(), feb()]);
    let entered = keyed("N", "2019-12-26");
    let verdict = judge(&stored, &entered, None, day(TODAY), &settings).unwrap();
    assert_eq!(verdict.refusals, [Refusal::OverlapWithNext]);
    assert_eq!(verdict.hints, [Hint::ChangeStart, Hint::Shorten]);
}

#[test]
fn the_form_names_each_field_to_correct() {
    let settings = Settings::reference();
    let stored = terms(&[jan()]);
    let faults = |draft: &TermDraft, editing: Option<&str>| {
        let verdict = judge(&stored, draft, editing, day(TODAY), &settings).unwrap();
        assert!(!verdict.is_valid());
        verdict.field_faults
    };
    let odd = TermDraft {
        weeks: Some(8),
        skip_weeks: Some(3),
        publish_date: Some(day("2020-04-02")),
        expire_date: Some(day("2020-04-01")),
        ..keyed("a b", "2020-03-05")
    };
    assert_eq!(
        faults(&odd, None),
        [
            FieldFault::Name(NameError::NotASlug),
            FieldFault::TooManyWeeks,
            FieldFault::TooManySkips,
            FieldFault::ExpiresBeforePublish,
        ]
    );
    let taken = keyed("Jan", "2020-03-05");
    assert_eq!(faults(&taken, None), [FieldFault::NameTaken]);
    let renamed = keyed("Feb", "2020-01-09");
    assert_eq!(faults(&renamed, Some("Jan")), [FieldFault::Renamed]);
}

#[test]
fn the_very_first_key_date_is_a_key_day() {
    let wednesday = Settings { key_day: calendar::Weekday::Wednesday, ..Settings::reference() };
    let context =
        school::term::plan::Context { today: day(TODAY), settings: &wednesday, clean: false };
    let plan = school::term::plan::insert(&terms(&[]), &draft("N"), &context).unwrap();
    assert_eq!(plan.term.shape.key_date, day("2020-02-26"));
    assert_eq!(plan.term.publish_date, day(TODAY));
}
