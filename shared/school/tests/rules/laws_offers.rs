//! Laws of class offers and of the material that goes with them.

use std::collections::BTreeSet;

use calendar::{Date, Time, Zone, add_weeks, weekday};
use proptest::prelude::*;
use school::offer::{OfferDates, OfferShape, dates, placement};
use school::resource::{Availability, visibility};
use school::term::TermShape;

use crate::support::{any_day, any_shape, any_shift, laws};

fn class(term: &TermShape, day: i64, skip_weeks: u16, subject: Option<u16>) -> OfferDates {
    let offer = OfferShape {
        class_day: weekday::from_number(day).unwrap(),
        skip_weeks,
        subject_weeks: subject,
    };
    dates(term, &offer).unwrap()
}

/// The class days when the weeks at these places are off.
fn class_days(class: &OfferDates, places: &BTreeSet<u16>) -> Option<Vec<Date>> {
    let off = |place: &u16| add_weeks(class.run.first, i64::from(*place)).unwrap();
    class.run.class_days(&places.iter().map(off).collect()).ok()
}

proptest! {
    #![proptest_config(laws())]

    #[test]
    fn a_class_never_falls_outside_its_term_unless_flagged(
        term in any_shape(),
        day in 0_i64..7,
        off in prop::collection::btree_set(1_u16..8, 0..4),
    ) {
        let skipped = u16::try_from(off.len()).unwrap();
        let class = class(&term, day, skipped, None);
        let Some(days) = class_days(&class, &off) else {
            return Ok(());
        };
        let span = term.span().unwrap();
        let inside = days.iter().all(|day| span.contains(*day));
        prop_assert_eq!(inside, class.within_term);
    }

    #[test]
    fn a_day_in_the_range_is_never_flagged(term in any_shape(), place in 0_i64..7) {
        let shift = term.max_day_shift.days();
        let offset = shift.signum() * (place % (shift.abs() + 1));
        let key_day = weekday::number(term.key_date.weekday());
        let class = class(&term, (key_day + offset).rem_euclid(7), 0, None);
        prop_assert_eq!(class.days_from_key, offset);
        prop_assert!(class.within_term);
    }

    #[test]
    fn classes_keep_their_weekday_and_stay_near_the_key_date(
        key in 0_i64..7,
        shift in any_shift(),
        day in 0_i64..7,
    ) {
        let key_day = weekday::from_number(key).unwrap();
        let class_day = weekday::from_number(day).unwrap();
        let offset = placement::days_from_key(key_day, shift, class_day);
        prop_assert!((-6..=6).contains(&offset));
        prop_assert_eq!((key + offset).rem_euclid(7), day);
    }

    #[test]
    fn there_are_as_many_classes_as_the_term_has_weeks_whatever_is_skipped(
        term in any_shape(),
        day in 0_i64..7,
        off in prop::collection::btree_set(1_u16..12, 0..8),
        longer in prop::option::of(0_u16..10),
    ) {
        let skipped = u16::try_from(off.len()).unwrap();
        let subject = longer.map(|more| term.weeks + more);
        let class = class(&term, day, skipped, subject);
        if let Some(days) = class_days(&class, &off) {
            prop_assert_eq!(days.len(), usize::from(term.weeks));
            prop_assert_eq!(days.last().copied(), class.run.last().ok());
        }
        let weeks = calendar::days_between(class.run.first, class.run.last().unwrap()) / 7 + 1;
        prop_assert_eq!(weeks - i64::from(skipped), i64::from(term.weeks));
    }

    #[test]
    fn a_shorter_subject_has_its_own_weeks(
        term in any_shape(),
        day in 0_i64..7,
        weeks in 1_u16..12,
    ) {
        let class = class(&term, day, 0, Some(weeks));
        prop_assert_eq!(class.run.class_days, weeks.min(term.weeks));
        prop_assert!(class.run.first <= class.run.last().unwrap());
    }

    #[test]
    fn dst_changes_and_year_ends_change_no_class_date(
        term in any_shape(),
        day in 0_i64..7,
        hour in 5_i8..24,
        zone in prop::sample::select(vec![
            "America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Auckland",
        ]),
    ) {
        let mut term = term;
        term.weeks = term.weeks.min(60);
        let zone = Zone::named(zone).unwrap();
        let time = Time::new(hour, 0, 0, 0).unwrap();
        let class = class(&term, day, 0, None);
        for date in class.run.class_days(&BTreeSet::new()).unwrap() {
            let wall = zone.wall_at(zone.instant(date, time).unwrap());
            prop_assert_eq!((wall.date(), wall.time()), (date, time));
            prop_assert_eq!(weekday::number(date.weekday()), day);
        }
    }

    #[test]
    fn both_ways_of_asking_for_material_agree_but_for_skips_at_the_end(
        term in any_shape(),
        skipped in 0_u16..3,
        avail in prop_oneof![0_u16..12, Just(200_u16)],
        expire in 0_u16..6,
        days in -60_i64..200,
    ) {
        let run = class(&term, 0, skipped, None).run;
        let today = calendar::add_days(run.first, days).unwrap();
        let avail = Availability::from_number(avail);
        let seen = visibility(&run, avail, expire, today).unwrap();
        let late = match avail {
            Availability::OnSignUp => run.class_days == 0,
            Availability::AfterClass(class) => class >= run.class_days,
            Availability::AfterCompletion => true,
        };
        // On sign-up the two differ only in what expires before the class starts.
        let before = avail == Availability::OnSignUp && days < 0;
        if !(before || late && skipped > 0) {
            prop_assert_eq!(seen.live, seen.live_by_date);
        }
        prop_assert!(!seen.live || seen.live_by_date);
        prop_assert!(!seen.live || seen.publish <= today);
        prop_assert_eq!(seen.days_since_start, days);
    }

    #[test]
    fn material_appears_once_and_goes_once(
        first in any_day(),
        class_days in 1_u16..12,
        skipped in 0_u16..3,
        avail in prop_oneof![0_u16..14, Just(200_u16)],
        expire in 0_u16..6,
    ) {
        let run = calendar::WeeklyRun { first, class_days, skipped };
        let avail = Availability::from_number(avail);
        let mut changes = 0;
        let mut was_live = false;
        for days in -10..300 {
            let today = calendar::add_days(first, days).unwrap();
            let live = visibility(&run, avail, expire, today).unwrap().live;
            changes += u32::from(live != was_live);
            was_live = live;
        }
        prop_assert_eq!(changes, if expire == 0 { 1 } else { 2 });
    }
}
