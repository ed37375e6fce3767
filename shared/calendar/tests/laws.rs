//! Laws of civil time, each tried ten thousand times.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it must be"
)]

use std::collections::BTreeSet;

use calendar::{
    Date, Span, Time, WeeklyRun, Zone, add_days, add_weeks, clock, day, days_between, parse_date,
    weekday,
};
use proptest::prelude::*;

const ZONES: [&str; 8] = [
    "America/Los_Angeles",
    "Europe/Berlin",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "UTC",
];

/// Any day of the years 1 to 9999.
fn any_date() -> impl Strategy<Value = Date> {
    (0_i64..3_652_059).prop_map(|days| add_days(Date::new(1, 1, 1).unwrap(), days).unwrap())
}

/// A day in the years whose DST rules are known, so that changes are met.
fn modern_date() -> impl Strategy<Value = Date> {
    (0_i64..36_500).prop_map(|days| add_days(Date::new(1980, 1, 1).unwrap(), days).unwrap())
}

fn any_time() -> impl Strategy<Value = Time> {
    (0_i8..24, 0_i8..60).prop_map(|(hour, minute)| Time::new(hour, minute, 0, 0).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 10_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_date_written_and_read_is_the_same(date in any_date()) {
        prop_assert_eq!(parse_date(&date.to_string()), Ok(date));
    }

    #[test]
    fn reading_never_panics(text in "\\PC{0,12}|[0-9-]{10}") {
        if let Ok(date) = parse_date(&text) {
            prop_assert_eq!(date.to_string(), text);
        }
    }

    #[test]
    fn adding_days_and_counting_them_agree(from in any_date(), days in any::<i32>()) {
        match add_days(from, i64::from(days)) {
            Ok(to) => prop_assert_eq!(days_between(from, to), i64::from(days)),
            Err(error) => prop_assert_eq!(error.days, i64::from(days)),
        }
    }

    #[test]
    fn weeks_keep_the_weekday_over_year_ends(from in any_date(), weeks in -3000_i64..3000) {
        if let Ok(to) = add_weeks(from, weeks) {
            prop_assert_eq!(to.weekday(), from.weekday());
            prop_assert_eq!(days_between(from, to), weeks * 7);
        }
    }

    #[test]
    fn rolling_forward_finds_the_next_such_day(from in any_date(), number in 0_i64..7) {
        let wanted = weekday::from_number(number).unwrap();
        if let Ok(to) = day::roll_forward(from, wanted) {
            prop_assert_eq!(to.weekday(), wanted);
            prop_assert!((0..7).contains(&days_between(from, to)));
        }
    }

    #[test]
    fn no_dst_change_moves_a_class_to_another_date(
        first in modern_date(),
        time in any_time(),
        weeks in 0_i64..60,
        zone in prop::sample::select(ZONES.to_vec()),
    ) {
        let zone = Zone::named(zone).unwrap();
        let date = add_weeks(first, weeks).unwrap();
        let wall = zone.wall_at(zone.instant(date, time).unwrap());
        prop_assert_eq!(wall.date().weekday(), first.weekday());
        prop_assert_eq!(wall.date(), date);
    }

    #[test]
    fn the_zone_never_loses_an_instant(
        date in modern_date(),
        time in any_time(),
        zone in prop::sample::select(ZONES.to_vec()),
    ) {
        let zone = Zone::named(zone).unwrap();
        let instant = zone.instant(date, time).unwrap();
        let wall = zone.wall_at(instant);
        prop_assert_eq!(zone.instant(wall.date(), wall.time()), Ok(instant));
    }

    #[test]
    fn skipped_weeks_never_cost_a_class_day(
        first in modern_date(),
        class_days in 1_u16..60,
        picks in prop::collection::btree_set(0_usize..59, 0..20),
    ) {
        let skipped = u16::try_from(picks.len()).unwrap();
        let run = WeeklyRun { first, class_days, skipped };
        let weeks = usize::from(class_days + skipped);
        let off: BTreeSet<Date> = picks
            .iter()
            .filter(|week| (1..weeks - 1).contains(*week))
            .map(|week| add_weeks(first, i64::try_from(*week).unwrap()).unwrap())
            .collect();
        match run.class_days(&off) {
            Ok(days) => {
                prop_assert_eq!(days.len(), usize::from(class_days));
                prop_assert_eq!(days.last().copied(), run.last().ok());
                prop_assert!(days.iter().all(|date| !off.contains(date)));
                prop_assert!(days.iter().all(|date| run.span().unwrap().contains(*date)));
            }
            Err(_) => prop_assert!(off.len() != picks.len()),
        }
    }

    #[test]
    fn spans_that_overlap_share_a_day(a in any_date(), b in any_date(), c in any_date(), d in any_date()) {
        let (Ok(one), Ok(two)) = (Span::new(a, b), Span::new(c, d)) else {
            prop_assert!(b < a || d < c);
            return Ok(());
        };
        let shared = one.contains(two.first()) || two.contains(one.first());
        prop_assert_eq!(one.overlaps(&two), shared);
        prop_assert_eq!(one.overlaps(&two), two.overlaps(&one));
        prop_assert!(!one.encloses(&two) || one.overlaps(&two));
    }

    #[test]
    fn an_end_on_the_clock_is_start_plus_minutes(start in any_time(), minutes in any::<u32>()) {
        let end = clock::end_after(start, minutes);
        let of_day = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
        prop_assert_eq!(
            end.days_later * 1440 + of_day(end.time),
            of_day(start) + i64::from(minutes)
        );
        prop_assert_eq!(clock::parse_time(&clock::written(end.time)), Ok(end.time));
    }
}
