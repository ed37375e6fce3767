//! Scenarios 13 to 16 and 24: class offers and their resources.

use calendar::{Time, Weekday};
use school::Settings;
use school::level::{Level, Version};
use school::offer::{OfferDates, OfferShape, dates, text};
use school::resource::{Audience, Availability, visibility};
use school::subject::Subject;
use school::term::TermShape;

use crate::support::{day, jan, shift};

fn class(term: &TermShape, class_day: Weekday, skip_weeks: u16) -> OfferDates {
    let offer = OfferShape { class_day, skip_weeks, subject_weeks: Some(5) };
    dates(term, &offer).unwrap()
}

fn first_and_last(class: &OfferDates) -> [String; 2] {
    [class.run.first, class.run.last().unwrap()].map(|date| date.to_string())
}

#[test]
fn scenario_13_tuesday_before_and_monday_outside() {
    let settings = Settings::reference();
    let tuesday = class(&jan().shape, Weekday::Tuesday, 0);
    assert_eq!(first_and_last(&tuesday), ["2020-01-07", "2020-02-04"]);
    assert!(tuesday.within_term);
    let mut subject = Subject::new("Swing", &settings);
    (subject.level, subject.version) = (Level::Beginning, Version::A);
    let seven = Time::new(19, 0, 0, 0).unwrap();
    assert_eq!(text::time_text(seven, &subject), "7pm - 8pm");
    assert_eq!(text::label(&subject, "Jan", &settings), "BegA - Jan");
    let monday = class(&jan().shape, Weekday::Monday, 0);
    assert_eq!(first_and_last(&monday), ["2020-01-13", "2020-02-10"]);
    assert!(!monday.within_term);
}

#[test]
fn scenario_14_a_day_at_the_end_of_the_range_is_in_it() {
    let mut shape = jan().shape;
    shape.max_day_shift = shift(5);
    let tuesday = class(&shape, Weekday::Tuesday, 0);
    assert_eq!((tuesday.days_from_key, tuesday.within_term), (5, true));
    assert_eq!(tuesday.run.first, day("2020-01-14"));
    let monday = class(&shape, Weekday::Monday, 0);
    assert_eq!((monday.days_from_key, monday.within_term), (4, true));
    assert_eq!(monday.run.first, day("2020-01-13"));
}

#[test]
fn scenario_15_a_class_that_skips_with_its_term() {
    let mut shape = jan().shape;
    (shape.skip_weeks, shape.flip_last_day) = (1, true);
    let skipping = class(&shape, Weekday::Tuesday, 1);
    assert_eq!(first_and_last(&skipping), ["2020-01-07", "2020-02-11"]);
    assert_eq!(shape.end(), skipping.run.last());
    let steady = class(&shape, Weekday::Tuesday, 0);
    assert_eq!(first_and_last(&steady), ["2020-01-07", "2020-02-04"]);
}

#[test]
fn scenario_16_two_skipped_weeks_over_the_new_year() {
    let mut shape = jan().shape;
    (shape.key_date, shape.skip_weeks) = (day("2020-12-10"), 2);
    assert_eq!(shape.end(), Ok(day("2021-01-21")));
    let expire = shape.default_expire(&Settings::reference());
    assert_eq!(expire, Ok(day("2020-12-18")));
    let tuesday = class(&shape, Weekday::Tuesday, 2);
    assert_eq!(first_and_last(&tuesday), ["2020-12-08", "2021-01-19"]);
}

#[test]
fn scenario_24_material_comes_and_goes() {
    let live = |skip: u16, avail: u16, on: &str| {
        let class = class(&jan().shape, Weekday::Thursday, skip);
        let seen = visibility(&class.run, Availability::from_number(avail), 1, day(on));
        seen.unwrap().live
    };
    assert!(!live(0, 2, "2020-01-15"));
    assert!(live(0, 2, "2020-01-16"));
    assert!(live(0, 2, "2020-01-23"));
    assert!(!live(0, 2, "2020-01-24"));
    assert!(!live(0, 200, "2020-02-05"));
    assert!(live(0, 200, "2020-02-06"));
    assert!(live(0, 200, "2020-02-13"));
    assert!(!live(0, 200, "2020-02-14"));
    assert!(live(1, 2, "2020-01-30"));
    assert!(!live(1, 2, "2020-01-31"));
}

#[test]
fn scenario_24_a_student_never_sees_what_is_for_teachers() {
    assert!(!Audience::Student.may_see(Audience::Teacher));
    assert!(Audience::Student.may_see(Audience::Student));
    assert!(Audience::Public.may_see(Audience::Public));
    let both = Audience::of_roles(&[Audience::Student, Audience::Teacher]);
    assert!(both.may_see(Audience::Teacher) && !both.may_see(Audience::Admin));
    assert_eq!(Audience::of_roles(&[]), Audience::Public);
    assert_eq!(Audience::from_number(3), Some(Audience::Admin));
    assert_eq!(Audience::from_number(4), None);
}

#[test]
fn after_completion_skipped_weeks_count_once() {
    let class = class(&jan().shape, Weekday::Thursday, 1);
    let on = |date: &str| visibility(&class.run, Availability::AfterCompletion, 1, day(date));
    let last = on("2020-02-20").unwrap();
    assert_eq!(last.publish, day("2020-02-13"));
    assert!(last.live && last.live_by_date);
    let later = on("2020-02-21").unwrap();
    assert!(!later.live && later.live_by_date);
}

#[test]
fn with_the_last_class_means_after_the_skipped_weeks() {
    let class = class(&jan().shape, Weekday::Thursday, 1);
    let publish = |avail| {
        let avail = Availability::from_number(avail);
        visibility(&class.run, avail, 0, day("2020-03-01")).unwrap().publish
    };
    assert_eq!(publish(4), day("2020-01-30"));
    assert_eq!(publish(5), day("2020-02-13"));
    assert_eq!(publish(6), day("2020-02-13"));
}

#[test]
fn private_lessons_sort_behind_every_numbered_level() {
    assert_eq!(Level::PrivateLesson.offer_number(), 104);
    assert_eq!(Level::Workshop.offer_number(), 2);
    assert!(Level::Workshop.sort_key() > Level::Lindy2.sort_key());
    assert!(Level::PrivateLesson.sort_key() > Level::SpecialFocus.sort_key());
}
